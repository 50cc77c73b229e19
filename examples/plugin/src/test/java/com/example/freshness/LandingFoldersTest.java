package com.example.freshness;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Json;
import dev.weirkeeper.spi.ToolRegistry;
import dev.weirkeeper.testkit.ToolRegistryKit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

class LandingFoldersTest extends ToolRegistryKit {
  @TempDir Path root;

  @Override
  protected ToolRegistry registry() throws IOException {
    Path orders = Files.createDirectories(root.resolve("orders"));
    Files.writeString(orders.resolve("2026-11-23.csv"), "id\n1\n");
    return new LandingFolders("landing", root);
  }

  @Override
  protected List<Action> accepted() {
    return List.of(newestIn("orders"));
  }

  @Override
  protected List<Action> refused() {
    return List.of(newestIn("payments"), newestIn(".."), newestIn("orders/2026-11-23.csv"));
  }

  private static Action newestIn(String folder) {
    Json input = Json.of(new LandingFolders.Newest(folder));
    return new Action("landing_newest_file", input, new Asset("landing", folder));
  }
}
