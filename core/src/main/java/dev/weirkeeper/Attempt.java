package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.DoorEvent.Result;
import dev.weirkeeper.internal.Printable;
import dev.weirkeeper.spi.Escalation;
import dev.weirkeeper.spi.Tool;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call that the rules have nothing against: it draws on its budget, uses up its approval, is
 * written down, made, read back and written down again.
 */
final class Attempt<I extends Record> implements Tool.Call {
  private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);
  private static final int REASON_LENGTH = 1024;

  /** What a door is made of. */
  record Parts(
      Journal journal,
      Clock clock,
      Rules rules,
      DoorMemory memory,
      KillSwitch killSwitch,
      Escalation escalation) {

    void raise(Alert alert) {
      try {
        escalation.raise(alert);
      } catch (RuntimeException e) {
        LOG.warn(
            "An alert ({} {}) was not raised: {}",
            alert.kind(),
            alert.subject(),
            e.getClass().getName());
      }
    }
  }

  /**
   * Whether a call was let through, and with what.
   *
   * @param number of the call in the door's memory; a READ has none
   */
  record Admission(Optional<String> refusal, OptionalLong number, Optional<Approval> approval) {
    private static final Admission OF_A_READ =
        new Admission(Optional.empty(), OptionalLong.empty(), Optional.empty());

    private static Admission no(String why) {
      return new Admission(Optional.of(why), OptionalLong.empty(), Optional.empty());
    }
  }

  private final Parts parts;
  private final Tool<I, ?> tool;
  private final I input;
  private final Caller caller;
  private final Action action;
  private final Hash id;
  private final Rules.Leave leave;
  private final Instant until;
  private final CallControl control;
  private Optional<String> observed = Optional.empty();
  private OptionalLong bound = OptionalLong.empty();
  private Optional<Instant> answered = Optional.empty();

  Attempt(
      Parts parts,
      Tool<I, ?> tool,
      I input,
      Caller caller,
      Action action,
      Rules.Leave leave,
      Instant until,
      CallControl control) {
    this.parts = parts;
    this.tool = tool;
    this.input = input;
    this.caller = caller;
    this.action = action;
    this.id = action.id(tool.spec());
    this.leave = leave;
    this.until = until;
    this.control = control;
  }

  /** Reads what the act depends on. Answers what stands in the way, if something does. */
  Optional<String> observe() {
    try {
      observed = read();
      return Optional.empty();
    } catch (Throwable e) {
      return Optional.of(
          "The state that the act depends on could not be read, so nothing was done: "
              + described(e));
    }
  }

  Optional<Hash> stateHash() {
    return observed.map(text -> Hash.of(Json.of(text)));
  }

  /** Draws on budget and approval, both at once and for good. Answers why not, if so. */
  Admission admit() {
    if (reads()) {
      return Admission.OF_A_READ;
    }
    // Nobody has a tool count rows for an act that he may not ask for.
    Optional<String> forbidden = parts.memory().look(state -> right(state).why());
    if (forbidden.isPresent()) {
      return Admission.no(forbidden.get());
    }
    Budget budget = parts.rules().budgets().of(tool.spec());
    Probe<Long> touched = rows(budget);
    if (!(touched instanceof Probe.Value<Long> value)) {
      return Admission.no(
          "How many rows it touches is not known ("
              + (touched instanceof Probe.Unknown<Long> unknown
                  ? Redaction.worded(unknown.why(), REASON_LENGTH)
                  : "the tool does not say")
              + "), and budget "
              + budget.name()
              + " bounds them");
    }
    long rows = value.value();
    boolean bounded = tool.rows().isPresent() && budget.rowsPerHour() != Budget.UNLIMITED;
    bound = bounded ? OptionalLong.of(rows) : OptionalLong.empty();
    return parts.memory().update(state -> draw(state, budget, rows));
  }

  private Probe<Long> rows(Budget budget) {
    if (budget.rowsPerHour() == Budget.UNLIMITED) {
      return new Probe.Value<>(0L);
    }
    if (tool.rows().isEmpty()) {
      // What destroys has to say how much.
      return tool.spec().effect() == Effect.DESTRUCTIVE
          ? new Probe.Empty<>()
          : new Probe.Value<>(0L);
    }
    try {
      Probe<Long> rows = requireNonNull(tool.rows().get().touched(input, this), "rows");
      boolean sound =
          !(rows instanceof Probe.Value<Long> value)
              || (value.value() >= 0 && value.value() <= Budget.UNLIMITED);
      return sound ? rows : new Probe.Unknown<>("the tool gave a number that cannot be");
    } catch (Throwable e) {
      return new Probe.Unknown<>(described(e));
    }
  }

  /**
   * What stands in the way before budgets are asked, or the approval by which nothing does.
   *
   * @param why empty: nothing
   */
  private record Right(Optional<String> why, Optional<Approval> approval) {
    static Right none(String why) {
      return new Right(Optional.of(why), Optional.empty());
    }
  }

  private Right right(DoorState state) {
    Instant clock = parts.clock().instant();
    Optional<String> before = state.wrong(clock).or(() -> mustBeSettledFirst(state.unsettled(id)));
    if (before.isPresent()) {
      return Right.none(before.get());
    }
    return leave == Rules.Leave.TO_BE_ASKED
        ? approved(state, state.now(clock))
        : new Right(Optional.empty(), Optional.empty());
  }

  private DoorMemory.Change<Admission> draw(DoorState state, Budget budget, long rows) {
    Right right = right(state);
    Instant now = state.now(parts.clock().instant());
    Optional<String> refusal =
        right.why().or(() -> state.exceeded(budget, action.target(), rows, now));
    if (refusal.isPresent()) {
      return DoorMemory.Change.nothing(Admission.no(refusal.get()));
    }
    DoorEvent spent =
        new DoorEvent.Spent(
            state.nextNumber(),
            now,
            id,
            tool.spec().name(),
            action.target(),
            budget.name(),
            rows,
            caller.principal(),
            right.approval().map(given -> given.request().id()));
    return new DoorMemory.Change<>(
        List.of(spent),
        new Admission(Optional.empty(), OptionalLong.of(state.nextNumber()), right.approval()));
  }

  private Optional<String> mustBeSettledFirst(List<DoorState.Call> earlier) {
    Optional<Outcome.Pending> pending =
        earlier.stream().flatMap(call -> call.pending().stream()).findFirst();
    if (pending.isPresent()) {
      return Optional.of(
          "This very act was begun and still goes on as '"
              + Printable.text(pending.get().handle(), 128)
              + "'; settle act "
              + id.brief()
              + " first");
    }
    return tool.spec().repeat() == Repeat.ONCE && !earlier.isEmpty()
        ? Optional.of(
            "This very act may have happened or goes on just now, and it must not happen twice; a"
                + " person looks at what it did and settles act "
                + id.brief()
                + " first")
        : Optional.empty();
  }

  /** The newest approval of this very act, asked for by this very caller, has the last word. */
  private Right approved(DoorState state, Instant now) {
    Optional<Approval> newest = state.newest(id, caller, now);
    Optional<String> flaw =
        newest.isEmpty() ? Optional.of("none was asked for") : flaw(newest.get());
    return flaw.isEmpty()
        ? new Right(Optional.empty(), newest)
        : Right.none(
            parts.rules().on(caller, tool.spec(), action.target()).because()
                + ", and it has none: "
                + flaw.get());
  }

  /** Why an approval does not hold for this call, now; empty if it does. */
  private Optional<String> flaw(Approval approval) {
    Approval.Request request = approval.request();
    if (approval.status() != Approval.Status.APPROVED) {
      return Optional.of("request " + request.id().brief() + " is " + approval.status());
    } else if (!request.state().equals(stateHash())) {
      return Optional.of("what was approved depends on a state that has changed since");
    } else if (!request.policy().equals(policy())) {
      return Optional.of("the host's rules have changed since it was approved");
    }
    Domain domain = parts.rules().domains().of(action.target());
    // What the memory says of approvers and of their number is not what counts.
    Set<String> persons = DoorState.approvers(request, approval.votes(), domain.approvers());
    int needed = Math.max(request.persons(), domain.personsFor(tool.spec()));
    return persons.size() < needed
        ? Optional.of("it needs " + needed + " approvers of domain " + domain.name())
        : Optional.empty();
  }

  Hash policy() {
    return parts.rules().digest(caller, tool.spec(), action.target());
  }

  /** Makes the call. Whatever it comes to is written down before it is answered. */
  Outcome make(Admission admitted, List<Hash> causes) {
    Json shown = action.shown(tool.spec());
    Act.Started body =
        new Act.Started(
            id,
            action.tool(),
            Hash.of(shown),
            shown,
            caller,
            stateHash(),
            parts.rules().definition(tool.spec()),
            policy(),
            bound.isPresent() ? Optional.of(bound.getAsLong()) : Optional.empty(),
            admitted.approval());
    Hash started;
    try {
      started =
          parts
              .journal()
              .write(Act.Started.KIND, caller.actor(), Optional.of(action.target()), body, causes);
    } catch (JournalException e) {
      try {
        admitted.number().ifPresent(this::takeBack);
      } catch (JournalException lost) {
        e.addSuppressed(lost);
      }
      throw e;
    }
    Outcome outcome =
        moved()
            .or(this::stop)
            .<Outcome>map(Outcome.Refused::new)
            .orElseGet(() -> withoutSecrets(verified(called())));
    finish(started, admitted, outcome);
    return outcome;
  }

  private Optional<String> moved() {
    try {
      return read().equals(observed)
          ? Optional.empty()
          : Optional.of(
              "What the act depends on has changed meanwhile, so nothing was done; look again"
                  + " before you ask again");
    } catch (Throwable e) {
      return Optional.of(
          "What the act depends on could not be read again, so nothing was done: " + described(e));
    }
  }

  private Optional<String> read() throws Exception {
    Optional<Tool.Fingerprint<I>> fingerprint = tool.fingerprint();
    return fingerprint.isEmpty()
        ? Optional.empty()
        : Optional.of(requireNonNull(fingerprint.get().read(input, this), "fingerprint"));
  }

  private Outcome called() {
    try {
      return requireNonNull(tool.handler().call(input, this), "outcome");
    } catch (Throwable e) {
      String error = described(e);
      return reads() ? new Outcome.Failed(error) : new Outcome.Unknown(error);
    }
  }

  private Outcome verified(Outcome outcome) {
    if (!(outcome instanceof Outcome.Done done) || tool.check().isEmpty()) {
      return outcome;
    }
    answered = Optional.of(parts.clock().instant());
    try {
      return tool.check()
          .get()
          .problem(input, this)
          .<Outcome>map(
              problem ->
                  new Outcome.Unknown(
                      "Read back after the act: " + Printable.text(problem, REASON_LENGTH)))
          .orElseGet(() -> new Outcome.Done(done.result(), Outcome.Verification.VERIFIED));
    } catch (Throwable e) {
      return new Outcome.Unknown("The act could not be read back: " + described(e));
    }
  }

  private void finish(Hash started, Admission admitted, Outcome outcome) {
    Outcome told = reads() ? withoutFinds(outcome) : outcome;
    if (!outcome.isDone()) {
      LOG.warn("{} by {} came to {}", action.tool(), caller.actor(), told);
    }
    try {
      parts
          .journal()
          .write(
              Act.Finished.KIND,
              caller.actor(),
              Optional.of(action.target()),
              new Act.Finished(id, action.tool(), told, answered),
              List.of(started));
      admitted.number().ifPresent(number -> remember(number, outcome, started));
    } catch (JournalException e) {
      throw new JournalException(
          action.tool()
              + " was called and came to "
              + outcome.getClass().getSimpleName()
              + ", and that cannot be written down: act "
              + id.brief()
              + " stays unsettled. Free the disk or mend the sink, look at what the act did, then"
              + " start again",
          e);
    }
    if (outcome instanceof Outcome.Unknown unknown) {
      parts.raise(
          new Alert(
              Alert.Kind.UNKNOWN,
              parts.clock().instant(),
              id.hex(),
              Optional.of(action.target()),
              action.tool() + ": " + unknown.error()));
    }
  }

  /** Nothing was announced, so nothing is done: what was drawn is given back. */
  private void takeBack(long number) {
    parts
        .memory()
        .update(
            state ->
                new DoorMemory.Change<>(
                    List.of(
                        new DoorEvent.Came(
                            number,
                            state.now(parts.clock().instant()),
                            Result.REFUSED,
                            Optional.empty())),
                    true));
  }

  private void remember(long number, Outcome outcome, Hash cause) {
    Freezing.came(
        parts,
        number,
        action.target(),
        Optional.of(parts.rules().budgets().of(tool.spec())),
        Result.of(outcome),
        outcome instanceof Outcome.Pending open ? Optional.of(open) : Optional.empty(),
        cause);
  }

  private boolean reads() {
    return tool.spec().effect() == Effect.READ;
  }

  @Override
  public Hash actionId() {
    return id;
  }

  @Override
  public Asset target() {
    return action.target();
  }

  @Override
  public Optional<String> state() {
    return observed;
  }

  @Override
  public Optional<String> stop() {
    Instant now = parts.clock().instant();
    return parts
        .killSwitch()
        .against(caller, tool.spec())
        .or(this::cancelled)
        .or(this::revoked)
        .or(() -> parts.rules().guarded(caller, tool.spec(), action, now))
        .or(
            () ->
                now.isBefore(until)
                    ? Optional.empty()
                    : Optional.of("The deadline of the call is over; nothing was done"));
  }

  private Optional<String> cancelled() {
    try {
      return requireNonNull(control.cancelled().get(), "cancelled");
    } catch (RuntimeException e) {
      // Nothing has been done yet, and nobody says that it is still wanted.
      return Optional.of("Whether the call is still wanted cannot be told: " + described(e));
    }
  }

  private Optional<String> revoked() {
    Rules.Answer now = parts.rules().on(caller, tool.spec(), action.target());
    boolean narrowed = leave == Rules.Leave.GRANTED && now.leave() == Rules.Leave.TO_BE_ASKED;
    return now.objection().or(() -> narrowed ? Optional.of(now.because()) : Optional.empty());
  }

  @Override
  public OptionalLong rows() {
    return bound;
  }

  @Override
  public Instant deadline() {
    return until;
  }

  @Override
  public void progress(long done, OptionalLong total, String what) {
    String words = Redaction.worded(what, REASON_LENGTH);
    try {
      control.progress().progress(done, total, words);
    } catch (RuntimeException e) {
      // The act would become one of which nobody knows, because of somebody who only listens.
      LOG.warn("Who listens to {} failed: {}", action.tool(), described(e));
    }
  }

  private static Outcome withoutFinds(Outcome outcome) {
    if (outcome instanceof Outcome.Done done) {
      return new Outcome.Done(Json.empty(), done.verification());
    }
    return outcome instanceof Outcome.Partial
        ? new Outcome.Partial(Json.empty(), Json.empty())
        : outcome;
  }

  /**
   * What was thrown, without its message: drivers quote values and URLs in theirs. Rethrows what
   * leaves the whole process in doubt; the journal then shows the act as never settled.
   */
  private static String described(Throwable thrown) {
    if (thrown instanceof VirtualMachineError fatal && !(thrown instanceof StackOverflowError)) {
      throw fatal;
    }
    if (thrown instanceof JournalException unwritable) {
      throw unwritable;
    }
    if (thrown instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    return Redaction.described(thrown);
  }

  /** What is read are values of the data: masks are for them, and they are not written down. */
  private Outcome withoutSecrets(Outcome outcome) {
    boolean found = outcome instanceof Outcome.Done || outcome instanceof Outcome.Partial;
    return reads() && found ? outcome : Redaction.redacted(outcome);
  }
}
