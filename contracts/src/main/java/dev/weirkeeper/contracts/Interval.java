package dev.weirkeeper.contracts;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/** Whole numbers from {@code lo} to {@code hi}, both included; none if {@code lo} is larger. */
record Interval(long lo, long hi) {
  static final Interval EMPTY = new Interval(1, 0);

  boolean contains(long value) {
    return value >= lo && value <= hi;
  }

  /** The integers n for which n / 10^scale lies within the range. */
  static Interval of(Range range, int scale) {
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

  static BigDecimal number(Range.Bound bound) {
    if (bound.value() instanceof Literal.Numeric number) {
      return number.decimal();
    }
    throw new IllegalArgumentException(
        "the bound " + bound.value() + " is no number, which the values are; write a number");
  }
}
