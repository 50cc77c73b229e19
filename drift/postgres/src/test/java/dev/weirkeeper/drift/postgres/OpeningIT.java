package dev.weirkeeper.drift.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Position;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.spi.FeedException;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OpeningIT {
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
    scene.run("CREATE TABLE t (id int PRIMARY KEY, a text)");
  }

  @AfterEach
  void close() throws Exception {
    scene.close();
  }

  private void refused(String why, String... tables) {
    assertThatThrownBy(() -> scene.open(tables))
        .isInstanceOf(FeedException.class)
        .hasMessageContaining(why);
  }

  // ---- bad input

  @Test
  void an_unreachable_server_is_told_without_secrets() {
    Properties credentials = new Properties();
    credentials.setProperty("user", "someone");
    credentials.setProperty("password", "planted-secret");
    PostgresFeed feed =
        PostgresFeed.builder("gone")
            .source("shop", "jdbc:postgresql://127.0.0.1:1/x?sslpassword=planted-too", credentials)
            .tables(List.of("public.t"))
            .build();

    assertThatThrownBy(() -> feed.open(Optional.empty(), Map.of()))
        .isInstanceOf(FeedException.class)
        .hasMessageContaining("cannot be reached")
        .hasMessageNotContaining("planted");
  }

  @Test
  void a_server_whose_log_tells_no_rows_is_refused() throws Exception {
    try (LocalPostgres plain = LocalPostgres.start(Map.of("wal_level", "replica"))) {
      plain.execute("postgres", "CREATE TABLE t (id int PRIMARY KEY)");
      PostgresFeed feed =
          PostgresFeed.builder("plain")
              .source("shop", plain.url("postgres"), new Properties())
              .tables(List.of("public.t"))
              .build();

      assertThatThrownBy(() -> feed.open(Optional.empty(), Map.of()))
          .isInstanceOf(FeedException.class)
          .hasMessageContaining("wal_level = replica")
          .hasMessageContaining("wal_level = logical");
    }
  }

  @Test
  void missing_privileges_are_told_with_what_to_grant() throws Exception {
    String role = "reader_" + scene.database;
    scene.run("CREATE ROLE " + role + " LOGIN");
    Properties credentials = new Properties();
    credentials.setProperty("user", role);
    PostgresFeed feed =
        PostgresFeed.builder("poor")
            .source(
                "shop",
                "jdbc:postgresql://127.0.0.1:" + server.port() + "/" + scene.database,
                credentials)
            .tables(List.of("public.t"))
            .slot(scene.slot())
            .heartbeat(Duration.ZERO)
            .build();

    assertThatThrownBy(() -> feed.open(Optional.empty(), Map.of()))
        .hasMessageContaining("ALTER ROLE \"" + role + "\" REPLICATION");
    scene.run("ALTER ROLE " + role + " REPLICATION");
    assertThatThrownBy(() -> feed.open(Optional.empty(), Map.of()))
        .hasMessageContaining("may not read public.t");
    scene.run("GRANT SELECT ON t TO " + role);
    assertThatThrownBy(() -> feed.open(Optional.empty(), Map.of()))
        .isInstanceOf(FeedException.class)
        .hasMessageContaining("must run: CREATE PUBLICATION \"wk_poor\" FOR TABLE ONLY");
    scene.run(
        "CREATE PUBLICATION wk_poor FOR TABLE ONLY public.t"
            + " WITH (publish_via_partition_root = true)",
        "CREATE PUBLICATION wk_poor_ins"
            + " WITH (publish = 'insert, truncate', publish_via_partition_root = true)");
    feed.open(Optional.empty(), Map.of()).close();
    scene.run("ALTER TABLE t ENABLE ROW LEVEL SECURITY");
    assertThatThrownBy(() -> feed.open(Optional.empty(), Map.of()))
        .hasMessageContaining("BYPASSRLS");
  }

  @Test
  void tables_that_cannot_be_read_rightly_are_refused() throws Exception {
    scene.run(
        "CREATE TABLE part (id int PRIMARY KEY) PARTITION BY RANGE (id)",
        "CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (100)",
        "CREATE UNLOGGED TABLE unlogged (id int PRIMARY KEY)",
        "CREATE VIEW v AS SELECT 1 AS id",
        "CREATE TABLE dup (a int)",
        "ALTER TABLE dup REPLICA IDENTITY FULL");

    refused("There is no table public.nope", "public.nope");
    refused("is a partition of", "public.part_1");
    refused("is unlogged", "public.unlogged");
    refused("is no table", "public.v");
    refused("replica identity FULL", "public.dup");
    scene.open(scene.builder(), builder -> builder.insertOnly(List.of("public.dup"))).close();
  }

  @Test
  void a_publication_that_filters_is_refused() throws Exception {
    scene.open("public.t").close();
    String name = "wk_f_" + scene.database;
    scene.run("ALTER PUBLICATION " + name + " SET TABLE t WHERE (id > 5)");
    refused("filters rows or columns", "public.t");
    scene.run("ALTER PUBLICATION " + name + " SET (publish = 'insert')");
    refused("is not as the feed needs it", "public.t");
  }

  @Test
  void wrong_use_of_the_builder_says_what_to_call() {
    assertThatThrownBy(() -> PostgresFeed.builder("Bad Id"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PostgresFeed.builder("a").build()).hasMessageContaining("source(");
    assertThatThrownBy(
            () ->
                PostgresFeed.builder("a")
                    .source("s", "jdbc:postgresql:x", new Properties())
                    .build())
        .hasMessageContaining("tables(");
    assertThatThrownBy(() -> PostgresFeed.builder("a").chunkRows(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PostgresFeed.builder("a").slot("A'; DROP"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  // ---- continuation

  @Test
  void a_restart_goes_on_behind_the_stored_position() throws Exception {
    Feed.Stream stream = scene.open("public.t");
    scene.run("INSERT INTO t VALUES (1, 'a')", "INSERT INTO t VALUES (2, 'b')");
    scene.apply(Scene.next(stream));
    stream.close();

    Feed.Stream second = scene.open("public.t");

    assertThat(second.start()).isEqualTo(scene.position());
    scene.apply(Scene.next(second));
    scene.assertEqual("public.t");
    assertThat(scene.replica.ids).doesNotHaveDuplicates();
  }

  @Test
  void a_transaction_that_is_read_again_is_the_same() throws Exception {
    Feed.Stream stream = scene.open("public.t");
    scene.run("INSERT INTO t VALUES (1, 'a')");
    Transaction first = Scene.next(stream);
    stream.close();

    Feed.Stream second = scene.open("public.t");
    Transaction again = Scene.next(second);

    assertThat(again.id()).isEqualTo(first.id());
    assertThat(again.position()).isEqualTo(first.position());
    assertThat(again.committedAt()).isEqualTo(first.committedAt());
    assertThat(again.rows()).isEqualTo(first.rows());
  }

  @Test
  void invariant_8_a_gap_between_slot_and_position_is_refused() throws Exception {
    Feed.Stream stream = scene.open("public.t");
    scene.run("INSERT INTO t VALUES (1, 'a')");
    Transaction first = Scene.next(stream);
    Position before = stream.start();
    scene.apply(first);
    stream.confirm(scene.position());
    stream.keepAlive();
    stream.close();
    scene.replica.position = Optional.of(before);

    refused("changes between them are lost", "public.t");
  }

  @Test
  void invariant_8_a_slot_that_is_gone_is_refused() throws Exception {
    Feed.Stream stream = scene.open("public.t");
    scene.replica.position = Optional.of(stream.start());
    stream.close();
    scene.run(
        "SELECT pg_terminate_backend(active_pid, 10000) FROM pg_replication_slots"
            + " WHERE slot_name = '"
            + scene.slot()
            + "' AND active",
        "SELECT pg_drop_replication_slot('" + scene.slot() + "')");

    refused("is gone: changes after", "public.t");
  }

  @Test
  void invariant_8_another_server_or_timeline_is_refused() throws Exception {
    Feed.Stream stream = scene.open("public.t");
    PostgresPosition here = PostgresPosition.parse(stream.start());
    stream.close();
    String feed = stream.start().feed();

    scene.replica.position =
        Optional.of(new PostgresPosition("1", here.timeline(), here.lsn()).of(feed));
    refused("is of the server with system identifier 1", "public.t");
    scene.replica.position =
        Optional.of(new PostgresPosition(here.system(), 7, here.lsn()).of(feed));
    refused("from timeline 7 to 1", "public.t");
    scene.replica.position = Optional.of(new Position(feed, "{\"orders-0\":3}"));
    refused("not one of PostgreSQL", "public.t");
    scene.replica.position = Optional.of(new Position("other", stream.start().text()));
    refused("is one of feed other", "public.t");
  }

  @Test
  void invariant_7_a_second_host_is_refused_and_a_ghost_is_waited_for() throws Exception {
    Feed.Stream first = scene.open("public.t");
    assertThatThrownBy(
            () ->
                scene.open(
                    scene.builder("public.t"),
                    builder -> builder.slotPatience(Duration.ofMillis(200))))
        .isInstanceOf(FeedException.class)
        .hasMessageContaining("Another host reads replication slot");
    first.close();

    Feed.Stream second = scene.open("public.t");

    scene.run("INSERT INTO t VALUES (1, 'a')");
    assertThat(Scene.next(second).rows()).hasSize(1);
  }

  @Test
  void a_feed_that_died_before_its_first_position_begins_with_its_own_slot() throws Exception {
    scene.open("public.t").close();
    scene.run("INSERT INTO t VALUES (1, 'a')");

    Feed.Stream second = scene.open("public.t");

    scene.apply(Scene.next(second));
    scene.assertEqual("public.t");
  }

  // ---- confirmation, heartbeat, health

  private String confirmed() throws Exception {
    return new Catalog(scene.app)
        .value(
            "SELECT confirmed_flush_lsn::text FROM pg_replication_slots WHERE slot_name = ?",
            scene.slot())
        .orElseThrow();
  }

  @Test
  void invariant_7_nothing_is_confirmed_that_was_not_durable() throws Exception {
    Feed.Stream stream = scene.open("public.t");
    String start = confirmed();
    scene.run("INSERT INTO t VALUES (1, 'a')", "CREATE TABLE other AS SELECT 1");
    Transaction transaction = Scene.next(stream);
    stream.keepAlive();
    for (int i = 0; i < 10; i++) {
      assertThat(stream.next(Duration.ofMillis(150))).isEmpty();
      stream.keepAlive();
    }
    assertThat(confirmed()).isEqualTo(start);

    Position ahead =
        PostgresPosition.parse(transaction.position()).at(Long.MAX_VALUE).of(stream.start().feed());
    assertThatThrownBy(() -> stream.confirm(ahead)).isInstanceOf(IllegalArgumentException.class);
    stream.confirm(transaction.position());
    String expected = PostgresPosition.text(PostgresPosition.parse(transaction.position()).lsn());
    until(() -> confirmed().equals(expected), stream);
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void until(Condition condition, Feed.Stream stream) throws Exception {
    long deadline = System.nanoTime() + Scene.PATIENCE.toNanos();
    while (!condition.holds()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      stream.next(Duration.ofMillis(20));
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** A clock that goes by a minute at each look. */
  private static final class Ticking extends Clock {
    private Instant now = Instant.EPOCH;

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      now = now.plusSeconds(60);
      return now;
    }
  }

  @Test
  void invariant_7_the_heartbeat_moves_the_position_where_only_others_write() throws Exception {
    Feed.Stream stream =
        scene.open(
            scene.builder("public.t"),
            builder -> builder.heartbeat(Duration.ofSeconds(30)).clock(new Ticking()));
    scene.run("CREATE TABLE other AS SELECT generate_series(1, 1000)");

    Transaction beat = Scene.next(stream);

    assertThat(beat.rows()).isEmpty();
    assertThat(beat.schemaChanges()).isEmpty();
    assertThat(beat.position()).isNotEqualTo(stream.start());
    scene.apply(beat);
    stream.confirm(beat.position());
    stream.close();
    assertThat(scene.open("public.t").start()).isEqualTo(beat.position());
  }

  @Test
  void health_tells_lag_budget_and_what_is_unseen() throws Exception {
    scene.run("CREATE TABLE log (line text)");
    Feed.Stream stream =
        scene.open(scene.builder("public.t", "public.log"), builder -> builder.walBudget(1));

    Map<String, Probe<String>> health = stream.health();

    assertThat(health)
        .containsEntry("slot-active", new Probe.Value<>("true"))
        .containsEntry("wal-status", new Probe.Value<>("reserved"))
        .containsEntry("safe-wal-bytes", new Probe.Empty<>())
        .containsEntry("publication", new Probe.Value<>("ok"))
        .containsEntry("load", new Probe.Empty<>());
    assertThat(health.get("wal-budget").toString()).contains("spent");
    assertThat(health.get("blind-spots").toString())
        .contains("no DDL event trigger")
        .contains("updates and deletes of public.log");
    scene.run("ALTER PUBLICATION wk_f_" + scene.database + " DROP TABLE t");
    assertThat(stream.health().get("publication").toString()).contains("public.t");
  }

  @Test
  void invariant_8_a_source_that_died_is_unknown_and_never_empty() throws Exception {
    Feed.Stream stream = scene.open("public.t");
    scene.run(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            + " WHERE datname = current_database() AND pid <> pg_backend_pid()");

    assertThat(stream.health().get("wal-status")).isInstanceOf(Probe.Unknown.class);
    assertThatThrownBy(() -> stream.next(Scene.PATIENCE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Nothing is lost");
    assertThatThrownBy(stream::relations).isInstanceOf(IOException.class);
  }
}
