package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.plan.Pairs.Pair;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Plans how values of columns are kept: storage, compression, statistics, options. */
final class ColumnSettings {
  private final Draft draft;

  ColumnSettings(Draft draft) {
    this.draft = draft;
  }

  void change(Table table, Pair<TableColumn> pair, Item item, boolean retyped) {
    TableColumn a = pair.from();
    TableColumn b = pair.to();
    String alter = "ALTER COLUMN " + Sql.name(b.name()) + " ";
    List<String> light = new ArrayList<>();
    List<String> actions = new ArrayList<>();
    String storage = retyped ? b.typeStorage() : a.storage();
    if (!storage.equals(b.storage())) {
      actions.add(alter + "SET STORAGE " + TableSql.storage(b.storage()));
    }
    if (!a.compression().equals(b.compression())) {
      actions.add(
          alter
              + "SET COMPRESSION "
              + (b.compression().isEmpty() ? "default" : TableSql.compression(b.compression())));
    }
    if (!a.statistics().equals(b.statistics())) {
      light.add(alter + "SET STATISTICS " + b.statistics().orElse(-1));
    }
    List<String> gone = new ArrayList<>(Sql.optionNames(a.options()));
    gone.removeAll(Sql.optionNames(b.options()));
    List<String> set = b.options().stream().filter(each -> !a.options().contains(each)).toList();
    if (!set.isEmpty()) {
      light.add(alter + "SET (" + Sql.options(set) + ")");
    }
    if (!gone.isEmpty()) {
      light.add(alter + "RESET (" + Sql.options(gone) + ")");
    }
    if (!Set.copyOf(a.foreignOptions()).equals(Set.copyOf(b.foreignOptions()))) {
      actions.add(
          alter
              + "OPTIONS ("
              + ForeignOptions.changed(a.foreignOptions(), b.foreignOptions())
              + ")");
    }
    set(table, item, light, LockMode.SHARE_UPDATE_EXCLUSIVE);
    set(table, item, actions, LockMode.ACCESS_EXCLUSIVE);
  }

  private void set(Table table, Item item, List<String> actions, LockMode lock) {
    if (!actions.isEmpty()) {
      draft.add(
          Op.Act.ALTER,
          item,
          Ranks.SETTING,
          "column.storage",
          () ->
              draft
                  .step("column.storage", table.name())
                  .sql(TableOps.only(table) + String.join(", ", actions))
                  .lock(table.name(), lock));
    }
  }
}
