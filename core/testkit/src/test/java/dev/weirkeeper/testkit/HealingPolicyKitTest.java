package dev.weirkeeper.testkit;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Autonomy;
import dev.weirkeeper.Decision;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Incident;
import dev.weirkeeper.Json;
import dev.weirkeeper.Plan;
import dev.weirkeeper.Situation;
import dev.weirkeeper.spi.HealingPolicy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HealingPolicyKitTest {
  /** A way to break a policy, and the tests that must see it. */
  enum Flaw {
    ID_WITH_CAPITALS("the_id_is_kebab_case_and_stays"),
    COUNTS_ITS_CALLS("invariant_9_the_same_incident_in_the_same_situation_has_one_decision"),
    REASON_THAT_CANNOT_BE_WRITTEN("invariant_9_a_decision_reads_back_equal"),
    GIVES_NO_REASON("invariant_10_a_decision_gives_a_reason_and_quotes_no_detail"),
    QUOTES_DETAILS("invariant_10_a_decision_gives_a_reason_and_quotes_no_detail"),
    HEALS_BEYOND_TOLERANCE("invariant_3_nothing_beyond_the_tolerance_is_healed"),
    HEALS_IN_HASTE("invariant_3_nothing_is_healed_faster_than_the_drift_rate_allows"),
    HEALS_AT_NIGHT("invariant_3_nothing_is_healed_in_quiet_hours"),
    HEALS_WITHOUT_ASKING("invariant_3_nothing_is_healed_where_a_person_decides"),
    INVENTS_A_PLAN("no_plan_is_invented"),
    HEALS_WITH_ANY_PLAN("a_plan_that_leads_elsewhere_is_not_carried_out"),
    USES_ANY_TOOL("invariant_4_no_plan_is_carried_out_with_tools_that_are_missing_or_destroy"),
    PAUSES_ANOTHER_TABLE("damage_is_limited_nowhere_but_where_it_is"),
    TRIES_FOR_EVER("after_two_failures_nothing_is_healed"),
    NEVER_HEALS("what_is_within_all_limits_is_healed");

    final Set<String> caughtBy;

    Flaw(String... caughtBy) {
      this.caughtBy = Set.of(caughtBy);
    }
  }

  private static Optional<Flaw> planted = Optional.empty();

  private static boolean has(Flaw flaw) {
    return planted.equals(Optional.of(flaw));
  }

  private static final AtomicInteger CALLS = new AtomicInteger();

  /** Heals what it may, and pauses the table otherwise. */
  static final class Careful implements HealingPolicy {
    @Override
    public String id() {
      return has(Flaw.ID_WITH_CAPITALS) ? "Careful" : "careful";
    }

    @Override
    public Decision decide(Incident incident, Situation situation) {
      String reason = reason(incident);
      Optional<Plan> plan = situation.proposed();
      if (plan.isPresent() && mayHeal(incident, situation, plan.get())) {
        return new Decision.Heal(plan.get(), reason);
      }
      if (has(Flaw.INVENTS_A_PLAN)) {
        Plan invented =
            new Plan(
                incident.asset(), Optional.empty(), Hash.of(new byte[0]), List.of(), Json.empty());
        return new Decision.Propose(invented, reason);
      }
      Asset paused =
          has(Flaw.PAUSES_ANOTHER_TABLE) ? new Asset("shop", "public.all") : incident.asset();
      Json input = Json.of(Map.of("table", paused.name()));
      Action pause = new Action("table_pause", input, paused);
      return new Decision.Contain(List.of(pause), plan, reason);
    }

    private static String reason(Incident incident) {
      if (has(Flaw.GIVES_NO_REASON)) {
        return "";
      }
      if (has(Flaw.COUNTS_ITS_CALLS)) {
        return "call " + CALLS.incrementAndGet();
      }
      if (has(Flaw.REASON_THAT_CANNOT_BE_WRITTEN)) {
        return "half a character: \ud83d";
      }
      return has(Flaw.QUOTES_DETAILS)
          ? "found " + incident.findings().get(0).detail()
          : "found " + incident.findings().size();
    }

    private static boolean mayHeal(Incident incident, Situation situation, Plan plan) {
      return !has(Flaw.NEVER_HEALS)
          && (has(Flaw.HEALS_WITHOUT_ASKING) || situation.autonomy() == Autonomy.HEAL)
          && isTolerated(incident, situation)
          && (has(Flaw.HEALS_WITH_ANY_PLAN)
              || plan.asset().equals(incident.asset())
                  && incident.findings().stream()
                      .allMatch(found -> found.to().equals(Optional.of(plan.to()))))
          && (has(Flaw.USES_ANY_TOOL)
              || plan.steps().stream().allMatch(step -> isThere(situation, step.action().tool())))
          && (has(Flaw.TRIES_FOR_EVER)
              || situation.recent().stream().filter(act -> !act.startsWith("Done ")).count() < 2);
    }

    private static boolean isTolerated(Incident incident, Situation situation) {
      return situation.exceededBy(incident).stream()
          .allMatch(
              excess ->
                  switch (excess.limit()) {
                    case TOLERANCE, CONSUMER -> has(Flaw.HEALS_BEYOND_TOLERANCE);
                    case RATE -> has(Flaw.HEALS_IN_HASTE);
                    case QUIET_HOURS -> has(Flaw.HEALS_AT_NIGHT);
                  });
    }

    private static boolean isThere(Situation situation, String tool) {
      return situation.tools().stream()
          .anyMatch(spec -> spec.name().equals(tool) && spec.effect() != Effect.DESTRUCTIVE);
    }
  }

  static class Adapter extends HealingPolicyKit {
    @Override
    protected HealingPolicy policy() {
      return new Careful();
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
        HealingPolicyKit.class, Arrays.stream(Flaw.values()).map(flaw -> flaw.caughtBy));
  }
}
