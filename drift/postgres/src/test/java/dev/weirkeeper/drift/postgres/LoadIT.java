package dev.weirkeeper.drift.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Load;
import dev.weirkeeper.Relation;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.testkit.LocalPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoadIT {
  private static final Asset ORDERS = new Asset("shop", "public.orders");

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

  /** Rows with a small value, a TOASTed one, and a key of two columns. */
  private void orders(int rows) throws Exception {
    scene.run(
        "CREATE TABLE orders (region text, id int, note text, big text, n numeric,"
            + " PRIMARY KEY (region, id))",
        "ALTER TABLE orders ALTER big SET STORAGE EXTERNAL",
        "INSERT INTO orders SELECT 'r' || i % 3, i, 'n' || i, repeat(md5(i::text), 100), i"
            + " FROM generate_series(1, "
            + rows
            + ") i");
  }

  @Test
  void a_load_is_resumed_where_it_stopped_and_reads_no_row_twice() throws Exception {
    orders(1000);
    Feed.Stream stream =
        scene.open(scene.builder("public.orders"), builder -> builder.chunkRows(100));
    stream.load(Load.begin(ORDERS));
    scene.until(stream, transaction -> transaction.load().isPresent());
    scene.until(stream, transaction -> transaction.load().isPresent());
    stream.close();

    Feed.Stream second =
        scene.open(scene.builder("public.orders"), builder -> builder.chunkRows(100));
    Load stored = scene.replica.loads.get("public.orders");
    assertThat(stored.rows()).isEqualTo(200);
    assertThat(stored.after()).hasValueSatisfying(key -> assertThat(key).startsWith("[\"r0\","));
    scene.load(second, "public.orders");

    assertThat(scene.replica.loads.get("public.orders").rows()).isEqualTo(1000);
    scene.assertEqual("public.orders");
  }

  @Test
  void an_empty_table_yields_one_finished_chunk_without_rows() throws Exception {
    scene.run("CREATE TABLE orders (id int PRIMARY KEY)");
    Feed.Stream stream = scene.open("public.orders");
    stream.load(Load.begin(ORDERS));

    Transaction only = Scene.next(stream);

    assertThat(only.origin()).isEqualTo(Transaction.Origin.SNAPSHOT);
    assertThat(only.rows()).isEmpty();
    assertThat(only.load()).hasValueSatisfying(load -> assertThat(load.finished()).isTrue());
    only.close();
  }

  @Test
  void a_stopped_load_yields_nothing_more() throws Exception {
    orders(50);
    Feed.Stream stream =
        scene.open(scene.builder("public.orders"), builder -> builder.chunkRows(10));
    stream.load(Load.begin(ORDERS));
    scene.until(stream, transaction -> transaction.load().isPresent());
    stream.next(Duration.ZERO);

    stream.stopLoad(ORDERS);
    scene.catchUp(stream);

    assertThat(scene.replica.loads.get("public.orders").rows()).isEqualTo(10);
  }

  @Test
  void values_are_the_same_text_in_snapshot_and_log() throws Exception {
    scene.run(
        "CREATE TYPE mood AS ENUM ('sad', 'o''k', 'tab\tend')",
        "CREATE TABLE all_types (id int PRIMARY KEY, b bool, f4 float4, f8 float8, n numeric(20,5),"
            + " t text, c char(5), v varchar(9), ba bytea, d date, ts timestamp(3), tz timestamptz,"
            + " tm time, iv interval, js json, jb jsonb, u uuid, m mood, ia int[], ta text[],"
            + " inet inet, mo money, bits bit(3), r int4range, oc regclass, x xml)",
        "ALTER DATABASE " + scene.database + " SET DateStyle = 'German, DMY'",
        "ALTER DATABASE " + scene.database + " SET IntervalStyle = 'iso_8601'",
        "ALTER DATABASE " + scene.database + " SET TimeZone = 'Asia/Tokyo'",
        "ALTER DATABASE " + scene.database + " SET extra_float_digits = -3",
        "ALTER DATABASE " + scene.database + " SET bytea_output = 'escape'");
    String rows =
        "(%d, true, 1.1, 0.1::float8 + 0.2::float8, 12345.67890, E'a\\tb\\n"
            + "c\\\\d\\r"
            + "\\b\\f\\v\\\\N', 'ab', 'ü€😀', '\\x00ff41', '2024-02-29', '2024-01-02 03:04:05.678',"
            + " '2024-01-02 03:04:05.678901+02', '23:59:59.999999', '1 mon 2 days 03:04:05.6',"
            + " '{\"a\": 1 }', '{\"a\": 1}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'tab\tend',"
            + " '{1,NULL,3}', ARRAY['x', NULL, 'y\"z', ''], '10.0.0.1/8', 12.34, B'101', '[1,5)',"
            + " 'pg_class', '<a/>'), (%d, NULL, 'NaN', '-Infinity', 'NaN', '', '', '', '',"
            + " 'infinity', '-infinity', 'infinity', '00:00', '-1 day', NULL, 'null', NULL, 'o''k',"
            + " '{}', '{}', '::1', -1, B'000', 'empty', NULL, NULL)";
    scene.run("INSERT INTO all_types VALUES " + rows.formatted(1, 2));
    Feed.Stream stream = scene.open("public.all_types");
    scene.load(stream, "public.all_types");
    scene.run("INSERT INTO all_types VALUES " + rows.formatted(3, 4));
    scene.catchUp(stream);

    Relation relation = scene.relation("public.all_types");
    var byId = scene.replica.tables.get(relation.id());
    for (int id = 1; id <= 2; id++) {
      var read = new java.util.TreeMap<>(byId.get(List.of(String.valueOf(id))));
      var logged = new java.util.TreeMap<>(byId.get(List.of(String.valueOf(id + 2))));
      read.remove("1");
      logged.remove("1");
      assertThat(read).isEqualTo(logged);
    }
    assertThat(byId.get(List.of("1")))
        .containsEntry(relation.columnNamed("f8").orElseThrow().id(), "0.30000000000000004")
        .containsEntry(
            relation.columnNamed("tz").orElseThrow().id(), "2024-01-02 01:04:05.678901+00")
        .containsEntry(
            relation.columnNamed("t").orElseThrow().id(), "a\tb\nc\\d\r\b\f" + (char) 11 + "\\N");
  }

  @Test
  void invariant_8_a_rewrite_between_slot_and_chunk_does_not_look_like_an_empty_table()
      throws Exception {
    orders(1500);
    Feed.Stream stream = scene.open("public.orders");
    scene.run("ALTER TABLE orders ALTER n TYPE text USING 'x' || n");

    scene.load(stream, "public.orders");

    scene.assertEqual("public.orders");
    assertThat(scene.target("public.orders")).hasSize(1500);
    assertThat(scene.replica.changes)
        .anySatisfy(
            change ->
                assertThat(
                        change.after().orElseThrow().columnNamed("n").orElseThrow().type().name())
                    .isEqualTo("text"));
  }

  @Test
  void a_table_added_later_is_loaded_while_the_others_stream_on() throws Exception {
    orders(300);
    scene.run(
        "CREATE TABLE items (id int PRIMARY KEY, v text)",
        "INSERT INTO items SELECT i, 'i' || i FROM generate_series(1, 500) i");
    Feed.Stream stream = scene.open("public.orders");
    scene.load(stream, "public.orders");
    stream.close();
    scene.run("UPDATE items SET v = 'changed' WHERE id < 9");

    Feed.Stream both =
        scene.open(
            scene.builder("public.orders", "public.items"), builder -> builder.chunkRows(50));
    scene.run("UPDATE items SET v = 'again' WHERE id < 4", "DELETE FROM orders WHERE id < 50");
    scene.load(both, "public.items");
    scene.catchUp(both);

    scene.assertEqual("public.items");
    scene.assertEqual("public.orders");
  }

  @Test
  void a_row_that_moves_behind_the_load_keeps_its_unchanged_toasted_value() throws Exception {
    orders(60);
    Feed.Stream stream =
        scene.open(scene.builder("public.orders"), builder -> builder.chunkRows(10));
    stream.load(Load.begin(ORDERS));
    scene.until(stream, transaction -> transaction.load().isPresent());
    scene.run("UPDATE orders SET region = 'a', note = 'moved' WHERE id = 59");

    scene.load(stream, "public.orders");
    scene.catchUp(stream);

    scene.assertEqual("public.orders");
  }

  @Test
  void a_table_without_a_key_is_loaded_whole_and_no_row_comes_twice() throws Exception {
    scene.run("CREATE TABLE events (at int, what text)");
    scene.run("INSERT INTO events SELECT i, 'e' FROM generate_series(1, 100) i");
    Feed.Stream stream = scene.open("public.events");
    Load begin = Load.begin(new Asset("shop", "public.events"));
    stream.load(begin);
    scene.run("INSERT INTO events VALUES (101, 'before'), (101, 'before')");
    try (Connection slow = server.connect(scene.database);
        Statement statement = slow.createStatement()) {
      slow.setAutoCommit(false);
      statement.execute("INSERT INTO events VALUES (102, 'across')");
      Optional<Transaction> whole = stream.next(Duration.ZERO);
      slow.commit();
      if (whole.isPresent()) {
        scene.apply(whole.get());
      }
    }
    scene.load(stream, "public.events");
    scene.run("INSERT INTO events VALUES (103, 'after')");
    scene.catchUp(stream);

    scene.assertEqual("public.events");
    assertThat(scene.target("public.events")).hasSize(104);
  }

  /** Many writers, key changes, TOAST, truncations, DDL, stops and restarts, all at once. */
  @Test
  void invariant_6_whatever_is_written_during_a_load_target_and_source_end_equal()
      throws Exception {
    int rounds = Integer.getInteger("rounds", 8);
    for (int round = 0; round < rounds; round++) {
      long seed = Long.getLong("seed", 4711) + round;
      try (Scene random = new Scene(server)) {
        storm(random, seed);
      } catch (AssertionError | Exception e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  private static void storm(Scene scene, long seed) throws Exception {
    Random random = new Random(seed);
    if (random.nextBoolean()) {
      scene.trigger();
    }
    String full = random.nextInt(3) == 0 ? "ALTER TABLE orders REPLICA IDENTITY FULL" : "SELECT 1";
    scene.run(
        "CREATE TABLE orders (region text, id int, note text, big text, n numeric,"
            + " PRIMARY KEY (region, id))",
        full,
        "ALTER TABLE orders ALTER big SET STORAGE EXTERNAL",
        "INSERT INTO orders SELECT 'r' || i % 3, i, 'n' || i, repeat(md5(i::text), 80), i"
            + " FROM generate_series(1, 800) i");
    AtomicBoolean enough = new AtomicBoolean();
    ExecutorService writers = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> futures = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        long writerSeed = random.nextLong();
        futures.add(writers.submit(() -> write(scene, writerSeed, enough)));
      }
      futures.add(writers.submit(alter(scene, random.nextLong(), enough)));
      int chunk = 20 + random.nextInt(200);
      Feed.Stream stream =
          scene.open(scene.builder("public.orders"), builder -> builder.chunkRows(chunk));
      stream.load(Load.begin(ORDERS));
      int restarts = random.nextInt(4);
      while (!finished(scene)) {
        Optional<Transaction> next = stream.next(Duration.ofMillis(100));
        if (next.isPresent()) {
          scene.apply(next.get());
          stream.confirm(scene.position());
        }
        if (restarts > 0 && random.nextInt(40) == 0) {
          restarts--;
          stream.close();
          stream = scene.open(scene.builder("public.orders"), builder -> builder.chunkRows(chunk));
          stream.load(
              Optional.ofNullable(scene.replica.loads.get("public.orders"))
                  .orElse(Load.begin(ORDERS)));
        }
      }
      enough.set(true);
      for (Future<?> future : futures) {
        future.get();
      }
      // Without the trigger, DDL is seen only with the next row.
      scene.run("UPDATE orders SET n = n + 1");
      scene.catchUp(stream);
      scene.assertEqual("public.orders");
    } finally {
      enough.set(true);
      writers.shutdownNow();
    }
  }

  private static boolean finished(Scene scene) {
    Load load = scene.replica.loads.get("public.orders");
    return load != null && load.finished();
  }

  private static Void write(Scene scene, long seed, AtomicBoolean enough) throws SQLException {
    Random random = new Random(seed);
    try (Connection connection = server.connect(scene.database);
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      while (!enough.get()) {
        try {
          for (int i = random.nextInt(4); i >= 0; i--) {
            statement.execute(change(random));
          }
          if (random.nextInt(10) == 0) {
            connection.rollback();
          } else {
            connection.commit();
          }
        } catch (SQLException e) {
          // Deadlocks and columns that another session has just renamed: the workload goes on.
          connection.rollback();
        }
      }
    }
    return null;
  }

  private static String change(Random random) {
    int id = 1 + random.nextInt(1000);
    return switch (random.nextInt(20)) {
      case 0, 1, 2, 3, 4 ->
          "INSERT INTO orders VALUES ('r"
              + random.nextInt(3)
              + "', "
              + id
              + ", 'new', repeat('"
              + random.nextInt(10)
              + "', 3000), "
              + id
              + ") ON CONFLICT DO NOTHING";
      case 5, 6, 7, 8, 9, 10 -> "UPDATE orders SET n = n + 1 WHERE id = " + id;
      case 11, 12 -> "UPDATE orders SET big = repeat('z', 2500) WHERE id = " + id;
      case 13, 14, 15 ->
          "UPDATE orders SET id = id + "
              + (random.nextInt(2001) - 1000)
              + " WHERE id = "
              + id
              + " AND region = 'r"
              + random.nextInt(3)
              + "'";
      case 16, 17, 18 -> "DELETE FROM orders WHERE id = " + id;
      default ->
          random.nextInt(30) == 0 ? "TRUNCATE orders" : "UPDATE orders SET n = -n WHERE id < 20";
    };
  }

  private static Callable<Void> alter(Scene scene, long seed, AtomicBoolean enough) {
    return () -> {
      Random random = new Random(seed);
      String note = "note";
      int added = 0;
      try (Connection connection = server.connect(scene.database);
          Statement statement = connection.createStatement()) {
        statement.execute("SET lock_timeout = '100ms'");
        for (int i = 0; i < 6 && !enough.get(); i++) {
          try {
            if (random.nextBoolean()) {
              String renamed = "note_" + i;
              statement.execute("ALTER TABLE orders RENAME " + note + " TO " + renamed);
              note = renamed;
            } else {
              statement.execute("ALTER TABLE orders ADD x" + added + " int DEFAULT " + i);
              added++;
            }
            statement.execute("SELECT pg_sleep(0.05)");
          } catch (SQLException e) {
            // That the lock was not to be had in time is nothing: the next change comes anyway.
            if (!"55P03".equals(e.getSQLState())) {
              throw e;
            }
          }
        }
      }
      return null;
    };
  }
}
