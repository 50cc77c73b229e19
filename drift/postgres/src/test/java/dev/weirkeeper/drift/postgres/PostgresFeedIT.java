package dev.weirkeeper.drift.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Chunk;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.Tuples;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  @Test
  void an_unchanged_toasted_value_is_unchanged_and_never_null() throws Exception {
    scene.run(
        "CREATE TABLE docs (id int PRIMARY KEY, body text, n int)",
        "ALTER TABLE docs ALTER body SET STORAGE EXTERNAL");
    Feed.Stream stream = scene.open("public.docs");
    scene.run(
        "INSERT INTO docs VALUES (1, repeat('x', 5000), 1)", "UPDATE docs SET n = 2 WHERE id = 1");
    scene.apply(Scene.next(stream));

    Transaction update = Scene.next(stream);

    try (Transaction.Changes changes = update.changes()) {
      RowBatch rows = ((Chunk.Rows) changes.next().orElseThrow()).batches().get(0);
      assertThat(rows.op(0)).isEqualTo(RowBatch.Op.UPDATE);
      assertThat(rows.after().state(0, 1)).isEqualTo(Tuples.State.UNCHANGED);
      assertThat(rows.after().int64(0, 2)).isEqualTo(2);
      assertThat(rows.hasBefore(0)).isFalse();
    }
    scene.apply(update);
    scene.assertEqual("public.docs");
  }

  @Test
  void a_key_change_carries_the_old_key_and_nothing_else_of_the_old_row() throws Exception {
    scene.run(
        "CREATE TABLE t (a text, id int PRIMARY KEY, b text)",
        "INSERT INTO t VALUES ('x', 1, 'y')");
    Feed.Stream stream = scene.open("public.t");
    scene.run("UPDATE t SET id = 2", "DELETE FROM t");

    try (Transaction update = Scene.next(stream);
        Transaction.Changes changes = update.changes()) {
      RowBatch rows = ((Chunk.Rows) changes.next().orElseThrow()).batches().get(0);
      assertThat(rows.hasBefore(0)).isTrue();
      assertThat(rows.before().text(0, 1)).isEqualTo("1");
      assertThat(rows.before().state(0, 0)).isEqualTo(Tuples.State.ABSENT);
      assertThat(rows.before().state(0, 2)).isEqualTo(Tuples.State.ABSENT);
      assertThat(rows.after().text(0, 1)).isEqualTo("2");
    }
    try (Transaction delete = Scene.next(stream);
        Transaction.Changes changes = delete.changes()) {
      RowBatch rows = ((Chunk.Rows) changes.next().orElseThrow()).batches().get(0);
      assertThat(rows.op(0)).isEqualTo(RowBatch.Op.DELETE);
      assertThat(rows.after().text(0, 1)).isEqualTo("2");
      assertThat(rows.after().state(0, 0)).isEqualTo(Tuples.State.ABSENT);
    }
  }

  @Test
  void replica_identity_full_with_a_key_gives_whole_old_rows_by_key() throws Exception {
    scene.run(
        "CREATE TABLE t (id int PRIMARY KEY, a text)",
        "ALTER TABLE t REPLICA IDENTITY FULL",
        "INSERT INTO t VALUES (1, NULL)");
    Feed.Stream stream = scene.open("public.t");
    assertThat(stream.relations().get(0).identity()).isEqualTo(new RowIdentity.Key(List.of("1")));
    scene.run("UPDATE t SET a = 'new'");

    Transaction update = Scene.next(stream);

    assertThat(update.schemaChanges()).isEmpty();
    try (Transaction.Changes changes = update.changes()) {
      RowBatch rows = ((Chunk.Rows) changes.next().orElseThrow()).batches().get(0);
      assertThat(rows.hasBefore(0)).isTrue();
      assertThat(rows.before().state(0, 1)).isEqualTo(Tuples.State.NULL);
    }
    update.close();
  }

  @Test
  void replica_identity_by_index_uses_its_columns() throws Exception {
    scene.run(
        "CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL, b int)",
        "CREATE UNIQUE INDEX t_a ON t (a)",
        "ALTER TABLE t REPLICA IDENTITY USING INDEX t_a",
        "INSERT INTO t VALUES (1, 'a', 1)");
    Feed.Stream stream = scene.open("public.t");
    scene.load(stream, "public.t");
    scene.run("UPDATE t SET b = 2", "UPDATE t SET a = 'z'");
    scene.catchUp(stream);

    assertThat(stream.relations().get(0).identity()).isEqualTo(new RowIdentity.Key(List.of("2")));
    assertThat(scene.replica.changes).isEmpty();
    scene.assertEqual("public.t");
  }

  @Test
  void a_table_without_a_key_does_not_break_the_updates_of_its_application() throws Exception {
    scene.run("CREATE TABLE log (line text)");
    Feed.Stream stream = scene.open("public.log");
    scene.run("INSERT INTO log VALUES ('a')", "UPDATE log SET line = 'b'", "DELETE FROM log");
    scene.catchUp(stream);

    assertThat(stream.relations().get(0).identity()).isEqualTo(new RowIdentity.None());
    assertThat(scene.target("public.log")).hasSize(1);
  }

  @Test
  void rows_of_partitions_arrive_under_the_root() throws Exception {
    scene.run(
        "CREATE TABLE part (id int PRIMARY KEY, v text) PARTITION BY RANGE (id)",
        "CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (100)",
        "CREATE TABLE part_2 (v text, gone int, id int NOT NULL)",
        "ALTER TABLE part_2 DROP gone",
        "ALTER TABLE part ATTACH PARTITION part_2 FOR VALUES FROM (100) TO (200)",
        "INSERT INTO part SELECT i, 'v' || i FROM generate_series(1, 150) i");
    Feed.Stream stream = scene.open(scene.builder("public.part"), builder -> builder.chunkRows(40));
    scene.load(stream, "public.part");
    scene.run(
        "CREATE TABLE part_3 PARTITION OF part FOR VALUES FROM (200) TO (300)",
        "INSERT INTO part VALUES (250, 'late')",
        "UPDATE part SET v = 'u' WHERE id IN (5, 120, 250)",
        "UPDATE part SET id = 151 WHERE id = 1",
        "DELETE FROM part WHERE id = 140");
    scene.catchUp(stream);

    assertThat(stream.relations()).hasSize(1);
    scene.assertEqual("public.part");
  }

  @Test
  void a_transaction_larger_than_memory_spills_and_is_read_as_often_as_needed(@TempDir Path folder)
      throws Exception {
    scene.run("CREATE TABLE t (id int PRIMARY KEY, a text)");
    Feed.Stream stream =
        scene.open(scene.builder("public.t"), builder -> builder.spill(folder, 1 << 20, 1L << 30));
    scene.run("INSERT INTO t SELECT i, md5(i::text) FROM generate_series(1, 200000) i");

    Transaction large = Scene.next(stream);

    assertThat(large.rows().values()).containsExactly(200_000L);
    for (int i = 0; i < 2; i++) {
      try (Transaction.Changes changes = large.changes()) {
        long rows = 0;
        for (var chunk = changes.next(); chunk.isPresent(); chunk = changes.next()) {
          rows += ((Chunk.Rows) chunk.get()).batches().stream().mapToLong(RowBatch::rows).sum();
        }
        assertThat(rows).isEqualTo(200_000);
      }
    }
    scene.apply(large);
    scene.assertEqual("public.t");
  }

  @Test
  void a_transaction_over_the_bound_of_its_file_stops_the_feed_and_loses_nothing(
      @TempDir Path folder) throws Exception {
    scene.run("CREATE TABLE t (id int PRIMARY KEY, a text)");
    Feed.Stream stream =
        scene.open(scene.builder("public.t"), builder -> builder.spill(folder, 1000, 100_000));
    scene.replica.position = Optional.of(stream.start());
    scene.run("INSERT INTO t SELECT i, md5(i::text) FROM generate_series(1, 50000) i");

    assertThatThrownBy(() -> stream.next(Scene.PATIENCE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Raise the bound");
    stream.close();

    Feed.Stream second = scene.open("public.t");
    scene.apply(Scene.next(second));
    scene.assertEqual("public.t");
  }

  @Test
  void transactions_of_others_and_rolled_back_ones_are_not_seen() throws Exception {
    scene.run("CREATE TABLE t (id int PRIMARY KEY)", "CREATE TABLE other (id int PRIMARY KEY)");
    Feed.Stream stream = scene.open("public.t");
    scene.run(
        "INSERT INTO other VALUES (1)",
        "SELECT pg_logical_emit_message(true, 'outbox', 'hello')",
        "SELECT pg_logical_emit_message(false, 'wk.heartbeat', '" + scene.slot() + "')",
        "SELECT pg_logical_emit_message(true, 'wk.chunk', '" + scene.slot() + "/1')",
        "SELECT pg_logical_emit_message(true, 'wk.heartbeat', 'another')");
    scene.run("BEGIN", "INSERT INTO t VALUES (5)", "ROLLBACK", "INSERT INTO t VALUES (6)");

    assertThat(Scene.next(stream).rows().values()).containsExactly(1L);
  }

  @Test
  void names_and_values_that_need_quoting_survive() throws Exception {
    scene.run(
        "CREATE SCHEMA \"Odd Schema\"",
        "CREATE TABLE \"Odd Schema\".\"we\"\"ird.Table\" (\"Select\" text, \"a b\" text,"
            + " PRIMARY KEY (\"Select\"))",
        "INSERT INTO \"Odd Schema\".\"we\"\"ird.Table\""
            + " SELECT E'k\\\\''\\t' || i, E'\\n' FROM generate_series(1, 30) i");
    String name = "Odd Schema.we\"ird.Table";
    Feed.Stream stream = scene.open(scene.builder(name), builder -> builder.chunkRows(7));
    scene.load(stream, name);

    assertThat(scene.target(name))
        .isEqualTo(Replica.source(scene.app, "\"Odd Schema\".\"we\"\"ird.Table\""))
        .hasSize(30);
  }

  @Test
  void a_wait_ends_in_time_even_within_a_large_transaction() throws Exception {
    scene.run("CREATE TABLE t (id int PRIMARY KEY)");
    Feed.Stream stream = scene.open("public.t");
    scene.run("INSERT INTO t SELECT generate_series(1, 100000)");

    int waits = 0;
    Optional<Transaction> found = Optional.empty();
    while (found.isEmpty()) {
      found = stream.next(Duration.ofNanos(1));
      waits++;
    }

    assertThat(waits).isGreaterThan(1);
    assertThat(found.get().rows().values()).containsExactly(100_000L);
    assertThat(stream.exhausted()).isFalse();
  }
}
