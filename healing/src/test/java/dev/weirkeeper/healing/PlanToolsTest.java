package dev.weirkeeper.healing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Migrated;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.PipelineView;
import dev.weirkeeper.Plan;
import dev.weirkeeper.Probe;
import dev.weirkeeper.TableState;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlanToolsTest {
  private final PausedOrders scene = new PausedOrders();
  private final PlanTools tools = new PlanTools("shop", scene.book, scene.mailbox);

  private PlanTools.Proposed propose() {
    return Calls.answer(
        tools,
        PlanTools.PROPOSE,
        new PlanTools.ProposePlan("public.orders"),
        PlanTools.Proposed.class);
  }

  private static PlanTools.ShowPlan ofTable() {
    return new PlanTools.ShowPlan(Optional.of("public.orders"), Optional.empty());
  }

  @Test
  void the_plan_that_waits_is_shown_with_what_each_step_needs() {
    scene.running();

    PlanTools.Shown shown = Calls.answer(tools, PlanTools.SHOW, ofTable(), PlanTools.Shown.class);
    assertThat(shown.remarks()).singleElement().asString().startsWith("PRIVILEGE_EXPOSURE");

    assertThat(shown.plan()).isEqualTo(scene.plan.id());
    assertThat(shown.waits()).isEqualTo(IncidentTools.Waits.WAITS);
    assertThat(shown.steps()).hasSize(1);
    assertThat(shown.steps().get(0).on()).isEqualTo("lake:public.orders");
    assertThat(shown.steps().get(0).need().orElseThrow().leave())
        .isEqualTo(PipelineView.Leave.GRANTED);
  }

  @Test
  void a_proposal_gives_exact_arguments_that_the_tools_take() {
    scene.proposed();
    scene.running();

    PlanTools.Proposed proposed = propose();

    assertThat(proposed.compared()).isEqualTo(PlanTools.Compared.SAME);
    PlanTools.Call apply = proposed.apply().orElseThrow();
    assertThat(apply.tool()).isEqualTo(PipelineTools.APPLY);
    assertThat(apply.input().as(PipelineTools.Apply.class))
        .isEqualTo(new PipelineTools.Apply("public.orders", scene.plan.id()));
    PlanTools.Call request = proposed.request().orElseThrow();
    assertThat(request.tool()).isEqualTo("approval_request");
    assertThat(request.input().text())
        .contains("\"tool\":\"plan_apply\"")
        .contains("\"input\":" + apply.input().text())
        .contains("\"reason\":\"Plan " + scene.plan.id().brief());
  }

  @Test
  void a_plan_that_became_another_is_said_to_differ() {
    scene.proposed();
    Plan newer = PausedOrders.plan(PausedOrders.relation(PausedOrders.ORDERS, "id", "more"));
    scene.running(TableState.Mode.PAUSED, new Probe.Value<>(newer));

    PlanTools.Proposed proposed = propose();

    assertThat(proposed.compared()).isEqualTo(PlanTools.Compared.DIFFERS);
    assertThat(proposed.before()).contains(scene.plan.id());
    PlanTools.Shown old =
        Calls.answer(
            tools,
            PlanTools.SHOW,
            new PlanTools.ShowPlan(Optional.empty(), Optional.of(scene.plan.id())),
            PlanTools.Shown.class);
    assertThat(old.waits()).isEqualTo(IncidentTools.Waits.NOT_ANY_MORE);
    assertThat(old.steps().get(0).need()).isEmpty();
  }

  @Test
  void invariant_8_a_plan_that_could_not_be_made_is_not_said_to_be_none() {
    scene.running(TableState.Mode.PAUSED, new Probe.Unknown<>("the planner failed"));

    assertThat(Calls.refusal(tools, PlanTools.SHOW, ofTable())).contains("is not known");
    assertThat(Calls.refusal(tools, PlanTools.PROPOSE, new PlanTools.ProposePlan("public.orders")))
        .contains("is not known");
  }

  @Test
  void invariant_8_without_a_pipeline_nobody_knows_whether_a_plan_waits() {
    scene.proposed();

    assertThat(Calls.refusal(tools, PlanTools.SHOW, ofTable())).contains("nobody knows");
    PlanTools.Shown old =
        Calls.answer(
            tools,
            PlanTools.SHOW,
            new PlanTools.ShowPlan(Optional.empty(), Optional.of(scene.plan.id())),
            PlanTools.Shown.class);
    assertThat(old.waits()).isEqualTo(IncidentTools.Waits.UNKNOWN);
  }

  @Test
  void a_plan_is_not_shown_under_the_name_of_another_table() {
    scene.proposed();
    scene.running();

    assertThat(
            Calls.refusal(
                tools,
                PlanTools.SHOW,
                new PlanTools.ShowPlan(Optional.of("public.lines"), Optional.of(scene.plan.id()))))
        .contains("is known here");
  }

  @Test
  void what_a_planner_quotes_is_marked_as_text_from_outside() {
    scene.running();

    Outcome outcome = Calls.of(tools, PlanTools.SHOW, ofTable());

    assertThat(Json.of(((Outcome.Done) outcome).result()).text())
        .contains("\"proof\":{\"is\":\"outside\"")
        .contains("\"precondition\":{\"is\":\"outside\"");
  }

  @Test
  void whoever_approves_sees_the_newest_rehearsal_of_the_plan() {
    scene.proposed();
    scene.running();
    assertThat(propose().plan().rehearsal()).isEmpty();
    assertThat(propose().request().orElseThrow().input().text()).contains("it was not rehearsed");

    Hash good = rehearsed("{\"standing\":\"PROVEN\"}", scene.plan.id());
    assertThat(propose().apply().orElseThrow().input().as(PipelineTools.Apply.class).proof())
        .contains(good);
    assertThat(propose().request().orElseThrow().input().text())
        .contains("\"proof\":\"" + good.hex() + "\"", "its rehearsal came to PROVEN");
    rehearsed("{\"standing\":\"EXCEEDED\"}", scene.plan.id());
    rehearsed("{\"standing\":\"PROVEN\"}", PausedOrders.BEFORE.version());

    PlanTools.RehearsalView shown = propose().plan().rehearsal().orElseThrow();
    assertThat(shown.standing().text()).isEqualTo("EXCEEDED");
    assertThat(propose().apply().orElseThrow().input().as(PipelineTools.Apply.class).proof())
        .isEmpty();
    assertThat(shown.proof()).isEqualTo(Hash.of(Json.parse("{\"standing\":\"EXCEEDED\"}")));
    assertThat(Calls.answer(tools, PlanTools.SHOW, ofTable(), PlanTools.Shown.class).rehearsal())
        .contains(shown);
  }

  @Test
  void a_proof_of_another_form_stands_for_nothing_known() {
    scene.running();
    rehearsed("[]", scene.plan.id());

    assertThat(propose().plan().rehearsal().orElseThrow().standing().text()).isEqualTo("unknown");
  }

  private Hash rehearsed(String proof, Hash plan) {
    Json body = Json.parse(proof);
    scene.write(
        Migrated.Rehearsed.KIND,
        "tool:plan_rehearse",
        PausedOrders.ORDERS,
        new Migrated.Rehearsed(plan, Hash.of(body), body),
        plan);
    return Hash.of(body);
  }
}
