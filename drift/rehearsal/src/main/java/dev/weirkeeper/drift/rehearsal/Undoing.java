package dev.weirkeeper.drift.rehearsal;

import dev.weirkeeper.Hash;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.postgres.migrate.Prediction;
import dev.weirkeeper.drift.rehearsal.RehearsalProof.Kept;
import dev.weirkeeper.drift.rehearsal.RehearsalProof.Undone;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;

/** Carries a step and its undo out and looks whether that leads back. */
final class Undoing {
  @FunctionalInterface
  interface Reading {
    DatabaseSchema of(Connection connection) throws SQLException;
  }

  private final Connection worker;
  private final Reading reading;
  private final Duration timeout;

  Undoing(Connection worker, Reading reading, Duration timeout) {
    this.worker = worker;
    this.reading = reading;
    this.timeout = timeout;
  }

  /** In a transaction that is rolled back: the step is still to do afterwards. */
  Undone inTransaction(Migration.Step step, DatabaseSchema before, Contents contents)
      throws SQLException {
    if (step.undo().isEmpty()) {
      return Undone.NONE;
    }
    worker.setAutoCommit(false);
    try {
      for (String sql : step.statements()) {
        Sql.execute(worker, sql, timeout);
      }
      try {
        for (String sql : step.undo()) {
          Sql.execute(worker, sql, timeout);
        }
        DatabaseSchema back = reading.of(worker);
        boolean isKept =
            contents.after(worker, back, Map.of()).stream()
                .allMatch(table -> table.kept() == Kept.SAME);
        return isKept && state(back).equals(state(before))
            ? Undone.LEADS_BACK
            : Undone.LEADS_ELSEWHERE;
      } catch (SQLException e) {
        return failed(e);
      }
    } finally {
      worker.rollback();
      worker.setAutoCommit(true);
    }
  }

  /** Undoes a step that was carried out, and carries it out again. */
  Undone alone(Migration.Step step, DatabaseSchema before, Trial trial, Relations relations)
      throws SQLException {
    if (step.undo().isEmpty()) {
      return Undone.NONE;
    }
    try {
      for (String sql : step.undo()) {
        Sql.execute(worker, sql, timeout);
      }
    } catch (SQLException e) {
      return failed(e);
    }
    Undone undone =
        state(reading.of(worker)).equals(state(before))
            ? Undone.LEADS_BACK
            : Undone.LEADS_ELSEWHERE;
    trial.carryOut(step, relations);
    return undone;
  }

  private static Hash state(DatabaseSchema schema) {
    return Prediction.state(schema);
  }

  private static Undone failed(SQLException e) throws SQLException {
    if (e.getSQLState() == null || e.getSQLState().startsWith("08")) {
      throw e;
    }
    return Undone.FAILED;
  }
}
