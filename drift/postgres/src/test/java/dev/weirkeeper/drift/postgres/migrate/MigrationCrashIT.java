package dev.weirkeeper.drift.postgres.migrate;

import static dev.weirkeeper.drift.postgres.migrate.MigrationScene.alone;
import static dev.weirkeeper.drift.postgres.migrate.MigrationScene.hasColumn;
import static dev.weirkeeper.drift.postgres.migrate.MigrationScene.hasIndex;
import static dev.weirkeeper.drift.postgres.migrate.MigrationScene.inBatches;
import static dev.weirkeeper.drift.postgres.migrate.MigrationScene.inTransaction;
import static dev.weirkeeper.drift.postgres.migrate.MigrationScene.noRow;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Json;
import dev.weirkeeper.Migrated;
import dev.weirkeeper.drift.postgres.migrate.MigrationCrashChild.Place;
import dev.weirkeeper.drift.postgres.migrate.MigrationResult.Ending;
import dev.weirkeeper.drift.postgres.migrate.MigrationScene.Planned;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a runner at every boundary of every step and in the middle of each sort of step. */
class MigrationCrashIT {
  private static final long PATIENCE = 60;

  @TempDir Path folder;

  private MigrationScene scene;
  private Planned planned;
  private int kills;

  @Test
  void a_migration_that_is_killed_anywhere_goes_on_and_ends_where_it_should() throws Exception {
    try (LocalPostgres server = LocalPostgres.start(Map.of("fsync", "off"))) {
      scene = MigrationScene.in(server, "postgres");
      planned =
          scene.plan(
              // No probe: only the server knows whether its transaction was committed.
              inTransaction(Optional.empty(), "ALTER TABLE app.t ADD COLUMN c integer"),
              inBatches(noRow("c IS NULL"), "c = b + 1", "c IS NULL"),
              alone(hasIndex("t_c"), "CREATE INDEX CONCURRENTLY t_c ON app.t (c)"),
              inTransaction(
                  hasColumn("d"),
                  "ALTER TABLE app.t ADD COLUMN d integer",
                  "SELECT pg_sleep(0.3)",
                  "ALTER TABLE app.t DROP COLUMN a"));
      scene.execute(
          "INSERT INTO app.t SELECT i, repeat('x', 200), 1 FROM generate_series(101, 20000) i");
      Files.writeString(folder.resolve("migration"), Json.of(planned.migration()).text());
      Files.writeString(folder.resolve("prediction"), Json.of(planned.prediction()).text());

      kill(0, Place.ANNOUNCED);
      kill(0, Place.UNTOLD);
      kill(1, Place.ANNOUNCED);
      killWithin(1, "SELECT count(*) > 200 AND count(*) < 20000 FROM app.t WHERE c IS NOT NULL");
      kill(1, Place.UNTOLD);
      kill(2, Place.ANNOUNCED);
      killInConcurrentBuild();
      kill(2, Place.UNTOLD);
      kill(3, Place.ANNOUNCED);
      killWithin(
          3, "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%')");
      kill(3, Place.UNTOLD);
      MigrationResult result = resume();

      assertThat(result.why()).isEmpty();
      assertThat(result.ending()).isEqualTo(Ending.DONE);
      assertThat(scene.state()).isEqualTo(planned.migration().to());
      assertThat(scene.text("SELECT count(*) FROM app.t WHERE c = b + 1")).isEqualTo("20000");
      assertThat(scene.text("SELECT count(*) FROM pg_index WHERE NOT indisvalid")).isEqualTo("0");
      List<Migrated> written = MigrationLog.inFolder(log()).read(planned.migration().id());
      assertThat(written.stream().filter(Migrated.Stepped.class::isInstance))
          .extracting(body -> ((Migrated.Stepped) body).step())
          .containsExactly(0, 1, 2, 3);
      System.out.printf(
          "migration crash: %d kills over %d steps, converged, 0 steps done twice%n",
          kills, planned.migration().steps().size());
    }
  }

  private Path log() {
    return folder.resolve("log");
  }

  private Process child(int step, Place place) throws Exception {
    awaitNoRunner();
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xshare:auto",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            MigrationCrashChild.class.getName(),
            scene.server.url(scene.database),
            log().toString(),
            folder.resolve("migration").toString(),
            folder.resolve("prediction").toString(),
            Integer.toString(step),
            place.name())
        .redirectErrorStream(true)
        .start();
  }

  /** What a dead runner began goes on for seconds on the server, and keeps others out. */
  private void awaitNoRunner() throws Exception {
    await(
        "the dead session to end",
        "SELECT NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory')");
  }

  private void await(String what, String condition) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE);
    try (Connection connection = scene.connect();
        Statement statement = connection.createStatement()) {
      while (true) {
        try (var row = statement.executeQuery(condition)) {
          row.next();
          if (row.getBoolean(1)) {
            return;
          }
        }
        assertThat(System.nanoTime()).as("waited in vain for " + what).isLessThan(deadline);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
      }
    }
  }

  private void kill(int step, Place place) throws Exception {
    Process child = child(step, place);
    try (BufferedReader output = child.inputReader()) {
      assertThat(output.lines().toList().toString())
          .as("step %d %s", step, place)
          .endsWith("stopped]");
      assertThat(child.waitFor(PATIENCE, TimeUnit.SECONDS)).isTrue();
    } finally {
      child.destroyForcibly();
    }
    kills++;
  }

  private void killWithin(int step, String condition) throws Exception {
    Process child = child(step, Place.WITHIN);
    try {
      await("the middle of step " + step, condition);
    } finally {
      child.destroyForcibly().waitFor();
    }
    kills++;
  }

  /** An older writer keeps the build waiting, and the server builds on for a while. */
  private void killInConcurrentBuild() throws Exception {
    try (Connection writer = scene.connect();
        Statement statement = writer.createStatement()) {
      writer.setAutoCommit(false);
      statement.execute("UPDATE app.t SET b = b WHERE id = 1");
      killWithin(
          2,
          "SELECT EXISTS (SELECT FROM pg_stat_progress_create_index"
              + " WHERE phase LIKE 'waiting for writers%')");
      awaitNoRunner();
      assertThat(scene.text("SELECT count(*) FROM pg_index WHERE NOT indisvalid")).isEqualTo("1");
      writer.rollback();
    }
  }

  private MigrationResult resume() throws Exception {
    awaitNoRunner();
    try (Connection connection = scene.connect()) {
      return MigrationRunner.builder(MigrationLog.inFolder(log()), new Random(1))
          .schemas(List.of("app"))
          .build()
          .run(connection, planned.migration(), planned.prediction());
    }
  }
}
