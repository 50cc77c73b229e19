package dev.weirkeeper.drift.postgres.catalog;

import dev.weirkeeper.drift.plan.Migration;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Carries out steps of migrations, and notes what each does beside what it declares. */
final class StepRun {
  private final Workbench bench;
  private final List<String> undeclared = new ArrayList<>();
  private final Set<Long> there;
  private int statements;

  StepRun(Workbench bench) throws SQLException {
    this.bench = bench;
    this.there = Measured.there(bench.connection());
  }

  /**
   * @throws SQLException what the server said, with the step that it said it of
   */
  void perform(List<Migration.Step> steps) throws SQLException {
    for (Migration.Step step : steps) {
      try {
        perform(step);
      } catch (SQLException e) {
        throw new SQLException(
            e.getMessage()
                + " ["
                + step.kind()
                + " on "
                + step.on()
                + ": "
                + step.statements()
                + "]",
            e.getSQLState(),
            e);
      }
      statements += step.statements().size();
    }
  }

  private void perform(Migration.Step step) throws SQLException {
    if (step.commit() == Migration.Commit.TRANSACTION) {
      Connection connection = bench.connection();
      connection.setAutoCommit(false);
      Measured.of(connection, step.statements(), there)
          .undeclared(List.of(step))
          .forEach(each -> undeclared.add(step.statements() + " does " + each));
      connection.commit();
      connection.setAutoCommit(true);
    } else {
      for (String sql : step.statements()) {
        bench.execute(sql);
      }
    }
  }

  /**
   * Carries out steps in one transaction, which is taken back: what all so far declare is held
   * against what all so far did.
   *
   * @return whether they can run in a transaction at all
   */
  boolean tryOut(List<Migration.Step> steps) throws SQLException {
    if (steps.stream().anyMatch(step -> step.commit() == Migration.Commit.ALONE)) {
      return false;
    }
    Connection connection = bench.connection();
    connection.setAutoCommit(false);
    try {
      for (int step = 0; step < steps.size(); step++) {
        List<String> sql = steps.get(step).statements();
        Measured.of(connection, sql, there)
            .undeclared(steps.subList(0, step + 1))
            .forEach(each -> undeclared.add(sql + " does " + each));
      }
    } finally {
      connection.rollback();
      connection.setAutoCommit(true);
    }
    return true;
  }

  int statements() {
    return statements;
  }

  List<String> undeclared() {
    return undeclared;
  }

  /** Whether the rows that are there are the reason. */
  static boolean ofData(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    return state.startsWith("22") || state.startsWith("23");
  }
}
