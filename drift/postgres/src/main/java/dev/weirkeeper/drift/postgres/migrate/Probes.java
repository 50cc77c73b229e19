package dev.weirkeeper.drift.postgres.migrate;

import dev.weirkeeper.drift.plan.Migration;
import java.sql.SQLException;
import java.util.Optional;

/** Asks whether a step is done already. */
final class Probes {
  private static final String UNDEFINED = "42";

  private Probes() {}

  /**
   * Empty if the step has no probe, or the probe names what is not there yet: a question that
   * cannot be asked says neither yes nor no.
   */
  static Optional<Boolean> isDone(Session session, Migration.Step step) throws SQLException {
    if (step.probe().isEmpty()) {
      return Optional.empty();
    }
    session.begin();
    try {
      session.execute("SET TRANSACTION READ ONLY", session.limits.work());
      Optional<String> answer = session.text(step.probe().get());
      return answer.filter(text -> text.equals("t") || text.equals("f")).map("t"::equals);
    } catch (SQLException e) {
      if (SqlStates.of(e).startsWith(UNDEFINED)) {
        return Optional.empty();
      }
      throw e;
    } finally {
      session.rollback();
    }
  }
}
