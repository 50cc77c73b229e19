package dev.weirkeeper.drift.postgres.migrate;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Probe;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.taxonomy.LossAnswer;
import dev.weirkeeper.drift.taxonomy.LossQuestion;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a source how many values a change would lose: the exact number, from one scan within a time
 * limit, or that it is not known. No value leaves the source. Safe to share between threads; a
 * connection is not.
 */
public final class LossCount {
  private static final Logger LOG = LoggerFactory.getLogger(LossCount.class);

  private static final String SETTINGS =
      """
      SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true),
             pg_catalog.set_config('row_security', 'off', true),
             pg_catalog.set_config('TimeZone', 'UTC', true),
             pg_catalog.set_config('extra_float_digits', '1', true),
             pg_catalog.set_config('lock_timeout', ?, true),
             pg_catalog.set_config('idle_in_transaction_session_timeout', '10s', true),
             pg_catalog.set_config('statement_timeout', ?, true)
      """;

  /** What a view computes would run with the rights of the lent connection. */
  private static final String HOLDS_ROWS =
      """
      SELECT EXISTS (SELECT FROM pg_catalog.pg_class c
                       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                      WHERE c.relkind IN ('r', 'p') AND n.nspname = ? AND c.relname = ?)
      """;

  private final Duration limit;

  /**
   * @param limit how long the scan may take
   */
  public LossCount(Duration limit) {
    if (limit.toMillis() < 1) {
      throw new IllegalArgumentException(
          "A count needs at least a millisecond: PostgreSQL reads 0 as for ever");
    }
    this.limit = limit;
  }

  /**
   * Counts in a read-only transaction of its own.
   *
   * @param connection to the source, in auto-commit mode
   * @return the count, also where the table has no rows; {@code Unknown} if the time was too short,
   *     the login may not see all rows, the table or column is not there, or there is no question
   *     for these types. Never a number that is not counted.
   */
  public Probe<LossAnswer> of(Connection connection, LossQuestion question) {
    requireNonNull(question, "question");
    if (!LossQuestion.answers(question.from(), question.to())) {
      return new Probe.Unknown<>(
          "No count says what a change from "
              + question.from()
              + " to "
              + question.to()
              + " loses");
    }
    return asked(
        connection,
        new ObjectName(question.schema(), question.table()),
        question.sql(),
        row -> new LossAnswer(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)));
  }

  /**
   * Counts what would go with a table, as {@link #of} does.
   *
   * @return its rows and, for each of them, a value
   */
  public Probe<Filled> rows(Connection connection, ObjectName table) {
    return filled(connection, table, "*");
  }

  /**
   * Counts what would go with a column, and what {@code NOT NULL} would not let pass, as {@link
   * #of} does.
   *
   * @param column as the catalog has it, not quoted
   */
  public Probe<Filled> values(Connection connection, ObjectName table, String column) {
    return filled(connection, table, Relations.quoted(column));
  }

  /**
   * How many rows have a value.
   *
   * @param rows all of them
   * @param values those where it is not NULL
   */
  public record Filled(long rows, long values) {
    public Filled {
      if (values < 0 || values > rows) {
        throw new IllegalArgumentException(
            "Of " + rows + " rows " + values + " cannot have a value");
      }
    }
  }

  private Probe<Filled> filled(Connection connection, ObjectName table, String what) {
    return asked(
        connection,
        table,
        "SELECT count(*), count(" + what + ") FROM " + Relations.quoted(table),
        row -> new Filled(row.getLong(1), row.getLong(2)));
  }

  /** Reads the one row of an answer. */
  private interface Answer<T> {
    T of(ResultSet row) throws SQLException;
  }

  private <T> Probe<T> asked(
      Connection connection, ObjectName table, String sql, Answer<T> answer) {
    try {
      if (!connection.getAutoCommit()) {
        throw new IllegalArgumentException(
            "The connection is in a transaction of its own; lend one in auto-commit mode");
      }
      connection.setAutoCommit(false);
      try {
        return counted(connection, table, sql, answer);
      } finally {
        connection.rollback();
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      LOG.warn("What a change loses was not counted (SQLSTATE {})", SqlStates.of(e));
      return new Probe.Unknown<>(
          switch (SqlStates.of(e)) {
            case "57014" ->
                "The count took longer than " + limit.toMillis() + " ms and was given up";
            case "55P03" ->
                "Somebody has the table for himself, so it was not counted; ask again later";
            case "42501" ->
                "The login may not see all rows of the table; lend one that may, without row"
                    + " security";
            case "42P01", "42703" -> "The table or the column is not there any more";
            default -> "The source did not answer (SQLSTATE " + SqlStates.of(e) + ")";
          });
    }
  }

  private <T> Probe<T> counted(
      Connection connection, ObjectName table, String sql, Answer<T> answer) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
      try (PreparedStatement settings = connection.prepareStatement(SETTINGS)) {
        settings.setString(1, Session.millis(limit));
        settings.setString(2, Session.millis(limit));
        settings.executeQuery().close();
      }
      if (!holdsRows(connection, table)) {
        return new Probe.Unknown<>(
            "There is no table of that name that holds rows; the values of a view or of a foreign"
                + " table are counted where they are");
      }
      statement.setEscapeProcessing(false);
      try (ResultSet row = statement.executeQuery(sql)) {
        row.next();
        return new Probe.Value<>(answer.of(row));
      }
    }
  }

  private static boolean holdsRows(Connection connection, ObjectName table) throws SQLException {
    try (PreparedStatement ask = connection.prepareStatement(HOLDS_ROWS)) {
      ask.setString(1, table.schema());
      ask.setString(2, table.name());
      try (ResultSet row = ask.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }
}
