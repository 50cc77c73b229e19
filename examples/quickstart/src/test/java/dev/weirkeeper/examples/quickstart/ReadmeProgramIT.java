package dev.weirkeeper.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Autonomy;
import dev.weirkeeper.DoorMemory;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Mailbox;
import dev.weirkeeper.Pipeline;
import dev.weirkeeper.Toolbox;
import dev.weirkeeper.audit.JsonLinesSink;
import dev.weirkeeper.contracts.gx.GxSuiteReader;
import dev.weirkeeper.contracts.postgres.PostgresTarget;
import dev.weirkeeper.contracts.stream.Contracts;
import dev.weirkeeper.drift.PostgresPlanner;
import dev.weirkeeper.drift.SchemaDrift;
import dev.weirkeeper.drift.postgres.PostgresFeed;
import dev.weirkeeper.examples.server.Warehouse;
import dev.weirkeeper.healing.PipelineTools;
import dev.weirkeeper.healing.Playbook;
import dev.weirkeeper.healing.postgres.PostgresTableTools;
import dev.weirkeeper.testkit.LocalPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program of the README, run. */
class ReadmeProgramIT {
  private static final String SUITE =
      """
      {"name": "orders", "expectations": [
        {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "customer"}}]}
      """;

  @TempDir Path folder;

  @Test
  void the_program_of_the_readme_moves_rows_and_keeps_bad_ones_back() throws Exception {
    try (LocalPostgres server = LocalPostgres.start()) {
      server.createDatabase("shop");
      server.createDatabase("warehouse");
      server.execute(
          "shop",
          "CREATE TABLE orders (id int PRIMARY KEY, customer text)",
          "INSERT INTO orders VALUES (1, 'ana'), (2, NULL)");
      try (Connection administrator = server.connect("warehouse")) {
        Warehouse.prepare(administrator);
      }
      Path suite = Files.writeString(folder.resolve("orders.json"), SUITE);
      CountDownLatch loaded = new CountDownLatch(1);

      Pipeline pipeline;
      FutureTask<Void> run;
      try (PostgresTarget target =
              PostgresTarget.builder("warehouse", server.dataSource("warehouse", "wk_rows"))
                  .open();
          JsonLinesSink sink = JsonLinesSink.open(folder.resolve("audit"), Clock.systemUTC())) {
        pipeline =
            program(
                folder.resolve("door"),
                server.url("shop"),
                server.dataSource("warehouse", "wk_change"),
                suite,
                target,
                sink,
                loaded);
        run =
            new FutureTask<>(
                () -> {
                  pipeline.run();
                  return null;
                });
        new Thread(run, "pipeline").start();
        loaded.await();
        pipeline.stop();
        run.get();
      }

      try (Connection connection = server.connect("warehouse");
          Statement statement = connection.createStatement();
          ResultSet rows =
              statement.executeQuery(
                  "SELECT (SELECT string_agg(customer, ',') FROM orders),"
                      + " (SELECT count(*) FROM weirkeeper.quarantine WHERE status = 'OPEN')")) {
        rows.next();
        assertThat(rows.getString(1)).isEqualTo("ana");
        assertThat(rows.getInt(2)).isEqualTo(1);
      }
    }
  }

  private static Pipeline program(
      Path folder,
      String shop,
      DataSource warehouse,
      Path suite,
      PostgresTarget target,
      JsonLinesSink sink,
      CountDownLatch loaded)
      throws Exception {
    // spotless:off
    // tag::readme[]
    Clock clock = Clock.systemUTC();
    Journal journal = new Journal(sink, clock);
    Mailbox mailbox = new Mailbox(clock);
    Toolbox door =
        Toolbox.builder().journal(journal).clock(clock)
            .tools(PostgresTableTools.builder("warehouse", warehouse).build())
            .tools(new PipelineTools("shop", mailbox)).memory(DoorMemory.in(folder))
            .limit(Effect.WRITE).grant("pipeline", Effect.WRITE).build();
    Pipeline.Builder pipeline =
        Pipeline.builder()
            .feed(PostgresFeed.builder("shop").source("shop", shop, new Properties())
                .tables(List.of("public.orders")).build())
            .target(target)
            .judges(Contracts.of(GxSuiteReader.read(suite, "public.orders").contract()))
            .detector(new SchemaDrift()).planner(new PostgresPlanner("warehouse"))
            .policy(new Playbook()).autonomy(Autonomy.HEAL)
            .toolbox(door).mailbox(mailbox).journal(journal).clock(clock);
    // end::readme[]
    // spotless:on
    return pipeline
        .listener(
            event -> {
              if (event instanceof dev.weirkeeper.PipelineEvent.Loaded) {
                loaded.countDown();
              }
            })
        .build();
  }
}
