package dev.weirkeeper;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BoundsTest {
  private static final Asset ORDERS = new Asset("shop", "public.orders");
  private static final Asset LINES = new Asset("shop", "public.lines");
  private static final Plan PLAN = plan("planned");

  private static Plan plan(String tool) {
    Action action = new Action(tool, Json.empty(), new Asset("dw", "public.orders"));
    return new Plan(
        ORDERS,
        Optional.empty(),
        Hash.of(Json.empty()),
        List.of(new Plan.Step(action, "", Optional.empty(), "")),
        Json.empty());
  }

  private static Incident incident(Verdict verdict, Flag... flags) {
    return new Incident(
        ORDERS,
        new Position("shop", "1"),
        List.of(
            new Finding(
                "fake",
                ORDERS,
                "column.added",
                "",
                verdict,
                Set.of(flags),
                Json.empty(),
                Optional.empty(),
                Optional.empty())));
  }

  private static Situation situation(Autonomy autonomy, Tolerance tolerance) {
    return new Situation(
        List.of(
            spec("table_pause", Effect.WRITE, Undo.EXACT),
            spec("table_alter", Effect.WRITE, Undo.NONE),
            spec("table_clear", Effect.DESTRUCTIVE, Undo.EXACT)),
        autonomy,
        tolerance,
        Optional.of(PLAN),
        List.of(),
        List.of(),
        Map.of(),
        new TestClock().instant(),
        "test");
  }

  private static ToolSpec spec(String name, Effect effect, Undo undo) {
    return new ToolSpec(
        name, "", Json.empty(), Json.empty(), effect, Repeat.SAFE, undo, Inputs.IDS);
  }

  private static Optional<String> excess(Decision decision, Verdict verdict, Autonomy autonomy) {
    return Bounds.exceededBy(decision, incident(verdict), situation(autonomy, Tolerance.STANDARD));
  }

  private static Decision contain(Asset asset, String tool) {
    return new Decision.Contain(
        List.of(new Action(tool, Json.empty(), asset)), Optional.empty(), "why");
  }

  @ParameterizedTest
  @EnumSource(Autonomy.class)
  void healing_takes_the_autonomy_to_heal(Autonomy autonomy) {
    assertThat(excess(new Decision.Heal(PLAN, "why"), Verdict.ADDITIVE, autonomy).isEmpty())
        .isEqualTo(autonomy == Autonomy.HEAL);
  }

  @Test
  void healing_keeps_within_the_tolerance() {
    Decision heal = new Decision.Heal(PLAN, "why");

    assertThat(excess(heal, Verdict.COMPATIBLE, Autonomy.HEAL)).isEmpty();
    assertThat(excess(heal, Verdict.BREAKING, Autonomy.HEAL).orElseThrow())
        .contains("1 findings are beyond the tolerance");
  }

  @Test
  void healing_does_not_touch_a_kind_that_is_always_asked_about() {
    Tolerance asks = new Tolerance(Verdict.BREAKING, Set.of("column."), Tolerance.Truncation.PAUSE);

    for (Decision decision : List.of(new Decision.Heal(PLAN, "why"), new Decision.Dismiss("why"))) {
      assertThat(
              Bounds.exceededBy(decision, incident(Verdict.NOOP), situation(Autonomy.HEAL, asks)))
          .as(decision.toString())
          .isPresent();
    }
  }

  @Test
  void a_plan_is_the_planner_s() {
    Plan invented = plan("invented");

    assertThat(excess(new Decision.Heal(invented, "why"), Verdict.ADDITIVE, Autonomy.HEAL))
        .contains("the plan is not the planner's");
    assertThat(excess(new Decision.Propose(invented, "why"), Verdict.BREAKING, Autonomy.PROPOSE))
        .isPresent();
    assertThat(
            excess(
                new Decision.Contain(List.of(), Optional.of(invented), "why"),
                Verdict.BREAKING,
                Autonomy.PROPOSE))
        .isPresent();
    assertThat(excess(new Decision.Propose(PLAN, "why"), Verdict.BREAKING, Autonomy.PROPOSE))
        .isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Verdict.class)
  void what_touches_rows_is_not_dismissed_beyond_autonomy_and_tolerance(Verdict verdict) {
    Decision dismiss = new Decision.Dismiss("why");

    assertThat(excess(dismiss, verdict, Autonomy.OBSERVE).isEmpty())
        .isEqualTo(!verdict.worseThan(Verdict.METADATA));
    assertThat(excess(dismiss, verdict, Autonomy.HEAL).isEmpty())
        .isEqualTo(!verdict.worseThan(Tolerance.STANDARD.apply()));
  }

  @Test
  void stored_values_that_changed_are_never_dismissed() {
    assertThat(
            Bounds.exceededBy(
                new Decision.Dismiss("why"),
                incident(Verdict.NOOP, Flag.RESYNC),
                situation(Autonomy.HEAL, Tolerance.STANDARD)))
        .isPresent();
  }

  @ParameterizedTest
  @EnumSource(Autonomy.class)
  void damage_is_contained_where_it_is_by_what_can_be_taken_back(Autonomy autonomy) {
    assertThat(excess(contain(ORDERS, "table_pause"), Verdict.BREAKING, autonomy)).isEmpty();
    assertThat(excess(contain(LINES, "table_pause"), Verdict.BREAKING, autonomy).orElseThrow())
        .contains("nowhere else");
    for (String tool : List.of("table_alter", "table_clear")) {
      assertThat(excess(contain(ORDERS, tool), Verdict.BREAKING, autonomy).orElseThrow())
          .contains("taken back exactly");
    }
  }

  @Test
  void abstaining_exceeds_nothing() {
    assertThat(excess(new Decision.Abstain("why"), Verdict.BREAKING, Autonomy.OBSERVE)).isEmpty();
  }
}
