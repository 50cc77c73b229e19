package dev.weirkeeper.drift.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Transaction;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.testkit.LocalPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PostgresFeedIT {
  private static LocalPostgres server;
  private Scene scene;

  @BeforeAll
  static void start() throws Exception {
    server = LocalPostgres.start();
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @BeforeEach
  void scene() throws Exception {
    scene = new Scene(server);
  }

  @AfterEach
  void close() throws Exception {
    scene.close();
  }

  @Test
  void inserts_updates_deletes_and_truncations_arrive() throws Exception {
    scene.run("CREATE TABLE orders (id int PRIMARY KEY, note text, price numeric(10,2))");
    Feed.Stream stream = scene.open("public.orders");

    scene.transaction(
        "INSERT INTO orders VALUES (1, 'a', 1.5), (2, NULL, 2), (3, 'c', 3)",
        "UPDATE orders SET note = 'b' WHERE id = 2",
        "DELETE FROM orders WHERE id = 3");
    Transaction transaction = Scene.next(stream);

    assertThat(transaction.origin()).isEqualTo(Transaction.Origin.STREAM);
    assertThat(transaction.rows().values()).containsExactly(5L);
    scene.apply(transaction);
    scene.assertEqual("public.orders");

    scene.transaction("TRUNCATE orders", "INSERT INTO orders VALUES (9, 'z', 9)");
    scene.apply(Scene.next(stream));
    scene.assertEqual("public.orders");
    assertThat(scene.target("public.orders")).hasSize(1);
  }

  @Test
  void a_first_load_and_the_stream_make_the_target_equal() throws Exception {
    scene.run(
        "CREATE TABLE orders (id int PRIMARY KEY, note text)",
        "INSERT INTO orders SELECT i, 'n' || i FROM generate_series(1, 2500) i");
    Feed.Stream stream =
        scene.open(scene.builder("public.orders"), builder -> builder.chunkRows(1000));

    scene.load(stream, "public.orders");
    scene.run("INSERT INTO orders VALUES (9999, 'late')");
    scene.catchUp(stream);

    scene.assertEqual("public.orders");
    assertThat(scene.target("public.orders")).hasSize(2501);
    assertThat(scene.replica.loads.get("public.orders").rows()).isEqualTo(2500);
  }
}
