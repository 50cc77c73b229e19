package dev.weirkeeper.drift.profile;

import dev.weirkeeper.drift.profile.ProfileDetail.Measured;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** What is concluded from the numbers of a column: their unit, or where they lie. */
final class NumberChecks {
  /** How far a slope may be from that of a scale of temperature, as a part of it. */
  private static final double SLOPE = 0.2;

  /**
   * How far the ratios of a change of unit may lie from each other, in times what is usual, or as a
   * part of the logarithm. That the windows are alike once it is undone is the stricter test; this
   * one tells a unit from a shift of a few large numbers.
   */
  private static final double SPREAD = 1.5;

  private static final double SPREAD_OF_RATIO = 0.05;

  private NumberChecks() {}

  /** Moments that are counted in another unit. Takes no history. */
  static Optional<ProfileDetail> epoch(Check check) {
    return both(check)
        .flatMap(pair -> Units.epoch(pair.before, pair.now))
        .map(change -> unit(check, change, Optional.empty()));
  }

  private record Pair(Distribution before, Distribution now) {}

  private static Optional<Pair> both(Check check) {
    Comparison windows = check.comparison();
    return windows
        .numbersBefore()
        .flatMap(before -> windows.numbersNow().map(now -> new Pair(before, now)));
  }

  /** Another unit, or else another distribution. */
  static Optional<ProfileDetail> numbers(Check check) {
    List<Measured> shifted = shifted(check);
    Optional<Pair> both = both(check);
    if (shifted.isEmpty() || both.isEmpty()) {
      return Optional.empty();
    }
    Optional<ProfileDetail> unit =
        check.history().kind() == ValueKind.NUMBER ? unit(check, both.get()) : Optional.empty();
    return unit.or(
        () ->
            Optional.of(
                new ProfileDetail.DistributionShifted(check.name(), check.span(), shifted)));
  }

  /**
   * Distances beyond what is usual: empty unless the two distributions differ by more than chance,
   * and one of the distances is larger than the history of the column explains.
   */
  static List<Measured> shifted(Check check) {
    Optional<Pair> both = both(check);
    if (both.isEmpty() || !check.tells(Measure.KOLMOGOROV)) {
      return List.of();
    }
    double noise = Distances.noise(both.get().before, both.get().now);
    if (check.value(Measure.KOLMOGOROV).orElse(0) <= noise) {
      return List.of();
    }
    return check.beyond(Measure.KOLMOGOROV, Measure.WASSERSTEIN);
  }

  private static Optional<ProfileDetail> unit(Check check, Pair both) {
    Optional<Units.Change> temperature = temperature(check, both);
    if (temperature.isPresent()) {
      return Optional.of(unit(check, temperature.get(), Optional.empty()));
    }
    Optional<Units.Ratio> ratio = Units.ratio(both.before, both.now);
    if (ratio.isEmpty() || !check.tells(Measure.LOG_RATIO)) {
      return Optional.empty();
    }
    double usual = check.limit(Measure.LOG_RATIO);
    double size = Math.abs(ratio.get().median());
    double spread =
        Math.max(SPREAD * check.limit(Measure.LOG_RATIO_SPREAD), SPREAD_OF_RATIO * size);
    boolean constant = size > usual && ratio.get().spread() <= spread;
    Units.Change change = Units.named(ratio.get(), usual);
    return constant && explains(check, both, change)
        ? Optional.of(unit(check, change, ratio))
        : Optional.empty();
  }

  private static Optional<Units.Change> temperature(Check check, Pair both) {
    OptionalDouble slope = Units.slope(both.before, both.now);
    if (slope.isEmpty()) {
      return Optional.empty();
    }
    return Units.temperatures().stream()
        .filter(change -> Math.abs(slope.getAsDouble() - change.scale()) <= SLOPE * change.scale())
        .filter(change -> explains(check, both, change))
        .min(Comparator.comparingDouble(change -> left(both, change)));
  }

  /** Whether the windows are as alike as usual once the change is undone. */
  private static boolean explains(Check check, Pair both, Units.Change change) {
    double usual =
        Math.max(Distances.noise(both.before, both.now), check.limit(Measure.KOLMOGOROV));
    return left(both, change) <= usual;
  }

  private static double left(Pair both, Units.Change change) {
    return Distances.kolmogorov(both.before.mapped(change.scale(), change.shift()), both.now);
  }

  private static ProfileDetail unit(
      Check check, Units.Change change, Optional<Units.Ratio> measured) {
    return new ProfileDetail.UnitChanged(
        check.name(),
        check.span(),
        change.name(),
        change.scale(),
        change.shift(),
        measured.map(ratio -> Math.exp(ratio.median())),
        measured.map(Units.Ratio::spread));
  }
}
