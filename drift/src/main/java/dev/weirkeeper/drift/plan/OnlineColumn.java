package dev.weirkeeper.drift.plan;

import dev.weirkeeper.Nullability;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Adds and drops columns of tables in use: rows are filled in batches, nothing goes at once. */
final class OnlineColumn {
  private static final int LONGEST_NAME = 63;

  /** Rows of one transaction: enough to get on, few enough to hold no lock for long. */
  private static final int BATCH = 5_000;

  private final Draft draft;
  private final Table table;
  private final TableSql sql;

  OnlineColumn(Draft draft, Table table, TableSql sql) {
    this.draft = draft;
    this.sql = sql;
    this.table = table;
  }

  private String alter() {
    return "ALTER TABLE " + Sql.name(table.name()) + " ";
  }

  /** Whether rows can be filled later: what the table itself says of the column allows it. */
  static boolean fillsLater(Draft draft, Table table, TableColumn column) {
    return table.kind() == Table.Kind.TABLE
        && column.filling() == TableColumn.Filling.PLAIN
        && column.defaultValue().filter(Volatility::mayDiffer).isPresent()
        && draft.from.tables().stream().noneMatch(each -> each.parents().contains(table.name()));
  }

  /** The column without a value, the default for new rows, then old rows in batches. */
  List<StepDraft> addAndFill(TableColumn column, String definition, List<String> afterwards) {
    String name = Sql.name(column.name());
    List<StepDraft> steps = new ArrayList<>();
    StepDraft add =
        draft
            .step("column.added", table.name())
            .sql(alter() + "ADD COLUMN " + definition)
            .sql(
                alter()
                    + "ALTER COLUMN "
                    + name
                    + " SET DEFAULT "
                    + column.defaultValue().orElseThrow())
            .exclusive(table.name())
            .hazard(Hazard.PRIVILEGE_EXPOSURE)
            .probe(Probes.column(table.name(), column.name()))
            .undo(alter() + "DROP COLUMN " + name)
            .sql(
                alter()
                    + "ADD CONSTRAINT "
                    + Sql.name(mark(table, column))
                    + " "
                    + ColumnOps.notNullCheck(column.name())
                    + " NOT VALID")
            .verify("New rows have the default");
    if (!afterwards.isEmpty()) {
      add.sql(TableOps.only(table) + String.join(", ", afterwards));
    }
    steps.add(add);
    steps.addAll(fill(column));
    return steps;
  }

  /**
   * The check that new rows are held to until old ones are filled. It is there as long as some may
   * not be, so that a migration that was interrupted is known to go on there.
   */
  static String mark(Table table, TableColumn column) {
    return Leftovers.name("fill", table.name().toString(), column.name());
  }

  /** Old rows in batches, and then the end of the mark. */
  List<StepDraft> fill(TableColumn column) {
    String kind = "column.added";
    String name = Sql.name(column.name());
    String mark = mark(table, column);
    List<StepDraft> steps = new ArrayList<>();
    steps.add(batch(kind, name + " = DEFAULT", name + " IS NULL"));
    boolean required = column.nullability() == Nullability.REQUIRED;
    if (required && sql.notNull(table, column).isPresent()) {
      steps.addAll(
          new OnlineConstraint(draft, table, sql.notNull(table, column).get(), kind).add());
    }
    StepDraft end =
        draft
            .step(kind, table.name())
            .exclusive(table.name())
            .probe(Probes.not(Probes.constraint(table.name(), mark)))
            .verify("All rows are filled and the mark is gone");
    if (required && sql.notNull(table, column).isEmpty()) {
      steps.add(
          draft
              .step(kind, table.name())
              .sql(alter() + "VALIDATE CONSTRAINT " + Sql.name(mark))
              .lock(table.name(), LockMode.SHARE_UPDATE_EXCLUSIVE)
              .work(Work.SCAN)
              .probe(Probes.validated(table.name(), mark)));
      end.sql(alter() + "ALTER COLUMN " + name + " SET NOT NULL");
    }
    steps.add(end.sql(alter() + "DROP CONSTRAINT " + Sql.name(mark)));
    return steps;
  }

  /** One batch; run again and again, each in its own transaction, until it changes no row. */
  StepDraft batch(String kind, String set, String open) {
    String name = Sql.name(table.name());
    return draft
        .step(kind, table.name())
        .sql(
            "UPDATE "
                + name
                + " SET "
                + set
                + " WHERE ctid = ANY (ARRAY(SELECT ctid FROM "
                + name
                + " WHERE ("
                + open
                + ") LIMIT "
                + BATCH
                + "))")
        .lock(table.name(), LockMode.ROW_EXCLUSIVE)
        .work(Work.SCAN)
        .batches()
        .probe("SELECT NOT EXISTS (SELECT FROM " + name + " WHERE " + open + ")")
        .requires("The log's readers keep up: wait between batches where they do not")
        .verify("No row is left to fill");
  }

  /** What a column is called between the day nobody should read it and the day it is dropped. */
  static String retired(String column, PlanOptions options) {
    String behind = "__" + options.retired();
    String name = column + behind;
    return name.getBytes(StandardCharsets.UTF_8).length <= LONGEST_NAME
        ? name
        : Leftovers.name("old", column) + behind;
  }

  /** First out of sight, with a way back; then, when nobody missed it, for good. */
  List<StepDraft> retireAndDrop(TableColumn column, String name) {
    String kind = "column.removed";
    String retired = retired(name, draft.options);
    List<StepDraft> steps = new ArrayList<>();
    if (!name.endsWith("__" + draft.options.retired())) {
      StepDraft away =
          draft
              .step(kind, table.name())
              .sql(alter() + "RENAME COLUMN " + Sql.name(name) + " TO " + Sql.name(retired))
              .exclusive(table.name())
              .probe(Probes.column(table.name(), retired))
              .undo(alter() + "RENAME COLUMN " + Sql.name(retired) + " TO " + Sql.name(name))
              .requires("Nobody reads or writes the column")
              .verify("The column has its retired name, and its values");
      boolean required =
          column.nullability() == Nullability.REQUIRED
              && column.defaultValue().isEmpty()
              && column.filling() == TableColumn.Filling.PLAIN;
      if (required) {
        away.sql(alter() + "ALTER COLUMN " + Sql.name(retired) + " DROP NOT NULL");
      }
      steps.add(away);
    } else {
      retired = name;
    }
    steps.add(
        draft
            .step(kind, table.name())
            .sql(alter() + "DROP COLUMN " + Sql.name(retired))
            .exclusive(table.name())
            .hazard(Hazard.DELETES_DATA)
            .irreversible()
            .probe(Probes.not(Probes.column(table.name(), retired)))
            .requires(
                "The time for which the column was to be kept is over, nobody missed it, and its"
                    + " values are saved or not wanted")
            .verify("The table has no such column"));
    return steps;
  }
}
