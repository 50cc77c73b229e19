package dev.weirkeeper.drift.profile;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads dates and moments in the text forms of ISO 8601 and of PostgreSQL's style ISO ({@code
 * 2026-11-30 16:04:02.5+00}). A moment without a zone is taken as UTC.
 */
final class PostgresTime {
  private static final Pattern FORM =
      Pattern.compile(
          "(\\d{4,6}-\\d\\d-\\d\\d)"
              + "(?:[ T](\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,9})?)(Z|[+-]\\d\\d(?::?\\d\\d(?::\\d\\d)?)?)?)?"
              + "( BC)?");

  private PostgresTime() {}

  /** Seconds since 1970; empty for infinity, years before Christ and all that is no date. */
  static OptionalDouble seconds(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches() || form.group(4) != null) {
      return OptionalDouble.empty();
    }
    try {
      String day = form.group(1);
      LocalDate date = LocalDate.parse(day.length() > 10 ? "+" + day : day);
      if (form.group(2) == null) {
        return OptionalDouble.of(seconds(date.atStartOfDay().toInstant(ZoneOffset.UTC)));
      }
      LocalDateTime time = LocalDateTime.of(date, LocalTime.parse(form.group(2)));
      ZoneOffset zone = form.group(3) == null ? ZoneOffset.UTC : ZoneOffset.of(form.group(3));
      return OptionalDouble.of(seconds(time.toInstant(zone)));
    } catch (DateTimeException noSuchDay) {
      return OptionalDouble.empty();
    }
  }

  private static double seconds(Instant moment) {
    return moment.getEpochSecond() + moment.getNano() / 1e9;
  }
}
