package dev.weirkeeper.contracts;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads dates and times as Python's {@code dateutil.parser.parse} does with its defaults, token by
 * token.
 *
 * <p>Where dateutil asks the clock, this does not: what a text leaves out is taken from 1 January
 * 2000, and a year of two digits lies from 1969 to 2068.
 */
final class DateParser {
  /** In seconds; Java knows no zone further away. */
  private static final int MAX_OFFSET = 18 * 3600;

  private static final Set<String> JUMP =
      Set.of(
          " ", ".", ",", ";", "-", "/", "'", "at", "on", "and", "ad", "m", "t", "of", "st", "nd",
          "rd", "th");
  private static final Set<String> WEEKDAYS =
      Set.of(
          "mon",
          "monday",
          "tue",
          "tuesday",
          "wed",
          "wednesday",
          "thu",
          "thursday",
          "fri",
          "friday",
          "sat",
          "saturday",
          "sun",
          "sunday");
  private static final Map<String, Integer> MONTHS =
      Map.ofEntries(
          Map.entry("jan", 1),
          Map.entry("january", 1),
          Map.entry("feb", 2),
          Map.entry("february", 2),
          Map.entry("mar", 3),
          Map.entry("march", 3),
          Map.entry("apr", 4),
          Map.entry("april", 4),
          Map.entry("may", 5),
          Map.entry("jun", 6),
          Map.entry("june", 6),
          Map.entry("jul", 7),
          Map.entry("july", 7),
          Map.entry("aug", 8),
          Map.entry("august", 8),
          Map.entry("sep", 9),
          Map.entry("sept", 9),
          Map.entry("september", 9),
          Map.entry("oct", 10),
          Map.entry("october", 10),
          Map.entry("nov", 11),
          Map.entry("november", 11),
          Map.entry("dec", 12),
          Map.entry("december", 12));
  private static final Map<String, Integer> UNITS =
      Map.of(
          "h", 0, "hour", 0, "hours", 0, "m", 1, "minute", 1, "minutes", 1, "s", 2, "second", 2,
          "seconds", 2);
  private static final Map<String, Integer> HALVES = Map.of("am", 0, "a", 0, "pm", 1, "p", 1);
  private static final Set<String> UTC = Set.of("UTC", "GMT", "Z", "z");

  /**
   * Not an error of ours: the text is no date. Without a trace, for it is thrown for each value.
   */
  private static final class NoDate extends Exception {
    private static final long serialVersionUID = 1L;

    NoDate() {
      super("no date", null, false, false);
    }
  }

  private enum Part {
    YEAR,
    MONTH
  }

  private final List<String> tokens;
  private final List<Integer> dateParts = new ArrayList<>();
  private @Nullable Integer yearPlace;
  private @Nullable Integer monthPlace;
  private boolean centuryGiven;
  private @Nullable Integer year;
  private @Nullable Integer month;
  private @Nullable Integer day;
  private boolean weekday;
  private @Nullable Integer hour;
  private @Nullable Integer minute;
  private @Nullable Integer second;
  private @Nullable Integer micros;
  private @Nullable Integer offset;
  private @Nullable String zoneName;
  private int at;

  private DateParser(List<String> tokens) {
    this.tokens = new ArrayList<>(tokens);
  }

  /** Whether dateutil reads the text. */
  static boolean reads(String text) {
    return parse(text).isPresent();
  }

  /** The moment, if the text gives the whole date. */
  static Optional<DateText> full(String text) {
    return parse(text)
        .filter(parser -> parser.year != null && parser.month != null && parser.day != null)
        .map(
            parser ->
                new DateText(
                    parser.local(),
                    Optional.ofNullable(parser.offset).map(ZoneOffset::ofTotalSeconds)));
  }

  private static Optional<DateParser> parse(String text) {
    DateParser parser = new DateParser(DateTokens.of(text));
    try {
      parser.read();
      parser.resolve();
      boolean empty =
          !parser.weekday
              && parser.year == null
              && parser.month == null
              && parser.day == null
              && parser.hour == null
              && parser.minute == null
              && parser.second == null
              && parser.offset == null
              && parser.zoneName == null;
      if (empty) {
        return Optional.empty();
      }
      parser.local();
      boolean beyond = parser.offset != null && Math.abs(parser.offset) > MAX_OFFSET;
      return beyond ? Optional.empty() : Optional.of(parser);
    } catch (NoDate | DateTimeException | IndexOutOfBoundsException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  private LocalDateTime local() {
    int ofYear = year == null ? 2000 : year;
    int ofMonth = month == null ? 1 : month;
    return LocalDateTime.of(
        ofYear,
        ofMonth,
        day == null ? 1 : day,
        hour == null ? 0 : hour,
        minute == null ? 0 : minute,
        second == null ? 0 : second,
        micros == null ? 0 : micros * 1000);
  }

  private void read() throws NoDate {
    for (at = 0; at < tokens.size(); at++) {
      String token = tokens.get(at);
      String lower = token.toLowerCase(Locale.ROOT);
      if (isNumber(token)) {
        number();
      } else if (WEEKDAYS.contains(lower)) {
        weekday = true;
      } else if (MONTHS.containsKey(lower)) {
        monthName(MONTHS.get(lower));
      } else if (HALVES.containsKey(lower)) {
        if (hour == null || hour < 0 || hour > 12) {
          throw new NoDate();
        }
        hour = inHalf(hour, HALVES.get(lower));
      } else if (isZoneName(token)) {
        zoneName(token);
      } else if (hour != null && (token.equals("+") || token.equals("-"))) {
        numberedZone(token.equals("+") ? 1 : -1);
      } else if (!JUMP.contains(lower)) {
        throw new NoDate();
      }
    }
  }

  private static boolean isNumber(String token) throws NoDate {
    char first = token.charAt(0);
    if (first >= '0' && first <= '9' || (first == '.' && token.length() > 1)) {
      if (!token.matches("\\d+\\.?\\d*|\\.\\d+")) {
        throw new NoDate();
      }
      return true;
    }
    String lower = token.toLowerCase(Locale.ROOT);
    if (lower.equals("nan") || lower.equals("inf") || lower.equals("infinity")) {
      throw new NoDate();
    }
    return false;
  }

  private void monthName(int value) throws NoDate {
    append(value, Part.MONTH);
    String next = token(at + 1);
    if (next.equals("-") || next.equals("/")) {
      append(tokens.get(at + 2), null);
      if (token(at + 3).equals(next)) {
        append(tokens.get(at + 4), null);
        at += 2;
      }
      at += 2;
    } else if (at + 4 < tokens.size()
        && next.equals(" ")
        && token(at + 3).equals(" ")
        && token(at + 2).equalsIgnoreCase("of")) {
      if (isDigits(tokens.get(at + 4))) {
        append(String.valueOf(withCentury(Integer.parseInt(tokens.get(at + 4)), false)), Part.YEAR);
      }
      at += 4;
    }
  }

  private boolean isZoneName(String token) {
    return hour != null
        && zoneName == null
        && offset == null
        && token.length() <= 5
        && (token.chars().allMatch(c -> c >= 'A' && c <= 'Z') || UTC.contains(token));
  }

  private void zoneName(String token) {
    zoneName = token;
    String next = token(at + 1);
    if (next.equals("+") || next.equals("-")) {
      // "GMT+3" says that the local time is three hours ahead, with the sign turned.
      tokens.set(at + 1, next.equals("+") ? "-" : "+");
      if (UTC.contains(token)) {
        zoneName = null;
      }
    } else if (UTC.contains(token)) {
      offset = 0;
    }
  }

  private void numberedZone(int sign) throws NoDate {
    String digits = tokens.get(at + 1);
    int hours;
    int minutes = 0;
    if (digits.length() == 4) {
      hours = Integer.parseInt(digits.substring(0, 2));
      minutes = Integer.parseInt(digits.substring(2));
    } else if (token(at + 2).equals(":")) {
      hours = Integer.parseInt(digits);
      minutes = Integer.parseInt(tokens.get(at + 3));
      at += 2;
    } else if (digits.length() <= 2) {
      hours = Integer.parseInt(digits);
    } else {
      throw new NoDate();
    }
    offset = sign * (hours * 3600 + minutes * 60);
    boolean named =
        at + 5 < tokens.size()
            && JUMP.contains(token(at + 2).toLowerCase(Locale.ROOT))
            && token(at + 3).equals("(")
            && token(at + 5).equals(")")
            && token(at + 4).length() >= 3;
    if (named) {
      zoneName = tokens.get(at + 4);
      at += 4;
    }
    at++;
  }

  private void number() throws NoDate {
    String token = tokens.get(at);
    double value = Double.parseDouble(token);
    int length = token.length();
    String next = token(at + 1);
    String nextLower = next.toLowerCase(Locale.ROOT);
    boolean last = at + 1 >= tokens.size();
    if (dateParts.size() == 3
        && (length == 2 || length == 4)
        && hour == null
        && (last || (!next.equals(":") && !UNITS.containsKey(nextLower)))) {
      hour = Integer.parseInt(token.substring(0, 2));
      if (length == 4) {
        minute = Integer.parseInt(token.substring(2));
      }
    } else if (length == 6 || (length > 6 && token.indexOf('.') == 6)) {
      if (dateParts.isEmpty() && token.indexOf('.') < 0) {
        append(token.substring(0, 2), null);
        append(token.substring(2, 4), null);
        append(token.substring(4), null);
      } else {
        hour = Integer.parseInt(token.substring(0, 2));
        minute = Integer.parseInt(token.substring(2, 4));
        seconds(token.substring(4));
      }
    } else if (length == 8 || length == 12 || length == 14) {
      append(token.substring(0, 4), Part.YEAR);
      append(token.substring(4, 6), null);
      append(token.substring(6, 8), null);
      if (length > 8) {
        hour = Integer.parseInt(token.substring(8, 10));
        minute = Integer.parseInt(token.substring(10, 12));
      }
      if (length > 12) {
        second = Integer.parseInt(token.substring(12));
      }
    } else if (unitPlace() >= 0) {
      withUnit(token, value);
    } else if (at + 2 < tokens.size() && next.equals(":")) {
      time(value);
    } else if (next.equals("-") || next.equals("/") || next.equals(".")) {
      date(token, next);
    } else if (last || JUMP.contains(nextLower)) {
      Integer half = HALVES.get(token(at + 2).toLowerCase(Locale.ROOT));
      if (half != null) {
        hour = inHalf((int) value, half);
        at++;
      } else {
        append((int) value, null);
      }
      at++;
    } else if (HALVES.containsKey(nextLower) && value >= 0 && value < 24) {
      hour = inHalf((int) value, HALVES.get(nextLower));
      at++;
    } else if (couldBeDay(value)) {
      append((int) value, null);
    } else {
      throw new NoDate();
    }
  }

  private void time(double value) throws NoDate {
    hour = (int) value;
    minutes(decimal(tokens.get(at + 2)));
    if (at + 4 < tokens.size() && token(at + 3).equals(":")) {
      seconds(tokens.get(at + 4));
      at += 2;
    }
    at += 2;
  }

  private void date(String token, String separator) throws NoDate {
    append(token, null);
    if (at + 2 < tokens.size() && !JUMP.contains(token(at + 2).toLowerCase(Locale.ROOT))) {
      String second = tokens.get(at + 2);
      if (isDigits(second)) {
        append(second, null);
      } else {
        append(monthOf(second), Part.MONTH);
      }
      if (token(at + 3).equals(separator)) {
        String third = tokens.get(at + 4);
        Integer named = MONTHS.get(third.toLowerCase(Locale.ROOT));
        if (named != null) {
          append(named, Part.MONTH);
        } else {
          append(third, null);
        }
        at += 2;
      }
      at++;
    }
    at++;
  }

  private static int monthOf(String name) throws NoDate {
    Integer month = MONTHS.get(name.toLowerCase(Locale.ROOT));
    if (month == null) {
      throw new NoDate();
    }
    return month;
  }

  private static double decimal(String token) throws NoDate {
    if (!isNumber(token)) {
      throw new NoDate();
    }
    return Double.parseDouble(token);
  }

  private boolean isUnit(int place) {
    return UNITS.containsKey(token(place).toLowerCase(Locale.ROOT));
  }

  /** Where the unit of the number stands, or -1. */
  private int unitPlace() {
    if (isUnit(at + 1)) {
      return at + 1;
    }
    if (token(at + 1).equals(" ") && isUnit(at + 2)) {
      return at + 2;
    }
    if (at > 0 && isUnit(at - 1)) {
      return at - 1;
    }
    if (at > 1 && at == tokens.size() - 1 && token(at - 1).equals(" ") && isUnit(at - 2)) {
      return at - 2;
    }
    return -1;
  }

  private void withUnit(String token, double value) throws NoDate {
    int place = unitPlace();
    int unit = UNITS.getOrDefault(token(place).toLowerCase(Locale.ROOT), 3);
    if (place > at) {
      at = place;
    } else {
      unit++;
    }
    switch (unit) {
      case 0 -> {
        hour = (int) value;
        if (value % 1 != 0) {
          minute = (int) (60 * (value % 1));
        }
      }
      case 1 -> minutes(value);
      case 2 -> seconds(token);
      default -> {
        // dateutil reads the number and makes nothing of it.
      }
    }
  }

  private void minutes(double value) {
    minute = (int) value;
    if (value % 1 != 0) {
      second = (int) (60 * (value % 1));
    }
  }

  private void seconds(String token) throws NoDate {
    if (!isNumber(token)) {
      throw new NoDate();
    }
    int point = token.indexOf('.');
    second = Integer.parseInt(point < 0 ? token : token.substring(0, point));
    micros =
        point < 0 ? 0 : Integer.parseInt((token.substring(point + 1) + "000000").substring(0, 6));
  }

  private static int inHalf(int hour, int half) {
    if (hour < 12 && half == 1) {
      return hour + 12;
    }
    return hour == 12 && half == 0 ? 0 : hour;
  }

  private boolean couldBeDay(double value) {
    int days = 31;
    if (monthPlace != null) {
      int ofYear = yearPlace == null ? 2000 : dateParts.get(yearPlace);
      days = YearMonth.of(ofYear, dateParts.get(monthPlace)).lengthOfMonth();
    }
    return value >= 1 && value <= days;
  }

  private void append(String text, @Nullable Part part) throws NoDate {
    Part meant = part;
    if (isDigits(text) && text.length() > 2) {
      centuryGiven = true;
      if (meant == Part.MONTH) {
        throw new NoDate();
      }
      meant = Part.YEAR;
    }
    place(Integer.parseInt(text), meant);
  }

  private void append(int value, @Nullable Part part) throws NoDate {
    Part meant = part;
    if (value > 100) {
      centuryGiven = true;
      if (meant == Part.MONTH) {
        throw new NoDate();
      }
      meant = Part.YEAR;
    }
    place(value, meant);
  }

  private void place(int value, @Nullable Part part) throws NoDate {
    dateParts.add(value);
    if (part == Part.MONTH) {
      if (monthPlace != null) {
        throw new NoDate();
      }
      monthPlace = dateParts.size() - 1;
    } else if (part == Part.YEAR) {
      if (yearPlace != null) {
        throw new NoDate();
      }
      yearPlace = dateParts.size() - 1;
    }
  }

  private static boolean isDigits(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private String token(int place) {
    return place >= 0 && place < tokens.size() ? tokens.get(place) : "";
  }

  private void resolve() throws NoDate {
    int count = dateParts.size();
    int named = (yearPlace == null ? 0 : 1) + (monthPlace == null ? 0 : 1);
    if ((named > 0 && named == count) || (count == 3 && named == 2)) {
      for (int i = 0; i < count; i++) {
        if (yearPlace != null && i == yearPlace) {
          year = dateParts.get(i);
        } else if (monthPlace != null && i == monthPlace) {
          month = dateParts.get(i);
        } else {
          day = dateParts.get(i);
        }
      }
    } else if (count > 3) {
      throw new NoDate();
    } else if (count == 1 || (count == 2 && monthPlace != null)) {
      oneOrWithMonthName(count);
    } else if (count == 2) {
      int a = dateParts.get(0);
      int b = dateParts.get(1);
      year = a > 31 ? Integer.valueOf(a) : b > 31 ? Integer.valueOf(b) : null;
      month = a > 31 ? b : a;
      day = a > 31 || b > 31 ? null : Integer.valueOf(b);
    } else if (count == 3) {
      three();
    }
    if (year != null) {
      year = withCentury(year, centuryGiven);
      if (year < 1) {
        throw new NoDate();
      }
    }
  }

  private void oneOrWithMonthName(int count) {
    int other = dateParts.get(0);
    if (monthPlace != null) {
      month = dateParts.get(monthPlace);
      other = dateParts.get(count == 2 ? 1 - monthPlace : 0);
    }
    if (count > 1 || monthPlace == null) {
      if (other > 31) {
        year = other;
      } else {
        day = other;
      }
    }
  }

  private void three() {
    int a = dateParts.get(0);
    int b = dateParts.get(1);
    int c = dateParts.get(2);
    if (monthPlace != null) {
      switch (monthPlace) {
        case 0 -> {
          month = a;
          year = b > 31 ? b : c;
          day = b > 31 ? c : b;
        }
        case 1 -> {
          month = b;
          year = a > 31 ? a : c;
          day = a > 31 ? c : a;
        }
        default -> {
          month = c;
          year = b > 31 ? b : a;
          day = b > 31 ? a : b;
        }
      }
    } else if (a > 31 || (yearPlace != null && yearPlace == 0)) {
      year = a;
      month = b;
      day = c;
    } else if (a > 12) {
      day = a;
      month = b;
      year = c;
    } else {
      month = a;
      day = b;
      year = c;
    }
  }

  private static int withCentury(int year, boolean given) {
    if (year >= 100 || given) {
      return year;
    }
    return year < 69 ? 2000 + year : 1900 + year;
  }
}
