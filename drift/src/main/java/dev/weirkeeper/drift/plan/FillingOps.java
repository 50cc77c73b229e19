package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.plan.Pairs.Pair;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.Sequence;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Plans how a column comes to be filled in another way: by default, identity or expression. */
final class FillingOps {
  private final Draft draft;
  private final TableSql sql;

  FillingOps(Draft draft, TableSql sql) {
    this.draft = draft;
    this.sql = sql;
  }

  void change(Table table, Pair<TableColumn> pair, Item item) {
    TableColumn a = pair.from();
    TableColumn b = pair.to();
    boolean was = identity(a);
    boolean is = identity(b);
    if (was && is) {
      if (a.filling() != b.filling()) {
        step(
            table,
            item,
            Ranks.ALTER_COLUMN,
            "column.identity",
            "SET GENERATED " + (always(b) ? "ALWAYS" : "BY DEFAULT"));
      }
      return;
    }
    if (is) {
      toIdentity(table, a, b, item);
    } else if (was) {
      step(table, item, Ranks.DROP_DEFAULT, "column.identity", "DROP IDENTITY");
      b.defaultValue().ifPresent(value -> setDefault(table, b, value));
    } else if (!ColumnDifferences.generated(b)) {
      step(table, item, Ranks.DROP_DEFAULT, "column.generated-dropped", "DROP EXPRESSION");
      b.defaultValue().ifPresent(value -> setDefault(table, b, value));
    } else if (!a.defaultValue().equals(b.defaultValue())) {
      draft.add(
          Op.Act.ALTER,
          item,
          Ranks.ALTER_COLUMN,
          "column.generated-expression",
          () ->
              draft
                  .step("column.generated-expression", table.name())
                  .sql(
                      "ALTER TABLE "
                          + Sql.name(table.name())
                          + " ALTER COLUMN "
                          + Sql.name(b.name())
                          + " SET EXPRESSION AS ("
                          + b.defaultValue().orElseThrow()
                          + ")")
                  .exclusive(table.name())
                  .work(
                      b.filling() == TableColumn.Filling.GENERATED_STORED
                          ? Work.REWRITE
                          : Work.CATALOG_ONLY));
    }
  }

  private static boolean identity(TableColumn column) {
    return always(column) || column.filling() == TableColumn.Filling.IDENTITY_BY_DEFAULT;
  }

  private static boolean always(TableColumn column) {
    return column.filling() == TableColumn.Filling.IDENTITY_ALWAYS;
  }

  private void step(Table table, Item item, int rank, String kind, String action) {
    draft.add(
        Op.Act.ALTER,
        item,
        rank,
        kind,
        () ->
            draft
                .step(kind, table.name())
                .sql(
                    "ALTER TABLE "
                        + Sql.name(table.name())
                        + " ALTER COLUMN "
                        + Sql.name(item.part())
                        + " "
                        + action)
                .exclusive(table.name()));
  }

  /** The default is set where what it needs is there, and not before the old filling is gone. */
  private void setDefault(Table table, TableColumn column, String value) {
    draft
        .add(
            Op.Act.CREATE,
            new Item(Item.Kind.DEFAULT, table.name(), column.name()),
            Ranks.DEFAULT,
            "column.default-changed",
            () ->
                draft
                    .step("column.default-changed", table.name())
                    .sql(
                        TableOps.only(table)
                            + "ALTER COLUMN "
                            + Sql.name(column.name())
                            + " SET DEFAULT "
                            + value)
                    .exclusive(table.name()))
        .needs(Item.column(table.name(), column.name()));
  }

  /** Its sequence goes on behind the greatest value that is stored. */
  private void toIdentity(Table table, TableColumn a, TableColumn b, Item item) {
    String alter =
        "ALTER TABLE " + Sql.name(table.name()) + " ALTER COLUMN " + Sql.name(b.name()) + " ";
    if (a.defaultValue().isPresent()) {
      draft.add(
          Op.Act.DROP,
          new Item(Item.Kind.DEFAULT, table.name(), b.name()),
          Ranks.DROP_DEFAULT,
          "column.identity",
          () ->
              draft
                  .step("column.identity", table.name())
                  .sql(alter + "DROP DEFAULT")
                  .exclusive(table.name()));
    }
    Optional<Sequence> sequence =
        draft.to.sequences().stream()
            .filter(
                each ->
                    each.owner()
                        .filter(o -> o.bond() == Sequence.Bond.IDENTITY)
                        .filter(o -> o.table().equals(table.name()) && o.column().equals(b.name()))
                        .isPresent())
            .findFirst();
    Draft.Added added =
        draft.add(
            Op.Act.CREATE,
            new Item(Item.Kind.DEFAULT, table.name(), b.name()),
            Ranks.DEFAULT,
            "column.identity",
            () -> {
              List<String> all = new ArrayList<>();
              sequence
                  .filter(this::replacesOwned)
                  .ifPresent(each -> all.add("DROP SEQUENCE " + Sql.name(each.name())));
              all.add(alter + "ADD " + sql.identity(table, b));
              sequence.ifPresent(
                  each ->
                      all.add(
                          "SELECT pg_catalog.setval("
                              + Sql.named(each.name())
                              + ", (SELECT max("
                              + Sql.name(b.name())
                              + ") FROM "
                              + Sql.name(table.name())
                              + "))"));
              return draft
                  .step("column.identity", table.name())
                  .sql(all.toArray(String[]::new))
                  .exclusive(table.name())
                  .work(Work.SCAN)
                  .requires("The column takes no NULL")
                  .verify("The next number follows the greatest one stored");
            });
    added.needs(item, new Item(Item.Kind.CONSTRAINT, table.name(), b.name() + "_not_null"));
    sequence.ifPresent(each -> added.names(each.name()));
  }

  /** The sequence of a serial column makes way for that of the identity with the same name. */
  private boolean replacesOwned(Sequence identity) {
    return draft.matching.sequences.both().stream()
        .anyMatch(
            pair -> pair.to().name().equals(identity.name()) && !SequenceOps.identity(pair.from()));
  }
}
