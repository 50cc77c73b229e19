package dev.weirkeeper.drift.postgres.migrate;

import dev.weirkeeper.drift.postgres.migrate.MigrationResult.Ending;
import java.sql.SQLException;
import java.time.Duration;

/** Waits between attempts, until the host cancels the run or its thread is interrupted. */
final class Patience {
  /** Something that is asked of the server, and may have to wait for somebody else's lock. */
  @FunctionalInterface
  interface Question<T> {
    T ask() throws SQLException;
  }

  private final Run run;

  Patience(Run run) {
    this.run = run;
  }

  void pause(int number, int attempt) throws Halt {
    if (attempt >= run.runner.limits.attempts()) {
      return;
    }
    run.tell(number, Progress.Phase.WAITING, attempt, 0, 0);
    await(Backoff.after(attempt, run.runner.limits, run.runner.random));
  }

  void await(Duration time) throws Halt {
    try {
      run.runner.cancellation.await(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    run.requireNotCancelled();
  }

  /**
   * Asks between two steps: a probe reads tables, and the definition of a view is not given while
   * somebody has the view for himself.
   */
  <T> T ask(int number, Question<T> question) throws SQLException, Halt {
    for (int attempt = 1; ; attempt++) {
      try {
        return question.ask();
      } catch (SQLException e) {
        // A catalog that changes all the time holds still some time.
        if (!SqlStates.isRetried(e) && !SqlStates.of(e).equals("40001")) {
          throw e;
        }
        if (attempt >= run.runner.limits.attempts()) {
          throw new Halt(
              Ending.BLOCKED,
              "What is there at step "
                  + number
                  + " could not be read in "
                  + attempt
                  + " attempts: somebody has a table or view for himself, or changes the catalog all"
                  + " the time. Run it again to go on");
        }
        pause(number, attempt);
      }
    }
  }
}
