package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.plan.Pairs.Pair;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Plans what tables inherit from, and what they are partitions of. */
final class ParentOps {
  private final Draft draft;

  ParentOps(Draft draft) {
    this.draft = draft;
  }

  /** Inheritance and partitions. Detaching comes early, attaching when the columns are there. */
  void change(Pair<Table> pair) {
    Table a = pair.from();
    Table b = pair.to();
    List<ObjectName> before = a.parents().stream().map(draft.former::of).toList();
    if (TableOps.sameParents(pair, draft.matching) && a.bound().equals(b.bound())) {
      return;
    }
    if (a.bound().isPresent()) {
      ObjectName parent = before.get(0);
      draft
          .add(
              Op.Act.ALTER,
              TableOps.item(b),
              Ranks.DETACH,
              "partition.moved",
              () ->
                  draft
                      .step("partition.moved", b.name())
                      .sql(
                          "ALTER TABLE "
                              + Sql.name(parent)
                              + " DETACH PARTITION "
                              + Sql.name(b.name()))
                      .exclusive(parent)
                      .exclusive(b.name())
                      .verify("The table stands alone with its rows"))
          .rids(Item.of(Item.Kind.TABLE, parent));
    } else {
      for (ObjectName parent : before) {
        if (!stays(parent, b)) {
          noInherit(b, parent);
        }
      }
    }
    if (b.bound().isPresent()) {
      attach(b, Optional.of(a));
    } else {
      for (ObjectName parent : b.parents()) {
        if (a.bound().isPresent() || !before.contains(parent) || !stays(parent, b)) {
          inherit(b, parent);
        }
      }
    }
  }

  /** A table that was dropped and made again under one name is another parent. */
  private boolean stays(ObjectName parent, Table child) {
    return child.parents().contains(parent) && draft.matching.areMatched(List.of(parent));
  }

  private void noInherit(Table table, ObjectName parent) {
    draft
        .add(
            Op.Act.ALTER,
            TableOps.item(table),
            Ranks.DETACH,
            "table.inheritance",
            () ->
                draft
                    .step("table.inheritance", table.name())
                    .sql(TableOps.alter(table) + "NO INHERIT " + Sql.name(parent))
                    .undo(TableOps.alter(table) + "INHERIT " + Sql.name(parent))
                    .exclusive(table.name())
                    .lock(parent, LockMode.ACCESS_SHARE)
                    .verify("The table stands alone with its rows"))
        .rids(Item.of(Item.Kind.TABLE, parent));
  }

  private void inherit(Table table, ObjectName parent) {
    Draft.Added added =
        draft.add(
            Op.Act.ALTER,
            TableOps.item(table),
            Ranks.ATTACH,
            "table.inheritance",
            () ->
                draft
                    .step("table.inheritance", table.name())
                    .sql(TableOps.alter(table) + "INHERIT " + Sql.name(parent))
                    .undo(TableOps.alter(table) + "NO INHERIT " + Sql.name(parent))
                    .exclusive(table.name())
                    .lock(parent, LockMode.SHARE_UPDATE_EXCLUSIVE)
                    .verify("The table is a child of the other one"));
    attachNeeds(added, table, parent);
  }

  private void attachNeeds(Draft.Added added, Table table, ObjectName parent) {
    added.needs(Item.of(Item.Kind.TABLE, parent));
    table.columns().forEach(each -> added.needs(Item.column(table.name(), each.name())));
    table
        .constraints()
        .forEach(each -> added.needs(new Item(Item.Kind.CONSTRAINT, table.name(), each.name())));
    draft.to.table(parent).stream()
        .flatMap(each -> each.columns().stream())
        .forEach(each -> added.needs(Item.column(parent, each.name())));
    draft.to.indexes().stream()
        .filter(index -> index.table().equals(table.name()))
        .filter(index -> index.constraint().isEmpty())
        .forEach(index -> added.needs(Item.of(Item.Kind.INDEX, index.name())));
    // What one of the two has no more, the other one need not have.
    draft.matching.tables.both().stream()
        .filter(pair -> pair.to().equals(table) || pair.to().name().equals(parent))
        .flatMap(this::removedColumns)
        .forEach(added::needs);
  }

  private Stream<Item> removedColumns(Pair<Table> pair) {
    return draft.matching.columns(pair.from(), pair.to()).removed().stream()
        .map(each -> draft.former.item(Item.column(pair.from().name(), each.name())));
  }

  void attach(Table table, Optional<Table> before) {
    ObjectName parent = table.parents().get(0);
    String bound = table.bound().orElseThrow();
    Draft.Added added =
        draft.addAll(
            Op.Act.ALTER,
            TableOps.item(table),
            Ranks.ATTACH,
            before.isPresent() ? "partition.moved" : "partition.created",
            () -> PartitionSteps.attach(draft, table, parent, bound, before.isPresent()));
    attachNeeds(added, table, parent);
  }
}
