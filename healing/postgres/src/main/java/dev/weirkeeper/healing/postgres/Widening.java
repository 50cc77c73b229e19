package dev.weirkeeper.healing.postgres;

import dev.weirkeeper.TableChange;
import dev.weirkeeper.healing.postgres.TableImage.StoredColumn;
import java.util.List;
import java.util.Optional;

/** Changes a type to one that holds every value of the old one. */
final class Widening implements Rendering<TableChange.WidenColumn> {
  @Override
  public Lock lock() {
    return Lock.ACCESS_EXCLUSIVE;
  }

  @Override
  public List<String> statements(TableChange.WidenColumn change, TableImage now) throws Refusal {
    StoredColumn column = now.requireColumn(change.column());
    SqlType from = SqlType.of(change.from(), now.name());
    SqlType to = SqlType.of(change.to(), now.name());
    if (!column.type().equals(from) || from.isEnum() && column.labels().isEmpty()) {
      throw new Refusal(
          "Column "
              + Sql.shown(change.column())
              + " of "
              + now.name().shown()
              + " does not have the type that the change starts from; look at the table again");
    }
    if (!to.isWiderThan(from)) {
      throw new Refusal(
          "From "
              + from.name()
              + from.args()
              + " to "
              + to.name()
              + to.args()
              + " is not one of the widenings that keep every value; change the target by hand");
    }
    return List.of(
        "ALTER TABLE "
            + now.name().sql()
            + " ALTER COLUMN "
            + Sql.name(change.column())
            + " TYPE "
            + to.sql()
            // Without it other values would be equal, and keys lost.
            + column.collation().map(kept -> " COLLATE " + kept).orElse(""));
  }

  @Override
  public Optional<String> problem(TableChange.WidenColumn change, TableImage now) throws Refusal {
    SqlType to = SqlType.of(change.to(), now.name());
    return now.column(change.column()).filter(column -> column.type().equals(to)).isPresent()
        ? Optional.empty()
        : Optional.of("the column does not have the new type");
  }
}
