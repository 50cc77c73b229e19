package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.internal.JsonBounds;
import dev.weirkeeper.internal.Printable;
import dev.weirkeeper.spi.Escalation;
import dev.weirkeeper.spi.Guard;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one door through which anything outside is changed. Policies, the host's own code and remote
 * agents come through it alike: it asks the same questions of each in the same order, writes down
 * what is about to be done before it calls a tool, and writes down what it came to.
 *
 * <p>The order: known tool, valid input, a caller that may use it, kill switch, effect within the
 * host's {@link Builder#limit limit}, the limit of the owner's {@link Domain} and the caller's
 * {@link Grant} or else an {@link Approval} of this act, the host's {@link Guard guards}, what the
 * act depends on is read, {@link Budget budgets}, journal, the same state again, call, read back,
 * journal.
 *
 * <p>Who may do what is said by the host, here, and nowhere else. A caller of kind HOST or POLICY
 * without a grant may READ; an AGENT without a grant may call nothing, and with one its writes are
 * chosen and not worded: tools that take {@link Inputs#TEXT} need an approval each time.
 *
 * <p>Tools run on the caller's thread, and deadlines are cooperative. Safe to share between
 * threads.
 */
public final class Toolbox {
  private static final Logger LOG = LoggerFactory.getLogger(Toolbox.class);
  private static final JsonBounds INPUT = new JsonBounds(64 * 1024, 16, 8 * 1024);
  private static final int NAME_LENGTH = 256;
  private static final int REASON_LENGTH = 1024;
  private static final int RECENT = 8;

  private final SortedMap<String, Tool<?, ?>> tools;
  private final Duration deadline;
  private final Attempt.Parts parts;

  private Toolbox(SortedMap<String, Tool<?, ?>> tools, Attempt.Parts parts, Duration deadline) {
    this.tools = tools;
    this.parts = parts;
    this.deadline = deadline;
  }

  public static Builder builder() {
    return new Builder();
  }

  /** All tools, sorted by name. */
  public List<ToolSpec> specs() {
    return tools.values().stream().map(Tool::spec).toList();
  }

  /** The tools that the caller may use by itself, on some asset, sorted by name. */
  public List<ToolSpec> specs(Caller caller) {
    return specs().stream().filter(spec -> parts.rules().carries(caller, spec)).toList();
  }

  /** The tools that the caller may use by itself or with an approval, sorted by name. */
  public List<ToolSpec> askable(Caller caller) {
    return specs().stream().filter(spec -> parts.rules().shows(caller, spec)).toList();
  }

  /** Which domain owns what, as this door knows it. */
  public Domains domains() {
    return parts.rules().domains();
  }

  /** Where persons give, deny and revoke approvals of acts at this door. */
  public Approvals approvals() {
    return new Approvals(parts.memory(), parts.clock(), parts.journal());
  }

  /**
   * Has an action carried out, if the door lets it through, and says what it came to.
   *
   * @param causes content hashes of the records that led to it
   * @throws JournalException if the journal or the door's memory cannot be written. Before the act:
   *     nothing was done. After it: the message says what it came to, and the journal shows it as
   *     never settled.
   */
  public Outcome perform(Caller caller, Action action, List<Hash> causes) {
    return perform(caller, action, causes, CallControl.NONE);
  }

  /** The same for somebody who may give the call up, or wants to hear how far it has come. */
  public Outcome perform(Caller caller, Action action, List<Hash> causes, CallControl control) {
    requireNonNull(control, "control");
    return admitted(caller, action, causes, control, Asked::perform);
  }

  /**
   * The action that a call of a tool with this input is: the tool says what its input is about.
   *
   * @throws IllegalArgumentException if there is no such tool, the input is not valid, or the tool
   *     leaves it to the caller to say what it is about
   */
  public Action action(String tool, Json input) {
    Tool<?, ?> known = tools.get(requireNonNull(tool, "tool"));
    if (known == null) {
      throw new IllegalArgumentException(
          "There is no tool '" + printable(tool, NAME_LENGTH) + "'; ask for the list");
    }
    return new Action(tool, input, targetOf(known, input));
  }

  /** The tools whose inputs say what they are about: those that {@link #action} knows. */
  public List<ToolSpec> addressed() {
    return tools.values().stream()
        .filter(tool -> tool.target().isPresent())
        .map(Tool::spec)
        .toList();
  }

  /**
   * Whether the rules let the caller make this call with an approval of it, and not without: then
   * {@link #request} asks for one. Not while all acts are stopped or a rule of the host is against
   * it, which no approval lifts. Says nothing of budgets, nor whether one was given already.
   */
  public boolean needsApproval(Caller caller, Action action) {
    Tool<?, ?> known = tools.get(action.tool());
    if (known == null) {
      return false;
    }
    Rules.Answer answer = parts.rules().on(caller, known.spec(), action.target());
    return answer.objection().isEmpty()
        && answer.leave() == Rules.Leave.TO_BE_ASKED
        && parts.killSwitch().stopped().isEmpty()
        && parts.rules().guarded(caller, known.spec(), action, parts.clock().instant()).isEmpty();
  }

  private static <I extends Record> Asset targetOf(Tool<I, ?> tool, Json input) {
    I typed = typed(tool, input);
    return tool.target()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    tool.spec().name() + " does not say what its input is about; name the target"))
        .apply(typed);
  }

  /**
   * Asks persons for leave to make a call that the caller may not make by itself. The approval
   * holds for this action, by this caller, on the state that its target has now, under the rules of
   * now, and once. The same request again, while it is open, is the same request.
   *
   * @param reason for the persons; a model's words are shown as such
   * @param validFor at most a day
   * @return {@code Done} with an {@link Approval.Request} as its result, whose {@link
   *     Approval.Request#id} names it from now on; {@code Refused} if it cannot be approved by
   *     anybody, or needs no approval
   */
  public Outcome request(
      Caller caller, Action action, String reason, Duration validFor, List<Hash> causes) {
    requireNonNull(reason, "reason");
    if (validFor.isNegative() || validFor.isZero() || validFor.compareTo(Requests.LONGEST) > 0) {
      throw new IllegalArgumentException(
          "An approval is valid for at most " + Requests.LONGEST + ", got " + validFor);
    }
    String words = Redaction.worded(reason, REASON_LENGTH);
    return admitted(
        caller, action, causes, CallControl.NONE, asked -> asked.request(words, validFor));
  }

  /** Passes the steps of the door that only ask, then goes on. */
  private Outcome admitted(
      Caller caller,
      Action action,
      List<Hash> causes,
      CallControl control,
      Function<Asked<?>, Outcome> then) {
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
    return admitted(tool, caller, action, because, control, then);
  }

  private <I extends Record> Outcome admitted(
      Tool<I, ?> tool,
      Caller caller,
      Action action,
      List<Hash> causes,
      CallControl control,
      Function<Asked<?>, Outcome> then) {
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
    Rules.Answer answer = parts.rules().on(caller, spec, asked.target());
    Instant now = parts.clock().instant();
    Optional<String> objection =
        parts
            .rules()
            .stranger(caller)
            .or(() -> parts.killSwitch().against(caller, spec))
            .or(answer::objection)
            .or(() -> parts.rules().guarded(caller, spec, asked, now));
    if (objection.isPresent()) {
      return refused(caller, asked, causes, objection.get(), objection.get());
    }
    Attempt<I> attempt =
        new Attempt<>(
            parts, tool, input, caller, asked, answer.leave(), now.plus(deadline), control);
    return then.apply(new Asked<>(attempt, tool.spec(), caller, asked, answer, causes));
  }

  /** A call that the rules have nothing against. */
  private final class Asked<I extends Record> {
    private final Attempt<I> attempt;
    private final ToolSpec spec;
    private final Caller caller;
    private final Action action;
    private final Rules.Answer answer;
    private final List<Hash> causes;

    Asked(
        Attempt<I> attempt,
        ToolSpec spec,
        Caller caller,
        Action action,
        Rules.Answer answer,
        List<Hash> causes) {
      this.attempt = attempt;
      this.spec = spec;
      this.caller = caller;
      this.action = action;
      this.answer = answer;
      this.causes = causes;
    }

    Outcome perform() {
      Optional<String> unread = attempt.observe();
      if (unread.isPresent()) {
        return no(unread.get());
      }
      Attempt.Admission admitted = attempt.admit();
      return admitted.refusal().isPresent()
          ? no(admitted.refusal().get())
          : attempt.make(admitted, causes);
    }

    Outcome request(String reason, Duration validFor) {
      if (answer.leave() == Rules.Leave.GRANTED) {
        return no("'" + caller.principal() + "' needs no approval for it; call it");
      }
      Optional<String> unread = attempt.observe();
      if (unread.isPresent()) {
        return no(unread.get());
      }
      return new Requests(parts)
          .ask(
              spec,
              caller,
              action,
              attempt.stateHash(),
              new Requests.Terms(attempt.policy(), reason, validFor),
              causes,
              this::no);
    }

    private Outcome no(String why) {
      return refused(caller, action, causes, why, why);
    }
  }

  /**
   * Finds out what a call that is {@code Pending} has come to, by the READ tool that its tool
   * names.
   *
   * @param action {@link Action#id} of the call
   * @return what it came to; {@code Pending} if it still goes on; {@code Refused} if no such call
   *     is open or it cannot be asked
   */
  public Outcome settle(Caller caller, Hash action) {
    requireNonNull(caller, "caller");
    return new Settling(this, parts, tools).byTool(caller, action);
  }

  /**
   * Says, as a person who has looked, what a call that is unsettled has come to: one that is {@code
   * Unknown} or {@code Pending}, or whose host died. Only then can an act that must not happen
   * twice be asked for again.
   *
   * @param person of kind HOST
   * @param seen {@code Done}, {@code Partial} or {@code Failed}
   * @throws IllegalArgumentException if it is not a person, there is no such call, or {@code seen}
   *     settles nothing
   */
  public void settle(Caller person, Hash action, Outcome seen, String how) {
    new Settling(this, parts, tools)
        .byPerson(person, action, seen, Redaction.worded(how, REASON_LENGTH));
  }

  /** Ids of calls that may have happened and of which nobody knows, oldest first. */
  public List<Hash> unsettled() {
    return parts
        .memory()
        .look(
            state ->
                state.unsettled().stream().map(call -> call.spent().action()).distinct().toList());
  }

  /** What is frozen, by its name, with the reason. */
  public Map<String, String> frozen() {
    return parts
        .memory()
        .look(
            state -> {
              Map<String, String> all = new TreeMap<>();
              state.frozen().forEach(freeze -> all.put(freeze.what(), freeze.why()));
              return all;
            });
  }

  /**
   * Lets a class of acts go on that was frozen.
   *
   * @param person of kind HOST, who has looked at what went wrong
   * @param what name of the budget; {@code *} for the freeze of all acts; {@code clock} if the
   *     clock is right now and was wrong before
   * @throws IllegalArgumentException if it is not a person, or nothing of that name is frozen
   */
  public void thaw(Caller person, String what) {
    requirePerson(person, "thaws");
    boolean clock = what.equals(DoorEvent.CLOCK);
    if (!clock && !frozen().containsKey(what)) {
      throw new IllegalArgumentException(
          "Nothing named '" + what + "' is frozen; frozen() lists what is");
    }
    parts
        .journal()
        .write(
            Freeze.Thawed.KIND,
            person.actor(),
            Optional.empty(),
            new Freeze.Thawed(what, person),
            List.of());
    parts
        .memory()
        .update(
            state -> {
              Instant read = parts.clock().instant();
              List<DoorEvent> events = new ArrayList<>();
              if (clock) {
                events.add(new DoorEvent.ClockSet(read, person.principal()));
              }
              Instant at = clock ? read : state.now(read);
              events.add(new DoorEvent.Thawed(at, what, person.principal()));
              return new DoorMemory.Change<>(events, true);
            });
  }

  static void requirePerson(Caller person, String does) {
    if (person.kind() != Caller.Kind.HOST) {
      throw new IllegalArgumentException(
          person.actor() + " is no person: only a person " + does + " what is in doubt");
    }
  }

  /** Tells the door that something is wrong with an asset; too many at once freeze all acts. */
  void alarm(Asset asset, Hash cause) {
    Freezing.alarmed(parts, asset, cause);
  }

  /** What the newest acts on an asset came to, newest first: {@code Failed table_add_column}. */
  List<String> recent(Asset asset) {
    return parts.memory().look(state -> state.recent(asset, RECENT));
  }

  /**
   * What a caller would need for an action as the rules are now; asks nothing and calls nothing.
   */
  PipelineView.Need need(Caller caller, Action action) {
    Tool<?, ?> tool = tools.get(action.tool());
    if (tool == null) {
      return new PipelineView.Need(
          action.tool(),
          Optional.empty(),
          Optional.empty(),
          PipelineView.Leave.REFUSED,
          "There is no such tool at this host");
    }
    Rules.Answer answer = parts.rules().on(caller, tool.spec(), action.target());
    PipelineView.Leave leave =
        answer.objection().isPresent()
            ? PipelineView.Leave.REFUSED
            : answer.leave() == Rules.Leave.GRANTED
                ? PipelineView.Leave.GRANTED
                : PipelineView.Leave.NEEDS_APPROVAL;
    return new PipelineView.Need(
        action.tool(),
        Optional.of(tool.spec().effect()),
        Optional.of(tool.spec().undo()),
        leave,
        answer.objection().orElse(answer.because()));
  }

  /** Acts that are left this hour, by budget. */
  Map<String, Long> budgetsLeft() {
    return parts
        .memory()
        .look(
            state -> {
              Instant now = state.now(parts.clock().instant());
              Map<String, Long> left = new TreeMap<>();
              for (Tool<?, ?> tool : tools.values()) {
                if (tool.spec().effect() != Effect.READ) {
                  Budget budget = parts.rules().budgets().of(tool.spec());
                  left.put(budget.name(), state.left(budget, now));
                }
              }
              return left;
            });
  }

  private static <I extends Record> I typed(Tool<I, ?> tool, Json input) {
    INPUT
        .exceededBy(input.text())
        .ifPresent(
            excess -> {
              throw new IllegalArgumentException(excess);
            });
    return input.as(tool.input());
  }

  private static <I extends Record> I input(Tool<I, ?> tool, Action action) {
    if (!isPlain(action.target().system()) || !isPlain(action.target().name())) {
      throw new IllegalArgumentException(
          "the target's name is longer than "
              + NAME_LENGTH
              + " characters or holds control characters");
    }
    I input = typed(tool, action.input());
    if (tool.target().isPresent() && !tool.target().get().apply(input).equals(action.target())) {
      throw new IllegalArgumentException(
          "the action's target is not what its input names; address the action to that");
    }
    return input;
  }

  private Outcome refused(
      Caller caller, Action action, List<Hash> causes, String reason, String written) {
    LOG.warn("{} was refused {}: {}", caller.actor(), printable(action.tool(), 64), written);
    Asset target = action.target();
    parts
        .journal()
        .write(
            Act.Refused.KIND,
            caller.actor(),
            isPlain(target.system()) && isPlain(target.name())
                ? Optional.of(target)
                : Optional.empty(),
            new Act.Refused(
                printable(action.tool(), NAME_LENGTH), Hash.of(action.input()), caller, written),
            causes);
    return new Outcome.Refused(reason);
  }

  private static boolean isPlain(String name) {
    return name.length() <= NAME_LENGTH && name.equals(printable(name, NAME_LENGTH));
  }

  private static String printable(String text, int length) {
    return Printable.text(text, length);
  }

  private static void log(Alert alert) {
    LOG.warn("A person is needed: {} {}: {}", alert.kind(), alert.subject(), alert.what());
  }

  /** Says what a host allows. Confined to one thread. */
  public static final class Builder {
    private @Nullable Journal journal;
    private @Nullable Clock clock;
    private final List<ToolRegistry> registries = new ArrayList<>();
    private Effect limit = Effect.READ;
    private Grants grants = Grants.of();
    private Domains domains = Domains.none();
    private Budgets budgets = Budgets.STANDARD;
    private final List<Guard> guards = new ArrayList<>();
    private @Nullable DoorMemory memory;
    private Escalation escalation = Toolbox::log;
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

    /** Adds a grant to {@link #grants}. */
    public Builder grant(Grant grant) {
      grants.allow(grant);
      return this;
    }

    /** Lets a principal use all tools up to an effect. */
    public Builder grant(String principal, Effect upTo) {
      return grant(Grant.to(principal, upTo));
    }

    /** Who may do what; the host keeps it to allow and revoke while the door is in use. */
    public Builder grants(Grants all) {
      grants = requireNonNull(all, "all");
      return this;
    }

    /** Who owns which assets. Default: nobody, so nobody can approve anything. */
    public Builder domains(Domains owners) {
      domains = requireNonNull(owners, "owners");
      return this;
    }

    /** How much may be done. Default: {@link Budgets#STANDARD}. */
    public Builder budgets(Budgets bounds) {
      budgets = requireNonNull(bounds, "bounds");
      return this;
    }

    /** Adds a rule of the host, which can only narrow. */
    public Builder guard(Guard rule) {
      guards.add(requireNonNull(rule, "rule"));
      return this;
    }

    /** Where budgets and approvals are remembered. Needed for a limit beyond READ. */
    public Builder memory(DoorMemory where) {
      memory = requireNonNull(where, "where");
      return this;
    }

    /** Whom to turn to. Default: a warning in the log. */
    public Builder escalation(Escalation persons) {
      escalation = requireNonNull(persons, "persons");
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
      DoorMemory remembered = memory;
      if (remembered == null) {
        if (limit != Effect.READ) {
          throw new IllegalStateException(
              "A toolbox that lets more than READ through remembers budgets and approvals across"
                  + " restarts; call memory(DoorMemory.in(folder)), or"
                  + " memory(DoorMemory.inProcess()) where it need not");
        }
        remembered = DoorMemory.inProcess();
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
      for (Tool<?, ?> tool : tools.values()) {
        requireSettler(tool, tools);
      }
      return new Toolbox(
          tools,
          new Attempt.Parts(
              journal,
              clock,
              new Rules(limit, grants, domains, budgets, guards),
              remembered,
              killSwitch,
              escalation),
          deadline);
    }

    private static void requireSettler(Tool<?, ?> tool, SortedMap<String, Tool<?, ?>> tools) {
      tool.settledBy()
          .filter(
              name ->
                  !tools.containsKey(name)
                      || tools.get(name).spec().effect() != Effect.READ
                      || tools.get(name).input() != Settlement.Query.class)
          .ifPresent(
              name -> {
                throw new IllegalStateException(
                    tool.spec().name()
                        + " is settled by "
                        + name
                        + ", which is no READ tool here that takes a Settlement.Query");
              });
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
