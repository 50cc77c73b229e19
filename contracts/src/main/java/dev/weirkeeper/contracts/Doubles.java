package dev.weirkeeper.contracts;

import java.util.function.DoublePredicate;

/** Looks for numbers. */
final class Doubles {
  private Doubles() {}

  /**
   * The least double of which the predicate is true, which must be true of all greater ones;
   * infinite if it is true of all finite ones, or of none.
   */
  static double first(DoublePredicate predicate) {
    long low = ordered(Double.NEGATIVE_INFINITY);
    long high = ordered(Double.POSITIVE_INFINITY);
    if (predicate.test(-Double.MAX_VALUE)) {
      return Double.NEGATIVE_INFINITY;
    }
    while (low + 1 < high) {
      long middle = (low & high) + ((low ^ high) >> 1);
      if (predicate.test(of(middle))) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return of(high);
  }

  /** Bits that are in the order of the numbers. */
  private static long ordered(double value) {
    long bits = Double.doubleToLongBits(value);
    return bits < 0 ? Long.MIN_VALUE - bits : bits;
  }

  private static double of(long ordered) {
    return Double.longBitsToDouble(ordered < 0 ? Long.MIN_VALUE - ordered : ordered);
  }
}
