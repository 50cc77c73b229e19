package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.DoorEvent.Result;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the door knows: the fold of its events. Asks no clock: time is what events and callers say,
 * and never goes back. Guarded by whoever owns it.
 */
final class DoorState {
  /** How far the clocks of the processes at one door may be apart. */
  private static final Duration SKEW = Duration.ofMinutes(1);

  /** A call that was let through. */
  static final class Call {
    private final DoorEvent.Spent spent;
    private Instant began;
    private @Nullable Result result;
    private @Nullable Instant ended;
    private Optional<Outcome.Pending> pending = Optional.empty();

    /** A person has thawed its class since it went wrong. */
    private boolean forgiven;

    private Call(DoorEvent.Spent spent) {
      this.spent = spent;
      this.began = spent.at();
    }

    DoorEvent.Spent spent() {
      return spent;
    }

    Instant began() {
      return began;
    }

    /** Empty: it goes on, or its host died within it. */
    Optional<Result> result() {
      return Optional.ofNullable(result);
    }

    Optional<Outcome.Pending> pending() {
      return pending;
    }

    /** What was refused by the tool was not tried, so it cost nothing. */
    private boolean counts() {
      return result != Result.REFUSED;
    }

    boolean wentWrong() {
      return result != null && result.wentWrong();
    }

    private boolean heldAgainst() {
      return wentWrong() && !forgiven;
    }

    /** Whether it may have happened, and nobody knows. */
    boolean unsettled() {
      return result == null || result == Result.UNKNOWN || result == Result.PENDING;
    }

    private Instant lastSeen() {
      return ended == null ? began : ended;
    }
  }

  private record Box(Approval.Request request, List<Approval.Vote> votes) {}

  private final TreeMap<Long, Call> calls = new TreeMap<>();

  /** Those of them that are unsettled. */
  private final TreeMap<Long, Call> open = new TreeMap<>();

  private final Map<String, Spending> spendings = new HashMap<>();
  private final Map<Hash, List<Call>> uses = new HashMap<>();
  private final Map<Hash, Box> boxes = new LinkedHashMap<>();
  private final Map<String, DoorEvent.Frozen> frozen = new TreeMap<>();
  private final Map<Asset, Instant> alarms = new TreeMap<>();
  private Instant latest = Instant.EPOCH;
  private long numbered;

  void apply(DoorEvent event) {
    if (event.at().isAfter(latest)) {
      latest = event.at();
    }
    if (event instanceof DoorEvent.Spent spent) {
      Call call = new Call(spent);
      calls.put(spent.number(), call);
      open.put(spent.number(), call);
      spending(call).add(call);
      spent
          .approval()
          .ifPresent(id -> uses.computeIfAbsent(id, any -> new ArrayList<>()).add(call));
      numbered = Math.max(numbered, spent.number());
    } else if (event instanceof DoorEvent.Came came) {
      Call call = calls.get(came.number());
      if (call != null) {
        came(call, came);
      }
    } else if (event instanceof DoorEvent.Alarmed alarmed) {
      alarms.put(alarmed.asset(), alarmed.at());
    } else if (event instanceof DoorEvent.Frozen freeze) {
      frozen.putIfAbsent(freeze.what(), freeze);
    } else if (event instanceof DoorEvent.Thawed thawed) {
      thaw(thawed.what());
    } else if (event instanceof DoorEvent.ClockSet set) {
      setClock(set.at());
    } else if (event instanceof DoorEvent.Requested requested) {
      boxes.putIfAbsent(requested.request().id(), new Box(requested.request(), new ArrayList<>()));
    } else if (event instanceof DoorEvent.Voted voted) {
      Box box = boxes.get(voted.vote().request());
      if (box != null) {
        box.votes().add(voted.vote());
      }
    }
  }

  private Spending spending(Call call) {
    return spendings.computeIfAbsent(call.spent.budget(), any -> new Spending());
  }

  private void came(Call call, DoorEvent.Came came) {
    boolean counted = call.counts();
    call.result = came.result();
    call.forgiven = call.forgiven && call.wentWrong();
    call.ended = came.at();
    call.pending = came.pending();
    if (call.unsettled()) {
      open.put(came.number(), call);
    } else {
      open.remove(came.number());
    }
    if (counted && !call.counts()) {
      spending(call).takeBack(call);
    } else if (!counted && call.counts()) {
      spendAnew();
    }
  }

  private void spendAnew() {
    spendings.clear();
    calls.values().stream().filter(Call::counts).forEach(call -> spending(call).add(call));
  }

  /** What went wrong is forgotten; what goes on and goes wrong later is not. */
  private void thaw(String what) {
    boolean all = what.equals(DoorEvent.ALL);
    frozen.remove(what);
    calls.values().stream()
        .filter(call -> all || call.spent.budget().equals(what))
        .filter(Call::wentWrong)
        .forEach(call -> call.forgiven = true);
    if (all) {
      alarms.clear();
    }
  }

  /** Nothing has happened later than now, and leave that was asked for later is void. */
  private void setClock(Instant now) {
    latest = now;
    for (Call call : calls.values()) {
      call.began = earlier(call.began, now);
      call.ended = call.ended == null ? null : earlier(call.ended, now);
    }
    spendAnew();
    alarms.replaceAll((asset, at) -> earlier(at, now));
    boxes.values().removeIf(box -> box.request().at().isAfter(now));
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  /** The time of the next event: it never goes back, so that no budget comes back early. */
  Instant now(Instant clock) {
    return clock.isAfter(latest) ? clock : latest;
  }

  /** Why a clock cannot be right, if so: budgets and approvals could not be told by it. */
  Optional<String> wrong(Instant clock) {
    Duration behind = Duration.between(clock, latest);
    return behind.compareTo(SKEW) > 0
        ? Optional.of(
            "The clock is "
                + behind
                + " behind what the door remembers, so budgets and approvals cannot be told; set"
                + " it right, or have a person thaw '"
                + DoorEvent.CLOCK
                + "' if it was wrong before")
        : Optional.empty();
  }

  long nextNumber() {
    return numbered + 1;
  }

  /** Why a budget does not bear one more call; empty if it does. */
  Optional<String> exceeded(Budget budget, Asset asset, long rows, Instant now) {
    Optional<String> stopped = frozen(budget.name());
    if (stopped.isPresent()) {
      return stopped;
    }
    Spending spending = spendings.getOrDefault(budget.name(), new Spending());
    Spending.Hour hour = spending.hourBefore(now);
    if (hour.acts() >= budget.actsPerHour()) {
      return Optional.of(spent(budget, budget.actsPerHour() + " acts an hour"));
    }
    if (Math.addExact(rows, hour.rows()) > budget.rowsPerHour()) {
      return Optional.of(spent(budget, budget.rowsPerHour() + " rows an hour"));
    }
    int another = hour.tables().contains(asset) ? 0 : 1;
    if (hour.tables().size() + another > budget.tablesPerHour()) {
      return Optional.of(spent(budget, budget.tablesPerHour() + " tables an hour"));
    }
    boolean hot = spending.touchedSince(asset, now.minus(budget.coolDown()));
    return hot
        ? Optional.of(
            "Budget "
                + budget.name()
                + " leaves "
                + asset
                + " alone for "
                + budget.coolDown()
                + " after each act; ask again then")
        : Optional.empty();
  }

  private static String spent(Budget budget, String bound) {
    return "Budget "
        + budget.name()
        + " is spent: it has "
        + bound
        + "; ask again later, or have the host raise it";
  }

  /** Acts that a budget still has this hour. */
  long left(Budget budget, Instant now) {
    return frozen(budget.name()).isPresent()
        ? 0
        : Math.max(
            0,
            budget.actsPerHour()
                - spendings.getOrDefault(budget.name(), new Spending()).hourBefore(now).acts());
  }

  Optional<String> frozen(String budget) {
    DoorEvent.Frozen freeze =
        frozen.containsKey(DoorEvent.ALL) ? frozen.get(DoorEvent.ALL) : frozen.get(budget);
    return freeze == null
        ? Optional.empty()
        : Optional.of(
            (freeze.what().equals(DoorEvent.ALL) ? "All acts are" : "Acts of " + budget + " are")
                + " frozen: "
                + freeze.why()
                + "; a person looks at it and thaws '"
                + freeze.what()
                + "'");
  }

  List<DoorEvent.Frozen> frozen() {
    return List.copyOf(frozen.values());
  }

  /**
   * What must be frozen when a call of a budget goes wrong.
   *
   * @param number of that call
   */
  Optional<DoorEvent> freeze(Budget budget, long number, Instant now) {
    Instant since = now.minus(budget.failureWindow());
    long failures =
        calls.values().stream()
            .filter(call -> call.spent.number() != number)
            .filter(call -> call.spent.budget().equals(budget.name()))
            .filter(Call::heldAgainst)
            .filter(call -> call.lastSeen().isAfter(since))
            .count();
    return failures + 1 >= budget.failures() && !frozen.containsKey(budget.name())
        ? Optional.of(
            new DoorEvent.Frozen(
                now,
                budget.name(),
                (failures + 1) + " of them failed or are unclear within " + budget.failureWindow()))
        : Optional.empty();
  }

  /** What must be frozen when an asset alarms. */
  Optional<DoorEvent> freezeAll(Budgets budgets, Asset asset, Instant now) {
    Instant since = now.minus(budgets.alarmWindow());
    long alarmed =
        1
            + alarms.entrySet().stream()
                .filter(alarm -> !alarm.getKey().equals(asset))
                .filter(alarm -> alarm.getValue().isAfter(since))
                .count();
    return alarmed >= budgets.alarms() && !frozen.containsKey(DoorEvent.ALL)
        ? Optional.of(
            new DoorEvent.Frozen(
                now,
                DoorEvent.ALL,
                alarmed
                    + " assets alarmed within "
                    + budgets.alarmWindow()
                    + ", which is likelier one cause than "
                    + alarmed))
        : Optional.empty();
  }

  /** Whether a call is known to have gone wrong. */
  boolean wentWrong(long number) {
    Call call = calls.get(number);
    return call != null && call.wentWrong();
  }

  /** Whether a call may have happened without anybody knowing. */
  boolean unsettled(long number) {
    Call call = calls.get(number);
    return call != null && call.unsettled();
  }

  /** Calls of an action that may have happened without anybody knowing, oldest first. */
  List<Call> unsettled(Hash action) {
    return open.values().stream().filter(call -> call.spent.action().equals(action)).toList();
  }

  /** Calls that may have happened without anybody knowing, oldest first. */
  List<Call> unsettled() {
    return List.copyOf(open.values());
  }

  /** What the newest acts on an asset came to, without failures that a person has forgiven. */
  List<String> recent(Asset asset, int atMost) {
    return calls.descendingMap().values().stream()
        .filter(call -> call.spent.asset().equals(asset))
        .filter(call -> call.result != null && !call.forgiven)
        .limit(atMost)
        .map(call -> spoken(call.result) + " " + call.spent.tool())
        .toList();
  }

  private static String spoken(@Nullable Result result) {
    String name = String.valueOf(result);
    return name.charAt(0) + name.substring(1).toLowerCase(java.util.Locale.ROOT);
  }

  /** All requests for leave that are remembered, newest first. */
  List<Approval> approvals(Instant now) {
    List<Approval> all = new ArrayList<>();
    boxes.keySet().forEach(id -> approval(id, now).ifPresent(all::add));
    Collections.reverse(all);
    return all;
  }

  /** The newest request of one caller for one action. */
  Optional<Approval> newest(Hash action, Caller requester, Instant now) {
    Optional<Hash> newest = Optional.empty();
    for (Map.Entry<Hash, Box> entry : boxes.entrySet()) {
      Approval.Request request = entry.getValue().request();
      if (request.action().equals(action) && request.requester().equals(requester)) {
        newest = Optional.of(entry.getKey());
      }
    }
    return newest.flatMap(id -> approval(id, now));
  }

  Optional<Approval> approval(Hash id, Instant now) {
    Box box = boxes.get(id);
    return box == null
        ? Optional.empty()
        : Optional.of(new Approval(box.request(), box.votes(), status(id, box, now)));
  }

  /** An approval as it stands once a vote is remembered. */
  Approval with(Approval approval, Approval.Vote vote, Instant now) {
    List<Approval.Vote> votes = new ArrayList<>(approval.votes());
    votes.add(vote);
    Box box = new Box(approval.request(), votes);
    return new Approval(box.request(), votes, status(vote.request(), box, now));
  }

  private Approval.Status status(Hash id, Box box, Instant now) {
    if (used(id)) {
      return Approval.Status.USED;
    } else if (said(box, Approval.Word.REVOKE)) {
      return Approval.Status.REVOKED;
    } else if (said(box, Approval.Word.DENY)) {
      return Approval.Status.DENIED;
    } else if (!now.isBefore(box.request().expires())) {
      return Approval.Status.EXPIRED;
    }
    return approvers(box.request(), box.votes(), box.request().approvers()).size()
            >= box.request().persons()
        ? Approval.Status.APPROVED
        : Approval.Status.OPEN;
  }

  private boolean used(Hash id) {
    return uses.getOrDefault(id, List.of()).stream().anyMatch(Call::counts);
  }

  private static boolean said(Box box, Approval.Word word) {
    return box.votes().stream().anyMatch(vote -> vote.word() == word);
  }

  /** The persons whose approval of a request counts: approvers, each once, never the requester. */
  static Set<String> approvers(
      Approval.Request request, List<Approval.Vote> votes, Set<String> entitled) {
    Set<String> persons = new HashSet<>();
    for (Approval.Vote vote : votes) {
      if (vote.word() == Approval.Word.APPROVE
          && entitled.contains(vote.person())
          && !vote.person().equals(request.requester().principal())) {
        persons.add(vote.person());
      }
    }
    return persons;
  }

  /** The events that make the same state again, without what no rule looks at any more. */
  List<DoorEvent> compact() {
    Instant since = latest.minus(Budget.LONGEST);
    List<Call> kept =
        calls.values().stream()
            .filter(
                call ->
                    call.lastSeen().isAfter(since)
                        || call.unsettled()
                        || call.spent.number() == numbered)
            .toList();
    List<DoorEvent> events = new ArrayList<>();
    kept.forEach(call -> events.add(began(call)));
    // Thawing forgives what went wrong before it, and nothing behind it.
    kept.stream().filter(call -> call.forgiven).forEach(call -> events.add(came(call)));
    kept.stream()
        .filter(call -> call.forgiven)
        .map(call -> call.spent.budget())
        .distinct()
        .forEach(budget -> events.add(new DoorEvent.Thawed(latest, budget, "earlier")));
    kept.stream()
        .filter(call -> call.result != null && !call.forgiven)
        .forEach(call -> events.add(came(call)));
    alarms.forEach(
        (asset, at) -> {
          if (at.isAfter(since)) {
            events.add(new DoorEvent.Alarmed(at, asset));
          }
        });
    events.addAll(frozen.values());
    Set<Hash> held = new HashSet<>();
    kept.forEach(call -> call.spent.approval().ifPresent(held::add));
    boxes.forEach(
        (id, box) -> {
          // One that is gone cannot be used again either: leave is asked for anew.
          if (held.contains(id) || (!used(id) && box.request().expires().isAfter(since))) {
            events.add(new DoorEvent.Requested(box.request()));
            box.votes().forEach(vote -> events.add(new DoorEvent.Voted(vote)));
          }
        });
    // Votes and freezes keep their times, and those may be later than what a person set.
    events.add(new DoorEvent.ClockSet(latest, "earlier"));
    return events;
  }

  private static DoorEvent began(Call call) {
    DoorEvent.Spent was = call.spent;
    return new DoorEvent.Spent(
        was.number(),
        call.began,
        was.action(),
        was.tool(),
        was.asset(),
        was.budget(),
        was.rows(),
        was.principal(),
        was.approval());
  }

  private static DoorEvent came(Call call) {
    return new DoorEvent.Came(
        call.spent.number(), call.lastSeen(), requireNonNull(call.result), call.pending);
  }
}
