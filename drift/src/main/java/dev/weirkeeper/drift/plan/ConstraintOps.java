package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.plan.Pairs.Pair;
import dev.weirkeeper.drift.schema.Constraint;
import dev.weirkeeper.drift.schema.Dependency;
import dev.weirkeeper.drift.schema.Index;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import java.util.List;
import java.util.Optional;

/** Plans what happens to constraints. */
final class ConstraintOps {
  private final Draft draft;

  ConstraintOps(Draft draft) {
    this.draft = draft;
  }

  /** Whether a constraint that is the same has to come from elsewhere: from here or from above. */
  static boolean originMatters(Pair<Constraint> pair) {
    return (pair.from().origin() == TableColumn.Origin.INHERITED)
        != (pair.to().origin() == TableColumn.Origin.INHERITED);
  }

  void all() {
    for (Table table : draft.matching.tables.added()) {
      for (Constraint each : table.constraints()) {
        if (!comes(table, each, Optional.empty())) {
          create(table, each);
        }
        comment(table, each, Comments.Made.NOW);
      }
    }
    for (Table table : draft.matching.tables.removed()) {
      table.constraints().stream()
          .filter(each -> each.kind() == Constraint.Kind.FOREIGN_KEY)
          .filter(each -> each.origin() == TableColumn.Origin.LOCAL)
          .filter(
              each -> each.references().filter(this::alsoGoes).isPresent() || loses(table, each))
          .forEach(each -> drop(table, draft.former.of(table.name()), each, each.name()));
    }
    for (Pair<Table> pair : draft.matching.tables.both()) {
      if (!TableOps.needsRebuild(pair, draft.matching)) {
        table(pair);
      }
    }
  }

  /** Tables that refer to each other cannot be dropped one by one before. */
  private boolean alsoGoes(ObjectName table) {
    return draft.mayDestroy()
        && draft.upheaval.dropped.contains(Item.of(Item.Kind.TABLE, draft.former.of(table)));
  }

  /** Whether the key that a foreign key of a dropped table refers to goes before the table does. */
  private boolean loses(Table table, Constraint foreign) {
    Item own = new Item(Item.Kind.CONSTRAINT, draft.former.of(table.name()), foreign.name());
    return draft.mayDestroy()
        && draft.former.dependencies(draft.from).stream()
            .anyMatch(each -> each.dependent().equals(own) && draft.upheaval.unsettled(each.on()));
  }

  /** Whether a table that is not dropped, because that was not allowed, refers to a key. */
  private boolean refusedByReference(String kind, Item key) {
    if (draft.mayDestroy()) {
      return false;
    }
    Optional<Item> user =
        draft.former.dependencies(draft.from).stream()
            .filter(each -> each.on().equals(key))
            .map(Dependency::dependent)
            .filter(each -> each.kind() == Item.Kind.CONSTRAINT)
            .filter(each -> draft.upheaval.dropped.contains(Item.of(Item.Kind.TABLE, each.name())))
            .findFirst();
    user.ifPresent(
        each ->
            draft.refuse(
                kind,
                key,
                each + " refers to it, and its table stays: dropping it was not allowed"));
    return user.isPresent();
  }

  private void table(Pair<Table> pair) {
    Pairs<Constraint> pairs = draft.matching.constraints(pair.from(), pair.to());
    for (Constraint each : pairs.removed()) {
      if (!leaves(pair, each) && !marksFilling(pair, each) && !draft.shadows.uses(each.name())) {
        Item old =
            draft.former.item(new Item(Item.Kind.CONSTRAINT, pair.from().name(), each.name()));
        drop(pair.from(), pair.to().name(), each, old.part());
      }
    }
    for (Constraint each : pairs.added()) {
      boolean filled =
          each.kind() == Constraint.Kind.NOT_NULL
              && pair.to()
                  .column(each.columns().get(0))
                  .filter(column -> ColumnOps.fillPending(pair, column))
                  .isPresent();
      if (!filled && !comes(pair.to(), each, Optional.of(pair))) {
        create(pair.to(), each);
      }
      comment(pair.to(), each, Comments.Made.NOW);
    }
    for (Pair<Constraint> each : pairs.both()) {
      change(pair, each);
    }
  }

  /** It goes when the rows of its column are filled. */
  private boolean marksFilling(Pair<Table> pair, Constraint each) {
    return draft.matching.columns(pair.from(), pair.to()).both().stream()
        .anyMatch(column -> each.name().equals(OnlineColumn.mark(pair.to(), column.to())));
  }

  private void change(Pair<Table> pair, Pair<Constraint> each) {
    Item item = item(pair.to(), each.to());
    if (draft.upheaval.replaced.contains(item)) {
      if (draft.refusedByUser(TableDifferences.kind(each.to(), "removed"), item)) {
        return;
      }
      boolean here = !leaves(pair, each.from()) && !comes(pair.to(), each.to(), Optional.of(pair));
      if (here && draft.online() && replacesOnline(pair, each)) {
        replace(pair.to(), each.to());
        comment(pair.to(), each.to(), Comments.Made.NOW);
        return;
      }
      if (!leaves(pair, each.from())) {
        drop(pair.from(), pair.to().name(), each.from(), each.to().name());
      }
      if (!comes(pair.to(), each.to(), Optional.of(pair))) {
        create(pair.to(), each.to());
      }
      comment(pair.to(), each.to(), Comments.Made.NOW);
      return;
    }
    if (each.from().validity() == Constraint.Validity.NOT_VALID
        && each.to().validity() == Constraint.Validity.VALID) {
      draft.add(
          Op.Act.ALTER,
          item,
          Ranks.CONSTRAINT,
          "constraint.enforcement",
          () -> validate(pair.to(), each.to(), each.to().name()));
    }
    if (!each.from().comment().equals(each.to().comment())) {
      comment(pair.to(), each.to(), Comments.Made.BEFORE);
    }
  }

  /** Only its own words differ: nothing that it stands on changes, nothing stands on it. */
  private boolean replacesOnline(Pair<Table> table, Pair<Constraint> pair) {
    if (!OnlineConstraint.replaces(table.to(), pair.to())
        || pair.from().kind() != pair.to().kind()
        || draft.matching.same(table, pair.from(), pair.to())) {
      return false;
    }
    Item own = item(table.to(), pair.to());
    return draft.former.dependencies(draft.from).stream()
        .allMatch(
            each ->
                !(each.dependent().equals(own) && draft.upheaval.unsettled(each.on()))
                    && !each.on().equals(own));
  }

  private void replace(Table table, Constraint each) {
    String kind =
        each.kind() == Constraint.Kind.FOREIGN_KEY
            ? "fk.changed"
            : TableDifferences.kind(each, "added");
    Draft.Added added =
        draft.addAll(
            Op.Act.CREATE,
            item(table, each),
            each.kind() == Constraint.Kind.FOREIGN_KEY ? Ranks.FOREIGN_KEY : Ranks.CONSTRAINT,
            kind,
            () -> new OnlineConstraint(draft, table, each, kind).replace());
    each.columns().forEach(column -> added.needs(Item.column(table.name(), column)));
    each.references()
        .ifPresent(
            other -> {
              added.needs(Item.of(Item.Kind.TABLE, other));
              referenced(other).forEach(added::needs);
            });
  }

  private static Item item(Table table, Constraint constraint) {
    return new Item(Item.Kind.CONSTRAINT, table.name(), constraint.name());
  }

  static boolean indexed(Constraint each) {
    return each.kind() == Constraint.Kind.PRIMARY_KEY
        || each.kind() == Constraint.Kind.UNIQUE
        || each.kind() == Constraint.Kind.EXCLUSION;
  }

  /** Whether something else brings the constraint: a parent, or the column that is made. */
  private boolean comes(Table table, Constraint each, Optional<Pair<Table>> pair) {
    if (table.kind() == Table.Kind.COMPOSITE) {
      return true;
    }
    if (each.kind() == Constraint.Kind.NOT_NULL
        && each.validity() == Constraint.Validity.VALID
        && columnIsMade(table, each, pair)) {
      return true;
    }
    if (each.origin() != TableColumn.Origin.INHERITED) {
      return false;
    }
    boolean attached =
        table.bound().isPresent()
            && (pair.isEmpty()
                || !TableOps.sameParents(pair.get(), draft.matching)
                || !pair.get().from().bound().equals(pair.get().to().bound()));
    if (each.kind() == Constraint.Kind.FOREIGN_KEY) {
      return true;
    }
    return !attached && !(indexed(each) && table.bound().isPresent());
  }

  private boolean columnIsMade(Table table, Constraint each, Optional<Pair<Table>> pair) {
    if (pair.isEmpty()) {
      return true;
    }
    Item column = Item.column(table.name(), each.columns().get(0));
    return draft.upheaval.replaced.contains(column)
        || draft.matching.columns(pair.get().from(), pair.get().to()).added().stream()
            .anyMatch(added -> added.name().equals(each.columns().get(0)));
  }

  /** Whether something else takes the constraint away: a parent, or the column that is dropped. */
  private boolean leaves(Pair<Table> pair, Constraint each) {
    if (pair.from().kind() == Table.Kind.COMPOSITE) {
      return true;
    }
    if (each.kind() == Constraint.Kind.NOT_NULL) {
      Item column = draft.former.item(Item.column(pair.from().name(), each.columns().get(0)));
      if (draft.upheaval.dropped.contains(column) || draft.upheaval.replaced.contains(column)) {
        return true;
      }
    }
    return each.origin() == TableColumn.Origin.INHERITED
        && TableOps.sameParents(pair, draft.matching);
  }

  private static String alter(ObjectName table) {
    return "ALTER TABLE " + Sql.name(table) + " ";
  }

  private void drop(Table old, ObjectName table, Constraint each, String name) {
    String kind = TableDifferences.kind(each, "removed");
    Item item = new Item(Item.Kind.CONSTRAINT, table, name);
    if (draft.refusedByUser(kind, item) || refusedByReference(kind, item)) {
      return;
    }
    boolean foreign = each.kind() == Constraint.Kind.FOREIGN_KEY;
    int rank =
        foreign
            ? Ranks.DROP_FOREIGN_KEY
            : each.kind() == Constraint.Kind.NOT_NULL ? Ranks.DROP_DEFAULT : Ranks.DROP_CONSTRAINT;
    Draft.Added added =
        draft.add(
            Op.Act.DROP,
            item,
            rank,
            kind,
            () -> {
              StepDraft step =
                  draft
                      .step(kind, table)
                      .sql(alter(table) + "DROP CONSTRAINT " + Sql.name(name))
                      .undo(
                          alter(table)
                              + "ADD CONSTRAINT "
                              + Sql.name(name)
                              + " "
                              + each.definition())
                      .exclusive(table)
                      .probe(Probes.not(Probes.constraint(table, name)))
                      .verify("The table has no such constraint");
              if (foreign) {
                each.references().ifPresent(other -> step.exclusive(draft.former.of(other)));
              }
              if (indexed(each)) {
                step.hazard(Hazard.INDEX_DROPPED);
              }
              if (draft.upheaval.replaced.contains(item)) {
                step.hazard(Hazard.UNPROTECTED_WINDOW);
              }
              if (each.kind() == Constraint.Kind.PRIMARY_KEY
                  && old.replica().identity() == Table.Identity.DEFAULT) {
                step.hazard(Hazard.REPLICATION_IDENTITY_LOSS);
              }
              return step;
            });
    if (indexed(each)) {
      added.names(new ObjectName(table.schema(), name));
    }
  }

  private void create(Table table, Constraint each) {
    Item item = item(table, each);
    String kind = TableDifferences.kind(each, "added");
    int rank =
        switch (each.kind()) {
          case FOREIGN_KEY -> Ranks.FOREIGN_KEY;
          case NOT_NULL -> Ranks.CONSTRAINT - 1;
          default -> Ranks.CONSTRAINT;
        };
    Draft.Added added =
        draft.addAll(
            Op.Act.CREATE,
            item,
            rank,
            kind,
            () -> {
              OnlineConstraint online = new OnlineConstraint(draft, table, each, kind);
              Optional<StepDraft> there =
                  standing(table, each).map(index -> online.using(index.name().name()));
              if (there.isPresent()) {
                return List.of(there.get());
              }
              return draft.online() && !draft.fresh(table.name())
                  ? online.add()
                  : List.of(plain(table, each, kind));
            });
    each.references()
        .ifPresent(
            other -> {
              added.needs(Item.of(Item.Kind.TABLE, other));
              referenced(other).forEach(added::needs);
            });
    each.columns().forEach(column -> added.needs(Item.column(table.name(), column)));
    if (indexed(each)) {
      added.names(new ObjectName(table.name().schema(), each.name()));
    }
  }

  /** An index of the table that the constraint can take as it is. */
  private Optional<Index> standing(Table table, Constraint each) {
    return each.kind() != Constraint.Kind.PRIMARY_KEY && each.kind() != Constraint.Kind.UNIQUE
        ? Optional.empty()
        : draft.matching.indexes.both().stream()
            .filter(pair -> pair.to().table().equals(table.name()))
            .filter(pair -> pair.to().constraint().equals(Optional.of(each.name())))
            .filter(pair -> IndexOps.becomesKey(draft.matching, pair.from(), pair.to()))
            .map(Pair::from)
            .findFirst();
  }

  /**
   * Which key of the other table a foreign key uses is not in its definition: it needs them all.
   */
  private List<Item> referenced(ObjectName other) {
    return draft.to.table(other).stream()
        .flatMap(
            table ->
                table.constraints().stream()
                    .filter(ConstraintOps::indexed)
                    .map(each -> item(table, each)))
        .toList();
  }

  private StepDraft plain(Table table, Constraint each, String kind) {
    return adding(draft, table, each, each.name(), each.definition(), kind).work(work(table, each));
  }

  /** One ADD CONSTRAINT with its locks. */
  static StepDraft adding(
      Draft draft, Table table, Constraint each, String name, String definition, String kind) {
    boolean only = indexed(each) && table.kind() == Table.Kind.PARTITIONED;
    StepDraft step =
        draft
            .step(kind, table.name())
            .sql(
                (only ? TableOps.only(table) : alter(table.name()))
                    + "ADD CONSTRAINT "
                    + Sql.name(name)
                    + " "
                    + Deparse.readable(definition))
            .undo(alter(table.name()) + "DROP CONSTRAINT " + Sql.name(name))
            .probe(Probes.constraint(table.name(), name))
            .requires("All rows keep the constraint")
            .verify("The table has the constraint");
    if (each.kind() == Constraint.Kind.FOREIGN_KEY) {
      step.lock(table.name(), LockMode.SHARE_ROW_EXCLUSIVE);
      each.references().ifPresent(other -> step.lock(other, LockMode.SHARE_ROW_EXCLUSIVE));
    } else {
      step.exclusive(table.name());
    }
    return step;
  }

  private static Work work(Table table, Constraint each) {
    if (each.validity() == Constraint.Validity.NOT_VALID) {
      return Work.CATALOG_ONLY;
    }
    return switch (each.kind()) {
      case FOREIGN_KEY -> Work.FOREIGN_KEY_SCAN;
      case PRIMARY_KEY, UNIQUE, EXCLUSION ->
          table.kind() == Table.Kind.PARTITIONED ? Work.CATALOG_ONLY : Work.INDEX_BUILD;
      case CHECK, NOT_NULL -> Work.SCAN;
    };
  }

  private StepDraft validate(Table table, Constraint each, String name) {
    return validating(draft, table, each, name, "constraint.enforcement");
  }

  static StepDraft validating(Draft draft, Table table, Constraint each, String name, String kind) {
    StepDraft step =
        draft
            .step(kind, table.name())
            .sql(alter(table.name()) + "VALIDATE CONSTRAINT " + Sql.name(name))
            .lock(table.name(), LockMode.SHARE_UPDATE_EXCLUSIVE)
            .probe(Probes.validated(table.name(), name))
            .requires("All rows keep the constraint")
            .verify("The constraint is valid for all rows");
    if (each.kind() == Constraint.Kind.FOREIGN_KEY) {
      each.references().ifPresent(other -> step.lock(other, LockMode.ROW_SHARE));
      return step.work(Work.FOREIGN_KEY_SCAN);
    }
    return step.work(Work.SCAN);
  }

  private void comment(Table table, Constraint each, Comments.Made made) {
    Comments.on(
        draft,
        () -> "CONSTRAINT " + Sql.name(each.name()) + " ON " + Sql.name(table.name()),
        item(table, each),
        "constraint.comment-changed",
        each.comment(),
        made);
  }
}
