package dev.weirkeeper.drift.kafka;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;

/** Dates and times in the text form of PostgreSQL, from the numbers and texts of Debezium. */
final class Moments {
  private static final long NANOS_OF_DAY = 86_400_000_000_000L;

  /** What Debezium writes for the infinities of PostgreSQL (its documentation, "Infinity"). */
  private static final long POSITIVE_INFINITY = 9_223_372_036_825_200_000L;

  private static final long NEGATIVE_INFINITY = -9_223_372_036_832_400_000L;

  /** Parts of a second. */
  enum Unit {
    MILLIS(1_000),
    MICROS(1_000_000),
    NANOS(1_000_000_000);

    private final long perSecond;

    Unit(long perSecond) {
      this.perSecond = perSecond;
    }
  }

  private Moments() {}

  static String day(long sinceEpoch) {
    return text(LocalDate.ofEpochDay(sinceEpoch));
  }

  static String time(long parts, Unit unit) {
    long nanos = Math.multiplyExact(parts, 1_000_000_000L / unit.perSecond);
    return nanos == NANOS_OF_DAY ? "24:00:00" : text(LocalTime.ofNanoOfDay(nanos));
  }

  static String timestamp(long parts, Unit unit) {
    if (parts == POSITIVE_INFINITY) {
      return "infinity";
    } else if (parts == NEGATIVE_INFINITY) {
      return "-infinity";
    }
    long nanos = Math.floorMod(parts, unit.perSecond) * (1_000_000_000L / unit.perSecond);
    return text(
        LocalDateTime.ofEpochSecond(
            Math.floorDiv(parts, unit.perSecond), (int) nanos, ZoneOffset.UTC));
  }

  static String instant(long parts, Unit unit) {
    String local = timestamp(parts, unit);
    return local.endsWith(" BC")
        ? local.substring(0, local.length() - 3) + "+00 BC"
        : local.endsWith("infinity") ? local : local + "+00";
  }

  static String isoDay(String iso) {
    return text(LocalDate.parse(withoutZone(iso)));
  }

  static String isoTime(String iso) {
    return text(LocalTime.parse(withoutZone(iso)));
  }

  static String isoTimestamp(String iso) {
    return text(LocalDateTime.parse(withoutZone(iso)));
  }

  static String zoned(String iso) {
    if (iso.equals("infinity") || iso.equals("-infinity")) {
      return iso;
    }
    LocalDateTime at =
        OffsetDateTime.parse(iso).withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime();
    LocalDate day = at.toLocalDate();
    return date(day) + " " + text(at.toLocalTime()) + "+00" + era(day);
  }

  /**
   * An interval from microseconds, in which Debezium counts a month as 30 days and a fraction: days
   * and months cannot be told apart any more, so that only what is left is said.
   */
  static String interval(long micros) {
    return BigDecimal.valueOf(micros, 6).toPlainString() + " seconds";
  }

  private static String withoutZone(String text) {
    return text.endsWith("Z") ? text.substring(0, text.length() - 1) : text;
  }

  private static String text(LocalDate day) {
    return date(day) + era(day);
  }

  private static String text(LocalDateTime at) {
    LocalDate day = at.toLocalDate();
    return date(day) + " " + text(at.toLocalTime()) + era(day);
  }

  /** PostgreSQL has no year 0: the one before 1 is 1 BC. */
  private static String date(LocalDate day) {
    int year = day.getYear() > 0 ? day.getYear() : 1 - day.getYear();
    String digits = Integer.toString(year);
    StringBuilder out = new StringBuilder(13);
    out.append("0".repeat(Math.max(0, 4 - digits.length()))).append(digits).append('-');
    two(out, day.getMonthValue());
    two(out.append('-'), day.getDayOfMonth());
    return out.toString();
  }

  private static String era(LocalDate day) {
    return day.getYear() > 0 ? "" : " BC";
  }

  private static String text(LocalTime time) {
    StringBuilder out = new StringBuilder(18);
    two(out, time.getHour());
    two(out.append(':'), time.getMinute());
    two(out.append(':'), time.getSecond());
    int fraction = time.get(ChronoField.NANO_OF_SECOND);
    if (fraction > 0) {
      String nanos = Integer.toString(1_000_000_000 + fraction).substring(1);
      int end = nanos.length();
      while (nanos.charAt(end - 1) == '0') {
        end--;
      }
      out.append('.').append(nanos, 0, end);
    }
    return out.toString();
  }

  private static void two(StringBuilder out, int number) {
    if (number < 10) {
      out.append('0');
    }
    out.append(number);
  }
}
