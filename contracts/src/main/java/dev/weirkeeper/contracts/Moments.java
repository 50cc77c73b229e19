package dev.weirkeeper.contracts;

/**
 * Reads dates and timestamps from slices of text in ISO form, as PostgreSQL writes them (DateStyle
 * ISO), infinities and years before Christ included.
 */
public final class Moments {
  /** What is answered for text that is no such moment. */
  public static final long NONE = Numbers.NONE;

  public static final long MICROS_PER_DAY = 86_400_000_000L;
  private static final long BEFORE_ALL = NONE + 1;
  private static final long AFTER_ALL = Long.MAX_VALUE;

  /**
   * 2000-01-01, from which PostgreSQL counts: 64 bits of microseconds reach as far as its types.
   */
  private static final long EPOCH_DAY = 10_957;

  private static final int LAST_YEAR = 294_276;
  private static final int LAST_DATE_YEAR = 5_874_897;

  /** What may stand behind the time. */
  public enum Zone {
    FORBIDDEN,
    REQUIRED,
    /** UTC if there is none. */
    OPTIONAL
  }

  private Moments() {}

  /** Days since 2000-01-01, or NONE. */
  public static long days(byte[] data, int offset, int length) {
    long infinity = infinity(data, offset, length);
    if (infinity != NONE) {
      return infinity;
    }
    int end = withoutEra(data, offset, length);
    int dash = yearEnd(data, offset, end);
    if (dash < 0 || end - dash != 6) {
      return NONE;
    }
    return date(data, offset, dash, end != offset + length, LAST_DATE_YEAR);
  }

  /** Microseconds since 2000-01-01 00:00 (UTC if there is a zone), or NONE. */
  public static long micros(byte[] data, int offset, int length, Zone zone) {
    long infinity = infinity(data, offset, length);
    if (infinity != NONE) {
      return infinity;
    }
    int end = withoutEra(data, offset, length);
    int dash = yearEnd(data, offset, end);
    if (dash < 0) {
      return NONE;
    }
    long days = date(data, offset, dash, end != offset + length, LAST_YEAR);
    if (days == NONE) {
      return NONE;
    }
    long micros = days * MICROS_PER_DAY;
    int at = dash + 6;
    if (at == end) {
      return zone == Zone.REQUIRED ? NONE : micros;
    }
    if (end - at < 6 || (data[at] != ' ' && data[at] != 'T') || data[at + 3] != ':') {
      return NONE;
    }
    int hours = two(data, at + 1);
    int minutes = two(data, at + 4);
    int seconds = 0;
    at += 6;
    if (at + 2 < end && data[at] == ':') {
      seconds = two(data, at + 1);
      at += 3;
    }
    if (hours < 0 || hours > 24 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 60) {
      return NONE;
    }
    micros += ((hours * 60L + minutes) * 60L + seconds) * 1_000_000L;
    if (at < end && data[at] == '.') {
      at++;
      int scale = 100_000;
      int from = at;
      for (; at < end && data[at] >= '0' && data[at] <= '9'; at++) {
        if (scale == 0) {
          return NONE;
        }
        micros += (long) (data[at] - '0') * scale;
        scale /= 10;
      }
      if (at == from) {
        return NONE;
      }
    }
    if (at == end) {
      return zone == Zone.REQUIRED ? NONE : micros;
    }
    return zone == Zone.FORBIDDEN ? NONE : withZone(micros, data, at, end);
  }

  private static long withZone(long micros, byte[] data, int at, int end) {
    if (data[at] == 'Z' && at + 1 == end) {
      return micros;
    }
    int sign = data[at] == '+' ? 1 : data[at] == '-' ? -1 : 0;
    if (sign == 0) {
      return NONE;
    }
    long seconds = 0;
    long unit = 3600;
    int next = at + 1;
    while (next < end) {
      if (data[next] == ':' && unit < 3600) {
        next++;
      }
      int value = next + 1 < end ? two(data, next) : -1;
      if (value < 0 || unit == 0 || (unit < 3600 && value > 59)) {
        return NONE;
      }
      seconds += value * unit;
      unit = unit == 3600 ? 60 : unit == 60 ? 1 : 0;
      next += 2;
    }
    return unit == 3600 ? NONE : micros - sign * seconds * 1_000_000L;
  }

  private static long infinity(byte[] data, int offset, int length) {
    if (length == 8 && data[offset] == 'i') {
      return is("infinity", data, offset) ? AFTER_ALL : NONE;
    }
    if (length == 9 && data[offset] == '-') {
      return is("infinity", data, offset + 1) ? BEFORE_ALL : NONE;
    }
    return NONE;
  }

  private static boolean is(String expected, byte[] data, int offset) {
    for (int i = 0; i < expected.length(); i++) {
      if (data[offset + i] != expected.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** End of the slice without {@code BC}. */
  private static int withoutEra(byte[] data, int offset, int length) {
    int end = offset + length;
    return length > 3 && data[end - 1] == 'C' && is(" BC", data, end - 3) ? end - 3 : end;
  }

  /** Where the year ends: the dash before the month, or -1. The rest of the date is there. */
  private static int yearEnd(byte[] data, int offset, int end) {
    int at = offset;
    while (at < end && data[at] >= '0' && data[at] <= '9') {
      at++;
    }
    int digits = at - offset;
    boolean whole = digits >= 4 && digits <= 7 && end - at >= 6;
    return whole && data[at] == '-' && data[at + 3] == '-' ? at : -1;
  }

  private static long date(byte[] data, int offset, int dash, boolean beforeChrist, int lastYear) {
    int year = 0;
    for (int i = offset; i < dash; i++) {
      year = year * 10 + data[i] - '0';
    }
    int month = two(data, dash + 1);
    int day = two(data, dash + 4);
    if (year < 1 || year > lastYear || month < 1 || month > 12 || day < 1) {
      return NONE;
    }
    year = beforeChrist ? 1 - year : year;
    if (day > 28 && day > daysOf(year, month)) {
      return NONE;
    }
    // Days from the civil calendar, counting years from March.
    long y = month <= 2 ? year - 1L : year;
    long era = Math.floorDiv(y, 400);
    long ofEra = y - era * 400;
    long ofYear = (153L * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    long dayOfEra = ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear;
    return era * 146_097 + dayOfEra - 719_468 - EPOCH_DAY;
  }

  private static int daysOf(int year, int month) {
    if (month == 2) {
      boolean leap = (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0);
      return leap ? 29 : 28;
    }
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
  }

  private static int two(byte[] data, int at) {
    int tens = data[at] - '0';
    int ones = data[at + 1] - '0';
    return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1 : tens * 10 + ones;
  }
}
