package dev.weirkeeper.contracts;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Locale;

/**
 * Writes values as Python's {@code str} does, because Great Expectations measures and searches that
 * text.
 */
public final class PythonText {
  private static final int DOUBLE_DIGITS = 17;

  private PythonText() {}

  /**
   * @param value a Long, BigDecimal, Double, Boolean, String, or a date or time of {@code
   *     java.time}
   * @throws IllegalArgumentException if it is something else
   */
  public static String of(Object value) {
    if (value instanceof String || value instanceof Long || value instanceof BigDecimal) {
      return value.toString();
    }
    if (value instanceof Double number) {
      return of(number.doubleValue());
    }
    if (value instanceof Boolean truth) {
      return truth ? "True" : "False";
    }
    if (value instanceof LocalDate) {
      return value.toString();
    }
    if (value instanceof LocalDateTime time) {
      return of(time);
    }
    if (value instanceof Instant instant) {
      return of(LocalDateTime.ofInstant(instant, ZoneOffset.UTC)) + "+00:00";
    }
    throw new IllegalArgumentException(
        "No text form is known for values of " + value.getClass().getSimpleName());
  }

  private static String of(LocalDateTime time) {
    String seconds =
        String.format(
            Locale.ROOT,
            "%s %02d:%02d:%02d",
            time.toLocalDate(),
            time.getHour(),
            time.getMinute(),
            time.getSecond());
    return time.getNano() == 0
        ? seconds
        : seconds + String.format(Locale.ROOT, ".%06d", time.getNano() / 1000);
  }

  private static String of(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    String sign = Double.doubleToRawLongBits(value) < 0 ? "-" : "";
    if (value == 0) {
      return sign + "0.0";
    }
    BigDecimal shortest = shortest(Math.abs(value)).stripTrailingZeros();
    String digits = shortest.unscaledValue().toString();
    int exponent = digits.length() - shortest.scale() - 1;
    if (exponent < -4 || exponent >= 16) {
      String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
      return sign
          + digits.charAt(0)
          + fraction
          + String.format(Locale.ROOT, "e%s%02d", exponent < 0 ? "-" : "+", Math.abs(exponent));
    }
    String plain = shortest.toPlainString();
    return sign + plain + (plain.indexOf('.') < 0 ? ".0" : "");
  }

  /** The decimal of the fewest digits that reads as this double, and of those the closest. */
  private static BigDecimal shortest(double value) {
    BigDecimal exact = new BigDecimal(value);
    for (int digits = 1; digits < DOUBLE_DIGITS; digits++) {
      BigDecimal below = exact.round(new MathContext(digits, RoundingMode.DOWN));
      BigDecimal above = exact.round(new MathContext(digits, RoundingMode.UP));
      boolean belowReads = below.doubleValue() == value;
      boolean aboveReads = above.doubleValue() == value;
      if (belowReads && aboveReads) {
        return exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      }
      if (belowReads || aboveReads) {
        return belowReads ? below : above;
      }
    }
    return exact.round(new MathContext(DOUBLE_DIGITS, RoundingMode.HALF_EVEN));
  }
}
