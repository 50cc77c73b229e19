package dev.weirkeeper.drift.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.jdbc.PreferQueryMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One read-only transaction that sees one state of the database, in a session that inherits nothing
 * from whoever used the connection before. Every statement goes alone in a message of its own.
 * Confined to one thread.
 */
final class ReadSession implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReadSession.class);

  /** How much longer than a statement the network is waited for. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private static final int FETCH = 50;

  /**
   * Values are written alike everywhere; scans start at the beginning, so that limits repeat;
   * checks of tables, which may call anything, do not help to plan.
   */
  private static final String SETTINGS =
      """
      SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true),
             pg_catalog.set_config('row_security', 'off', true),
             pg_catalog.set_config('TimeZone', 'UTC', true),
             pg_catalog.set_config('DateStyle', 'ISO, YMD', true),
             pg_catalog.set_config('IntervalStyle', 'postgres', true),
             pg_catalog.set_config('bytea_output', 'hex', true),
             pg_catalog.set_config('extra_float_digits', '1', true),
             pg_catalog.set_config('synchronize_seqscans', 'off', true),
             pg_catalog.set_config('max_parallel_workers_per_gather', '0', true),
             pg_catalog.set_config('constraint_exclusion', 'off', true),
             pg_catalog.set_config('jit', 'off', true),
             pg_catalog.set_config('idle_in_transaction_session_timeout', '10s', true),
             pg_catalog.set_config('lock_timeout', ?, true),
             pg_catalog.set_config('statement_timeout', ?, true)
      """;

  private final Connection connection;
  private final int networkTimeout;

  private ReadSession(Connection connection, int networkTimeout) {
    this.connection = connection;
    this.networkTimeout = networkTimeout;
  }

  static ReadSession open(DataSource source, Duration lock, Duration statement)
      throws SQLException, RefusedRead {
    Connection connection = source.getConnection();
    try {
      if (!connection.getAutoCommit()) {
        connection.setAutoCommit(true);
      }
      ReadSession session = new ReadSession(connection, connection.getNetworkTimeout());
      if (connection.isWrapperFor(PGConnection.class)
          && connection.unwrap(PGConnection.class).getPreferQueryMode() == PreferQueryMode.SIMPLE) {
        throw new RefusedRead(
            "The connection writes parameters into the SQL (preferQueryMode=simple); leave that"
                + " setting out");
      }
      connection.setNetworkTimeout(Runnable::run, millis(statement.plus(GRACE)));
      session.execute("DISCARD ALL");
      connection.setAutoCommit(false);
      session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
      try (PreparedStatement settings = connection.prepareStatement(SETTINGS)) {
        settings.setString(1, millis(lock) + "ms");
        settings.setString(2, millis(statement) + "ms");
        settings.executeQuery().close();
      }
      return session;
    } catch (SQLException | RuntimeException | RefusedRead e) {
      try {
        connection.close();
      } catch (SQLException closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
  }

  /** At least 1: PostgreSQL and JDBC read 0 as "for ever". */
  private static int millis(Duration duration) {
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE, duration.toMillis()));
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(sql);
    }
  }

  Catalog catalog() {
    return new Catalog(connection);
  }

  /** A query whose rows come in batches. Names in it are in quotes, where JDBC has no escapes. */
  PreparedStatement prepare(String sql) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    try {
      statement.setFetchSize(FETCH);
      return statement;
    } catch (SQLException e) {
      statement.close();
      throw e;
    }
  }

  /** Never throws: what was read does not depend on how the connection ends. */
  @Override
  public void close() {
    try (connection) {
      connection.rollback();
      connection.setAutoCommit(true);
      connection.setNetworkTimeout(Runnable::run, networkTimeout);
    } catch (SQLException e) {
      LOG.warn("A reading connection was not closed cleanly (SQLSTATE {})", e.getSQLState());
    }
  }
}
