package dev.weirkeeper.contracts;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A moment that stood in a text. */
record DateText(LocalDateTime local, Optional<ZoneOffset> zone) {
  private static final Pattern ISO =
      Pattern.compile(
          "(\\d{4})-(\\d\\d)-(\\d\\d)"
              + "(?:[T ](\\d\\d):(\\d\\d)(?::(\\d\\d)(?:[.,](\\d{1,9}))?)?\\s?"
              + "(Z|[+-]\\d\\d(?::?\\d\\d)?)?)?");

  /** ISO-8601: a date, or a date with a time that may have an offset. */
  static Optional<DateText> iso(String text) {
    Matcher matcher = ISO.matcher(text.trim());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    try {
      LocalDateTime local =
          LocalDateTime.of(
              number(matcher, 1),
              number(matcher, 2),
              number(matcher, 3),
              number(matcher, 4),
              number(matcher, 5),
              number(matcher, 6),
              nanos(matcher.group(7)));
      return Optional.of(
          new DateText(local, Optional.ofNullable(matcher.group(8)).map(ZoneOffset::of)));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /** ISO-8601, or a full date in another form that Python's dateutil reads. */
  static Optional<DateText> any(String text) {
    Optional<DateText> iso = iso(text);
    return iso.isPresent() ? iso : DateParser.full(text);
  }

  private static int number(Matcher matcher, int group) {
    String digits = matcher.group(group);
    return digits == null ? 0 : Integer.parseInt(digits);
  }

  private static int nanos(@Nullable String fraction) {
    return fraction == null ? 0 : Integer.parseInt((fraction + "000000000").substring(0, 9));
  }
}
