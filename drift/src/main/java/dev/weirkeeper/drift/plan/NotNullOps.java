package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.plan.Pairs.Pair;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import java.util.ArrayList;
import java.util.List;

/** Plans NOT NULL where it is no constraint: before PostgreSQL 18. */
final class NotNullOps {
  private static final String KIND = "column.nullability-tightened";

  private final Draft draft;

  NotNullOps(Draft draft) {
    this.draft = draft;
  }

  void require(Pair<Table> table, TableColumn column, Item item) {
    draft.addAll(
        Op.Act.ALTER,
        item,
        Ranks.ALTER_COLUMN,
        KIND,
        () ->
            draft.online()
                ? online(table.to(), column)
                : List.of(set(table.to(), column).work(Work.SCAN)));
  }

  private StepDraft set(Table table, TableColumn column) {
    String alter =
        "ALTER TABLE " + Sql.name(table.name()) + " ALTER COLUMN " + Sql.name(column.name());
    return draft
        .step(KIND, table.name())
        .sql(alter + " SET NOT NULL")
        .undo(alter + " DROP NOT NULL")
        .exclusive(table.name())
        .requires("No row has NULL in the column")
        .probe(Probes.required(table.name(), column.name()))
        .verify("The column takes no NULL");
  }

  /** A validated check lets SET NOT NULL believe it without a scan under its lock. */
  List<StepDraft> online(Table table, TableColumn column) {
    String alter = "ALTER TABLE " + Sql.name(table.name());
    String check = Leftovers.name("nn", table.name().toString(), column.name());
    List<StepDraft> steps = new ArrayList<>();
    steps.add(
        draft
            .step(KIND, table.name())
            .sql(
                alter
                    + " ADD CONSTRAINT "
                    + Sql.name(check)
                    + " "
                    + ColumnOps.notNullCheck(column.name())
                    + " NOT VALID")
            .undo(alter + " DROP CONSTRAINT " + Sql.name(check))
            .exclusive(table.name())
            .probe(Probes.constraint(table.name(), check))
            .verify("New rows are held to it"));
    steps.add(
        draft
            .step(KIND, table.name())
            .sql(alter + " VALIDATE CONSTRAINT " + Sql.name(check))
            .lock(table.name(), LockMode.SHARE_UPDATE_EXCLUSIVE)
            .work(Work.SCAN)
            .requires("No row has NULL in the column")
            .probe(Probes.validated(table.name(), check))
            .verify("Old rows keep it, too"));
    StepDraft set = set(table, column);
    steps.add(set.sql(alter + " DROP CONSTRAINT " + Sql.name(check)));
    return steps;
  }
}
