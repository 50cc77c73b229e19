package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.Constraint;
import dev.weirkeeper.drift.schema.Table;
import java.util.List;

/** Adds a constraint to a table that is in use: nothing long is done under a strong lock. */
final class OnlineConstraint {
  private OnlineConstraint() {}

  static List<StepDraft> steps(Draft draft, Table table, Constraint each, String kind) {
    boolean partitioned = table.kind() == Table.Kind.PARTITIONED;
    return switch (each.kind()) {
      case CHECK, FOREIGN_KEY, NOT_NULL -> {
        boolean alone =
            each.validity() == Constraint.Validity.NOT_VALID
                || each.definition().contains(" NOT ENFORCED")
                || partitioned && each.kind() == Constraint.Kind.FOREIGN_KEY;
        yield alone
            ? List.of(
                ConstraintOps.adding(draft, table, each, each.name(), each.definition(), kind))
            : List.of(
                ConstraintOps.adding(
                    draft, table, each, each.name(), each.definition() + " NOT VALID", kind),
                ConstraintOps.validating(draft, table, each, each.name(), kind));
      }
      case PRIMARY_KEY, UNIQUE, EXCLUSION ->
          List.of(
              ConstraintOps.adding(draft, table, each, each.name(), each.definition(), kind)
                  .work(partitioned ? Work.CATALOG_ONLY : Work.INDEX_BUILD));
    };
  }
}
