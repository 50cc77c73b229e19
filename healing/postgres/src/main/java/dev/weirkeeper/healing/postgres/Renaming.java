package dev.weirkeeper.healing.postgres;

import dev.weirkeeper.TableChange;
import dev.weirkeeper.healing.postgres.TableImage.StoredColumn;
import java.util.List;
import java.util.Optional;

/** Gives a column another name. */
final class Renaming implements Rendering<TableChange.RenameColumn> {
  @Override
  public Lock lock() {
    return Lock.ACCESS_EXCLUSIVE;
  }

  @Override
  public List<String> statements(TableChange.RenameColumn change, TableImage now) throws Refusal {
    now.requireColumn(change.column());
    if (change.to().equals(change.column())) {
      throw new Refusal(
          "Column " + Sql.shown(change.column()) + " has this name already; nothing to do");
    }
    // The column may change nothing but its own case.
    List<String> others =
        now.requireTable().columns().stream()
            .map(StoredColumn::name)
            .filter(name -> !name.equals(change.column()))
            .toList();
    Names.requireFree(change.to(), others);
    return List.of(
        "ALTER TABLE "
            + now.name().sql()
            + " RENAME COLUMN "
            + Sql.name(change.column())
            + " TO "
            + Sql.name(change.to()));
  }

  @Override
  public Optional<String> problem(TableChange.RenameColumn change, TableImage now) {
    return now.column(change.to()).isPresent() && now.column(change.column()).isEmpty()
        ? Optional.empty()
        : Optional.of("the column does not have the new name");
  }
}
