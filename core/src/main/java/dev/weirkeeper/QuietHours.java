package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A time of day on some days of the week in which nothing is applied unasked. It is never shorter
 * than it is said: a beginning that the clocks skip is where they jump, one that they show twice is
 * the first, and an end that they show twice is the second.
 *
 * @param zone a region like {@code Europe/Berlin}, or an offset
 * @param days on which it begins
 * @param from local time of its beginning, {@code 22:00}
 * @param to local time of its end, which is outside; not after {@code from}: on the next day
 */
public record QuietHours(String zone, Set<DayOfWeek> days, String from, String to) {
  public QuietHours {
    try {
      zone = ZoneId.of(zone).getId();
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "The zone of quiet hours is a region like Europe/Berlin or an offset like +01:00", e);
    }
    days = Set.copyOf(days);
    if (days.isEmpty()) {
      throw new IllegalArgumentException("Quiet hours begin on at least one day of the week");
    }
    from = time(from);
    to = time(to);
  }

  /** On these days, or on all if none is named. */
  public static QuietHours of(ZoneId zone, LocalTime from, LocalTime to, DayOfWeek... days) {
    return new QuietHours(
        zone.getId(),
        days.length == 0 ? EnumSet.allOf(DayOfWeek.class) : Set.of(days),
        from.toString(),
        to.toString());
  }

  private static String time(String text) {
    try {
      return LocalTime.parse(requireNonNull(text, "time")).toString();
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "Quiet hours begin and end at times of day like 22:00 and 06:30", e);
    }
  }

  /** Whether a moment lies within. */
  public boolean contain(Instant moment) {
    LocalDate today = LocalDate.ofInstant(moment, ZoneId.of(zone));
    // The longest lasts a day, and clocks are moved by less than another.
    return today
        .minusDays(2)
        .datesUntil(today.plusDays(2))
        .anyMatch(day -> days.contains(day.getDayOfWeek()) && contain(day, moment));
  }

  private boolean contain(LocalDate day, Instant moment) {
    ZoneId region = ZoneId.of(zone);
    LocalTime begins = LocalTime.parse(from);
    LocalTime ends = LocalTime.parse(to);
    LocalDate last = ends.isAfter(begins) ? day : day.plusDays(1);
    return !moment.isBefore(start(day.atTime(begins), region))
        && moment.isBefore(last.atTime(ends).atZone(region).withLaterOffsetAtOverlap().toInstant());
  }

  private static Instant start(LocalDateTime local, ZoneId region) {
    ZoneOffsetTransition jump = region.getRules().getTransition(local);
    return jump != null && jump.isGap()
        ? jump.getInstant()
        : local.atZone(region).withEarlierOffsetAtOverlap().toInstant();
  }

  /** For people: {@code MONDAY FRIDAY 22:00 to 06:00 Europe/Berlin}. */
  @Override
  public String toString() {
    String on =
        days.size() == DayOfWeek.values().length
            ? "every day"
            : days.stream().sorted().map(DayOfWeek::name).collect(Collectors.joining(" "));
    return on + " " + from + " to " + to + " " + zone;
  }
}
