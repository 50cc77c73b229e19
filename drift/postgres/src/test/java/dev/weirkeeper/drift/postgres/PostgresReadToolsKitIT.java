package dev.weirkeeper.drift.postgres;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Json;
import dev.weirkeeper.spi.ToolRegistry;
import dev.weirkeeper.testkit.ToolRegistryKit;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class PostgresReadToolsKitIT extends ToolRegistryKit {
  private static ReadScene scene;

  @BeforeAll
  static void start() throws Exception {
    scene = new ReadScene();
  }

  @AfterAll
  static void stop() throws Exception {
    scene.close();
  }

  @Override
  protected ToolRegistry registry() throws Exception {
    return scene.tools();
  }

  @Override
  protected List<Action> accepted() {
    return List.of(
        call("catalog_list_tables", "gold.*", "{\"schema\":\"gold\",\"limit\":5}"),
        call("catalog_describe_table", ReadScene.PEOPLE, "{\"table\":\"gold.people\"}"),
        call(
            "data_sample",
            ReadScene.PEOPLE,
            "{\"table\":\"gold.people\",\"columns\":[\"id\",\"email\"],\"limit\":2}"),
        call(
            "data_count",
            ReadScene.PEOPLE,
            "{\"table\":\"gold.people\",\"filters\":[{\"column\":\"name\",\"op\":\"EQUAL\","
                + "\"value\":\"name 1\"}]}"),
        call(
            "data_profile",
            ReadScene.PEOPLE,
            "{\"table\":\"gold.people\",\"columns\":[\"name\"]}"));
  }

  @Override
  protected List<Action> refused() {
    return List.of(
        call("catalog_describe_table", "gold.private", "{\"table\":\"gold.private\"}"),
        call("data_sample", "gold.private", "{\"table\":\"gold.private\"}"),
        call(
            "data_count",
            ReadScene.PEOPLE,
            "{\"table\":\"gold.people\",\"filters\":[{\"column\":\"email\",\"op\":\"EQUAL\","
                + "\"value\":\"planted1@example.com\"}]}"));
  }

  private static Action call(String tool, String target, String input) {
    return new Action(tool, Json.parse(input), new Asset(ReadScene.SYSTEM, target));
  }
}
