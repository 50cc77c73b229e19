package dev.weirkeeper.drift.postgres.migrate;

import dev.weirkeeper.Hash;
import dev.weirkeeper.drift.plan.LockMode;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.plan.Work;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.ObjectName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** Looks at what a run would meet. */
final class Explaining {
  private static final String SIZE =
      "SELECT CASE WHEN c.reltuples < 0 THEN NULL ELSE c.reltuples::bigint END,"
          + " pg_catalog.pg_total_relation_size(c.oid)"
          + " FROM pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass(?)::oid";

  private final MigrationRunner runner;
  private final Migration migration;

  Explaining(MigrationRunner runner, Migration migration) {
    this.runner = runner;
    this.migration = migration;
  }

  Explanation on(Connection connection) {
    try (Session session = Session.looking(connection, runner.limits)) {
      DatabaseSchema schema = runner.source.read(connection);
      Hash state = schema.fingerprint();
      Explanation.Fit fit =
          state.equals(migration.from())
              ? Explanation.Fit.AT_START
              : state.equals(migration.to()) ? Explanation.Fit.AT_END : Explanation.Fit.ELSEWHERE;
      List<Explanation.Item> items = new ArrayList<>();
      for (int i = 0; i < migration.steps().size(); i++) {
        items.add(item(session, schema, i));
      }
      return new Explanation(migration.id(), state, fit, items);
    } catch (SQLException e) {
      throw new IllegalStateException("The database cannot be looked at: " + SqlStates.told(e));
    }
  }

  private Explanation.Item item(Session session, DatabaseSchema schema, int number)
      throws SQLException {
    Migration.Step step = migration.steps().get(number);
    SortedMap<ObjectName, LockMode> locked = Relations.lockedBy(step, schema);
    Obstacles obstacles = new Obstacles(session);
    List<Obstacle> met = new ArrayList<>(obstacles.toLocks(locked));
    if (step.commit() == Migration.Commit.ALONE) {
      met.addAll(obstacles.toConcurrentBuilds());
    }
    if (step.work() == Work.REWRITE || step.commit() == Migration.Commit.BATCHES) {
      met.addAll(obstacles.toManyWrites());
    }
    long rows = 0;
    boolean counted = true;
    long bytes = 0;
    for (ObjectName table : locked.keySet()) {
      for (List<Optional<String>> size : session.rows(SIZE, Relations.quoted(table))) {
        counted &= size.get(0).isPresent();
        rows += Long.parseLong(size.get(0).orElse("0"));
        bytes += Long.parseLong(size.get(1).orElse("0"));
      }
    }
    return new Explanation.Item(
        number,
        step.kind(),
        step.on(),
        Probes.isDone(session, step),
        locked,
        counted ? Optional.of(rows) : Optional.empty(),
        bytes,
        met);
  }
}
