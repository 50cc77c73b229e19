package dev.weirkeeper.examples.cli;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Writes numbers for people. */
final class Figures {
  private Figures() {}

  /** {@code 1,234,567}. */
  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  static String count(long number, String one, String many) {
    return count(number) + " " + (number == 1 ? one : many);
  }

  /** A share from 0 to 1: never rounded to none or to all where it is neither. */
  static String percent(double share) {
    if (share > 0 && share < 0.0001) {
      return "< 0.01 %";
    }
    if (share > 0.9999 && share < 1) {
      return "> 99.99 %";
    }
    return BigDecimal.valueOf(share * 100)
            .setScale(2, RoundingMode.HALF_UP)
            .stripTrailingZeros()
            .toPlainString()
        + " %";
  }

  static double share(long part, long of) {
    return of == 0 ? 0 : (double) part / of;
  }

  /** An edge of a histogram. */
  static String edge(double value) {
    BigDecimal rounded =
        new BigDecimal(value, new MathContext(6, RoundingMode.HALF_EVEN)).stripTrailingZeros();
    return rounded.scale() <= 0 && rounded.precision() - rounded.scale() <= 12
        ? count(rounded.longValueExact())
        : rounded.scale() <= 9 && rounded.scale() > 0
            ? rounded.toPlainString()
            : rounded.toString();
  }
}
