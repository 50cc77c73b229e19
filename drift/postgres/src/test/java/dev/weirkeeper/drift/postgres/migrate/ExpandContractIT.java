package dev.weirkeeper.drift.postgres.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Migrated;
import dev.weirkeeper.drift.plan.ExpandContract;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.postgres.catalog.SchemaReader;
import dev.weirkeeper.drift.postgres.migrate.MigrationResult.Ending;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.testkit.LocalPostgres;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** While a change is expanded, those who know only the old form go on without one failure. */
class ExpandContractIT {
  private static final ObjectName T = new ObjectName("app", "t");
  private static final LocalDate LATER = LocalDate.of(2027, 3, 1);
  private static final long ENOUGH = 20;

  private static LocalPostgres server;

  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final AtomicLong reads = new AtomicLong();
  private final AtomicLong writes = new AtomicLong();
  private final AtomicBoolean over = new AtomicBoolean();

  @BeforeAll
  static void start() throws Exception {
    server = LocalPostgres.start(Map.of("fsync", "off"));
    server.execute("postgres", "CREATE ROLE app_user LOGIN", "CREATE ROLE app_owner");
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @BeforeEach
  void scene() throws SQLException {
    server.execute(
        "postgres",
        "DROP SCHEMA IF EXISTS app CASCADE",
        "CREATE SCHEMA app",
        "CREATE TABLE app.t (id serial PRIMARY KEY, qty integer NOT NULL DEFAULT 7, note text)",
        "COMMENT ON COLUMN app.t.qty IS 'how many'",
        "INSERT INTO app.t (qty) SELECT i FROM generate_series(1, 5000) i",
        "GRANT USAGE ON SCHEMA app TO app_user",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON app.t TO app_user",
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA app TO app_user");
  }

  private static DatabaseSchema read() throws SQLException {
    try (Connection connection = server.connect("postgres")) {
      return SchemaReader.of(List.of("app")).read(connection).schema();
    }
  }

  /** Runs steps of which nobody said where they lead. */
  private void run(List<Migration.Step> steps) throws SQLException {
    Hash from = read().fingerprint();
    for (int i = 0; i < steps.size(); i++) {
      Migration.Step step = steps.get(i);
      // One at a time, for a migration of several has to name its goal.
      Migration migration =
          new Migration(
              "postgresql",
              from,
              from,
              List.of(step),
              List.of(new dev.weirkeeper.drift.plan.Refusal("test", "goal", "It is not known")),
              List.of());
      try (Connection connection = server.connect("postgres")) {
        MigrationResult result =
            MigrationRunner.builder(MigrationLog.inMemory(), new Random(1))
                .schemas(List.of("app"))
                .limits(
                    RunLimits.usual()
                        .lock(Duration.ofMillis(200))
                        .attempts(50, Duration.ofMillis(5), Duration.ofMillis(20))
                        .batches(500, Duration.ZERO))
                .clock(Clock.fixed(LATER.atStartOfDay(ZoneOffset.UTC).toInstant(), ZoneOffset.UTC))
                .build()
                .run(connection, migration);
        assertThat(result.why()).as("step %d", i).isEmpty();
        assertThat(result.ending()).isEqualTo(Ending.DONE);
      }
      from = read().fingerprint();
    }
  }

  /** An application that knows the old form, with prepared statements. */
  private List<Thread> application() {
    List<Thread> threads = new ArrayList<>();
    threads.add(
        session(
            "SELECT sum(qty) FROM app.t WHERE id = ?",
            statement -> {
              try (ResultSet row = statement.executeQuery()) {
                row.next();
              }
              reads.incrementAndGet();
            }));
    threads.add(
        session(
            "INSERT INTO app.t (qty, note) VALUES (?, 'x')",
            statement -> {
              statement.executeUpdate();
              writes.incrementAndGet();
            }));
    threads.add(
        session(
            "UPDATE app.t SET qty = qty + 1 WHERE id = ?",
            statement -> {
              statement.executeUpdate();
              writes.incrementAndGet();
            }));
    threads.forEach(Thread::start);
    return threads;
  }

  @FunctionalInterface
  private interface Use {
    void of(PreparedStatement statement) throws SQLException;
  }

  private Thread session(String sql, Use use) {
    return new Thread(
        () -> {
          Random random = new Random(7);
          try (Connection connection = server.connect("postgres", "app_user");
              PreparedStatement statement = connection.prepareStatement(sql)) {
            while (!over.get()) {
              statement.setInt(1, 1 + random.nextInt(5000));
              use.of(statement);
            }
          } catch (SQLException e) {
            failures.add(sql + ": " + e.getMessage());
          }
        },
        sql);
  }

  /** Lets the application do some more of everything. */
  private void go() {
    long enoughReads = reads.get() + ENOUGH;
    long enoughWrites = writes.get() + 2 * ENOUGH;
    while (failures.isEmpty() && (reads.get() < enoughReads || writes.get() < enoughWrites)) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  private void during(List<Migration.Step> steps) throws Exception {
    List<Thread> threads = application();
    try {
      go();
      run(steps);
      go();
    } finally {
      over.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
    }
    assertThat(failures).isEmpty();
  }

  private static String text(String sql) throws SQLException {
    try (Connection connection = server.connect("postgres");
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private static void assertDated(ExpandContract change) {
    assertThat(change.refusals()).isEmpty();
    assertThat(change.notBefore()).isEqualTo(LATER);
    assertThat(change.contract())
        .allSatisfy(
            step -> {
              assertThat(step.notBefore()).contains(LATER);
              assertThat(step.precondition()).contains("It is 2027-03-01 or later");
            });
    assertThat(change.expand()).allSatisfy(step -> assertThat(step.notBefore()).isEmpty());
  }

  @Test
  void a_renamed_table_is_read_and_written_by_its_old_name_until_the_contract() throws Exception {
    ExpandContract change = ExpandContract.renameTable(read(), T, "odd \"' name", LATER);
    assertDated(change);

    during(change.expand());

    assertThat(text("SELECT count(*) - (SELECT count(*) FROM app.t) FROM app.\"odd \"\"' name\""))
        .isEqualTo("0");
    run(change.contract());
    assertThat(text("SELECT to_regclass('app.t') IS NULL")).isEqualTo("t");
  }

  @Test
  void who_owned_the_table_or_had_rights_on_a_column_has_them_by_both_names() throws Exception {
    server.execute(
        "postgres",
        "GRANT ALL ON SCHEMA app TO app_owner",
        "ALTER TABLE app.t OWNER TO app_owner",
        "REVOKE ALL ON app.t FROM app_user",
        "GRANT SELECT (qty) ON app.t TO app_user");

    run(ExpandContract.renameColumn(read(), T, "qty", "quantity", LATER).expand());

    assertThat(text("SELECT relowner::regrole FROM pg_class WHERE oid = 'app.t'::regclass"))
        .isEqualTo("app_owner");
    for (String column : List.of("qty", "quantity")) {
      assertThat(
              text("SELECT has_column_privilege('app_user', 'app.t', '" + column + "', 'SELECT')"))
          .isEqualTo("t");
    }
    assertThat(text("SELECT has_column_privilege('app_user', 'app.t', 'note', 'SELECT')"))
        .isEqualTo("f");
  }

  @Test
  void a_renamed_column_is_read_and_written_by_both_names_until_the_contract() throws Exception {
    ExpandContract change = ExpandContract.renameColumn(read(), T, "qty", "quantity", LATER);
    assertDated(change);

    during(change.expand());

    server.execute("postgres", "INSERT INTO app.t (id, quantity) VALUES (100000, 42)");
    assertThat(text("SELECT qty FROM app.t WHERE id = 100000")).isEqualTo("42");
    run(change.contract());
    assertThat(text("SELECT quantity FROM app.t WHERE id = 100000")).isEqualTo("42");
    assertThat(text("SELECT relkind FROM pg_class WHERE oid = 'app.t'::regclass")).isEqualTo("r");
    assertThat(read().table(T).orElseThrow().column("qty")).isEmpty();
  }

  @Test
  void a_column_of_another_type_is_read_and_written_all_the_while_and_keeps_its_values()
      throws Exception {
    ExpandContract change = ExpandContract.changeType(read(), T, "qty", "bigint", LATER);
    assertDated(change);
    String file = text("SELECT pg_relation_filenode('app.t')");

    during(change.expand());

    assertThat(text("SELECT count(*) FROM app.t WHERE qty IS NULL")).isEqualTo("0");
    assertThat(text("SELECT pg_typeof(qty) FROM app.t LIMIT 1")).isEqualTo("bigint");
    assertThat(text("SELECT pg_relation_filenode('app.t')")).isEqualTo(file);
    server.execute("postgres", "INSERT INTO app.t (id) VALUES (100000)");
    assertThat(text("SELECT qty FROM app.t WHERE id = 100000")).isEqualTo("7");
    assertThat(read().table(T).orElseThrow().column("qty").orElseThrow().comment())
        .contains("how many");
    run(change.contract());
    assertThat(read().table(T).orElseThrow().columns()).hasSize(3);
    assertThat(read().others()).noneMatch(other -> other.kind().equals("trigger"));
  }

  @Test
  void a_contract_is_not_begun_before_its_day_unless_the_host_says_so() throws Exception {
    ExpandContract change = ExpandContract.renameTable(read(), T, "renamed", LATER);
    run(change.expand());
    Hash before = read().fingerprint();
    Migration contract =
        new Migration(
            "postgresql",
            before,
            before,
            change.contract(),
            List.of(new dev.weirkeeper.drift.plan.Refusal("test", "goal", "It is not known")),
            List.of());
    MigrationLog log = MigrationLog.inMemory();
    // In UTC the day has not come.
    Clock eve = Clock.fixed(Instant.parse("2027-02-28T23:59:59Z"), ZoneOffset.UTC);
    MigrationRunner.Builder builder =
        MigrationRunner.builder(log, new Random(1)).schemas(List.of("app")).clock(eve);
    try (Connection connection = server.connect("postgres")) {
      MigrationResult refused = builder.build().run(connection, contract);

      assertThat(refused.ending()).isEqualTo(Ending.REFUSED);
      assertThat(refused.why().orElseThrow()).contains("2027-03-01", "Early.RUN", "--early");
      assertThat(read().fingerprint()).isEqualTo(before);
      assertThat(log.read(contract.id())).hasOnlyElementsOfType(Migrated.Ended.class);

      MigrationResult early = builder.early(Early.RUN).build().run(connection, contract);

      assertThat(early.ending()).isEqualTo(Ending.DONE);
      assertThat(log.read(contract.id()))
          .filteredOn(Migrated.Begun.class::isInstance)
          .singleElement()
          .satisfies(begun -> assertThat(((Migrated.Begun) begun).early()).contains(LATER));
    }
    assertThat(text("SELECT to_regclass('app.t') IS NULL")).isEqualTo("t");
    assertThat(Json.parse(Json.of(contract).text()).as(Migration.class)).isEqualTo(contract);
  }

  @Test
  void what_cannot_be_expanded_is_refused_with_a_reason() throws Exception {
    server.execute("postgres", "CREATE INDEX t_qty ON app.t (qty)");
    DatabaseSchema now = read();

    for (ExpandContract refused :
        List.of(
            ExpandContract.renameTable(now, new ObjectName("app", "none"), "x", LATER),
            ExpandContract.renameTable(now, T, "t_qty", LATER),
            ExpandContract.renameTable(now, T, "x".repeat(64), LATER),
            ExpandContract.renameColumn(now, T, "none", "x", LATER),
            ExpandContract.renameColumn(now, T, "qty", "note", LATER),
            ExpandContract.changeType(now, T, "qty", "bigint", LATER),
            ExpandContract.changeType(now, T, "id", "bigint", LATER),
            ExpandContract.changeType(now, T, "note", "json", LATER))) {
      assertThat(refused.expand()).isEmpty();
      assertThat(refused.contract()).isEmpty();
      assertThat(refused.refusals()).hasSize(1);
    }
  }
}
