package dev.weirkeeper.healing.postgres;

import dev.weirkeeper.TableChange;
import java.util.List;
import java.util.Optional;

/** Lets a column take NULL. */
final class Relaxing implements Rendering<TableChange.RelaxColumn> {
  @Override
  public Lock lock() {
    return Lock.ACCESS_EXCLUSIVE;
  }

  @Override
  public List<String> statements(TableChange.RelaxColumn change, TableImage now) throws Refusal {
    now.requireColumn(change.column());
    if (now.requireTable().key().contains(change.column())) {
      throw new Refusal(
          "Column "
              + Sql.shown(change.column())
              + " belongs to the key of "
              + now.name().shown()
              + ", by which rows are found; it cannot take NULL");
    }
    return List.of(
        "ALTER TABLE "
            + now.name().sql()
            + " ALTER COLUMN "
            + Sql.name(change.column())
            + " DROP NOT NULL");
  }

  @Override
  public Optional<String> problem(TableChange.RelaxColumn change, TableImage now) {
    return now.column(change.column()).filter(column -> !column.required()).isPresent()
        ? Optional.empty()
        : Optional.of("the column does not take NULL");
  }
}
