package dev.weirkeeper.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.audit.JsonLinesLog;
import dev.weirkeeper.drift.postgres.DdlTrigger;
import dev.weirkeeper.examples.server.Warehouse;
import dev.weirkeeper.healing.postgres.PostgresBoundary;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the host again and again while an application writes, and proves afterwards that nothing
 * was lost or doubled. {@code -Dkills=100} for more random kills than the usual 12.
 */
class CrashIT {
  private static final int KILLS = Integer.getInteger("kills", 12);
  private static final int PER_BOUNDARY = Integer.getInteger("kills.boundary", 2);
  private static final long SEED = Long.getLong("seed", 20261123L);
  private static final List<String> TABLES = List.of("public.a", "public.b", "public.c");
  private static final long PATIENCE = 300;

  @TempDir Path folder;

  @Test
  void invariant_6_rows_are_conserved_across_kill_9_at_any_moment() throws Exception {
    try (LocalPostgres server = LocalPostgres.start(Map.of("fsync", "on"))) {
      mirrored(server);
      Random random = new Random(SEED);
      server.execute(
          "warehouse", "ALTER TABLE public.b ADD CONSTRAINT owner_limit CHECK (amount < 1e9)");
      String written;
      int kills = 0;
      try (Workload workload = new Workload(server.url("shop"), TABLES, SEED)) {
        workload.start();
        for (int kill = 0; kill < KILLS; kill++) {
          try (Host host = new Host(server, folder)) {
            host.expect("READY");
            if (kill % 4 == 1) {
              host.order("pause public.c");
            } else if (kill % 4 == 3) {
              host.order("resume public.c");
            }
            long batches = batches(server) + 1 + random.nextInt(40);
            host.await("batch " + batches, () -> batches(server) >= batches);
            kills++;
          }
        }
        for (Boundary boundary : Boundary.values()) {
          for (int kill = 0; kill < PER_BOUNDARY; kill++) {
            try (Host host = new Host(server, folder, boundary, 1 + random.nextInt(3))) {
              host.reach(boundary);
              kills++;
            }
          }
        }
        written = workload.stop();
      }
      finish(server);
      System.out.println("crash: seed " + SEED + ", " + kills + " kills, " + written);
      prove(server);
      assertThat(JsonLinesLog.in(folder.resolve("audit")).verify().intact()).isTrue();
    }
  }

  /**
   * The host dies when the target has the new column and not yet the rows that came before it in
   * the same transaction. When it comes back, the source's catalog has moved on, so that nothing
   * confirms there and then what the log said of the column.
   */
  @Test
  void invariant_6_rows_that_ddl_of_their_own_transaction_follows_survive_a_kill_after_the_act()
      throws Exception {
    try (LocalPostgres server = LocalPostgres.start()) {
      mirrored(server);

      try (Host host = new Host(server, folder, Boundary.AFTER_ACT, 1)) {
        host.expect("READY");
        server.execute(
            "shop",
            "BEGIN; INSERT INTO a (id, amount) VALUES (1, 10);"
                + " ALTER TABLE a ADD COLUMN x int DEFAULT 7; COMMIT");
        host.expect("AT " + Boundary.AFTER_ACT);
      }
      server.execute(
          "shop",
          "INSERT INTO a (id, amount) VALUES (2, 20)",
          "ALTER TABLE a ADD COLUMN y int DEFAULT 8",
          "INSERT INTO a (id, amount) VALUES (3, 30)");
      finish(server);

      prove(server);
    }
  }

  /** A shop whose tables are mirrored in a warehouse, by a host that is gone. */
  private void mirrored(LocalPostgres server) throws Exception {
    server.createDatabase("shop");
    server.createDatabase("warehouse");
    try (Connection administrator = server.connect("warehouse")) {
      Warehouse.prepare(administrator);
      // The workload deletes and alters more in minutes than a shop in a day.
      PostgresBoundary.limitAtFirst(
          administrator, new PostgresBoundary.Limits(10_000, 100_000_000));
    }
    try (Connection shop = server.connect("shop")) {
      Workload.createTables(shop, TABLES);
      DdlTrigger.install(shop);
    }
    try (Host host = new Host(server, folder)) {
      host.expect("READY");
      host.await("all tables to be live", () -> live(server) == TABLES.size());
    }
    server.execute("shop", "SELECT pg_create_logical_replication_slot('oracle', 'test_decoding')");
  }

  /** Lets a last host bring everything to the warehouse. */
  private void finish(LocalPostgres server) throws Exception {
    try (Host host = new Host(server, folder)) {
      host.expect("READY");
      try (Connection shop = server.connect("shop")) {
        host.order("finish " + Application.position(shop).asString());
      }
      host.expect("FINISHED");
    }
  }

  private static void prove(LocalPostgres server) throws SQLException {
    long events =
        number(
            server,
            "shop",
            "SELECT count(*) FROM pg_logical_slot_peek_changes('oracle', NULL, NULL)"
                + " WHERE data ~ '^table public\\.[abc]: (INSERT|UPDATE|DELETE):'");
    long in =
        number(
            server, "warehouse", "SELECT sum(n_in) FROM weirkeeper.ledger WHERE origin = 'STREAM'");
    long open =
        number(
            server,
            "warehouse",
            "SELECT count(*) FROM weirkeeper.quarantine WHERE status = 'OPEN'");
    System.out.println(
        "crash: "
            + events
            + " row changes at the source, "
            + in
            + " in the ledger, "
            + open
            + " keys open in quarantine");
    assertThat(in).as("row changes in the ledger").isEqualTo(events);
    assertThat(number(server, "warehouse", "SELECT count(*) FROM weirkeeper.spool")).isZero();
    assertThat(
            number(
                server,
                "warehouse",
                "SELECT (SELECT sum(n_spooled) FROM weirkeeper.ledger WHERE origin = 'STREAM')"
                    + " - (SELECT coalesce(sum(n_in), 0) FROM weirkeeper.ledger"
                    + " WHERE origin = 'DRAIN')"))
        .as("spooled rows that were never drained")
        .isZero();
    try (Connection shop = server.connect("shop");
        Connection warehouse = server.connect("warehouse")) {
      for (String table : TABLES) {
        List<String> quarantined =
            texts(
                server,
                "warehouse",
                "SELECT '(' || array_to_string(key, ',') || ')' FROM weirkeeper.quarantine q"
                    + " JOIN weirkeeper.asset a ON a.id = q.asset"
                    + " WHERE status = 'OPEN' AND a.name = '"
                    + table
                    + "'");
        List<String> columns = Proof.columns(shop, table);
        Proof.Content there = Proof.of(shop, table, columns, List.of("id"), quarantined);
        Proof.Content here = Proof.of(warehouse, table, columns, List.of("id"), quarantined);
        System.out.println("crash: " + table + " " + there.rows() + " rows compared");
        if (!here.equals(there)) {
          System.out.println(
              "crash: "
                  + new Divergence(server, table, "oracle")
                      .describe(columns, Set.copyOf(quarantined)));
        }
        assertThat(here).as(table).isEqualTo(there);
        assertThat(there.rows() + quarantined.size())
            .as("open keys are present at the source")
            .isEqualTo(number(server, "shop", "SELECT count(*) FROM " + table));
      }
    }
  }

  private static long live(LocalPostgres server) throws SQLException {
    return number(
        server, "warehouse", "SELECT count(*) FROM weirkeeper.table_state WHERE mode = 'LIVE'");
  }

  private static long batches(LocalPostgres server) throws SQLException {
    return number(server, "warehouse", "SELECT count(*) FROM weirkeeper.ledger");
  }

  private interface Condition {
    boolean holds() throws SQLException;
  }

  private static long number(LocalPostgres server, String database, String sql)
      throws SQLException {
    return Long.parseLong(text(server, database, sql));
  }

  private static String text(LocalPostgres server, String database, String sql)
      throws SQLException {
    return texts(server, database, sql).get(0);
  }

  private static List<String> texts(LocalPostgres server, String database, String sql)
      throws SQLException {
    try (Connection connection = server.connect(database);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> texts = new ArrayList<>();
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
      return texts;
    }
  }

  /** A host in a process of its own. Closing it is kill -9. */
  private static final class Host implements AutoCloseable {
    private final Process process;
    private final BufferedWriter orders;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final List<String> heard = new ArrayList<>();

    Host(LocalPostgres server, Path folder) throws IOException {
      this(server, folder, List.of());
    }

    Host(LocalPostgres server, Path folder, Boundary boundary, int passage) throws IOException {
      this(server, folder, List.of(boundary.name(), String.valueOf(passage)));
    }

    private Host(LocalPostgres server, Path folder, List<String> more) throws IOException {
      List<String> command =
          new ArrayList<>(
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  CrashHost.class.getName(),
                  server.url("shop"),
                  server.url("warehouse"),
                  folder.toString(),
                  String.join(",", TABLES)));
      command.addAll(more);
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
      orders =
          new BufferedWriter(
              new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
      Thread reader = new Thread(this::read, "host output");
      reader.setDaemon(true);
      reader.start();
    }

    private void read() {
      try (BufferedReader output =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
          lines.add(line);
        }
      } catch (IOException e) {
        lines.add("output ended: " + e.getMessage());
      }
      lines.add("END");
    }

    void order(String order) throws IOException {
      orders.write(order);
      orders.newLine();
      orders.flush();
    }

    /** Waits until something holds while the host runs. */
    void await(String what, Condition condition) throws SQLException {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE);
      while (!condition.holds()) {
        if (!process.isAlive() || System.nanoTime() > deadline) {
          lines.drainTo(heard);
          throw new AssertionError("Waited in vain for " + what + ", the host said " + heard);
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
      }
    }

    /** Waits for a line that begins so. */
    void expect(String start) throws InterruptedException {
      while (true) {
        String line = lines.poll(PATIENCE, TimeUnit.SECONDS);
        heard.add(String.valueOf(line));
        if (line != null && line.startsWith(start)) {
          return;
        }
        if (line == null || line.equals("END") || line.startsWith("DIED")) {
          throw new AssertionError("Expected " + start + ", the host said " + heard);
        }
      }
    }

    /** Gives the host reasons to pass a boundary until it stands there. */
    void reach(Boundary boundary) throws IOException, InterruptedException {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE);
      boolean ready = false;
      boolean paused = false;
      while (System.nanoTime() < deadline) {
        String line = lines.poll(300, TimeUnit.MILLISECONDS);
        if (line != null) {
          heard.add(line);
          if (line.equals("AT " + boundary)) {
            return;
          }
          if (line.equals("END") || line.startsWith("DIED")) {
            break;
          }
          ready |= line.equals("READY");
        } else if (ready) {
          order((paused ? "resume" : "pause") + " public.c");
          paused = !paused;
        }
      }
      throw new AssertionError("Never reached " + boundary + ", the host said " + heard);
    }

    @Override
    public void close() throws IOException {
      process.destroyForcibly();
      boolean interrupted = false;
      while (process.isAlive()) {
        try {
          process.waitFor();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
