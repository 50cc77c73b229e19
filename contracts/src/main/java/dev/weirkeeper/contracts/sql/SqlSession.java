package dev.weirkeeper.contracts.sql;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.engine.Answers;
import dev.weirkeeper.contracts.engine.Metric;
import dev.weirkeeper.contracts.sql.SqlSource.Stability;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.ParsedParameters;
import org.jdbi.v3.core.statement.ParsedSql;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.SqlParser;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.StatementCustomizer;
import org.jdbi.v3.core.statement.TemplateEngine;

/**
 * One transaction in which all questions are asked, so that all answers are of one state. A
 * question that fails takes no other one with it. Confined to one thread.
 */
final class SqlSession implements AutoCloseable {
  private static final String BROKEN =
      "An earlier query failed and ended the transaction, so that this one would see another state"
          + " of the data; mend the rule that failed";

  /** Rows that a driver fetches at once where it fetches in parts. */
  private static final int FETCH = 2_000;

  private static final Pattern KIND = Pattern.compile("([A-Za-z ]{3,40}Error):");

  /** SQL is sent as it was written: nothing in it stands for a parameter of Jdbi. */
  private static final SqlParser AS_WRITTEN =
      new SqlParser() {
        @Override
        public ParsedSql parse(String sql, StatementContext context) {
          return ParsedSql.of(sql, ParsedParameters.positional(0));
        }

        @Override
        public String nameParameter(String rawName, StatementContext context) {
          return ":" + rawName;
        }
      };

  private final Dialect dialect;
  private final Stability stability;
  private final Duration timeout;
  private final Handle handle;
  private boolean broken;
  private long savepoints;

  /**
   * @throws IOException if the database cannot be reached
   */
  SqlSession(Jdbi jdbi, Dialect dialect, Stability stability, Duration timeout) throws IOException {
    this.dialect = dialect;
    this.stability = stability;
    this.timeout = timeout;
    try {
      this.handle = jdbi.open();
    } catch (JdbiException e) {
      throw new IOException("The database cannot be reached: " + reason(e), e);
    }
    try {
      handle
          .getConfig(SqlStatements.class)
          .setTemplateEngine(TemplateEngine.NOP)
          .setSqlParser(AS_WRITTEN)
          .setUnusedBindingAllowed(true);
      begin();
    } catch (JdbiException e) {
      handle.close();
      throw new IOException("No transaction can be begun: " + reason(e), e);
    }
  }

  private void begin() {
    handle.begin();
    for (String statement : dialect.session()) {
      handle.execute(statement);
    }
    if (dialect == Dialect.POSTGRESQL && !timeout.isZero()) {
      handle.execute("SET LOCAL statement_timeout = " + timeout.toMillis());
    }
  }

  Connection connection() {
    return handle.getConnection();
  }

  /** Reads a result. */
  @FunctionalInterface
  interface Work<T> {
    T of(ResultSet rows) throws SQLException;
  }

  /** Does something of its own with the connection. */
  @FunctionalInterface
  interface Part {
    void run() throws IOException;
  }

  /**
   * Asks a question; if it fails, its parts one by one.
   *
   * @return metrics that the database could not compute; what it refused else is a failed metric
   */
  Set<Metric> ask(Question question, Answers answers, CallControl control) throws IOException {
    try {
      query(
          question.sql(),
          control,
          rows -> {
            question.reader().read(rows, answers);
            return true;
          });
      return Set.of();
    } catch (QueryException e) {
      if (question.cheaper().isEmpty() || broken) {
        if (!broken && e.isAboutValues()) {
          return Set.copyOf(question.metrics());
        }
        question.metrics().forEach(metric -> fail(answers, metric, e));
        return Set.of();
      }
      Set<Metric> open = new LinkedHashSet<>();
      for (Question part : question.cheaper()) {
        open.addAll(ask(part, answers, control));
      }
      return open;
    }
  }

  static void fail(Answers answers, Metric metric, QueryException e) {
    answers.fail(metric, String.valueOf(e.getMessage()));
  }

  /**
   * Runs a query; the transaction can go on after a failure, unless this session is broken.
   *
   * @throws QueryException if the database refuses it; quotes no values
   * @throws IOException if nobody wants the answer any more
   */
  <T> T query(String sql, CallControl control, Work<T> work) throws IOException, QueryException {
    if (broken) {
      throw new QueryException(BROKEN, QueryException.About.THE_QUERY, null);
    }
    try (Watch watch = new Watch(control)) {
      Savepoint savepoint = new Savepoint();
      try (Query query = handle.createQuery(sql)) {
        query.addCustomizer(
            new StatementCustomizer() {
              @Override
              public void beforeExecution(PreparedStatement statement, StatementContext context)
                  throws SQLException {
                if (dialect.rowOrder() == Dialect.RowOrder.NONE) {
                  statement.setFetchSize(FETCH);
                }
                watch.over(statement);
              }
            });
        T result = query.scanResultSet((rows, context) -> work.of(rows.get()));
        savepoint.release();
        return result;
      } catch (JdbiException e) {
        savepoint.rollBack();
        watch.check();
        throw new QueryException(reason(e), about(e), e);
      }
    }
  }

  /** Runs a part that uses the connection itself; a failure of it can be gone on from. */
  void part(Part part) throws IOException {
    if (broken) {
      throw new IOException(BROKEN);
    }
    Savepoint savepoint = new Savepoint();
    try {
      part.run();
      savepoint.release();
    } catch (IOException | RuntimeException e) {
      savepoint.rollBack();
      throw e;
    }
  }

  Fields describe(String select, CallControl control) throws IOException, QueryException {
    return query(
        "SELECT * FROM (" + select + ") AS d LIMIT 0",
        control,
        rows -> dialect.fields(rows.getMetaData()));
  }

  /** From where the transaction goes on if a query fails. */
  private final class Savepoint {
    // Parts hold queries, so that a savepoint can lie within another one.
    private final String name = "wk_" + savepoints++;

    Savepoint() {
      if (dialect.failure() == Dialect.Failure.SAVEPOINT) {
        handle.savepoint(name);
      }
    }

    void release() {
      if (dialect.failure() == Dialect.Failure.SAVEPOINT) {
        handle.releaseSavepoint(name);
      }
    }

    void rollBack() {
      try {
        if (dialect.failure() == Dialect.Failure.SAVEPOINT) {
          handle.rollbackToSavepoint(name);
        } else {
          handle.rollback();
          if (stability == Stability.FOR_GOOD) {
            begin();
          } else {
            broken = true;
          }
        }
      } catch (JdbiException e) {
        // The connection is gone; every further question says so.
        broken = true;
      }
    }
  }

  /** What the database said, without what it may quote. */
  static String reason(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        String state = sql.getSQLState();
        Matcher kind = KIND.matcher(String.valueOf(sql.getMessage()));
        String what =
            state != null && !state.isEmpty()
                ? "SQLSTATE " + state
                : kind.find() ? kind.group(1).strip() : "an error";
        return "The database refused a query (" + what + ")" + advice(what);
      }
    }
    return "The database refused a query";
  }

  /** Whether a value was too large or not of a form: memory may cope with it. */
  static boolean isAboutValues(Throwable e) {
    return about(e) == QueryException.About.VALUES;
  }

  private static QueryException.About about(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        String state = sql.getSQLState();
        String message = String.valueOf(sql.getMessage());
        boolean values =
            (state != null && state.startsWith("22"))
                || message.startsWith("Out of Range Error")
                || message.startsWith("Conversion Error");
        return values ? QueryException.About.VALUES : QueryException.About.THE_QUERY;
      }
    }
    return QueryException.About.THE_QUERY;
  }

  private static String advice(String what) {
    String upper = what.toUpperCase(Locale.ROOT);
    List<String> missing = List.of("42P01", "42703", "3F000", "42501", "CATALOG", "BINDER");
    if (missing.stream().anyMatch(upper::contains)) {
      return ": something that the rule names is not there or may not be read; look at its SQL by"
          + " explain";
    }
    if (upper.contains("57014")) {
      return ": it took longer than the session's limit";
    }
    return "; look at its SQL by explain";
  }

  @Override
  public void close() throws IOException {
    try (Handle closing = handle) {
      if (closing.isInTransaction()) {
        closing.rollback();
      }
    } catch (JdbiException e) {
      throw new IOException("The connection could not be given back: " + reason(e), e);
    }
  }
}
