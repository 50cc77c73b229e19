package dev.weirkeeper.otel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;

import dev.weirkeeper.Act;
import dev.weirkeeper.Action;
import dev.weirkeeper.Approval;
import dev.weirkeeper.Asset;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Budget;
import dev.weirkeeper.Budgets;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Domain;
import dev.weirkeeper.Domains;
import dev.weirkeeper.DoorMemory;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Grant;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Json;
import dev.weirkeeper.KillSwitch;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Receipt;
import dev.weirkeeper.RemoteCall;
import dev.weirkeeper.Repeat;
import dev.weirkeeper.ToolSpec;
import dev.weirkeeper.Toolbox;
import dev.weirkeeper.Undo;
import dev.weirkeeper.spi.CallObserver.Observed;
import dev.weirkeeper.spi.Guard;
import dev.weirkeeper.spi.Tool;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Telemetry of a real door and its journal. */
class DoorTelemetryTest {
  private static final Asset ORDERS = new Asset("shop", "public.orders");
  private static final Caller ANA = new Caller("ana", Caller.Kind.HOST);
  private static final Caller CLAUDE = new Caller("claude", Caller.Kind.AGENT);
  private static final Caller POLICY = new Caller("playbook", Caller.Kind.POLICY);
  private static final String PLANTED = "pat.doe@example.org";

  private record Input(String id) {}

  private record Result(String done) {}

  private final Recorded recorded = new Recorded();
  private final Telemetry telemetry = new Telemetry(recorded.sdk, Spans.OWN, recorded.clock);
  private final KillSwitch killSwitch = KillSwitch.inProcess();
  private final List<Guard> guards = new ArrayList<>();
  private Effect limit = Effect.DESTRUCTIVE;
  private Budgets budgets = Budgets.STANDARD;
  private Outcome answer = done();
  private Tool.Fingerprint<Input> fingerprint = (input, call) -> "as ever";
  private final DoorMemory memory = DoorMemory.inProcess();

  private static Outcome done() {
    return new Outcome.Done(Json.of(new Result("ok")), Outcome.Verification.NOT_NEEDED);
  }

  private Toolbox door() {
    Toolbox.Builder door =
        Toolbox.builder()
            .journal(new Journal(recorded, recorded.clock, telemetry))
            .clock(recorded.clock)
            .killSwitch(killSwitch)
            .memory(memory)
            .limit(limit)
            .budgets(budgets)
            .domains(Domains.of(Domain.named("shop").owning("shop:public.*").approvedBy("ana")))
            .grant(Grant.to("claude", Effect.READ))
            .grant("playbook", Effect.WRITE)
            .tools(
                () ->
                    List.of(
                        Tool.read(
                            "item_read",
                            "Reads.",
                            Input.class,
                            Result.class,
                            (input, call) -> answer),
                        Tool.write(
                                "item_write",
                                "Writes.",
                                Input.class,
                                Result.class,
                                Repeat.ONCE,
                                Undo.EXACT,
                                (input, call) -> {
                                  recorded.clock.forward(2);
                                  return answer;
                                })
                            .takingIds()
                            .observing((input, call) -> fingerprint.read(input, call))
                            .verifying(
                                (input, call) -> {
                                  recorded.clock.forward(3);
                                  return Optional.empty();
                                })));
    guards.forEach(door::guard);
    Toolbox built = door.build();
    telemetry.watch(built);
    return built;
  }

  private static Action on(String tool) {
    return new Action(tool, Json.of(new Input("i-1")), ORDERS);
  }

  @Test
  void an_act_of_a_call_is_a_span_within_that_of_the_call() {
    Toolbox door = door();
    Observed call = telemetry.begin(remote(Map.of()));

    door.perform(CLAUDE, on("item_read"), List.of());
    call.end(Optional.empty());

    SpanData act = recorded.span("weirkeeper.act");
    SpanData outer = recorded.span("tools/call item_read");
    assertThat(act.getParentSpanId()).isEqualTo(outer.getSpanId());
    assertThat(act.getTraceId()).isEqualTo(outer.getTraceId());
    Act.Started started = recorded.log().get(0).body().as(Act.Started.class);
    assertThat(Recorded.plain(act.getAttributes()))
        .containsOnly(
            entry("gen_ai.tool.name", "item_read"),
            entry("weirkeeper.act.id", started.action().hex()),
            entry("weirkeeper.act.effect", "read"),
            entry("weirkeeper.act.outcome", "done"),
            entry("weirkeeper.asset", "shop:public.orders"),
            entry("weirkeeper.audit.index", 0L),
            entry("weirkeeper.caller.kind", "agent"));
    EventData evaluated = act.getEvents().get(0);
    assertThat(evaluated.getName()).isEqualTo("weirkeeper.policy.evaluate");
    assertThat(Recorded.plain(evaluated.getAttributes()))
        .containsOnly(
            entry("weirkeeper.policy.verdict", "granted"),
            entry("weirkeeper.policy.digest", started.policy().hex()));
    assertThat(Recorded.text(outer, "weirkeeper.act.outcome")).isEqualTo("done");
  }

  @Test
  void an_act_takes_as_long_as_its_records_say() {
    door().perform(POLICY, on("item_write"), List.of());

    SpanData act = recorded.span("weirkeeper.act");
    assertThat(Duration.ofNanos(act.getEndEpochNanos() - act.getStartEpochNanos()))
        .isEqualTo(Duration.ofSeconds(5));
    assertThat(recorded.seconds("weirkeeper.act.duration", "gen_ai.tool.name"))
        .containsOnly(entry("item_write", 5.0));
    assertThat(recorded.measured().get("weirkeeper.act.duration").getUnit()).isEqualTo("s");
    assertThat(recorded.histogram("weirkeeper.decision.stage.duration")).isEmpty();
  }

  @Test
  void what_the_door_refuses_is_told_apart_from_what_breaks() {
    Toolbox door = door();
    Observed refused = telemetry.begin(remote(Map.of()));
    door.perform(CLAUDE, on("item_write"), List.of());
    refused.end(Optional.of("tool_error"));
    answer = new Outcome.Failed("no");
    Observed broken = telemetry.begin(remote(Map.of()));
    door.perform(CLAUDE, on("item_read"), List.of());
    broken.end(Optional.of("tool_error"));

    assertThat(recorded.seconds("mcp.server.operation.duration", "weirkeeper.act.outcome"))
        .containsOnlyKeys("refused", "failed");
    assertThat(recorded.spans("weirkeeper.act"))
        .extracting(
            span -> Recorded.text(span, "weirkeeper.act.outcome"),
            span -> span.getStatus().getStatusCode())
        .containsExactly(tuple("refused", StatusCode.UNSET), tuple("failed", StatusCode.ERROR));
  }

  @Test
  void the_wait_for_a_person_is_a_stage_of_its_own() {
    Toolbox door = door();
    Approval.Request request = ask(door);
    recorded.clock.forward(600);
    door.approvals().approve(ANA, request.id());
    recorded.clock.forward(60);

    Outcome outcome = door.perform(CLAUDE, on("item_write"), List.of());

    assertThat(outcome.isDone()).isTrue();
    assertThat(recorded.seconds("weirkeeper.decision.stage.duration", "weirkeeper.decision.stage"))
        .containsOnly(
            entry("approval", 600.0),
            entry("authorize", 60.0),
            entry("act", 2.0),
            entry("verify", 3.0));
    var latency = recorded.histogram("weirkeeper.decision.latency").iterator().next();
    assertThat(latency.getSum()).isEqualTo(65);
    assertThat(latency.getBoundaries())
        .containsExactly(
            0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0,
            7200.0);
    assertThat(Recorded.plain(latency.getAttributes()))
        .containsOnly(
            entry("weirkeeper.decision.trigger", "request"),
            entry("weirkeeper.decision.action", "propose"),
            entry("weirkeeper.decision.outcome", "executed"));
    SpanData act = recorded.spans("weirkeeper.act").get(0);
    assertThat(Recorded.text(act, "weirkeeper.decision.id")).isEqualTo(request.id().hex());
    assertThat(Recorded.plain(act.getEvents().get(0).getAttributes()))
        .containsEntry("weirkeeper.policy.verdict", "approved");
  }

  @Test
  void a_person_who_says_no_has_waited_too() {
    Toolbox door = door();
    Approval.Request request = ask(door);
    recorded.clock.forward(30);

    door.approvals().deny(ANA, request.id());

    var stage = recorded.histogram("weirkeeper.decision.stage.duration").iterator().next();
    assertThat(stage.getSum()).isEqualTo(30);
    assertThat(Recorded.plain(stage.getAttributes()))
        .contains(
            entry("weirkeeper.decision.stage", "approval"),
            entry("weirkeeper.decision.outcome", "denied"));
  }

  private static Approval.Request ask(Toolbox door) {
    Outcome asked = door.request(CLAUDE, on("item_write"), PLANTED, Duration.ofHours(1), List.of());
    return ((Outcome.Done) asked).result().as(Approval.Request.class);
  }

  @Test
  void refusals_are_counted_by_few_reasons() {
    door().perform(CLAUDE, on("no_such_" + PLANTED), List.of());
    door()
        .perform(CLAUDE, new Action("item_read", Json.of(Map.of("x", PLANTED)), ORDERS), List.of());
    door().perform(new Caller("nobody", Caller.Kind.AGENT), on("item_read"), List.of());
    door().perform(CLAUDE, on("item_write"), List.of());
    door().request(POLICY, on("item_write"), "please", Duration.ofHours(1), List.of());
    limit = Effect.READ;
    door().perform(POLICY, on("item_write"), List.of());
    limit = Effect.DESTRUCTIVE;
    fingerprint =
        (input, call) -> {
          throw new IllegalStateException(PLANTED);
        };
    door().perform(POLICY, on("item_write"), List.of());
    fingerprint = (input, call) -> "as ever";
    budgets = Budgets.STANDARD.with(Budget.of("items", "item_write").acts(0));
    door().perform(POLICY, on("item_write"), List.of());
    budgets = Budgets.STANDARD;
    answer = new Outcome.Unknown(PLANTED);
    door().perform(POLICY, on("item_write"), List.of());
    door().perform(POLICY, on("item_write"), List.of());
    door().perform(POLICY, new Action("item_write", Json.of(new Input("i-2")), ORDERS), List.of());
    door().perform(POLICY, new Action("item_write", Json.of(new Input("i-3")), ORDERS), List.of());
    guards.add(
        new Guard() {
          @Override
          public String id() {
            return "curfew";
          }

          @Override
          public Optional<String> objection(
              Caller caller, ToolSpec tool, Action action, Instant now) {
            return Optional.of(PLANTED);
          }
        });
    door().perform(CLAUDE, on("item_read"), List.of());
    killSwitch.stop(PLANTED);
    door().perform(CLAUDE, on("item_read"), List.of());

    Map<String, Long> byReason =
        recorded.measured().get("weirkeeper.refusals").getLongSumData().getPoints().stream()
            .collect(
                Collectors.groupingBy(
                    point -> String.valueOf(point.getAttributes().get(Names.REFUSAL_REASON)),
                    Collectors.summingLong(point -> point.getValue())));
    assertThat(byReason)
        .containsOnly(
            entry("unknown_tool", 1L),
            entry("invalid_input", 1L),
            entry("grant", 1L),
            entry("approval", 2L),
            entry("limit", 1L),
            entry("state", 1L),
            entry("budget", 1L),
            entry("unsettled", 1L),
            entry("frozen", 1L),
            entry("guard", 1L),
            entry("stopped", 1L));
    assertThat(recorded.everything()).doesNotContain(PLANTED, "pat.doe");
  }

  @Test
  void what_is_frozen_or_unsettled_is_measured_when_somebody_asks() {
    Toolbox door = door();
    assertThat(recorded.counts("weirkeeper.acts.unsettled")).containsOnly(entry("", 0L));
    answer = new Outcome.Unknown("?");
    door.perform(POLICY, on("item_write"), List.of());
    door.perform(POLICY, new Action("item_write", Json.of(new Input("i-2")), ORDERS), List.of());

    assertThat(recorded.counts("weirkeeper.acts.unsettled")).containsOnly(entry("", 2L));
    assertThat(recorded.counts("weirkeeper.frozen")).isEqualTo(ones(door.frozen().keySet()));
    assertThat(door.frozen()).isNotEmpty();

    door.frozen().keySet().forEach(what -> door.thaw(ANA, what));

    assertThat(recorded.counts("weirkeeper.frozen")).isEmpty();
    telemetry.close();
    assertThat(recorded.counts("weirkeeper.acts.unsettled")).isEmpty();
  }

  private static Map<String, Long> ones(Set<String> names) {
    return names.stream().collect(Collectors.toMap(name -> name, name -> 1L));
  }

  @Test
  void invariant_10_nothing_that_is_said_of_values_is_told() {
    Toolbox door = door();
    Observed call = telemetry.begin(remote(Map.of()));
    answer = new Outcome.Done(Json.of(new Result(PLANTED)), Outcome.Verification.NOT_NEEDED);
    Action planted = new Action("item_read", Json.of(new Input(PLANTED)), ORDERS);
    door.perform(CLAUDE, planted, List.of());
    answer = new Outcome.Failed("password=hunter2 " + PLANTED);
    door.perform(CLAUDE, planted, List.of());
    answer = new Outcome.Unknown("password=hunter2 " + PLANTED);
    door.perform(POLICY, new Action("item_write", Json.of(new Input(PLANTED)), ORDERS), List.of());
    ask(door);
    call.end(Optional.of("tool_error"));

    assertThat(recorded.spans()).hasSize(4);
    assertThat(recorded.everything()).doesNotContain(PLANTED, "pat.doe", "hunter2");
  }

  @Test
  void what_was_written_before_is_history() {
    Journal earlier = new Journal(recorded, recorded.clock);
    Toolbox door =
        Toolbox.builder()
            .journal(earlier)
            .clock(recorded.clock)
            .grant("playbook", Effect.READ)
            .tools(
                () ->
                    List.of(
                        Tool.read(
                            "item_read",
                            "Reads.",
                            Input.class,
                            Result.class,
                            (in, call) -> done())))
            .build();
    door.perform(POLICY, on("item_read"), List.of());
    recorded.clock.forward(1);
    Telemetry late = new Telemetry(recorded.sdk, Spans.OWN, recorded.clock);

    for (AuditRecord record : recorded.log()) {
      late.written(record, new Receipt(0, record.id()));
    }

    assertThat(recorded.spans()).isEmpty();
    assertThat(recorded.histogram("weirkeeper.act.duration")).isEmpty();
  }

  @Test
  void the_halves_of_an_act_may_come_in_any_order_and_many_at_once() throws Exception {
    List<Future<?>> all = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      Toolbox door = door();
      for (int i = 0; i < 8; i++) {
        String thread = i + "-";
        all.add(
            threads.submit(
                () -> {
                  for (int j = 0; j < 200; j++) {
                    Observed call = telemetry.begin(remote(Map.of()));
                    Json input = Json.of(new Input(thread + j));
                    door.perform(CLAUDE, new Action("item_read", input, ORDERS), List.of());
                    call.end(Optional.empty());
                  }
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    } finally {
      threads.shutdown();
    }

    Set<String> calls = new HashSet<>();
    recorded.spans("tools/call item_read").forEach(span -> calls.add(span.getSpanId()));
    Set<String> parents = new HashSet<>();
    recorded.spans("weirkeeper.act").forEach(span -> parents.add(span.getParentSpanId()));
    assertThat(calls).hasSize(1600);
    assertThat(parents).isEqualTo(calls);

    AuditRecord started = recorded.log().get(0);
    AuditRecord finished =
        recorded.log().stream()
            .filter(record -> record.causes().contains(started.id()))
            .findFirst()
            .orElseThrow();
    Recorded turned = new Recorded();
    Telemetry other = new Telemetry(turned.sdk, Spans.OWN, turned.clock);
    other.written(finished, new Receipt(1, finished.id()));
    other.written(started, new Receipt(0, started.id()));
    assertThat(Recorded.text(turned.span("weirkeeper.act"), "weirkeeper.act.outcome"))
        .isEqualTo("done");
  }

  @Test
  void acts_that_never_end_do_not_fill_the_memory() {
    Journal journal = new Journal(recorded, recorded.clock, telemetry);
    Act.Started started =
        new Act.Started(
            Hash.of(Json.of("act")),
            "item_read",
            Hash.of(Json.empty()),
            Json.empty(),
            CLAUDE,
            Optional.empty(),
            Hash.of(Json.empty()),
            Hash.of(Json.empty()),
            Optional.empty(),
            Optional.empty());
    for (int i = 0; i < 5000; i++) {
      journal.write(
          Act.Started.KIND,
          "agent:claude",
          Optional.of(ORDERS),
          started,
          List.of(Hash.of(Json.of(i))));
    }

    assertThat(recorded.counts("weirkeeper.telemetry.forgotten")).containsOnly(entry("act", 904L));
    assertThat(recorded.spans("weirkeeper.act")).hasSize(904);
  }

  @Test
  void an_act_is_linked_to_the_act_that_led_to_it() {
    Toolbox door = door();
    door.perform(CLAUDE, on("item_read"), List.of());

    door.perform(POLICY, on("item_write"), List.of(recorded.log().get(0).id()));

    List<SpanData> acts = recorded.spans("weirkeeper.act");
    assertThat(acts.get(1).getLinks())
        .extracting(LinkData::getSpanContext)
        .containsExactly(acts.get(0).getSpanContext());
  }

  @Test
  void a_pipeline_of_spans_that_breaks_reaches_nobody() {
    Recorded broken = new Recorded(new Breaking());
    Telemetry told = new Telemetry(broken.sdk, Spans.OWN, broken.clock);
    Toolbox door =
        Toolbox.builder()
            .journal(new Journal(broken, broken.clock, told))
            .clock(broken.clock)
            .grant("playbook", Effect.READ)
            .tools(
                () ->
                    List.of(
                        Tool.read(
                            "item_read",
                            "Reads.",
                            Input.class,
                            Result.class,
                            (in, call) -> done())))
            .build();

    Outcome outcome = door.perform(POLICY, on("item_read"), List.of());

    assertThat(outcome).isEqualTo(done());
    assertThat(broken.log())
        .extracting(AuditRecord::kind)
        .containsExactly("act.started", "act.finished");
    assertThat(Context.current()).isSameAs(Context.root());
  }

  private static final class Breaking implements SpanProcessor {
    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
      throw new IllegalStateException("the exporter is not there");
    }

    @Override
    public boolean isStartRequired() {
      return true;
    }

    @Override
    public void onEnd(ReadableSpan span) {
      throw new IllegalStateException("the exporter is not there");
    }

    @Override
    public boolean isEndRequired() {
      return true;
    }
  }

  private static RemoteCall remote(Map<String, String> trace) {
    return new RemoteCall(
        "tools/call",
        Optional.of("item_read"),
        Optional.of("1"),
        Optional.empty(),
        Optional.empty(),
        RemoteCall.Transport.PIPE,
        Optional.of(CLAUDE),
        trace);
  }
}
