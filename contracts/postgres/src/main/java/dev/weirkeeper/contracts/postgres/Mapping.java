package dev.weirkeeper.contracts.postgres;

import dev.weirkeeper.Column;
import dev.weirkeeper.Relation;
import java.util.List;

/**
 * How rows of one version of a relation become rows of the version that the target follows: by
 * column identity, never by name.
 */
final class Mapping {
  private final Relation accepted;

  /** For each accepted column the column of the row, or -1. */
  final int[] source;

  /** For each accepted column what an inserted row holds that does not bring it. */
  final byte[][] fallback;

  /** The columns of the row that hold the target's key. */
  final int[] key;

  Mapping(Relation accepted, Relation row, List<String> keyIds) {
    this.accepted = accepted;
    List<Column> columns = accepted.columns();
    source = new int[columns.size()];
    fallback = new byte[columns.size()][];
    for (int i = 0; i < source.length; i++) {
      Column column = columns.get(i);
      source[i] = row.indexOf(column.id());
      // Whatever the default is now: old rows read what it was when the column came.
      fallback[i] = column.defaultValue().missing().map(Bytes::utf8).orElse(Image.NULL);
    }
    key = keyIds.stream().mapToInt(row::indexOf).toArray();
  }

  /** A new row: whatever the image does not know is filled. */
  byte[][] inserted(Image image) {
    byte[][] cells = updated(image);
    for (int i = 0; i < cells.length; i++) {
      if (cells[i] == Image.ABSENT) {
        cells[i] = fallback[i];
      }
    }
    return cells;
  }

  /** A changed row: what was not sent is UNCHANGED, what its relation does not have is ABSENT. */
  byte[][] updated(Image image) {
    byte[][] cells = new byte[source.length][];
    for (int i = 0; i < cells.length; i++) {
      cells[i] = source[i] < 0 ? Image.ABSENT : image.cell(source[i]);
    }
    return cells;
  }

  Relation accepted() {
    return accepted;
  }
}
