package dev.weirkeeper.contracts.memory;

import dev.weirkeeper.contracts.engine.Vec;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Values, or tuples of values, that were seen, and which of them more than once. */
final class Seen {
  private final MemoryBudget budget;
  private final Keys.OnNull onNull;
  private final Keys keys = new Keys();
  private @Nullable LongTable longs;
  private @Nullable KeyTable table;
  private final BitSet repeated = new BitSet();
  private boolean nullSeen;
  private boolean nullRepeated;

  Seen(MemoryBudget budget, Keys.OnNull onNull) {
    this.budget = budget;
    this.onNull = onNull;
  }

  /** Takes in the rows of a set. */
  void add(List<Column> columns, long[] rows, int words) {
    boolean asLongs = columns.size() == 1 && isLong(columns.get(0).vec());
    if (asLongs ? table != null : longs != null) {
      throw Order.changedType();
    }
    if (asLongs) {
      longs = longs == null ? new LongTable(budget) : longs;
      add(columns.get(0), longs, rows, words);
    } else {
      table = table == null ? new KeyTable(budget) : table;
      add(columns, table, rows, words);
    }
  }

  private void add(Column column, LongTable into, long[] rows, int words) {
    for (int word = 0; word < words; word++) {
      long left = rows[word] & ~column.nulls(word);
      while (left != 0) {
        into.add(longOf(column.vec(), (word << 6) + Long.numberOfTrailingZeros(left)));
        left &= left - 1;
      }
      int nulls = Long.bitCount(rows[word] & column.nulls(word));
      if (nulls > 0 && onNull == Keys.OnNull.WRITE) {
        nullRepeated |= nullSeen || nulls > 1;
        nullSeen = true;
      }
    }
  }

  private void add(List<Column> columns, KeyTable into, long[] rows, int words) {
    for (int word = 0; word < words; word++) {
      long left = rows[word];
      while (left != 0) {
        int row = (word << 6) + Long.numberOfTrailingZeros(left);
        left &= left - 1;
        int length = keys.write(columns, row, onNull);
        if (length != Keys.NULL) {
          int ordinal = into.add(keys.bytes(), length);
          if (ordinal < 0) {
            repeated.set(~ordinal);
          }
        }
      }
    }
  }

  /** Whether there is a row with the same values beside this one. */
  boolean isRepeated(List<Column> columns, int row) {
    if (longs != null) {
      Column column = columns.get(0);
      return column.isNull(row) ? nullRepeated : longs.isRepeated(longOf(column.vec(), row));
    }
    int length = keys.write(columns, row, onNull);
    if (length == Keys.NULL || table == null) {
      return false;
    }
    int ordinal = table.find(keys.bytes(), length);
    return ordinal >= 0 && repeated.get(ordinal);
  }

  /** Whether any of them was seen more than once. */
  boolean hasRepeated() {
    return nullRepeated || !repeated.isEmpty() || (longs != null && longs.hasRepeated());
  }

  /** Different ones without a NULL. */
  long size() {
    return longs != null ? longs.size() : table != null ? table.size() : 0;
  }

  private static boolean isLong(Vec vec) {
    return vec instanceof Vec.Longs
        || vec instanceof Vec.Micros
        || vec instanceof Vec.Days
        || vec instanceof Vec.Doubles;
  }

  private static long longOf(Vec vec, int row) {
    if (vec instanceof Vec.Longs longs) {
      return longs.values()[row];
    }
    if (vec instanceof Vec.Micros micros) {
      return micros.values()[row];
    }
    if (vec instanceof Vec.Days days) {
      return days.values()[row];
    }
    // Adding zero makes -0.0 equal to 0.0; all NaNs have the same bits here.
    return Double.doubleToLongBits(((Vec.Doubles) vec).values()[row] + 0.0);
  }
}
