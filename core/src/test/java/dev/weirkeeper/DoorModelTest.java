package dev.weirkeeper;

import static dev.weirkeeper.TestDoor.AGENT;
import static dev.weirkeeper.TestDoor.DELETE;
import static dev.weirkeeper.TestDoor.GOLD;
import static dev.weirkeeper.TestDoor.LINES;
import static dev.weirkeeper.TestDoor.ONCE;
import static dev.weirkeeper.TestDoor.ORDERS;
import static dev.weirkeeper.TestDoor.POLICY;
import static dev.weirkeeper.TestDoor.WRITE;
import static dev.weirkeeper.TestDoor.on;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random sequences of grants, approvals, acts, thaws and restarts, held against a model that is
 * written from the documents and shares no code with the door. What the model forbids must not
 * reach a tool, and what it allows must.
 */
class DoorModelTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final List<Asset> ASSETS = List.of(ORDERS, LINES, GOLD);
  private static final List<String> TOOLS = List.of(WRITE, ONCE, DELETE);
  private static final List<Caller> CALLERS = List.of(AGENT, POLICY);
  private static final List<Duration> STEPS =
      List.of(
          Duration.ofNanos(1),
          Duration.ofSeconds(30),
          Duration.ofMinutes(5),
          Duration.ofMinutes(10),
          Duration.ofMinutes(20),
          HOUR,
          Duration.ofHours(25),
          Duration.ofDays(8));
  private static final Budget WRITES =
      Budget.of("writes", WRITE, ONCE).acts(4).tables(2).freezeAfter(3, Duration.ofDays(1));
  private static final Budget DELETES =
      Budget.of("deletes", DELETE)
          .acts(3)
          .rows(10)
          .coolDown(Duration.ofMinutes(7))
          .freezeAfter(2, HOUR);
  private static final Budgets BUDGETS =
      Budgets.STANDARD.with(WRITES).with(DELETES).freezeAllAfter(3, Duration.ofMinutes(10));

  @TempDir Path folder;

  @Test
  void invariant_1_no_sequence_goes_beyond_what_was_allowed_and_none_is_held_back_within_it() {
    Totals totals = new Totals();
    for (long seed = 0; seed < 600; seed++) {
      new Sequence(seed, totals, DoorMemory.inProcess(), Optional.empty()).run(100);
    }

    // The sequences are worth something only if they get somewhere.
    assertThat(totals.let).isGreaterThan(4_000);
    assertThat(totals.byApproval).isGreaterThan(250);
    assertThat(totals.refused.keySet())
        .contains(
            "stranger",
            "approval",
            "unsettled",
            "frozen",
            "frozen all",
            "acts",
            "rows",
            "tables",
            "hot");
  }

  @Test
  void invariant_1_neither_does_one_with_restarts_in_it() throws IOException {
    Totals totals = new Totals();
    for (long seed = 10_000; seed < 10_040; seed++) {
      Path own = folder.resolve("door-" + seed);
      new Sequence(seed, totals, DoorMemory.in(own, 3_000), Optional.of(own)).run(60);
    }

    assertThat(totals.let).isGreaterThan(100);
  }

  private static final class Totals {
    int let;
    int byApproval;
    final Map<String, Integer> refused = new HashMap<>();
  }

  private enum End {
    DONE,
    FAILED,
    UNKNOWN,
    PARTIAL,
    REFUSED,
    PENDING;

    boolean wrong() {
      return this == FAILED || this == UNKNOWN || this == PARTIAL;
    }

    boolean open() {
      return this == UNKNOWN || this == PENDING;
    }
  }

  /** A call that reached its tool, as the model remembers it. */
  private static final class Past {
    final Instant at;
    final Action action;
    final long rows;
    final Optional<Hash> request;
    End end;
    Instant ended;
    boolean forgiven;

    Past(Instant at, Action action, long rows, Optional<Hash> request, End end) {
      this.at = at;
      this.action = action;
      this.rows = rows;
      this.request = request;
      this.end = end;
      this.ended = at;
    }

    boolean of(Budget budget) {
      return DoorModelTest.budget(action.tool()) == budget;
    }

    boolean counts() {
      return end != End.REFUSED;
    }
  }

  /** A request for leave, as the model remembers it. */
  private static final class Asked {
    final Hash id;
    final Action action;
    final Caller caller;
    final String state;
    final String rules;
    final Instant expires;
    final Set<String> yes = new HashSet<>();
    boolean no;

    Asked(Hash id, Action action, Caller caller, String state, String rules, Instant expires) {
      this.id = id;
      this.action = action;
      this.caller = caller;
      this.state = state;
      this.rules = rules;
      this.expires = expires;
    }
  }

  private static Budget budget(String tool) {
    return tool.equals(DELETE) ? DELETES : WRITES;
  }

  private static final class Sequence {
    private final long seed;
    private final Random random;
    private final Totals totals;
    private final Optional<Path> folder;
    private final TestDoor door = new TestDoor();
    private final List<String> story = new ArrayList<>();

    private final Map<Caller, List<Effect>> granted = new HashMap<>();
    private final List<Past> past = new ArrayList<>();
    private final List<Asked> asked = new ArrayList<>();
    private final Map<Asset, Instant> alarms = new HashMap<>();
    private final Set<String> frozen = new HashSet<>();
    private String world = "w0";

    /** In some sequences little goes wrong, in others all. */
    private final int calm;

    Sequence(long seed, Totals totals, DoorMemory memory, Optional<Path> folder) {
      this.seed = seed;
      this.random = new Random(seed);
      this.calm = random.nextInt(5);
      this.totals = totals;
      this.folder = folder;
      door.memory = memory;
      door.budgets = BUDGETS;
      door.domains = Domains.of(Domain.named("all").owning("*").approvedBy("ana", "ben"));
      door.fingerprint = (input, call) -> world;
    }

    void run(int steps) {
      CALLERS.forEach(this::grant);
      try {
        for (int i = 0; i < steps; i++) {
          step();
        }
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + String.join("; ", story), e);
      }
    }

    private <T> T any(List<T> of) {
      return of.get(random.nextInt(of.size()));
    }

    private Action action() {
      return on(any(ASSETS), any(TOOLS), "i-" + random.nextInt(2));
    }

    private Instant now() {
      return door.clock.instant();
    }

    private void step() {
      int chance = random.nextInt(100);
      if (chance < 32) {
        act(any(CALLERS), action());
      } else if (chance < 48) {
        repeatAsked();
      } else if (chance < 60) {
        ask(any(CALLERS), action());
      } else if (chance < 75) {
        vote();
      } else if (chance < 82) {
        story.add("forward");
        door.clock.forward(any(STEPS));
      } else if (chance < 87) {
        grant(any(CALLERS));
      } else if (chance < 90) {
        thaw();
      } else if (chance < 94) {
        settle();
      } else if (chance < 96) {
        world = "w" + random.nextInt(2);
      } else {
        restart();
      }
    }

    private void repeatAsked() {
      if (!asked.isEmpty()) {
        Asked one = random.nextInt(3) > 0 ? asked.get(asked.size() - 1) : any(asked);
        act(one.caller, one.action);
      }
    }

    private void act(Caller caller, Action action) {
      End end = random.nextInt(4) < calm ? End.DONE : any(List.of(End.values()));
      long rows = action.tool().equals(DELETE) ? random.nextInt(6) : 0;
      door.rows = new Probe.Value<>(rows);
      door.handler = (input, call) -> outcome(end);
      Optional<Asked> leave = leave(caller, action);
      Optional<String> against = against(caller, action, rows);
      int before = door.called.size();
      story.add(caller.principal() + " " + action.tool() + " " + action.target() + " " + end);

      Outcome outcome = door.perform(caller, action);

      boolean reached = door.called.size() > before;
      story.add(reached ? "let" : outcome.toString());
      assertThat(reached).as("the model says %s", against).isEqualTo(against.isEmpty());
      if (against.isPresent()) {
        totals.refused.merge(against.get(), 1, Integer::sum);
        return;
      }
      totals.let++;
      totals.byApproval += leave.isPresent() ? 1 : 0;
      Past call = new Past(now(), action, rows, leave.map(request -> request.id), end);
      past.add(call);
      if (end.wrong()) {
        wentWrong(call);
      }
      withinLimits();
    }

    private Outcome outcome(End end) {
      return switch (end) {
        case DONE -> TestDoor.done();
        case FAILED -> new Outcome.Failed("no");
        case UNKNOWN -> new Outcome.Unknown("?");
        case PARTIAL -> new Outcome.Partial(Json.empty(), Json.empty());
        case REFUSED -> new Outcome.Refused("no");
        case PENDING -> new Outcome.Pending("h", now());
      };
    }

    /** Whether the caller's own grants are enough. */
    private boolean carried(Caller caller, Action action) {
      Effect effect = action.tool().equals(DELETE) ? Effect.DESTRUCTIVE : Effect.WRITE;
      return granted.getOrDefault(caller, List.of()).stream()
          .anyMatch(upTo -> upTo.compareTo(effect) >= 0);
    }

    private String rules(Caller caller) {
      // A policy of which nothing is said may READ.
      return granted.getOrDefault(caller, List.of(Effect.READ)).toString();
    }

    /** The approval by which an act would be let through, if it needs one and has it. */
    private Optional<Asked> leave(Caller caller, Action action) {
      if (carried(caller, action)) {
        return Optional.empty();
      }
      Optional<Asked> newest = Optional.empty();
      for (Asked one : asked) {
        if (one.caller.equals(caller) && one.action.equals(action)) {
          newest = Optional.of(one);
        }
      }
      return newest.filter(
          one ->
              status(one).equals("approved")
                  && one.state.equals(world)
                  && one.rules.equals(rules(caller)));
    }

    private String status(Asked one) {
      int needed = one.action.tool().equals(DELETE) ? 2 : 1;
      if (past.stream()
          .anyMatch(call -> call.counts() && call.request.equals(Optional.of(one.id)))) {
        return "used";
      } else if (one.no) {
        return "no";
      } else if (!now().isBefore(one.expires)) {
        return "expired";
      }
      return one.yes.size() >= needed ? "approved" : "open";
    }

    /** Why an act must not reach its tool; empty: it must. */
    private Optional<String> against(Caller caller, Action action, long rows) {
      boolean known = granted.containsKey(caller);
      if (!known && caller.kind() == Caller.Kind.AGENT) {
        return Optional.of("stranger");
      }
      boolean pending =
          past.stream().anyMatch(call -> call.action.equals(action) && call.end == End.PENDING);
      boolean open = past.stream().anyMatch(call -> call.action.equals(action) && call.end.open());
      if (pending || (open && action.tool().equals(ONCE))) {
        return Optional.of("unsettled");
      }
      if (!carried(caller, action) && leave(caller, action).isEmpty()) {
        return Optional.of("approval");
      }
      Budget budget = budget(action.tool());
      if (frozen.contains("*")) {
        return Optional.of("frozen all");
      } else if (frozen.contains(budget.name())) {
        return Optional.of("frozen");
      }
      List<Past> hour = hour(budget, now());
      Set<Asset> tables = new HashSet<>(Set.of(action.target()));
      hour.forEach(call -> tables.add(call.action.target()));
      if (hour.size() + 1 > budget.actsPerHour()) {
        return Optional.of("acts");
      } else if (rows(hour) + rows > budget.rowsPerHour()) {
        return Optional.of("rows");
      } else if (tables.size() > budget.tablesPerHour()) {
        return Optional.of("tables");
      }
      boolean hot =
          past.stream()
              .filter(call -> call.of(budget) && call.counts())
              .filter(call -> call.action.target().equals(action.target()))
              .anyMatch(call -> call.at.plus(budget.coolDown()).isAfter(now()));
      return hot ? Optional.of("hot") : Optional.empty();
    }

    private List<Past> hour(Budget budget, Instant end) {
      return past.stream()
          .filter(call -> call.of(budget) && call.counts())
          .filter(call -> !call.at.isAfter(end) && call.at.plus(HOUR).isAfter(end))
          .toList();
    }

    private static long rows(List<Past> calls) {
      return calls.stream().mapToLong(call -> call.rows).sum();
    }

    /** The properties themselves, for each hour that ends now or with an earlier call. */
    private void withinLimits() {
      for (Budget budget : List.of(WRITES, DELETES)) {
        for (Past last : past) {
          List<Past> hour = hour(budget, last.at);
          assertThat(hour.size()).isLessThanOrEqualTo((int) budget.actsPerHour());
          assertThat(rows(hour)).isLessThanOrEqualTo(budget.rowsPerHour());
          assertThat(hour.stream().map(call -> call.action.target()).distinct().count())
              .isLessThanOrEqualTo(budget.tablesPerHour());
        }
      }
      for (Asked one : asked) {
        assertThat(
                past.stream()
                    .filter(call -> call.counts() && call.request.equals(Optional.of(one.id)))
                    .count())
            .isLessThanOrEqualTo(1);
      }
    }

    private void wentWrong(Past call) {
      Budget budget = budget(call.action.tool());
      Asset asset = call.action.target();
      alarms.put(asset, now());
      long failures =
          past.stream()
              .filter(other -> other.of(budget) && other.end.wrong() && !other.forgiven)
              .filter(other -> other.ended.plus(budget.failureWindow()).isAfter(now()))
              .count();
      if (failures >= budget.failures()) {
        frozen.add(budget.name());
      }
      long alarmed =
          alarms.values().stream()
              .filter(at -> at.plus(BUDGETS.alarmWindow()).isAfter(now()))
              .count();
      if (alarmed >= BUDGETS.alarms()) {
        frozen.add("*");
      }
    }

    private void ask(Caller caller, Action action) {
      story.add(caller.principal() + " asks for " + action.tool() + " " + action.target());
      Outcome outcome = door.open().request(caller, action, "please", HOUR, List.of());
      if (outcome instanceof Outcome.Done done) {
        Approval.Request request = done.result().as(Approval.Request.class);
        assertThat(carried(caller, action)).isFalse();
        if (asked.stream().noneMatch(one -> one.id.equals(request.id()))) {
          asked.add(
              new Asked(request.id(), action, caller, world, rules(caller), request.expires()));
        }
      }
    }

    private void vote() {
      if (asked.isEmpty()) {
        return;
      }
      Asked one = random.nextInt(3) > 0 ? asked.get(asked.size() - 1) : any(asked);
      Caller person = any(List.of(TestDoor.ANA, TestDoor.ANA, TestDoor.BEN, TestDoor.EVE));
      Approval.Word word =
          random.nextInt(5) > 0 ? Approval.Word.APPROVE : any(List.of(Approval.Word.values()));
      String status = status(one);
      boolean may =
          !person.equals(TestDoor.EVE)
              && (status.equals("open")
                  || (status.equals("approved") && word != Approval.Word.APPROVE));
      story.add(person.principal() + " says " + word);
      boolean did;
      try {
        Approvals approvals = door.open().approvals();
        if (word == Approval.Word.APPROVE) {
          approvals.approve(person, one.id);
        } else if (word == Approval.Word.DENY) {
          approvals.deny(person, one.id);
        } else {
          approvals.revoke(person, one.id);
        }
        did = true;
      } catch (IllegalArgumentException | IllegalStateException e) {
        did = false;
      }
      assertThat(did).as("a vote on what is %s", status).isEqualTo(may);
      if (did && word == Approval.Word.APPROVE) {
        one.yes.add(person.principal());
      } else if (did) {
        one.no = true;
      }
    }

    private void grant(Caller caller) {
      if (random.nextInt(5) == 0) {
        story.add("revoke " + caller.principal());
        door.grants.revoke(caller.principal());
        granted.remove(caller);
        if (caller.kind() == Caller.Kind.POLICY) {
          // Revoked is less than never granted, and the model knows no difference.
          door.grants.allow(Grant.to(caller.principal(), Effect.READ));
          granted.put(caller, new ArrayList<>(List.of(Effect.READ)));
        }
        return;
      }
      Effect upTo = any(List.of(Effect.READ, Effect.READ, Effect.WRITE, Effect.DESTRUCTIVE));
      story.add("grant " + caller.principal() + " " + upTo);
      door.grants.allow(Grant.to(caller.principal(), upTo));
      granted.computeIfAbsent(caller, any -> new ArrayList<>()).add(upTo);
    }

    private void thaw() {
      assertThat(door.open().frozen().keySet()).isEqualTo(frozen);
      for (String what : List.copyOf(frozen)) {
        story.add("thaw " + what);
        door.open().thaw(TestDoor.ANA, what);
        frozen.remove(what);
        past.stream()
            .filter(call -> what.equals("*") || budget(call.action.tool()).name().equals(what))
            .filter(call -> call.end.wrong())
            .forEach(call -> call.forgiven = true);
        if (what.equals("*")) {
          alarms.clear();
        }
      }
    }

    private void settle() {
      List<Action> open =
          past.stream()
              .filter(call -> call.end.open())
              .map(call -> call.action)
              .distinct()
              .toList();
      assertThat(door.open().unsettled())
          .containsExactlyInAnyOrderElementsOf(open.stream().map(door::id).toList());
      if (open.isEmpty()) {
        return;
      }
      Action action = any(open);
      End end = any(List.of(End.DONE, End.FAILED, End.PARTIAL));
      story.add("settle " + action.tool() + " " + action.target() + " " + end);
      door.open().settle(TestDoor.ANA, door.id(action), outcome(end), "looked");
      for (Past call : past) {
        if (call.action.equals(action) && call.end.open()) {
          boolean wasWrong = call.end.wrong();
          call.end = end;
          call.ended = now();
          call.forgiven = call.forgiven && end.wrong();
          if (end.wrong() && !wasWrong) {
            wentWrong(call);
          }
        }
      }
    }

    private void restart() {
      story.add("restart");
      List<Object> before = door.memory.look(this::answers);
      List<Object> compacted = door.memory.look(state -> answers(anew(state)));
      assertThat(compacted).isEqualTo(before);
      if (folder.isPresent()) {
        try {
          door.memory = DoorMemory.in(folder.get(), 3_000);
        } catch (IOException e) {
          throw new AssertionError(e);
        }
        List<Object> after = door.memory.look(this::answers);
        assertThat(after).isEqualTo(before);
      }
    }

    private static DoorState anew(DoorState state) {
      DoorState again = new DoorState();
      state.compact().forEach(again::apply);
      return again;
    }

    /** All that anybody asks a state, but for requests that are over for a week. */
    private List<Object> answers(DoorState state) {
      Instant now = state.now(now());
      List<Object> answers = new ArrayList<>();
      for (Budget budget : List.of(WRITES, DELETES)) {
        answers.add(state.left(budget, now));
        answers.add(state.freeze(budget, 0, now));
        for (Asset asset : ASSETS) {
          answers.add(state.freezeAll(BUDGETS, asset, now));
          for (long rows = 0; rows < 11; rows++) {
            answers.add(state.exceeded(budget, asset, rows, now));
          }
        }
      }
      answers.add(state.frozen());
      answers.add(state.nextNumber());
      answers.add(state.wrong(now().minusSeconds(61)));
      answers.add(state.unsettled().stream().map(call -> call.spent()).toList());
      answers.add(state.unsettled().stream().map(call -> call.pending()).toList());
      Instant week = now.minus(Duration.ofDays(7));
      answers.add(
          state.approvals(now).stream()
              .filter(approval -> approval.request().expires().isAfter(week))
              .filter(approval -> approval.status() != Approval.Status.USED)
              .toList());
      return answers;
    }
  }
}
