package dev.weirkeeper.contracts.duckdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Asset;
import dev.weirkeeper.CallControl;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.gate.Gate;
import dev.weirkeeper.contracts.gate.GatePolicy;
import dev.weirkeeper.contracts.gate.GateReport;
import dev.weirkeeper.contracts.gate.GateStatus;
import dev.weirkeeper.contracts.gate.GateTally;
import dev.weirkeeper.contracts.gate.GateTarget;
import dev.weirkeeper.contracts.gate.GateTargetKit;
import dev.weirkeeper.contracts.gate.QuarantineFilter;
import dev.weirkeeper.contracts.gate.Replay;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.duckdb.DuckDBConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

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

  @Test
  void a_replay_leaves_generated_columns_to_the_database() throws Exception {
    execute("CREATE TABLE public.pairs (id bigint, twice bigint AS (id * 2), name text)");
    Fields fields =
        new Fields(
            List.of(new Field("id", Form.INTEGER, "int64"), new Field("name", Form.TEXT, "text")));
    Gate.Builder gate =
        Gate.to(DuckDbGateTarget.of(new Asset("lake", "public.pairs"), database).build())
            .policy(GatePolicy.STANDARD.quarantining(10, 1));
    gate.contract(Contract.of("pairs", "1", "public.pairs", Rule.notNull("name")))
        .open()
        .write(source(fields, List.of(Arrays.asList(7L, null)), 1), CallControl.NONE);

    GateReport report =
        gate.contract(Contract.of("pairs", "2", "public.pairs", Rule.notNull("id")))
            .open()
            .replay(Replay.of(QuarantineFilter.all()), CallControl.NONE);

    assertThat(report.tally()).isEqualTo(GateTally.of(1, 0, 0));
    try (Statement statement = database.createStatement();
        ResultSet result = statement.executeQuery("SELECT twice FROM public.pairs")) {
      result.next();
      assertThat(result.getLong(1)).isEqualTo(14);
    }
  }

  @Test
  void a_rule_refers_to_tables_and_to_no_file() throws Exception {
    Path file = Files.createTempFile("secret", ".csv");
    Files.writeString(file, "id\n7\n");
    try {
      Contract contract =
          Contract.of(
              "items", "1", TABLE, Rule.refers(List.of("id"), file.toString(), List.of("id")));

      GateReport report = gate(contract).write(rows(row(7, "a", 1)), CallControl.NONE);

      assertThat(report.status()).isEqualTo(GateStatus.ERROR);
      assertThat(report.reason().orElseThrow()).contains("There is no table");
    } finally {
      Files.delete(file);
    }
  }
}
