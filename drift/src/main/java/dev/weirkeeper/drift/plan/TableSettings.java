package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import java.util.ArrayList;
import java.util.List;

/** Plans what is said of a whole table beside its columns: row security, old rows in the log. */
final class TableSettings {
  private final Draft draft;

  TableSettings(Draft draft) {
    this.draft = draft;
  }

  void made(Table table) {
    if (table.kind() == Table.Kind.COMPOSITE) {
      return;
    }
    rowSecurity(table, Table.RowSecurity.OFF);
    if (table.kind() != Table.Kind.FOREIGN
        && table.replica().identity() != Table.Identity.DEFAULT) {
      replica(table);
    }
    table.clusteredBy().ifPresent(index -> cluster(table, index));
  }

  void change(Table a, Table b) {
    if (b.kind() == Table.Kind.COMPOSITE) {
      return;
    }
    rowSecurity(b, a.rowSecurity());
    if (!a.replica().equals(b.replica())
        || b.replica().index().filter(index -> anew(b, index)).isPresent()) {
      replica(b);
    }
    if (b.clusteredBy().isEmpty() && a.clusteredBy().isPresent()) {
      setting(b, "table.options-changed", "SET WITHOUT CLUSTER", LockMode.ACCESS_EXCLUSIVE);
    }
    b.clusteredBy()
        .filter(index -> !b.clusteredBy().equals(a.clusteredBy()) || anew(b, index))
        .ifPresent(index -> cluster(b, index));
  }

  /** Whether an index is made again and has forgotten what was said of it. */
  private boolean anew(Table table, String index) {
    return draft.upheaval.replaced.contains(
            Item.of(Item.Kind.INDEX, new ObjectName(table.name().schema(), index)))
        || draft.upheaval.replaced.contains(new Item(Item.Kind.CONSTRAINT, table.name(), index))
        || draft.matching.indexes.added().stream()
            .anyMatch(
                each -> each.table().equals(table.name()) && each.name().name().equals(index));
  }

  private void rowSecurity(Table table, Table.RowSecurity before) {
    boolean on = on(table.rowSecurity());
    boolean forced = forced(table.rowSecurity());
    List<String> actions = new ArrayList<>();
    if (on != on(before)) {
      actions.add((on ? "ENABLE" : "DISABLE") + " ROW LEVEL SECURITY");
    }
    if (forced != forced(before)) {
      actions.add((forced ? "FORCE" : "NO FORCE") + " ROW LEVEL SECURITY");
    }
    if (!actions.isEmpty()) {
      setting(table, "row-security.changed", String.join(", ", actions), LockMode.ACCESS_EXCLUSIVE);
    }
  }

  private static boolean on(Table.RowSecurity security) {
    return security == Table.RowSecurity.ON || security == Table.RowSecurity.FORCED;
  }

  private static boolean forced(Table.RowSecurity security) {
    return security == Table.RowSecurity.FORCED || security == Table.RowSecurity.OFF_FORCED;
  }

  private void replica(Table table) {
    Table.Replica replica = table.replica();
    String action =
        switch (replica.identity()) {
          case DEFAULT -> "DEFAULT";
          case NOTHING -> "NOTHING";
          case FULL -> "FULL";
          case INDEX -> "USING INDEX " + Sql.name(replica.index().orElseThrow());
        };
    Draft.Added added =
        setting(
            table,
            "replica-identity.widened",
            "REPLICA IDENTITY " + action,
            LockMode.ACCESS_EXCLUSIVE);
    replica.index().ifPresent(index -> needsIndex(added, table, index));
  }

  private void cluster(Table table, String index) {
    Draft.Added added =
        setting(
            table,
            "table.options-changed",
            "CLUSTER ON " + Sql.name(index),
            LockMode.SHARE_UPDATE_EXCLUSIVE);
    needsIndex(added, table, index);
  }

  private static void needsIndex(Draft.Added added, Table table, String index) {
    added.needs(
        Item.of(Item.Kind.INDEX, new ObjectName(table.name().schema(), index)),
        new Item(Item.Kind.CONSTRAINT, table.name(), index));
  }

  private Draft.Added setting(Table table, String kind, String action, LockMode lock) {
    return draft.add(
        Op.Act.ALTER,
        TableOps.item(table),
        Ranks.SETTING,
        kind,
        () ->
            draft
                .step(kind, table.name())
                .sql(TableOps.alter(table) + action)
                .lock(table.name(), lock));
  }
}
