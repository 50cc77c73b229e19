package dev.weirkeeper.drift.rehearsal;

import dev.weirkeeper.drift.plan.LockMode;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.schema.ObjectName;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.PGConnection;

/** Carries statements out and sees which locks they take. */
final class Trial {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(1);

  private final Connection worker;
  private final Connection watcher;
  private final Duration timeout;

  Trial(Connection worker, Connection watcher, Duration timeout) {
    this.worker = worker;
    this.watcher = watcher;
    this.timeout = timeout;
  }

  SortedMap<ObjectName, LockMode> carryOut(Migration.Step step, Relations before)
      throws SQLException {
    return step.commit() == Migration.Commit.ALONE
        ? alone(step.statements(), step.on(), before)
        : inTransaction(step.statements(), before);
  }

  /** All locks of a transaction are held until its end, so one look before it shows them. */
  SortedMap<ObjectName, LockMode> inTransaction(List<String> statements, Relations before)
      throws SQLException {
    worker.setAutoCommit(false);
    try {
      for (String sql : statements) {
        Sql.execute(worker, sql, timeout);
      }
      SortedMap<ObjectName, LockMode> locked = before.lockedBy(process(), worker);
      worker.commit();
      return locked;
    } finally {
      worker.rollback();
      worker.setAutoCommit(true);
    }
  }

  /**
   * A statement outside any transaction gives its locks back by itself. A second session holds a
   * writer's lock on the table until the statement is seen to wait for it, so that there is a
   * moment to look at; from then on it looks until the statement ends.
   */
  SortedMap<ObjectName, LockMode> alone(List<String> statements, ObjectName on, Relations before)
      throws SQLException {
    SortedMap<ObjectName, LockMode> locked = new TreeMap<>();
    for (String sql : statements) {
      FutureTask<Optional<SQLException>> task =
          new FutureTask<>(
              () -> {
                try {
                  Sql.execute(worker, sql, timeout);
                  return Optional.empty();
                } catch (SQLException e) {
                  return Optional.of(e);
                }
              });
      int process = process();
      Thread thread = new Thread(task, "rehearsed statement");
      thread.setDaemon(true);
      watcher.setAutoCommit(false);
      try {
        boolean holds = hold(on);
        if (!holds) {
          letGo();
        }
        thread.start();
        Optional<SQLException> failed =
            watch(
                task,
                holds,
                () ->
                    before
                        .lockedBy(process, watcher)
                        .forEach((name, mode) -> locked.merge(name, mode, Relations::stronger)));
        if (failed.isPresent()) {
          throw failed.get();
        }
      } finally {
        letGo();
      }
    }
    return locked;
  }

  /** From here on each look is a transaction of its own: a build waits for the end of open ones. */
  private void letGo() throws SQLException {
    if (!watcher.getAutoCommit()) {
      watcher.rollback();
      watcher.setAutoCommit(true);
    }
  }

  @FunctionalInterface
  private interface Look {
    void once() throws SQLException;
  }

  private Optional<SQLException> watch(
      FutureTask<Optional<SQLException>> task, boolean holds, Look look) throws SQLException {
    boolean holding = holds;
    int process = process();
    long end = System.nanoTime() + timeout.multipliedBy(2).toNanos();
    while (true) {
      look.once();
      if (holding && waits(process)) {
        look.once();
        letGo();
        holding = false;
      }
      try {
        return task.get(BETWEEN_LOOKS.toNanos(), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        if (System.nanoTime() > end) {
          throw new SQLException("A statement does not end", "57014", e);
        }
        LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
      } catch (ExecutionException e) {
        throw new SQLException("A statement ended oddly", "XX000", e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new SQLException("The rehearsal was interrupted", "57014", e);
      }
    }
  }

  private boolean hold(ObjectName on) throws SQLException {
    boolean isTable =
        !Sql.rows(
                watcher,
                "SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
                    + " ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND n.nspname = "
                    + Sql.literal(on.schema())
                    + " AND c.relname = "
                    + Sql.literal(on.name()))
            .isEmpty();
    if (isTable) {
      Sql.execute(watcher, "LOCK TABLE " + Sql.name(on) + " IN ROW EXCLUSIVE MODE");
    }
    return isTable;
  }

  private boolean waits(int process) throws SQLException {
    return !Sql.rows(
            watcher,
            "SELECT 1 FROM pg_catalog.pg_locks l WHERE NOT l.granted AND l.pid = " + process)
        .isEmpty();
  }

  private int process() throws SQLException {
    return worker.unwrap(PGConnection.class).getBackendPID();
  }
}
