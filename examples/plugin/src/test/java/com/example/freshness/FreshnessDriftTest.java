package com.example.freshness;

import static com.example.freshness.Seen.ordersAged;

import dev.weirkeeper.Observation;
import dev.weirkeeper.spi.DriftDetector;
import dev.weirkeeper.testkit.DriftDetectorKit;
import java.time.Duration;
import java.util.List;

// tag::kit[]
class FreshnessDriftTest extends DriftDetectorKit {
  @Override
  protected DriftDetector detector() {
    return new FreshnessDrift(Duration.ofHours(1));
  }

  @Override
  protected List<Observation> history() {
    return List.of(ordersAged(60), ordersAged(7200), ordersAged(5), ordersAged(3601));
  }
}
// end::kit[]
