package dev.weirkeeper.contracts;

import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/** Reads dates and times in ISO form, as rules write them, into the time that columns count. */
public final class MomentText {
  /** Days from 1970-01-01 to 2000-01-01, from which {@link Moments} counts. */
  private static final long EPOCH_DAYS = 10_957;

  private MomentText() {}

  /**
   * Microseconds since 1970-01-01T00:00, of UTC if the text names a zone; a date is its midnight.
   * The ends of a long stand for infinity and for what lies beyond.
   *
   * @return empty if the text is no date and no time
   */
  public static OptionalLong micros(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    long micros = Moments.micros(bytes, 0, bytes.length, Moments.Zone.OPTIONAL);
    if (micros != Moments.NONE) {
      return OptionalLong.of(later(micros, EPOCH_DAYS * Moments.MICROS_PER_DAY));
    }
    long days = Moments.days(bytes, 0, bytes.length);
    if (days == Moments.NONE) {
      return OptionalLong.empty();
    }
    // A date so far away that only a column of dates can hold it.
    return OptionalLong.of(days > 0 ? Long.MAX_VALUE : Long.MIN_VALUE);
  }

  private static long later(long micros, long by) {
    if (micros == Long.MIN_VALUE + 1) {
      return Long.MIN_VALUE;
    }
    return micros > Long.MAX_VALUE - by ? Long.MAX_VALUE : micros + by;
  }

  /** Why a bound cannot be compared with values of the form; says how to write it. */
  public static IllegalArgumentException notReadable(Literal value, Form form) {
    String example =
        switch (form) {
          case DATE -> "2020-01-31";
          case TIMESTAMP -> "2020-01-31 23:59:59, without a time zone";
          default -> "2020-01-31 23:59:59+00";
        };
    return new IllegalArgumentException(
        value + " is not in the ISO form that the column's values have; write " + example);
  }
}
