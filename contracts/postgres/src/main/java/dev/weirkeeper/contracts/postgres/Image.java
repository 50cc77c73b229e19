package dev.weirkeeper.contracts.postgres;

import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A row image with a cell for each column of its relation. Cells without a value are one of three
 * marks, compared by identity.
 */
final class Image {
  static final byte[] NULL = {};
  static final byte[] UNCHANGED = {};
  static final byte[] ABSENT = {};

  private final Relation relation;
  private final byte[][] cells;

  Image(Relation relation, byte[][] cells) {
    this.relation = relation;
    this.cells = cells;
  }

  static boolean isValue(byte[] cell) {
    return cell != NULL && cell != UNCHANGED && cell != ABSENT;
  }

  /** Whether it says what the cell is: a value or NULL. */
  static boolean isKnown(byte[] cell) {
    return cell != UNCHANGED && cell != ABSENT;
  }

  Relation relation() {
    return relation;
  }

  byte[][] cells() {
    return cells;
  }

  byte[] cell(int column) {
    return cells[column];
  }

  /** The new and, if there is one, the old image of a change in neutral form. */
  record Both(Image after, @Nullable Image before) {}

  static Both decode(Relation relation, byte[] encoded) {
    int[] at = {1};
    Image before = null;
    if (encoded[1] == 'B') {
      at[0]++;
      before = read(relation, encoded, at);
    }
    at[0]++;
    return new Both(read(relation, encoded, at), before);
  }

  private static Image read(Relation relation, byte[] encoded, int[] position) {
    int at = position[0];
    int width = (encoded[at] & 0xff) << 8 | (encoded[at + 1] & 0xff);
    at += 2;
    byte[][] cells = new byte[width][];
    for (int column = 0; column < width; column++) {
      switch (encoded[at++]) {
        case 't' -> {
          int length =
              (encoded[at] & 0xff) << 24
                  | (encoded[at + 1] & 0xff) << 16
                  | (encoded[at + 2] & 0xff) << 8
                  | (encoded[at + 3] & 0xff);
          cells[column] = Arrays.copyOfRange(encoded, at + 4, at + 4 + length);
          at += 4 + length;
        }
        case 'n' -> cells[column] = NULL;
        case 'u' -> cells[column] = UNCHANGED;
        case '-' -> cells[column] = ABSENT;
        default -> throw new IllegalArgumentException("A row image has an unknown column state");
      }
    }
    position[0] = at;
    return new Image(relation, cells);
  }

  /** Where this image does not know a cell, what the older one of the row says. */
  Image over(Image older) {
    boolean sameColumns = older.relation.equals(relation);
    byte[][] merged = null;
    for (int column = 0; column < cells.length; column++) {
      if (!isKnown(cells[column])) {
        int index =
            sameColumns ? column : older.relation.indexOf(relation.columns().get(column).id());
        if (index >= 0 && isKnown(older.cells[index])) {
          merged = merged == null ? cells.clone() : merged;
          merged[column] = older.cells[index];
        }
      }
    }
    return merged == null ? this : new Image(relation, merged);
  }

  /** The image alone in neutral form, which is defined by the ordinal of the operation. */
  @SuppressWarnings("EnumOrdinal")
  byte[] encode(RowBatch.Op op) {
    Bytes out = new Bytes(256);
    out.put(op.ordinal());
    out.put('A');
    out.putInt16(cells.length);
    for (byte[] cell : cells) {
      if (isValue(cell)) {
        out.put('t');
        out.putInt32(cell.length);
        out.put(cell);
      } else {
        out.put(cell == NULL ? 'n' : cell == UNCHANGED ? 'u' : '-');
      }
    }
    return out.copy();
  }
}
