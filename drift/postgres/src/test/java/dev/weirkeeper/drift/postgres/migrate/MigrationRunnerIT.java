package dev.weirkeeper.drift.postgres.migrate;

import static dev.weirkeeper.drift.postgres.migrate.MigrationScene.QUICK;
import static dev.weirkeeper.drift.postgres.migrate.MigrationScene.alone;
import static dev.weirkeeper.drift.postgres.migrate.MigrationScene.hasColumn;
import static dev.weirkeeper.drift.postgres.migrate.MigrationScene.hasIndex;
import static dev.weirkeeper.drift.postgres.migrate.MigrationScene.inBatches;
import static dev.weirkeeper.drift.postgres.migrate.MigrationScene.inTransaction;
import static dev.weirkeeper.drift.postgres.migrate.MigrationScene.noRow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Hash;
import dev.weirkeeper.JournalException;
import dev.weirkeeper.Migrated;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.postgres.migrate.MigrationResult.Ending;
import dev.weirkeeper.drift.postgres.migrate.MigrationScene.Planned;
import dev.weirkeeper.testkit.LocalPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a runner does to a database that others use. */
class MigrationRunnerIT {
  private static final long SEED = 6;
  private static final Optional<String> NO_PROBE = Optional.empty();
  private static final String ADD_C = "ALTER TABLE \"app\".\"t\" ADD COLUMN \"c\" integer";
  private static final String SET_C = "\"c\" = \"b\" + 1";
  private static final String INDEX_B =
      "CREATE INDEX CONCURRENTLY \"t_b\" ON \"app\".\"t\" (\"b\")";

  private static LocalPostgres server;
  private MigrationScene scene;
  private final MigrationLog log = MigrationLog.inMemory();

  @BeforeAll
  static void start() throws Exception {
    server = LocalPostgres.start(Map.of("fsync", "off", "max_prepared_transactions", "5"));
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @BeforeEach
  void create() throws Exception {
    scene = MigrationScene.in(server, "postgres");
  }

  private MigrationRunner runner(RunLimits limits, Consumer<Progress> listener) {
    return runner(limits, listener, new Cancellation());
  }

  private MigrationRunner runner(
      RunLimits limits, Consumer<Progress> listener, Cancellation cancellation) {
    return MigrationRunner.builder(log, new Random(SEED))
        .schemas(List.of("app"))
        .limits(limits)
        .listener(listener)
        .cancellation(cancellation)
        .build();
  }

  private MigrationResult run(Planned planned) throws SQLException {
    return run(planned, QUICK, progress -> {});
  }

  private MigrationResult run(Planned planned, RunLimits limits, Consumer<Progress> listener)
      throws SQLException {
    try (Connection connection = scene.connect()) {
      return runner(limits, listener).run(connection, planned.migration(), planned.prediction());
    }
  }

  @Test
  void steps_of_all_three_sorts_are_done_in_their_order() throws Exception {
    Planned planned =
        scene.plan(
            inTransaction(hasColumn("c"), ADD_C),
            inBatches(noRow("c IS NULL"), SET_C, "c IS NULL"),
            alone(hasIndex("t_b"), INDEX_B),
            inTransaction(NO_PROBE, "ALTER TABLE \"app\".\"t\" DROP COLUMN \"a\""));
    List<Progress> heard = new ArrayList<>();

    MigrationResult result = run(planned, QUICK.batches(30, Duration.ZERO), heard::add);

    assertThat(result.why()).isEmpty();
    assertThat(result.ending()).isEqualTo(Ending.DONE);
    assertThat(result.done()).isEqualTo(4);
    assertThat(scene.state()).isEqualTo(planned.migration().to());
    assertThat(scene.text("SELECT count(*) FROM app.t WHERE c = b + 1")).isEqualTo("100");
    assertThat(heard.stream().filter(each -> each.phase() == Progress.Phase.DONE))
        .extracting(Progress::step)
        .containsExactly(0, 1, 2, 3);
    assertThat(log.read(planned.migration().id()))
        .hasOnlyElementsOfTypes(
            Migrated.Begun.class,
            Migrated.Stepping.class,
            Migrated.Stepped.class,
            Migrated.Ended.class)
        .hasSize(10);
  }

  @Test
  void without_a_proof_each_step_starts_where_the_last_one_was_seen_to_end() throws Exception {
    Planned planned = scene.plan(inTransaction(NO_PROBE, ADD_C), alone(NO_PROBE, INDEX_B));

    MigrationResult result;
    try (Connection connection = scene.connect()) {
      result = runner(QUICK, progress -> {}).run(connection, planned.migration());
    }

    assertThat(result.ending()).isEqualTo(Ending.DONE);
  }

  @Test
  void a_target_that_moved_before_the_start_is_left_alone() throws Exception {
    Planned planned = scene.plan(inTransaction(NO_PROBE, ADD_C));
    scene.execute("ALTER TABLE app.t ADD COLUMN z int");
    Hash before = scene.state();

    MigrationResult result = run(planned);

    assertThat(result.ending()).isEqualTo(Ending.MOVED);
    assertThat(result.why().orElseThrow()).contains("The target moved meanwhile");
    assertThat(scene.state()).isEqualTo(before);
  }

  @Test
  void a_target_that_moves_while_a_step_waits_for_its_lock_is_left_alone() throws Exception {
    Planned planned =
        scene.plan(
            inTransaction(NO_PROBE, "COMMENT ON TABLE \"app\".\"t\" IS 'x'"),
            inTransaction(NO_PROBE, ADD_C));
    try (Connection other = scene.connect();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      Consumer<Progress> listener =
          progress -> {
            try {
              if (progress.phase() == Progress.Phase.TRYING
                  && progress.step() == 1
                  && progress.attempt() == 1) {
                statement.execute("ALTER TABLE app.t ADD COLUMN z int");
              } else if (progress.phase() == Progress.Phase.WAITING) {
                other.commit();
              }
            } catch (SQLException e) {
              throw new IllegalStateException(e);
            }
          };

      MigrationResult result = run(planned, QUICK, listener);

      assertThat(result.ending()).isEqualTo(Ending.MOVED);
      assertThat(result.done()).isEqualTo(1);
    }
    assertThat(scene.text(hasColumn("c").orElseThrow())).isEqualTo("f");
    assertThat(scene.text(hasColumn("z").orElseThrow())).isEqualTo("t");
  }

  @Test
  void a_target_that_moves_between_two_steps_is_left_alone() throws Exception {
    Planned planned = scene.plan(inTransaction(NO_PROBE, ADD_C), alone(NO_PROBE, INDEX_B));
    Consumer<Progress> listener =
        progress -> {
          try {
            if (progress.phase() == Progress.Phase.DONE) {
              scene.execute("ALTER TABLE app.t ALTER b SET NOT NULL");
            }
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        };

    MigrationResult result = run(planned, QUICK, listener);

    assertThat(result.ending()).isEqualTo(Ending.MOVED);
    assertThat(scene.text(hasIndex("t_b").orElseThrow())).isEqualTo("f");
  }

  @Test
  void catalog_rows_that_are_rewritten_without_a_change_do_not_stop_a_run() throws Exception {
    Planned planned = scene.plan(inTransaction(NO_PROBE, ADD_C));
    scene.execute("CREATE TABLE app.other (x int)", "DROP TABLE app.other");
    List<Integer> attempts = new ArrayList<>();
    Consumer<Progress> listener =
        progress -> {
          try {
            if (progress.phase() == Progress.Phase.TRYING) {
              attempts.add(progress.attempt());
              if (progress.attempt() == 1) {
                scene.execute("CREATE TABLE app.passing (x int)", "DROP TABLE app.passing");
                scene.execute("ALTER TABLE app.t SET (fillfactor = 90)");
                scene.execute("ALTER TABLE app.t RESET (fillfactor)");
              }
            }
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        };

    MigrationResult result = run(planned, QUICK, listener);

    assertThat(result.why()).isEmpty();
    assertThat(attempts).containsExactly(1, 2);
  }

  @Test
  void a_second_runner_is_told_that_another_runs() throws Exception {
    Planned planned = scene.plan(inTransaction(NO_PROBE, ADD_C));
    List<MigrationResult> second = new ArrayList<>();
    Consumer<Progress> listener =
        progress -> {
          try {
            if (second.isEmpty()) {
              second.add(run(planned));
            }
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        };

    MigrationResult first = run(planned, QUICK, listener);

    assertThat(first.ending()).isEqualTo(Ending.DONE);
    assertThat(second.get(0).ending()).isEqualTo(Ending.BUSY);
    assertThat(second.get(0).why().orElseThrow()).contains("Another run");
  }

  @Test
  void a_lock_that_is_not_given_in_time_is_asked_for_again() throws Exception {
    Planned planned = scene.plan(inTransaction(NO_PROBE, ADD_C));
    try (Connection other = scene.connect();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("SELECT count(*) FROM app.t");
      List<Progress> heard = new ArrayList<>();
      Consumer<Progress> listener =
          progress -> {
            heard.add(progress);
            try {
              if (progress.phase() == Progress.Phase.WAITING && progress.attempt() == 2) {
                other.rollback();
              }
            } catch (SQLException e) {
              throw new IllegalStateException(e);
            }
          };

      MigrationResult result =
          run(
              planned,
              QUICK.others(Duration.ofMinutes(1), Duration.ofMinutes(1), 1L << 40),
              listener);

      assertThat(result.ending()).isEqualTo(Ending.DONE);
      assertThat(heard.stream().filter(each -> each.phase() == Progress.Phase.TRYING)).hasSize(3);
    }
  }

  @Test
  void a_table_that_an_old_transaction_holds_is_not_waited_for_and_nobody_is_ended()
      throws Exception {
    Planned planned = scene.plan(inTransaction(NO_PROBE, ADD_C));
    try (Connection other = scene.connect();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("SELECT count(*) FROM app.t");
      statement.execute("SELECT pg_sleep(0.05)");
      List<Progress> heard = new ArrayList<>();

      MigrationResult result =
          run(
              planned,
              QUICK.others(Duration.ofMillis(40), Duration.ofMinutes(1), 1L << 40),
              heard::add);

      assertThat(result.ending()).isEqualTo(Ending.BLOCKED);
      assertThat(result.obstacles())
          .extracting(Obstacle::kind)
          .contains(Obstacle.Kind.LONG_TRANSACTION);
      assertThat(heard).noneMatch(each -> each.phase() == Progress.Phase.TRYING);
      statement.execute("SELECT 1");
      other.rollback();
    }
    assertThat(run(planned).ending()).isEqualTo(Ending.DONE);
  }

  @Test
  void a_prepared_transaction_in_the_way_is_named() throws Exception {
    Planned planned = scene.plan(inTransaction(NO_PROBE, ADD_C));
    scene.execute("BEGIN; DELETE FROM app.t WHERE id = 1; PREPARE TRANSACTION 'p'");

    MigrationResult result = run(planned);
    scene.execute("ROLLBACK PREPARED 'p'");

    assertThat(result.ending()).isEqualTo(Ending.BLOCKED);
    assertThat(result.obstacles())
        .extracting(Obstacle::kind)
        .contains(Obstacle.Kind.PREPARED_TRANSACTION);
  }

  @Test
  void a_step_that_fails_leaves_nothing_behind_and_is_not_tried_again() throws Exception {
    Planned planned = scene.plan(inTransaction(NO_PROBE, ADD_C));
    Migration failing =
        new Migration(
            "postgresql",
            planned.migration().from(),
            planned.migration().to(),
            List.of(
                inTransaction(NO_PROBE, ADD_C, "ALTER TABLE \"app\".\"t\" ADD CHECK (\"b\" > 5)")),
            List.of(),
            List.of());
    List<Progress> heard = new ArrayList<>();

    MigrationResult result;
    try (Connection connection = scene.connect()) {
      result = runner(QUICK, heard::add).run(connection, failing);
    }

    assertThat(result.ending()).isEqualTo(Ending.FAILED);
    assertThat(result.why().orElseThrow()).contains("23514").doesNotContain("a1");
    assertThat(heard.stream().filter(each -> each.phase() == Progress.Phase.TRYING)).hasSize(1);
    assertThat(scene.state()).isEqualTo(failing.from());
  }

  @Test
  void the_invalid_index_of_a_concurrent_build_that_fails_is_dropped() throws Exception {
    Planned planned = scene.plan();
    Migration failing =
        new Migration(
            "postgresql",
            planned.migration().from(),
            planned.migration().to(),
            List.of(alone(hasIndex("t_b"), INDEX_B.replace("INDEX", "UNIQUE INDEX"))),
            List.of(),
            List.of());

    MigrationResult result;
    try (Connection connection = scene.connect()) {
      result = runner(QUICK, progress -> {}).run(connection, failing);
    }

    assertThat(result.ending()).isEqualTo(Ending.FAILED);
    assertThat(result.why().orElseThrow()).contains("23505");
    assertThat(scene.text("SELECT count(*) FROM pg_index WHERE NOT indisvalid")).isEqualTo("0");
    assertThat(scene.state()).isEqualTo(failing.from());
  }

  @Test
  void a_concurrent_build_that_waits_too_long_is_cleared_away_and_tried_again() throws Exception {
    Planned planned = scene.plan(alone(hasIndex("t_b"), INDEX_B));
    try (Connection other = scene.connect();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("UPDATE app.t SET b = b WHERE id = 1");
      List<Integer> tried = new ArrayList<>();
      Consumer<Progress> listener =
          progress -> {
            try {
              if (progress.phase() == Progress.Phase.TRYING) {
                tried.add(progress.attempt());
              } else if (progress.phase() == Progress.Phase.WAITING) {
                assertThat(scene.text("SELECT count(*) FROM pg_index WHERE NOT indisvalid"))
                    .isEqualTo("1");
                other.rollback();
              }
            } catch (SQLException e) {
              throw new IllegalStateException(e);
            }
          };

      MigrationResult result =
          run(
              planned,
              QUICK.others(Duration.ofMinutes(1), Duration.ofMinutes(1), 1L << 40),
              listener);

      assertThat(result.why()).isEmpty();
      assertThat(tried).containsExactly(1, 2);
    }
  }

  @Test
  void a_cancelled_run_goes_on_where_it_stood() throws Exception {
    Planned planned =
        scene.plan(
            inTransaction(NO_PROBE, ADD_C),
            inTransaction(NO_PROBE, "ALTER TABLE \"app\".\"t\" DROP COLUMN \"a\""));
    Cancellation cancellation = new Cancellation();
    MigrationResult first;
    try (Connection connection = scene.connect()) {
      first =
          runner(QUICK, progress -> cancellation.cancel(), cancellation)
              .run(connection, planned.migration());
    }

    MigrationResult second;
    try (Connection connection = scene.connect()) {
      second = runner(QUICK, progress -> {}).run(connection, planned.migration());
    }

    assertThat(first.ending()).isEqualTo(Ending.CANCELLED);
    assertThat(first.done()).isEqualTo(1);
    assertThat(second.ending()).isEqualTo(Ending.DONE);
  }

  @Test
  void a_finished_migration_that_is_run_again_does_nothing() throws Exception {
    Planned planned = scene.plan(inTransaction(NO_PROBE, ADD_C));
    run(planned);
    List<Progress> heard = new ArrayList<>();

    MigrationResult again = run(planned, QUICK, heard::add);

    assertThat(again.ending()).isEqualTo(Ending.DONE);
    assertThat(heard).isEmpty();
  }

  @Test
  void a_proof_tells_where_a_migration_stands_whose_log_is_lost() throws Exception {
    Planned planned =
        scene.plan(
            inTransaction(NO_PROBE, ADD_C),
            inTransaction(NO_PROBE, "ALTER TABLE \"app\".\"t\" DROP COLUMN \"a\""));
    scene.execute(ADD_C);

    MigrationResult result = run(planned);

    assertThat(result.ending()).isEqualTo(Ending.DONE);
    assertThat(scene.state()).isEqualTo(planned.migration().to());
  }

  @Test
  void a_statement_that_ends_its_transaction_is_noticed() throws Exception {
    Planned planned = scene.plan();
    Migration odd =
        new Migration(
            "postgresql",
            planned.migration().from(),
            planned.migration().to(),
            List.of(inTransaction(NO_PROBE, ADD_C, "COMMIT")),
            List.of(),
            List.of());

    MigrationResult result;
    try (Connection connection = scene.connect()) {
      result = runner(QUICK, progress -> {}).run(connection, odd);
    }

    assertThat(result.ending()).isEqualTo(Ending.UNDECIDED);
  }

  @Test
  void invariant_2_nothing_is_done_if_the_log_cannot_be_written() throws Exception {
    Planned planned = scene.plan(inTransaction(NO_PROBE, ADD_C));
    MigrationLog full =
        new MigrationLog() {
          @Override
          public void write(Migrated body) {
            if (body instanceof Migrated.Stepping) {
              throw new JournalException("The disk is full", new IllegalStateException());
            }
          }

          @Override
          public List<Migrated> read(Hash migration) {
            return List.of();
          }
        };
    MigrationRunner runner =
        MigrationRunner.builder(full, new Random(SEED)).schemas(List.of("app")).build();

    try (Connection connection = scene.connect()) {
      assertThatThrownBy(() -> runner.run(connection, planned.migration()))
          .isInstanceOf(JournalException.class);
      assertThat(connection.getAutoCommit()).isTrue();
    }
    assertThat(scene.state()).isEqualTo(planned.migration().from());
  }

  @Test
  void a_connection_is_given_back_as_it_was() throws Exception {
    Planned planned = scene.plan(inTransaction(NO_PROBE, ADD_C));
    try (Connection connection = scene.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("SET search_path = app, public");
      statement.execute("SET lock_timeout = '7s'");
      runner(QUICK, progress -> {}).run(connection, planned.migration());

      statement.execute("SELECT id FROM t");
      assertThat(scene.text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"))
          .isEqualTo("0");
      try (var row = statement.executeQuery("SHOW lock_timeout")) {
        row.next();
        assertThat(row.getString(1)).isEqualTo("7s");
      }
    }
  }

  @Test
  void invariant_4_a_login_of_the_boundary_is_refused() throws Exception {
    Planned planned = scene.plan(inTransaction(NO_PROBE, ADD_C));
    scene.execute(
        "DO $$ BEGIN CREATE ROLE wk_change LOGIN SUPERUSER; EXCEPTION WHEN duplicate_object THEN"
            + " END $$");
    try (Connection connection = server.connect(scene.database, "wk_change")) {
      MigrationResult result = runner(QUICK, progress -> {}).run(connection, planned.migration());

      assertThat(result.ending()).isEqualTo(Ending.REFUSED);
    }
    assertThat(scene.state()).isEqualTo(planned.migration().from());
  }

  @Test
  void a_migration_of_another_dialect_or_with_another_proof_is_refused() throws Exception {
    Planned planned = scene.plan(inTransaction(NO_PROBE, ADD_C));
    Migration duck =
        new Migration(
            "duckdb",
            planned.migration().from(),
            planned.migration().to(),
            planned.migration().steps(),
            List.of(),
            List.of());
    try (Connection connection = scene.connect()) {
      MigrationRunner runner = runner(QUICK, progress -> {});

      assertThat(runner.run(connection, duck).ending()).isEqualTo(Ending.REFUSED);
      assertThatThrownBy(
              () ->
                  runner.run(
                      connection,
                      planned.migration(),
                      new Prediction(duck.id(), duck.id(), List.of(duck.id(), duck.id()))))
          .isInstanceOf(IllegalArgumentException.class);
      connection.setAutoCommit(false);
      assertThatThrownBy(() -> runner.run(connection, planned.migration()))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void an_explanation_shows_what_a_run_would_meet_and_changes_nothing() throws Exception {
    Planned planned =
        scene.plan(inTransaction(hasColumn("c"), ADD_C), alone(hasIndex("t_b"), INDEX_B));
    try (Connection other = scene.connect();
        Statement statement = other.createStatement();
        Connection connection = scene.connect()) {
      other.setAutoCommit(false);
      statement.execute("SELECT count(*), pg_sleep(0.05) FROM app.t WHERE id = 1");

      Explanation explanation =
          runner(QUICK.others(Duration.ofMillis(40), Duration.ofMinutes(1), 1L << 40), p -> {})
              .explain(connection, planned.migration());

      assertThat(explanation.fit()).isEqualTo(Explanation.Fit.AT_START);
      assertThat(explanation.items()).hasSize(2);
      assertThat(explanation.items().get(0).isDone()).contains(false);
      assertThat(explanation.items().get(0).bytes()).isPositive();
      assertThat(explanation.items().get(0).obstacles())
          .extracting(Obstacle::kind)
          .contains(Obstacle.Kind.LONG_TRANSACTION);
    }
    assertThat(scene.state()).isEqualTo(planned.migration().from());
  }

  @Test
  void a_backfill_reaches_all_rows_while_others_write() throws Exception {
    Planned planned =
        scene.plan(
            inTransaction(hasColumn("c"), ADD_C),
            inBatches(noRow("c IS NULL"), SET_C, "c IS NULL"));
    scene.execute(
        "INSERT INTO app.t SELECT i, repeat('x', 200), 1 FROM generate_series(101, 20000) i");
    CompletableFuture<Void> stop = new CompletableFuture<>();
    Thread writer =
        new Thread(
            () -> {
              try (Connection connection = scene.connect();
                  Statement statement = connection.createStatement()) {
                Random random = new Random(SEED);
                while (!stop.isDone()) {
                  statement.execute(
                      "UPDATE app.t SET b = b + 1 WHERE id = " + (1 + random.nextInt(20_000)));
                }
              } catch (SQLException e) {
                stop.completeExceptionally(e);
              }
            });
    List<Progress> batches = new ArrayList<>();

    MigrationResult result;
    writer.start();
    try {
      result =
          run(
              planned,
              QUICK.batches(1_000, Duration.ZERO),
              progress -> {
                if (progress.phase() == Progress.Phase.BATCH) {
                  batches.add(progress);
                }
              });
    } finally {
      stop.complete(null);
      writer.join();
    }

    assertThat(stop.isCompletedExceptionally()).isFalse();
    assertThat(result.why()).isEmpty();
    assertThat(batches).hasSizeGreaterThan(5);
    assertThat(batches.get(batches.size() - 1).rows()).isGreaterThanOrEqualTo(20_000);
    assertThat(scene.text("SELECT count(*) FROM app.t WHERE c IS NULL")).isEqualTo("0");
  }

  @Test
  void a_backfill_waits_for_a_slot_that_is_too_far_behind() throws Exception {
    Planned planned =
        scene.plan(
            inTransaction(hasColumn("c"), ADD_C),
            inBatches(noRow("c IS NULL"), SET_C, "c IS NULL"));
    scene.execute("SELECT pg_create_physical_replication_slot('behind', true)");
    try {
      scene.execute("UPDATE app.t SET a = a || 'x'");

      MigrationResult result =
          run(
              planned,
              QUICK.others(Duration.ofSeconds(3), Duration.ofSeconds(10), 100),
              progress -> {});

      assertThat(result.ending()).isEqualTo(Ending.BLOCKED);
      assertThat(result.obstacles()).extracting(Obstacle::kind).contains(Obstacle.Kind.SLOT_BEHIND);
    } finally {
      scene.execute("SELECT pg_drop_replication_slot('behind')");
    }
    assertThat(run(planned).ending()).isEqualTo(Ending.DONE);
  }

  @Test
  void rows_that_a_backfill_cannot_fill_stop_it() throws Exception {
    Planned planned = scene.plan(inTransaction(hasColumn("c"), ADD_C));
    Migration never =
        new Migration(
            "postgresql",
            planned.migration().from(),
            planned.migration().to(),
            List.of(
                inTransaction(hasColumn("c"), ADD_C),
                inBatches(noRow("c IS NULL"), "\"c\" = 1", "\"c\" IS NULL AND \"id\" > 5")),
            List.of(),
            List.of());

    MigrationResult result;
    try (Connection connection = scene.connect()) {
      result = runner(QUICK, progress -> {}).run(connection, never);
    }

    assertThat(result.ending()).isEqualTo(Ending.FAILED);
    assertThat(result.why().orElseThrow()).contains("Rows are left");
  }
}
