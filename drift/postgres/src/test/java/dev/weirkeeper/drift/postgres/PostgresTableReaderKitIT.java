package dev.weirkeeper.drift.postgres;

import dev.weirkeeper.Asset;
import dev.weirkeeper.spi.TableReader;
import dev.weirkeeper.testkit.TableReaderKit;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class PostgresTableReaderKitIT extends TableReaderKit {
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
  protected TableReader reader() throws Exception {
    return scene.tools().reader();
  }

  @Override
  protected Asset table() {
    return new Asset(ReadScene.SYSTEM, ReadScene.PEOPLE);
  }

  @Override
  protected Set<String> hidden() {
    return Set.of("planted");
  }

  @Override
  protected List<Asset> unreadable() {
    return List.of(
        new Asset(ReadScene.SYSTEM, "gold.private"),
        new Asset(ReadScene.SYSTEM, "gold.nothing"),
        new Asset(ReadScene.SYSTEM, "planted"),
        new Asset("elsewhere", ReadScene.PEOPLE));
  }
}
