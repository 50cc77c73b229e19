package dev.weirkeeper.drift.rehearsal;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Handles;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Json;
import dev.weirkeeper.Mailbox;
import dev.weirkeeper.Migrated;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Outside;
import dev.weirkeeper.PipelineView;
import dev.weirkeeper.Plan;
import dev.weirkeeper.Probe;
import dev.weirkeeper.drift.plan.LockMode;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Tries the plan that waits for a table on a scratch server, as a tool: {@code plan_rehearse}. The
 * proof is written into the journal as evidence, caused by the plan, so that whoever is asked for
 * an approval finds it by the plan's id. Nothing of source or target changes. Safe to share between
 * threads; rehearsals wait for each other.
 */
public final class RehearseTools implements ToolRegistry {
  public static final String REHEARSE = "plan_rehearse";

  private static final int MOST_STEPS = 50;
  private static final int MOST_UNPROVEN = 20;

  /** Reads the schema of the target as it is now. */
  @FunctionalInterface
  public interface Target {
    DatabaseSchema read() throws SQLException, IOException;
  }

  /**
   * Input of {@code plan_rehearse}.
   *
   * @param table name at the source, with its schema
   * @param plan id of the plan that waits for it, as {@code plan_show} says it
   */
  public record RehearsePlan(String table, Hash plan) {
    public RehearsePlan {
      requireNonNull(table, "table");
      requireNonNull(plan, "plan");
    }
  }

  /**
   * What a rehearsal showed.
   *
   * @param proof its id; the journal has all of it
   * @param server the version of PostgreSQL that ran it
   * @param steps at most 50
   * @param unproven what the scratch server lacks, at most 20
   * @param exceeded in which way a step did more than it declares
   */
  public record Shown(
      Hash plan,
      String table,
      RehearsalProof.Standing standing,
      Hash proof,
      String server,
      long rows,
      List<StepView> steps,
      int stepsInAll,
      List<UnprovenView> unproven,
      int unprovenInAll,
      List<Outside> exceeded,
      Optional<Outside> error,
      String next) {
    public Shown {
      steps = List.copyOf(steps);
      unproven = List.copyOf(unproven);
      exceeded = List.copyOf(exceeded);
    }
  }

  /**
   * What one step did there.
   *
   * @param locks the strongest lock that it was seen to hold on each relation
   * @param rewritten relations whose rows were all written anew
   * @param rowsLost whether rows or values of columns that stay were lost
   */
  public record StepView(
      int number,
      String kind,
      Outside on,
      Hash before,
      Hash after,
      Map<String, LockMode> locks,
      int rewritten,
      boolean rowsLost,
      RehearsalProof.Undone undo) {
    public StepView {
      locks = Map.copyOf(locks);
    }
  }

  /** Something that could not be shown, and why. */
  public record UnprovenView(String kind, Outside what, String why) {}

  private final String sourceSystem;
  private final Mailbox mailbox;
  private final Rehearser rehearser;
  private final Target target;
  private final Journal journal;

  /**
   * @param sourceSystem the system of the pipeline's tables
   * @param rehearser stays the host's, who closes it
   * @param target reads the target's schema with rights to read its catalog and nothing more
   */
  public RehearseTools(
      String sourceSystem, Mailbox mailbox, Rehearser rehearser, Target target, Journal journal) {
    this.sourceSystem = requireNonNull(sourceSystem, "sourceSystem");
    this.mailbox = requireNonNull(mailbox, "mailbox");
    this.rehearser = requireNonNull(rehearser, "rehearser");
    this.target = requireNonNull(target, "target");
    this.journal = requireNonNull(journal, "journal");
  }

  @Override
  public List<Tool<?, ?>> tools() {
    return List.of(
        Tool.read(
                REHEARSE,
                "Tries the plan that waits for a table on a scratch copy of the target's schema and"
                    + " changes nothing. Says what each step locked and rewrote, whether rows were"
                    + " kept, whether the way back leads back, and what could not be shown. Ask"
                    + " before approval_request: the proof goes into the log under the plan's id.",
                RehearsePlan.class,
                Shown.class,
                (input, call) -> rehearse(input, call))
            .targeting(input -> new Asset(sourceSystem, input.table())));
  }

  private Outcome rehearse(RehearsePlan input, Tool.Call call) throws IOException {
    Optional<PipelineView> view = mailbox.view();
    Optional<PipelineView.Table> table = view.flatMap(seen -> seen.called(call.target()));
    if (table.isEmpty()) {
      return new Outcome.Refused(
          view.isEmpty()
              ? "No pipeline runs here, so no plan waits"
              : "The pipeline has no table of that name; take one that pipeline_status shows");
    }
    if (!(table.get().plan() instanceof Probe.Value<PipelineView.Waiting> waiting)
        || !waiting.value().plan().id().equals(input.plan())) {
      return new Outcome.Refused(
          "The plan "
              + input.plan().brief()
              + " does not wait for that table; plan_show says which does");
    }
    Plan plan = waiting.value().plan();
    RehearsalProof proof;
    try {
      proof = rehearser.rehearse(target.read(), plan, call::stop).proof();
    } catch (SQLException e) {
      return new Outcome.Failed(
          "The target's schema cannot be read (SQLSTATE "
              + e.getSQLState()
              + "), so nothing was rehearsed: see that its login may connect and read the catalog");
    } catch (IllegalArgumentException | IllegalStateException e) {
      return new Outcome.Refused(Outside.of(String.valueOf(e.getMessage())).text());
    }
    journal.write(
        Migrated.Rehearsed.KIND,
        "tool:" + REHEARSE,
        Optional.of(plan.asset()),
        proof.record(),
        List.of(plan.id(), call.actionId()));
    return new Outcome.Done(
        Json.of(shown(plan, table.get().shown(), proof)), Outcome.Verification.NOT_NEEDED);
  }

  private static Shown shown(Plan plan, String table, RehearsalProof proof) {
    return new Shown(
        plan.id(),
        table,
        proof.standing(),
        proof.id(),
        proof.server(),
        proof.rows().count(),
        proof.steps().stream().limit(MOST_STEPS).map(RehearseTools::step).toList(),
        proof.steps().size(),
        proof.unproven().stream()
            .limit(MOST_UNPROVEN)
            .map(each -> new UnprovenView(each.kind(), Outside.of(each.what()), each.why()))
            .toList(),
        proof.unproven().size(),
        proof.exceeded().stream().map(Outside::of).toList(),
        proof.error().map(Outside::of),
        switch (proof.standing()) {
          case PROVEN ->
              "approval_request asks for leave; whoever decides finds the proof in the log";
          case UNPROVEN ->
              "It shows nothing: what a step needs could not be rebuilt, so a person looks at it";
          case PARTLY -> "What is unproven has to be looked at by whoever approves";
          case EXCEEDED, FAILED -> "It should not be approved as it is: a person looks at it";
        });
  }

  private static StepView step(RehearsalProof.StepProof step) {
    Map<String, LockMode> locks = new TreeMap<>();
    step.locks().forEach((relation, mode) -> locks.put(Handles.qualified(relation), mode));
    return new StepView(
        step.step() + 1,
        step.kind(),
        Outside.of(step.on()),
        step.before(),
        step.after(),
        locks,
        step.rewritten().size(),
        step.tables().stream().anyMatch(rows -> rows.kept() == RehearsalProof.Kept.LOST),
        step.undo());
  }
}
