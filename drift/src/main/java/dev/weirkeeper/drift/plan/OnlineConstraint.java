package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.Constraint;
import dev.weirkeeper.drift.schema.Index;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Adds and replaces constraints of tables in use: nothing long is done under a strong lock. */
final class OnlineConstraint {
  private final Draft draft;
  private final Table table;
  private final Constraint constraint;
  private final String kind;

  OnlineConstraint(Draft draft, Table table, Constraint constraint, String kind) {
    this.draft = draft;
    this.table = table;
    this.constraint = constraint;
    this.kind = kind;
  }

  /** Adds it: first for new rows only and then for old ones; a key by way of a unique index. */
  List<StepDraft> add() {
    return added(constraint.name());
  }

  /**
   * Adds it under another name, and gives it the name of the old one in the transaction that drops
   * that: there is no moment without either.
   */
  List<StepDraft> replace() {
    String temporary =
        Leftovers.name("con", table.name().toString(), constraint.name(), constraint.definition());
    if (ConstraintOps.indexed(constraint)) {
      List<StepDraft> steps = new ArrayList<>(index(temporary));
      steps.add(
          using(temporary)
              .sqlFirst(drop(constraint.name()))
              .hazard(Hazard.INDEX_DROPPED)
              .probe(
                  Probes.not(Probes.relation(new ObjectName(table.name().schema(), temporary)))));
      return steps;
    }
    List<StepDraft> steps = new ArrayList<>(added(temporary));
    StepDraft swap =
        draft
            .step(kind, table.name())
            .sql(
                drop(constraint.name()),
                alter()
                    + "RENAME CONSTRAINT "
                    + Sql.name(temporary)
                    + " TO "
                    + Sql.name(constraint.name()))
            .exclusive(table.name())
            .probe(Probes.not(Probes.constraint(table.name(), temporary)))
            .verify("The new constraint has the name of the old one");
    constraint.references().ifPresent(swap::exclusive);
    steps.add(swap);
    return steps;
  }

  /** Whether it can be put in the place of the old one without a moment with neither. */
  static boolean replaces(Table table, Constraint constraint) {
    return table.kind() == Table.Kind.TABLE
        && constraint.kind() != Constraint.Kind.EXCLUSION
        && constraint.kind() != Constraint.Kind.NOT_NULL
        && table.bound().isEmpty();
  }

  private String alter() {
    return "ALTER TABLE " + Sql.name(table.name()) + " ";
  }

  private String drop(String name) {
    return alter() + "DROP CONSTRAINT " + Sql.name(name);
  }

  private List<StepDraft> added(String name) {
    boolean partitioned = table.kind() == Table.Kind.PARTITIONED;
    switch (constraint.kind()) {
      case CHECK, FOREIGN_KEY, NOT_NULL -> {
        boolean once =
            constraint.validity() == Constraint.Validity.NOT_VALID
                || constraint.definition().contains(" NOT ENFORCED")
                || partitioned && constraint.kind() == Constraint.Kind.FOREIGN_KEY;
        return once
            ? List.of(adding(name, constraint.definition()))
            : List.of(
                adding(name, constraint.definition() + " NOT VALID"),
                ConstraintOps.validating(draft, table, constraint, name, kind));
      }
      default -> {
        if (partitioned || constraint.kind() == Constraint.Kind.EXCLUSION || keeping().isEmpty()) {
          return List.of(
              adding(name, constraint.definition())
                  .work(partitioned ? Work.CATALOG_ONLY : Work.INDEX_BUILD));
        }
        List<StepDraft> steps = new ArrayList<>(index(name));
        steps.add(using(name));
        return steps;
      }
    }
  }

  private StepDraft adding(String name, String definition) {
    return ConstraintOps.adding(draft, table, constraint, name, definition, kind);
  }

  private Optional<Index> keeping() {
    return draft.to.indexes().stream()
        .filter(index -> index.table().equals(table.name()))
        .filter(index -> index.constraint().equals(Optional.of(constraint.name())))
        .findFirst();
  }

  private List<StepDraft> index(String name) {
    return keeping()
        .map(index -> new IndexOps(draft).concurrently(index, name, kind))
        .map(List::of)
        .orElse(List.of());
  }

  /** The index takes the name of the constraint. */
  StepDraft using(String index) {
    String sort = constraint.kind() == Constraint.Kind.PRIMARY_KEY ? "PRIMARY KEY" : "UNIQUE";
    return draft
        .step(kind, table.name())
        .sql(
            alter()
                + "ADD CONSTRAINT "
                + Sql.name(constraint.name())
                + " "
                + sort
                + " USING INDEX "
                + Sql.name(index)
                + deferral())
        .undo(drop(constraint.name()))
        .exclusive(table.name())
        .probe(Probes.constraint(table.name(), constraint.name()))
        .requires("The unique index is valid")
        .verify("The table has the constraint");
  }

  private String deferral() {
    String definition = constraint.definition();
    int at = definition.lastIndexOf(" DEFERRABLE");
    return at < 0 ? "" : definition.substring(at);
  }
}
