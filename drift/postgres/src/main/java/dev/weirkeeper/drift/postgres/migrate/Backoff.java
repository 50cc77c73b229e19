package dev.weirkeeper.drift.postgres.migrate;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait between two attempts: any time up to a bound that doubles ("full jitter", M.
 * Brooker, Exponential Backoff and Jitter, AWS Architecture Blog 2015). Pure.
 */
final class Backoff {
  private static final int STEEPEST = 30;

  private Backoff() {}

  /**
   * @param attempt the one that failed, from 1
   */
  static Duration after(int attempt, RunLimits limits, RandomGenerator random) {
    long first = limits.firstPause().toMillis();
    long longest = limits.longestPause().toMillis();
    int doublings = Math.min(attempt - 1, STEEPEST);
    long bound = first > longest >> doublings ? longest : first << doublings;
    return Duration.ofMillis(random.nextLong(bound + 1));
  }
}
