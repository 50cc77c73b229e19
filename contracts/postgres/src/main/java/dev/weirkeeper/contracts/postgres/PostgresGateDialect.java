package dev.weirkeeper.contracts.postgres;

import dev.weirkeeper.Asset;
import dev.weirkeeper.contracts.gate.BulkLoad;
import dev.weirkeeper.contracts.gate.CellKind;
import dev.weirkeeper.contracts.gate.GateConnection;
import dev.weirkeeper.contracts.gate.GateDialect;
import dev.weirkeeper.contracts.gate.TargetColumn;
import dev.weirkeeper.contracts.sql.Dialect;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/** What PostgreSQL does in its own way when a gate writes to it. */
final class PostgresGateDialect implements GateDialect {
  private static final int TYPMOD_HEADER = 4;

  /**
   * Operators and functions are the system's own, whatever lies in schemas that others may write
   * to; rows that row-level security would hide are an error instead of absent; a check sees what
   * was committed before it, not only before the transaction; a backslash is a character.
   */
  private static final Map<String, String> GUARDS =
      Map.of(
          "search_path", "pg_catalog, pg_temp",
          "row_security", "off",
          "default_transaction_isolation", "read committed",
          "standard_conforming_strings", "on");

  private final DataSource connections;

  PostgresGateDialect(DataSource connections) {
    this.connections = connections;
  }

  @Override
  public String id() {
    return "postgresql";
  }

  @Override
  public GateConnection connect() throws SQLException {
    Connection connection = connections.getConnection();
    try {
      Session session = new Session(connection);
      Map<String, String> lent = guard(connection);
      return new Lent(connection, session, lent);
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  /** Sets what the gate relies on; answers what was there before. */
  private static Map<String, String> guard(Connection connection) throws SQLException {
    Map<String, String> before = new LinkedHashMap<>();
    List<String> names = List.copyOf(GUARDS.keySet());
    try (PreparedStatement ask =
        connection.prepareStatement("SELECT " + each(names, "current_setting(?)"))) {
      for (int i = 0; i < names.size(); i++) {
        ask.setString(i + 1, names.get(i));
      }
      try (ResultSet result = ask.executeQuery()) {
        result.next();
        for (int i = 0; i < names.size(); i++) {
          before.put(names.get(i), result.getString(i + 1));
        }
      }
    }
    set(connection, GUARDS);
    return before;
  }

  private static void set(Connection connection, Map<String, String> settings) throws SQLException {
    List<String> names = List.copyOf(settings.keySet());
    try (PreparedStatement change =
        connection.prepareStatement("SELECT " + each(names, "set_config(?, ?, false)"))) {
      for (int i = 0; i < names.size(); i++) {
        change.setString(2 * i + 1, names.get(i));
        change.setString(2 * i + 2, settings.get(names.get(i)));
      }
      change.executeQuery().close();
    }
    connection.commit();
  }

  private static String each(List<String> names, String call) {
    return String.join(", ", Collections.nCopies(names.size(), call));
  }

  /** A connection of the host, which gets it back as it was. */
  private record Lent(Connection sql, Session session, Map<String, String> before)
      implements GateConnection {
    @Override
    public BulkLoad load(String table, List<Load> columns) {
      return new CopyLoad(session, table, columns);
    }

    @Override
    public void settle() throws SQLException {
      session.flush();
    }

    @Override
    public void close() throws SQLException {
      try {
        if (!sql.isClosed()) {
          session.rollback();
          set(sql, before);
        }
      } finally {
        session.close();
      }
    }
  }

  /** Writes go on at the same time until they publish. */
  @Override
  public GateConnection connectInTurn() throws SQLException {
    return connect();
  }

  @Override
  public List<TargetColumn> columns(Connection connection, Asset asset) throws SQLException {
    List<TargetColumn> columns = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT a.attname, format_type(a.atttypid, a.atttypmod) || coalesce(' COLLATE ' ||"
                + " quote_ident(n.nspname) || '.' || quote_ident(o.collname), ''), t.typname,"
                + " a.atttypmod, a.attnotnull, a.atthasdef OR a.attidentity <> '',"
                + " a.attgenerated <> ''"
                + " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
                + " JOIN pg_type t ON t.oid = a.atttypid"
                + " LEFT JOIN pg_collation o ON o.oid = a.attcollation"
                + " AND a.attcollation <> t.typcollation"
                + " LEFT JOIN pg_namespace n ON n.oid = o.collnamespace"
                // What a view or a foreign table holds is not what is seen or kept there.
                + " WHERE a.attrelid = to_regclass(?) AND c.relkind IN ('r', 'p')"
                + " AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum")) {
      select.setString(1, Sql.table(asset));
      try (ResultSet result = select.executeQuery()) {
        while (result.next()) {
          columns.add(column(result));
        }
      }
    }
    return List.copyOf(columns);
  }

  private static TargetColumn column(ResultSet result) throws SQLException {
    int modifier = result.getInt(4);
    // Only the database makes values of a generated column.
    CellKind kind = result.getBoolean(7) ? CellKind.OTHER : kind(result.getString(3));
    int precision = 0;
    int scale = 0;
    if (modifier >= TYPMOD_HEADER) {
      if (kind == CellKind.DECIMAL) {
        precision = (modifier - TYPMOD_HEADER) >> 16 & 0xffff;
        // The scale has eleven bits and a sign.
        scale = ((modifier - TYPMOD_HEADER & 0x7ff) ^ 1024) - 1024;
      } else if (kind == CellKind.TEXT) {
        precision = modifier - TYPMOD_HEADER;
      }
    }
    TargetColumn.Absence absence =
        !result.getBoolean(5)
            ? TargetColumn.Absence.NULLABLE
            : result.getBoolean(6) ? TargetColumn.Absence.DEFAULTED : TargetColumn.Absence.REQUIRED;
    return new TargetColumn(
        result.getString(1), result.getString(2), kind, precision, scale, absence);
  }

  private static CellKind kind(String type) {
    return switch (type) {
      case "int2" -> CellKind.INT16;
      case "int4" -> CellKind.INT32;
      case "int8" -> CellKind.INT64;
      case "float4" -> CellKind.FLOAT32;
      case "float8" -> CellKind.FLOAT64;
      case "numeric" -> CellKind.DECIMAL;
      case "text", "varchar", "bpchar" -> CellKind.TEXT;
      case "bool" -> CellKind.TRUTH;
      case "date" -> CellKind.DATE;
      case "timestamp" -> CellKind.TIMESTAMP;
      case "timestamptz" -> CellKind.TIMESTAMP_WITH_ZONE;
      case "uuid" -> CellKind.UUID;
      case "json", "jsonb" -> CellKind.JSON;
      default -> CellKind.OTHER;
    };
  }

  @Override
  public String table(String assetName) {
    return Sql.table(new Asset("postgresql", assetName));
  }

  @Override
  public String createScratch() {
    return "CREATE UNLOGGED TABLE";
  }

  @Override
  public void analyze(Connection connection, String table) throws SQLException {
    execute(connection, "ANALYZE " + table);
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void hold(Connection connection, String asset) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT version FROM weirkeeper_gate.target WHERE asset = ? FOR UPDATE")) {
      select.setString(1, asset);
      select.executeQuery().close();
    }
  }

  @Override
  public void keepOthersOut(Connection connection, Asset asset) throws SQLException {
    String table = Sql.table(asset);
    boolean may;
    try (PreparedStatement select =
        connection.prepareStatement("SELECT has_table_privilege(to_regclass(?)::oid, 'UPDATE')")) {
      select.setString(1, table);
      try (ResultSet result = select.executeQuery()) {
        result.next();
        may = result.getBoolean(1);
      }
    }
    if (may) {
      execute(connection, "LOCK TABLE " + table + " IN SHARE ROW EXCLUSIVE MODE");
    }
  }

  @Override
  public boolean exists(Connection connection, Asset asset) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT to_regclass(?) IS NOT NULL")) {
      select.setString(1, Sql.table(asset));
      try (ResultSet result = select.executeQuery()) {
        return result.next() && result.getBoolean(1);
      }
    }
  }

  /** Deleting what a row refers to waits until the row is published, as with a foreign key. */
  @Override
  public void keepReferred(Connection connection, String table, String query) throws SQLException {
    boolean may;
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT has_any_column_privilege(oid, 'UPDATE') FROM pg_class"
                + " WHERE oid = to_regclass(?) AND relkind IN ('r', 'p')")) {
      select.setString(1, table);
      try (ResultSet result = select.executeQuery()) {
        may = result.next() && result.getBoolean(1);
      }
    }
    if (may) {
      execute(connection, "SELECT count(*) FROM (" + query + " FOR KEY SHARE OF r) x");
    }
  }

  @Override
  public Dialect sql() {
    return Dialect.POSTGRESQL;
  }

  @Override
  public Problem problem(SQLException e) {
    if (Session.LOST_ROWS.equals(e.getSQLState())) {
      return Problem.REFUSED;
    }
    return switch (Failures.kind(e)) {
      case AGAIN -> Problem.CONFLICT;
      case ROW, TABLE -> Problem.REFUSED;
      case SERVER -> Problem.SERVER;
    };
  }
}
