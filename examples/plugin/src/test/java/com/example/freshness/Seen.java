package com.example.freshness;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Facet;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Probe;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Observations as a test writes them. */
final class Seen {
  private Seen() {}

  /** Orders whose newest file is so many seconds old. */
  static Observation ordersAged(int seconds) {
    Instant at = Instant.parse("2026-11-23T12:00:00Z");
    Probe<BigDecimal> age = new Probe.Value<>(BigDecimal.valueOf(seconds));
    return new Observation(
        new Asset("landing", "orders"),
        at,
        Optional.empty(),
        List.of(
            new Facet.Metrics(List.of(new Facet.Metric(FreshnessDrift.AGE, age, at, at, true)))));
  }
}
