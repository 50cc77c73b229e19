package dev.weirkeeper.contracts.duckdb;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.Semaphore;
import org.duckdb.DuckDBConnection;

/** What DuckDB does in its own way when a gate writes to it. */
final class DuckDbGateDialect implements GateDialect {
  // By the host's connection: gates over one database take turns.
  private static final Map<DuckDBConnection, Semaphore> TURNS = new WeakHashMap<>();

  private final DuckDBConnection database;
  private final Semaphore turn;

  DuckDbGateDialect(DuckDBConnection database) {
    this.database = database;
    synchronized (TURNS) {
      turn = TURNS.computeIfAbsent(database, any -> new Semaphore(1));
    }
  }

  @Override
  public String id() {
    return "duckdb";
  }

  @Override
  public GateConnection connect() throws SQLException {
    return open(() -> {});
  }

  @Override
  public GateConnection connectInTurn() throws SQLException {
    turn.acquireUninterruptibly();
    try {
      return open(turn::release);
    } catch (SQLException | RuntimeException e) {
      turn.release();
      throw e;
    }
  }

  private GateConnection open(Runnable end) throws SQLException {
    Connection connection = database.duplicate();
    try {
      connection.setAutoCommit(false);
      return new Turn(connection.unwrap(DuckDBConnection.class), end);
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /** A connection, while it is its turn if it waited for one. */
  private static final class Turn implements GateConnection {
    private final DuckDBConnection connection;
    private final Runnable end;
    private boolean over;

    Turn(DuckDBConnection connection, Runnable end) {
      this.connection = connection;
      this.end = end;
    }

    @Override
    public Connection sql() {
      return connection;
    }

    @Override
    public BulkLoad load(String table, List<Load> columns) throws SQLException {
      return new AppenderLoad(connection, table, columns);
    }

    @Override
    public void settle() {
      // An appender keeps nothing from statements.
    }

    @Override
    public void close() throws SQLException {
      if (over) {
        return;
      }
      over = true;
      try (connection) {
        connection.rollback();
      } finally {
        end.run();
      }
    }
  }

  @Override
  public List<TargetColumn> columns(Connection connection, Asset asset) throws SQLException {
    List<TargetColumn> columns = new ArrayList<>();
    int dot = asset.name().indexOf('.');
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT c.column_name, c.data_type, c.is_nullable, c.column_default,"
                + " i.is_generated = 'ALWAYS' FROM duckdb_columns() c"
                + " JOIN system.information_schema.columns i"
                + " ON i.table_catalog = c.database_name AND i.table_schema = c.schema_name"
                + " AND i.table_name = c.table_name AND i.column_name = c.column_name"
                + " WHERE c.database_name = current_database() AND c.schema_name = ?"
                + " AND c.table_name = ? ORDER BY c.column_index")) {
      select.setString(1, dot < 0 ? "main" : asset.name().substring(0, dot));
      select.setString(2, asset.name().substring(dot + 1));
      try (ResultSet result = select.executeQuery()) {
        while (result.next()) {
          columns.add(column(result));
        }
      }
    }
    return List.copyOf(columns);
  }

  private static TargetColumn column(ResultSet result) throws SQLException {
    String type = result.getString(2);
    int precision = 0;
    int scale = 0;
    // Only the database makes values of a generated column.
    CellKind kind = result.getBoolean(5) ? CellKind.OTHER : kind(type);
    if (kind == CellKind.DECIMAL) {
      String[] parts = type.substring(type.indexOf('(') + 1, type.length() - 1).split(",");
      precision = Integer.parseInt(parts[0].strip());
      scale = Integer.parseInt(parts[1].strip());
    }
    String filled = result.getString(4);
    TargetColumn.Absence absence =
        result.getBoolean(3)
            ? TargetColumn.Absence.NULLABLE
            : filled != null ? TargetColumn.Absence.DEFAULTED : TargetColumn.Absence.REQUIRED;
    return new TargetColumn(result.getString(1), type, kind, precision, scale, absence);
  }

  private static CellKind kind(String type) {
    String name = type.toUpperCase(Locale.ROOT);
    if (name.startsWith("DECIMAL(") && name.endsWith(")")) {
      return CellKind.DECIMAL;
    }
    return switch (name) {
      case "TINYINT" -> CellKind.INT8;
      case "SMALLINT" -> CellKind.INT16;
      case "INTEGER" -> CellKind.INT32;
      case "BIGINT" -> CellKind.INT64;
      case "FLOAT" -> CellKind.FLOAT32;
      case "DOUBLE" -> CellKind.FLOAT64;
      case "VARCHAR" -> CellKind.TEXT;
      case "BOOLEAN" -> CellKind.TRUTH;
      case "DATE" -> CellKind.DATE;
      case "TIMESTAMP" -> CellKind.TIMESTAMP;
      case "TIMESTAMP WITH TIME ZONE" -> CellKind.TIMESTAMP_WITH_ZONE;
      case "UUID" -> CellKind.UUID;
      case "JSON" -> CellKind.JSON;
      default -> CellKind.OTHER;
    };
  }

  static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  @Override
  public String table(String assetName) {
    int dot = assetName.indexOf('.');
    return dot < 0
        ? "main." + quoted(assetName)
        : quoted(assetName.substring(0, dot)) + "." + quoted(assetName.substring(dot + 1));
  }

  @Override
  public String createScratch() {
    return "CREATE TABLE";
  }

  @Override
  public void analyze(Connection connection, String table) {
    // The planner knows how many rows there are.
  }

  @Override
  public void hold(Connection connection, String asset) {
    // It is this connection's turn.
  }

  @Override
  public void keepOthersOut(Connection connection, Asset asset) {
    // Writers past the gate conflict when they commit, if they touch the same rows.
  }

  @Override
  public Dialect sql() {
    return Dialect.DUCKDB;
  }

  @Override
  public Problem problem(SQLException e) {
    String message = String.valueOf(e.getMessage());
    if (message.contains("TransactionContext Error") || message.contains("Conflict on")) {
      return Problem.CONFLICT;
    }
    for (String refused :
        List.of(
            "Constraint Error",
            "Catalog Error",
            "Binder Error",
            "Conversion Error",
            "Permission Error",
            "Invalid Input Error",
            "Out of Range Error")) {
      if (message.contains(refused)) {
        return Problem.REFUSED;
      }
    }
    return Problem.SERVER;
  }
}
