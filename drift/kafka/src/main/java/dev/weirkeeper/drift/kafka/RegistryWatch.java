package dev.weirkeeper.drift.kafka;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Facet;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Probe;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Looks at subjects of a schema registry for {@link RegistryDrift}: the mode of compatibility in
 * force and the newest schema. What cannot be asked is unknown, never absent. Safe to share.
 */
public final class RegistryWatch {
  static final String SUBJECT = "registry.subject";
  static final String MODE = "registry.compatibility";
  static final String VERSION = "registry.version";
  static final String KIND = "registry.kind";
  static final String SCHEMA = "registry.schema";

  private final SchemaRegistry registry;

  public RegistryWatch(SchemaRegistry registry) {
    this.registry = requireNonNull(registry, "registry");
  }

  /**
   * What is registered now.
   *
   * @param asset what the subject describes: the table of its topic
   * @param subject {@code shop.public.orders-value}
   */
  public Observation observe(Asset asset, String subject, Instant at) {
    Map<String, Probe<String>> values = new TreeMap<>();
    values.put(SUBJECT, new Probe.Value<>(subject));
    values.put(MODE, mode(subject));
    newest(subject, values);
    return new Observation(asset, at, Optional.empty(), List.of(new Facet.Settings(values)));
  }

  private Probe<String> mode(String subject) {
    try {
      return registry
          .compatibility(subject)
          .<Probe<String>>map(Probe.Value::new)
          .orElseGet(() -> new Probe.Unknown<>("the registry does not say"));
    } catch (IOException e) {
      return new Probe.Unknown<>(String.valueOf(e.getMessage()));
    }
  }

  private void newest(String subject, Map<String, Probe<String>> values) {
    try {
      Optional<SchemaRegistry.Newest> newest = registry.newest(subject);
      if (newest.isEmpty()) {
        for (String name : List.of(VERSION, KIND, SCHEMA)) {
          values.put(name, new Probe.Empty<>());
        }
        return;
      }
      SchemaRegistry.Registered schema = newest.get().schema();
      values.put(VERSION, new Probe.Value<>(Integer.toString(newest.get().version())));
      values.put(KIND, new Probe.Value<>(schema.kind()));
      values.put(
          SCHEMA,
          new Probe.Value<>(
              schema.kind().equals("AVRO")
                  // With what it refers to, so that it can be read alone.
                  ? AvroDecoder.parse(registry, schema).toString()
                  : schema.text()));
    } catch (IOException | UnreadableException e) {
      for (String name : List.of(VERSION, KIND, SCHEMA)) {
        values.put(name, new Probe.Unknown<>(String.valueOf(e.getMessage())));
      }
    }
  }
}
