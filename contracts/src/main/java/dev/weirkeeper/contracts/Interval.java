package dev.weirkeeper.contracts;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/** Whole numbers from {@code lo} to {@code hi}, both included; none if {@code lo} is larger. */
public record Interval(long lo, long hi) {
  public static final Interval EMPTY = new Interval(1, 0);

  public boolean contains(long value) {
    return value >= lo && value <= hi;
  }

  /** The integers n for which n / 10^scale lies within the range. */
  public static Interval of(Range range, int scale) {
    BigInteger lo =
        range
            .min()
            .map(
                bound -> {
                  BigDecimal min = number(bound).scaleByPowerOfTen(scale);
                  return bound.inclusive()
                      ? min.setScale(0, RoundingMode.CEILING).toBigInteger()
                      : min.setScale(0, RoundingMode.FLOOR).toBigInteger().add(BigInteger.ONE);
                })
            .orElse(BigInteger.valueOf(Long.MIN_VALUE));
    BigInteger hi =
        range
            .max()
            .map(
                bound -> {
                  BigDecimal max = number(bound).scaleByPowerOfTen(scale);
                  return bound.inclusive()
                      ? max.setScale(0, RoundingMode.FLOOR).toBigInteger()
                      : max.setScale(0, RoundingMode.CEILING)
                          .toBigInteger()
                          .subtract(BigInteger.ONE);
                })
            .orElse(BigInteger.valueOf(Long.MAX_VALUE));
    if ((lo.bitLength() > 63 && lo.signum() > 0) || (hi.bitLength() > 63 && hi.signum() < 0)) {
      return EMPTY;
    }
    return new Interval(
        lo.bitLength() > 63 ? Long.MIN_VALUE : lo.longValue(),
        hi.bitLength() > 63 ? Long.MAX_VALUE : hi.longValue());
  }

  public static BigDecimal number(Range.Bound bound) {
    if (bound.value() instanceof Literal.Numeric number) {
      return number.decimal();
    }
    throw new IllegalArgumentException(
        "the bound " + bound.value() + " is no number, which the values are; write a number");
  }

  /**
   * A range of counts: lengths, rows.
   *
   * @throws IllegalArgumentException if it has no bounds, or one that is no whole number
   */
  public static Interval ofCounts(Range range) {
    if (range.min().isEmpty() && range.max().isEmpty()) {
      throw new IllegalArgumentException(
          "the range has no bounds, so it would hold for anything; give it one");
    }
    range.min().ifPresent(Interval::requireWhole);
    range.max().ifPresent(Interval::requireWhole);
    return Interval.of(range, 0);
  }

  private static void requireWhole(Range.Bound bound) {
    BigDecimal value = number(bound);
    if (value.scale() > 0) {
      throw new IllegalArgumentException("the bound " + bound.value() + " is no whole number");
    }
  }
}
