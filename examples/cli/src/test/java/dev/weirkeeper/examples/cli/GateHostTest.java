package dev.weirkeeper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Caller;
import dev.weirkeeper.DoorMemory;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Toolbox;
import dev.weirkeeper.audit.JsonLinesSink;
import dev.weirkeeper.contracts.duckdb.DuckDbCaps;
import dev.weirkeeper.contracts.duckdb.DuckDbFiles;
import dev.weirkeeper.contracts.duckdb.DuckDbGateTarget;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.gate.Gate;
import dev.weirkeeper.contracts.gate.GatePolicy;
import dev.weirkeeper.contracts.gate.GateTools;
import dev.weirkeeper.contracts.read.ContractReaders;
import dev.weirkeeper.contracts.read.Imported;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.duckdb.DuckDBConnection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program of docs/gate.md. */
class GateHostTest {
  private static final Asset ITEMS = new Asset("lake", "main.items");

  @TempDir Path folder;

  @Test
  void an_agent_validates_files_and_has_them_written_through_a_gate() throws Exception {
    Path csv = Files.writeString(folder.resolve("items.csv"), "name,amount\na,1\nb,2\n");
    Path contract =
        Files.writeString(
            folder.resolve("items.yaml"),
            """
            weirkeeper: 1
            contract: items
            version: "1"
            table: main.items
            rules: [{not-null: name}]
            """);
    Imported items = ContractReaders.read(contract, "main.items");
    try (JsonLinesSink sink = JsonLinesSink.open(folder.resolve("audit"), Clock.systemUTC());
        DuckDBConnection database =
            DriverManager.getConnection("jdbc:duckdb:").unwrap(DuckDBConnection.class)) {
      Journal journal = new Journal(sink, Clock.systemUTC());
      DuckDbGateTarget.prepare(database);
      try (Statement statement = database.createStatement()) {
        statement.execute("CREATE TABLE items (name text, amount bigint)");
      }

      // spotless:off
      // tag::gate-tools[]
      Gate gate =
          Gate.to(DuckDbGateTarget.of(new Asset("lake", "main.items"), database).build())
              .contract(items.contract()).policy(GatePolicy.STANDARD).journal(journal).open();
      DatasetRef inbox = new DatasetRef(new Asset("files", "items.csv"), "");
      GateTools tools =
          GateTools.builder("lake")
              .gated("new-items", gate, () -> DuckDbFiles.open(inbox, csv, DuckDbCaps.DEFAULT))
              .imported("items", items.report())
              .build();
      Toolbox door =
          Toolbox.builder().journal(journal).clock(Clock.systemUTC()).tools(tools)
              .memory(DoorMemory.in(folder)).limit(Effect.WRITE).grant("loader", Effect.WRITE).build();
      // end::gate-tools[]
      // spotless:on

      GateTools.Validated validated =
          called(door, GateTools.VALIDATE, Map.of("dataset", "new-items"))
              .as(GateTools.Validated.class);
      GateTools.Decided decided =
          called(
                  door,
                  GateTools.WRITE,
                  Map.of(
                      "dataset",
                      "new-items",
                      "validation",
                      validated.leave().orElseThrow().validation()))
              .as(GateTools.Decided.class);

      assertThat(decided.tally().published()).isEqualTo(2);
      try (Statement statement = database.createStatement();
          ResultSet row = statement.executeQuery("SELECT count(*) FROM items")) {
        row.next();
        assertThat(row.getInt(1)).isEqualTo(2);
      }
    }
  }

  private static Json called(Toolbox door, String tool, Map<String, String> input) {
    Outcome outcome =
        door.perform(
            new Caller("loader", Caller.Kind.AGENT),
            new Action(tool, Json.of(input), ITEMS),
            List.of());
    assertThat(outcome).isInstanceOf(Outcome.Done.class);
    return ((Outcome.Done) outcome).result();
  }
}
