package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.internal.JsonBounds;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one door through which anything outside is changed. Policies, the host's own code and remote
 * agents come through it alike: it asks the same questions of each in the same order, writes down
 * what is about to be done before it calls a tool, and writes down what it came to.
 *
 * <p>Who may do what is said by the host, here, and nowhere else: an effect must be within the
 * host's {@link Builder#limit limit} and within the caller's {@link Builder#grant grant}. A caller
 * of kind HOST or POLICY without a grant may READ; an AGENT without a grant may call nothing.
 *
 * <p>Tools run on the caller's thread, and deadlines are cooperative. Safe to share between
 * threads.
 */
public final class Toolbox {
  private static final Logger LOG = LoggerFactory.getLogger(Toolbox.class);
  private static final JsonBounds INPUT = new JsonBounds(64 * 1024, 16, 8 * 1024);
  private static final int NAME_LENGTH = 256;
  private static final int REASON_LENGTH = 1024;

  private final Journal journal;
  private final Clock clock;
  private final SortedMap<String, Tool<?, ?>> tools;
  private final Effect limit;
  private final Map<String, Effect> grants;
  private final KillSwitch killSwitch;
  private final Duration deadline;

  private Toolbox(
      Journal journal, Clock clock, SortedMap<String, Tool<?, ?>> tools, Builder settings) {
    this.journal = journal;
    this.clock = clock;
    this.tools = tools;
    this.limit = settings.limit;
    this.grants = Map.copyOf(settings.grants);
    this.killSwitch = settings.killSwitch;
    this.deadline = settings.deadline;
  }

  public static Builder builder() {
    return new Builder();
  }

  /** All tools, sorted by name. */
  public List<ToolSpec> specs() {
    return tools.values().stream().map(Tool::spec).toList();
  }

  /** The tools that the caller may use, sorted by name. */
  public List<ToolSpec> specs(Caller caller) {
    return specs().stream()
        .filter(spec -> unknownCaller(caller).or(() -> beyond(caller, spec)).isEmpty())
        .toList();
  }

  /**
   * Has an action carried out, if the door lets it through, and says what it came to.
   *
   * @param causes content hashes of the records that led to it
   * @throws JournalException if the journal cannot be written. Before the act: nothing was done.
   *     After it: the message says what it came to, and the journal shows it as never settled.
   */
  public Outcome perform(Caller caller, Action action, List<Hash> causes) {
    requireNonNull(caller, "caller");
    requireNonNull(action, "action");
    List<Hash> because = List.copyOf(causes);
    LOG.debug("{} asks for {}", caller.actor(), printable(action.tool(), NAME_LENGTH));

    Tool<?, ?> tool = tools.get(action.tool());
    if (tool == null) {
      String reason =
          "There is no tool '" + printable(action.tool(), NAME_LENGTH) + "'; ask for the list";
      return refused(caller, action, because, reason, reason);
    }
    return perform(tool, caller, action, because);
  }

  private <I extends Record> Outcome perform(
      Tool<I, ?> tool, Caller caller, Action action, List<Hash> causes) {
    ToolSpec spec = tool.spec();
    I input;
    try {
      input = input(tool, action);
    } catch (IllegalArgumentException e) {
      // What is wrong may quote the input, which nobody has checked: the journal does without.
      return refused(
          caller,
          action,
          causes,
          "The input is not valid: " + printable(String.valueOf(e.getMessage()), REASON_LENGTH),
          "The input is not valid");
    }
    Action asked = new Action(spec.name(), Json.of(input), action.target());

    Optional<String> objection =
        unknownCaller(caller).or(this::stopped).or(() -> beyond(caller, spec));
    if (objection.isPresent()) {
      return refused(caller, asked, causes, objection.get(), objection.get());
    }
    return new Attempt<>(tool, input, caller, asked, clock.instant().plus(deadline)).make(causes);
  }

  private static <I extends Record> I input(Tool<I, ?> tool, Action action) {
    INPUT
        .exceededBy(action.input().text())
        .ifPresent(
            excess -> {
              throw new IllegalArgumentException(excess);
            });
    if (!isPlain(action.target().system()) || !isPlain(action.target().name())) {
      throw new IllegalArgumentException(
          "the target's name is longer than "
              + NAME_LENGTH
              + " characters or holds control"
              + " characters");
    }
    return action.input().as(tool.input());
  }

  /** Caller may see and use anything at all. */
  private Optional<String> unknownCaller(Caller caller) {
    return caller.kind() == Caller.Kind.AGENT && !grants.containsKey(caller.principal())
        ? Optional.of(
            "The host has granted nothing to agent '"
                + caller.principal()
                + "'; ask the host for a grant")
        : Optional.empty();
  }

  private Optional<String> stopped() {
    return killSwitch.stopped().map(why -> "All acts are stopped: " + why);
  }

  private Optional<String> beyond(Caller caller, ToolSpec spec) {
    if (spec.effect().compareTo(limit) > 0) {
      return Optional.of(
          spec.name() + " is " + spec.effect() + ", and the host's limit is " + limit);
    }
    Effect granted = grants.getOrDefault(caller.principal(), Effect.READ);
    if (spec.effect().compareTo(granted) > 0) {
      return Optional.of(
          spec.name()
              + " is "
              + spec.effect()
              + ", and '"
              + caller.principal()
              + "' has no grant beyond "
              + granted);
    }
    return Optional.empty();
  }

  private Outcome refused(
      Caller caller, Action action, List<Hash> causes, String reason, String written) {
    LOG.warn("{} was refused {}: {}", caller.actor(), printable(action.tool(), 64), written);
    Asset target = action.target();
    journal.write(
        Act.Refused.KIND,
        caller.actor(),
        isPlain(target.system()) && isPlain(target.name()) ? Optional.of(target) : Optional.empty(),
        new Act.Refused(
            printable(action.tool(), NAME_LENGTH), Hash.of(action.input()), caller, written),
        causes);
    return new Outcome.Refused(reason);
  }

  /** One call that the door has let through. */
  private final class Attempt<I extends Record> implements Tool.Call {
    private final Tool<I, ?> tool;
    private final I input;
    private final Caller caller;
    private final Action action;
    private final Hash id;
    private final Instant until;
    private Optional<String> observed = Optional.empty();

    Attempt(Tool<I, ?> tool, I input, Caller caller, Action action, Instant until) {
      this.tool = tool;
      this.input = input;
      this.caller = caller;
      this.action = action;
      this.id = action.id(tool.spec());
      this.until = until;
    }

    Outcome make(List<Hash> causes) {
      Optional<String> state;
      try {
        state = read();
        observed = state;
      } catch (Throwable e) {
        String reason =
            "The state that the act depends on could not be read, so nothing was done: "
                + described(e);
        return refused(caller, action, causes, reason, reason);
      }
      Act.Started body =
          new Act.Started(
              id,
              action.tool(),
              Hash.of(action.input()),
              action.input(),
              caller,
              state.map(text -> Hash.of(Json.of(text))));
      Hash started =
          journal.write(
              Act.Started.KIND, caller.actor(), Optional.of(action.target()), body, causes);

      Outcome outcome =
          moved(state)
              .or(Toolbox.this::stopped)
              .<Outcome>map(Outcome.Refused::new)
              .orElseGet(() -> verified(called()));
      finish(started, outcome);
      return outcome;
    }

    private Optional<String> moved(Optional<String> before) {
      try {
        return read().equals(before)
            ? Optional.empty()
            : Optional.of(
                "What the act depends on has changed meanwhile, so nothing was done; look again"
                    + " before you ask again");
      } catch (Throwable e) {
        return Optional.of(
            "What the act depends on could not be read again, so nothing was done: "
                + described(e));
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
      try {
        return tool.check()
            .get()
            .problem(input, this)
            .<Outcome>map(
                problem ->
                    new Outcome.Unknown(
                        "Read back after the act: " + printable(problem, REASON_LENGTH)))
            .orElseGet(() -> new Outcome.Done(done.result(), Outcome.Verification.VERIFIED));
      } catch (Throwable e) {
        return new Outcome.Unknown("The act could not be read back: " + described(e));
      }
    }

    private void finish(Hash started, Outcome outcome) {
      if (!outcome.isDone()) {
        LOG.warn("{} by {} came to {}", action.tool(), caller.actor(), outcome);
      }
      try {
        journal.write(
            Act.Finished.KIND,
            caller.actor(),
            Optional.of(action.target()),
            new Act.Finished(id, action.tool(), reads() ? withoutFinds(outcome) : outcome),
            List.of(started));
      } catch (JournalException e) {
        throw new JournalException(
            action.tool()
                + " was called and came to "
                + outcome.getClass().getSimpleName()
                + ", and that cannot be written down: act "
                + id.brief()
                + " stays unsettled in the journal. Free the disk or mend the sink, look at what"
                + " the act did, then start again",
            e);
      }
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
      return stopped()
          .or(() -> beyond(caller, tool.spec()))
          .or(
              () ->
                  clock.instant().isBefore(until)
                      ? Optional.empty()
                      : Optional.of("The deadline of the call is over"));
    }

    @Override
    public Instant deadline() {
      return until;
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
    String name = thrown.getClass().getName();
    return sqlState(thrown).map(state -> name + " (SQLSTATE " + state + ")").orElse(name);
  }

  private static Optional<String> sqlState(Throwable thrown) {
    @Nullable Throwable at = thrown;
    for (int depth = 0; at != null && depth < 16; depth++, at = at.getCause()) {
      if (at instanceof SQLException sql
          && sql.getSQLState() != null
          && sql.getSQLState().matches("[0-9A-Z]{5}")) {
        return Optional.of(sql.getSQLState());
      }
    }
    return Optional.empty();
  }

  private static boolean isPlain(String name) {
    return name.length() <= NAME_LENGTH && name.equals(printable(name, NAME_LENGTH));
  }

  /** Text that was made elsewhere, cut to a length and without control characters. */
  private static String printable(String text, int length) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .limit(length)
        .map(
            c ->
                Character.isISOControl(c)
                        || Character.getType(c) == Character.SURROGATE
                        || Character.getType(c) == Character.FORMAT
                    ? '?'
                    : c)
        .forEach(out::appendCodePoint);
    return out.toString();
  }

  /** Says what a host allows. Confined to one thread. */
  public static final class Builder {
    private @Nullable Journal journal;
    private @Nullable Clock clock;
    private final List<ToolRegistry> registries = new ArrayList<>();
    private Effect limit = Effect.READ;
    private final Map<String, Effect> grants = new HashMap<>();
    private KillSwitch killSwitch = KillSwitch.inProcess();
    private Duration deadline = Duration.ofMinutes(5);

    private Builder() {}

    public Builder journal(Journal value) {
      journal = requireNonNull(value, "journal");
      return this;
    }

    public Builder clock(Clock value) {
      clock = requireNonNull(value, "clock");
      return this;
    }

    /** Adds tools. Nobody gains the right to use them by it. */
    public Builder tools(ToolRegistry... more) {
      registries.addAll(List.of(more));
      return this;
    }

    /** What no caller may go beyond, whatever it was granted. Default: READ. */
    public Builder limit(Effect value) {
      limit = requireNonNull(value, "limit");
      return this;
    }

    /**
     * Lets a principal use tools up to an effect. The last word counts.
     *
     * @param principal {@link Caller#principal}; whoever makes callers has authenticated it
     */
    public Builder grant(String principal, Effect upTo) {
      grants.put(requireNonNull(principal, "principal"), requireNonNull(upTo, "upTo"));
      return this;
    }

    /** Default: one that nobody can throw. */
    public Builder killSwitch(KillSwitch value) {
      killSwitch = requireNonNull(value, "killSwitch");
      return this;
    }

    /** How long a call may take, as {@link Tool.Call#deadline} tells the tool. Default: 5 min. */
    public Builder deadline(Duration value) {
      if (value.isNegative() || value.isZero()) {
        throw new IllegalArgumentException("A deadline must be positive, got " + value);
      }
      deadline = value;
      return this;
    }

    /**
     * @throws IllegalStateException if something required is missing, or two tools share a name
     * @throws PluginException if a registry throws
     */
    public Toolbox build() {
      if (journal == null) {
        throw new IllegalStateException(
            "A toolbox needs a journal to write down acts; call journal(…)");
      }
      if (clock == null) {
        throw new IllegalStateException("A toolbox needs a clock for deadlines; call clock(…)");
      }
      SortedMap<String, Tool<?, ?>> tools = new TreeMap<>();
      for (ToolRegistry registry : registries) {
        for (Tool<?, ?> tool : toolsOf(registry)) {
          if (tools.put(tool.spec().name(), tool) != null) {
            throw new IllegalStateException(
                "Two tools are named "
                    + tool.spec().name()
                    + "; the second is of "
                    + registry.getClass().getName()
                    + ". Leave one out");
          }
        }
      }
      return new Toolbox(journal, clock, tools, this);
    }

    private static List<Tool<?, ?>> toolsOf(ToolRegistry registry) {
      try {
        return List.copyOf(registry.tools());
      } catch (RuntimeException e) {
        throw new PluginException(registry.getClass().getName(), "listing its tools", e);
      }
    }
  }
}
