package dev.weirkeeper.healing.postgres;

import dev.weirkeeper.TableChange;
import dev.weirkeeper.healing.postgres.TableImage.StoredColumn;
import java.util.List;
import java.util.Optional;

/** Describes a column. */
final class Commenting implements Rendering<TableChange.CommentColumn> {
  @Override
  public Lock lock() {
    return Lock.SHARE_UPDATE_EXCLUSIVE;
  }

  @Override
  public List<String> statements(TableChange.CommentColumn change, TableImage now) throws Refusal {
    now.requireColumn(change.column());
    Optional<String> comment = wanted(change);
    return List.of(
        "COMMENT ON COLUMN "
            + now.name().sql()
            + "."
            + Sql.name(change.column())
            + " IS "
            + (comment.isPresent() ? Sql.literal(comment.get()) : "NULL"));
  }

  @Override
  public Optional<String> problem(TableChange.CommentColumn change, TableImage now) {
    return now.column(change.column())
            .map(StoredColumn::comment)
            .filter(wanted(change)::equals)
            .isPresent()
        ? Optional.empty()
        : Optional.of("the column has another comment");
  }

  /** PostgreSQL keeps an empty comment as none. */
  private static Optional<String> wanted(TableChange.CommentColumn change) {
    return change.comment().filter(comment -> !comment.isEmpty());
  }
}
