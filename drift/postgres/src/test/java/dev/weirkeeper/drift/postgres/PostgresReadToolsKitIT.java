package dev.weirkeeper.drift.postgres;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Json;
import dev.weirkeeper.Masking;
import dev.weirkeeper.spi.ToolRegistry;
import dev.weirkeeper.testkit.LocalPostgres;
import dev.weirkeeper.testkit.ToolRegistryKit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** What each registry of tools holds to, by the tools that read for agents. */
class PostgresReadToolsKitIT extends ToolRegistryKit {
  private static final String ORDERS = "public.orders";
  private static LocalPostgres server;

  @BeforeAll
  static void start() throws Exception {
    server = LocalPostgres.start();
    server.createDatabase("shop");
    server.execute(
        "shop",
        "CREATE TABLE orders (id int PRIMARY KEY, note text, email text)",
        "INSERT INTO orders VALUES (1, 'first', 'a@b')",
        "CREATE VIEW seen AS SELECT * FROM orders",
        "CREATE ROLE wk_read LOGIN",
        "REVOKE ALL ON DATABASE shop FROM PUBLIC",
        "GRANT CONNECT ON DATABASE shop TO wk_read",
        "GRANT SELECT ON orders, seen TO wk_read");
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @Override
  protected ToolRegistry registry() throws Exception {
    return PostgresReadTools.builder(
            "shop", server.dataSource("shop", "wk_read"), Masking.with(new byte[16]))
        .build();
  }

  @Override
  protected List<Action> accepted() {
    return List.of(
        call("catalog_list_tables", "*", Map.of()),
        call("catalog_describe_table", ORDERS, Map.of("table", ORDERS)),
        call("data_sample", ORDERS, Map.of("table", ORDERS)),
        call(
            "data_count",
            ORDERS,
            Map.of(
                "table",
                ORDERS,
                "filters",
                List.of(Map.of("column", "note", "op", "EQUAL", "value", "first")))),
        call("data_profile", ORDERS, Map.of("table", ORDERS)));
  }

  @Override
  protected List<Action> refused() {
    return List.of(
        call("data_sample", "public.nowhere", Map.of("table", "public.nowhere")),
        call("data_sample", "public.seen", Map.of("table", "public.seen")),
        call(
            "data_count",
            ORDERS,
            Map.of(
                "table",
                ORDERS,
                "filters",
                List.of(Map.of("column", "email", "op", "EQUAL", "value", "a@b")))));
  }

  private static Action call(String tool, String target, Map<String, Object> input) {
    return new Action(tool, Json.of(input), new Asset("shop", target));
  }
}
