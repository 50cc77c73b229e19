package dev.weirkeeper.drift.plan;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Action;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.drift.schema.ObjectName;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The statements that take a database from one schema to another, in their order.
 * Content-addressed: who approves an id approves exactly these statements, from exactly that state.
 *
 * @param dialect whose SQL it is: {@code postgresql}, {@code duckdb}, {@code snowflake}, …
 * @param from fingerprint of the schema that it starts from
 * @param to fingerprint of the schema that it leads to, if nothing is refused
 * @param refusals changes that are not made; the rest is made without them
 * @param remarks what a reviewer should know, in sentences
 * @param major of the server that it was planned for: others lock and rewrite other things, and say
 *     other things in the same words; empty where that does not matter
 */
public record Migration(
    String dialect,
    Hash from,
    Hash to,
    List<Step> steps,
    List<Refusal> refusals,
    List<String> remarks,
    Optional<Integer> major) {

  public Migration {
    requireNonNull(dialect, "dialect");
    requireNonNull(from, "from");
    requireNonNull(to, "to");
    steps = List.copyOf(steps);
    refusals = List.copyOf(refusals);
    remarks = List.copyOf(remarks);
    requireNonNull(major, "major");
  }

  /** A migration for any version. */
  public Migration(
      String dialect,
      Hash from,
      Hash to,
      List<Step> steps,
      List<Refusal> refusals,
      List<String> remarks) {
    this(dialect, from, to, steps, refusals, remarks, Optional.empty());
  }

  public Hash id() {
    return Hash.of(Json.of(this));
  }

  /**
   * One statement, or statements that only make sense together.
   *
   * @param kind the kind of the change that it serves, in the taxonomy
   * @param on what it changes
   * @param statements run in one transaction, unless {@link Commit#ALONE}
   * @param locks the strongest lock on each relation that it locks
   * @param precondition what must hold before, for people
   * @param probe a query that gives one boolean and says whether the step is done already, so that
   *     an interrupted migration goes on; empty if only a new comparison can tell
   * @param verification what is read back afterwards, for people
   * @param undo statements that take it back; empty where nothing does
   * @param act the typed act that does the same within the boundary, for {@link Route#BOUNDARY}
   * @param notBefore the first day on which it may be run; empty for any day
   */
  public record Step(
      String kind,
      ObjectName on,
      List<String> statements,
      Commit commit,
      Route route,
      Map<String, LockMode> locks,
      Work work,
      Set<Hazard> hazards,
      String precondition,
      Optional<String> probe,
      String verification,
      List<String> undo,
      Optional<Action> act,
      Optional<LocalDate> notBefore) {
    public Step {
      requireNonNull(kind, "kind");
      requireNonNull(on, "on");
      statements = List.copyOf(statements);
      requireNonNull(commit, "commit");
      requireNonNull(route, "route");
      locks = Map.copyOf(locks);
      requireNonNull(work, "work");
      hazards = Set.copyOf(hazards);
      requireNonNull(precondition, "precondition");
      requireNonNull(probe, "probe");
      requireNonNull(verification, "verification");
      undo = List.copyOf(undo);
      requireNonNull(act, "act");
      requireNonNull(notBefore, "notBefore");
    }

    /** A step of any day. */
    public Step(
        String kind,
        ObjectName on,
        List<String> statements,
        Commit commit,
        Route route,
        Map<String, LockMode> locks,
        Work work,
        Set<Hazard> hazards,
        String precondition,
        Optional<String> probe,
        String verification,
        List<String> undo,
        Optional<Action> act) {
      this(
          kind,
          on,
          statements,
          commit,
          route,
          locks,
          work,
          hazards,
          precondition,
          probe,
          verification,
          undo,
          act,
          Optional.empty());
    }
  }

  /** How a step is committed. */
  public enum Commit {
    /** In a transaction of its own. */
    TRANSACTION,
    /** Outside any transaction: {@code CREATE INDEX CONCURRENTLY}. */
    ALONE,
    /**
     * In batches, each in its transaction: one {@code UPDATE} that writes one batch, {@code … WHERE
     * ctid = ANY (ARRAY(SELECT ctid FROM t WHERE (condition) LIMIT n))}, run again until it writes
     * none. The condition says which rows are still to do; whoever runs it may put a range of
     * {@code ctid} in the place of the limit.
     */
    BATCHES
  }
}
