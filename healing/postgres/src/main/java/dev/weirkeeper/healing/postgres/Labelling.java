package dev.weirkeeper.healing.postgres;

import dev.weirkeeper.TableChange;
import dev.weirkeeper.healing.postgres.TableImage.StoredColumn;
import java.util.List;
import java.util.Optional;

/**
 * Adds a label at the end of a column's enum type.
 *
 * <p>PostgreSQL from 12 on adds a label inside a transaction, and only its use has to wait for the
 * commit. So the act is settled like any other by its row in the same transaction.
 */
final class Labelling implements Rendering<TableChange.AddEnumLabel> {
  @Override
  public Lock lock() {
    return Lock.NONE;
  }

  @Override
  public List<String> statements(TableChange.AddEnumLabel change, TableImage now) throws Refusal {
    StoredColumn column = now.requireColumn(change.column());
    SqlType type = column.type();
    if (column.labels().isEmpty() || !type.schema().equals(now.name().schema())) {
      throw new Refusal(
          "Column "
              + Sql.shown(change.column())
              + " of "
              + now.name().shown()
              + " has no enum type in the schema of its table, so no label can be added");
    }
    Sql.name(change.label());
    return List.of(
        "ALTER TYPE "
            + Sql.name(type.schema())
            + "."
            + Sql.name(type.name())
            + " ADD VALUE IF NOT EXISTS "
            + Sql.literal(change.label()));
  }

  @Override
  public Optional<String> problem(TableChange.AddEnumLabel change, TableImage now) {
    return now.column(change.column())
            .filter(column -> column.labels().contains(change.label()))
            .isPresent()
        ? Optional.empty()
        : Optional.of("the type does not have the label");
  }
}
