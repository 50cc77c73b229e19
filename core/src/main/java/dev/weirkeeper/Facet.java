package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** One side of what was observed of an asset. */
public sealed interface Facet {

  /** Its structure. */
  record Schema(Relation relation, Evidence evidence) implements Facet {
    public Schema {
      requireNonNull(relation, "relation");
      requireNonNull(evidence, "evidence");
    }
  }

  /** Numbers about it. */
  record Metrics(List<Metric> metrics) implements Facet {
    public Metrics {
      metrics = List.copyOf(metrics);
    }
  }

  /** Settings around it: publication, replica identity, retention. */
  record Settings(Map<String, Probe<String>> values) implements Facet {
    public Settings {
      values = Map.copyOf(values);
    }
  }

  /** What a plugin invents. */
  record Extension(String kind, Json body) implements Facet {
    public Extension {
      requireNonNull(kind, "kind");
      requireNonNull(body, "body");
    }
  }

  /**
   * A number over a window of time.
   *
   * @param closed whether the window is over: the value of an open window still grows
   */
  record Metric(String name, Probe<BigDecimal> value, Instant from, Instant until, boolean closed) {
    public Metric {
      requireNonNull(name, "name");
      requireNonNull(value, "value");
      requireNonNull(from, "from");
      requireNonNull(until, "until");
    }
  }
}
