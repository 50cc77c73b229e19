package dev.weirkeeper.drift;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Facet;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Probe;
import dev.weirkeeper.spi.Detection;
import dev.weirkeeper.spi.DriftDetector;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Says what changed around a table at its source: publication, row identity, rights, partitions,
 * constraints, and what no row and no message of the log shows of its columns. Reads the settings
 * that {@link Setting} names, and no others.
 *
 * <p>All that it finds comes from live reads, which may be ahead of the stream, so all of it is
 * provisional. A baseline without settings is a first sight and gives no finding. What was not
 * asked or is unknown gives none and does not move the baseline; the next baseline has all that is
 * known now, so that a change is told once.
 */
public final class SettingsDrift implements DriftDetector {
  static final String ID = "settings-drift";

  @Override
  public String id() {
    return ID;
  }

  @Override
  public Detection detect(Observation baseline, Observation current) {
    requireNonNull(baseline, "baseline");
    Map<String, Probe<String>> before = values(baseline);
    Map<String, Probe<String>> now = values(current);
    List<Finding> findings =
        before.isEmpty() ? List.of() : new SettingsDiff(current.asset(), before, now).findings();
    if (now.isEmpty()) {
      return new Detection(findings, baseline);
    }
    Map<String, Probe<String>> known = new TreeMap<>(before);
    now.forEach(
        (name, value) -> {
          if (!(value instanceof Probe.Unknown<String>)) {
            known.put(name, value);
          } else {
            known.putIfAbsent(name, value);
          }
        });
    List<Facet> facets = new ArrayList<>();
    baseline.facets().stream()
        .filter(facet -> !(facet instanceof Facet.Settings))
        .forEach(facets::add);
    facets.add(new Facet.Settings(known));
    return new Detection(
        findings, new Observation(baseline.asset(), current.at(), current.position(), facets));
  }

  private static Map<String, Probe<String>> values(Observation seen) {
    Map<String, Probe<String>> values = new TreeMap<>();
    seen.facets().stream()
        .filter(Facet.Settings.class::isInstance)
        .map(Facet.Settings.class::cast)
        .forEach(settings -> values.putAll(settings.values()));
    return values;
  }
}
