package dev.weirkeeper.contracts.sql;

import dev.weirkeeper.contracts.Literal;
import java.math.BigDecimal;
import java.util.Optional;

/**
 * SQL of a value and what is known of it.
 *
 * @param exact bounds of an exact number; empty where its digits are not bounded
 * @param literal the value itself, if it is a constant
 */
record Typed(String sql, Kind kind, Optional<Exact> exact, Optional<Literal> literal) {

  /** How values compare. */
  enum Kind {
    /** Whole and decimal numbers. */
    EXACT,
    DOUBLE,
    TEXT,
    TRUTH,
    DATE,
    TIMESTAMP,
    INSTANT
  }

  /**
   * What an exact number can be.
   *
   * @param scale digits behind the point
   */
  record Exact(BigDecimal low, BigDecimal high, int scale) {

    static Exact of(int precision, int scale) {
      BigDecimal high = BigDecimal.TEN.pow(precision).subtract(BigDecimal.ONE).movePointLeft(scale);
      return new Exact(high.negate(), high, scale);
    }

    /** Digits that a decimal type needs to hold it. */
    int precision() {
      BigDecimal larger = low.abs().max(high.abs());
      return Math.max(1, larger.setScale(scale).precision());
    }

    Exact plus(Exact other) {
      return new Exact(low.add(other.low), high.add(other.high), Math.max(scale, other.scale));
    }

    Exact negated() {
      return new Exact(high.negate(), low.negate(), scale);
    }

    Exact absolute() {
      return new Exact(BigDecimal.ZERO, low.abs().max(high.abs()), scale);
    }
  }

  static Typed of(String sql, Kind kind) {
    return new Typed(sql, kind, Optional.empty(), Optional.empty());
  }

  static Typed of(String sql, Exact exact) {
    return new Typed(sql, Kind.EXACT, Optional.of(exact), Optional.empty());
  }

  static Typed constant(Literal literal) {
    if (literal instanceof Literal.Numeric number) {
      BigDecimal value = number.decimal();
      int scale = Math.max(0, value.scale());
      Optional<Exact> exact =
          Math.abs((long) value.scale()) > 100
              ? Optional.empty()
              : Optional.of(new Exact(value, value, scale));
      return new Typed("", Kind.EXACT, exact, Optional.of(literal));
    }
    Kind kind = literal instanceof Literal.Text ? Kind.TEXT : Kind.TRUTH;
    return new Typed("", kind, Optional.empty(), Optional.of(literal));
  }

  boolean isNumber() {
    return kind == Kind.EXACT || kind == Kind.DOUBLE;
  }

  boolean isMoment() {
    return kind == Kind.DATE || kind == Kind.TIMESTAMP || kind == Kind.INSTANT;
  }
}
