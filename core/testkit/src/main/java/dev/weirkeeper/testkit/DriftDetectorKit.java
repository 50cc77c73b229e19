package dev.weirkeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.weirkeeper.Facet;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Position;
import dev.weirkeeper.Probe;
import dev.weirkeeper.spi.Detection;
import dev.weirkeeper.spi.DriftDetector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * What each {@link DriftDetector} holds to. Extend it and say which detector, and what it may be
 * shown.
 */
public abstract class DriftDetectorKit {

  /** A new detector, set up like all others that this gives. */
  protected abstract DriftDetector detector();

  /**
   * What was seen of one asset, one after the other. At least two observations, and between each
   * and the next the detector finds something.
   */
  protected abstract List<Observation> history();

  /** Texts in the history that are values of rows. None by default. */
  protected List<String> rowValues() {
    return List.of();
  }

  private record Step(Observation baseline, Observation current) {}

  private List<Step> steps() {
    List<Observation> history = history();
    assertThat(history).as("history()").hasSizeGreaterThan(1);
    List<Step> steps = new ArrayList<>();
    for (int i = 1; i < history.size(); i++) {
      steps.add(new Step(history.get(i - 1), history.get(i)));
    }
    return steps;
  }

  private Detection detect(Step step) {
    return detector().detect(step.baseline, step.current);
  }

  private List<Finding> findings() {
    return steps().stream().flatMap(step -> detect(step).findings().stream()).toList();
  }

  @Test
  void the_id_is_kebab_case_and_stays() {
    assertThat(detector().id()).matches(Ids.KEBAB_CASE).isEqualTo(detector().id());
  }

  @Test
  void a_drift_is_found() {
    assertThat(steps())
        .allSatisfy(step -> assertThat(detect(step).findings()).as("findings").isNotEmpty());
  }

  @Test
  void invariant_9_the_same_observations_give_the_same_detection() throws Exception {
    DriftDetector shared = detector();
    for (Step step : steps()) {
      String fresh = Json.of(detect(step)).text();
      steps().forEach(other -> shared.detect(other.baseline, other.current));

      assertThat(Purity.answers(() -> shared.detect(step.baseline, step.current)))
          .as("detections of a detector that has seen others, by many threads")
          .containsExactly(fresh);
    }
  }

  @Test
  void between_an_observation_and_itself_there_is_nothing() {
    for (Observation seen : history()) {
      assertThat(detector().detect(seen, seen).findings()).isEmpty();
    }
  }

  @Test
  void findings_name_the_detector_and_the_asset_and_a_kind() {
    for (Step step : steps()) {
      assertThat(detect(step).findings())
          .allSatisfy(
              finding -> {
                assertThat(finding.source()).isEqualTo(detector().id());
                assertThat(finding.asset()).isEqualTo(step.current.asset());
                assertThat(finding.kind()).matches(Ids.KIND);
              });
    }
  }

  @Test
  void a_detection_names_each_finding_once() {
    for (Step step : steps()) {
      assertThat(detect(step).findings().stream().map(Finding::id)).doesNotHaveDuplicates();
    }
  }

  @Test
  void equal_ids_are_equal_findings() {
    Map<Hash, Finding> byId = new HashMap<>();
    for (Observation baseline : history()) {
      for (Observation current : history()) {
        for (Finding finding : detector().detect(baseline, current).findings()) {
          Finding known = byId.putIfAbsent(finding.id(), finding);
          if (known != null) {
            assertThat(finding)
                .as("another drift needs another id: say in from and to between which states")
                .isEqualTo(known);
          }
        }
      }
    }
  }

  @Test
  void a_finding_is_the_same_wherever_in_the_feed_it_was_seen() {
    for (Step step : steps()) {
      assertThat(detect(new Step(at(step.baseline, "kit-1"), at(step.current, "kit-2"))).findings())
          .containsExactlyElementsOf(
              detect(new Step(at(step.baseline, "kit-3"), at(step.current, "kit-4"))).findings());
    }
  }

  private static Observation at(Observation seen, String position) {
    return new Observation(
        seen.asset(), seen.at(), Optional.of(new Position("kit", position)), seen.facets());
  }

  @Test
  void invariant_9_a_detection_reads_back_equal() {
    for (Step step : steps()) {
      Detection detection = detect(step);

      assertThat(Json.of(detection).as(Detection.class)).isEqualTo(detection);
    }
  }

  @Test
  void invariant_10_findings_hold_no_row_values() {
    assumeThat(rowValues()).isNotEmpty();
    for (String value : rowValues()) {
      assertThat(Json.of(history()).text()).as("rowValues() occur in history()").contains(value);
    }

    assertThat(findings())
        .allSatisfy(
            finding ->
                assertThat(rowValues())
                    .noneMatch(value -> Json.of(finding).text().contains(value)));
  }

  @Test
  void invariant_8_what_could_not_be_read_now_is_no_finding() {
    for (Step step : steps()) {
      assertThat(detector().detect(step.baseline, withoutFacets(step.current)).findings())
          .as("nothing was read")
          .isEmpty();
      assertThat(detector().detect(step.baseline, withoutAnswers(step.current)).findings())
          .as("all probes are unknown")
          .filteredOn(finding -> !schemaAlone(step).contains(finding.id()))
          .isEmpty();
    }
  }

  @Test
  void invariant_8_what_could_not_be_read_before_is_no_finding() {
    for (Step step : steps()) {
      assertThat(detector().detect(withoutAnswers(step.baseline), step.current).findings())
          .filteredOn(finding -> !schemaAlone(step).contains(finding.id()))
          .isEmpty();
    }
  }

  @Test
  void invariant_8_what_could_not_be_read_does_not_move_the_baseline() {
    for (Step step : steps()) {
      List<Hash> seen = ids(detect(step));
      List<Hash> anyway = schemaAlone(step);
      Observation unread =
          detector().detect(step.baseline, withoutFacets(step.current)).nextBaseline();
      Observation unanswered =
          detector().detect(step.baseline, withoutAnswers(step.current)).nextBaseline();

      assertThat(ids(detector().detect(unread, step.current)))
          .as("a drift is found although nothing was read in between")
          .containsExactlyElementsOf(seen);
      assertThat(ids(detector().detect(unanswered, step.current)))
          .as("a drift is found although all probes failed in between")
          .containsAll(seen.stream().filter(id -> !anyway.contains(id)).toList());
    }
  }

  @Test
  void facets_that_others_invented_change_nothing() {
    Facet unheard = new Facet.Extension("kit-unheard-of", Json.of(Map.of("a", 1)));
    for (Step step : steps()) {
      assertThat(
              detector()
                  .detect(with(step.baseline, unheard), with(step.current, unheard))
                  .findings())
          .isEqualTo(detect(step).findings());
      assertThat(detector().detect(step.baseline, with(step.baseline, unheard)).findings())
          .isEmpty();
    }
  }

  @Test
  void the_next_baseline_is_one_of_the_same_asset() {
    for (Step step : steps()) {
      assertThat(detect(step).nextBaseline().asset())
          .isIn(step.baseline.asset(), step.current.asset());
    }
  }

  private static List<Hash> ids(Detection detection) {
    return detection.findings().stream().map(Finding::id).toList();
  }

  /** Findings that the schemas alone explain, whatever probes say. */
  private List<Hash> schemaAlone(Step step) {
    return ids(detector().detect(withoutAnswers(step.baseline), withoutAnswers(step.current)));
  }

  private static Observation withoutFacets(Observation seen) {
    return with(seen, List.of());
  }

  private static Observation with(Observation seen, Facet more) {
    List<Facet> facets = new ArrayList<>(seen.facets());
    facets.add(more);
    return with(seen, facets);
  }

  private static Observation with(Observation seen, List<Facet> facets) {
    return new Observation(seen.asset(), seen.at(), seen.position(), facets);
  }

  /** The same observation by somebody whose every probe failed. */
  private static Observation withoutAnswers(Observation seen) {
    return with(seen, seen.facets().stream().flatMap(facet -> blind(facet).stream()).toList());
  }

  private static Optional<Facet> blind(Facet facet) {
    if (facet instanceof Facet.Metrics metrics) {
      return Optional.of(
          new Facet.Metrics(
              metrics.metrics().stream()
                  .map(
                      metric ->
                          new Facet.Metric(
                              metric.name(),
                              new Probe.Unknown<>("the kit failed the read"),
                              metric.from(),
                              metric.until(),
                              metric.closed()))
                  .toList()));
    }
    if (facet instanceof Facet.Settings settings) {
      Map<String, Probe<String>> unknown = new TreeMap<>();
      settings
          .values()
          .keySet()
          .forEach(name -> unknown.put(name, new Probe.Unknown<>("the kit failed the read")));
      return Optional.of(new Facet.Settings(unknown));
    }
    return facet instanceof Facet.Schema ? Optional.of(facet) : Optional.empty();
  }
}
