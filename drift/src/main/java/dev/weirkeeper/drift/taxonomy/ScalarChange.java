package dev.weirkeeper.drift.taxonomy;

import dev.weirkeeper.drift.taxonomy.TypeExpr.Family;
import dev.weirkeeper.drift.taxonomy.TypeExpr.Scalar;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * The arithmetic of scalar types: which row of the {@link TargetMatrix} a change is. Digits before
 * the point are digits in all less those behind it; an integer of 8, 16, 32 and 64 bits has 3, 5,
 * 10 and 19; a float of 32 and 64 bits holds all integers up to 2^24 and 2^53.
 */
final class ScalarChange {
  private static final Set<Family> TIMES =
      EnumSet.of(
          Family.TIME, Family.TIME_TZ, Family.TIMESTAMP, Family.TIMESTAMP_TZ, Family.INTERVAL);
  private static final Set<Family> BITS = EnumSet.of(Family.BIT, Family.BIT_VARYING);
  private static final Set<Family> TEXTS = EnumSet.of(Family.TEXT, Family.CHAR);
  private static final int UNBOUNDED = Integer.MAX_VALUE;

  private ScalarChange() {}

  /** Empty if the types are one. */
  static Optional<String> row(Scalar from, Scalar to) {
    return from.equals(to) ? Optional.empty() : Optional.of(rowOf(from, to));
  }

  private static String rowOf(Scalar from, Scalar to) {
    Family a = from.family();
    Family b = to.family();
    if (a == Family.VOID) {
      return "unknown-to-any";
    }
    if (TEXTS.contains(a) && TEXTS.contains(b)) {
      return texts(from, to);
    }
    if (a == Family.OTHER || b == Family.OTHER || b == Family.VOID) {
      return "family";
    }
    if (b == Family.TEXT || b == Family.CHAR) {
      return toText(from, to);
    }
    if (TEXTS.contains(a)) {
      return b == Family.ENUM || b == Family.BINARY || b == Family.FIXED
          ? "family"
          : "text-to-scalar";
    }
    if (numeric(a) && numeric(b)) {
      return numbers(from, to);
    }
    if (TIMES.contains(a) || a == Family.DATE) {
      return times(from, to);
    }
    if (a == b && (a == Family.BINARY || a == Family.FIXED)) {
      return length(to) >= length(from) ? "binary-up" : "binary-down";
    }
    if (BITS.contains(a) && BITS.contains(b)) {
      return b == Family.BIT_VARYING && length(to) >= length(from) ? "bits-up" : "bits-down";
    }
    if (a == Family.BOOLEAN && b == Family.INTEGER) {
      return "bool-to-int";
    }
    if (json(a) && json(b)) {
      return "json-form";
    }
    return "family";
  }

  private static boolean numeric(Family family) {
    return family == Family.INTEGER || family == Family.FLOAT || family == Family.DECIMAL;
  }

  private static boolean json(Family family) {
    return family == Family.JSON || family == Family.JSON_BINARY;
  }

  private static String texts(Scalar from, Scalar to) {
    boolean chars = from.family() == Family.CHAR;
    if (length(to) < length(from)) {
      return !chars && length(from) == UNBOUNDED && to.family() == Family.TEXT
          ? "text-to-varchar"
          : "varchar-down";
    }
    if (chars) {
      return to.family() == Family.CHAR ? "char-up" : "char-to-text";
    }
    if (to.family() == Family.CHAR) {
      return "text-to-char";
    }
    return length(to) == UNBOUNDED ? "varchar-to-text" : "varchar-up";
  }

  private static String toText(Scalar from, Scalar to) {
    Family family = from.family();
    if (family == Family.BINARY || family == Family.FIXED) {
      return "family";
    }
    int longest = from.longest().orElse(UNBOUNDED);
    if (longest > length(to)) {
      return "scalar-to-varchar";
    }
    if (to.family() == Family.CHAR) {
      return "text-to-char";
    }
    return switch (family) {
      case UUID -> "uuid-to-text";
      case ENUM -> "enum-to-text";
      default -> "scalar-to-text";
    };
  }

  private static String numbers(Scalar from, Scalar to) {
    return switch (from.family()) {
      case INTEGER -> fromInteger(from.arg(0), to);
      case FLOAT ->
          switch (to.family()) {
            case FLOAT -> to.arg(0) > from.arg(0) ? "float-widen" : "float-narrow";
            case DECIMAL -> "float-to-decimal";
            default -> "float-to-int";
          };
      default -> fromDecimal(from, to);
    };
  }

  private static String fromInteger(int bits, Scalar to) {
    if (to.family() == Family.INTEGER) {
      return to.arg(0) < bits ? "int-narrow" : to.arg(0) == 64 ? "int-widen-64" : "int-widen";
    }
    if (to.family() == Family.FLOAT) {
      int exact = to.arg(0) == 64 ? 53 : 24;
      return bits <= exact ? "int-to-float" : "int-to-float-inexact";
    }
    if (to.args().isEmpty()) {
      return "int-to-decimal";
    }
    if (to.arg(1) < 0) {
      return "int-to-decimal-rounding";
    }
    return to.arg(0) - to.arg(1) >= digits(bits) ? "int-to-decimal" : "int-to-decimal-narrow";
  }

  /** Digits that hold every value of an integer type. */
  static int digits(int bits) {
    return bits <= 8 ? 3 : bits <= 16 ? 5 : bits <= 32 ? 10 : 19;
  }

  private static String fromDecimal(Scalar from, Scalar to) {
    if (to.family() == Family.FLOAT) {
      return "decimal-to-float";
    }
    if (to.family() == Family.INTEGER) {
      return !from.args().isEmpty() && from.arg(1) <= 0
          ? "decimal-to-int"
          : "decimal-to-int-rounding";
    }
    if (to.args().isEmpty()) {
      return "decimal-unconstrain";
    }
    if (from.args().isEmpty()) {
      return "decimal-constrain";
    }
    int whole = from.arg(0) - from.arg(1);
    int wholeAfter = to.arg(0) - to.arg(1);
    if (to.arg(1) < from.arg(1)) {
      return "decimal-scale-down";
    }
    if (to.arg(1) == from.arg(1)) {
      return to.arg(0) > from.arg(0) ? "decimal-precision-up" : "decimal-precision-down";
    }
    return wholeAfter >= whole ? "decimal-scale-up" : "decimal-digits-shrink";
  }

  private static String times(Scalar from, Scalar to) {
    Family a = from.family();
    Family b = to.family();
    if (a == b) {
      return to.arg(0) > from.arg(0) ? "time-precision-up" : "time-precision-down";
    }
    if (a == Family.DATE) {
      return b == Family.TIMESTAMP
          ? "date-to-timestamp"
          : b == Family.TIMESTAMP_TZ ? "date-to-timestamptz" : "family";
    }
    boolean cut = TIMES.contains(b) && to.arg(0) < from.arg(0);
    if (a == Family.TIMESTAMP && b == Family.TIMESTAMP_TZ) {
      return cut ? "time-precision-down" : "timestamp-to-timestamptz";
    }
    if (a == Family.TIMESTAMP_TZ && b == Family.TIMESTAMP) {
      return cut ? "time-precision-down" : "timestamptz-to-timestamp";
    }
    boolean instant = a == Family.TIMESTAMP || a == Family.TIMESTAMP_TZ;
    if (instant && (b == Family.DATE || b == Family.TIME)
        || a == Family.TIMESTAMP_TZ && b == Family.TIME_TZ
        || a == Family.TIME && b == Family.TIME_TZ
        || a == Family.TIME_TZ && b == Family.TIME) {
      return "timestamp-cut";
    }
    return "family";
  }

  private static int length(Scalar scalar) {
    return scalar.args().isEmpty() ? UNBOUNDED : scalar.arg(0);
  }
}
