package dev.weirkeeper.otel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.weirkeeper.Act;
import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Autonomy;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Decided;
import dev.weirkeeper.Decision;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Incident;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.PipelineEvent;
import dev.weirkeeper.Plan;
import dev.weirkeeper.Position;
import dev.weirkeeper.Situation;
import dev.weirkeeper.Tolerance;
import dev.weirkeeper.Verdict;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Decisions as the journal tells of them. */
class DecisionsTest {
  private static final Asset ORDERS = new Asset("shop", "public.orders");
  private static final Hash HASH = Hash.of(Json.of("state"));
  private static final Position POSITION = new Position("shop", "0/1");

  private final Recorded recorded = new Recorded();
  private final Telemetry telemetry = new Telemetry(recorded.sdk, Spans.OWN, recorded.clock);
  private final Journal journal = new Journal(recorded, recorded.clock, telemetry);

  @Test
  void a_decision_that_is_carried_out_is_measured_from_its_event_to_its_last_act() {
    Instant committed = recorded.clock.instant();
    recorded.clock.forward(7);
    telemetry.heard(new PipelineEvent.Met(POSITION, committed));
    Situation situation = situation();
    recorded.clock.forward(1);
    Hash decision = decided(new Decision.Heal(plan("one", "two"), "fits"), situation, "a.kind");
    recorded.clock.forward(2);
    act(decision, done(), 10, Optional.of(4L));
    act(decision, done(), 20, Optional.empty());

    SpanData span = recorded.span("weirkeeper.decision");
    assertThat(Recorded.plain(span.getAttributes()))
        .containsOnly(
            entry("weirkeeper.decision.id", decision.hex()),
            entry("weirkeeper.audit.index", 0L),
            entry("weirkeeper.asset", "shop:public.orders"),
            entry("weirkeeper.decision.trigger", "a.kind"),
            entry("weirkeeper.decision.action", "heal"),
            entry("weirkeeper.decision.outcome", "executed"),
            entry("weirkeeper.policy.id", "playbook"));
    assertThat(span.getEvents().get(0).getName()).isEqualTo("weirkeeper.policy.evaluate");
    assertThat(Recorded.plain(span.getEvents().get(0).getAttributes()))
        .containsOnly(
            entry("weirkeeper.policy.verdict", "heal"),
            entry("weirkeeper.policy.id", "playbook"),
            entry("weirkeeper.incident.verdict", "additive"));
    SpanData anomaly = recorded.span("weirkeeper.anomaly");
    assertThat(span.getParentSpanContext().isValid()).isFalse();
    assertThat(span.getTraceId()).isNotEqualTo(anomaly.getTraceId());
    assertThat(span.getLinks())
        .extracting(LinkData::getSpanContext)
        .containsExactly(anomaly.getSpanContext());
    assertThat(recorded.spans("weirkeeper.act"))
        .hasSize(2)
        .allSatisfy(
            act -> {
              assertThat(act.getParentSpanId()).isEqualTo(span.getSpanId());
              assertThat(Recorded.text(act, "weirkeeper.decision.id")).isEqualTo(decision.hex());
            });
    HistogramPointData latency = latency();
    assertThat(latency.getSum()).isEqualTo(7 + 1 + 2 + 10 + 20);
    assertThat(Recorded.plain(latency.getAttributes()))
        .containsOnly(
            entry("weirkeeper.decision.trigger", "a.kind"),
            entry("weirkeeper.decision.action", "heal"),
            entry("weirkeeper.decision.outcome", "executed"),
            entry("weirkeeper.policy.id", "playbook"));
    assertThat(stages())
        .containsOnly(
            entry("detect", 7.0),
            entry("diagnose", 1.0),
            entry("authorize", 2.0),
            entry("act", 26.0),
            entry("verify", 4.0));
  }

  @Test
  void the_first_step_that_fails_ends_a_decision() {
    Hash decision = decided(new Decision.Heal(plan("one", "two"), "fits"));

    act(decision, new Outcome.Failed("no"), 5, Optional.empty());

    assertThat(Recorded.plain(latency().getAttributes()))
        .contains(entry("weirkeeper.decision.outcome", "failed"), entry("error.type", "failed"));
    SpanData span = recorded.span("weirkeeper.decision");
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
  }

  @Test
  void what_the_door_refuses_is_denied_and_no_error() {
    Hash decision = decided(new Decision.Heal(plan("one"), "fits"));

    journal.write(
        Act.Refused.KIND,
        "policy:pipeline",
        Optional.of(ORDERS),
        new Act.Refused("one", HASH, caller(), "All acts are stopped: fire"),
        List.of(decision));

    assertThat(Recorded.plain(latency().getAttributes()))
        .containsEntry("weirkeeper.decision.outcome", "denied")
        .doesNotContainKey("error.type");
    SpanData refused = recorded.span("weirkeeper.act");
    assertThat(refused.getParentSpanId())
        .isEqualTo(recorded.span("weirkeeper.decision").getSpanId());
  }

  @Test
  void what_the_host_holds_back_is_denied_and_what_it_makes_of_it_is_linked() {
    Hash said = decided(new Decision.Heal(plan("one"), "fits"));

    journal.write(
        Decided.KIND,
        "policy:pipeline",
        Optional.of(ORDERS),
        new Decided(
            incident("a.kind"),
            situation(),
            new Decision.Contain(List.of(), Optional.of(plan("one")), "too far")),
        List.of(said));

    List<SpanData> decisions = recorded.spans("weirkeeper.decision");
    assertThat(decisions)
        .extracting(span -> Recorded.text(span, "weirkeeper.decision.outcome"))
        .containsExactlyInAnyOrder("denied", "escalated");
    SpanData host = decisions.get(1);
    SpanData policy = decisions.get(0);
    assertThat(List.of(host, policy))
        .anySatisfy(span -> assertThat(span.getLinks()).hasSize(2))
        .anySatisfy(span -> assertThat(span.getLinks()).hasSize(1));
    assertThat(recorded.spans("weirkeeper.anomaly")).hasSize(1);
  }

  @Test
  void each_kind_of_decision_without_an_act_has_its_outcome_at_once() {
    decided(new Decision.Dismiss("nothing"));
    decided(new Decision.Abstain("no opinion"));
    decided(new Decision.Propose(plan("one"), "ask"));
    decided(new Decision.Contain(List.of(), Optional.empty(), "stop"));

    assertThat(recorded.histogram("weirkeeper.decision.latency"))
        .extracting(
            point ->
                point.getAttributes().get(Names.ACTION)
                    + " "
                    + point.getAttributes().get(Names.OUTCOME))
        .containsExactlyInAnyOrder(
            "dismiss noop", "abstain escalated", "propose escalated", "contain escalated");
  }

  @Test
  void a_plan_that_somebody_applies_later_is_linked_to_the_decision_that_proposed_it() {
    Plan plan = plan("one");
    Hash decision = decided(new Decision.Propose(plan, "ask"));
    recorded.clock.forward(3600);

    act(plan.id(), done(), 5, Optional.empty());

    SpanData act = recorded.span("weirkeeper.act");
    assertThat(Recorded.text(act, "weirkeeper.decision.id")).isEqualTo(decision.hex());
    assertThat(act.getTraceId()).isEqualTo(recorded.span("weirkeeper.decision").getTraceId());
    assertThat(latency().getCount()).isEqualTo(1);
    assertThat(latency().getSum()).isZero();
  }

  @Test
  void damage_that_was_limited_waits_for_a_person() {
    Action pause = new Action("table_pause", Json.empty(), ORDERS);
    Hash decision = decided(new Decision.Contain(List.of(pause, pause), Optional.empty(), "stop"));
    act(decision, new Outcome.Failed("no"), 1, Optional.empty());
    assertThat(recorded.spans("weirkeeper.decision")).isEmpty();

    act(decision, done(), 1, Optional.empty());

    assertThat(Recorded.text(recorded.span("weirkeeper.decision"), "weirkeeper.decision.outcome"))
        .isEqualTo("failed");
  }

  @Test
  void a_decision_that_nothing_more_is_heard_of_was_left_to_persons() {
    decided(new Decision.Heal(plan("one"), "fits"));
    recorded.clock.forward(100);
    decided(new Decision.Dismiss("nothing"));

    assertThat(recorded.histogram("weirkeeper.decision.latency"))
        .anySatisfy(
            point -> {
              assertThat(point.getAttributes().get(Names.ACTION)).isEqualTo("heal");
              assertThat(point.getAttributes().get(Names.OUTCOME)).isEqualTo("escalated");
              assertThat(point.getSum()).isZero();
            });
  }

  @Test
  void triggers_that_a_plugin_makes_up_end_as_one() {
    for (int i = 0; i < 1000; i++) {
      decided(new Decision.Dismiss("nothing"), situation(), "made.up" + i);
    }

    assertThat(recorded.histogram("weirkeeper.decision.latency")).hasSizeLessThan(210);
    assertThat(recorded.histogram("weirkeeper.decision.latency"))
        .anySatisfy(
            point -> assertThat(point.getAttributes().get(Names.TRIGGER)).isEqualTo("_OTHER"));
  }

  private HistogramPointData latency() {
    List<HistogramPointData> points =
        List.copyOf(recorded.histogram("weirkeeper.decision.latency"));
    assertThat(points).hasSize(1);
    return points.get(0);
  }

  private Map<String, Double> stages() {
    return recorded.seconds("weirkeeper.decision.stage.duration", "weirkeeper.decision.stage");
  }

  private Hash decided(Decision decision) {
    return decided(decision, situation(), "a.kind");
  }

  private Hash decided(Decision decision, Situation situation, String kind) {
    return journal.write(
        Decided.KIND,
        "policy:playbook",
        Optional.of(ORDERS),
        new Decided(incident(kind), situation, decision),
        List.of());
  }

  /** An act that takes so many seconds, the last of which go by while it is read back. */
  private void act(Hash cause, Outcome outcome, long seconds, Optional<Long> verified) {
    Hash started =
        journal.write(
            Act.Started.KIND,
            "policy:pipeline",
            Optional.of(ORDERS),
            new Act.Started(
                HASH,
                "one",
                HASH,
                Json.empty(),
                caller(),
                Optional.empty(),
                HASH,
                HASH,
                Optional.empty(),
                Optional.empty()),
            List.of(cause));
    recorded.clock.forward(seconds - verified.orElse(0L));
    Optional<Instant> answered = verified.map(last -> recorded.clock.instant());
    recorded.clock.forward(verified.orElse(0L));
    journal.write(
        Act.Finished.KIND,
        "policy:pipeline",
        Optional.of(ORDERS),
        new Act.Finished(HASH, "one", outcome, answered),
        List.of(started));
  }

  private static Outcome done() {
    return new Outcome.Done(Json.empty(), Outcome.Verification.NOT_NEEDED);
  }

  private static Caller caller() {
    return new Caller("pipeline", Caller.Kind.POLICY);
  }

  private static Incident incident(String kind) {
    return new Incident(
        ORDERS,
        POSITION,
        List.of(
            new Finding(
                "test",
                ORDERS,
                kind,
                "",
                Verdict.ADDITIVE,
                Set.of(),
                Json.empty(),
                Optional.empty(),
                Optional.of(HASH))));
  }

  private Situation situation() {
    return new Situation(
        List.of(),
        Autonomy.HEAL,
        Tolerance.STANDARD,
        Optional.empty(),
        List.of(),
        List.of(),
        Map.of(),
        recorded.clock.instant(),
        "playbook");
  }

  private static Plan plan(String... tools) {
    return new Plan(
        ORDERS,
        Optional.empty(),
        HASH,
        List.of(tools).stream()
            .map(
                tool ->
                    new Plan.Step(new Action(tool, Json.empty(), ORDERS), "", Optional.empty(), ""))
            .toList(),
        Json.empty());
  }
}
