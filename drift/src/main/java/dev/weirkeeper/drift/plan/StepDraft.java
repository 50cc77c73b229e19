package dev.weirkeeper.drift.plan;

import dev.weirkeeper.Action;
import dev.weirkeeper.drift.schema.ObjectName;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** A step in the making: says by its locks and work what its hazards are. */
final class StepDraft {
  private final String kind;
  private final ObjectName on;
  private final List<String> statements = new ArrayList<>();
  private final Map<String, LockMode> locks = new TreeMap<>();
  private final Set<Hazard> hazards = EnumSet.noneOf(Hazard.class);
  private final List<String> undo = new ArrayList<>();
  private Migration.Commit commit = Migration.Commit.TRANSACTION;
  private Route route = Route.SCRIPT;
  private Work work = Work.CATALOG_ONLY;
  private String precondition = "";
  private Optional<String> probe = Optional.empty();
  private String verification = "";
  private Optional<Action> act = Optional.empty();
  private Optional<LocalDate> notBefore = Optional.empty();
  private boolean reversible = true;
  private boolean freshTable;

  private StepDraft(String kind, ObjectName on) {
    this.kind = kind;
    this.on = on;
  }

  static StepDraft of(String kind, ObjectName on) {
    return new StepDraft(kind, on);
  }

  StepDraft sql(String... sql) {
    statements.addAll(Arrays.asList(sql));
    return this;
  }

  /** In the same transaction, before what is there. */
  StepDraft sqlFirst(String sql) {
    statements.add(0, sql);
    return this;
  }

  StepDraft lock(ObjectName relation, LockMode mode) {
    locks.merge(relation.toString(), mode, (old, added) -> added.strongerThan(old) ? added : old);
    return this;
  }

  /**
   * ALTER TABLE goes on to children, unless it says ONLY; a column is dropped from ONLY a parent
   * with a word to them.
   */
  void alsoLocks(Set<ObjectName> children) {
    LockMode own = locks.get(on.toString());
    if (own != null
        && statements.stream()
            .anyMatch(
                sql ->
                    sql.startsWith("ALTER TABLE \"")
                        || sql.startsWith("ALTER TABLE ONLY") && sql.contains(" DROP COLUMN "))) {
      children.forEach(child -> lock(child, own));
    }
  }

  /** The strongest lock there is, as most forms of ALTER TABLE take it. */
  StepDraft exclusive(ObjectName relation) {
    return lock(relation, LockMode.ACCESS_EXCLUSIVE);
  }

  StepDraft work(Work done) {
    if (done.compareTo(work) > 0) {
      work = done;
    }
    hazards.addAll(
        switch (done) {
          case CATALOG_ONLY -> Set.of();
          case SCAN, FOREIGN_KEY_SCAN -> Set.of(Hazard.FULL_SCAN);
          case INDEX_BUILD -> Set.of(Hazard.INDEX_BUILD);
          // All indexes of the table are built with it.
          case REWRITE ->
              Set.of(Hazard.TABLE_REWRITE, Hazard.REWRITE_NOT_DECODED, Hazard.INDEX_BUILD);
        });
    return this;
  }

  StepDraft hazard(Hazard... more) {
    hazards.addAll(Arrays.asList(more));
    return this;
  }

  StepDraft requires(String condition) {
    precondition = precondition.isEmpty() ? condition : precondition + "; " + condition;
    return this;
  }

  StepDraft probe(String query) {
    probe = Optional.of(query);
    return this;
  }

  StepDraft verify(String condition) {
    verification = verification.isEmpty() ? condition : verification + "; " + condition;
    return this;
  }

  StepDraft undo(String... sql) {
    undo.addAll(Arrays.asList(sql));
    return this;
  }

  StepDraft irreversible() {
    reversible = false;
    hazards.add(Hazard.IRREVERSIBLE);
    return this;
  }

  StepDraft alone() {
    commit = Migration.Commit.ALONE;
    hazards.add(Hazard.NON_TRANSACTIONAL);
    return this;
  }

  StepDraft batches() {
    commit = Migration.Commit.BATCHES;
    route = Route.BATCHES;
    hazards.add(Hazard.BACKFILL_NEEDED);
    return this;
  }

  /** The relation is made by this very migration: nobody waits for its locks. */
  StepDraft fresh() {
    freshTable = true;
    return this;
  }

  /** The typed act that does the same within the boundary. */
  StepDraft act(Action typed) {
    act = Optional.of(typed);
    route = Route.BOUNDARY;
    return this;
  }

  /** Whoever still uses the old form has until then. */
  StepDraft notBefore(LocalDate day) {
    notBefore = Optional.of(day);
    return requires("It is " + day + " or later");
  }

  boolean isEmpty() {
    return statements.isEmpty();
  }

  Migration.Step done() {
    lockHazards();
    return new Migration.Step(
        kind,
        on,
        statements,
        commit,
        route,
        locks,
        work,
        hazards,
        precondition.isEmpty() ? "The database is as the migration found it" : precondition,
        probe,
        verification.isEmpty() ? "The catalog says so" : verification,
        reversible ? undo : List.of(),
        act,
        notBefore);
  }

  private void lockHazards() {
    for (Map.Entry<String, LockMode> lock : locks.entrySet()) {
      if (freshTable && lock.getKey().equals(on.toString())) {
        continue;
      }
      switch (lock.getValue()) {
        case ACCESS_EXCLUSIVE, EXCLUSIVE ->
            hazards.addAll(Set.of(Hazard.LOCK_ACCESS_EXCLUSIVE, Hazard.LOCK_QUEUE));
        case SHARE_ROW_EXCLUSIVE -> hazards.add(Hazard.LOCK_SHARE_ROW_EXCLUSIVE);
        case SHARE -> hazards.add(Hazard.LOCK_SHARE);
        default -> {
          // Weaker locks do not stop readers and writers.
        }
      }
      if (!lock.getKey().equals(on.toString())
          && lock.getValue().strongerThan(LockMode.ROW_EXCLUSIVE)) {
        hazards.add(Hazard.LOCK_ON_OTHER_TABLE);
      }
    }
  }
}
