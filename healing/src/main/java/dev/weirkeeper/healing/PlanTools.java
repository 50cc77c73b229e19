package dev.weirkeeper.healing;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Decided;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Handles;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Listing;
import dev.weirkeeper.LogBook;
import dev.weirkeeper.Mailbox;
import dev.weirkeeper.Migrated;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Outside;
import dev.weirkeeper.PipelineView;
import dev.weirkeeper.Plan;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Redaction;
import dev.weirkeeper.TableChange;
import dev.weirkeeper.Undo;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The plans that let a target follow its source, as tools: {@code plan_show} and {@code
 * plan_propose}. They show and ask the planner again; {@code plan_apply} is what carries a plan
 * out. Safe to share between threads.
 */
public final class PlanTools implements ToolRegistry {
  public static final String SHOW = "plan_show";
  public static final String PROPOSE = "plan_propose";

  private static final String REQUEST = "approval_request";
  private static final String EXPOSURE =
      "PRIVILEGE_EXPOSURE: whoever may SELECT from the table by SQL reads a new column at once."
          + " Masking hides it in tools only; where that matters, a person grants SELECT by columns"
          + " before the plan is applied";

  private static final int MOST_STEPS = 50;
  private static final int LONGEST = 1024;

  /**
   * Input of {@code plan_show}: a table, for the plan that waits for it; or a plan, whichever it
   * is; or both, where a grant covers only the table.
   */
  public record ShowPlan(Optional<String> table, Optional<Hash> plan) {
    public ShowPlan {
      if (table.isEmpty() && plan.isEmpty()) {
        throw new IllegalArgumentException("name a table, or the id of a plan");
      }
    }
  }

  /** Input of {@code plan_propose}. */
  public record ProposePlan(String table) {
    public ProposePlan {
      requireNonNull(table, "table");
    }
  }

  /**
   * A plan.
   *
   * @param waits whether {@code plan_apply} would take it now
   * @param from version of the relation that the target follows; absent if it has no such table
   * @param to version that it follows afterwards
   * @param steps carried out in order, at most 50 shown
   * @param proof why the planner believes that the steps lead there
   * @param remarks what the steps mean for others, by hazard
   * @param rehearsal the newest one that the book of the log holds; absent if it holds none
   */
  public record Shown(
      Hash plan,
      String table,
      IncidentTools.Waits waits,
      Optional<Hash> from,
      Hash to,
      List<StepView> steps,
      int stepsInAll,
      Outside proof,
      String next,
      List<String> remarks,
      Optional<RehearsalView> rehearsal) {
    public Shown {
      steps = List.copyOf(steps);
      remarks = List.copyOf(remarks);
    }
  }

  /**
   * What trying the plan out on a scratch server came to. The journal has all of the proof.
   *
   * @param proof its id
   * @param standing what it comes to, in the words of whoever rehearsed
   */
  public record RehearsalView(Hash proof, Outside standing) {}

  /**
   * One step.
   *
   * @param on what it changes, with its system
   * @param input what it is called with, as JSON
   * @param undo what would take it back
   * @param need what the pipeline needs for it; absent for a plan that does not wait
   */
  public record StepView(
      int number,
      String tool,
      String on,
      Outside input,
      Outside precondition,
      Outside verification,
      Optional<UndoView> undo,
      Optional<NeedView> need) {}

  /** The act that takes a step back. */
  public record UndoView(String tool, Outside input) {}

  /**
   * What the pipeline needs for a step.
   *
   * @param leave whether the rules of the host let it
   * @param why what stands in the way; empty if nothing does
   */
  public record NeedView(
      Optional<Effect> effect, Optional<Undo> undo, PipelineView.Leave leave, Outside why) {}

  /** How a plan that was just made compares with the one that was proposed last. */
  public enum Compared {
    SAME,
    /** What was approved of the one before does not hold for this one. */
    DIFFERS,
    /** None was proposed before, as far as the book of the log reaches. */
    NONE_BEFORE
  }

  /** A call with its exact arguments. */
  public record Call(String tool, Json input) {}

  /**
   * A plan that was just made of the newest schema.
   *
   * @param before the one that was proposed last
   * @param apply for whoever may write, with the proof of its newest rehearsal if that went as it
   *     should; absent if only a person can name the table
   * @param request for whoever may not: persons then decide
   */
  public record Proposed(
      Shown plan,
      Compared compared,
      Optional<Hash> before,
      Optional<Call> apply,
      Optional<Call> request) {}

  private record Request(String tool, Json input, String reason) {}

  private final String sourceSystem;
  private final LogBook book;
  private final Mailbox mailbox;
  private final Incidents incidents;
  private final Rehearsals rehearsals;

  /**
   * @param sourceSystem the system of the pipeline's tables
   */
  public PlanTools(String sourceSystem, LogBook book, Mailbox mailbox) {
    this.sourceSystem = requireNonNull(sourceSystem, "sourceSystem");
    this.book = requireNonNull(book, "book");
    this.mailbox = requireNonNull(mailbox, "mailbox");
    this.incidents = new Incidents(book, mailbox);
    this.rehearsals = new Rehearsals(book);
  }

  @Override
  public List<Tool<?, ?>> tools() {
    return List.of(
        Tool.read(
                SHOW,
                "Shows a plan: its steps with their input, precondition, verification and what"
                    + " takes them back, and the proof that they lead to the newest schema. Name"
                    + " the table for the plan that waits, or a plan by its id. Then plan_propose.",
                ShowPlan.class,
                Shown.class,
                (input, call) -> show(input, call.target()))
            .targeting(input -> Listing.about(sourceSystem, input.table())),
        Tool.read(
                PROPOSE,
                "Makes the plan for the newest schema of a table anew and changes nothing. Says"
                    + " whether it differs from the one before, what each step needs, and the exact"
                    + " arguments for plan_apply, and for approval_request where you may not"
                    + " apply.",
                ProposePlan.class,
                Proposed.class,
                (input, call) -> propose(call.target()))
            .targeting(input -> new Asset(sourceSystem, input.table())));
  }

  private static Outcome done(Record answer) {
    return new Outcome.Done(Json.of(answer), Outcome.Verification.NOT_NEEDED);
  }

  private Outcome show(ShowPlan input, Asset about) {
    Optional<PipelineView> view = mailbox.view();
    if (input.plan().isPresent()) {
      return named(input.plan().get(), input.table().map(table -> about), view);
    }
    Optional<PipelineView.Table> table = view.flatMap(seen -> seen.called(about));
    if (table.isEmpty()) {
      return new Outcome.Refused(unknown(view));
    }
    return table.get().plan() instanceof Probe.Value<PipelineView.Waiting> waiting
        ? done(shown(waiting.value().plan(), Optional.of(waiting.value()), table))
        : new Outcome.Refused(none(table.get()));
  }

  private static String unknown(Optional<PipelineView> view) {
    return view.isEmpty()
        ? "No pipeline runs here, so nobody knows whether a plan waits; a plan of before can be"
            + " shown by its id, which incident_explain says"
        : "The pipeline has no table of that name; take one that pipeline_status shows";
  }

  private static String none(PipelineView.Table table) {
    if (table.plan() instanceof Probe.Unknown<PipelineView.Waiting> unknown) {
      return "Whether a plan waits is not known: " + unknown.why();
    }
    return table.state().accepted().equals(Optional.of(table.state().latest()))
        ? "No plan waits: the target follows the newest schema"
        : "No plan waits: no safe way to the newest schema is known, so a person changes source or"
            + " target by hand";
  }

  private Outcome named(Hash id, Optional<Asset> about, Optional<PipelineView> view) {
    Optional<PipelineView.Table> waitsFor =
        view.stream()
            .flatMap(seen -> seen.tables().stream())
            .filter(
                table ->
                    table.plan() instanceof Probe.Value<PipelineView.Waiting> waiting
                        && waiting.value().plan().id().equals(id))
            .findFirst();
    Optional<PipelineView.Waiting> waiting =
        waitsFor.flatMap(
            table ->
                table.plan() instanceof Probe.Value<PipelineView.Waiting> value
                    ? Optional.of(value.value())
                    : Optional.empty());
    Optional<Plan> plan =
        waiting
            .map(PipelineView.Waiting::plan)
            .or(
                () ->
                    book.named(id).stream()
                        .flatMap(entry -> entry.body(Decided.class).stream())
                        .flatMap(decided -> decided.situation().proposed().stream())
                        .filter(proposed -> proposed.id().equals(id))
                        .findFirst())
            .filter(found -> found.asset().system().equals(sourceSystem))
            .filter(found -> about.isEmpty() || Listing.isCalled(found.asset(), about.get()));
    return plan.isEmpty()
        ? new Outcome.Refused(
            "No plan "
                + id.brief()
                + " is known here"
                + book.older().map(older -> "; it may be " + older).orElse("")
                + ". incident_explain says which was proposed")
        : done(
            shown(
                plan.get(),
                waiting,
                waitsFor.or(() -> view.flatMap(seen -> seen.table(plan.get().asset())))));
  }

  private Shown shown(
      Plan plan, Optional<PipelineView.Waiting> waiting, Optional<PipelineView.Table> table) {
    List<StepView> steps = new ArrayList<>();
    for (int i = 0; i < Math.min(plan.steps().size(), MOST_STEPS); i++) {
      int at = i;
      steps.add(
          step(
              i + 1,
              plan.steps().get(i),
              waiting.filter(all -> at < all.needs().size()).map(all -> all.needs().get(at))));
    }
    IncidentTools.Waits waits =
        waiting.isPresent()
            ? IncidentTools.Waits.WAITS
            : table.isEmpty() || table.get().plan() instanceof Probe.Unknown<?>
                ? IncidentTools.Waits.UNKNOWN
                : IncidentTools.Waits.NOT_ANY_MORE;
    return new Shown(
        plan.id(),
        Handles.qualified(plan.asset().name()),
        waits,
        plan.from(),
        plan.to(),
        steps,
        plan.steps().size(),
        outside(plan.proof().text()),
        switch (waits) {
          case WAITS -> "plan_propose says what it needs and how to apply it or ask for leave";
          case NOT_ANY_MORE -> "It cannot be applied: plan_show of the table shows what waits now";
          case UNKNOWN -> "Whether it waits is not known; pipeline_status says more";
        },
        remarks(plan),
        rehearsal(plan.id()));
  }

  private Optional<RehearsalView> rehearsal(Hash plan) {
    return rehearsals
        .newest(plan)
        .map(newest -> new RehearsalView(newest.proof(), outside(Rehearsals.standing(newest))));
  }

  private static List<String> remarks(Plan plan) {
    return plan.steps().stream()
            .anyMatch(step -> step.action().tool().equals(TableChange.AddColumn.TOOL))
        ? List.of(EXPOSURE)
        : List.of();
  }

  private static StepView step(int number, Plan.Step step, Optional<PipelineView.Need> need) {
    return new StepView(
        number,
        step.action().tool(),
        on(step.action()),
        input(step.action()),
        outside(step.precondition()),
        outside(step.verification()),
        step.undo().map(undo -> new UndoView(undo.tool(), input(undo))),
        need.map(
            what ->
                new NeedView(what.effect(), what.undo(), what.leave(), Outside.of(what.why()))));
  }

  private static String on(Action action) {
    return action.target().system() + ":" + Handles.qualified(action.target().name());
  }

  private static Outside input(Action action) {
    return outside(Redaction.redacted(action.input()).text());
  }

  private static Outside outside(String text) {
    return Outside.of(text, LONGEST);
  }

  private Outcome propose(Asset about) {
    Optional<PipelineView> view = mailbox.view();
    Optional<PipelineView.Table> found = view.flatMap(seen -> seen.called(about));
    if (found.isEmpty()) {
      return new Outcome.Refused(unknown(view));
    }
    PipelineView.Table table = found.get();
    if (!(table.plan() instanceof Probe.Value<PipelineView.Waiting> waiting)) {
      return new Outcome.Refused(none(table));
    }
    Plan plan = waiting.value().plan();
    Optional<Hash> before =
        incidents
            .newest(table.asset())
            .flatMap(entry -> Incidents.decided(entry).situation().proposed())
            .map(Plan::id);
    Optional<Migrated.Rehearsed> rehearsed = rehearsals.newest(plan.id());
    // Limits and grants go by names: a handle names a table for readers only.
    Optional<Call> apply =
        table.shown().equals(table.asset().name())
            ? Optional.of(
                new Call(
                    PipelineTools.APPLY,
                    Json.of(
                        new PipelineTools.Apply(
                            table.shown(),
                            plan.id(),
                            rehearsed.filter(Rehearsals::isGood).map(Migrated.Rehearsed::proof)))))
            : Optional.empty();
    return done(
        new Proposed(
            shown(plan, Optional.of(waiting.value()), found),
            before
                .map(old -> old.equals(plan.id()) ? Compared.SAME : Compared.DIFFERS)
                .orElse(Compared.NONE_BEFORE),
            before,
            apply,
            apply.map(
                call ->
                    new Call(
                        REQUEST,
                        Json.of(
                            new Request(
                                call.tool(),
                                call.input(),
                                "Plan "
                                    + plan.id().brief()
                                    + " lets the target of "
                                    + table.shown()
                                    + " follow its source in "
                                    + plan.steps().size()
                                    + " steps; "
                                    + rehearsed
                                        .map(
                                            newest ->
                                                "its rehearsal came to "
                                                    + Outside.of(Rehearsals.standing(newest))
                                                        .text())
                                        .orElse("it was not rehearsed")))))));
  }
}
