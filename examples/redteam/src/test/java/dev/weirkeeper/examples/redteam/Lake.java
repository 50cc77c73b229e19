package dev.weirkeeper.examples.redteam;

import dev.weirkeeper.Asset;
import dev.weirkeeper.CallControl;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.duckdb.DuckDbGateTarget;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.gate.Gate;
import dev.weirkeeper.contracts.gate.GatePolicy;
import dev.weirkeeper.contracts.memory.Frames;
import java.io.IOException;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.duckdb.DuckDBConnection;

/** A table of DuckDB behind a gate, and rows that wait before it. */
final class Lake implements AutoCloseable {
  static final String TABLE = "main.items";

  private static final Fields FIELDS =
      new Fields(
          List.of(
              new Field("name", Form.TEXT, "text"), new Field("amount", Form.INTEGER, "int64")));

  private final DuckDBConnection database;
  private final Gate gate;
  private final Map<String, String> pristine;

  Lake(String system) throws SQLException, IOException {
    database = DriverManager.getConnection("jdbc:duckdb:").unwrap(DuckDBConnection.class);
    DuckDbGateTarget.prepare(database);
    try (Statement statement = database.createStatement()) {
      statement.execute("CREATE TABLE items (name text, amount bigint)");
    }
    gate =
        Gate.to(DuckDbGateTarget.of(new Asset(system, TABLE), database).build())
            .contract(
                Contract.of(
                    "items", "1", TABLE, Rule.notNull("name"), Rule.between("amount", 0, 9)))
            .policy(GatePolicy.STANDARD.quarantining(10, 0.5))
            .secret(new byte[32])
            .open();
    // Whatever a check leaves behind is there before attacks begin.
    try (FrameSource rows = rows()) {
      gate.check(rows, CallControl.NONE);
    }
    pristine = look();
  }

  Gate gate() {
    return gate;
  }

  FrameSource rows() {
    return Frames.source(
        new DatasetRef(new Asset("files", "new"), "1"),
        FIELDS,
        List.of(List.of("a", 1L), List.of("b", 2L), List.of("tok_live_FIXTURE_ROW", 99L)),
        2);
  }

  /** Whether any table is there that was not, or has other rows. */
  boolean hasChanged() throws SQLException {
    return !look().equals(pristine);
  }

  private Map<String, String> look() throws SQLException {
    Map<String, String> tables = new TreeMap<>();
    try (Statement statement = database.createStatement();
        ResultSet names =
            statement.executeQuery(
                "SELECT format('\"{}\".\"{}\"', schema_name, table_name) FROM duckdb_tables()")) {
      while (names.next()) {
        tables.put(names.getString(1), "");
      }
    }
    for (Map.Entry<String, String> table : tables.entrySet()) {
      try (Statement statement = database.createStatement();
          ResultSet rows =
              statement.executeQuery(
                  "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM "
                      + table.getKey()
                      + " t")) {
        rows.next();
        table.setValue(String.valueOf(rows.getString(1)));
      }
    }
    return tables;
  }

  @Override
  public void close() throws SQLException {
    database.close();
  }
}
