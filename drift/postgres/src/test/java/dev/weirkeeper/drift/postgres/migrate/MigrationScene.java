package dev.weirkeeper.drift.postgres.migrate;

import dev.weirkeeper.Hash;
import dev.weirkeeper.drift.plan.Hazard;
import dev.weirkeeper.drift.plan.LockMode;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.plan.Route;
import dev.weirkeeper.drift.plan.Work;
import dev.weirkeeper.drift.postgres.catalog.SchemaReader;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.testkit.LocalPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A database of its own in a shared server, and migrations that are written by hand. */
final class MigrationScene {
  static final ObjectName T = new ObjectName("app", "t");
  static final RunLimits QUICK =
      RunLimits.usual()
          .lock(Duration.ofMillis(100))
          .attempts(5, Duration.ofMillis(10), Duration.ofMillis(50));

  final LocalPostgres server;
  final String database;

  private MigrationScene(LocalPostgres server, String database) {
    this.server = server;
    this.database = database;
  }

  /** A table {@code app.t} of a hundred rows, in a database where nothing else is. */
  static MigrationScene in(LocalPostgres server, String database) throws SQLException {
    MigrationScene scene = new MigrationScene(server, database);
    scene.reset();
    return scene;
  }

  private void reset() throws SQLException {
    execute(
        "DROP SCHEMA IF EXISTS app CASCADE",
        "CREATE SCHEMA app",
        "CREATE TABLE app.t (id int PRIMARY KEY, a text, b int)",
        "INSERT INTO app.t SELECT i, 'a' || i, i % 10 FROM generate_series(1, 100) i");
  }

  Connection connect() throws SQLException {
    return server.connect(database);
  }

  void execute(String... statements) throws SQLException {
    server.execute(database, statements);
  }

  String text(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  Hash state() throws SQLException {
    return schema().fingerprint();
  }

  DatabaseSchema schema() throws SQLException {
    try (Connection connection = connect()) {
      return SchemaReader.of(List.of("app")).read(connection).schema();
    }
  }

  /** The steps as a migration of this database, with the states that they were tried to lead to. */
  Planned plan(Migration.Step... steps) throws SQLException {
    Hash from = state();
    List<Hash> states = new ArrayList<>(List.of(Prediction.state(schema())));
    for (Migration.Step step : steps) {
      execute(step.statements().toArray(String[]::new));
      states.add(Prediction.state(schema()));
    }
    Hash to = state();
    reset();
    Migration migration =
        new Migration("postgresql", from, to, List.of(steps), List.of(), List.of());
    return new Planned(migration, new Prediction(from, migration.id(), states));
  }

  record Planned(Migration migration, Prediction prediction) {}

  static Migration.Step inTransaction(Optional<String> probe, String... statements) {
    return step(Migration.Commit.TRANSACTION, LockMode.ACCESS_EXCLUSIVE, probe, statements);
  }

  static Migration.Step alone(Optional<String> probe, String... statements) {
    return step(Migration.Commit.ALONE, LockMode.SHARE_UPDATE_EXCLUSIVE, probe, statements);
  }

  /** Sets something in the rows of {@code app.t} that are like this. */
  static Migration.Step inBatches(Optional<String> probe, String set, String open) {
    return step(
        Migration.Commit.BATCHES,
        LockMode.ROW_EXCLUSIVE,
        probe,
        "UPDATE \"app\".\"t\" SET "
            + set
            + " WHERE ctid = ANY (ARRAY(SELECT ctid FROM \"app\".\"t\" WHERE ("
            + open
            + ") LIMIT 10000))");
  }

  private static Migration.Step step(
      Migration.Commit commit, LockMode lock, Optional<String> probe, String... statements) {
    return new Migration.Step(
        "test.step",
        T,
        List.of(statements),
        commit,
        Route.SCRIPT,
        Map.of(T.toString(), lock),
        Work.CATALOG_ONLY,
        Set.<Hazard>of(),
        "",
        probe,
        "",
        List.of(),
        Optional.empty());
  }

  /** True once there is a column. */
  static Optional<String> hasColumn(String name) {
    return Optional.of(
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid ="
            + " pg_catalog.to_regclass('app.t') AND NOT attisdropped AND attname = '"
            + name
            + "')");
  }

  /** True once there is a valid index. */
  static Optional<String> hasIndex(String name) {
    return Optional.of(
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_index WHERE indisvalid AND indexrelid ="
            + " pg_catalog.to_regclass('app."
            + name
            + "'))");
  }

  /** True once no row of {@code app.t} is like this. */
  static Optional<String> noRow(String condition) {
    return Optional.of("SELECT NOT EXISTS (SELECT FROM app.t WHERE " + condition + ")");
  }
}
