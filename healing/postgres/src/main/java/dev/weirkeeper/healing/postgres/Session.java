package dev.weirkeeper.healing.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One transaction on a connection of its own, whose settings do not depend on those of the login.
 * Closing it rolls back what was not committed. Confined to one thread.
 */
final class Session implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  /** How much longer than a statement the network is waited for. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private static final String SETTINGS =
      """
      SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true),
             pg_catalog.set_config('TimeZone', 'UTC', true),
             pg_catalog.set_config('DateStyle', 'ISO, YMD', true),
             pg_catalog.set_config('idle_in_transaction_session_timeout', '10s', true),
             pg_catalog.set_config('lock_timeout', ?, true),
             pg_catalog.set_config('statement_timeout', ?, true)
      """;

  /** What a transaction is for. */
  enum Mode {
    /** Sees one state of the catalog throughout. */
    READ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"),
    /** Sees at each statement what is committed, so that it looks again after a lock. */
    ACT("SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE");

    private final String sql;

    Mode(String sql) {
      this.sql = sql;
    }
  }

  private final Connection connection;
  private final int networkTimeout;
  private final boolean autoCommit;
  private boolean committed;

  private Session(Connection connection, int networkTimeout, boolean autoCommit) {
    this.connection = connection;
    this.networkTimeout = networkTimeout;
    this.autoCommit = autoCommit;
  }

  static Session open(DataSource source, Mode mode, Duration lock, Duration statement)
      throws SQLException {
    Connection connection = source.getConnection();
    try {
      Session session =
          new Session(connection, connection.getNetworkTimeout(), connection.getAutoCommit());
      connection.setNetworkTimeout(Runnable::run, millis(statement.plus(GRACE)));
      connection.setAutoCommit(false);
      session.execute(mode.sql);
      try (PreparedStatement settings = connection.prepareStatement(SETTINGS)) {
        settings.setString(1, millis(lock) + "ms");
        settings.setString(2, millis(statement) + "ms");
        settings.executeQuery().close();
      }
      return session;
    } catch (SQLException | RuntimeException e) {
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

  Connection connection() {
    return connection;
  }

  void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      // Braces in a name are no JDBC escapes.
      statement.setEscapeProcessing(false);
      statement.execute(sql);
    }
  }

  /** Waits until no other transaction of ours is at the table. */
  void claim(TableName table) throws SQLException {
    try (PreparedStatement lock =
        connection.prepareStatement(
            "SELECT pg_catalog.pg_advisory_xact_lock("
                + "pg_catalog.hashtextextended(?, 6273881523647711))")) {
      lock.setString(1, table.schema() + "\n" + table.name());
      lock.executeQuery().close();
    }
  }

  /** After it threw nobody knows yet whether the transaction was committed. */
  void commit() throws SQLException {
    connection.commit();
    committed = true;
  }

  /** Never throws: what a transaction came to does not depend on how its connection ends. */
  @Override
  public void close() {
    try (connection) {
      if (!committed) {
        connection.rollback();
      }
      connection.setAutoCommit(autoCommit);
      connection.setNetworkTimeout(Runnable::run, networkTimeout);
    } catch (SQLException e) {
      // The server rolls back what a broken connection leaves behind.
      LOG.warn("A connection to the target was not closed cleanly (SQLSTATE {})", e.getSQLState());
    }
  }
}
