package dev.weirkeeper.drift.postgres.migrate;

import static dev.weirkeeper.drift.postgres.migrate.MigrationScene.QUICK;
import static dev.weirkeeper.drift.postgres.migrate.MigrationScene.alone;
import static dev.weirkeeper.drift.postgres.migrate.MigrationScene.hasIndex;
import static dev.weirkeeper.drift.postgres.migrate.MigrationScene.inBatches;
import static dev.weirkeeper.drift.postgres.migrate.MigrationScene.inTransaction;
import static dev.weirkeeper.drift.postgres.migrate.MigrationScene.noRow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Hash;
import dev.weirkeeper.JournalException;
import dev.weirkeeper.Migrated;
import dev.weirkeeper.drift.plan.Hazard;
import dev.weirkeeper.drift.plan.LockMode;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.plan.Route;
import dev.weirkeeper.drift.plan.Work;
import dev.weirkeeper.drift.postgres.migrate.MigrationResult.Ending;
import dev.weirkeeper.drift.postgres.migrate.MigrationScene.Planned;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.testkit.LocalPostgres;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What others do to a server while a migration runs on it. */
class MigrationAttackIT {
  private static final long SEED = 6;
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Optional<String> NO_PROBE = Optional.empty();
  private static final String ADD_C = "ALTER TABLE \"app\".\"t\" ADD COLUMN \"c\" integer";
  private static final RunLimits PATIENT = QUICK.others(MINUTE, MINUTE, 1L << 40);

  private static LocalPostgres server;
  private MigrationScene scene;
  private MigrationLog log = MigrationLog.inMemory();

  @TempDir Path folder;

  @BeforeAll
  static void start() throws Exception {
    server = LocalPostgres.start(Map.of("fsync", "off"));
    server.execute("postgres", "CREATE ROLE owns LOGIN", "CREATE ROLE may_nothing LOGIN");
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @BeforeEach
  void create() throws Exception {
    scene = MigrationScene.in(server, "postgres");
  }

  /** What a test does while a run goes on. */
  @FunctionalInterface
  private interface Meanwhile {
    void when(Progress progress) throws SQLException;
  }

  private static void hear(Meanwhile meanwhile, Progress progress) {
    try {
      meanwhile.when(progress);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isFirstTry(Progress progress, int step) {
    return progress.phase() == Progress.Phase.TRYING
        && progress.step() == step
        && progress.attempt() == 1;
  }

  private MigrationRunner.Builder runner(RunLimits limits, Meanwhile meanwhile) {
    return MigrationRunner.builder(log, new Random(SEED))
        .schemas(List.of("app"))
        .limits(limits)
        .listener(progress -> hear(meanwhile, progress));
  }

  private MigrationResult run(Planned planned, RunLimits limits, Meanwhile meanwhile)
      throws SQLException {
    try (Connection connection = scene.connect()) {
      return run(connection, planned, limits, meanwhile);
    }
  }

  private MigrationResult run(
      Connection connection, Planned planned, RunLimits limits, Meanwhile meanwhile) {
    return runner(limits, meanwhile)
        .build()
        .run(connection, planned.migration(), planned.prediction());
  }

  private MigrationResult again(Planned planned) throws SQLException {
    return run(planned, QUICK, progress -> {});
  }

  private static Migration open(Hash from, Migration.Step... steps) {
    return new Migration(
        "postgresql",
        from,
        from,
        List.of(steps),
        List.of(new dev.weirkeeper.drift.plan.Refusal("test", "goal", "It is not known")),
        List.of());
  }

  /** Until somebody waits for a lock that this statement's session holds. */
  private void awaitWaiting(int sessions) throws SQLException {
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (!scene
        .text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        .equals(String.valueOf(sessions))) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
    }
  }

  @Test
  void a_probe_waits_for_who_has_its_table_for_himself() throws Exception {
    scene.execute("CREATE TABLE app.u (id int)");
    String probe = "SELECT EXISTS (SELECT FROM app.t WHERE b < 0) AND EXISTS (SELECT FROM app.u)";
    Migration migration =
        open(
            scene.state(),
            inTransaction(
                Optional.of(
                    "SELECT NOT ("
                        + probe
                        + ") AND "
                        + "EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'app.t'::regclass AND attname = 'c')"),
                ADD_C));
    try (Connection other = scene.connect();
        Statement statement = other.createStatement();
        Connection connection = scene.connect()) {
      other.setAutoCommit(false);
      statement.execute("LOCK TABLE app.u");

      MigrationResult result =
          runner(
                  PATIENT,
                  progress -> {
                    if (progress.phase() == Progress.Phase.WAITING && progress.attempt() == 2) {
                      other.rollback();
                    }
                  })
              .build()
              .run(connection, migration);

      assertThat(result.why()).isEmpty();
      assertThat(result.ending()).isEqualTo(Ending.DONE);

      statement.execute("LOCK TABLE app.u");
      MigrationResult blocked =
          runner(PATIENT, progress -> {})
              .build()
              .run(
                  connection,
                  open(
                      scene.state(),
                      inTransaction(
                          Optional.of("SELECT EXISTS (SELECT FROM app.u)"),
                          "COMMENT ON TABLE app.t IS 'x'")));

      assertThat(blocked.ending()).isEqualTo(Ending.BLOCKED);
      assertThat(blocked.why().orElseThrow()).contains("could not be read in 5 attempts");
    }
  }

  @Test
  void a_deadlock_that_the_server_breaks_is_tried_again() throws Exception {
    scene.execute("CREATE TABLE app.u (id int)");
    Migration migration =
        open(
            scene.state(),
            inTransaction(
                NO_PROBE,
                ADD_C,
                "SELECT pg_catalog.pg_advisory_xact_lock(42)",
                "ALTER TABLE app.u ADD COLUMN c integer"));
    try (Connection other = scene.connect();
        Statement statement = other.createStatement();
        Connection gate = scene.connect();
        Connection connection = scene.connect()) {
      // Whoever closes the circle looks for it at once, and is the one whom the server stops.
      connection.createStatement().execute("SET deadlock_timeout = '1ms'");
      statement.execute("SET deadlock_timeout = '1min'");
      gate.createStatement().execute("SELECT pg_advisory_lock(42)");
      other.setAutoCommit(false);
      statement.execute("LOCK TABLE app.u IN ROW EXCLUSIVE MODE");
      CompletableFuture<Void> locked =
          CompletableFuture.runAsync(
              () -> {
                try {
                  awaitWaiting(1);
                  CompletableFuture<Void> opened =
                      CompletableFuture.runAsync(
                          () -> {
                            try {
                              awaitWaiting(2);
                              gate.createStatement().execute("SELECT pg_advisory_unlock(42)");
                            } catch (SQLException e) {
                              throw new IllegalStateException(e);
                            }
                          });
                  statement.execute("LOCK TABLE app.t");
                  other.commit();
                  opened.join();
                } catch (SQLException e) {
                  throw new IllegalStateException(e);
                }
              });
      List<Integer> tried = new ArrayList<>();

      MigrationResult result =
          runner(
                  PATIENT.lock(MINUTE),
                  progress -> {
                    if (progress.phase() == Progress.Phase.TRYING) {
                      tried.add(progress.attempt());
                    }
                  })
              .build()
              .run(connection, migration);
      locked.join();

      assertThat(result.why()).isEmpty();
      assertThat(tried).containsExactly(1, 2);
      assertThat(
              scene.text(
                  "SELECT count(*) FROM pg_attribute WHERE attname = 'c' AND attrelid IN"
                      + " ('app.t'::regclass, 'app.u'::regclass)"))
          .isEqualTo("2");
    }
  }

  @Test
  void a_lock_that_is_never_given_is_asked_for_so_often_and_no_more() throws Exception {
    Planned planned = scene.plan(inTransaction(NO_PROBE, ADD_C));
    List<Integer> tried = new ArrayList<>();
    try (Connection other = scene.connect();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("SELECT count(*) FROM app.t");

      MigrationResult result =
          run(
              planned,
              PATIENT.lock(Duration.ofMillis(20)),
              progress -> {
                if (progress.phase() == Progress.Phase.TRYING) {
                  tried.add(progress.attempt());
                }
              });

      assertThat(result.ending()).isEqualTo(Ending.BLOCKED);
      assertThat(tried).containsExactly(1, 2, 3, 4, 5);
    }
    assertThat(scene.state()).isEqualTo(planned.migration().from());
    assertThat(again(planned).ending()).isEqualTo(Ending.DONE);
  }

  @Test
  void a_statement_that_takes_too_long_is_not_tried_again() throws Exception {
    Migration slow =
        open(scene.state(), inTransaction(NO_PROBE, ADD_C, "SELECT pg_catalog.pg_sleep(30)"));
    List<Progress> heard = new ArrayList<>();
    try (Connection connection = scene.connect()) {
      MigrationResult result =
          runner(PATIENT.statements(Duration.ofMillis(300), MINUTE), heard::add)
              .build()
              .run(connection, slow);

      assertThat(result.ending()).isEqualTo(Ending.FAILED);
      assertThat(result.why().orElseThrow()).contains("57014");
    }
    assertThat(heard).extracting(Progress::phase).containsExactly(Progress.Phase.TRYING);
    assertThat(scene.state()).isEqualTo(slow.from());
  }

  /** A restart of the server ends sessions in the same way, SQLSTATE 57P01. */
  @Test
  void a_session_that_the_server_ends_anywhere_is_gone_on_with_by_another() throws Exception {
    Planned planned =
        scene.plan(
            inTransaction(NO_PROBE, ADD_C),
            inBatches(noRow("c IS NULL"), "\"c\" = \"b\"", "c IS NULL"),
            alone(hasIndex("t_c"), "CREATE INDEX CONCURRENTLY t_c ON app.t (c)"));
    scene.execute(
        "INSERT INTO app.t SELECT i, repeat('x', 200), 1 FROM generate_series(101, 10000) i");
    String end =
        "SELECT pg_terminate_backend(pid, 60000) FROM pg_locks WHERE locktype = 'advisory'";
    List<Ending> endings = new ArrayList<>();
    for (int step = 0; step < 3; step++) {
      int at = step;
      MigrationResult result =
          run(
              planned,
              QUICK.batches(500, Duration.ZERO),
              progress -> {
                if (at == 1
                    ? progress.phase() == Progress.Phase.BATCH && progress.rows() > 0
                    : isFirstTry(progress, at)) {
                  scene.text(end);
                }
              });
      endings.add(result.ending());
      assertThat(result.why().orElseThrow()).contains("un it again");
    }

    MigrationResult last = again(planned);

    assertThat(endings).containsExactly(Ending.FAILED, Ending.FAILED, Ending.UNKNOWN);
    assertThat(last.why()).isEmpty();
    assertThat(scene.text("SELECT count(*) FROM app.t WHERE c = b")).isEqualTo("10000");
    assertThat(scene.text("SELECT count(*) FROM pg_index WHERE NOT indisvalid")).isEqualTo("0");
  }

  @Test
  void invariant_2_an_answer_to_a_commit_that_is_lost_is_unknown_and_found_out_later()
      throws Exception {
    Planned planned = scene.plan(inTransaction(NO_PROBE, ADD_C));
    MigrationResult result;
    try (Relay relay = Relay.to(scene);
        Connection connection = relay.connect(scene)) {
      result = run(connection, planned, QUICK, progress -> relay.cutAtCommit());
    }

    assertThat(result.ending()).isEqualTo(Ending.UNKNOWN);
    MigrationResult found = again(planned);
    assertThat(found.why()).isEmpty();
    assertThat(log.read(planned.migration().id()))
        .filteredOn(Migrated.Stepped.class::isInstance)
        .singleElement()
        .satisfies(
            stepped ->
                assertThat(((Migrated.Stepped) stepped).way()).isEqualTo(Migrated.Way.FOUND_DONE));
  }

  @Test
  void behind_a_pool_nothing_is_begun() throws Exception {
    Planned planned = scene.plan(inTransaction(NO_PROBE, ADD_C));
    try (Relay relay = Relay.pooling(scene);
        Connection connection = relay.connect(scene)) {
      MigrationResult result = run(connection, planned, QUICK, progress -> {});

      assertThat(result.ending()).isEqualTo(Ending.REFUSED);
      assertThat(result.why().orElseThrow()).contains("pools connections");
    }
    assertThat(scene.state()).isEqualTo(planned.migration().from());
  }

  @Test
  void a_login_that_owns_the_tables_and_nothing_else_can_run_steps_of_all_sorts() throws Exception {
    Planned planned =
        scene.plan(
            inTransaction(NO_PROBE, ADD_C),
            inBatches(noRow("c IS NULL"), "\"c\" = \"b\"", "c IS NULL"),
            alone(hasIndex("t_c"), "CREATE INDEX CONCURRENTLY t_c ON app.t (c)"));
    scene.execute("ALTER SCHEMA app OWNER TO owns", "ALTER TABLE app.t OWNER TO owns");
    try (Connection connection = server.connect(scene.database, "owns")) {
      MigrationResult result = run(connection, planned, QUICK, progress -> {});

      assertThat(result.why()).isEmpty();
      assertThat(result.ending()).isEqualTo(Ending.DONE);
    }
  }

  @Test
  void a_login_without_rights_changes_nothing() throws Exception {
    scene.execute(
        "GRANT USAGE ON SCHEMA app TO may_nothing", "GRANT SELECT ON app.t TO may_nothing");
    Migration migration = open(scene.state(), inTransaction(NO_PROBE, ADD_C));
    Migration filling =
        open(scene.state(), inBatches(noRow("b IS NOT NULL"), "\"b\" = 1", "b IS NOT NULL"));
    try (Connection connection = server.connect(scene.database, "may_nothing")) {
      for (Migration each : List.of(migration, filling)) {
        MigrationResult result = runner(QUICK, progress -> {}).build().run(connection, each);

        assertThat(result.ending()).isEqualTo(Ending.FAILED);
        assertThat(result.why().orElseThrow()).contains("the login may not do it", "42501");
      }
    }
    assertThat(scene.state()).isEqualTo(migration.from());
  }

  @Test
  void what_somebody_froze_is_not_thawed() throws Exception {
    Planned planned = scene.plan(inTransaction(NO_PROBE, ADD_C));
    scene.execute("ALTER ROLE owns SET default_transaction_read_only = on");
    try (Connection frozen = server.connect(scene.database, "owns");
        Connection reading = scene.connect()) {
      reading.setReadOnly(true);
      for (Connection connection : List.of(frozen, reading)) {
        MigrationResult result = run(connection, planned, QUICK, progress -> {});

        assertThat(result.ending()).isEqualTo(Ending.REFUSED);
        assertThat(result.why().orElseThrow()).contains("read-only");
      }
    } finally {
      scene.execute("ALTER ROLE owns RESET default_transaction_read_only");
    }
    assertThat(scene.state()).isEqualTo(planned.migration().from());
  }

  @Test
  void a_standby_is_refused() throws Exception {
    Planned planned = scene.plan(inTransaction(NO_PROBE, ADD_C));
    try (EmbeddedPostgres standby =
            EmbeddedPostgres.builder()
                .setDataDirectoryCustomizer(
                    data -> {
                      try {
                        Files.createFile(data.toPath().resolve("standby.signal"));
                      } catch (IOException e) {
                        throw new UncheckedIOException(e);
                      }
                    })
                .start();
        Connection connection = standby.getPostgresDatabase().getConnection()) {
      MigrationResult result = run(connection, planned, QUICK, progress -> {});

      assertThat(result.ending()).isEqualTo(Ending.REFUSED);
      assertThat(result.why().orElseThrow()).contains("standby");
    }
  }

  @Test
  void a_table_that_is_renamed_or_dropped_before_it_is_locked_is_a_target_that_moved()
      throws Exception {
    for (String change : List.of("ALTER TABLE app.t RENAME TO gone", "DROP TABLE app.t")) {
      Planned planned = scene.plan(inTransaction(NO_PROBE, ADD_C));

      MigrationResult result =
          run(
              planned,
              QUICK,
              progress -> {
                if (isFirstTry(progress, 0)) {
                  scene.execute(change);
                }
              });

      assertThat(result.ending()).as(change).isEqualTo(Ending.MOVED);
      assertThat(result.why().orElseThrow()).contains("The target moved meanwhile");
      scene = MigrationScene.in(server, "postgres");
    }
  }

  @Test
  void a_backfill_never_writes_to_a_table_that_took_the_name_of_another() throws Exception {
    Planned planned = scene.plan(inBatches(noRow("b < 70"), "\"b\" = 77", "b < 70"));
    scene.execute(
        "INSERT INTO app.t SELECT i, repeat('x', 200), 1 FROM generate_series(101, 10000) i");
    List<Progress> batches = new ArrayList<>();

    MigrationResult result =
        run(
            planned,
            QUICK.batches(500, Duration.ZERO),
            progress -> {
              if (progress.phase() == Progress.Phase.BATCH && batches.isEmpty()) {
                batches.add(progress);
                scene.execute(
                    "ALTER TABLE app.t RENAME TO before",
                    "CREATE TABLE app.t (id int PRIMARY KEY, a text, b int)",
                    "INSERT INTO app.t SELECT i, 'a', 1 FROM generate_series(1, 20000) i");
              }
            });

    assertThat(result.ending()).isEqualTo(Ending.MOVED);
    assertThat(batches).isNotEmpty();
    assertThat(scene.text("SELECT count(*) FROM app.t WHERE b = 77")).isEqualTo("0");
    assertThat(scene.text("SELECT count(*) > 0 FROM app.before WHERE b = 77")).isEqualTo("t");
  }

  @Test
  void a_backfill_whose_column_is_dropped_meanwhile_says_that_the_target_moved() throws Exception {
    Planned planned = scene.plan(inBatches(noRow("b < 70"), "\"b\" = 77", "b < 70"));
    scene.execute(
        "INSERT INTO app.t SELECT i, repeat('x', 200), 1 FROM generate_series(101, 10000) i");

    MigrationResult result =
        run(
            planned,
            QUICK.batches(500, Duration.ZERO),
            progress -> {
              if (progress.phase() == Progress.Phase.BATCH) {
                scene.execute("ALTER TABLE app.t DROP COLUMN IF EXISTS b");
              }
            });

    assertThat(result.ending()).isEqualTo(Ending.MOVED);
  }

  @Test
  void an_interrupted_thread_stops_and_says_so_in_the_log() throws Exception {
    log = MigrationLog.inFolder(folder);
    Planned planned =
        scene.plan(
            inTransaction(NO_PROBE, ADD_C),
            inTransaction(NO_PROBE, "ALTER TABLE \"app\".\"t\" DROP COLUMN \"a\""));

    MigrationResult result =
        run(
            planned,
            QUICK,
            progress -> {
              if (isFirstTry(progress, 0)) {
                Thread.currentThread().interrupt();
              }
            });

    assertThat(Thread.interrupted()).isTrue();
    assertThat(result.ending()).isEqualTo(Ending.CANCELLED);
    assertThat(result.done()).isEqualTo(1);
    List<Migrated> written = log.read(planned.migration().id());
    assertThat(written.get(written.size() - 1))
        .isInstanceOfSatisfying(
            Migrated.Ended.class, ended -> assertThat(ended.ending()).isEqualTo("cancelled"));
    assertThat(again(planned).ending()).isEqualTo(Ending.DONE);
  }

  @Test
  void a_connection_that_is_closed_under_it_ends_a_run_that_goes_on_later() throws Exception {
    Planned planned = scene.plan(inTransaction(NO_PROBE, ADD_C));
    MigrationResult result;
    try (Connection connection = scene.connect()) {
      result = run(connection, planned, QUICK, progress -> connection.abort(Runnable::run));
    }

    assertThat(result.ending()).isEqualTo(Ending.FAILED);
    assertThat(result.why().orElseThrow()).contains("Run it again");
    assertThat(again(planned).ending()).isEqualTo(Ending.DONE);
  }

  @Test
  void invariant_2_a_step_whose_end_cannot_be_written_down_is_found_done() throws Exception {
    Planned planned =
        scene.plan(
            inTransaction(NO_PROBE, ADD_C),
            inBatches(noRow("c IS NULL"), "\"c\" = \"b\"", "c IS NULL"),
            alone(hasIndex("t_c"), "CREATE INDEX CONCURRENTLY t_c ON app.t (c)"));
    MigrationLog kept = MigrationLog.inMemory();
    for (int step = 0; step < 3; step++) {
      int failing = step;
      log =
          new MigrationLog() {
            @Override
            public void write(Migrated body) {
              if (body instanceof Migrated.Stepped it && it.step() == failing) {
                throw new JournalException("The disk is full", new IllegalStateException());
              }
              kept.write(body);
            }

            @Override
            public List<Migrated> read(Hash migration) {
              return kept.read(migration);
            }
          };
      assertThatThrownBy(() -> again(planned)).isInstanceOf(JournalException.class);
    }
    log = kept;

    MigrationResult result = again(planned);

    assertThat(result.why()).isEmpty();
    assertThat(kept.read(planned.migration().id()))
        .filteredOn(Migrated.Stepped.class::isInstance)
        .extracting(each -> ((Migrated.Stepped) each).way())
        .containsExactly(Migrated.Way.FOUND_DONE, Migrated.Way.FOUND_DONE, Migrated.Way.FOUND_DONE);
  }

  @Test
  void a_listener_that_throws_ends_the_run_and_leaves_it_to_go_on() throws Exception {
    Planned planned = scene.plan(inTransaction(NO_PROBE, ADD_C));
    for (Progress.Phase phase : List.of(Progress.Phase.TRYING, Progress.Phase.DONE)) {
      assertThatThrownBy(
              () ->
                  run(
                      planned,
                      QUICK,
                      progress -> {
                        if (progress.phase() == phase) {
                          throw new IllegalStateException("The screen is full");
                        }
                      }))
          .hasMessage("The screen is full");
    }
    assertThat(again(planned).ending()).isEqualTo(Ending.DONE);
  }

  @Test
  void a_plan_that_somebody_edited_is_another_one_and_has_no_proof() throws Exception {
    Planned planned = scene.plan(inTransaction(NO_PROBE, ADD_C));
    Migration edited =
        new Migration(
            "postgresql",
            planned.migration().from(),
            planned.migration().to(),
            List.of(inTransaction(NO_PROBE, "DROP TABLE app.t")),
            List.of(),
            List.of());
    try (Connection connection = scene.connect()) {
      assertThatThrownBy(
              () -> run(connection, new Planned(edited, planned.prediction()), QUICK, p -> {}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("another migration");
    }
    assertThat(scene.state()).isEqualTo(planned.migration().from());
  }

  @Test
  void a_plan_of_another_database_or_another_major_is_left_alone() throws Exception {
    Hash here = scene.state();
    Migration.Step step = inTransaction(NO_PROBE, ADD_C);
    Migration elsewhere = open(Hash.of(new byte[] {7}), step);
    Migration older =
        new Migration(
            "postgresql",
            here,
            here,
            List.of(step),
            elsewhere.refusals(),
            List.of(),
            Optional.of(15));
    try (Connection connection = scene.connect()) {
      MigrationRunner runner = runner(QUICK, progress -> {}).build();

      assertThat(runner.run(connection, elsewhere).ending()).isEqualTo(Ending.MOVED);
      MigrationResult refused = runner.run(connection, older);
      assertThat(refused.ending()).isEqualTo(Ending.REFUSED);
      assertThat(refused.why().orElseThrow()).contains("PostgreSQL 15", "18");
    }
    assertThat(scene.state()).isEqualTo(here);
  }

  @Test
  void names_that_pretend_to_be_something_else_are_shown_as_they_are() throws Exception {
    String odd = "t\u001b[31m\n2026-11-30 WARN done\u202e\"'";
    String quoted = Relations.quoted(odd);
    scene.execute("CREATE TABLE app." + quoted + " (id int)");
    ObjectName name = new ObjectName("app", odd);
    Migration migration =
        open(
            scene.state(),
            step(name, "ALTER TABLE app." + quoted + " ADD COLUMN c int CHECK (c > 1)"));
    try (Connection other = scene.connect();
        Statement statement = other.createStatement();
        Connection connection = scene.connect()) {
      other.setAutoCommit(false);
      statement.execute("LOCK TABLE app." + quoted);
      statement.execute("SELECT pg_sleep(0.05)");

      MigrationResult result =
          runner(QUICK.others(Duration.ofMillis(40), MINUTE, 1L << 40), progress -> {})
              .build()
              .run(connection, migration);
      other.rollback();
      runner(QUICK, progress -> {}).build().run(connection, migration);

      assertThat(result.ending()).isEqualTo(Ending.BLOCKED);
      assertThat(result.obstacles()).isNotEmpty();
      assertThat(result.toString() + log.read(migration.id()))
          .contains("\\u{1b}")
          .doesNotContain("\u001b", "\n", "\u202e");
    }
    assertThat(
            scene.text(
                "SELECT count(*) FROM pg_attribute WHERE attname = 'c' AND attrelid ="
                    + " to_regclass("
                    + Relations.literal("app." + quoted)
                    + ")"))
        .isEqualTo("1");
  }

  private static Migration.Step step(ObjectName on, String... statements) {
    return new Migration.Step(
        "test.step",
        on,
        List.of(statements),
        Migration.Commit.TRANSACTION,
        Route.SCRIPT,
        Map.of(on.toString(), LockMode.ACCESS_EXCLUSIVE),
        Work.CATALOG_ONLY,
        Set.<Hazard>of(),
        "",
        NO_PROBE,
        "",
        List.of(),
        Optional.empty());
  }

  @Test
  void a_foreign_table_which_cannot_be_locked_is_changed_all_the_same() throws Exception {
    scene.execute(
        "DROP SERVER IF EXISTS far CASCADE",
        "DROP FOREIGN DATA WRAPPER IF EXISTS nothing",
        "CREATE FOREIGN DATA WRAPPER nothing",
        "CREATE SERVER far FOREIGN DATA WRAPPER nothing",
        "CREATE FOREIGN TABLE app.away (id int) SERVER far");
    ObjectName away = new ObjectName("app", "away");
    Migration migration =
        open(scene.state(), step(away, "ALTER FOREIGN TABLE app.away ADD COLUMN c integer"));
    try (Connection connection = scene.connect()) {
      MigrationResult result = runner(QUICK, progress -> {}).build().run(connection, migration);

      assertThat(result.why()).isEmpty();
    }
    assertThat(scene.schema().table(away).orElseThrow().columns()).hasSize(2);
  }

  /** Else a change would slip in between the reading and the lock. */
  @Test
  void whatever_changes_the_schema_changes_the_mark() throws Exception {
    List<String> unseen = new ArrayList<>();
    List<String> changes =
        List.of(
            "CREATE SCHEMA app2",
            "COMMENT ON SCHEMA app2 IS 'x'",
            "CREATE TYPE app2.mood AS ENUM ('a')",
            "ALTER TYPE app2.mood ADD VALUE 'b'",
            "ALTER TYPE app2.mood RENAME VALUE 'b' TO 'c'",
            "CREATE TYPE app2.pair AS (a int, b text)",
            "ALTER TYPE app2.pair ADD ATTRIBUTE c int",
            "CREATE TYPE app2.span AS RANGE (subtype = float8)",
            "CREATE DOMAIN app2.amount AS numeric CHECK (VALUE > 0)",
            "ALTER DOMAIN app2.amount SET DEFAULT 1",
            "ALTER DOMAIN app2.amount ADD CONSTRAINT low CHECK (VALUE < 9) NOT VALID",
            "ALTER DOMAIN app2.amount VALIDATE CONSTRAINT low",
            "CREATE SEQUENCE app2.s",
            "ALTER SEQUENCE app2.s INCREMENT 5",
            "CREATE TABLE app2.x (id int, v app2.amount, n text COLLATE \"C\")",
            "ALTER SEQUENCE app2.s OWNED BY app2.x.id",
            "ALTER TABLE app2.x ALTER id SET DEFAULT nextval('app2.s')",
            "ALTER TABLE app2.x ALTER n SET STORAGE EXTERNAL",
            "ALTER TABLE app2.x ALTER n SET COMPRESSION pglz",
            "ALTER TABLE app2.x ALTER n SET STATISTICS 5",
            "ALTER TABLE app2.x SET (fillfactor = 50)",
            "ALTER TABLE app2.x ADD PRIMARY KEY (id)",
            "ALTER TABLE app2.x REPLICA IDENTITY FULL",
            "ALTER TABLE app2.x ENABLE ROW LEVEL SECURITY",
            "CREATE POLICY p ON app2.x USING (id > 0)",
            "ALTER POLICY p ON app2.x USING (id > 1)",
            "CREATE INDEX x_n ON app2.x (n)",
            "ALTER INDEX app2.x_n SET (fillfactor = 60)",
            "CLUSTER app2.x USING x_n",
            "CREATE STATISTICS app2.st ON id, n FROM app2.x",
            "CREATE FUNCTION app2.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
            "CREATE OR REPLACE FUNCTION app2.f() RETURNS trigger LANGUAGE plpgsql AS"
                + " 'BEGIN RETURN OLD; END'",
            "CREATE TRIGGER tr BEFORE UPDATE ON app2.x FOR EACH ROW EXECUTE FUNCTION app2.f()",
            "ALTER TABLE app2.x DISABLE TRIGGER tr",
            "CREATE RULE r AS ON DELETE TO app2.x DO INSTEAD NOTHING",
            "CREATE VIEW app2.v AS SELECT id FROM app2.x",
            "CREATE OR REPLACE VIEW app2.v AS SELECT id, n FROM app2.x",
            "CREATE MATERIALIZED VIEW app2.m AS SELECT 1 AS a",
            "CREATE TABLE app2.parts (id int) PARTITION BY RANGE (id)",
            "CREATE TABLE app2.part (id int)",
            "ALTER TABLE app2.parts ATTACH PARTITION app2.part FOR VALUES FROM (1) TO (2)",
            "ALTER TABLE app2.parts DETACH PARTITION app2.part",
            "CREATE TABLE app2.child () INHERITS (app2.part)",
            "ALTER TABLE app2.child NO INHERIT app2.part",
            "CREATE AGGREGATE app2.agg (int) (SFUNC = int4pl, STYPE = int)",
            "CREATE OPERATOR app2.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)",
            "CREATE COLLATION app2.coll FROM \"C\"",
            "CREATE TEXT SEARCH CONFIGURATION app2.ts (COPY = simple)",
            "CREATE CAST (app2.mood AS int) WITH INOUT",
            "CREATE PUBLICATION pub FOR TABLE app2.x",
            "ALTER PUBLICATION pub SET TABLE app2.part",
            "CREATE FUNCTION app2.e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'",
            "CREATE EVENT TRIGGER evt ON ddl_command_end EXECUTE FUNCTION app2.e()",
            "ALTER EVENT TRIGGER evt DISABLE",
            "CREATE FOREIGN DATA WRAPPER w2",
            "CREATE SERVER s2 FOREIGN DATA WRAPPER w2",
            "CREATE FOREIGN TABLE app2.ft (id int) SERVER s2",
            "ALTER FOREIGN TABLE app2.ft OPTIONS (ADD a 'b')",
            "ALTER SERVER s2 OPTIONS (ADD a 'b')",
            "CREATE EXTENSION hstore SCHEMA app2",
            "COMMENT ON COLUMN app2.x.n IS 'y'",
            "ALTER TABLE app2.x RENAME COLUMN n TO m",
            "ALTER TABLE app2.x RENAME TO y",
            "ALTER TABLE app2.y SET SCHEMA app",
            "DROP TABLE app.y CASCADE");
    try (Connection connection = scene.connect();
        Statement statement = connection.createStatement();
        Session session = Session.open(connection, PATIENT)) {
      CatalogWatch watch = new CatalogWatch(session, SchemaSource.of(List.of()));
      CatalogWatch.Seen before = watch.look();
      for (String change : changes) {
        statement.execute(change);
        boolean isStill = watch.isStill(before);
        CatalogWatch.Seen after = watch.look();
        if (isStill && !after.fingerprint().equals(before.fingerprint())) {
          unseen.add(change);
        }
        before = after;
      }
    } finally {
      scene.execute(
          "DROP EVENT TRIGGER IF EXISTS evt",
          "DROP PUBLICATION IF EXISTS pub",
          "DROP SCHEMA IF EXISTS app2 CASCADE",
          "DROP FOREIGN DATA WRAPPER IF EXISTS w2 CASCADE");
    }
    assertThat(unseen).isEmpty();
  }
}
