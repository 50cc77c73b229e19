package dev.weirkeeper.drift.plan;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Plans the statements that take a PostgreSQL database (12 to 18) from one schema to another: pure,
 * so the same schemas and options give the same migration.
 *
 * <p>What a plan cannot do safely it refuses by name and does without; the rest leads where it can.
 * A migration that is interrupted after any of its steps needs no memory: another comparison of
 * what is there then, and another plan, lead to the same end. Expressions and definitions in it are
 * the servers' own deparse of what their catalogs hold; a migration is for review, rehearsal and
 * scripts, and no tool takes its SQL.
 */
public final class MigrationPlanner {
  private MigrationPlanner() {}

  /**
   * Plans what a comparison of these two schemas found.
   *
   * @throws IllegalArgumentException if it is a comparison of others
   */
  public static Migration plan(
      DatabaseSchema from, DatabaseSchema to, SchemaComparison comparison, PlanOptions options) {
    if (!from.equals(comparison.from()) || !to.equals(comparison.to())) {
      throw new IllegalArgumentException("The comparison is one of other schemas");
    }
    return plan(comparison, options);
  }

  /** Plans what a comparison found, for the server that its older schema was read from. */
  public static Migration plan(SchemaComparison comparison, PlanOptions options) {
    requireNonNull(comparison, "comparison");
    requireNonNull(options, "options");
    DatabaseSchema from = comparison.from();
    DatabaseSchema to = comparison.to();
    Renamer renamer = new Renamer(comparison, options);
    renamer.plan();
    if (renamer.stuck()) {
      return new Migration(
          "postgresql",
          from.fingerprint(),
          to.fingerprint(),
          List.of(),
          renamer.refusals(),
          List.of());
    }
    Former former = new Former(comparison.matching(), renamer.parked(), renamer.parkedParts());
    TableSql sql = new TableSql(from.major(), identities(to));
    Draft draft = new Draft(comparison, options, former, sql, from.major());
    new NamespaceOps(draft).all(renamer);
    new EnumOps(draft).all();
    new DomainOps(draft).all();
    new SequenceOps(draft).all();
    new TableOps(draft, sql).all();
    new ColumnOps(draft, sql).all();
    new ConstraintOps(draft).all();
    new IndexOps(draft).all();
    new ViewOps(draft).all();
    new OtherOps(draft).all();
    if (draft.online()) {
      draft.remarks.addAll(draft.readers.renames());
    }
    draft.prune();
    List<Migration.Step> steps = new ArrayList<>(renamer.steps());
    new OpOrder(draft.ops, former.dependencies(from), draft.nowDependencies())
        .sorted()
        .forEach(block -> steps.addAll(Remade.steps(block)));
    List<Refusal> refusals = new ArrayList<>(renamer.refusals());
    refusals.addAll(draft.refusals);
    return new Migration(
        "postgresql",
        from.fingerprint(),
        to.fingerprint(),
        steps,
        refusals,
        draft.remarks,
        Optional.of(from.major()));
  }

  private static Map<Sequence.Owner, Sequence> identities(DatabaseSchema to) {
    Map<Sequence.Owner, Sequence> identities = new HashMap<>();
    for (Sequence sequence : to.sequences()) {
      sequence
          .owner()
          .filter(owner -> owner.bond() == Sequence.Bond.IDENTITY)
          .ifPresent(owner -> identities.put(owner, sequence));
    }
    return identities;
  }
}
