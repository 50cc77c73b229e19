package dev.weirkeeper.drift.rehearsal;

import dev.weirkeeper.drift.plan.Identity;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.plan.MigrationPlanner;
import dev.weirkeeper.drift.plan.PlanOptions;
import dev.weirkeeper.drift.plan.Refusal;
import dev.weirkeeper.drift.plan.SchemaChange;
import dev.weirkeeper.drift.plan.SchemaComparison;
import dev.weirkeeper.drift.postgres.catalog.SchemaReader;
import dev.weirkeeper.drift.rehearsal.RehearsalProof.Unproven;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Builds a schema anew from its description; names whatever it cannot build. */
final class Rebuild {
  private static final int MOST_DIFFERENCES = 50;

  private final Connection worker;
  private final DatabaseSchema target;
  private final List<String> schemas;
  private final Duration timeout;
  private final Budget budget;
  private final List<Unproven> unproven;

  Rebuild(
      Connection worker,
      DatabaseSchema target,
      List<String> schemas,
      Duration timeout,
      Budget budget,
      List<Unproven> unproven) {
    this.worker = worker;
    this.target = target;
    this.schemas = schemas;
    this.timeout = timeout;
    this.budget = budget;
    this.unproven = unproven;
  }

  void run() throws SQLException {
    DatabaseSchema goal = modelled(target);
    DatabaseSchema empty = within(SchemaReader.ofAll().read(worker).schema());
    Migration migration = plan(empty, goal);
    for (Refusal refusal : migration.refusals()) {
      unproven.add(
          new Unproven(
              Shown.text(refusal.kind()),
              Shown.text(refusal.subject()),
              "It cannot be built anew: " + Shown.text(refusal.why())));
    }
    carryOut(migration.steps());
    DatabaseSchema built = within(SchemaReader.ofAll().read(worker).schema());
    if (!built.fingerprint().equals(goal.fingerprint())) {
      List<SchemaChange> differences =
          SchemaComparison.between(modelled(built), goal, Identity.names()).changes();
      differences.stream()
          .limit(MOST_DIFFERENCES)
          .forEach(
              change ->
                  unproven.add(
                      new Unproven(
                          change.kind(),
                          Shown.text(change.subject().toString()),
                          "What was built anew differs here")));
    }
  }

  private static Migration plan(DatabaseSchema from, DatabaseSchema to) {
    return MigrationPlanner.plan(
        SchemaComparison.between(from, to, Identity.names()),
        PlanOptions.direct().with(PlanOptions.Destruction.ALLOW));
  }

  /** Whatever fails is tried again once others are there; what fails still is named. */
  private void carryOut(List<Migration.Step> steps) throws SQLException {
    List<Migration.Step> open = steps;
    List<Unproven> failures = List.of();
    int before;
    do {
      before = open.size();
      List<Migration.Step> failed = new ArrayList<>();
      failures = new ArrayList<>();
      for (Migration.Step step : open) {
        budget.goOn();
        Optional<String> why = carryOut(step);
        if (why.isPresent()) {
          failed.add(step);
          failures.add(new Unproven(step.kind(), Shown.name(step.on()), why.get()));
        }
      }
      open = failed;
    } while (!open.isEmpty() && open.size() < before);
    unproven.addAll(failures);
  }

  /** Why it failed. */
  private Optional<String> carryOut(Migration.Step step) throws SQLException {
    boolean isAlone = step.commit() == Migration.Commit.ALONE;
    worker.setAutoCommit(isAlone);
    try {
      for (String sql : step.statements()) {
        Sql.execute(worker, sql, timeout);
      }
      if (!isAlone) {
        worker.commit();
      }
      return Optional.empty();
    } catch (SQLException e) {
      if (e.getSQLState() == null || e.getSQLState().startsWith("08")) {
        throw e;
      }
      return Optional.of("It cannot be built anew: " + Sql.told(e));
    } finally {
      if (!isAlone) {
        worker.rollback();
      }
      worker.setAutoCommit(true);
    }
  }

  /** The new database as the target was read: a schema that was not asked for is not missing. */
  private DatabaseSchema within(DatabaseSchema schema) {
    return new DatabaseSchema(
        schema.major(),
        schema.namespaces().stream()
            .filter(each -> schemas.isEmpty() || schemas.contains(each.name()))
            .toList(),
        schema.enums(),
        schema.domains(),
        schema.sequences(),
        schema.tables(),
        schema.indexes(),
        schema.views(),
        List.of(),
        schema.dependencies());
  }

  private static DatabaseSchema modelled(DatabaseSchema schema) {
    return new DatabaseSchema(
        schema.major(),
        schema.namespaces(),
        schema.enums(),
        schema.domains(),
        schema.sequences(),
        schema.tables(),
        schema.indexes(),
        schema.views(),
        List.of(),
        schema.dependencies());
  }
}
