package dev.weirkeeper.contracts;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads times by a format as Python's {@code datetime.strptime} does in the C locale: the whole
 * text must be a time that exists.
 */
final class Strptime {
  private static final List<String> DAYS =
      List.of("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday");
  private static final List<String> MONTHS =
      List.of(
          "january",
          "february",
          "march",
          "april",
          "may",
          "june",
          "july",
          "august",
          "september",
          "october",
          "november",
          "december");

  private final Pattern pattern;
  private final List<Character> directives = new ArrayList<>();

  /**
   * @throws IllegalArgumentException if Python would not take the format
   */
  Strptime(String format) {
    StringBuilder regex = new StringBuilder();
    translate(format, regex);
    if (directives.size() != directives.stream().distinct().count()) {
      throw bad("a directive stands in it twice");
    }
    this.pattern =
        Pattern.compile(
            regex.toString(),
            Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.UNICODE_CHARACTER_CLASS);
    boolean isoYear = directives.contains('G');
    boolean isoWeek = directives.contains('V');
    boolean weekday = List.of('A', 'a', 'w', 'u').stream().anyMatch(directives::contains);
    if (isoYear != isoWeek || (isoYear && !weekday)) {
      throw bad("%G and %V need each other and a day of the week");
    }
  }

  private static IllegalArgumentException bad(String why) {
    return new IllegalArgumentException("Unable to use provided strftime_format: " + why);
  }

  private void translate(String format, StringBuilder regex) {
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (Character.isWhitespace(c)) {
        while (i + 1 < format.length() && Character.isWhitespace(format.charAt(i + 1))) {
          i++;
        }
        regex.append("\\s+");
      } else if (c != '%') {
        regex.append(Pattern.quote(String.valueOf(c)));
      } else if (++i == format.length()) {
        throw bad("it ends with a single %");
      } else {
        directive(format.charAt(i), regex);
      }
    }
  }

  private void directive(char directive, StringBuilder regex) {
    switch (directive) {
      case '%' -> regex.append('%');
      case 'c' -> translate("%a %b %d %H:%M:%S %Y", regex);
      case 'x' -> translate("%m/%d/%y", regex);
      case 'X' -> translate("%H:%M:%S", regex);
      default -> {
        directives.add(directive);
        regex.append('(').append(values(directive)).append(')');
      }
    }
  }

  private static String values(char directive) {
    return switch (directive) {
      case 'd' -> "3[0-1]|[1-2]\\d|0[1-9]|[1-9]| [1-9]";
      case 'f' -> "[0-9]{1,6}";
      case 'H' -> "2[0-3]|[0-1]\\d|\\d";
      case 'I' -> "1[0-2]|0[1-9]|[1-9]| [1-9]";
      case 'G', 'Y' -> "\\d\\d\\d\\d";
      case 'j' -> "36[0-6]|3[0-5]\\d|[1-2]\\d\\d|0[1-9]\\d|00[1-9]|[1-9]\\d|0[1-9]|[1-9]";
      case 'm' -> "1[0-2]|0[1-9]|[1-9]";
      case 'M' -> "[0-5]\\d|\\d";
      case 'S' -> "6[0-1]|[0-5]\\d|\\d";
      case 'U', 'W' -> "5[0-3]|[0-4]\\d|\\d";
      case 'w' -> "[0-6]";
      case 'u' -> "[1-7]";
      case 'V' -> "5[0-3]|0[1-9]|[1-4]\\d|\\d";
      case 'y' -> "\\d\\d";
      case 'z' -> "[+-]\\d\\d:?[0-5]\\d(?::?[0-5]\\d(?:\\.\\d{1,6})?)?|Z";
      case 'A' -> String.join("|", DAYS);
      case 'a' -> String.join("|", DAYS.stream().map(day -> day.substring(0, 3)).toList());
      case 'B' -> String.join("|", MONTHS);
      case 'b' -> String.join("|", MONTHS.stream().map(month -> month.substring(0, 3)).toList());
      case 'p' -> "am|pm";
      case 'Z' -> "utc|gmt";
      default -> throw bad("'" + directive + "' is a bad directive");
    };
  }

  boolean reads(String text) {
    Matcher matcher = pattern.matcher(text);
    // Python takes the first way to read the text and asks then whether something is left over.
    if (!matcher.lookingAt() || matcher.end() != text.length()) {
      return false;
    }
    try {
      return exists(matcher);
    } catch (DateTimeException e) {
      return false;
    }
  }

  private @Nullable String value(Matcher matcher, char directive) {
    int place = directives.indexOf(directive);
    return place < 0 ? null : matcher.group(place + 1);
  }

  private int number(Matcher matcher, char directive, int otherwise) {
    String value = value(matcher, directive);
    return value == null ? otherwise : Integer.parseInt(value.trim());
  }

  private boolean exists(Matcher matcher) {
    if (number(matcher, 'S', 0) > 59) {
      return false;
    }
    int year = number(matcher, 'Y', 1900);
    int ofCentury = number(matcher, 'y', -1);
    if (ofCentury >= 0) {
      year = ofCentury <= 68 ? 2000 + ofCentury : 1900 + ofCentury;
    }
    if (year < 1) {
      return false;
    }
    int month = number(matcher, 'm', 1);
    month = named(matcher, 'B', MONTHS, month);
    month = named(matcher, 'b', MONTHS, month);
    int dayOfYear = number(matcher, 'j', 0);
    if (dayOfYear > 0) {
      return dayOfYear <= 365 || year < 9999 || LocalDate.of(year, 1, 1).isLeapYear();
    }
    if (value(matcher, 'G') != null) {
      return number(matcher, 'V', 0) > 0;
    }
    return LocalDate.of(year, month, number(matcher, 'd', 1)).getYear() > 0;
  }

  private int named(Matcher matcher, char directive, List<String> names, int otherwise) {
    String value = value(matcher, directive);
    if (value == null) {
      return otherwise;
    }
    String lower = value.toLowerCase(Locale.ROOT);
    for (int i = 0; i < names.size(); i++) {
      if (names.get(i).startsWith(lower)) {
        return i + 1;
      }
    }
    return otherwise;
  }
}
