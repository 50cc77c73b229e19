package dev.weirkeeper;

import dev.weirkeeper.spi.Escalation;
import dev.weirkeeper.spi.Guard;
import dev.weirkeeper.spi.Tool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * A door over a world of items, with tools that do as a test says. {@link #open} builds it anew, as
 * a restart of its host would.
 */
final class TestDoor {
  static final Caller ANA = new Caller("ana", Caller.Kind.HOST);
  static final Caller BEN = new Caller("ben", Caller.Kind.HOST);
  static final Caller EVE = new Caller("eve", Caller.Kind.HOST);
  static final Caller AGENT = new Caller("claude", Caller.Kind.AGENT);
  static final Caller POLICY = new Caller("playbook", Caller.Kind.POLICY);
  static final Asset ORDERS = new Asset("shop", "public.orders");
  static final Asset LINES = new Asset("shop", "public.lines");
  static final Asset GOLD = new Asset("warehouse", "gold.orders");

  static final String READ = "item_read";

  /** WRITE, may be repeated, can be taken back. */
  static final String WRITE = "item_write";

  /** WRITE, must not happen twice. */
  static final String ONCE = "item_once";

  /** WRITE, takes text that its caller words. */
  static final String WORD = "item_word";

  /** DESTRUCTIVE, cannot be taken back, says how many rows. */
  static final String DELETE = "item_delete";

  /** DESTRUCTIVE, does not say how many rows. */
  static final String WIPE = "item_wipe";

  /** WRITE, may be repeated, settled by {@link #STATUS}. */
  static final String START = "item_start";

  static final String STATUS = "item_status";

  record Input(String id) {}

  record Result(String done) {}

  final TestClock clock = new TestClock();
  final MemorySink sink = new MemorySink();
  final KillSwitch killSwitch = KillSwitch.inProcess();
  final List<Alert> alerts = new CopyOnWriteArrayList<>();

  /** The calls that reached a tool, as {@code item_write shop:public.orders}. */
  final List<String> called = new CopyOnWriteArrayList<>();

  final List<Guard> guards = new ArrayList<>();
  DoorMemory memory = DoorMemory.inProcess();
  Grants grants = Grants.of();
  Domains domains = Domains.none();
  Budgets budgets = Budgets.STANDARD;
  Effect limit = Effect.DESTRUCTIVE;
  Escalation escalation = alerts::add;
  Tool.Handler<Input> handler = (input, call) -> done();
  Tool.Fingerprint<Input> fingerprint = (input, call) -> "as ever";
  Probe<Long> rows = new Probe.Value<>(0L);
  Tool.Rows<Input> counting = (input, call) -> rows;
  Outcome settlement = done();
  Supplier<Outcome> settling = () -> settlement;

  static Outcome done() {
    return new Outcome.Done(Json.of(new Result("ok")), Outcome.Verification.NOT_NEEDED);
  }

  static Action on(Asset asset, String tool) {
    return on(asset, tool, "i-1");
  }

  static Action on(Asset asset, String tool, String id) {
    Record input = tool.equals(STATUS) ? new Settlement.Query(id) : new Input(id);
    return new Action(tool, Json.of(input), asset);
  }

  Toolbox open() {
    Toolbox.Builder door =
        Toolbox.builder()
            .journal(new Journal(sink, clock))
            .clock(clock)
            .killSwitch(killSwitch)
            .memory(memory)
            .limit(limit)
            .grants(grants)
            .domains(domains)
            .budgets(budgets)
            .escalation(escalation)
            .deadline(Duration.ofMinutes(5))
            .tools(this::tools);
    guards.forEach(door::guard);
    return door.build();
  }

  ToolSpec spec(String tool) {
    return open().specs().stream()
        .filter(spec -> spec.name().equals(tool))
        .findFirst()
        .orElseThrow();
  }

  Hash id(Action action) {
    return action.id(spec(action.tool()));
  }

  Outcome perform(Caller caller, Action action) {
    return open().perform(caller, action, List.of());
  }

  /** Asks for leave, and answers the id of the request. */
  Hash request(Caller caller, Action action) {
    Outcome outcome = open().request(caller, action, "please", Duration.ofHours(1), List.of());
    if (outcome instanceof Outcome.Done done) {
      return done.result().as(Approval.Request.class).id();
    }
    throw new AssertionError(outcome.toString());
  }

  private List<Tool<?, ?>> tools() {
    return List.of(
        tool(READ, Effect.READ, Repeat.SAFE, Undo.EXACT, Inputs.IDS),
        tool(WRITE, Effect.WRITE, Repeat.SAFE, Undo.EXACT, Inputs.IDS),
        tool(ONCE, Effect.WRITE, Repeat.ONCE, Undo.EXACT, Inputs.IDS),
        tool(WORD, Effect.WRITE, Repeat.SAFE, Undo.EXACT, Inputs.TEXT),
        tool(DELETE, Effect.DESTRUCTIVE, Repeat.SAFE, Undo.NONE, Inputs.IDS)
            .touching((input, call) -> counting.touched(input, call)),
        tool(WIPE, Effect.DESTRUCTIVE, Repeat.SAFE, Undo.NONE, Inputs.IDS),
        tool(START, Effect.WRITE, Repeat.SAFE, Undo.EXACT, Inputs.IDS).settledBy(STATUS),
        Tool.read(
            STATUS,
            "Says what a call came to.",
            Settlement.Query.class,
            Settlement.class,
            (query, call) ->
                new Outcome.Done(
                    Json.of(new Settlement(settling.get())), Outcome.Verification.NOT_NEEDED)));
  }

  private Tool<Input, Result> tool(
      String name, Effect effect, Repeat repeat, Undo undo, Inputs inputs) {
    return Tool.<Input, Result>of(
            new ToolSpec(
                name,
                "For tests.",
                Json.schemaOf(Input.class),
                Json.schemaOf(Result.class),
                effect,
                repeat,
                undo,
                inputs),
            Input.class,
            (input, call) -> {
              called.add(name + " " + call.target());
              return handler.call(input, call);
            })
        .observing((input, call) -> fingerprint.read(input, call));
  }

  /** The reason of a refusal. */
  static Optional<String> refusal(Outcome outcome) {
    return outcome instanceof Outcome.Refused refused
        ? Optional.of(refused.reason())
        : Optional.empty();
  }
}
