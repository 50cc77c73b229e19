package dev.weirkeeper.contracts.duckdb;

import java.sql.SQLException;
import java.sql.Statement;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Ends what takes too long: cancels the statement that runs, and where that does not help (a
 * function that never looks up) ends the whole worker.
 */
final class Interruption implements AutoCloseable {
  private static final int PATIENCE = 2_000;

  private final Timer timer = new Timer("weirkeeper-sandbox-limit", true);
  private final AtomicReference<@Nullable Statement> running = new AtomicReference<>();
  private volatile boolean over;

  Interruption(int millis) {
    timer.schedule(task(this::cancel), millis);
    timer.schedule(task(() -> Runtime.getRuntime().halt(3)), (long) millis + PATIENCE);
  }

  private static TimerTask task(Runnable work) {
    return new TimerTask() {
      @Override
      public void run() {
        work.run();
      }
    };
  }

  /** The statement to cancel from now on; at once if the time is over. */
  void watch(Statement statement) throws SQLException {
    running.set(statement);
    if (over) {
      statement.cancel();
    }
  }

  private void cancel() {
    over = true;
    Statement statement = running.get();
    if (statement != null) {
      try {
        statement.cancel();
      } catch (SQLException notRunning) {
        // Then it has ended by itself; if it goes on all the same, the worker is ended soon.
        return;
      }
    }
  }

  boolean isOver() {
    return over;
  }

  @Override
  public void close() {
    timer.cancel();
  }
}
