package dev.weirkeeper.drift.postgres.migrate;

import dev.weirkeeper.drift.plan.LockMode;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.plan.Work;
import dev.weirkeeper.drift.postgres.migrate.MigrationResult.Ending;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** Tries a step until it is done, or is not worth another try. */
final class Attempts {
  private final Run run;
  private final Session session;
  private final CatalogWatch watch;
  private final Obstacles obstacles;

  Attempts(Run run, Session session, CatalogWatch watch) {
    this.run = run;
    this.session = session;
    this.watch = watch;
    this.obstacles = new Obstacles(session);
  }

  /** How one attempt went. */
  private enum Went {
    DONE,
    /** Something in the catalog was written meanwhile; it may be another schema now. */
    CATALOG_WRITTEN
  }

  /**
   * @return how many rows its statements wrote
   */
  long inTransaction(int number, Migration.Step step, CatalogWatch.Seen before)
      throws SQLException, Halt {
    SortedMap<ObjectName, LockMode> locked = Relations.lockedBy(step, before.schema());
    CatalogWatch.Seen state = before;
    for (int attempt = 1; attempt <= run.runner.limits.attempts(); attempt++) {
      run.requireNotCancelled();
      if (isHeldUp(step, locked)) {
        run.patience.pause(number, attempt);
        continue;
      }
      try {
        if (transaction(number, step, attempt, locked, state) == Went.DONE) {
          return 0;
        }
      } catch (SQLException e) {
        stopUnlessRetried(number, e, () -> requireStill(number, before));
        run.patience.pause(number, attempt);
        continue;
      }
      CatalogWatch.Seen now = run.look(watch);
      if (!now.fingerprint().equals(before.fingerprint())) {
        throw new Halt(
            Ending.MOVED,
            "The target moved meanwhile: while step "
                + number
                + " waited for its locks, somebody changed the schema. The step was not done; plan"
                + " anew from what is there");
      }
      state = now;
    }
    throw spent(number);
  }

  private Went transaction(
      int number,
      Migration.Step step,
      int attempt,
      SortedMap<ObjectName, LockMode> locked,
      CatalogWatch.Seen state)
      throws SQLException, Halt {
    session.begin();
    String transaction;
    try {
      transaction = session.text("SELECT pg_catalog.pg_current_xact_id()::text").orElseThrow();
      // Before any lock is held: the log may be slow.
      run.announce(number, step, attempt, Optional.of(transaction));
      Duration limit =
          step.work() == Work.CATALOG_ONLY ? session.limits.statement() : session.limits.work();
      for (Map.Entry<ObjectName, LockMode> lock : locked.entrySet()) {
        session.execute(
            "LOCK TABLE ONLY "
                + Relations.quoted(lock.getKey())
                + " IN "
                + Relations.sql(lock.getValue())
                + " MODE",
            session.limits.statement());
      }
      if (!watch.isStill(state)) {
        session.rollback();
        return Went.CATALOG_WRITTEN;
      }
      for (String sql : step.statements()) {
        session.execute(sql, limit);
      }
      if (!session
          .text("SELECT pg_catalog.pg_current_xact_id()::text")
          .equals(Optional.of(transaction))) {
        throw new Halt(
            Ending.UNDECIDED,
            "A statement of step "
                + number
                + " ended the transaction that it was in; that is no step of a migration. Plan anew"
                + " from what is there");
      }
    } catch (SQLException | Halt | RuntimeException e) {
      rollback(e);
      throw e;
    }
    try {
      session.commit();
    } catch (SQLException e) {
      rollback(e);
      if (SqlStates.isGone(e)) {
        throw new Halt(
            Ending.UNKNOWN,
            "The connection broke while step "
                + number
                + " was committed. Run it again: the server is asked what became of it");
      }
      throw e;
    }
    return Went.DONE;
  }

  private void rollback(Exception why) {
    try {
      session.rollback();
    } catch (SQLException e) {
      why.addSuppressed(e);
    }
  }

  long alone(int number, Migration.Step step, CatalogWatch.Seen before) throws SQLException, Halt {
    Leftovers leftovers = new Leftovers(session, step);
    SortedMap<ObjectName, LockMode> locked = Relations.lockedBy(step, before.schema());
    boolean begun = false;
    for (int attempt = 1; attempt <= run.runner.limits.attempts(); attempt++) {
      run.requireNotCancelled();
      try {
        if (begun) {
          leftovers.clear();
        }
        if (!isHeldUp(step, locked)) {
          requireStill(number, before);
          run.announce(number, step, attempt, Optional.empty());
          begun = true;
          for (String sql : step.statements()) {
            session.execute(sql, session.limits.work());
          }
          return 0;
        }
      } catch (SQLException e) {
        if (SqlStates.isGone(e)) {
          throw new Halt(
              Ending.UNKNOWN,
              "The connection broke during step "
                  + number
                  + ", which no transaction holds together. Run it again: what it left is found and"
                  + " cleared away");
        }
        if (!SqlStates.isRetried(e)) {
          clear(number, leftovers);
          stopUnlessRetried(number, e, () -> requireStill(number, before));
        }
      }
      run.patience.pause(number, attempt);
    }
    if (begun) {
      clear(number, leftovers);
    }
    throw spent(number);
  }

  private void requireStill(int number, CatalogWatch.Seen before) throws SQLException, Halt {
    if (!watch.isStill(before) && !run.look(watch).fingerprint().equals(before.fingerprint())) {
      throw new Halt(
          Ending.MOVED,
          "The target moved meanwhile: somebody changed the schema before the end of step "
              + number
              + ". The step is not done; plan anew from what is there");
    }
  }

  /** Clears away what a step left that is given up. */
  private void clear(int number, Leftovers leftovers) throws SQLException, Halt {
    for (int attempt = 1; ; attempt++) {
      try {
        leftovers.clear();
        return;
      } catch (SQLException e) {
        if (!SqlStates.isRetried(e) || attempt >= run.runner.limits.attempts()) {
          throw new Halt(
              Ending.FAILED,
              "Step "
                  + number
                  + " failed, and the invalid index that it left could not be dropped (SQLSTATE "
                  + SqlStates.of(e)
                  + "). Run it again, or drop the index concurrently by hand");
        }
        run.patience.pause(number, attempt);
      }
    }
  }

  long inBatches(int number, Migration.Step step, CatalogWatch.Seen before)
      throws SQLException, Halt {
    requireStill(number, before);
    String oid =
        before
            .schema()
            .table(step.on())
            .map(Table::id)
            .orElseThrow(
                () ->
                    new Halt(
                        Ending.REFUSED,
                        "Step "
                            + number
                            + " is to fill a table that is not among what the migration was"
                            + " planned on"));
    run.announce(number, step, 1, Optional.empty());
    return new Backfill(run, session, this, number, step, oid, () -> requireStill(number, before))
        .all();
  }

  /** Whether it is better not to ask for locks now: all who come later would wait behind us. */
  private boolean isHeldUp(Migration.Step step, SortedMap<ObjectName, LockMode> locked)
      throws SQLException {
    List<Obstacle> now = new ArrayList<>(obstacles.toLocks(locked));
    if (step.commit() == Migration.Commit.ALONE) {
      now.addAll(obstacles.toConcurrentBuilds());
    }
    boolean writes = step.work() == Work.REWRITE;
    if (writes) {
      now.addAll(obstacles.toManyWrites());
    }
    run.meet(now);
    return now.stream().anyMatch(each -> each.holdsUpLocks() || writes && each.holdsUpWrites());
  }

  /** Whether readers of the log have to catch up before more rows are written. */
  boolean mustCatchUp() throws SQLException {
    List<Obstacle> now = obstacles.toManyWrites();
    run.meet(now);
    return now.stream().anyMatch(Obstacle::holdsUpWrites);
  }

  /** Throws if the schema is another one than the step starts from. */
  @FunctionalInterface
  interface Guard {
    void requireStill() throws SQLException, Halt;
  }

  /**
   * @param guard what was renamed or dropped meanwhile fails in many ways, and this says why
   */
  void stopUnlessRetried(int number, SQLException e, Guard guard) throws SQLException, Halt {
    if (SqlStates.isGone(e)) {
      throw new Halt(
          Ending.FAILED,
          "The connection broke in step "
              + number
              + " before it was committed, so the server has undone it. Run it again");
    }
    if (!SqlStates.isRetried(e)) {
      if (!SqlStates.endsSession(e)) {
        guard.requireStill();
      }
      throw new Halt(Ending.FAILED, "Step " + number + " was undone: " + SqlStates.told(e));
    }
  }

  Halt spent(int number) {
    return new Halt(
        Ending.BLOCKED,
        "Step "
            + number
            + " got no lock in "
            + run.runner.limits.attempts()
            + " attempts and was not done. Find who holds what it needs (the obstacles say what is"
            + " known), then run it again");
  }
}
