package dev.weirkeeper.testkit;

import dev.weirkeeper.Decision;
import dev.weirkeeper.Incident;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Situation;
import dev.weirkeeper.spi.Detection;
import dev.weirkeeper.spi.DriftDetector;
import dev.weirkeeper.spi.HealingPolicy;
import dev.weirkeeper.spi.Plugin;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PluginKitTest {
  /** A way to break a plugin, and the tests that must see it. */
  enum Flaw {
    ID_WITH_CAPITALS("the_id_is_kebab_case_and_stays"),
    BRINGS_NOTHING("it_brings_something_and_the_same_each_time"),
    BRINGS_MORE_EACH_TIME("it_brings_something_and_the_same_each_time"),
    TWO_DETECTORS_OF_ONE_ID("what_it_brings_has_names_of_its_own"),
    BRINGS_A_POLICY("invariant_3_it_brings_capabilities_and_no_authority"),
    SHOWS_ITS_LIST("what_was_brought_cannot_be_added_to"),
    CANNOT_BE_CLOSED_TWICE("it_may_be_closed_twice"),
    CALLS_ITSELF_ANOTHER_WHEN_FOUND("a_host_finds_it");

    final Set<String> caughtBy;

    Flaw(String... caughtBy) {
      this.caughtBy = Set.of(caughtBy);
    }
  }

  private static Optional<Flaw> planted = Optional.empty();

  private static boolean has(Flaw flaw) {
    return planted.equals(Optional.of(flaw));
  }

  private static class Watching implements DriftDetector {
    @Override
    public String id() {
      return "test-watch";
    }

    @Override
    public Detection detect(Observation baseline, Observation current) {
      return new Detection(List.of(), current);
    }
  }

  private static final class Deciding extends Watching implements HealingPolicy {
    @Override
    public Decision decide(Incident incident, Situation situation) {
      return new Decision.Abstain("");
    }
  }

  /** Brings one detector. Listed in META-INF/services of these tests. */
  public static final class Listed implements Plugin {
    private final boolean found;
    private final List<DriftDetector> detectors = new ArrayList<>();
    private boolean closed;

    public Listed() {
      this(true);
    }

    Listed(boolean found) {
      this.found = found;
      if (!has(Flaw.BRINGS_NOTHING)) {
        detectors.add(has(Flaw.BRINGS_A_POLICY) ? new Deciding() : new Watching());
      }
      if (has(Flaw.TWO_DETECTORS_OF_ONE_ID)) {
        detectors.add(new Watching());
      }
    }

    @Override
    public String id() {
      if (has(Flaw.CALLS_ITSELF_ANOTHER_WHEN_FOUND) && found) {
        return "somebody-else";
      }
      return has(Flaw.ID_WITH_CAPITALS) ? "TestPlugin" : "test-plugin";
    }

    @Override
    public List<DriftDetector> detectors() {
      if (has(Flaw.BRINGS_MORE_EACH_TIME)) {
        detectors.add(new Watching());
      }
      return has(Flaw.SHOWS_ITS_LIST) ? detectors : List.copyOf(detectors);
    }

    @Override
    public void close() {
      if (closed && has(Flaw.CANNOT_BE_CLOSED_TWICE)) {
        throw new IllegalStateException("closed");
      }
      closed = true;
    }
  }

  static class Adapter extends PluginKit {
    @Override
    protected Plugin plugin() {
      return new Listed(false);
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
        PluginKit.class, Arrays.stream(Flaw.values()).map(flaw -> flaw.caughtBy));
  }
}
