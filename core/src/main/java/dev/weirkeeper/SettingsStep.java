package dev.weirkeeper;

import dev.weirkeeper.spi.Detection;
import dev.weirkeeper.spi.DriftDetector;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What happens when the settings around a table changed at its source: whether it is still
 * published, who may read it, its partitions. No plan follows them, for there is nothing that the
 * target could do. What an asset's tolerance bears is noted; beyond it the table is paused, and
 * where changes may have been lost it needs a resync. Runs on the pipeline's thread.
 */
final class SettingsStep {
  private static final String WITHIN =
      "Within the tolerance of the table; there is nothing for the target to follow";

  private final DriftDetector detector;
  private final SchemaStep schema;
  private final Tables tables;
  private final Clock clock;
  private final Function<Asset, Tolerance> tolerances;

  SettingsStep(Pipeline.Parts parts, DriftDetector detector, SchemaStep schema, Tables tables) {
    this.detector = detector;
    this.schema = schema;
    this.tables = tables;
    this.clock = parts.clock();
    this.tolerances = parts.tolerances();
  }

  /** Compares what was seen around a table with what was accepted there. */
  void meet(TableState state, Observation seen, Position position) {
    if (state.accepted().isEmpty() || state.mode() == TableState.Mode.RESYNC_NEEDED) {
      // Nothing is mirrored that could be wrong, or it is known to be.
      return;
    }
    Observation current =
        new Observation(state.asset(), clock.instant(), seen.position(), seen.facets());
    Observation baseline =
        new Observation(
            state.asset(),
            current.at(),
            Optional.of(position),
            List.copyOf(state.settings().stream().toList()));
    Detection detection;
    try {
      detection = detector.detect(baseline, current);
    } catch (RuntimeException e) {
      throw new PluginException(detector.id(), "comparing the settings of " + state.asset(), e);
    }
    accept(state, detection.nextBaseline());
    if (!detection.findings().isEmpty()) {
      decide(new Incident(state.asset(), position, detection.findings()));
    }
  }

  /**
   * What is known from now on: what was found is told once, and stored with what was made of it.
   */
  private void accept(TableState state, Observation next) {
    Map<String, Probe<String>> values = new HashMap<>();
    next.facets().stream()
        .filter(Facet.Settings.class::isInstance)
        .map(Facet.Settings.class::cast)
        .forEach(settings -> values.putAll(settings.values()));
    Facet.Settings newest = new Facet.Settings(values);
    if (!values.isEmpty() && !state.settings().equals(Optional.of(newest))) {
      tables.put(state.surrounded(newest));
    }
  }

  private void decide(Incident incident) {
    TableState state = tables.of(incident.asset()).orElseThrow();
    boolean lost =
        incident.findings().stream().anyMatch(finding -> finding.flags().contains(Flag.RESYNC));
    if (!lost && tolerances.apply(state.asset()).exceededBy(incident).isEmpty()) {
      schema.note(state, incident, new Decision.Dismiss(WITHIN));
      return;
    }
    SchemaStep.Judged judged = schema.judge(state, incident, Optional.empty());
    if (judged.decision() instanceof Decision.Dismiss) {
      return;
    }
    schema.contain(state, judged);
    if (lost) {
      TableState after = tables.of(state.asset()).orElseThrow();
      tables.put(after.lost(after.reason().orElse(judged.decision().reason())));
    }
  }
}
