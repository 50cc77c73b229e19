package dev.weirkeeper;

import dev.weirkeeper.spi.Detection;
import dev.weirkeeper.spi.DriftDetector;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What happens when the settings around a table changed at its source: whether it is still
 * published, who may read it, its partitions. {@link FindingsStep} says what is made of it. Runs on
 * the pipeline's thread.
 */
final class SettingsStep {
  private final DriftDetector detector;
  private final FindingsStep found;
  private final Tables tables;
  private final Clock clock;

  SettingsStep(Pipeline.Parts parts, DriftDetector detector, FindingsStep found, Tables tables) {
    this.detector = detector;
    this.found = found;
    this.tables = tables;
    this.clock = parts.clock();
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
      found.meet(new Incident(state.asset(), position, detection.findings()));
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
}
