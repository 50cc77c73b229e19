package dev.weirkeeper;

import dev.weirkeeper.spi.DriftDetector;
import dev.weirkeeper.spi.HealingPolicy;
import dev.weirkeeper.spi.Planner;
import dev.weirkeeper.spi.ProgressListener;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What happens to schema changes before the first row of their transaction is written: observed,
 * decided, acted on through the door, verified. Whatever is not done leaves the table paused, so
 * that its rows go to the spool. Runs on the pipeline's thread.
 */
final class SchemaStep {
  private static final Caller PIPELINE = new Caller("pipeline", Caller.Kind.POLICY);

  private final DriftDetector detector;
  private final Planner planner;
  private final HealingPolicy policy;
  private final Toolbox toolbox;
  private final Journal journal;
  private final Clock clock;
  private final Function<Asset, Tolerance> tolerances;
  private final Function<Asset, Autonomy> autonomies;
  private final Optional<DriftHistory> history;
  private final Tables tables;
  private final Consumer<PipelineEvent> listener;

  private final Beginning beginning;

  /** Ids of open incidents. Read from any thread. */
  private final Map<Asset, Hash> open = new ConcurrentHashMap<>();

  /** Stores that a plan is begun, before its first act. */
  @FunctionalInterface
  interface Beginning {
    /**
     * @return why it cannot be stored, if so: then nothing may be done
     */
    Optional<String> begin(TableState state);
  }

  SchemaStep(Pipeline.Parts parts, Tables tables, Beginning beginning) {
    this.beginning = beginning;
    this.detector = parts.detector();
    this.planner = parts.planner();
    this.policy = parts.policy();
    this.toolbox = parts.toolbox();
    this.journal = parts.journal();
    this.clock = parts.clock();
    this.tolerances = parts.tolerances();
    this.autonomies = parts.autonomies();
    this.history = parts.history();
    this.tables = tables;
    this.listener = parts.listener();
  }

  /** Meets a relation for the first time, perhaps under a name that was another's. */
  void meet(Relation relation, Position position) {
    Optional<TableState> namesake = tables.of(relation.asset());
    TableState unseen = TableState.unseen(relation, "the target does not have the table yet");
    if (namesake.flatMap(TableState::accepted).isPresent()) {
      // What the target has under this name are rows of the other.
      TableState swapped = unseen.accepting(namesake.get().accepted().get());
      tables.replace(
          namesake.get(), swapped.paused("The source has another table under this name"));
    } else {
      tables.put(unseen);
    }
    decide(relation.id(), position, Evidence.CATALOG);
  }

  /** Meets a change of schema. */
  void change(SchemaChange change, Position position) {
    TableState state = tables.byRelation(change.relationId());
    if (change.after().isEmpty()) {
      if (state != null) {
        Incident incident = incident(state, "table.removed", Set.of(), position);
        conclude(state, incident, Optional.empty());
      }
      return;
    }
    Relation after = change.after().get();
    if (change.coverage() == SchemaChange.Coverage.PART) {
      if (state != null) {
        narrowed(state, position);
      }
      return;
    }
    if (state == null) {
      tables.put(TableState.unseen(after, "the target does not have the table yet"));
    } else {
      tables.put(state.observed(after));
    }
    decide(change.relationId(), position, change.evidence());
  }

  /**
   * Meets rows without some of the columns that their table still has: no column was removed, but
   * values of it are lost from here on.
   */
  private void narrowed(TableState state, Position position) {
    if (state.mode() == TableState.Mode.RESYNC_NEEDED) {
      return;
    }
    Incident incident =
        incident(state, "publication.columns", Set.of(Flag.SCOPE, Flag.RESYNC), position);
    Judged judged = judge(state, incident, Optional.empty());
    contain(state, judged);
    tables
        .of(state.asset())
        .ifPresent(
            after ->
                tables.put(
                    after.lost(
                        "The source leaves columns of the table out of its log; publish all of them"
                            + " again, then resync the table")));
  }

  /**
   * Whether a TRUNCATE is simply applied. No policy decides on one that is, so what holds for
   * changes of schema is asked here: quiet hours, and a breaker that lets nothing through.
   */
  boolean appliesTruncation(Asset asset) {
    Tolerance tolerance = tolerances.apply(asset);
    Instant now = clock.instant();
    return tolerance.truncate() == Tolerance.Truncation.APPLY
        && Excess.quiet(tolerance, now).isEmpty()
        && tolerance
            .rate()
            .map(
                rate ->
                    history
                        .flatMap(known -> known.breaker(rate, asset, now))
                        .filter(breaker -> breaker.state() == DriftBreaker.State.CLOSED)
                        .isPresent())
            .orElse(true);
  }

  /** Meets a TRUNCATE that the table's tolerance does not simply apply. */
  void truncate(TableState state, Position position) {
    Incident incident = incident(state, "table.truncated", Set.of(Flag.RESYNC), position);
    conclude(state, incident, Optional.empty());
  }

  /**
   * Pauses a table for a reason that is no drift: a contract that blocks, a target that refuses.
   */
  void contain(TableState state, String kind, String why, Position position) {
    Incident incident = incident(state, kind, Set.of(), position);
    Decision decision = new Decision.Contain(List.of(), Optional.empty(), why);
    Situation situation = situation(incident, Optional.empty());
    Hash cause = write(new Decided(incident, situation, decision), PIPELINE.principal(), List.of());
    toolbox.alarm(state.asset(), cause);
    pause(state.asset(), why);
  }

  /**
   * The plan that would let the target follow the newest version of a table; first of all the rest
   * of a plan that was begun, for nobody else knows what of it is done.
   */
  Optional<Plan> pending(TableState state, Position position) {
    Relation to = state.next();
    boolean flows =
        state.mode() == TableState.Mode.LIVE
            || state.mode() == TableState.Mode.LOADING
            || state.mode() == TableState.Mode.DRAINING;
    if (flows && state.goal().isEmpty()) {
      // What it accepted may be ahead of what the stream has told, after a crash: nothing waits.
      return Optional.empty();
    }
    if (state.accepted().isPresent() && state.accepted().get().equals(to)) {
      return Optional.empty();
    }
    List<Finding> findings = detect(state, to, position, Evidence.CATALOG);
    return findings.isEmpty()
        ? Optional.empty()
        : planner.plan(new Incident(state.asset(), position, findings), state.accepted(), to);
  }

  /** What the pipeline needs for each step of a plan. */
  List<PipelineView.Need> needs(Plan plan) {
    return plan.steps().stream().map(step -> toolbox.need(PIPELINE, step.action())).toList();
  }

  /** Id of the incident that is open on an asset, as far as this run knows. */
  Optional<Hash> open(Asset asset) {
    return Optional.ofNullable(open.get(asset));
  }

  /** Whether the versions differ in nothing that the detector would name. */
  boolean unchanged(TableState state, Position position) {
    return state.goal().isEmpty()
        && state.accepted().isPresent()
        && detect(state, state.latest(), position, Evidence.CATALOG).isEmpty();
  }

  private void decide(String relationId, Position position, Evidence evidence) {
    TableState state = tables.byRelation(relationId);
    if (state == null
        || (state.accepted().isPresent() && state.accepted().get().equals(state.latest()))) {
      return;
    }
    List<Finding> findings = detect(state, state.latest(), position, evidence);
    if (findings.isEmpty()) {
      // Another version without a difference that anybody could name: a fact became known.
      tables.put(accept(state, new Goal(state.latest(), position, evidence), List.of()));
      return;
    }
    Incident incident = new Incident(state.asset(), position, findings);
    Optional<Plan> plan = Optional.empty();
    try {
      // What is done of a plan that was begun nobody knows: it comes first, by a person's word.
      if (state.goal().isEmpty()) {
        plan = planner.plan(incident, state.accepted(), state.latest());
      }
    } catch (RuntimeException e) {
      throw new PluginException(planner.id(), "planning for " + state.asset(), e);
    }
    follow(state, judge(state, incident, plan), evidence);
  }

  /**
   * What a plan leads to.
   *
   * @param position where in the feed it was met
   * @param evidence who saw it
   */
  record Goal(Relation relation, Position position, Evidence evidence) {}

  /** The table once its target follows a version, which is written down first. */
  private TableState accept(TableState state, Goal goal, List<Hash> causes) {
    journal.write(
        SchemaAccepted.KIND,
        PIPELINE.principal(),
        Optional.of(state.asset()),
        new SchemaAccepted(
            goal.position(),
            goal.evidence(),
            state.accepted().map(Relation::version),
            goal.relation()),
        causes);
    return state.accepting(goal.relation());
  }

  private List<Finding> detect(
      TableState state, Relation to, Position position, Evidence evidence) {
    Instant now = clock.instant();
    List<Facet> before = new ArrayList<>();
    state.accepted().ifPresent(accepted -> before.add(new Facet.Schema(accepted, evidence)));
    Observation baseline = new Observation(state.asset(), now, Optional.of(position), before);
    Observation current =
        new Observation(
            state.asset(), now, Optional.of(position), List.of(new Facet.Schema(to, evidence)));
    try {
      return detector.detect(baseline, current).findings();
    } catch (RuntimeException e) {
      throw new PluginException(detector.id(), "comparing versions of " + state.asset(), e);
    }
  }

  private void conclude(TableState state, Incident incident, Optional<Plan> plan) {
    follow(state, judge(state, incident, plan), Evidence.CATALOG);
  }

  /**
   * What was decided about an incident, within what the host allows.
   *
   * @param cause the record of it
   */
  record Judged(Incident incident, Decision decision, Autonomy autonomy, Hash cause) {}

  Judged judge(TableState state, Incident incident, Optional<Plan> plan) {
    Decided decided = Decided.by(policy, incident, situation(incident, plan));
    Situation situation = decided.situation();
    Decision decision = decided.decision();
    Hash cause = write(decided, "policy:" + policy.id(), List.of());
    Optional<String> excess = Bounds.exceededBy(decision, incident, situation);
    if (excess.isPresent()) {
      // What the policy said stays as it said it; what the host makes of it is a record of its own.
      decision =
          new Decision.Contain(
              List.of(),
              plan,
              "Policy " + policy.id() + " would go beyond what the host allows: " + excess.get());
      cause =
          write(new Decided(incident, situation, decision), PIPELINE.principal(), List.of(cause));
    }
    return new Judged(incident, decision, situation.autonomy(), cause);
  }

  /** Writes down what the host itself makes of an incident that leaves the table as it is. */
  void note(TableState state, Incident incident, Decision decision) {
    Optional<Hash> before = open(state.asset());
    write(
        new Decided(incident, situation(incident, Optional.empty()), decision),
        PIPELINE.principal(),
        List.of());
    before.ifPresentOrElse(
        still -> open.put(state.asset(), still), () -> open.remove(state.asset()));
  }

  private void follow(TableState state, Judged judged, Evidence evidence) {
    Decision decision = judged.decision();
    Goal goal = new Goal(state.latest(), judged.incident().position(), evidence);
    if (decision instanceof Decision.Dismiss && state.goal().isEmpty()) {
      tables.put(accept(state, goal, List.of(judged.cause())));
      open.remove(state.asset());
    } else if (decision instanceof Decision.Heal heal && mayHeal(state)) {
      carryOut(state.asset(), heal.plan(), goal, judged.cause(), CallControl.NONE.progress());
    } else {
      contain(state, judged);
    }
  }

  /** Does what a decision says for now, and pauses the table. */
  void contain(TableState state, Judged judged) {
    Decision decision = judged.decision();
    if (decision instanceof Decision.Contain contain) {
      contain.now().forEach(action -> perform(action, List.of(judged.cause())));
      if (contain.plan().isEmpty()
          && judged.autonomy() != Autonomy.OBSERVE
          && judged.incident().verdict().worseThan(Verdict.COMPATIBLE)) {
        toolbox.alarm(state.asset(), judged.cause());
      }
    }
    boolean waits = decision instanceof Decision.Heal;
    pause(
        state.asset(), waits ? "A change of its schema waits behind its spool" : decision.reason());
  }

  /** A table that is paused stays so: what waits in its spool comes first, by a person's word. */
  private boolean mayHeal(TableState state) {
    return state.accepted().isEmpty() || !state.spools();
  }

  private Hash write(Decided decided, String actor, List<Hash> causes) {
    Incident incident = decided.incident();
    Hash cause = journal.write(Decided.KIND, actor, Optional.of(incident.asset()), decided, causes);
    if (decided.situation().tolerance().looksBack()
        && !history.map(known -> known.heard(incident.asset(), cause)).orElse(false)) {
      throw new IllegalStateException(
          "The drift history does not hear of decisions: pass it to the Journal as a listener");
    }
    open.put(incident.asset(), incident.id());
    listener.accept(new PipelineEvent.Decided(incident, decided.decision()));
    return cause;
  }

  /**
   * Carries out a plan step by step; the first step that is not done pauses the table. That it is
   * begun is stored before: whoever comes after a crash goes on with this very plan, whatever the
   * source did since, and steps that were done are found done.
   *
   * @param goal the version that it leads to
   * @return whether the target now follows it
   */
  boolean carryOut(Asset asset, Plan plan, Goal goal, Hash cause, ProgressListener progress) {
    TableState start = tables.of(asset).orElseThrow();
    if (!plan.steps().isEmpty() && !start.goal().equals(Optional.of(goal.relation()))) {
      Optional<String> refused = beginning.begin(start.begun(goal.relation()));
      if (refused.isPresent()) {
        pause(asset, "It could not be stored that a plan begins: " + refused.get());
        return false;
      }
      tables.put(start.aiming(Optional.of(goal.relation())));
    }
    int done = 0;
    for (Plan.Step step : plan.steps()) {
      Outcome outcome = perform(step.action(), List.of(cause));
      if (!outcome.isDone()) {
        if (done == 0 && !start.goal().isPresent() && isNothingDone(outcome)) {
          tables.put(tables.of(asset).orElseThrow().aiming(Optional.empty()));
        }
        pause(
            asset,
            "Step "
                + step.action().tool()
                + " of plan "
                + plan.id().brief()
                + " was not done: "
                + describe(outcome));
        return false;
      }
      progress.progress(++done, OptionalLong.of(plan.steps().size()), "steps of the plan are done");
    }
    // A step may have changed the state: a resync puts the table into LOADING.
    TableState state = tables.of(asset).orElseThrow();
    boolean first = state.accepted().isEmpty();
    TableState accepted = accept(state, goal, List.of(cause));
    tables.put(first ? accepted.loading(Load.begin(asset)) : accepted);
    open.remove(asset);
    return true;
  }

  private static boolean isNothingDone(Outcome outcome) {
    return outcome instanceof Outcome.Refused || outcome instanceof Outcome.Failed;
  }

  private Outcome perform(Action action, List<Hash> causes) {
    Outcome outcome = toolbox.perform(PIPELINE, action, causes);
    listener.accept(new PipelineEvent.Acted(action, outcome));
    return outcome;
  }

  /** Pauses a table, whatever the door said: routing to the spool needs nobody's leave. */
  private void pause(Asset asset, String why) {
    tables
        .of(asset)
        .filter(state -> state.mode() != TableState.Mode.RESYNC_NEEDED)
        .ifPresent(state -> tables.put(state.paused(why)));
  }

  static String describe(Outcome outcome) {
    if (outcome instanceof Outcome.Refused refused) {
      return "refused, " + refused.reason();
    } else if (outcome instanceof Outcome.Failed failed) {
      return "failed, " + failed.error();
    } else if (outcome instanceof Outcome.Unknown unknown) {
      return "unknown, " + unknown.error();
    } else if (outcome instanceof Outcome.Pending pending) {
      return "pending until " + pending.deadline();
    } else if (outcome instanceof Outcome.Partial) {
      return "done in part";
    }
    return "done";
  }

  private Incident incident(TableState state, String kind, Set<Flag> flags, Position position) {
    Finding finding =
        new Finding(
            "pipeline",
            state.asset(),
            kind,
            "",
            Verdict.BREAKING,
            flags,
            Json.empty(),
            state.accepted().map(Relation::version),
            Optional.of(state.latest().version()));
    return new Incident(state.asset(), position, List.of(finding));
  }

  private Situation situation(Incident incident, Optional<Plan> plan) {
    Asset asset = incident.asset();
    Tolerance tolerance = tolerances.apply(asset);
    Instant now = clock.instant();
    List<Hash> others = new ArrayList<>();
    open.forEach(
        (other, id) -> {
          if (!other.equals(asset)) {
            others.add(id);
          }
        });
    others.sort(null);
    List<String> acts = new ArrayList<>(toolbox.recent(asset));
    plan.stream()
        .flatMap(proposed -> proposed.steps().stream())
        .map(step -> step.action().target())
        .distinct()
        .filter(target -> !target.equals(asset))
        .forEach(target -> acts.addAll(toolbox.recent(target)));
    return new Situation(
        toolbox.specs(),
        autonomies.apply(asset),
        tolerance,
        plan,
        acts,
        others,
        toolbox.budgetsLeft(),
        now,
        policy.id(),
        tolerance
            .rate()
            .flatMap(rate -> history.flatMap(known -> known.breaker(rate, incident, now))));
  }
}
