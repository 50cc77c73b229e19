package dev.weirkeeper.healing.postgres;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.TableChange;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

/**
 * Sets up the role boundary of a PostgreSQL target, behind which no login of a host can drop,
 * empty, rename, detach or hand over a table, whatever program uses it. For the administrator of
 * the target, and for the persons who approve; a host needs {@link #check} only.
 *
 * <p>The boundary is plain SQL in the resources {@code boundary-1.sql}, {@code guard-1.sql}, {@code
 * harden-1.sql} and {@code uninstall.sql} beside this class, which can be read, and run by psql as
 * well. Each method is one transaction, or part of the caller's if one is open; then the caller
 * commits.
 *
 * <p>Refusals of the database are {@link SQLException}s with an SQLSTATE of class {@code WK}, whose
 * messages say what to do and hold no value of a row.
 */
public final class PostgresBoundary {
  static final int VERSION = 1;

  private PostgresBoundary() {}

  /** The logins, whose names are fixed. Their passwords are set by the administrator. */
  public enum Login {
    /** For {@link PostgresTableTools}: typed changes, no rows. */
    CHANGE("wk_change"),
    /** For what writes rows: SELECT, INSERT, UPDATE and DELETE within a budget. */
    ROWS("wk_rows"),
    /** For persons who approve. Never in the hands of a host. */
    APPROVE("wk_approve"),
    /** For what only reads. */
    READ("wk_read");

    private final String role;

    Login(String role) {
      this.role = role;
    }

    /** The name of the role. */
    public String role() {
      return role;
    }
  }

  /**
   * Something about a login or a table.
   *
   * @param mend what to do about it, as SQL where one statement does
   */
  public record Danger(String what, String mend) {
    public Danger {
      requireNonNull(what, "what");
      requireNonNull(mend, "mend");
    }
  }

  /**
   * What was found about a login.
   *
   * @param dangers ways around the boundary: a host refuses to work
   * @param warnings walls that are missing or thin: a host says so and works
   */
  public record Report(Login login, List<Danger> dangers, List<Danger> warnings) {
    public Report {
      requireNonNull(login, "login");
      dangers = List.copyOf(dangers);
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * How much may happen to a table in an hour.
   *
   * @param actsPerHour changes of its columns
   * @param deletesPerHour rows that {@link Login#ROWS} may delete; a resync or a TRUNCATE at the
   *     source deletes many
   */
  public record Limits(int actsPerHour, long deletesPerHour) {
    public Limits {
      if (actsPerHour < 0 || deletesPerHour < 0) {
        throw new IllegalArgumentException("A limit is never negative");
      }
    }
  }

  /**
   * Creates the roles, schema {@code wk} and its functions, where they are missing. Takes CREATE
   * and TEMPORARY on the database, and CREATE on schema {@code public}, from everybody.
   *
   * @param administrator a connection of a superuser, or of the database's owner with CREATEROLE
   */
  public static void install(Connection administrator) throws SQLException {
    requireNotNewer(administrator);
    run(administrator, "boundary-" + VERSION + ".sql");
  }

  /** Adds the second wall, which are event triggers. Needs {@link #install} before. */
  public static void installGuard(Connection superuser) throws SQLException {
    run(superuser, "guard-" + VERSION + ".sql");
  }

  /**
   * Takes large objects and messages in the log from everybody in this database, other applications
   * included.
   */
  public static void harden(Connection superuser) throws SQLException {
    run(superuser, "harden-" + VERSION + ".sql");
  }

  /**
   * Takes the boundary out. Tables in its care go to whoever connects here; nothing else is lost.
   */
  public static void uninstall(Connection administrator) throws SQLException {
    run(administrator, "uninstall.sql");
  }

  /** Lets mirrors be created in a schema, which must belong to the administrator. */
  public static void allowSchema(Connection administrator, String schema) throws SQLException {
    call(administrator, "SELECT wk.allow_schema(?)", schema);
  }

  /**
   * Takes an existing table into the boundary's care: it changes hands, with its partitions and the
   * enum types that it uses.
   *
   * @param table with its schema, split at the first dot, neither quoted: {@code gold.orders}
   */
  public static void adopt(Connection administrator, String table) throws SQLException {
    call(
        administrator,
        "SELECT wk.adopt(?::pg_catalog.oid::pg_catalog.regclass)",
        oid(administrator, table));
  }

  /** Gives a table back. */
  public static void release(Connection administrator, String table, String newOwner)
      throws SQLException {
    call(
        administrator,
        "SELECT wk.release(?::pg_catalog.oid::pg_catalog.regclass, ?)",
        oid(administrator, table),
        newOwner);
  }

  /** Sets the limits of one table. */
  public static void limit(Connection administrator, String table, Limits limits)
      throws SQLException {
    call(
        administrator,
        "SELECT wk.set_limits(?::pg_catalog.oid::pg_catalog.regclass, ?, ?)",
        oid(administrator, table),
        limits.actsPerHour(),
        limits.deletesPerHour());
  }

  /** Sets the limits of tables that come into care from now on, mirrors included. */
  public static void limitAtFirst(Connection administrator, Limits limits) throws SQLException {
    call(
        administrator,
        "SELECT wk.set_limits_at_first(?, ?)",
        limits.actsPerHour(),
        limits.deletesPerHour());
  }

  /**
   * Looks for ways around the boundary.
   *
   * @param connection of the administrator, or of {@link Login#CHANGE} or {@link Login#APPROVE}
   */
  public static Report check(Connection connection, Login login) throws SQLException {
    return Boundary.check(connection, login);
  }

  /**
   * The request that a rename needs an approval of, as its table is now. It covers this rename of
   * this table in this state, and nothing else.
   *
   * @param connection of {@link Login#CHANGE}, {@link Login#APPROVE} or the administrator
   * @throws SQLException if there is no such table (SQLSTATE 02000)
   */
  public static String request(Connection connection, TableChange.RenameColumn rename)
      throws SQLException {
    Names names = Names.of(rename.table());
    try (PreparedStatement ask =
        connection.prepareStatement("SELECT wk.rename_request(?, ?, ?, ?)")) {
      ask.setString(1, names.schema());
      ask.setString(2, names.table());
      ask.setString(3, rename.column());
      ask.setString(4, rename.to());
      try (ResultSet row = ask.executeQuery()) {
        row.next();
        String request = row.getString(1);
        if (request == null) {
          throw new SQLException("There is no such table to rename a column of", "02000");
        }
        return request;
      }
    }
  }

  /**
   * Approves a request, once.
   *
   * @param approver a connection of {@link Login#APPROVE} or of a person who is a member of it
   * @param request 64 hexadecimal digits, as the refused rename and {@link #request} say them
   * @param lasting at most a day
   */
  public static void approve(Connection approver, String request, Duration lasting)
      throws SQLException {
    try (PreparedStatement approve =
        approver.prepareStatement("SELECT wk.approve(?, pg_catalog.make_interval(secs => ?))")) {
      approve.setString(1, request);
      approve.setDouble(2, lasting.toMillis() / 1000.0);
      approve.executeQuery().close();
    }
  }

  /** Takes an approval back that was not used yet. */
  public static void revoke(Connection approver, String request) throws SQLException {
    call(approver, "SELECT wk.revoke(?)", request);
  }

  private static void requireNotNewer(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT to_regclass('wk.installed') IS NOT NULL")) {
      row.next();
      if (!row.getBoolean(1)) {
        return;
      }
    }
    int installed = Boundary.version(connection);
    if (installed > VERSION) {
      throw new SQLException(
          "The boundary is of version "
              + installed
              + ", newer than this library's "
              + VERSION
              + "; upgrade the library");
    }
  }

  /** A table's name as the changes write it. */
  private record Names(String schema, String table) {
    static Names of(String table) {
      int dot = table.indexOf('.');
      if (dot < 0) {
        throw new IllegalArgumentException(
            "The table is named without its schema; name it as in gold.orders");
      }
      return new Names(table.substring(0, dot), table.substring(dot + 1));
    }
  }

  private static long oid(Connection connection, String table) throws SQLException {
    Names names = Names.of(table);
    try (PreparedStatement find =
        connection.prepareStatement(
            "SELECT c.oid::pg_catalog.int8 FROM pg_catalog.pg_class c"
                + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                + " WHERE n.nspname = ? AND c.relname = ?")) {
      find.setString(1, names.schema());
      find.setString(2, names.table());
      try (ResultSet row = find.executeQuery()) {
        if (!row.next()) {
          throw new SQLException("There is no table of this name; create it first", "42P01");
        }
        return row.getLong(1);
      }
    }
  }

  private static void call(Connection connection, String sql, Object... arguments)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < arguments.length; i++) {
        statement.setObject(i + 1, arguments[i]);
      }
      statement.executeQuery().close();
    }
  }

  private static void run(Connection connection, String script) throws SQLException {
    boolean auto = connection.getAutoCommit();
    if (!auto) {
      execute(connection, script);
      return;
    }
    connection.setAutoCommit(false);
    try {
      execute(connection, script);
      connection.commit();
    } catch (SQLException | RuntimeException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(true);
    }
  }

  /** Scripts look names up in the catalog only; the caller's transaction goes on as it was. */
  private static void execute(Connection connection, String script) throws SQLException {
    try (Statement statement = connection.createStatement();
        PreparedStatement restore =
            connection.prepareStatement("SELECT pg_catalog.set_config('search_path', ?, true)")) {
      String path;
      try (ResultSet row =
          statement.executeQuery("SELECT pg_catalog.current_setting('search_path')")) {
        row.next();
        path = row.getString(1);
      }
      statement.setEscapeProcessing(false);
      statement.execute(read(script));
      restore.setString(1, path);
      restore.executeQuery().close();
    }
  }

  private static String read(String script) {
    try (InputStream in = PostgresBoundary.class.getResourceAsStream(script)) {
      return new String(requireNonNull(in, script).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("The script " + script + " cannot be read", e);
    }
  }
}
