package dev.weirkeeper.drift.postgres.catalog;

import dev.weirkeeper.drift.schema.DatabaseSchema;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads what a PostgreSQL database is made of, as values: PostgreSQL 12 to 18.
 *
 * <p>A reading takes about a dozen queries whatever the size of the database, in one read-only
 * REPEATABLE READ transaction. Schemas of the system and members of extensions are left out;
 * temporary objects, rights and owners too. The definitions that the server writes come from the
 * newest catalog and not from the snapshot, so the catalog is looked at again afterwards: one that
 * changed meanwhile is read again, and refused if it never holds still.
 *
 * <p>Safe to share between threads; a connection is used by one reading at a time.
 */
public final class SchemaReader {
  private static final int ATTEMPTS = 5;
  private static final int OLDEST = 12;

  /** What the server says where an object vanished while its definition was written. */
  private static final Set<String> VANISHED = Set.of("XX000", "42P01", "42704", "42703", "3F000");

  private final List<String> schemas;

  private SchemaReader(List<String> schemas) {
    this.schemas = List.copyOf(schemas);
  }

  /** Reads all schemas that are not the system's. */
  public static SchemaReader ofAll() {
    return new SchemaReader(List.of());
  }

  /**
   * Reads only these schemas.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static SchemaReader of(List<String> schemas) {
    if (schemas.isEmpty()) {
      throw new IllegalArgumentException("No schema to read: name at least one, or use ofAll()");
    }
    return new SchemaReader(schemas);
  }

  /**
   * Reads the database. A connection in auto-commit mode gets a transaction of its own for it;
   * otherwise the open transaction is read, with what it has changed itself.
   *
   * @throws SQLException if the server is older than 12, a schema is not there, rights are missing,
   *     or the catalog changes all the time
   */
  public SchemaReading read(Connection connection) throws SQLException {
    int major = connection.getMetaData().getDatabaseMajorVersion();
    if (major < OLDEST) {
      throw new SQLException(
          "PostgreSQL " + major + " is too old to be read: 12 is the oldest", "0A000");
    }
    if (!connection.getAutoCommit()) {
      return complete(within(connection, major));
    }
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      Optional<SchemaReading> reading = attempt(connection, major);
      if (reading.isPresent()) {
        return complete(reading.get());
      }
    }
    throw new SQLException(
        "The catalog changed during each of "
            + ATTEMPTS
            + " readings: its definitions do not belong together. Read again when no DDL runs",
        "40001");
  }

  private Optional<SchemaReading> attempt(Connection connection, int major) throws SQLException {
    int isolation = connection.getTransactionIsolation();
    boolean readOnly = connection.isReadOnly();
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    connection.setReadOnly(true);
    connection.setAutoCommit(false);
    try {
      String before = value(connection, CatalogSql.state());
      SchemaReading reading = within(connection, major);
      connection.commit();
      return before.equals(value(connection, CatalogSql.state()))
          ? Optional.of(reading)
          : Optional.empty();
    } catch (SQLException e) {
      if (VANISHED.contains(e.getSQLState())) {
        return Optional.empty();
      }
      throw clear(e);
    } finally {
      connection.rollback();
      connection.setAutoCommit(true);
      connection.setReadOnly(readOnly);
      connection.setTransactionIsolation(isolation);
    }
  }

  private static SQLException clear(SQLException e) {
    return "42501".equals(e.getSQLState())
        ? new SQLException(
            "The catalog cannot be read by this login: it may not use one of the catalogs, or"
                + " pg_control_system(). Grant it pg_monitor, or read as another login",
            e.getSQLState(),
            e)
        : e;
  }

  private SchemaReading within(Connection connection, int major) throws SQLException {
    String path = value(connection, "SELECT pg_catalog.current_setting('search_path')");
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_catalog.set_config('search_path', '', false)");
    }
    try {
      DatabaseSchema schema = new CatalogRows(connection, schemas, major).read();
      return stamped(connection, schema);
    } finally {
      if (!connection.isClosed()) {
        restore(connection, path);
      }
    }
  }

  /** A transaction that failed takes the old path back by itself. */
  private static void restore(Connection connection, String path) throws SQLException {
    try (PreparedStatement set =
        connection.prepareStatement("SELECT pg_catalog.set_config('search_path', ?, false)")) {
      set.setString(1, path);
      set.execute();
    } catch (SQLException e) {
      if (!"25P02".equals(e.getSQLState())) {
        throw e;
      }
    }
  }

  private SchemaReading complete(SchemaReading reading) throws SQLException {
    Set<String> missing = new TreeSet<>(schemas);
    reading.schema().namespaces().forEach(namespace -> missing.remove(namespace.name()));
    if (!missing.isEmpty()) {
      throw new SQLException(
          "There is no schema " + missing + " to read, or it belongs to the system or an extension",
          "3F000");
    }
    return reading;
  }

  private static SchemaReading stamped(Connection connection, DatabaseSchema schema)
      throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet stamp = statement.executeQuery(CatalogSql.stamp(schema.major()))) {
      stamp.next();
      return new SchemaReading(
          schema,
          stamp.getString(1),
          stamp.getString(2),
          stamp.getInt(3),
          stamp.getString(4),
          stamp.getString(5));
    }
  }

  private static String value(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
