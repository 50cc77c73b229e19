package dev.weirkeeper.drift.profile;

import java.util.Arrays;

/** A distribution of numbers as steps, to ask for ranks and quantiles. Immutable. */
final class Distribution {
  private final double[] values;
  private final long[] upTo;
  private final double min;
  private final double max;

  /**
   * @param values in ascending order, at least one
   * @param upTo how many numbers lie at or below each
   */
  Distribution(double[] values, long[] upTo, double min, double max) {
    if (values.length == 0) {
      throw new IllegalArgumentException("There is no distribution of no numbers");
    }
    this.values = values;
    this.upTo = upTo;
    this.min = min;
    this.max = max;
  }

  long count() {
    return upTo[upTo.length - 1];
  }

  /** The number below or at which this fraction of them lies. */
  double quantile(double fraction) {
    if (fraction <= 0) {
      return min;
    }
    if (fraction >= 1) {
      return max;
    }
    long rank = (long) Math.ceil(fraction * count());
    int at = Arrays.binarySearch(upTo, rank);
    return values[at >= 0 ? at : -at - 1];
  }

  /** Which fraction of the numbers lies at or below this one. */
  double rank(double number) {
    int low = 0;
    int high = values.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (values[middle] <= number) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low == 0 ? 0 : (double) upTo[low - 1] / count();
  }

  /** The numbers where the distribution steps. */
  double[] steps() {
    return values.clone();
  }

  double mean() {
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += values[i] * weight(i);
    }
    return sum / count();
  }

  double deviation() {
    double mean = mean();
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      sum += (values[i] - mean) * (values[i] - mean) * weight(i);
    }
    return Math.sqrt(sum / count());
  }

  /** The distribution of {@code scale * number + shift}, where the scale is positive. */
  Distribution mapped(double scale, double shift) {
    return new Distribution(
        Arrays.stream(values).map(value -> scale * value + shift).toArray(),
        upTo,
        scale * min + shift,
        scale * max + shift);
  }

  private long weight(int i) {
    return i == 0 ? upTo[0] : upTo[i] - upTo[i - 1];
  }
}
