package dev.weirkeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuietHoursTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final Set<DayOfWeek> ALL = Set.of(DayOfWeek.values());

  /** 2026-11-23 is a Monday. */
  @ParameterizedTest
  @CsvSource({
    // days that it begins on, from, to, local time in Berlin, quiet
    "MONDAY, 22:00, 06:00, 2026-11-23T21:59:59, false",
    "MONDAY, 22:00, 06:00, 2026-11-23T22:00, true",
    "MONDAY, 22:00, 06:00, 2026-11-24T00:00, true",
    "MONDAY, 22:00, 06:00, 2026-11-24T05:59:59, true",
    "MONDAY, 22:00, 06:00, 2026-11-24T06:00, false",
    "MONDAY, 22:00, 06:00, 2026-11-23T05:00, false",
    "MONDAY, 12:00, 13:30, 2026-11-23T12:00, true",
    "MONDAY, 12:00, 13:30, 2026-11-23T13:30, false",
    "MONDAY, 12:00, 13:30, 2026-11-24T12:30, false",
    "MONDAY, 00:00, 00:00, 2026-11-23T00:00, true",
    "MONDAY, 00:00, 00:00, 2026-11-23T23:59:59, true",
    "MONDAY, 00:00, 00:00, 2026-11-24T00:00, false",
    "MONDAY, 09:00, 09:00, 2026-11-24T08:59, true",
    // The night of 2026-03-29 has no time from 02:00 to 03:00, that of 2026-10-25 has it twice.
    "SUNDAY, 02:30, 04:00, 2026-03-29T01:59:59, false",
    "SUNDAY, 02:30, 04:00, 2026-03-29T03:00, true",
    "SUNDAY, 01:00, 02:30, 2026-03-29T03:29, true",
    "SUNDAY, 01:00, 02:30, 2026-03-29T03:30, false",
  })
  void a_moment_is_quiet_or_not(
      DayOfWeek day, LocalTime from, LocalTime to, LocalDateTime local, boolean quiet) {
    Instant moment = local.atZone(BERLIN).toInstant();

    assertThat(QuietHours.of(BERLIN, from, to, day).contain(moment)).isEqualTo(quiet);
  }

  @Test
  void what_the_clocks_show_twice_is_quiet_both_times() {
    QuietHours hours =
        QuietHours.of(BERLIN, LocalTime.of(2, 0), LocalTime.of(2, 30), DayOfWeek.SUNDAY);
    Instant first = Instant.parse("2026-10-25T00:00:00Z");
    Instant second = Instant.parse("2026-10-25T01:30:00Z");

    assertThat(hours.contain(first.minusSeconds(1))).isFalse();
    for (Instant at = first; at.isBefore(second); at = at.plus(Duration.ofMinutes(5))) {
      assertThat(hours.contain(at)).as("%s", at).isTrue();
    }
    assertThat(hours.contain(second)).isFalse();
  }

  /** Where no clock is moved nearby, the hands of a clock on the wall say it. */
  @Test
  void away_from_changes_of_the_clock_it_is_what_a_clock_on_the_wall_says() {
    Random random = new Random(26);
    List<String> zones = List.of("Europe/Berlin", "America/St_Johns", "Asia/Kolkata", "UTC");
    for (int i = 0; i < 20_000; i++) {
      ZoneId zone = ZoneId.of(zones.get(random.nextInt(zones.size())));
      LocalTime from = LocalTime.of(random.nextInt(24), random.nextInt(60));
      LocalTime to = LocalTime.of(random.nextInt(24), random.nextInt(60));
      DayOfWeek day = DayOfWeek.of(1 + random.nextInt(7));
      Instant moment = Instant.parse("2026-01-10T00:00:00Z").plusSeconds(random.nextInt(4_000_000));
      ZonedDateTime wall = moment.atZone(zone);
      LocalTime time = wall.toLocalTime();
      boolean overnight = !to.isAfter(from);
      boolean quiet =
          overnight
              ? wall.getDayOfWeek() == day && !time.isBefore(from)
                  || wall.getDayOfWeek() == day.plus(1) && time.isBefore(to)
              : wall.getDayOfWeek() == day && !time.isBefore(from) && time.isBefore(to);

      assertThat(QuietHours.of(zone, from, to, day).contain(moment))
          .as("seed 26, %d: %s from %s to %s on %s at %s", i, zone, from, to, day, wall)
          .isEqualTo(quiet);
    }
  }

  /** Samoa left out 2011-12-30: the day of the week that it was nowhere begins where it jumped. */
  @Test
  void a_day_that_a_country_left_out_does_no_harm() {
    QuietHours hours =
        QuietHours.of(
            ZoneId.of("Pacific/Apia"), LocalTime.NOON, LocalTime.of(13, 0), DayOfWeek.FRIDAY);

    assertThat(hours.contain(Instant.parse("2011-12-30T09:59:59Z"))).isFalse();
    assertThat(hours.contain(Instant.parse("2011-12-30T10:00:00Z"))).isTrue();
    assertThat(hours.contain(Instant.parse("2011-12-30T23:00:00Z"))).isFalse();
  }

  @Test
  void it_reads_back_from_the_log_and_says_what_it_is() {
    QuietHours hours =
        QuietHours.of(
            BERLIN, LocalTime.of(22, 0), LocalTime.of(6, 0), DayOfWeek.FRIDAY, DayOfWeek.MONDAY);

    assertThat(Json.of(hours).as(QuietHours.class)).isEqualTo(hours);
    assertThat(hours).hasToString("MONDAY FRIDAY 22:00 to 06:00 Europe/Berlin");
    assertThat(QuietHours.of(BERLIN, LocalTime.of(22, 0), LocalTime.of(6, 0)).days())
        .isEqualTo(ALL);
  }

  @ParameterizedTest
  @CsvSource({
    "Mars/Base, 22:00, 06:00, zone",
    "'', 22:00, 06:00, zone",
    "Europe/Berlin, 24:30, 06:00, times of day",
    "Europe/Berlin, 22:00, six, times of day",
  })
  void what_is_no_zone_or_no_time_is_refused(String zone, String from, String to, String why) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new QuietHours(zone, ALL, from, to))
        .withMessageContaining(why);
  }

  @Test
  void it_begins_on_some_day() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new QuietHours("UTC", Set.of(), "22:00", "06:00"))
        .withMessageContaining("at least one day");
  }
}
