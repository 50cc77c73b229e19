package dev.weirkeeper.drift.postgres.migrate;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Migrated;
import dev.weirkeeper.drift.plan.Migration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import java.util.Random;

/** Runs a migration and stops dead where it is told to; the test then kills it. */
final class MigrationCrashChild {
  private MigrationCrashChild() {}

  /** Where it stops. */
  enum Place {
    /** The step is announced, and none of its statements has run. */
    ANNOUNCED,
    /** The step is committed, and nobody was told. */
    UNTOLD,
    /** The server is in the middle of it. */
    WITHIN
  }

  /**
   * @param arguments address of the database, folder of the log, file with the migration, file with
   *     the prediction, the step, the place
   */
  public static void main(String... arguments) throws Exception {
    MigrationLog log = MigrationLog.inFolder(Path.of(arguments[1]));
    Migration migration = Json.parse(Files.readString(Path.of(arguments[2]))).as(Migration.class);
    Prediction prediction =
        Json.parse(Files.readString(Path.of(arguments[3]))).as(Prediction.class);
    int step = Integer.parseInt(arguments[4]);
    Place place = Place.valueOf(arguments[5]);
    MigrationLog stopping =
        new MigrationLog() {
          @Override
          public void write(Migrated body) {
            if (place == Place.UNTOLD && body instanceof Migrated.Stepped it && it.step() == step) {
              stop();
            }
            log.write(body);
            if (place == Place.ANNOUNCED
                && body instanceof Migrated.Stepping it
                && it.step() == step) {
              stop();
            }
          }

          @Override
          public List<Migrated> read(Hash id) {
            return log.read(id);
          }
        };
    try (Connection connection = DriverManager.getConnection(arguments[0])) {
      MigrationResult result =
          MigrationRunner.builder(stopping, new Random(1))
              .schemas(List.of("app"))
              .limits(
                  RunLimits.usual()
                      .lock(java.time.Duration.ofMinutes(1))
                      .batches(100, java.time.Duration.ofMillis(20)))
              .build()
              .run(connection, migration, prediction);
      System.out.println(result);
    }
  }

  private static void stop() {
    System.out.println("stopped");
    System.out.flush();
    Runtime.getRuntime().halt(137);
  }
}
