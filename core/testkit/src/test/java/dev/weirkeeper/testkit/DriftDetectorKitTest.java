package dev.weirkeeper.testkit;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Facet;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Flag;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Verdict;
import dev.weirkeeper.spi.Detection;
import dev.weirkeeper.spi.DriftDetector;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DriftDetectorKitTest {
  /** A way to break a detector, and the tests that must see it. */
  enum Flaw {
    ID_WITH_CAPITALS("the_id_is_kebab_case_and_stays"),
    SEES_NOTHING("a_drift_is_found"),
    COUNTS_ITS_CALLS("invariant_9_the_same_observations_give_the_same_detection"),
    ALWAYS_FINDS_SOMETHING(
        "between_an_observation_and_itself_there_is_nothing",
        "facets_that_others_invented_change_nothing"),
    NAMES_ANOTHER_ASSET("findings_name_the_detector_and_the_asset_and_a_kind"),
    KIND_IS_A_SENTENCE("findings_name_the_detector_and_the_asset_and_a_kind"),
    SAYS_IT_TWICE("a_detection_names_each_finding_once"),
    LEAVES_THE_STATES_OUT("equal_ids_are_equal_findings"),
    HASHES_THE_POSITION("a_finding_is_the_same_wherever_in_the_feed_it_was_seen"),
    BASELINE_THAT_CANNOT_BE_WRITTEN("invariant_9_a_detection_reads_back_equal"),
    QUOTES_VALUES("invariant_10_findings_hold_no_row_values"),
    TAKES_UNKNOWN_FOR_ZERO(
        "invariant_8_what_could_not_be_read_now_is_no_finding",
        "invariant_8_what_could_not_be_read_before_is_no_finding"),
    FORGETS_WHEN_BLIND("invariant_8_what_could_not_be_read_does_not_move_the_baseline"),
    COUNTS_FACETS("facets_that_others_invented_change_nothing"),
    NEXT_BASELINE_IS_ELSEWHERE("the_next_baseline_is_one_of_the_same_asset");

    final Set<String> caughtBy;

    Flaw(String... caughtBy) {
      this.caughtBy = Set.of(caughtBy);
    }
  }

  private static Optional<Flaw> planted = Optional.empty();

  private static boolean has(Flaw flaw) {
    return planted.equals(Optional.of(flaw));
  }

  private static final Asset ORDERS = new Asset("shop", "public.orders");
  private static final AtomicInteger CALLS = new AtomicInteger();

  /** Finds that the number of rows is another one. */
  static final class Detector implements DriftDetector {
    @Override
    public String id() {
      return has(Flaw.ID_WITH_CAPITALS) ? "RowCount" : "row-count";
    }

    private record Change(String before, String after, int call) {}

    @Override
    public Detection detect(Observation baseline, Observation current) {
      Optional<BigDecimal> before = rows(baseline);
      Optional<BigDecimal> after = rows(current);
      boolean drifted = before.isPresent() && after.isPresent() && !before.equals(after);
      if (has(Flaw.COUNTS_FACETS)) {
        drifted |= baseline.facets().size() > 2 || current.facets().size() > 2;
      }
      List<Finding> findings = new ArrayList<>();
      if (drifted && !has(Flaw.SEES_NOTHING) || has(Flaw.ALWAYS_FINDS_SOMETHING)) {
        findings.add(finding(baseline, current, before.orElse(BigDecimal.ZERO), after));
        if (has(Flaw.SAYS_IT_TWICE)) {
          findings.add(findings.get(0));
        }
      }
      return new Detection(findings, next(baseline, current, after));
    }

    private Finding finding(
        Observation baseline, Observation current, BigDecimal before, Optional<BigDecimal> after) {
      int call = has(Flaw.COUNTS_ITS_CALLS) ? CALLS.incrementAndGet() : 0;
      String rows = after.map(String::valueOf).orElse("0");
      Object detail =
          has(Flaw.QUOTES_VALUES)
              ? Map.of("values", baseline.facets().toString())
              : new Change(before.toString(), rows, call);
      String to = has(Flaw.HASHES_THE_POSITION) ? rows + current.position() : rows;
      return new Finding(
          id(),
          has(Flaw.NAMES_ANOTHER_ASSET) ? new Asset("shop", "other") : current.asset(),
          has(Flaw.KIND_IS_A_SENTENCE) ? "Rows Changed!" : "rows.changed",
          "",
          Verdict.SEMANTIC,
          Set.of(Flag.INVISIBLE),
          Json.of(detail),
          hash(before.toString()),
          hash(to));
    }

    private static Optional<Hash> hash(String state) {
      return has(Flaw.LEAVES_THE_STATES_OUT)
          ? Optional.empty()
          : Optional.of(Hash.of(Json.of(state)));
    }

    private static Observation next(
        Observation baseline, Observation current, Optional<BigDecimal> after) {
      if (has(Flaw.NEXT_BASELINE_IS_ELSEWHERE)) {
        return new Observation(
            new Asset("shop", "other"), baseline.at(), Optional.empty(), baseline.facets());
      }
      if (has(Flaw.BASELINE_THAT_CANNOT_BE_WRITTEN)) {
        return new Observation(
            current.asset(),
            current.at(),
            Optional.empty(),
            List.of(new Facet.Extension("x", Json.of(List.of("a"))), schemaOfMax()));
      }
      return after.isPresent() || has(Flaw.FORGETS_WHEN_BLIND) ? current : baseline;
    }

    private static Facet schemaOfMax() {
      return new Facet.Metrics(
          List.of(
              new Facet.Metric(
                  "rows",
                  new Probe.Value<>(new BigDecimal("0.1000000000000000055511151231257827")),
                  Instant.EPOCH,
                  Instant.EPOCH,
                  true)));
    }

    private static Optional<BigDecimal> rows(Observation seen) {
      for (Facet facet : seen.facets()) {
        if (facet instanceof Facet.Metrics metrics) {
          Probe<BigDecimal> probe = metrics.metrics().get(0).value();
          if (probe instanceof Probe.Value<BigDecimal> value) {
            return Optional.of(value.value());
          }
          return has(Flaw.TAKES_UNKNOWN_FOR_ZERO) ? Optional.of(BigDecimal.ZERO) : Optional.empty();
        }
      }
      return Optional.empty();
    }
  }

  static class Adapter extends DriftDetectorKit {
    @Override
    protected DriftDetector detector() {
      return new Detector();
    }

    @Override
    protected List<Observation> history() {
      return List.of(seen(10), seen(20), seen(5), seen(10));
    }

    private static Observation seen(int rows) {
      return new Observation(
          ORDERS,
          Instant.EPOCH,
          Optional.empty(),
          List.of(
              new Facet.Metrics(
                  List.of(
                      new Facet.Metric(
                          "rows",
                          new Probe.Value<>(BigDecimal.valueOf(rows)),
                          Instant.EPOCH,
                          Instant.EPOCH,
                          true))),
              new Facet.Extension("sample", Json.of("secret-of-a-row"))));
    }

    @Override
    protected List<String> rowValues() {
      return List.of("secret-of-a-row");
    }
  }

  @Test
  void a_correct_one_passes() {
    planted = Optional.empty();

    KitRun.of(Adapter.class).assertPassed();
  }

  @ParameterizedTest
  @EnumSource
  void a_flaw_is_caught(Flaw flaw) {
    planted = Optional.of(flaw);

    KitRun.of(Adapter.class).assertCaughtBy(flaw.caughtBy);
  }

  @Test
  void each_test_of_the_kit_is_seen_to_fail() {
    KitRun.assertSeenToFail(
        DriftDetectorKit.class, Arrays.stream(Flaw.values()).map(flaw -> flaw.caughtBy));
  }
}
