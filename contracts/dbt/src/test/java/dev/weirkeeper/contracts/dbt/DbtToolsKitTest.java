package dev.weirkeeper.contracts.dbt;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Json;
import dev.weirkeeper.spi.ToolRegistry;
import dev.weirkeeper.testkit.ToolRegistryKit;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

class DbtToolsKitTest extends ToolRegistryKit {
  @TempDir Path folder;

  @Override
  protected ToolRegistry registry() {
    FakeDbt dbt = new FakeDbt(folder.resolve("fake"));
    Recorded.copy(Recorded.OLDER, "manifest.json", folder.resolve("target"));
    Recorded.copy(Recorded.OLDER, "run_results.json", folder.resolve("target"));
    return DbtTools.builder("dbt", "shop")
        .executable(dbt.executable())
        .project(folder)
        .models("*")
        .clock(clock())
        .build();
  }

  @Override
  protected Clock clock() {
    return Clock.fixed(Recorded.NEWEST_RUN, ZoneOffset.UTC);
  }

  @Override
  protected List<Action> accepted() {
    return List.of(
        action(DbtTools.TEST, "{\"select\":[\"orders\"],\"exclude\":[\"tag:slow\"],\"limit\":3}"),
        action(DbtTools.RESULTS, "{\"show\":\"PROBLEMS\",\"limit\":2}"));
  }

  @Override
  protected List<Action> refused() {
    return List.of(action(DbtTools.RESULTS, "{\"run\":\"none-of-ours\"}"));
  }

  private static Action action(String tool, String input) {
    return new Action(tool, Json.parse(input), new Asset("dbt", "shop"));
  }
}
