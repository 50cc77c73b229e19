package dev.weirkeeper.examples.bench;

import dev.weirkeeper.drift.plan.Identity;
import dev.weirkeeper.drift.plan.SchemaComparison;
import dev.weirkeeper.drift.postgres.catalog.SchemaReader;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import liquibase.CatalogAndSchema;
import liquibase.database.Database;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import liquibase.diff.DiffGeneratorFactory;
import liquibase.diff.DiffResult;
import liquibase.diff.compare.CompareControl;
import liquibase.exception.LiquibaseException;
import liquibase.snapshot.DatabaseSnapshot;
import liquibase.snapshot.SnapshotControl;
import liquibase.snapshot.SnapshotGeneratorFactory;

/**
 * Two databases of 1,000 tables with 50 columns each are read and compared, by us and by Liquibase,
 * on one server in turns. Both start with a connection and end with what differs.
 */
final class DriftDiff {
  private static final String HERE = "drift_here";
  private static final String THERE = "drift_there";
  private static final int TABLES = 1000;
  private static final int COLUMNS = 50;

  private static final String FILL =
      """
      DO $$
      DECLARE columns text;
      BEGIN
        FOR t IN 1..%d LOOP
          SELECT string_agg('c' || c || CASE c %% 6
              WHEN 0 THEN ' integer NOT NULL DEFAULT 0' WHEN 1 THEN ' varchar(40)'
              WHEN 2 THEN ' numeric(12,2)' WHEN 3 THEN ' timestamptz DEFAULT now()'
              WHEN 4 THEN ' boolean NOT NULL' ELSE ' text' END, ', ')
            INTO columns FROM generate_series(2, %d) c;
          EXECUTE format('CREATE TABLE t%%s (c1 bigint PRIMARY KEY, %%s)', t, columns);
          EXECUTE format('CREATE INDEX t%%s_c2 ON t%%s (c2)', t, t);
        END LOOP;
      END $$
      """;

  /** One table in ten differs from its twin, each in one of four ways. */
  private static final String CHANGE =
      """
      DO $$
      BEGIN
        FOR t IN 1..%d LOOP
          EXECUTE format(CASE t %% 40
            WHEN 10 THEN 'ALTER TABLE t%%s ADD COLUMN added text'
            WHEN 20 THEN 'ALTER TABLE t%%s ALTER c7 TYPE varchar(80)'
            WHEN 30 THEN 'ALTER TABLE t%%s ALTER c10 DROP NOT NULL'
            WHEN 0 THEN 'DROP INDEX t%%s_c2' ELSE 'SELECT %%s' END, t);
        END LOOP;
      END $$
      """;

  private DriftDiff() {}

  static void measure(LocalPostgres server, int rounds, PrintStream out) throws Exception {
    Logger.getLogger("liquibase").setLevel(Level.OFF);
    for (String database : List.of(HERE, THERE)) {
      server.createDatabase(database);
      try (Connection connection = server.connect(database);
          Statement statement = connection.createStatement()) {
        statement.execute(FILL.formatted(TABLES, COLUMNS));
      }
    }
    server.execute(THERE, CHANGE.formatted(TABLES));
    for (String database : List.of(HERE, THERE)) {
      server.execute(database, "ANALYZE");
    }
    List<Double> theirs = new ArrayList<>();
    List<Double> ours = new ArrayList<>();
    List<Double> comparing = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    // The first round warms up.
    for (int round = 0; round <= rounds; round++) {
      long began = System.nanoTime();
      int found = liquibase(server);
      long between = System.nanoTime();
      Ours own = ours(server);
      double seconds = (System.nanoTime() - between) / 1e9;
      if (round > 0) {
        theirs.add((between - began) / 1e9);
        ours.add(seconds);
        comparing.add(own.comparing() / 1e6);
        ratios.add((between - began) / 1e9 / seconds);
      } else {
        out.printf(
            "%d tables x %d columns: Liquibase finds %d differences, we find %d%n",
            TABLES, COLUMNS, found, own.found());
      }
    }
    Bench.print(out, "Liquibase, two snapshots and their diff, s", theirs);
    Bench.print(out, "SchemaReader twice and SchemaComparison, s", ours);
    Bench.print(out, "of that SchemaComparison, ms", comparing);
    Bench.print(out, "Liquibase / ours", ratios);
  }

  /**
   * @param found differences
   * @param comparing nanoseconds without the reading
   */
  private record Ours(int found, long comparing) {}

  private static Ours ours(LocalPostgres server) throws SQLException {
    try (Connection here = server.connect(HERE);
        Connection there = server.connect(THERE)) {
      DatabaseSchema from = SchemaReader.ofAll().read(here).schema();
      DatabaseSchema to = SchemaReader.ofAll().read(there).schema();
      long began = System.nanoTime();
      int found = SchemaComparison.between(from, to, Identity.names()).changes().size();
      return new Ours(found, System.nanoTime() - began);
    }
  }

  private static int liquibase(LocalPostgres server) throws SQLException, LiquibaseException {
    try (Database here = database(server.connect(HERE));
        Database there = database(server.connect(THERE))) {
      DiffResult result =
          DiffGeneratorFactory.getInstance()
              .compare(snapshot(here), snapshot(there), CompareControl.STANDARD);
      return result.getMissingObjects().size()
          + result.getUnexpectedObjects().size()
          + result.getChangedObjects().size();
    }
  }

  private static Database database(Connection connection) throws LiquibaseException {
    return DatabaseFactory.getInstance()
        .findCorrectDatabaseImplementation(new JdbcConnection(connection));
  }

  private static DatabaseSnapshot snapshot(Database database) throws LiquibaseException {
    return SnapshotGeneratorFactory.getInstance()
        .createSnapshot(
            new CatalogAndSchema(null, "public"), database, new SnapshotControl(database));
  }
}
