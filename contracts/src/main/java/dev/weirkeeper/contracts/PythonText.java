package dev.weirkeeper.contracts;

import dev.weirkeeper.Json;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;

/** Writes values as Python's {@code str} does: what lengths and patterns are asked of. */
public final class PythonText {
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");
  private static final DateTimeFormatter MICROS =
      new DateTimeFormatterBuilder()
          .append(SECONDS)
          .appendFraction(ChronoField.NANO_OF_SECOND, 6, 6, true)
          .toFormatter();

  private PythonText() {}

  /**
   * @param value a Long, BigDecimal, Double, Boolean, String, or a date or time of {@code
   *     java.time}
   */
  public static String of(Object value) {
    if (value instanceof Double number) {
      return of(number.doubleValue());
    }
    if (value instanceof Boolean truth) {
      return truth ? "True" : "False";
    }
    if (value instanceof BigDecimal decimal) {
      return decimal.toString();
    }
    if (value instanceof LocalDateTime local) {
      return (local.getNano() == 0 ? SECONDS : MICROS).format(local);
    }
    if (value instanceof Instant instant) {
      return of(LocalDateTime.ofInstant(instant, ZoneOffset.UTC)) + "+00:00";
    }
    return value.toString();
  }

  static String of(Literal literal) {
    if (literal instanceof Literal.Numeric number) {
      return number.decimal().toPlainString();
    }
    if (literal instanceof Literal.Text text) {
      return text.value();
    }
    return of((Object) ((Literal.Truth) literal).value());
  }

  /** The shortest digits that read back as the number: {@code 5.0}, {@code 1e-05}, {@code nan}. */
  public static String of(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      return (value == 0 && 1 / value < 0 ? "-0" : Long.toString((long) value)) + ".0";
    }
    // Double.toString of Java 17 is not always the shortest; that of RFC 8785 is.
    BigDecimal shortest = new BigDecimal(Json.of(value).text()).stripTrailingZeros();
    String digits = shortest.unscaledValue().abs().toString();
    int exponent = digits.length() - shortest.scale() - 1;
    String sign = value < 0 ? "-" : "";
    if (exponent < -4 || exponent >= 16) {
      String power = (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "");
      String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
      return sign + digits.charAt(0) + fraction + "e" + power + Math.abs(exponent);
    }
    String plain = shortest.abs().toPlainString();
    return sign + (plain.contains(".") ? plain : plain + ".0");
  }
}
