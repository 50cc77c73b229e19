package dev.weirkeeper.contracts.memory;

import dev.weirkeeper.contracts.engine.Vec;
import java.math.BigDecimal;
import java.util.Arrays;

/**
 * The order of values, the same for all questions. Numbers compare exactly, but as doubles if one
 * of them is a double; NaN equals itself and comes last. Moments compare by time, text by code
 * point.
 */
final class Order {
  private static final long MICROS_PER_DAY = 86_400_000_000L;

  private Order() {}

  /** Compares two values of a row, neither of them NULL. */
  @FunctionalInterface
  interface OfRows {
    int compare(int row);
  }

  /** Compares values of two rows, neither of them NULL. */
  @FunctionalInterface
  interface Between {
    int compare(int left, int right);
  }

  static int compare(double left, double right) {
    if (left < right) {
      return -1;
    }
    if (left > right) {
      return 1;
    }
    // Equal, zeros of either sign among them, or NaN is one of them.
    return left == right ? 0 : Boolean.compare(Double.isNaN(left), Double.isNaN(right));
  }

  static int compareDays(int days, long micros) {
    int order = Long.compare(days, Math.floorDiv(micros, MICROS_PER_DAY));
    return order != 0 || Math.floorMod(micros, MICROS_PER_DAY) == 0 ? order : -1;
  }

  /**
   * @throws UnansweredException if such values do not compare
   */
  static OfRows of(Vec left, Vec right, int rows) {
    if (left instanceof Vec.Texts a && right instanceof Vec.Texts b) {
      return row -> CodePoints.compare(a.values()[row], b.values()[row]);
    }
    if (left instanceof Vec.Truths a && right instanceof Vec.Truths b) {
      return row -> Boolean.compare(a.values()[row], b.values()[row]);
    }
    if (left instanceof Vec.Days a && right instanceof Vec.Days b) {
      return row -> Integer.compare(a.values()[row], b.values()[row]);
    }
    if (left instanceof Vec.Micros a && right instanceof Vec.Micros b) {
      return row -> Long.compare(a.values()[row], b.values()[row]);
    }
    if (left instanceof Vec.Days a && right instanceof Vec.Micros b) {
      return row -> compareDays(a.values()[row], b.values()[row]);
    }
    if (left instanceof Vec.Micros a && right instanceof Vec.Days b) {
      return row -> -compareDays(b.values()[row], a.values()[row]);
    }
    if (left instanceof Vec.Longs a && right instanceof Vec.Longs b) {
      return row -> Long.compare(a.values()[row], b.values()[row]);
    }
    if (isNumber(left) && isNumber(right)) {
      if (left instanceof Vec.Doubles || right instanceof Vec.Doubles) {
        double[] a = doubles(left, rows);
        double[] b = doubles(right, rows);
        return row -> compare(a[row], b[row]);
      }
      BigDecimal[] a = decimals(left, rows);
      BigDecimal[] b = decimals(right, rows);
      return row -> a[row].compareTo(b[row]);
    }
    throw new UnansweredException(
        "Values of these types do not compare: " + name(left) + " and " + name(right));
  }

  static Between within(Vec vec) {
    return between(vec, vec);
  }

  /**
   * Compares values of one column in two frames.
   *
   * @throws UnansweredException if its type is not the same in both
   */
  static Between between(Vec left, Vec right) {
    if (left instanceof Vec.Longs a && right instanceof Vec.Longs b) {
      return (i, j) -> Long.compare(a.values()[i], b.values()[j]);
    }
    if (left instanceof Vec.Doubles a && right instanceof Vec.Doubles b) {
      return (i, j) -> compare(a.values()[i], b.values()[j]);
    }
    if (left instanceof Vec.Decimals a && right instanceof Vec.Decimals b) {
      return (i, j) -> a.values()[i].compareTo(b.values()[j]);
    }
    if (left instanceof Vec.Texts a && right instanceof Vec.Texts b) {
      return (i, j) -> CodePoints.compare(a.values()[i], b.values()[j]);
    }
    if (left instanceof Vec.Truths a && right instanceof Vec.Truths b) {
      return (i, j) -> Boolean.compare(a.values()[i], b.values()[j]);
    }
    if (left instanceof Vec.Days a && right instanceof Vec.Days b) {
      return (i, j) -> Integer.compare(a.values()[i], b.values()[j]);
    }
    if (left instanceof Vec.Micros a && right instanceof Vec.Micros b) {
      return (i, j) -> Long.compare(a.values()[i], b.values()[j]);
    }
    throw changedType();
  }

  static UnansweredException changedType() {
    return new UnansweredException(
        "The column's values change their type within the data; mend its reader");
  }

  static boolean isNumber(Vec vec) {
    return vec instanceof Vec.Longs || vec instanceof Vec.Doubles || vec instanceof Vec.Decimals;
  }

  /** The numbers as doubles; 0 where there is none. */
  static double[] doubles(Vec vec, int rows) {
    if (vec instanceof Vec.Doubles doubles) {
      return doubles.values();
    }
    double[] values = new double[rows];
    if (vec instanceof Vec.Longs longs) {
      long[] from = longs.values();
      for (int row = 0; row < rows; row++) {
        values[row] = from[row];
      }
      return values;
    }
    BigDecimal[] from = ((Vec.Decimals) vec).values();
    for (int row = 0; row < rows; row++) {
      values[row] = from[row] == null ? 0 : from[row].doubleValue();
    }
    return values;
  }

  /** Whole numbers and decimals as decimals. */
  static BigDecimal[] decimals(Vec vec, int rows) {
    if (vec instanceof Vec.Decimals decimals) {
      return decimals.values();
    }
    long[] from = ((Vec.Longs) vec).values();
    BigDecimal[] values = new BigDecimal[rows];
    Arrays.setAll(values, row -> BigDecimal.valueOf(from[row]));
    return values;
  }

  /** What kind of values these are, for people. */
  static String name(Vec vec) {
    if (isNumber(vec)) {
      return "numbers";
    }
    if (vec instanceof Vec.Texts) {
      return "text";
    }
    return vec instanceof Vec.Truths ? "booleans" : "dates or times";
  }
}
