package dev.weirkeeper.drift.plan;

import dev.weirkeeper.Nullability;
import dev.weirkeeper.drift.plan.Pairs.Pair;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Plans what happens to columns. */
final class ColumnOps {
  private static final int SETS_EXPRESSION = 17;
  private static final int DROPS_EXPRESSION = 13;

  private final Draft draft;
  private final TableSql sql;

  ColumnOps(Draft draft, TableSql sql) {
    this.draft = draft;
    this.sql = sql;
  }

  /** What no ALTER COLUMN changes: what a generated column is, and how it is kept. */
  static boolean needsReplacement(
      Pair<TableColumn> pair, int major, Names names, Map<String, String> renamed) {
    TableColumn a = pair.from();
    TableColumn b = pair.to();
    boolean was = ColumnDifferences.generated(a);
    boolean is = ColumnDifferences.generated(b);
    if (!was && !is) {
      return false;
    }
    if (was && !is) {
      return a.filling() == TableColumn.Filling.GENERATED_VIRTUAL || major < DROPS_EXPRESSION;
    }
    if (!was || a.filling() != b.filling()) {
      return true;
    }
    boolean same =
        a.defaultValue().isPresent()
            && b.defaultValue().isPresent()
            && names.same(a.defaultValue().get(), b.defaultValue().get(), renamed);
    return !same && major < SETS_EXPRESSION;
  }

  void all() {
    for (Pair<Table> pair : draft.matching.tables.both()) {
      if (!TableOps.needsRebuild(pair, draft.matching)) {
        table(pair);
      }
    }
  }

  private void table(Pair<Table> table) {
    Pairs<TableColumn> columns = draft.matching.columns(table.from(), table.to());
    for (TableColumn column : columns.added()) {
      if (!comesWithParent(table, column)) {
        add(table.to(), column);
      }
      settle(table.to(), column);
      comment(draft, table.to(), column, Comments.Made.NOW);
    }
    for (TableColumn column : columns.removed()) {
      if (!draft.shadows.uses(column.name())) {
        drop(table, column, "column.removed");
      }
    }
    for (Pair<TableColumn> column : columns.both()) {
      Item item = Item.column(table.to().name(), column.to().name());
      if (draft.upheaval.replaced.contains(item)) {
        if (drop(table, column.from(), "column.generated-expression")) {
          add(table.to(), column.to());
          settle(table.to(), column.to());
          comment(draft, table.to(), column.to(), Comments.Made.NOW);
        }
      } else if (table.to().kind() == Table.Kind.COMPOSITE) {
        draft.guarded("composite.changed", item, () -> attribute(table, column, item));
      } else {
        draft.guarded("column.storage", item, () -> change(table, column, item));
      }
    }
  }

  /** A column that a parent which stays the parent gets, too. */
  private boolean comesWithParent(Pair<Table> table, TableColumn column) {
    return column.origin() == TableColumn.Origin.INHERITED
        && table.to().parents().stream()
            .anyMatch(
                parent ->
                    table.from().parents().stream().map(draft.former::of).anyMatch(parent::equals));
  }

  static String alter(Table table) {
    return "ALTER TABLE " + Sql.name(table.name()) + " ";
  }

  private void add(Table table, TableColumn column) {
    boolean composite = table.kind() == Table.Kind.COMPOSITE;
    String kind = composite ? "composite.changed" : "column.added";
    Item item = Item.column(table.name(), column.name());
    String circumstance = TableDifferences.circumstance(column);
    Draft.Added added =
        draft.addAll(
            Op.Act.CREATE,
            item,
            Ranks.ADD_COLUMN,
            kind,
            () -> {
              if (composite) {
                return List.of(
                    draft
                        .step(kind, table.name())
                        .sql(
                            "ALTER TYPE "
                                + Sql.name(table.name())
                                + " ADD ATTRIBUTE "
                                + Sql.name(column.name())
                                + " "
                                + column.type()
                                + column
                                    .collation()
                                    .map(each -> " COLLATE " + Sql.name(each))
                                    .orElse("")));
              }
              if (draft.online() && OnlineColumn.fillsLater(draft, table, column)) {
                return new OnlineColumn(draft, table, sql)
                    .addAndFill(column, sql.bare(column), sql.afterwards(table, column));
              }
              StepDraft step =
                  draft
                      .step(kind, table.name())
                      .sql(alter(table) + "ADD COLUMN " + sql.column(table, column))
                      .exclusive(table.name())
                      .hazard(Hazard.PRIVILEGE_EXPOSURE)
                      .probe(Probes.column(table.name(), column.name()))
                      .undo(alter(table) + "DROP COLUMN " + Sql.name(column.name()))
                      .verify("The table has the column");
              switch (circumstance) {
                case "computed" -> step.work(rewrites(column) ? Work.REWRITE : Work.CATALOG_ONLY);
                case "required" ->
                    step.requires("The table has no rows: nothing says what they would read")
                        .work(Work.SCAN);
                default -> {
                  // Rows read NULL or a constant, and are not touched.
                }
              }
              if (draft.mayBeDomain(column.type())) {
                step.work(Work.REWRITE);
              }
              List<String> more = sql.afterwards(table, column);
              if (!more.isEmpty()) {
                step.sql(TableOps.only(table) + String.join(", ", more));
              }
              return List.of(new BoundaryActs(draft).added(step, table, column));
            });
    draft.former.nowNeeds(draft.to, item).forEach(added::needs);
  }

  private static boolean rewrites(TableColumn column) {
    return column.filling() != TableColumn.Filling.GENERATED_VIRTUAL;
  }

  /** What a child says otherwise of a column that its parent brings. */
  private void settle(Table table, TableColumn column) {
    if (column.origin() != TableColumn.Origin.INHERITED || table.bound().isPresent()) {
      return;
    }
    Optional<TableColumn> above =
        table.parents().stream()
            .flatMap(parent -> draft.to.table(parent).stream())
            .flatMap(parent -> parent.column(column.name()).stream())
            .findFirst();
    if (above.isPresent() && !above.get().defaultValue().equals(column.defaultValue())) {
      setDefault(table, column);
    }
  }

  private boolean drop(Pair<Table> table, TableColumn column, String kind) {
    Table owner = table.to();
    Item item = draft.former.item(Item.column(table.from().name(), column.name()));
    if (column.origin() == TableColumn.Origin.INHERITED
        && TableOps.sameParents(table, draft.matching)) {
      return true;
    }
    if (draft.refusedByUser(kind, item)
        || !ColumnDifferences.generated(column)
            && !Leftovers.isShadow(column.name())
            && draft.refusedDestruction(kind, item, "Dropping a column")) {
      return false;
    }
    boolean composite = owner.kind() == Table.Kind.COMPOSITE;
    boolean staged =
        draft.online()
            && owner.kind() == Table.Kind.TABLE
            && column.origin() == TableColumn.Origin.LOCAL
            && draft.upheaval.dropped.contains(item)
            && !retiredNameTaken(owner, item.part())
            && draft.from.tables().stream()
                .noneMatch(child -> child.parents().contains(table.from().name()));
    if (staged) {
      draft.addAll(
          Op.Act.DROP,
          item,
          Ranks.DROP_COLUMN,
          kind,
          () -> new OnlineColumn(draft, owner, sql).retireAndDrop(column, item.part()));
      return true;
    }
    draft.add(
        Op.Act.DROP,
        item,
        Ranks.DROP_COLUMN,
        kind,
        () ->
            composite
                ? draft
                    .step("composite.changed", owner.name())
                    .sql(
                        "ALTER TYPE "
                            + Sql.name(owner.name())
                            + " DROP ATTRIBUTE "
                            + Sql.name(item.part()))
                    .irreversible()
                : draft
                    .step(kind, owner.name())
                    .sql(
                        (childKeeps(table, column) ? TableOps.only(owner) : alter(owner))
                            + "DROP COLUMN "
                            + Sql.name(item.part()))
                    .exclusive(owner.name())
                    .hazard(Hazard.DELETES_DATA)
                    .irreversible()
                    .probe(Probes.not(Probes.column(owner.name(), item.part())))
                    .requires("Nobody reads the column, and its values are saved or not wanted")
                    .verify("The table has no such column"));
    return true;
  }

  private boolean retiredNameTaken(Table table, String column) {
    String retired = OnlineColumn.retired(column, draft.options);
    return table.column(retired).isPresent()
        || draft.matching.tables.both().stream()
            .filter(pair -> pair.to().name().equals(table.name()))
            .anyMatch(pair -> pair.from().column(retired).isPresent());
  }

  /** Whether a child that has the column from this table keeps it as its own. */
  private boolean childKeeps(Pair<Table> parent, TableColumn column) {
    return draft.matching.tables.both().stream()
        .filter(child -> child.from().parents().contains(parent.from().name()))
        .flatMap(child -> draft.matching.columns(child.from(), child.to()).both().stream())
        .anyMatch(
            each ->
                each.from().name().equals(column.name())
                    && each.from().origin() != TableColumn.Origin.LOCAL
                    && each.to().origin() == TableColumn.Origin.LOCAL);
  }

  private void attribute(Pair<Table> table, Pair<TableColumn> column, Item item) {
    if (draft.upheaval.retyped.contains(item)) {
      draft.add(
          Op.Act.ALTER,
          item,
          Ranks.ALTER_COLUMN,
          "composite.changed",
          () ->
              draft
                  .step("composite.changed", table.to().name())
                  .sql(
                      "ALTER TYPE "
                          + Sql.name(table.to().name())
                          + " ALTER ATTRIBUTE "
                          + Sql.name(column.to().name())
                          + " TYPE "
                          + column.to().type())
                  .requires("No table has a column of the type"));
    }
    if (!column.from().comment().equals(column.to().comment())) {
      comment(draft, table.to(), column.to(), Comments.Made.BEFORE);
    }
  }

  private void change(Pair<Table> table, Pair<TableColumn> pair, Item item) {
    TableColumn a = pair.from();
    TableColumn b = pair.to();
    boolean onlyInherited =
        a.origin() != b.origin()
            && (b.origin() == TableColumn.Origin.INHERITED
                || a.origin() == TableColumn.Origin.INHERITED
                    && b.origin() == TableColumn.Origin.BOTH);
    if (onlyInherited && table.to().bound().isEmpty()) {
      draft.refuse(
          "table.inheritance",
          item,
          "a column that a table has of its own cannot become one that it only inherits, nor the"
              + " other way while it is inherited. Drop it in the child and let the parent bring"
              + " it");
    }
    boolean retyped = draft.upheaval.retyped.contains(item);
    if (retyped) {
      new Retyping(draft).change(table, pair, item);
    }
    fill(table, pair, item, retyped);
    if (fillPending(table, b)) {
      draft.addAll(
          Op.Act.ALTER,
          item,
          Ranks.ALTER_COLUMN,
          "column.added",
          () -> new OnlineColumn(draft, table.to(), sql).fill(b));
    } else {
      nullability(table, pair, item);
    }
    new ColumnSettings(draft).change(table.to(), pair, item, retyped);
    if (!a.comment().equals(b.comment())) {
      comment(draft, table.to(), b, Comments.Made.BEFORE);
    }
  }

  /** Whether an interrupted migration left rows of the column to be filled. */
  static boolean fillPending(Pair<Table> table, TableColumn column) {
    return table.from().constraints().stream()
        .anyMatch(each -> each.name().equals(OnlineColumn.mark(table.to(), column)));
  }

  private void fill(Pair<Table> table, Pair<TableColumn> pair, Item item, boolean retyped) {
    TableColumn a = pair.from();
    TableColumn b = pair.to();
    if (a.filling() == b.filling() && a.filling() == TableColumn.Filling.PLAIN) {
      Map<String, String> renamed = draft.matching.renamedColumns(table.from(), table.to());
      boolean same =
          a.defaultValue().isPresent() == b.defaultValue().isPresent()
              && (a.defaultValue().isEmpty()
                  || draft.matching.names.same(
                      a.defaultValue().get(), b.defaultValue().get(), renamed));
      boolean lost = a.defaultValue().isPresent() && loses(item);
      if (lost) {
        dropDefault(table.to(), b);
      }
      if (b.defaultValue().isPresent() ? !same && !retyped || lost : !same && !retyped && !lost) {
        setDefault(table.to(), b);
      }
      if (retyped && Retyping.followsParent(draft, table, pair) && !same) {
        setDefault(table.to(), b);
      }
      return;
    }
    new FillingOps(draft, sql).change(table.to(), pair, item);
  }

  /** Whether the old default uses something that goes. */
  private boolean loses(Item column) {
    Item value = new Item(Item.Kind.DEFAULT, column.name(), column.part());
    return draft.former.dependencies(draft.from).stream()
        .anyMatch(
            each ->
                each.dependent().equals(value)
                    && (draft.upheaval.dropped.contains(each.on())
                        || draft.upheaval.replaced.contains(each.on())));
  }

  private void dropDefault(Table table, TableColumn column) {
    Item item = new Item(Item.Kind.DEFAULT, table.name(), column.name());
    draft.add(
        Op.Act.DROP,
        item,
        Ranks.DROP_DEFAULT,
        "column.default-changed",
        () ->
            draft
                .step("column.default-changed", table.name())
                .sql(
                    TableOps.only(table)
                        + "ALTER COLUMN "
                        + Sql.name(column.name())
                        + " DROP DEFAULT")
                .exclusive(table.name())
                .verify("The column has no default"));
  }

  private void setDefault(Table table, TableColumn column) {
    Item item = new Item(Item.Kind.DEFAULT, table.name(), column.name());
    String kind =
        column.defaultValue().filter(Volatility::mayDiffer).isPresent()
            ? "column.default-volatile"
            : "column.default-changed";
    draft.add(
        column.defaultValue().isPresent() ? Op.Act.CREATE : Op.Act.DROP,
        item,
        column.defaultValue().isPresent() ? Ranks.DEFAULT : Ranks.DROP_DEFAULT,
        kind,
        () ->
            draft
                .step(kind, table.name())
                .sql(
                    TableOps.only(table)
                        + "ALTER COLUMN "
                        + Sql.name(column.name())
                        + column
                            .defaultValue()
                            .map(value -> " SET DEFAULT " + value)
                            .orElse(" DROP DEFAULT"))
                .exclusive(table.name())
                .requires("Rows that are there keep their values")
                .verify("The column has the default"));
  }

  private void nullability(Pair<Table> table, Pair<TableColumn> pair, Item item) {
    TableColumn a = pair.from();
    TableColumn b = pair.to();
    if (a.nullability() == b.nullability()) {
      return;
    }
    boolean named =
        sql.notNull(table.to(), b).isPresent() || sql.notNull(table.from(), a).isPresent();
    if (named) {
      // Since PostgreSQL 18 it is a constraint, and planned as one.
      return;
    }
    if (b.nullability() == Nullability.REQUIRED) {
      new NotNullOps(draft).require(table, b, item);
    } else {
      draft.add(
          Op.Act.ALTER,
          item,
          Ranks.ALTER_COLUMN,
          "column.nullability-relaxed",
          () ->
              new BoundaryActs(draft)
                  .relaxed(
                      draft
                          .step("column.nullability-relaxed", table.to().name())
                          .sql(
                              alter(table.to())
                                  + "ALTER COLUMN "
                                  + Sql.name(b.name())
                                  + " DROP NOT NULL")
                          .exclusive(table.to().name())
                          .probe(Probes.relaxed(table.to().name(), b.name()))
                          .verify("The column takes NULL"),
                      table.to(),
                      b.name()));
    }
  }

  static void comment(Draft draft, Table table, TableColumn column, Comments.Made made) {
    ObjectName name = table.name();
    Comments.on(
        draft,
        () -> "COLUMN " + Sql.name(name) + "." + Sql.name(column.name()),
        Item.column(name, column.name()),
        "column.comment-changed",
        column.comment(),
        made);
  }

  /** The check that says of a column what NOT NULL will. */
  static String notNullCheck(String column) {
    return "CHECK (" + Sql.name(column) + " IS NOT NULL)";
  }
}
