package dev.weirkeeper.drift.rehearsal;

import dev.weirkeeper.drift.plan.Hazard;
import dev.weirkeeper.drift.plan.LockMode;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.plan.Work;
import dev.weirkeeper.drift.rehearsal.RehearsalProof.Kept;
import dev.weirkeeper.drift.rehearsal.RehearsalProof.Undone;
import dev.weirkeeper.drift.schema.ObjectName;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;

/** Holds what a step did against what it declares. Pure. */
final class Declared {
  /** With any of these, other values afterwards are no surprise. */
  private static final Set<Hazard> CHANGE_VALUES =
      Set.of(
          Hazard.NARROWS_DATA,
          Hazard.ROUNDS_DATA,
          Hazard.DELETES_DATA,
          Hazard.SESSION_TIMEZONE_DEPENDENT,
          Hazard.BACKFILL_NEEDED);

  private final int number;
  private final Migration.Step step;
  private final List<String> exceeded;

  Declared(int number, Migration.Step step, List<String> exceeded) {
    this.number = number;
    this.step = step;
    this.exceeded = exceeded;
  }

  /**
   * @param old relations that were there before the migration: nobody waits for others
   */
  void hold(
      SortedMap<ObjectName, LockMode> locked,
      List<ObjectName> rewritten,
      List<RehearsalProof.TableRows> rows,
      Undone undone,
      Set<ObjectName> old) {
    locked.forEach(
        (name, mode) -> {
          LockMode declared = step.locks().getOrDefault(name.toString(), LockMode.NONE);
          // Weaker ones disturb nobody but who locks whole tables.
          if (old.contains(name)
              && mode.strongerThan(LockMode.ROW_EXCLUSIVE)
              && mode.strongerThan(declared)) {
            exceed("locks " + Shown.name(name) + " " + mode + " and declares " + declared);
          }
        });
    for (ObjectName name : rewritten) {
      if (old.contains(name)
          && step.work() != Work.REWRITE
          && !step.hazards().contains(Hazard.TABLE_REWRITE)) {
        exceed("rewrites " + Shown.name(name) + " and declares " + step.work());
      }
    }
    for (RehearsalProof.TableRows table : rows) {
      if (table.kept() == Kept.LOST && !step.hazards().contains(Hazard.DELETES_DATA)) {
        exceed("loses rows or columns of " + table.table() + " and does not declare it");
      } else if (table.kept() == Kept.CHANGED
          && step.commit() != Migration.Commit.BATCHES
          && Collections.disjoint(step.hazards(), CHANGE_VALUES)) {
        exceed("changes values of " + table.table() + " and does not declare it");
      }
    }
    if (undone == Undone.LEADS_ELSEWHERE) {
      exceed("has an undo that does not lead back");
    } else if (undone == Undone.FAILED) {
      exceed("has an undo that fails");
    }
  }

  private void exceed(String what) {
    exceeded.add("Step " + number + " " + what);
  }
}
