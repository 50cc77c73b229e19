package dev.weirkeeper.drift.profile;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;

/**
 * Which windows are alike, so that a Sunday is compared with Sundays. Each slot has a history of
 * its own and learns on its own: 20 windows are 20 weeks for {@link #DAY_OF_WEEK}.
 */
public enum Season {
  /** All windows are alike. */
  NONE,
  HOUR_OF_DAY,
  DAY_OF_WEEK,
  HOUR_OF_WEEK;

  /** The slot of a window by its beginning. */
  String slot(Instant from, ZoneId zone) {
    ZonedDateTime time = from.atZone(zone);
    int day = time.getDayOfWeek().getValue();
    return switch (this) {
      case NONE -> "all";
      case HOUR_OF_DAY -> "hour-" + time.getHour();
      case DAY_OF_WEEK -> "day-" + day;
      case HOUR_OF_WEEK -> "day-" + day + "-hour-" + time.getHour();
    };
  }
}
