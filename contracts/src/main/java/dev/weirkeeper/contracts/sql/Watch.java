package dev.weirkeeper.contracts.sql;

import dev.weirkeeper.CallControl;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Cancels the statement that runs as soon as nobody wants its answer any more: the thread that
 * waits for the database cannot look up itself.
 */
final class Watch implements AutoCloseable {
  private static final long EVERY_MILLIS = 50;

  private final CallControl control;
  private final @Nullable Timer timer;
  private @Nullable Statement running;
  private volatile Optional<String> over = Optional.empty();

  Watch(CallControl control) {
    this.control = control;
    check();
    if (control.equals(CallControl.NONE)) {
      this.timer = null;
      return;
    }
    Timer started = new Timer("weirkeeper-query-watch", true);
    started.schedule(
        new TimerTask() {
          @Override
          public void run() {
            look();
          }
        },
        EVERY_MILLIS,
        EVERY_MILLIS);
    this.timer = started;
  }

  /**
   * @throws CancellationException if nobody wants the answer any more
   */
  void check() {
    Optional<String> why = over.isPresent() ? over : cancelled();
    if (why.isPresent()) {
      throw new CancellationException("The validation was given up: " + why.get());
    }
  }

  private Optional<String> cancelled() {
    try {
      return control.cancelled().get();
    } catch (RuntimeException e) {
      // What throws here is taken for given up, as CallControl says.
      return Optional.of("whoever waits cannot be asked");
    }
  }

  /** The statement to cancel from now on. */
  synchronized void over(Statement statement) throws SQLException {
    running = statement;
    if (over.isPresent()) {
      statement.cancel();
    }
  }

  private synchronized void look() {
    if (over.isEmpty()) {
      over = cancelled();
      if (over.isEmpty()) {
        return;
      }
      Statement statement = running;
      if (statement != null) {
        try {
          statement.cancel();
        } catch (SQLException ended) {
          // It has ended by itself, and the caller sees that it is over.
          running = null;
        }
      }
    }
  }

  @Override
  public synchronized void close() {
    // A cancel that comes late must not meet the next statement.
    running = null;
    if (timer != null) {
      timer.cancel();
    }
  }
}
