package dev.weirkeeper.drift.profile;

import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;

/**
 * A window of a column beside the one before it: each {@link Measure} that can be taken. Too few
 * values measure nothing. Immutable.
 */
final class Comparison {
  private final Map<Measure, Double> measured = new EnumMap<>(Measure.class);
  private final ColumnSketch before;
  private final ColumnSketch now;
  private final Optional<Distribution> numbersBefore;
  private final Optional<Distribution> numbersNow;

  /**
   * @param from when the window began: moments are compared by their age
   * @param rows that a window must have
   */
  Comparison(ColumnHistory history, ColumnSketch now, Instant from, int rows) {
    this.before = history.last();
    this.now = now;
    this.numbersBefore = numbers(before, history.lastFrom(), rows);
    this.numbersNow = numbers(now, from, rows);
    if (numbersBefore.isPresent() && numbersNow.isPresent()) {
      measureNumbers(numbersBefore.get(), numbersNow.get());
    }
    if (before.values >= rows && now.values >= rows) {
      measureLabels(history, rows);
      measureShapes(history);
      measured.put(Measure.LOG_DISTINCT, Math.abs(Math.log(distinct(now) / distinct(before))));
    }
    if (now.values >= rows) {
      measured.put(Measure.KEYNESS, Math.min(1, now.distinct.estimate() / now.values));
    }
    if (now.values + now.nulls >= rows) {
      measured.put(Measure.NULL_RATE, (double) now.nulls / (now.values + now.nulls));
    }
  }

  private static Optional<Distribution> numbers(ColumnSketch sketch, Instant from, int rows) {
    if (sketch.quantiles.count() < rows) {
      return Optional.empty();
    }
    Distribution numbers = sketch.quantiles.distribution();
    return Optional.of(
        sketch.kind == ValueKind.INSTANT
            ? numbers.mapped(1, -(double) from.getEpochSecond())
            : numbers);
  }

  private void measureNumbers(Distribution one, Distribution other) {
    measured.put(Measure.KOLMOGOROV, Distances.kolmogorov(one, other));
    measured.put(Measure.WASSERSTEIN, Distances.wasserstein(one, other));
    Units.ratio(one, other)
        .ifPresent(
            ratio -> {
              measured.put(Measure.LOG_RATIO, Math.abs(ratio.median()));
              measured.put(Measure.LOG_RATIO_SPREAD, ratio.spread());
            });
  }

  private void measureLabels(ColumnHistory history, int rows) {
    if (before.labels.overflowed() || now.labels.overflowed()) {
      return;
    }
    measured.put(
        Measure.LABELS, Distances.jensenShannon(before.labels.counts(), now.labels.counts()));
    if (!history.labels().overflowed() && Distances.sum(history.labels().counts()) >= rows) {
      measured.put(
          Measure.UNSEEN_LABELS,
          (double) unseen(now.labels.counts(), history.labels().counts()) / now.values);
    }
  }

  private void measureShapes(ColumnHistory history) {
    if (now.kind != ValueKind.TEXT) {
      return;
    }
    if (!before.coarseShapes.overflowed() && !now.coarseShapes.overflowed()) {
      measured.put(
          Measure.COARSE_SHAPES,
          Distances.jensenShannon(before.coarseShapes.counts(), now.coarseShapes.counts()));
      if (!history.shapes().overflowed()) {
        measured.put(
            Measure.UNSEEN_SHAPES,
            (double) unseen(now.coarseShapes.counts(), history.shapes().counts()) / now.values);
      }
    }
    if (!before.fineShapes.overflowed() && !now.fineShapes.overflowed()) {
      measured.put(
          Measure.SHAPES,
          Distances.jensenShannon(before.fineShapes.counts(), now.fineShapes.counts()));
    }
  }

  /** How many of the values are none of the known ones. */
  static long unseen(SortedMap<String, Long> counts, SortedMap<String, Long> known) {
    return counts.entrySet().stream()
        .filter(each -> !known.containsKey(each.getKey()))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  private static double distinct(ColumnSketch sketch) {
    return Math.max(1, sketch.distinct.estimate());
  }

  OptionalDouble of(Measure measure) {
    Double value = measured.get(measure);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  Map<Measure, Double> all() {
    return measured;
  }

  ColumnSketch before() {
    return before;
  }

  ColumnSketch now() {
    return now;
  }

  /** The numbers of both, moments as ages; empty where one has too few. */
  Optional<Distribution> numbersBefore() {
    return numbersBefore;
  }

  Optional<Distribution> numbersNow() {
    return numbersNow;
  }
}
