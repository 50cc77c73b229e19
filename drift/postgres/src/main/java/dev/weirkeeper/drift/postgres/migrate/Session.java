package dev.weirkeeper.drift.postgres.migrate;

import dev.weirkeeper.drift.postgres.migrate.MigrationResult.Ending;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lent connection while a migration runs on it: with settings under which statements mean the
 * same everywhere and wait for nobody for long, and with the lock that keeps a second runner out.
 * Closing it gives the connection back as it was.
 */
final class Session implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  /** Whoever runs migrations of ours on a database holds this advisory lock. */
  static final long RUNNER_LOCK = 0x7765_6972_6d69_6772L;

  /** Logins of the role boundary: what they may do is decided there, and never widened here. */
  private static final Set<String> BOUNDARY =
      Set.of("wk_owner", "wk_rows", "wk_change", "wk_approve", "wk_read");

  private static final int OLDEST_MAJOR = 14;

  final Connection connection;
  final RunLimits limits;
  private final Map<String, String> before = new LinkedHashMap<>();
  private boolean locked;

  private Session(Connection connection, RunLimits limits) {
    this.connection = connection;
    this.limits = limits;
  }

  static Session open(Connection connection, RunLimits limits) throws SQLException, Halt {
    Session session = lent(connection, limits);
    try {
      session.requireFit();
      session.set("session_replication_role", "origin");
      if (!session.yes("SELECT pg_catalog.pg_try_advisory_lock(" + RUNNER_LOCK + ")")) {
        throw new Halt(
            Ending.BUSY,
            "Another run of a migration has this database. Wait for its end; if its process is"
                + " dead, its session ends within seconds");
      }
      session.locked = true;
      return session;
    } catch (SQLException | Halt e) {
      session.giveBack();
      throw e;
    }
  }

  /** A session that changes nothing. */
  static Session looking(Connection connection, RunLimits limits) throws SQLException {
    return lent(connection, limits);
  }

  private static Session lent(Connection connection, RunLimits limits) throws SQLException {
    if (!connection.getAutoCommit()) {
      throw new IllegalArgumentException(
          "The connection is in a transaction of its own; lend one in auto-commit mode");
    }
    Session session = new Session(connection, limits);
    try {
      session.set("search_path", "");
      session.set("TimeZone", "UTC");
      session.set("DateStyle", "ISO, YMD");
      session.set("IntervalStyle", "postgres");
      session.set("lock_timeout", millis(limits.lock()));
      session.set("statement_timeout", millis(limits.statement()));
      session.set("idle_in_transaction_session_timeout", millis(limits.idle()));
      // A dead runner's statement must not go on for hours: the server looks whether we live.
      session.set("client_connection_check_interval", "2000");
      session.set("default_transaction_isolation", "read committed");
      return session;
    } catch (SQLException e) {
      session.giveBack();
      throw e;
    }
  }

  private void requireFit() throws SQLException, Halt {
    if (connection.getMetaData().getDatabaseMajorVersion() < OLDEST_MAJOR) {
      throw new Halt(
          Ending.REFUSED, "Migrations are run on PostgreSQL " + OLDEST_MAJOR + " and later");
    }
    List<String> logins = texts("SELECT session_user::text UNION SELECT current_user::text");
    if (logins.stream().anyMatch(BOUNDARY::contains)) {
      throw new Halt(
          Ending.REFUSED,
          "The connection is a login of the role boundary, which makes typed changes only. Lend one"
              + " of the administrator");
    }
    if (yes("SELECT pg_catalog.pg_is_in_recovery()")) {
      throw new Halt(Ending.REFUSED, "The server is a standby; lend a connection to the primary");
    }
    if (connection.isReadOnly()
        || text("SHOW default_transaction_read_only").equals(Optional.of("on"))) {
      throw new Halt(
          Ending.REFUSED,
          "The connection, its login or its database is set read-only; whoever froze it has to"
              + " say that it may be written (default_transaction_read_only)");
    }
    requireOwnServerSession();
  }

  /**
   * Settings and the lock against second runners are the session's; behind a pool of transactions
   * each statement may meet another one. A pool tells its clients a process of its own.
   */
  private void requireOwnServerSession() throws SQLException, Halt {
    if (!connection.isWrapperFor(PGConnection.class)
        || connection.unwrap(PGConnection.class).getBackendPID()
            != number("SELECT pg_catalog.pg_backend_pid()")) {
      throw new Halt(
          Ending.REFUSED,
          "Something pools connections between here and the server, so a session's locks and"
              + " settings are not its own. Lend a connection of the PostgreSQL driver that leads"
              + " to the server itself");
    }
  }

  private void set(String name, String value) throws SQLException {
    String sql = "SELECT pg_catalog.current_setting(?, true), pg_catalog.set_config(?, ?, false)";
    String was;
    try (PreparedStatement ask =
        connection.prepareStatement("SELECT pg_catalog.current_setting(?, true)")) {
      ask.setString(1, name);
      try (ResultSet row = ask.executeQuery()) {
        row.next();
        was = row.getString(1);
      }
    }
    if (was == null || was.equals(value)) {
      return;
    }
    try (PreparedStatement change = connection.prepareStatement(sql)) {
      change.setString(1, name);
      change.setString(2, name);
      change.setString(3, value);
      change.executeQuery().close();
    }
    before.put(name, was);
  }

  static String millis(Duration duration) {
    return Long.toString(Math.max(1, Math.min(Integer.MAX_VALUE, duration.toMillis())));
  }

  void begin() throws SQLException {
    connection.setAutoCommit(false);
  }

  /** Ends a transaction by undoing it, whatever state it is in. */
  void rollback() throws SQLException {
    if (!connection.getAutoCommit()) {
      connection.rollback();
      connection.setAutoCommit(true);
    }
  }

  void commit() throws SQLException {
    connection.commit();
    connection.setAutoCommit(true);
  }

  /**
   * @return how many rows it wrote, 0 if it writes none
   */
  long execute(String sql, Duration timeout) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute("SET statement_timeout = " + millis(timeout));
      statement.execute(sql);
      return Math.max(0, statement.getLargeUpdateCount());
    }
  }

  boolean yes(String sql) throws SQLException {
    return text(sql).filter("t"::equals).isPresent();
  }

  Optional<String> text(String sql, Object... parameters) throws SQLException {
    List<String> all = texts(sql, parameters);
    return all.isEmpty() ? Optional.empty() : Optional.ofNullable(all.get(0));
  }

  long number(String sql, Object... parameters) throws SQLException {
    return Long.parseLong(text(sql, parameters).orElse("0"));
  }

  /** First column of all rows; rows that are NULL there are left out. */
  List<String> texts(String sql, Object... parameters) throws SQLException {
    return rows(sql, parameters).stream().map(row -> row.get(0)).flatMap(Optional::stream).toList();
  }

  List<List<Optional<String>>> rows(String sql, Object... parameters) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        if (parameters[i] instanceof List<?> list) {
          statement.setArray(i + 1, connection.createArrayOf("text", list.toArray()));
        } else {
          statement.setObject(i + 1, parameters[i]);
        }
      }
      try (ResultSet answer = statement.executeQuery()) {
        int width = answer.getMetaData().getColumnCount();
        List<List<Optional<String>>> rows = new ArrayList<>();
        while (answer.next()) {
          List<Optional<String>> row = new ArrayList<>(width);
          for (int column = 1; column <= width; column++) {
            row.add(Optional.ofNullable(answer.getString(column)));
          }
          rows.add(row);
        }
        return rows;
      }
    }
  }

  private void giveBack() {
    try {
      if (connection.isClosed()) {
        return;
      }
      rollback();
      try (PreparedStatement change =
          connection.prepareStatement("SELECT pg_catalog.set_config(?, ?, false)")) {
        for (Map.Entry<String, String> setting : before.entrySet()) {
          change.setString(1, setting.getKey());
          change.setString(2, setting.getValue());
          change.executeQuery().close();
        }
      }
    } catch (SQLException e) {
      LOG.warn(
          "A connection is given back with settings of the runner (SQLSTATE {}); close it",
          SqlStates.of(e));
    }
  }

  /** Never throws: what a run came to does not depend on how it leaves. */
  @Override
  public void close() {
    try {
      if (locked && !connection.isClosed()) {
        rollback();
        texts("SELECT pg_catalog.pg_advisory_unlock(" + RUNNER_LOCK + ")");
      }
    } catch (SQLException e) {
      LOG.warn(
          "The lock against second runners was not given back (SQLSTATE {}); it ends with the"
              + " connection",
          SqlStates.of(e));
    }
    giveBack();
  }
}
