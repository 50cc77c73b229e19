package dev.weirkeeper.drift.rehearsal;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Migrated;
import dev.weirkeeper.drift.plan.LockMode;
import dev.weirkeeper.drift.postgres.migrate.Prediction;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a migration did on a scratch server, for those who decide on it and for the log. The same
 * migration, schema and rows give the same proof: it holds no times. Names in it are made visible
 * and are still text from outside.
 *
 * @param subject what was asked about: id of the migration, or of the plan that it was made of
 * @param migration id of the migration whose steps were run
 * @param server the version that ran it
 * @param target {@link Prediction#state} of the schema that was to be rebuilt
 * @param rebuilt that of the schema that was rebuilt
 * @param unproven what the scratch server lacks, so that its part in the migration is not shown
 * @param states {@link Prediction#state} before the first step and after each that was done
 * @param exceeded in which way a step did more than it declares, in sentences
 * @param error why it ended early
 */
public record RehearsalProof(
    Hash subject,
    Hash migration,
    String server,
    Standing standing,
    Hash target,
    Hash rebuilt,
    List<Unproven> unproven,
    Rows rows,
    List<StepProof> steps,
    List<Hash> states,
    List<String> exceeded,
    Optional<String> error) {
  public RehearsalProof {
    requireNonNull(subject, "subject");
    requireNonNull(migration, "migration");
    requireNonNull(server, "server");
    requireNonNull(standing, "standing");
    requireNonNull(target, "target");
    requireNonNull(rebuilt, "rebuilt");
    unproven = List.copyOf(unproven);
    requireNonNull(rows, "rows");
    steps = List.copyOf(steps);
    states = List.copyOf(states);
    exceeded = List.copyOf(exceeded);
    requireNonNull(error, "error");
  }

  /** What it comes to. */
  public enum Standing {
    /** All was rebuilt but for what is named unproven; each step did what it declares. */
    PROVEN,
    /** Each step did what it declares, on a schema that could not be rebuilt as it is. */
    PARTLY,
    /** A step did more than it declares: the plan is not proven. */
    EXCEEDED,
    /** A step failed, or the migration does not lead where it should. */
    FAILED,
    /**
     * A step failed on a schema that could not be rebuilt as it is: whether it fails on the target,
     * too, is not shown.
     */
    UNPROVEN
  }

  /**
   * Something that the scratch server lacks.
   *
   * @param what its identity, or the table it is about
   * @param why in a sentence
   */
  public record Unproven(String kind, String what, String why) {
    public Unproven {
      requireNonNull(kind, "kind");
      requireNonNull(what, "what");
      requireNonNull(why, "why");
    }
  }

  /**
   * The rows that were there at the beginning.
   *
   * @param count how many, in all tables together
   * @param given how many of them are the host's
   * @param content hash of all of them
   */
  public record Rows(long seed, long count, long given, Hash content) {
    public Rows {
      requireNonNull(content, "content");
    }
  }

  /**
   * What a step did.
   *
   * @param statements their hash
   * @param locks the strongest lock that it was seen to hold on each relation that was there before
   * @param rewritten relations whose rows were all written anew
   * @param tables what became of the rows of the tables that it touches
   * @param undo whether its undo leads back
   */
  public record StepProof(
      int step,
      String kind,
      String on,
      Hash statements,
      Hash before,
      Hash after,
      Map<String, LockMode> locks,
      List<String> rewritten,
      List<TableRows> tables,
      Undone undo) {
    public StepProof {
      requireNonNull(kind, "kind");
      requireNonNull(on, "on");
      requireNonNull(statements, "statements");
      requireNonNull(before, "before");
      requireNonNull(after, "after");
      locks = Collections.unmodifiableMap(new TreeMap<>(locks));
      rewritten = List.copyOf(rewritten);
      tables = List.copyOf(tables);
      requireNonNull(undo, "undo");
    }
  }

  /**
   * The rows of a table before and after a step.
   *
   * @param after empty if the table is gone
   * @param content hash of the values in the columns that were there at the beginning and still are
   */
  public record TableRows(
      String table, long before, Optional<Long> after, Kept kept, Optional<Hash> content) {
    public TableRows {
      requireNonNull(table, "table");
      requireNonNull(after, "after");
      requireNonNull(kept, "kept");
      requireNonNull(content, "content");
    }
  }

  /** Whether the values of the columns that a step leaves are what they were. */
  public enum Kept {
    SAME,
    CHANGED,
    /** The table is gone, or some of its columns or rows are. */
    LOST
  }

  /** What the undo of a step was seen to do. */
  public enum Undone {
    /** The step has none. */
    NONE,
    LEADS_BACK,
    LEADS_ELSEWHERE,
    FAILED
  }

  /** What persons and tools call it: hash of all of it. */
  public Hash id() {
    return Hash.of(json());
  }

  /** To be shown with a request for approval and kept in the log. */
  public Json json() {
    return Json.of(this);
  }

  /** To be written down. */
  public Migrated.Rehearsed record() {
    return new Migrated.Rehearsed(subject, id(), json());
  }

  /** What a runner holds each step against; empty unless all is proven. */
  public Optional<Prediction> prediction() {
    return standing == Standing.PROVEN
        ? Optional.of(new Prediction(id(), migration, states))
        : Optional.empty();
  }
}
