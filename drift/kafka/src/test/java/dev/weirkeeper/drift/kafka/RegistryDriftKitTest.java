package dev.weirkeeper.drift.kafka;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Facet;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Probe;
import dev.weirkeeper.spi.DriftDetector;
import dev.weirkeeper.testkit.DriftDetectorKit;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

class RegistryDriftKitTest extends DriftDetectorKit {
  static Observation seen(String mode, int version, String fields) {
    return new Observation(
        new Asset("shop", "public.orders"),
        Instant.EPOCH,
        Optional.empty(),
        List.of(
            new Facet.Settings(
                Map.of(
                    RegistryWatch.SUBJECT, new Probe.Value<>("shop.public.orders-value"),
                    RegistryWatch.MODE, new Probe.Value<>(mode),
                    RegistryWatch.VERSION, new Probe.Value<>(Integer.toString(version)),
                    RegistryWatch.KIND, new Probe.Value<>("AVRO"),
                    RegistryWatch.SCHEMA,
                        new Probe.Value<>(
                            "{\"type\":\"record\",\"name\":\"Value\",\"fields\":["
                                + fields
                                + "]}")))));
  }

  @Override
  protected DriftDetector detector() {
    return new RegistryDrift();
  }

  @Override
  protected List<Observation> history() {
    String at =
        "{\"name\":\"at\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}}";
    return List.of(
        seen("FULL", 1, at),
        seen("NONE", 1, at),
        seen("FULL", 2, at.replace("millis", "micros")),
        seen("FULL", 3, at + ",{\"name\":\"n\",\"type\":\"int\"}"),
        seen("BACKWARD", 4, "{\"name\":\"at\",\"type\":\"long\",\"doc\":\"when\"}"));
  }
}
