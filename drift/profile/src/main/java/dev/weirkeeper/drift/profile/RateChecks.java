package dev.weirkeeper.drift.profile;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** What is concluded from counts: how many are NULL, and how many are different. */
final class RateChecks {
  /** From this on values are taken for a key. */
  private static final double KEY = 0.95;

  /** Standard errors of the distinct counter that are no loss of a key. */
  private static final double ERRORS = 4;

  private RateChecks() {}

  /** The null rate left the range of the past, surely: the whole Wilson interval lies outside. */
  static Optional<ProfileDetail> nulls(Check check) {
    ColumnSketch now = check.comparison().now();
    if (check.value(Measure.NULL_RATE).isEmpty() || !check.tells(Measure.NULL_RATE)) {
      return Optional.empty();
    }
    double[] past = check.history().past(Measure.NULL_RATE);
    double least = check.calibration().least(past);
    double most = check.calibration().most(past);
    double slack = Math.max(Measure.NULL_RATE.floor, (most - least) / 4);
    Distances.Interval rate = Distances.wilson(now.nulls, now.values + now.nulls);
    if (rate.low() <= most + slack && rate.high() >= least - slack) {
      return Optional.empty();
    }
    return Optional.of(
        new ProfileDetail.NullRateChanged(
            check.name(),
            check.span(),
            now.nulls,
            check.value(Measure.NULL_RATE).getAsDouble(),
            rate.low(),
            rate.high(),
            least,
            most));
  }

  /** Values repeat that never did, or there are many more or fewer different ones. */
  static Optional<ProfileDetail> keys(Check check) {
    OptionalDouble keyness = check.value(Measure.KEYNESS);
    if (keyness.isEmpty() || !check.tells(Measure.KEYNESS)) {
      return Optional.empty();
    }
    double least = check.calibration().least(check.history().past(Measure.KEYNESS));
    if (least < KEY) {
      return cardinality(check);
    }
    return keyness.getAsDouble() * (1 + ERRORS * Distinct.ERROR) < least
        ? Optional.of(
            new ProfileDetail.KeyLost(
                check.name(), check.span(), keyness.getAsDouble(), Distinct.ERROR, least))
        : Optional.empty();
  }

  private static Optional<ProfileDetail> cardinality(Check check) {
    ColumnSketch before = check.comparison().before();
    ColumnSketch now = check.comparison().now();
    boolean asMany = now.values < 2 * before.values && before.values < 2 * now.values;
    List<ProfileDetail.Measured> beyond = check.beyond(Measure.LOG_DISTINCT);
    boolean labelled =
        now.kind == ValueKind.FLAG
            || now.kind == ValueKind.TEXT
                && !(now.labels.overflowed() && before.labels.overflowed());
    return asMany && !labelled && !beyond.isEmpty()
        ? Optional.of(
            new ProfileDetail.CardinalityChanged(
                check.name(),
                check.span(),
                now.distinct.estimate(),
                before.distinct.estimate(),
                beyond.get(0)))
        : Optional.empty();
  }
}
