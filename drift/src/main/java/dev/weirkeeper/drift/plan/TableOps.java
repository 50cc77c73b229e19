package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.plan.Pairs.Pair;
import dev.weirkeeper.drift.schema.Index;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Sequence;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Plans what happens to tables as wholes: making, dropping, and what is said of all of a table. */
final class TableOps {
  private final Draft draft;
  private final TableSql sql;

  TableOps(Draft draft, TableSql sql) {
    this.draft = draft;
    this.sql = sql;
  }

  /** What no ALTER TABLE changes. */
  static boolean needsRebuild(Pair<Table> pair, Matching matching) {
    Map<String, String> renamed = matching.renamedColumns(pair.from(), pair.to());
    Optional<String> old = pair.from().partitionKey();
    Optional<String> now = pair.to().partitionKey();
    return pair.from().kind() != pair.to().kind()
        || old.isPresent() != now.isPresent()
        || old.isPresent() && !matching.names.same(old.get(), now.orElseThrow(), renamed);
  }

  /** Whether a table has the parents that it had. */
  static boolean sameParents(Pair<Table> pair, Matching matching) {
    return pair.from().parents().stream()
            .map(matching.names::of)
            .toList()
            .equals(pair.to().parents())
        && matching.areMatched(pair.to().parents());
  }

  void all() {
    for (Table table : draft.matching.tables.added()) {
      draft.guarded(kind(table, "added"), item(table), () -> create(table));
    }
    for (Table table : draft.matching.tables.removed()) {
      drop(table);
    }
    for (Pair<Table> pair : draft.matching.tables.both()) {
      if (needsRebuild(pair, draft.matching)) {
        draft.refuse(
            pair.from().kind() == pair.to().kind() ? "partition.key-changed" : "table.kind-changed",
            item(pair.to()),
            "a table cannot become one of another kind or with another partition key. Make a new"
                + " table, copy the rows and drop the old one");
        draft.missing(item(pair.to()));
      } else {
        draft.guarded("table.options-changed", item(pair.to()), () -> change(pair));
      }
    }
  }

  static Item item(Table table) {
    return Item.of(Item.Kind.TABLE, table.name());
  }

  static String kind(Table table, String what) {
    return table.kind() == Table.Kind.COMPOSITE ? "composite.changed" : "table." + what;
  }

  static String alter(Table table) {
    return "ALTER TABLE " + Sql.name(table.name()) + " ";
  }

  private void create(Table table) {
    String kind = kind(table, "added");
    boolean composite = table.kind() == Table.Kind.COMPOSITE;
    Draft.Added added =
        draft.add(
            Op.Act.CREATE,
            item(table),
            Ranks.TABLE,
            kind,
            () -> {
              StepDraft step =
                  draft
                      .step(kind, table.name())
                      .sql(sql.create(table))
                      .probe(composite ? Probes.type(table.name()) : Probes.relation(table.name()))
                      .undo((composite ? "DROP TYPE " : "DROP TABLE ") + Sql.name(table.name()))
                      .verify("The table has its columns");
              List<String> more = new ArrayList<>();
              for (TableColumn column : table.columns()) {
                more.addAll(sql.afterwards(table, column));
                more.addAll(inherited(table, column));
              }
              if (!more.isEmpty()) {
                step.sql(only(table) + String.join(", ", more));
              }
              return step;
            });
    added.names(table.name());
    table.parents().forEach(parent -> added.needs(Item.of(Item.Kind.TABLE, parent)));
    parts(table).forEach(added::needs);
    if (table.bound().isPresent()) {
      new ParentOps(draft).attach(table, Optional.empty());
    }
    table.ofType().ifPresent(type -> ofType(table, type));
    new TableSettings(draft).made(table);
    comment(table, Comments.Made.NOW);
    for (TableColumn column : table.columns()) {
      ColumnOps.comment(draft, table, column, Comments.Made.NOW);
    }
  }

  static String only(Table table) {
    return (table.kind() == Table.Kind.FOREIGN ? "ALTER FOREIGN TABLE ONLY " : "ALTER TABLE ONLY ")
        + Sql.name(table.name())
        + " ";
  }

  /** What a child says otherwise than its parents of a column that it has from them. */
  private List<String> inherited(Table table, TableColumn column) {
    if (table.bound().isPresent()
        || column.origin() != TableColumn.Origin.INHERITED
        || column.filling() != TableColumn.Filling.PLAIN) {
      return List.of();
    }
    Optional<TableColumn> above =
        table.parents().stream()
            .flatMap(parent -> draft.to.table(parent).stream())
            .flatMap(parent -> parent.column(column.name()).stream())
            .findFirst();
    List<String> more = new ArrayList<>();
    String alter = "ALTER COLUMN " + Sql.name(column.name());
    if (above.isPresent() && !above.get().defaultValue().equals(column.defaultValue())) {
      more.add(
          alter
              + column
                  .defaultValue()
                  .map(value -> " SET DEFAULT " + value)
                  .orElse(" DROP DEFAULT"));
    }
    if (above.isPresent()
        && above.get().nullability() != column.nullability()
        && column.nullability() == dev.weirkeeper.Nullability.REQUIRED) {
      more.add(alter + " SET NOT NULL");
    }
    return more;
  }

  /** What the columns and defaults of a table need. */
  private Set<Item> parts(Table table) {
    Set<Item> needs = new HashSet<>();
    draft.nowDependencies().stream()
        .filter(each -> each.dependent().name().equals(table.name()))
        .filter(
            each ->
                each.dependent().kind() == Item.Kind.COLUMN
                    || each.dependent().kind() == Item.Kind.DEFAULT)
        .filter(each -> !each.on().name().equals(table.name()))
        .forEach(each -> needs.add(each.on()));
    return needs;
  }

  private void drop(Table table) {
    String kind = kind(table, "removed");
    Item item = Item.of(Item.Kind.TABLE, draft.former.of(table.name()));
    if (draft.refusedByUser(kind, item)
        || draft.refusedDestruction(kind, item, "Dropping a table")) {
      return;
    }
    String sort =
        switch (table.kind()) {
          case COMPOSITE -> "DROP TYPE ";
          case FOREIGN -> "DROP FOREIGN TABLE ";
          case TABLE, PARTITIONED -> "DROP TABLE ";
        };
    Draft.Added added =
        draft.add(
            Op.Act.DROP,
            item,
            Ranks.DROP_TABLE,
            kind,
            () ->
                locksOthers(draft.step(kind, item.name()), table)
                    .sql(sort + Sql.name(item.name()))
                    .exclusive(item.name())
                    .hazard(Hazard.DELETES_DATA)
                    .irreversible()
                    .probe(
                        Probes.not(
                            table.kind() == Table.Kind.COMPOSITE
                                ? Probes.type(item.name())
                                : Probes.relation(item.name())))
                    .requires("Nothing else uses the table, and its rows are saved or not wanted")
                    .verify("The table is not there"));
    added.names(item.name());
    draft.from.indexes().stream()
        .filter(index -> index.table().equals(table.name()))
        .map(Index::name)
        .forEach(added::names);
    draft.from.sequences().stream()
        .filter(each -> each.owner().filter(o -> o.table().equals(table.name())).isPresent())
        .map(Sequence::name)
        .forEach(added::names);
  }

  /** Tables that a dropped one refers to, and what it is a part of. */
  private StepDraft locksOthers(StepDraft step, Table table) {
    table.constraints().stream()
        .flatMap(each -> each.references().stream())
        .forEach(other -> step.exclusive(draft.former.of(other)));
    table.parents().forEach(parent -> step.exclusive(draft.former.of(parent)));
    return step;
  }

  private void change(Pair<Table> pair) {
    Table a = pair.from();
    Table b = pair.to();
    if (a.persistence() != b.persistence()) {
      alter(
          "table.persistence",
          b,
          b.persistence() == Table.Persistence.UNLOGGED ? "SET UNLOGGED" : "SET LOGGED",
          Work.REWRITE);
    }
    new ParentOps(draft).change(pair);
    options(a, b);
    if (!a.tablespace().equals(b.tablespace())) {
      String space = b.tablespace().orElse("pg_default");
      alter("table.options-changed", b, "SET TABLESPACE " + Sql.name(space), Work.REWRITE);
    }
    Optional<ObjectName> oldType = a.ofType().map(draft.former::of);
    if (!oldType.equals(b.ofType()) || oldType.filter(type -> typeChanges(type)).isPresent()) {
      oldType.ifPresent(type -> notOf(b, type));
      b.ofType().ifPresent(type -> ofType(b, type));
    }
    foreign(a, b);
    new TableSettings(draft).change(a, b);
    if (!a.comment().equals(b.comment())) {
      comment(b, Comments.Made.BEFORE);
    }
  }

  private boolean typeChanges(ObjectName type) {
    return draft.matching.tables.both().stream()
        .filter(pair -> pair.to().name().equals(type))
        .anyMatch(
            pair -> {
              Pairs<TableColumn> columns = draft.matching.columns(pair.from(), pair.to());
              return !columns.added().isEmpty()
                  || !columns.removed().isEmpty()
                  || columns.both().stream()
                      .anyMatch(each -> !each.from().type().equals(each.to().type()));
            });
  }

  private Draft.Added alter(String kind, Table table, String action, Work work) {
    return draft.add(
        Op.Act.ALTER,
        item(table),
        Ranks.ALTER_TABLE,
        kind,
        () ->
            draft
                .step(kind, table.name())
                .sql(alter(table) + action)
                .exclusive(table.name())
                .work(work));
  }

  private void options(Table a, Table b) {
    List<String> gone = new ArrayList<>(Sql.optionNames(a.options()));
    gone.removeAll(Sql.optionNames(b.options()));
    List<String> set = b.options().stream().filter(each -> !a.options().contains(each)).toList();
    List<String> actions = new ArrayList<>();
    if (!set.isEmpty()) {
      actions.add("SET (" + Sql.options(set) + ")");
    }
    if (!gone.isEmpty()) {
      actions.add("RESET (" + Sql.options(gone) + ")");
    }
    if (!actions.isEmpty()) {
      draft.add(
          Op.Act.ALTER,
          item(b),
          Ranks.ALTER_TABLE,
          "table.options-changed",
          () ->
              draft
                  .step("table.options-changed", b.name())
                  .sql(alter(b) + String.join(", ", actions))
                  .lock(b.name(), LockMode.ACCESS_EXCLUSIVE));
    }
  }

  private void foreign(Table a, Table b) {
    if (a.foreign().equals(b.foreign()) || a.foreign().isEmpty() || b.foreign().isEmpty()) {
      return;
    }
    if (!a.foreign().get().server().equals(b.foreign().get().server())) {
      draft.refuse(
          "table.options-changed",
          item(b),
          "a foreign table cannot change its server. Drop it and make it again");
      return;
    }
    draft.add(
        Op.Act.ALTER,
        item(b),
        Ranks.ALTER_TABLE,
        "table.options-changed",
        () ->
            draft
                .step("table.options-changed", b.name())
                .sql(
                    "ALTER FOREIGN TABLE "
                        + Sql.name(b.name())
                        + " OPTIONS ("
                        + ForeignOptions.changed(
                            a.foreign().get().options(), b.foreign().get().options())
                        + ")")
                .exclusive(b.name()));
  }

  private void ofType(Table table, ObjectName type) {
    Draft.Added added =
        draft.add(
            Op.Act.ALTER,
            item(table),
            Ranks.OF_TYPE,
            "composite.changed",
            () ->
                draft
                    .step("composite.changed", table.name())
                    .sql(alter(table) + "OF " + Sql.name(type))
                    .undo(alter(table) + "NOT OF")
                    .exclusive(table.name())
                    .verify("The table is of the type"));
    added.needs(Item.of(Item.Kind.TABLE, type));
    table.columns().forEach(each -> added.needs(Item.column(table.name(), each.name())));
    table.columns().forEach(each -> added.needs(Item.column(type, each.name())));
  }

  private void notOf(Table table, ObjectName type) {
    draft
        .add(
            Op.Act.ALTER,
            item(table),
            Ranks.DETACH,
            "composite.changed",
            () ->
                draft
                    .step("composite.changed", table.name())
                    .sql(alter(table) + "NOT OF")
                    .exclusive(table.name())
                    .verify("The table is of no type"))
        .rids(Item.of(Item.Kind.TABLE, type));
  }

  private void comment(Table table, Comments.Made made) {
    String sort =
        switch (table.kind()) {
          case COMPOSITE -> "TYPE";
          case FOREIGN -> "FOREIGN TABLE";
          case TABLE, PARTITIONED -> "TABLE";
        };
    Comments.on(
        draft,
        Comments.named(sort, table.name()),
        item(table),
        table.kind() == Table.Kind.COMPOSITE ? "composite.changed" : "table.comment-changed",
        table.comment(),
        made);
  }
}
