package dev.weirkeeper.contracts.duckdb;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Json;
import dev.weirkeeper.Probe;
import dev.weirkeeper.spi.TableReader;
import dev.weirkeeper.spi.ToolRegistry;
import dev.weirkeeper.testkit.ToolRegistryKit;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class SandboxToolsKitIT extends ToolRegistryKit {
  private static final TableReader.Rows ROWS =
      new TableReader.Rows(
          List.of(new TableReader.Field("id", "int4")),
          List.of(List.of(Optional.of("1")), List.of(Optional.of("2"))),
          TableReader.Extent.WHOLE);

  private static SandboxTools tools;

  @BeforeAll
  static void start() {
    tools =
        SandboxTools.builder("shop", (table, rows, characters, call) -> new Probe.Value<>(ROWS))
            .tables("gold.*")
            .memory(128)
            .build();
  }

  @AfterAll
  static void stop() {
    tools.close();
  }

  @Override
  protected ToolRegistry registry() {
    return tools;
  }

  @Override
  protected List<Action> accepted() {
    return List.of(
        query("{\"tables\":[\"gold.orders\"],\"sql\":\"SELECT sum(id) FROM gold.orders\"}"),
        query("{\"tables\":[],\"sql\":\"SELECT 1\",\"limit\":3}"));
  }

  @Override
  protected List<Action> refused() {
    return List.of(
        query("{\"tables\":[\"vault.keys\"],\"sql\":\"SELECT 1\"}"),
        query("{\"tables\":[\"gold.orders\"],\"sql\":\"DROP TABLE gold.orders\"}"));
  }

  private static Action query(String input) {
    return new Action("sandbox_query", Json.parse(input), new Asset("shop", "sandbox"));
  }
}
