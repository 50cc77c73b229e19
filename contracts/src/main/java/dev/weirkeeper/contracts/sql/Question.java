package dev.weirkeeper.contracts.sql;

import dev.weirkeeper.contracts.engine.Answers;
import dev.weirkeeper.contracts.engine.Metric;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * A query and what to make of its result.
 *
 * @param what it is for, without values
 * @param metrics that it answers
 * @param cheaper questions that answer the same one by one, if this one fails
 * @param unless a number of rows known by then; 0 answers the question without asking
 */
record Question(
    String what,
    String sql,
    List<Metric> metrics,
    Reader reader,
    List<Question> cheaper,
    Optional<Metric.Count> unless) {

  /** Reads a result into answers. */
  @FunctionalInterface
  interface Reader {
    void read(ResultSet rows, Answers answers) throws SQLException;
  }

  Question {
    metrics = List.copyOf(metrics);
    cheaper = List.copyOf(cheaper);
  }

  static Question of(String what, String sql, Metric metric, Reader reader) {
    return new Question(what, sql, List.of(metric), reader, List.of(), Optional.empty());
  }

  Question unless(Metric.Count count) {
    return new Question(what, sql, metrics, reader, cheaper, Optional.of(count));
  }
}
