package dev.weirkeeper.contracts.memory;

import dev.weirkeeper.contracts.memory.Order.OfRows;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The loops over values: each writes a bit for each row, whether it has a value or not, and leaves
 * NULL to its caller. Simple counted loops without calls, so that the JIT makes the most of them.
 */
@SuppressWarnings("ShortCircuitBoolean") // a branch that is often taken wrongly costs more
final class Scan {
  private Scan() {}

  static void within(long[] values, int rows, long lo, long hi, long[] bits) {
    // One unsigned comparison does for both ends.
    long width = hi - lo + Long.MIN_VALUE;
    for (int word = 0, row = 0; row < rows; word++) {
      int end = Math.min(row + 64, rows);
      long found = 0;
      for (; row < end; row++) {
        found |= (values[row] - lo + Long.MIN_VALUE <= width ? 1L : 0L) << row;
      }
      bits[word] = found;
    }
  }

  static void within(int[] values, int rows, long lo, long hi, long[] bits) {
    for (int word = 0, row = 0; row < rows; word++) {
      int end = Math.min(row + 64, rows);
      long found = 0;
      for (; row < end; row++) {
        found |= (values[row] >= lo & values[row] <= hi ? 1L : 0L) << row;
      }
      bits[word] = found;
    }
  }

  static void within(double[] values, int rows, double lo, double hi, long[] bits) {
    for (int word = 0, row = 0; row < rows; word++) {
      int end = Math.min(row + 64, rows);
      long found = 0;
      for (; row < end; row++) {
        found |= (values[row] >= lo & values[row] <= hi ? 1L : 0L) << row;
      }
      bits[word] = found;
    }
  }

  static void isNan(double[] values, int rows, long[] bits) {
    for (int word = 0, row = 0; row < rows; word++) {
      int end = Math.min(row + 64, rows);
      long found = 0;
      for (; row < end; row++) {
        found |= (Double.isNaN(values[row]) ? 1L : 0L) << row;
      }
      bits[word] = found;
    }
  }

  static void less(long[] left, long[] right, int rows, long[] bits) {
    for (int word = 0, row = 0; row < rows; word++) {
      int end = Math.min(row + 64, rows);
      long found = 0;
      for (; row < end; row++) {
        found |= (left[row] < right[row] ? 1L : 0L) << row;
      }
      bits[word] = found;
    }
  }

  static void equal(long[] left, long[] right, int rows, long[] bits) {
    for (int word = 0, row = 0; row < rows; word++) {
      int end = Math.min(row + 64, rows);
      long found = 0;
      for (; row < end; row++) {
        found |= (left[row] == right[row] ? 1L : 0L) << row;
      }
      bits[word] = found;
    }
  }

  /** NaN comes after all others. */
  static void less(double[] left, double[] right, int rows, long[] bits) {
    for (int word = 0, row = 0; row < rows; word++) {
      int end = Math.min(row + 64, rows);
      long found = 0;
      for (; row < end; row++) {
        double a = left[row];
        double b = right[row];
        found |= (a < b | (Double.isNaN(b) & !Double.isNaN(a)) ? 1L : 0L) << row;
      }
      bits[word] = found;
    }
  }

  /** NaN equals itself. */
  static void equal(double[] left, double[] right, int rows, long[] bits) {
    for (int word = 0, row = 0; row < rows; word++) {
      int end = Math.min(row + 64, rows);
      long found = 0;
      for (; row < end; row++) {
        double a = left[row];
        double b = right[row];
        found |= (a == b | (Double.isNaN(a) & Double.isNaN(b)) ? 1L : 0L) << row;
      }
      bits[word] = found;
    }
  }

  static void equal(@Nullable String[] texts, int rows, String constant, long[] bits) {
    for (int word = 0, row = 0; row < rows; word++) {
      int end = Math.min(row + 64, rows);
      long found = 0;
      for (; row < end; row++) {
        found |= (constant.equals(texts[row]) ? 1L : 0L) << row;
      }
      bits[word] = found;
    }
  }

  /** Asks row by row, and only rows that have a value. */
  static void each(Column column, int rows, IntPredicate test, long[] bits) {
    for (int word = 0, row = 0; row < rows; word++) {
      int end = Math.min(row + 64, rows);
      long nulls = column.nulls(word);
      long found = 0;
      for (; row < end; row++) {
        if ((nulls & (1L << row)) == 0 && test.test(row)) {
          found |= 1L << row;
        }
      }
      bits[word] = found;
    }
  }

  /** Compares row by row, and only rows in which both sides have a value. */
  static void each(
      Column left, Column right, int rows, OfRows order, IntPredicate outcome, long[] bits) {
    for (int word = 0, row = 0; row < rows; word++) {
      int end = Math.min(row + 64, rows);
      long nulls = left.nulls(word) | right.nulls(word);
      long found = 0;
      for (; row < end; row++) {
        if ((nulls & (1L << row)) == 0 && outcome.test(order.compare(row))) {
          found |= 1L << row;
        }
      }
      bits[word] = found;
    }
  }

  /** What is not NULL and not TRUE is FALSE. */
  static void settle(Batch batch, Column column, long[] yes, long[] no) {
    for (int word = 0; word < batch.words(); word++) {
      long known = batch.valid(word) & ~column.nulls(word);
      yes[word] &= known;
      no[word] = known & ~yes[word];
    }
  }

  static void settle(Batch batch, Column left, Column right, long[] yes, long[] no) {
    for (int word = 0; word < batch.words(); word++) {
      long known = batch.valid(word) & ~left.nulls(word) & ~right.nulls(word);
      yes[word] &= known;
      no[word] = known & ~yes[word];
    }
  }
}
