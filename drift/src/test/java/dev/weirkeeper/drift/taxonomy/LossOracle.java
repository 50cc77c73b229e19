package dev.weirkeeper.drift.taxonomy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;

/**
 * What becomes of one number under a change of type, by exact arithmetic and without a database.
 */
final class LossOracle {
  enum Fate {
    FITS,
    OVERFLOWS,
    ROUNDED
  }

  private static final List<String> INFINITE = List.of("Infinity", "-Infinity");

  private LossOracle() {}

  static Fate fate(String from, String to, String value) {
    boolean fromFloat = from.startsWith("float");
    if (value.equals("NaN") || INFINITE.contains(value)) {
      return notFinite(to, value);
    }
    BigDecimal exact =
        from.equals("float4")
            ? new BigDecimal(Float.parseFloat(value))
            : fromFloat ? new BigDecimal(Double.parseDouble(value)) : new BigDecimal(value);
    if (to.startsWith("int")) {
      BigDecimal whole =
          exact.setScale(0, fromFloat ? RoundingMode.HALF_EVEN : RoundingMode.HALF_UP);
      int bits = 8 * Integer.parseInt(to.substring(3));
      BigInteger limit = BigInteger.TWO.pow(bits - 1);
      BigInteger number = whole.toBigInteger();
      if (number.compareTo(limit.negate()) < 0 || number.compareTo(limit) >= 0) {
        return Fate.OVERFLOWS;
      }
      return same(whole, exact);
    }
    if (to.startsWith("numeric")) {
      return toDecimal(from, to, exact, value);
    }
    if (fromFloat) {
      float narrow = (float) Double.parseDouble(value);
      if (Float.isInfinite(narrow) || narrow == 0 && exact.signum() != 0) {
        return Fate.OVERFLOWS;
      }
      return same(new BigDecimal(narrow), exact);
    }
    return decimalToFloat(from, to, exact);
  }

  private static Fate notFinite(String to, String value) {
    if (to.startsWith("int")) {
      return Fate.OVERFLOWS;
    }
    boolean bounded = to.startsWith("numeric(");
    return bounded && !value.equals("NaN") ? Fate.OVERFLOWS : Fate.FITS;
  }

  private static Fate toDecimal(String from, String to, BigDecimal exact, String value) {
    boolean fromFloat = from.startsWith("float");
    BigDecimal cast =
        fromFloat
            ? exact.round(new MathContext(from.equals("float4") ? 6 : 15, RoundingMode.HALF_EVEN))
            : exact;
    BigDecimal kept = cast;
    if (to.contains("(")) {
      String[] args = to.substring(8, to.length() - 1).split(",");
      int digits = Integer.parseInt(args[0]);
      int scale = Integer.parseInt(args[1]);
      kept = cast.setScale(scale, RoundingMode.HALF_UP);
      if (kept.abs().compareTo(BigDecimal.ONE.scaleByPowerOfTen(digits - scale)) >= 0) {
        return Fate.OVERFLOWS;
      }
    }
    if (!fromFloat) {
      return same(kept, exact);
    }
    boolean back =
        from.equals("float4")
            ? kept.floatValue() == Float.parseFloat(value)
            : kept.doubleValue() == Double.parseDouble(value);
    return back ? Fate.FITS : Fate.ROUNDED;
  }

  private static Fate decimalToFloat(String from, String to, BigDecimal exact) {
    boolean single = to.equals("float4");
    double there =
        single ? Float.parseFloat(exact.toString()) : Double.parseDouble(exact.toString());
    if (Double.isInfinite(there) || there == 0 && exact.signum() != 0) {
      return Fate.OVERFLOWS;
    }
    if (from.startsWith("int")) {
      return same(new BigDecimal(there), exact);
    }
    return same(shortest(there, single), exact);
  }

  /** The decimal of fewest digits that reads as this float, and of those the nearest. */
  private static BigDecimal shortest(double value, boolean single) {
    BigDecimal exact = new BigDecimal(value);
    for (int digits = 1; digits <= 17; digits++) {
      BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (single ? rounded.floatValue() == (float) value : rounded.doubleValue() == value) {
        return rounded;
      }
    }
    throw new AssertionError("17 digits name every double");
  }

  private static Fate same(BigDecimal kept, BigDecimal exact) {
    return kept.compareTo(exact) == 0 ? Fate.FITS : Fate.ROUNDED;
  }
}
