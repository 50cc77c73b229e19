package dev.weirkeeper.contracts.duckdb;

import dev.weirkeeper.Asset;
import dev.weirkeeper.contracts.gate.GateTarget;
import dev.weirkeeper.contracts.gate.GateTargetKit;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.duckdb.DuckDBConnection;
import org.junit.jupiter.api.AfterEach;

class DuckDbGateTargetKitTest extends GateTargetKit {
  private DuckDBConnection database;

  @Override
  protected GateTarget create() throws Exception {
    database = DriverManager.getConnection("jdbc:duckdb:").unwrap(DuckDBConnection.class);
    DuckDbGateTarget.prepare(database);
    execute("CREATE SCHEMA IF NOT EXISTS public");
    execute("CREATE TABLE public.items (id bigint, name text, amount decimal(10,2), day date)");
    return again();
  }

  @Override
  protected GateTarget again() {
    return DuckDbGateTarget.of(new Asset("lake", TABLE), database).build();
  }

  @AfterEach
  void end() throws Exception {
    database.close();
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = database.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  protected List<String> published() throws Exception {
    List<String> rows = new ArrayList<>();
    try (Statement statement = database.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT coalesce(id::text, 'null') || '|' || coalesce(name, 'null') || '|' ||"
                    + " coalesce(amount::text, 'null') FROM public.items ORDER BY id")) {
      while (result.next()) {
        rows.add(result.getString(1));
      }
    }
    return rows;
  }

  @Override
  protected void publishApart(long id, String name) throws Exception {
    execute("INSERT INTO public.items (id, name) VALUES (" + id + ", '" + name + "')");
  }

  @Override
  protected void addNote() throws Exception {
    execute("ALTER TABLE public.items ADD COLUMN note text");
  }
}
