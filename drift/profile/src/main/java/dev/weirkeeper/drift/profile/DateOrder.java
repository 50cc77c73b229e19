package dev.weirkeeper.drift.profile;

/**
 * Whether texts such as {@code 04/11/2026} begin with the day or with the month. Only a number
 * beyond 12 tells: where there is none, the order cannot be known and is not guessed.
 */
final class DateOrder {

  private long dayFirst;
  private long monthFirst;
  private long ambiguous;

  void add(String text) {
    int separator = text.length() > 2 && !isDigit(text, 1) ? 1 : 2;
    if (text.length() < separator + 4 || "/.-".indexOf(text.charAt(separator)) < 0) {
      return;
    }
    char mark = text.charAt(separator);
    int second = text.indexOf(mark, separator + 1);
    if (second < 0 || second - separator > 3 || second - separator < 2) {
      return;
    }
    int one = number(text, 0, separator);
    int other = number(text, separator + 1, second);
    int year = number(text, second + 1, Math.min(text.length(), second + 3));
    if (one < 1 || other < 1 || one > 31 || other > 31 || year < 0) {
      return;
    }
    if (one > 12 && other <= 12) {
      dayFirst++;
    } else if (other > 12 && one <= 12) {
      monthFirst++;
    } else if (one <= 12) {
      ambiguous++;
    }
  }

  private static boolean isDigit(String text, int at) {
    return text.charAt(at) >= '0' && text.charAt(at) <= '9';
  }

  private static int number(String text, int from, int to) {
    int number = 0;
    for (int i = from; i < to; i++) {
      if (!isDigit(text, i)) {
        return -1;
      }
      number = 10 * number + text.charAt(i) - '0';
    }
    return from < to ? number : -1;
  }

  void merge(DateOrder other) {
    dayFirst += other.dayFirst;
    monthFirst += other.monthFirst;
    ambiguous += other.ambiguous;
  }

  DateOrder copy() {
    DateOrder copy = new DateOrder();
    copy.merge(this);
    return copy;
  }

  long dayFirst() {
    return dayFirst;
  }

  long monthFirst() {
    return monthFirst;
  }

  long ambiguous() {
    return ambiguous;
  }

  /** Which part of the texts can begin with either. */
  double ambiguousShare() {
    return (double) ambiguous / Math.max(1, dayFirst + monthFirst + ambiguous);
  }

  DateReading reading() {
    if (dayFirst > 0 && monthFirst > 0) {
      return DateReading.MIXED;
    }
    if (dayFirst > 0) {
      return DateReading.DAY_FIRST;
    }
    if (monthFirst > 0) {
      return DateReading.MONTH_FIRST;
    }
    return ambiguous > 0 ? DateReading.AMBIGUOUS : DateReading.NONE;
  }

  void write(ByteWriter out) {
    out.int64(dayFirst);
    out.int64(monthFirst);
    out.int64(ambiguous);
  }

  static DateOrder read(ByteParser in) {
    DateOrder read = new DateOrder();
    read.dayFirst = in.count();
    read.monthFirst = in.count();
    read.ambiguous = in.count();
    return read;
  }
}
