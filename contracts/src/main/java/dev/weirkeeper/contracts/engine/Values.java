package dev.weirkeeper.contracts.engine;

import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Range;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.Optional;

/**
 * Compares measured values with each other and with those of a rule: numbers as numbers, dates and
 * times as such, text by code point. A double compares with the double that is nearest to a bound,
 * as people mean it when they write 0.1.
 */
final class Values {
  /** Measured values of one column. */
  static final Comparator<Object> ORDER = Values::compare;

  private Values() {}

  /**
   * Whether a measured value lies within the range. A NaN lies nowhere.
   *
   * @throws IllegalArgumentException if the value and a bound do not compare
   */
  static boolean within(Object value, Range range) {
    if (value instanceof Double real && real.isNaN()) {
      return false;
    }
    boolean above =
        range.min().isEmpty()
            || reaches(compareWith(value, range.min().get().value()), range.min().get().edge());
    boolean below =
        range.max().isEmpty()
            || reaches(-compareWith(value, range.max().get().value()), range.max().get().edge());
    return above && below;
  }

  private static boolean reaches(int compared, Range.Edge edge) {
    return edge == Range.Edge.INCLUSIVE ? compared >= 0 : compared > 0;
  }

  private static int compareWith(Object value, Literal bound) {
    if (bound instanceof Literal.Numeric number) {
      Object measured = value instanceof Boolean truth ? (Object) (truth ? 1L : 0L) : value;
      if (measured instanceof Double real) {
        return Double.compare(real + 0.0, Double.parseDouble(number.value()) + 0.0);
      }
      if (measured instanceof Number exact) {
        return new BigDecimal(exact.toString()).compareTo(new BigDecimal(number.value()));
      }
      throw doNotCompare(value, "a number");
    }
    if (bound instanceof Literal.Text text) {
      Optional<Instant> moment = moment(text.value());
      if (value instanceof String measured) {
        Optional<Instant> other = moment(measured);
        return moment.isPresent() && other.isPresent()
            ? other.get().compareTo(moment.get())
            : codePoints(measured, text.value());
      }
      Optional<Instant> measured = instant(value);
      if (measured.isPresent() && moment.isPresent()) {
        return measured.get().compareTo(moment.get());
      }
      throw doNotCompare(value, moment.isPresent() ? "a date or a time" : "text");
    }
    throw doNotCompare(value, "a boolean");
  }

  private static IllegalArgumentException doNotCompare(Object value, String bound) {
    return new IllegalArgumentException(
        "The measured value is a "
            + value.getClass().getSimpleName()
            + " and does not compare with "
            + bound
            + "; mend the bound");
  }

  /**
   * Whether a measured value is that of the rule: 5 is 5.0, a date is its ISO text, and text never
   * equals a number.
   */
  static boolean same(Object value, Literal member) {
    if (member instanceof Literal.Numeric number) {
      if (value instanceof Double real) {
        return real == Double.parseDouble(number.value());
      }
      return value instanceof Number exact
          && new BigDecimal(exact.toString()).compareTo(new BigDecimal(number.value())) == 0;
    }
    if (member instanceof Literal.Truth truth) {
      return value instanceof Boolean measured && measured == truth.value();
    }
    String text = ((Literal.Text) member).value();
    if (value instanceof String measured) {
      return measured.equals(text);
    }
    Optional<Instant> measured = instant(value);
    return measured.isPresent() && measured.equals(moment(text));
  }

  private static int compare(Object left, Object right) {
    if (left instanceof Boolean one && right instanceof Boolean other) {
      return one.compareTo(other);
    }
    if (left instanceof Number one && right instanceof Number other) {
      return one instanceof Double || other instanceof Double
          ? Double.compare(one.doubleValue(), other.doubleValue())
          : new BigDecimal(one.toString()).compareTo(new BigDecimal(other.toString()));
    }
    if (left instanceof String one && right instanceof String other) {
      return codePoints(one, other);
    }
    Optional<Instant> one = instant(left);
    Optional<Instant> other = instant(right);
    if (one.isPresent() && other.isPresent()) {
      return one.get().compareTo(other.get());
    }
    throw new IllegalArgumentException("The values of the column have no order");
  }

  private static int codePoints(String left, String right) {
    int length = Math.min(left.length(), right.length());
    for (int i = 0; i < length; ) {
      int one = left.codePointAt(i);
      int other = right.codePointAt(i);
      if (one != other) {
        return Integer.compare(one, other);
      }
      i += Character.charCount(one);
    }
    return Integer.compare(left.length(), right.length());
  }

  private static Optional<Instant> instant(Object value) {
    if (value instanceof Instant instant) {
      return Optional.of(instant);
    }
    if (value instanceof LocalDateTime time) {
      return Optional.of(time.toInstant(ZoneOffset.UTC));
    }
    if (value instanceof LocalDate date) {
      return Optional.of(date.atStartOfDay().toInstant(ZoneOffset.UTC));
    }
    return Optional.empty();
  }

  /** What ISO text with a date and maybe a time says; in UTC if it names no offset. */
  private static Optional<Instant> moment(String text) {
    String iso = text.length() > 10 && text.charAt(10) == ' ' ? withT(text) : text;
    try {
      if (iso.length() <= 10) {
        return Optional.of(LocalDate.parse(iso).atStartOfDay().toInstant(ZoneOffset.UTC));
      }
      boolean offset = iso.endsWith("Z") || iso.lastIndexOf('+') > 10 || iso.lastIndexOf('-') > 10;
      return Optional.of(
          offset
              ? OffsetDateTime.parse(iso).toInstant()
              : LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static String withT(String text) {
    return text.substring(0, 10) + 'T' + text.substring(11);
  }
}
