package dev.weirkeeper.drift.profile;

import dev.weirkeeper.drift.profile.ProfileDetail.Measured;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * A window of one column held against its history.
 *
 * @param name of the column, as an agent may write it
 */
record Check(
    String id,
    String name,
    ColumnHistory history,
    Comparison comparison,
    Calibration calibration,
    ProfileDetail.Span span) {

  OptionalDouble value(Measure measure) {
    return comparison.of(measure);
  }

  /** Whether the history says what is usual. */
  boolean tells(Measure measure) {
    return history.windows() >= calibration.windows() && calibration.tells(history.past(measure));
  }

  double limit(Measure measure) {
    return calibration.limit(measure, history.past(measure));
  }

  /** Those of the measures that were taken and lie beyond their limit. */
  List<Measured> beyond(Measure... measures) {
    List<Measured> beyond = new ArrayList<>();
    for (Measure measure : measures) {
      OptionalDouble value = value(measure);
      if (value.isPresent() && tells(measure) && value.getAsDouble() > limit(measure)) {
        beyond.add(measured(measure, value.getAsDouble(), limit(measure)));
      }
    }
    return beyond;
  }

  static Measured measured(Measure measure, double value, double limit) {
    return new Measured(measure.name().toLowerCase(Locale.ROOT).replace('_', '-'), value, limit);
  }
}
