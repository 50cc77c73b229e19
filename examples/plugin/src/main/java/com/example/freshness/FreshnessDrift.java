package com.example.freshness;

import dev.weirkeeper.Facet;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Verdict;
import dev.weirkeeper.spi.Detection;
import dev.weirkeeper.spi.DriftDetector;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Says when data that was fresh is not any more, and when it is again. What was old when it was
 * first seen is no drift. The next baseline is the last observation that had an answer.
 */
public final class FreshnessDrift implements DriftDetector {
  /** The metric that it looks at: seconds since the newest data came. */
  public static final String AGE = "freshness.age-seconds";

  private final BigDecimal limit;

  /**
   * @param limit data that is older is stale
   */
  public FreshnessDrift(Duration limit) {
    if (limit.isNegative() || limit.isZero()) {
      throw new IllegalArgumentException("Data must be allowed some age, got " + limit);
    }
    this.limit = BigDecimal.valueOf(limit.toSeconds());
  }

  @Override
  public String id() {
    return "freshness-drift";
  }

  private record Aged(BigDecimal before, BigDecimal after, BigDecimal limit) {}

  @Override
  public Detection detect(Observation baseline, Observation current) {
    Optional<BigDecimal> before = age(baseline);
    Optional<BigDecimal> after = age(current);
    if (before.isEmpty() || after.isEmpty()) {
      return new Detection(List.of(), after.isPresent() ? current : baseline);
    }
    return new Detection(
        isStale(before.get()) == isStale(after.get())
            ? List.of()
            : List.of(finding(current, before.get(), after.get())),
        current);
  }

  private boolean isStale(BigDecimal age) {
    return age.compareTo(limit) > 0;
  }

  private Finding finding(Observation current, BigDecimal before, BigDecimal after) {
    return new Finding(
        id(),
        current.asset(),
        isStale(after) ? "data.stale" : "data.fresh-again",
        AGE,
        isStale(after) ? Verdict.SEMANTIC : Verdict.NOOP,
        Set.of(),
        Json.of(new Aged(before, after, limit)),
        Optional.of(Hash.of(Json.of(before))),
        Optional.of(Hash.of(Json.of(after))));
  }

  /** The age, if somebody could tell; that of an open window still changes. */
  private static Optional<BigDecimal> age(Observation seen) {
    for (Facet facet : seen.facets()) {
      if (facet instanceof Facet.Metrics metrics) {
        for (Facet.Metric metric : metrics.metrics()) {
          if (metric.name().equals(AGE)
              && metric.closed()
              && metric.value() instanceof Probe.Value<BigDecimal> value) {
            return Optional.of(value.value());
          }
        }
      }
    }
    return Optional.empty();
  }
}
