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
import java.util.List;
import javax.sql.DataSource;

/** What PostgreSQL does in its own way when a gate writes to it. */
final class PostgresGateDialect implements GateDialect {
  private static final int TYPMOD_HEADER = 4;

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
    Session session = new Session(connection);
    return new GateConnection() {
      @Override
      public Connection sql() {
        return connection;
      }

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
          if (!connection.isClosed()) {
            session.rollback();
          }
        } finally {
          session.close();
        }
      }
    };
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
            "SELECT a.attname, format_type(a.atttypid, a.atttypmod), t.typname, a.atttypmod,"
                + " a.attnotnull, a.atthasdef OR a.attidentity <> ''"
                + " FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
                + " WHERE a.attrelid = to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped"
                + " AND t.typtype <> 'd' OR a.attrelid = to_regclass(?) AND a.attnum > 0"
                + " AND NOT a.attisdropped AND t.typtype = 'd' ORDER BY a.attnum")) {
      String table = Sql.table(asset);
      select.setString(1, table);
      select.setString(2, table);
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
    CellKind kind = kind(result.getString(3));
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
