package dev.weirkeeper.otel;

import java.time.Duration;
import java.time.Instant;

/** Time between two entries, which clocks of two machines may have written. */
final class Elapsed {
  private Elapsed() {}

  /** Never negative: what comes before its cause has taken no time. */
  static Duration between(Instant from, Instant to) {
    Duration elapsed = Duration.between(from, to);
    return elapsed.isNegative() ? Duration.ZERO : elapsed;
  }

  static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
