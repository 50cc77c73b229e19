package dev.weirkeeper.drift.profile;

import java.util.Arrays;

/**
 * How much a column must have been seen before anything is concluded of it, and how it is told what
 * is usual.
 *
 * @param windows of history before a column is judged; at least 2, usually 20
 * @param rows that a window must have, else nothing is concluded from it; usually 200
 * @param percentile of the past distances beyond which one is unusual: 0.99
 */
public record Calibration(int windows, int rows, double percentile) {
  /** 20 windows of 200 rows, and the 99th percentile. */
  public static final Calibration STANDARD = new Calibration(20, 200, 0.99);

  /** Past measurements that are kept; older ones are forgotten. */
  static final int KEPT = 100;

  private static final double LEAST_MARGIN = 1.25;

  public Calibration {
    if (windows < 2 || windows > KEPT) {
      throw new IllegalArgumentException(
          "A history takes 2 to " + KEPT + " windows before it says what is usual, not " + windows);
    }
    if (rows < 1) {
      throw new IllegalArgumentException("A window takes at least one row, not " + rows);
    }
    if (!(percentile > 0.5 && percentile <= 1)) {
      throw new IllegalArgumentException(
          "A percentile of what is usual lies above 0.5 and at most at 1, got " + percentile);
    }
  }

  /** Whether so many measurements say what is usual: windows have one distance less. */
  boolean tells(double[] past) {
    return past.length >= windows - 1;
  }

  /**
   * The largest distance that is usual: the percentile of the past ones, with a margin that shrinks
   * from a half at 20 to a quarter from 40 on, because the percentile of few is about their
   * largest, and one new window in 21 would lie beyond that by chance; and not less than the floor.
   */
  double limit(Measure measure, double[] past) {
    return Math.max(measure.floor, quantile(past, percentile) * margin(past.length));
  }

  /** What a level usually does not fall below. */
  double least(double[] past) {
    return quantile(past, 1 - percentile);
  }

  /** What a level usually does not rise above. */
  double most(double[] past) {
    return quantile(past, percentile);
  }

  private static double margin(int measurements) {
    return Math.max(LEAST_MARGIN, 1 + 10.0 / Math.max(measurements, 10));
  }

  private static double quantile(double[] past, double fraction) {
    double[] sorted = past.clone();
    Arrays.sort(sorted);
    double at = fraction * (sorted.length - 1);
    int below = (int) Math.floor(at);
    int above = (int) Math.ceil(at);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }
}
