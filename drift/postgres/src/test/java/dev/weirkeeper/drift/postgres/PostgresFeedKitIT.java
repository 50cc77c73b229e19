package dev.weirkeeper.drift.postgres;

import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.testkit.FeedKit;
import dev.weirkeeper.testkit.LocalPostgres;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class PostgresFeedKitIT extends FeedKit {
  private static LocalPostgres server;

  @BeforeAll
  static void start() throws Exception {
    server = LocalPostgres.start();
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @Override
  protected Source source() throws Exception {
    Scene scene = new Scene(server);
    scene.trigger();
    scene.run("CREATE TABLE items (id int PRIMARY KEY)");
    return new Source() {
      @Override
      public Feed feed() {
        return scene.builder("public.items").chunkRows(10).build();
      }

      @Override
      public void insert(int... keys) throws Exception {
        scene.run(
            Arrays.stream(keys)
                .mapToObj(key -> "(" + key + ")")
                .collect(Collectors.joining(", ", "INSERT INTO items VALUES ", "")));
      }

      @Override
      public void insertAndAlter(int key) throws Exception {
        scene.transaction(
            "INSERT INTO items (id) VALUES (" + key + ")",
            "ALTER TABLE items ADD more_" + key + " int DEFAULT 7");
      }

      @Override
      public void close() throws Exception {
        scene.close();
      }
    };
  }

  @Override
  protected boolean loads() {
    return true;
  }

  @Override
  protected boolean alters() {
    return true;
  }
}
