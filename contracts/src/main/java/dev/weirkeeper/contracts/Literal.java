package dev.weirkeeper.contracts;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;

/**
 * A value that a rule compares with. Which column types it can be compared with follows from it.
 */
public sealed interface Literal {

  /**
   * A number, exact.
   *
   * @param value canonical decimal text, so that 5, 5.0 and 5e0 are one literal; text, because JSON
   *     numbers lose digits
   */
  record Numeric(String value) implements Literal {
    /** PostgreSQL's numeric has at most 131072 digits before the point and 16383 behind it. */
    private static final int MAX_DIGITS = 131_072;

    public Numeric {
      if (value.length() > 1000) {
        throw new IllegalArgumentException("A number of more than 1000 characters");
      }
      BigDecimal number;
      try {
        number = new BigDecimal(value);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("Not a number: '" + value + "'", e);
      }
      if (Math.abs((long) number.scale()) > MAX_DIGITS) {
        throw new IllegalArgumentException("No column can hold a number of this size: " + value);
      }
      value = number.signum() == 0 ? "0" : number.stripTrailingZeros().toString();
    }

    public BigDecimal decimal() {
      return new BigDecimal(value);
    }

    @Override
    public String toString() {
      return value;
    }
  }

  /** Text; a date or a time in ISO form too. */
  record Text(String value) implements Literal {
    public Text {
      requireNonNull(value, "value");
    }

    @Override
    public String toString() {
      return "'" + value + "'";
    }
  }

  /** True or false. */
  record Truth(boolean value) implements Literal {
    @Override
    public String toString() {
      return String.valueOf(value);
    }
  }

  /**
   * @param value a number, text, a boolean, or a date or time of {@code java.time}
   * @throws IllegalArgumentException if it is something else, or no finite number
   */
  static Literal of(Object value) {
    if (value instanceof Literal literal) {
      return literal;
    }
    if (value instanceof Byte
        || value instanceof Short
        || value instanceof Integer
        || value instanceof Long
        || value instanceof BigInteger
        || value instanceof BigDecimal) {
      return new Numeric(value.toString());
    }
    if (value instanceof Double || value instanceof Float) {
      return new Numeric(value.toString());
    }
    if (value instanceof CharSequence
        || value instanceof LocalDate
        || value instanceof LocalDateTime
        || value instanceof OffsetDateTime
        || value instanceof Instant) {
      return new Text(value.toString());
    }
    if (value instanceof Boolean truth) {
      return new Truth(truth);
    }
    throw new IllegalArgumentException(
        "A rule compares with numbers, text, booleans, dates and times, not with a "
            + requireNonNull(value, "value").getClass().getName());
  }
}
