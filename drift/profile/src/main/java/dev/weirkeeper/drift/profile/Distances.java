package dev.weirkeeper.drift.profile;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** How far two distributions lie apart, and how sure a rate is. Pure functions. */
final class Distances {
  private static final int POINTS = 200;

  /** Normal deviates of the Wilson interval: 99 of 100 such intervals hold the true rate. */
  private static final double Z = 2.576;

  /** Of the bound of Dvoretzky, Kiefer and Wolfowitz: chance exceeds it once in 10,000 pairs. */
  private static final double DKW = Math.sqrt(-Math.log(0.0001 / 2) / 2);

  /** Largest error of a rank in a sketch that no longer holds all numbers. */
  private static final double SKETCH = 0.0165;

  private static final double LARGE = 500;

  private Distances() {}

  /** Two bounds of a rate. */
  record Interval(double low, double high) {}

  /** The largest difference of the cumulative distributions. */
  static double kolmogorov(Distribution one, Distribution other) {
    double largest = 0;
    for (Distribution steps : new Distribution[] {one, other}) {
      for (double number : steps.steps()) {
        largest = Math.max(largest, Math.abs(one.rank(number) - other.rank(number)));
      }
    }
    return largest;
  }

  /** The Kolmogorov distance that chance and the sketches alone can make. */
  static double noise(Distribution one, Distribution other) {
    double n = one.count();
    double m = other.count();
    double sketches = (n > Quantiles.K ? SKETCH : 0) + (m > Quantiles.K ? SKETCH : 0);
    return DKW * Math.sqrt((n + m) / (n * m)) + sketches;
  }

  /**
   * The mean distance of the quantiles (Wasserstein-1, the first and last half per cent aside,
   * where single numbers decide), in standard deviations of the first distribution. Always finite.
   */
  static double wasserstein(Distribution one, Distribution other) {
    int power = Math.max(power(one), power(other));
    double sum = 0;
    int points = 0;
    for (int i = 1; i < POINTS; i++) {
      sum += Math.abs(point(one, i, power) - point(other, i, power));
      points++;
    }
    return sum == 0 ? 0 : Math.min(sum / points / Math.scalb(scale(one), -power), Double.MAX_VALUE);
  }

  /** Standard deviation between the outer half per cents; of a constant, a part of its size. */
  static double scale(Distribution one) {
    int power = power(one);
    double mean = 0;
    double square = 0;
    for (int i = 1; i < POINTS; i++) {
      double number = point(one, i, power);
      mean += number / (POINTS - 1);
      square += number * number / (POINTS - 1);
    }
    double deviation = Math.sqrt(Math.max(0, square - mean * mean));
    return Math.max(Math.scalb(Math.max(deviation, 1e-3 * Math.abs(mean)), power), 1e-9);
  }

  /**
   * The power of two by which sums and squares of the largest numbers stay finite: to divide by one
   * changes no digit.
   */
  private static int power(Distribution one) {
    return Math.getExponent(
        Math.max(Math.abs(one.quantile(1.0 / POINTS)), Math.abs(one.quantile(1 - 1.0 / POINTS))));
  }

  private static double point(Distribution one, int i, int power) {
    return Math.scalb(one.quantile((double) i / POINTS), -power);
  }

  /**
   * The square root of the Jensen-Shannon divergence (Lin 1991) to the base 2: 0 for equal
   * frequencies, 1 for those that have nothing in common.
   */
  static double jensenShannon(Map<String, Long> one, Map<String, Long> other) {
    double all = sum(one);
    double allOthers = sum(other);
    if (all == 0 || allOthers == 0) {
      return all == allOthers ? 0 : 1;
    }
    Set<String> keys = new TreeSet<>(one.keySet());
    keys.addAll(other.keySet());
    double divergence = 0;
    for (String key : keys) {
      double p = one.getOrDefault(key, 0L) / all;
      double q = other.getOrDefault(key, 0L) / allOthers;
      double middle = (p + q) / 2;
      divergence += (part(p, middle) + part(q, middle)) / 2;
    }
    return Math.sqrt(Math.min(1, Math.max(0, divergence)));
  }

  private static double part(double p, double middle) {
    return p == 0 ? 0 : p * Math.log(p / middle) / Math.log(2);
  }

  /** The Jensen-Shannon distance that chance exceeds about once in 10,000 pairs of samples. */
  static double noise(Map<String, Long> one, Map<String, Long> other) {
    Set<String> keys = new TreeSet<>(one.keySet());
    keys.addAll(other.keySet());
    double n = sum(one);
    double m = sum(other);
    // The divergence of samples of one distribution is chi-squared / (8 ln 2) * (1/n + 1/m).
    double freedom = keys.size() - 1 + 4 * Math.sqrt(2.0 * keys.size()) + 8;
    return Math.sqrt(freedom / (8 * Math.log(2)) * (1 / n + 1 / m));
  }

  static double sum(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Where the true rate lies (Wilson 1927), whatever the rate: also for 0 of 30. */
  static Interval wilson(long some, long all) {
    double rate = (double) some / all;
    double z2 = Z * Z / all;
    double centre = (rate + z2 / 2) / (1 + z2);
    double half = Z / (1 + z2) * Math.sqrt(rate * (1 - rate) / all + z2 / all / 4);
    return new Interval(Math.max(0, centre - half), Math.min(1, centre + half));
  }

  /**
   * Whether so many values that were never seen are more than chance brings: their mass is
   * estimated by what was seen only once (Good 1953), with three more at its upper end as for
   * events that never happened, and the number is held against a Poisson distribution.
   *
   * @param unseen values of this window that were never seen before
   * @param values of this window
   * @param known how often each was seen before
   */
  static boolean exceedsUnseenMass(long unseen, long values, Map<String, Long> known) {
    double once = known.values().stream().filter(count -> count == 1).count();
    double mass = (once + 2 * Math.sqrt(once) + 3) / Math.max(1, sum(known));
    return poissonTail(unseen, values * Math.min(1, mass)) < 0.001;
  }

  /**
   * The chance of at least so many events where so many are expected: 0 or 1, by four standard
   * deviations, beyond 500.
   */
  static double poissonTail(long events, double expected) {
    if (events <= expected) {
      return 1;
    }
    if (expected > LARGE) {
      return events > expected + 4 * Math.sqrt(expected) ? 0 : 1;
    }
    double term = Math.exp(-expected);
    double below = 0;
    for (long i = 0; i < events && term > 0; i++) {
      below += term;
      term *= expected / (i + 1);
    }
    return Math.max(0, 1 - below);
  }
}
