package dev.weirkeeper.drift.taxonomy;

import dev.weirkeeper.Type;
import dev.weirkeeper.drift.taxonomy.TypeExpr.Family;
import dev.weirkeeper.drift.taxonomy.TypeExpr.Scalar;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is lost by a change between two scalar types of PostgreSQL, as conditions over {@code v},
 * the value.
 *
 * @param overflows true where the cast of the value fails
 * @param rounds true where it gives another value; asked only of values that do not overflow, so it
 *     may cast them
 */
record LossPredicates(String overflows, String rounds) {
  private static final String NEVER = "false";

  /** 2^63 as a double: the least one that no bigint is. */
  private static final String TWO_63 = "9223372036854775808::float8";

  /**
   * From here on a decimal becomes an infinite double: half a step above the greatest one (2^1024 -
   * 2^970), where ties go to the even neighbour, which is infinity.
   */
  private static final String DOUBLE_LIMIT =
      BigInteger.TWO.pow(1024).subtract(BigInteger.TWO.pow(970)).toString();

  /** 2^128 - 2^103, by the same rule. */
  private static final String FLOAT_LIMIT =
      BigInteger.TWO.pow(128).subtract(BigInteger.TWO.pow(103)).toString();

  /** Down to here a decimal becomes zero as a double: half the least one (2^-1075). */
  private static final String DOUBLE_LEAST = power(-1075);

  /** 2^-150, by the same rule. */
  private static final String FLOAT_LEAST = power(-150);

  private static String power(int exponent) {
    return BigDecimal.ONE.divide(new BigDecimal(BigInteger.TWO.pow(-exponent))).toPlainString();
  }

  /** Empty if nothing is lost, or if it cannot be counted. */
  static Optional<LossPredicates> of(Scalar from, Scalar to) {
    Optional<String> row = ScalarChange.row(from, to);
    if (row.isEmpty()) {
      return Optional.empty();
    }
    return Optional.ofNullable(
        switch (row.get()) {
          case "int-narrow" -> new LossPredicates(outside("v", to.arg(0)), NEVER);
          case "int-to-float-inexact" -> intToFloat(to);
          case "int-to-decimal-narrow" ->
              new LossPredicates(tooManyDigits("v::numeric", to), NEVER);
          case "int-to-decimal-rounding" -> decimal("v::numeric", to);
          case "float-narrow" -> floatNarrow();
          case "float-to-decimal" -> floatToDecimal(from, to);
          case "float-to-int" -> floatToInt(to);
          case "decimal-digits-shrink",
              "decimal-precision-down",
              "decimal-scale-down",
              "decimal-constrain" ->
              decimal("v", to);
          case "decimal-to-float" -> decimalToFloat(to);
          case "decimal-to-int", "decimal-to-int-rounding" -> decimalToInt(to);
          case "varchar-down", "text-to-varchar", "scalar-to-varchar" -> tooLong(from, to);
          case "bits-down" ->
              new LossPredicates(
                  "length(v) " + (to.family() == Family.BIT ? "<> " : "> ") + to.arg(0), NEVER);
          case "time-precision-down" -> timePrecision(from, to);
          case "timestamp-cut" -> timestampToDate(from, to);
          default -> null;
        });
  }

  /**
   * Of an enum that loses labels; empty if it loses none. A label that was renamed is still there:
   * it is known by its id, and in another type by its name.
   */
  static Optional<LossPredicates> ofLabels(List<Type.Label> from, List<Type.Label> to) {
    Set<String> kept = new HashSet<>();
    to.forEach(label -> kept.add(label.id()));
    Set<String> names = new HashSet<>();
    to.forEach(label -> names.add(label.name()));
    String removed =
        from.stream()
            .filter(label -> !kept.contains(label.id()) && !names.contains(label.name()))
            .map(label -> literal(label.name()))
            .collect(Collectors.joining(", "));
    return removed.isEmpty()
        ? Optional.empty()
        : Optional.of(new LossPredicates("v::text IN (" + removed + ")", NEVER));
  }

  /** Whatever the server's settings are. */
  private static String literal(String text) {
    return " E'" + text.replace("\\", "\\\\").replace("'", "''") + "'";
  }

  private static String outside(String value, int bits) {
    BigInteger limit = BigInteger.TWO.pow(bits - 1);
    return value + " NOT BETWEEN " + limit.negate() + " AND " + limit.subtract(BigInteger.ONE);
  }

  /** An integer that a float holds comes back as itself; 2^63 cannot come back. */
  private static LossPredicates intToFloat(Scalar to) {
    String there = to.arg(0) == 32 ? "v::float4::float8" : "v::float8";
    return new LossPredicates(
        NEVER,
        "CASE WHEN " + there + " >= " + TWO_63 + " THEN true ELSE (" + there + ")::int8 <> v END");
  }

  private static LossPredicates floatNarrow() {
    return new LossPredicates(
        "(v NOT IN ('NaN', 'Infinity', '-Infinity') AND (abs(v) >= "
            + FLOAT_LIMIT
            + "::float8 OR v <> 0 AND abs(v) <= "
            + FLOAT_LEAST
            + "::float8))",
        "v::float4::float8 <> v");
  }

  private static LossPredicates floatToInt(Scalar to) {
    String limit = BigInteger.TWO.pow(to.arg(0) - 1) + "::float8";
    return new LossPredicates(
        "(v IN ('NaN', 'Infinity', '-Infinity') OR round(v::float8) < -("
            + limit
            + ") OR round(v::float8) >= "
            + limit
            + ")",
        "round(v::float8) <> v::float8");
  }

  /**
   * A float is cast to a decimal by its first 15 digits (float4: 6), and then rounded to the scale;
   * nothing is lost if the decimal is read as the same float. A decimal without bounds takes
   * infinity from PostgreSQL 14 on; before, the question itself fails.
   */
  private static LossPredicates floatToDecimal(Scalar from, Scalar to) {
    boolean single = from.arg(0) == 32;
    String cast = "(v::numeric)";
    String back = to.args().isEmpty() ? cast : rounded(cast, to.arg(1));
    String finite = "v NOT IN ('NaN', 'Infinity', '-Infinity')";
    return new LossPredicates(
        to.args().isEmpty()
            ? NEVER
            : "CASE WHEN v = 'NaN' THEN false WHEN NOT "
                + finite
                + " THEN true ELSE "
                + tooManyDigits(cast, to)
                + " END",
        "CASE WHEN NOT "
            + finite
            + " THEN false WHEN abs("
            + back
            + ") >= "
            + (single ? FLOAT_LIMIT : DOUBLE_LIMIT)
            + " THEN true ELSE ("
            + back
            + (single ? ")::float4 <> v END" : ")::float8 <> v END"));
  }

  /** NaN fits every decimal, infinity only one without bounds. */
  private static LossPredicates decimal(String value, Scalar to) {
    return new LossPredicates(
        "(v::text NOT IN ('NaN') AND (v::text IN ('Infinity', '-Infinity') OR "
            + tooManyDigits(value, to)
            + "))",
        "v::text <> 'NaN' AND " + rounded(value, to.arg(1)) + " <> " + value);
  }

  /** Rounding happens first: 9.99 does not fit two digits with one of them behind the point. */
  private static String tooManyDigits(String value, Scalar to) {
    BigDecimal limit = BigDecimal.ONE.scaleByPowerOfTen(to.arg(0) - to.arg(1));
    return "abs(" + rounded(value, to.arg(1)) + ") >= " + limit.toPlainString();
  }

  private static String rounded(String value, int scale) {
    return "round(" + value + ", " + scale + ")";
  }

  /**
   * A decimal that a float stands for comes back as itself from the shortest text of the float: 0.1
   * does, 0.12345678901234567890 does not.
   */
  private static LossPredicates decimalToFloat(Scalar to) {
    boolean single = to.arg(0) == 32;
    return new LossPredicates(
        "(v::text NOT IN ('NaN', 'Infinity', '-Infinity') AND (abs(v) >= "
            + (single ? FLOAT_LIMIT : DOUBLE_LIMIT)
            + " OR v <> 0 AND abs(v) <= "
            + (single ? FLOAT_LEAST : DOUBLE_LEAST)
            + "))",
        "CASE WHEN v::text IN ('NaN', 'Infinity', '-Infinity') THEN false ELSE v::"
            + (single ? "float4" : "float8")
            + "::text::numeric <> v END");
  }

  private static LossPredicates decimalToInt(Scalar to) {
    return new LossPredicates(
        "(v::text IN ('NaN', 'Infinity', '-Infinity') OR "
            + outside("round(v, 0)", to.arg(0))
            + ")",
        "round(v, 0) <> v");
  }

  /** Blanks beyond the length are cut without an error, anything else makes the change fail. */
  private static LossPredicates tooLong(Scalar from, Scalar to) {
    String beyond = "octet_length(rtrim(substr(v::text, " + (to.arg(0) + 1) + "), ' ')) > 0";
    // Blanks at the end of a char(n) are no part of the value, before and after.
    boolean blanksCount = from.family() != Family.CHAR && to.family() == Family.TEXT;
    return new LossPredicates(beyond, blanksCount ? "char_length(v::text) > " + to.arg(0) : NEVER);
  }

  private static @Nullable LossPredicates timePrecision(Scalar from, Scalar to) {
    if (from.family() != to.family()) {
      return null;
    }
    String name =
        switch (to.family()) {
          case TIME -> "time";
          case TIME_TZ -> "timetz";
          case TIMESTAMP -> "timestamp";
          case TIMESTAMP_TZ -> "timestamptz";
          default -> "interval";
        };
    return new LossPredicates(NEVER, "v::" + name + "(" + to.arg(0) + ") <> v");
  }

  private static @Nullable LossPredicates timestampToDate(Scalar from, Scalar to) {
    return from.family() == Family.TIMESTAMP && to.family() == Family.DATE
        ? new LossPredicates(NEVER, "v::date::timestamp <> v")
        : null;
  }
}
