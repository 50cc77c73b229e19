package dev.weirkeeper.examples.bench;

import dev.weirkeeper.drift.plan.Identity;
import dev.weirkeeper.drift.plan.SchemaComparison;
import dev.weirkeeper.drift.postgres.catalog.SchemaReader;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
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
 * Two databases with as many tables and columns as asked for are read and compared, by us and by
 * Liquibase, on one server in turns. Both start with a connection and end with what differs.
 */
final class DriftDiff {
  private static final String HERE = "drift_here";
  private static final String THERE = "drift_there";

  /** Held here, for a logger that nobody holds forgets its level. */
  private static final Logger LIQUIBASE = Logger.getLogger("liquibase");

  /** Tables that one statement makes: the server has locks for some thousand things at a time. */
  private static final int BATCH = 200;

  private static final String FILL =
      """
      DO $$
      DECLARE columns text;
      BEGIN
        FOR t IN %d..%d LOOP
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
        FOR t IN %d..%d LOOP
          EXECUTE format(CASE t %% 40
            WHEN 10 THEN 'ALTER TABLE t%%s ADD COLUMN added text'
            WHEN 20 THEN 'ALTER TABLE t%%s ALTER c7 TYPE varchar(80)'
            WHEN 30 THEN 'ALTER TABLE t%%s ALTER c10 DROP NOT NULL'
            WHEN 0 THEN 'DROP INDEX t%%s_c2' ELSE 'SELECT %%s' END, t);
        END LOOP;
      END $$
      """;

  /**
   * @param found differences
   * @param reading seconds for both databases, with the connections
   * @param comparing seconds
   */
  private record Result(int found, double reading, double comparing) {
    double whole() {
      return reading + comparing;
    }
  }

  private final LocalPostgres server;
  private final PrintStream out;

  private DriftDiff(LocalPostgres server, PrintStream out) {
    this.server = server;
    this.out = out;
  }

  /** Both sides, in turns. */
  static void measure(LocalPostgres server, int tables, int columns, int rounds, PrintStream out)
      throws Exception {
    LIQUIBASE.setLevel(Level.OFF);
    DriftDiff bench = new DriftDiff(server, out);
    bench.fill(tables, columns);
    bench.together(rounds);
    bench.kept();
  }

  /** Our side alone, for databases that take the other one too long. */
  static void alone(LocalPostgres server, int tables, int columns, int rounds, PrintStream out)
      throws Exception {
    DriftDiff bench = new DriftDiff(server, out);
    bench.fill(tables, columns);
    bench.ours(rounds);
    bench.kept();
  }

  private void fill(int tables, int columns) throws SQLException {
    for (String database : List.of(HERE, THERE)) {
      server.createDatabase(database);
      for (int from = 1; from <= tables; from += BATCH) {
        int to = Math.min(tables, from + BATCH - 1);
        server.execute(database, FILL.formatted(from, to, columns));
        if (database.equals(THERE)) {
          server.execute(database, CHANGE.formatted(from, to));
        }
      }
      server.execute(database, "ANALYZE");
    }
    // What filling left to be written is no part of what is measured.
    server.execute("postgres", "CHECKPOINT");
    out.printf("%d tables x %d columns, one of ten changed%n", tables, columns);
  }

  private void together(int rounds) throws Exception {
    List<Result> theirs = new ArrayList<>();
    List<Result> ours = new ArrayList<>();
    // The first round warms up. Who goes first changes from round to round.
    for (int round = 0; round <= rounds; round++) {
      Result early = round % 2 == 0 ? ours() : liquibase();
      Result late = round % 2 == 0 ? liquibase() : ours();
      Result our = round % 2 == 0 ? early : late;
      Result their = round % 2 == 0 ? late : early;
      if (round == 0) {
        out.printf("Liquibase finds %d differences, we find %d%n", their.found(), our.found());
      } else {
        theirs.add(their);
        ours.add(our);
      }
    }
    print("Liquibase, two snapshots, s", theirs, Result::reading);
    print("SchemaReader twice, s", ours, Result::reading);
    ratio("Liquibase / ours, reading", theirs, ours, Result::reading);
    print("Liquibase, diff, s", theirs, Result::comparing);
    print("SchemaComparison, s", ours, Result::comparing);
    ratio("Liquibase / ours, comparing", theirs, ours, Result::comparing);
    ratio("Liquibase / ours, both", theirs, ours, Result::whole);
  }

  private void ours(int rounds) throws Exception {
    List<Result> ours = new ArrayList<>();
    for (int round = 0; round <= rounds; round++) {
      Result result = ours();
      if (round > 0) {
        ours.add(result);
      }
    }
    print("SchemaReader twice, s", ours, Result::reading);
    print("SchemaComparison, s", ours, Result::comparing);
  }

  private void print(String what, List<Result> results, ToDoubleFunction<Result> figure) {
    Bench.print(out, what, results.stream().map(figure::applyAsDouble).toList());
  }

  private void ratio(
      String what, List<Result> above, List<Result> below, ToDoubleFunction<Result> figure) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < above.size(); i++) {
      ratios.add(figure.applyAsDouble(above.get(i)) / figure.applyAsDouble(below.get(i)));
    }
    Bench.print(out, what, ratios);
  }

  /** What one reading holds on to, in the heap. */
  private void kept() throws SQLException {
    double before = megabytesInUse();
    DatabaseSchema schema;
    try (Connection here = server.connect(HERE)) {
      schema = SchemaReader.ofAll().read(here).schema();
    }
    double after = megabytesInUse();
    out.printf(
        Locale.ROOT,
        "one reading of %d tables keeps %.1f MB of heap%n",
        schema.tables().size(),
        after - before);
  }

  private static double megabytesInUse() {
    Runtime runtime = Runtime.getRuntime();
    double least = Double.MAX_VALUE;
    for (int i = 0; i < 4; i++) {
      runtime.gc();
      least = Math.min(least, (runtime.totalMemory() - runtime.freeMemory()) / 1e6);
    }
    return least;
  }

  private Result ours() throws SQLException {
    long began = System.nanoTime();
    try (Connection here = server.connect(HERE);
        Connection there = server.connect(THERE)) {
      DatabaseSchema from = SchemaReader.ofAll().read(here).schema();
      DatabaseSchema to = SchemaReader.ofAll().read(there).schema();
      long read = System.nanoTime();
      int found = SchemaComparison.between(from, to, Identity.names()).changes().size();
      return result(found, began, read);
    }
  }

  private Result liquibase() throws SQLException, LiquibaseException {
    long began = System.nanoTime();
    try (Database here = database(server.connect(HERE));
        Database there = database(server.connect(THERE))) {
      DatabaseSnapshot from = snapshot(here);
      DatabaseSnapshot to = snapshot(there);
      long read = System.nanoTime();
      DiffResult result =
          DiffGeneratorFactory.getInstance().compare(from, to, CompareControl.STANDARD);
      int found =
          result.getMissingObjects().size()
              + result.getUnexpectedObjects().size()
              + result.getChangedObjects().size();
      return result(found, began, read);
    }
  }

  private static Result result(int found, long began, long read) {
    long done = System.nanoTime();
    return new Result(found, (read - began) / 1e9, (done - read) / 1e9);
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
