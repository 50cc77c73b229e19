package dev.weirkeeper.drift.profile;

/**
 * What is measured between a window and the one before it, or of a window alone, and remembered so
 * that a later one can be held against it. Stored by its place: constants are only added at the
 * end.
 */
enum Measure {
  /** Kolmogorov-Smirnov: the largest difference of two cumulative distributions, 0 to 1. */
  KOLMOGOROV(0.1),
  /** Wasserstein-1 distance in standard deviations of the window before. */
  WASSERSTEIN(0.1),
  /** Size of the median logarithm of the ratios of quantiles. */
  LOG_RATIO(0.01),
  /** Median absolute deviation of these logarithms. */
  LOG_RATIO_SPREAD(0.02),
  /** Jensen-Shannon distance of the labels, 0 to 1. */
  LABELS(0.1),
  /** Fraction of the values whose label was never seen. */
  UNSEEN_LABELS(0),
  /** Jensen-Shannon distance of the shapes, 0 to 1. */
  SHAPES(0.1),
  /** The same for shapes whose runs are one character. */
  COARSE_SHAPES(0.1),
  UNSEEN_SHAPES(0.01),
  /** Fraction of the rows that are NULL: a level, not a distance. */
  NULL_RATE(0.01),
  /** Different values per value: a level, not a distance. */
  KEYNESS(0),
  /** Size of the logarithm of the ratio of the numbers of different values. */
  LOG_DISTINCT(0.7);

  /** What is never an alarm, however calm the past was. */
  final double floor;

  Measure(double floor) {
    this.floor = floor;
  }
}
