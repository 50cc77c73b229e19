package dev.weirkeeper.drift.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Counts;
import dev.weirkeeper.TableState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From topics to PostgreSQL. */
class KafkaPipelineIT {
  private static final Debezium.Table ITEMS =
      new Debezium.Table(
          "public.items",
          List.of(
              Debezium.required("id", "int32"),
              Debezium.col("name", "string"),
              Debezium.col("note", "string")),
          List.of("id"));
  private static final Asset ASSET = new Asset("shop", "public.items");
  private static final String ROWS =
      "SELECT string_agg(id || '=' || coalesce(name, '-') || '/' || coalesce(note, '-'), ' '"
          + " ORDER BY id) FROM items";

  @TempDir Path folder;

  private Cluster cluster;
  private Debezium debezium;
  private String topic;
  private Warehouse warehouse;

  @BeforeEach
  void begin() throws Exception {
    cluster = new Cluster();
    debezium = new Debezium(cluster.prefix, Debezium.Schemas.YES);
    topic = debezium.topic(ITEMS);
    warehouse = new Warehouse();
  }

  @AfterEach
  void end() {
    cluster.close();
  }

  private KafkaFeed.Builder feed() {
    return KafkaFeed.builder("shop")
        .source("shop", cluster.client())
        .topics(List.of(topic))
        .idle(Duration.ofMillis(50));
  }

  private static com.fasterxml.jackson.databind.node.ObjectNode item(
      int id, String name, String note) {
    return Debezium.row("id", id, "name", name, "note", note);
  }

  private static Debezium.At at(long place) {
    return Debezium.At.of(place, place * 10);
  }

  @Test
  void what_topics_hold_is_loaded_and_what_comes_is_applied() throws Exception {
    cluster.create(topic);
    cluster.send(
        topic,
        debezium.read(ITEMS, Debezium.At.snapshot("first"), item(1, "ana", "x")),
        debezium.read(ITEMS, Debezium.At.snapshot("last"), item(2, "bo", "y")),
        debezium.insert(ITEMS, at(10), item(3, "cy", "z")),
        debezium.update(ITEMS, at(11), null, item(2, "bob", "y")),
        debezium.delete(ITEMS, at(12), Debezium.row("id", 3)),
        debezium.tombstone(ITEMS, item(3, "cy", "z")));

    try (Host host = new Host(feed().build(), warehouse, folder)) {
      host.await(() -> warehouse.ask(ROWS), "1=ana/x 2=bob/y");
      host.await(() -> host.mode(ASSET), TableState.Mode.LIVE);

      cluster.send(
          topic,
          debezium.insert(ITEMS, at(20), item(4, "di", "w")),
          debezium.update(ITEMS, at(21), null, item(1, "anna", ConnectorSettings.UNAVAILABLE)),
          debezium.delete(ITEMS, at(22), Debezium.row("id", 2)));

      host.await(() -> warehouse.ask(ROWS), "1=anna/x 4=di/w");
      host.await(() -> host.ledger("shop").get(ASSET), Counts.of(8, 0, 0));
    }
  }

  @Test
  void each_type_arrives_as_the_target_reads_it() throws Exception {
    Debezium.Table types =
        new Debezium.Table(
            "public.types",
            List.of(
                Debezium.required("id", "int32"),
                Debezium.named(
                    "price",
                    "bytes",
                    "org.apache.kafka.connect.data.Decimal",
                    Map.of("scale", "2", "connect.decimal.precision", "10")),
                Debezium.named("day", "int32", "io.debezium.time.Date", Map.of()),
                Debezium.named("at", "int64", "io.debezium.time.MicroTimestamp", Map.of()),
                Debezium.named("zoned", "string", "io.debezium.time.ZonedTimestamp", Map.of()),
                Debezium.named("took", "int64", "io.debezium.time.MicroDuration", Map.of()),
                Debezium.named("uid", "string", "io.debezium.data.Uuid", Map.of()),
                Debezium.named("doc", "string", "io.debezium.data.Json", Map.of()),
                Debezium.named("flags", "bytes", "io.debezium.data.Bits", Map.of("length", "3")),
                Debezium.sourced("host", "string", "INET"),
                Debezium.col("raw", "bytes"),
                Debezium.col("real", "double"),
                Debezium.col("yes", "boolean"),
                new Debezium.Col(
                    "tags",
                    Debezium.NODES
                        .objectNode()
                        .put("type", "array")
                        .put("optional", true)
                        .set(
                            "items",
                            Debezium.NODES
                                .objectNode()
                                .put("type", "string")
                                .put("optional", true)))),
            List.of("id"));
    String second = debezium.topic(types);
    cluster.create(topic, second);
    cluster.send(
        second,
        debezium.insert(
            types,
            at(1),
            Debezium.row(
                "id",
                1,
                "price",
                "/zg=",
                "day",
                1,
                "at",
                1_000_001,
                "zoned",
                "2026-01-02T03:04:05Z",
                "took",
                3_600_000_000L,
                "uid",
                "6d5f8a1c-0000-4000-8000-0000000000ab",
                "doc",
                "{\"a\": 1}",
                "flags",
                "BQ==",
                "host",
                "10.0.0.1",
                "raw",
                "AP8=",
                "real",
                1.5,
                "yes",
                true,
                "tags",
                List.of("a", "b\"c"))));

    try (Host host = new Host(feed().topics(List.of(second)).build(), warehouse, folder)) {
      host.await(
          () -> warehouse.ask("SELECT (to_jsonb(t) - 'id')::text FROM types t"),
          "{\"at\": \"1970-01-01T00:00:01.000001\", \"day\": \"1970-01-02\", \"doc\": {\"a\": 1},"
              + " \"raw\": \"\\\\x00ff\", \"uid\": \"6d5f8a1c-0000-4000-8000-0000000000ab\","
              + " \"yes\": true, \"host\": \"10.0.0.1\", \"real\": 1.5, \"tags\": [\"a\","
              + " \"b\\\"c\"], \"took\": \"01:00:00\", \"flags\": \"101\", \"price\": -2.00,"
              + " \"zoned\": \"2026-01-02T03:04:05+00:00\"}");
    }
  }

  @Test
  void invariant_6_what_a_connector_sends_again_changes_nothing() throws Exception {
    cluster.create(topic);
    cluster.send(topic, debezium.insert(ITEMS, at(1), item(1, "ana", "x")));

    try (Host host = new Host(feed().build(), warehouse, folder.resolve("a"))) {
      host.await(() -> host.mode(ASSET), TableState.Mode.LIVE);
      Debezium.Sent[] sent = {
        debezium.insert(ITEMS, at(2), item(2, "bo", "y")),
        debezium.delete(ITEMS, at(3), Debezium.row("id", 2)),
        debezium.insert(ITEMS, at(4), item(2, "bob", "z"))
      };
      cluster.send(topic, sent);
      cluster.send(topic, sent);
      host.await(() -> warehouse.ask(ROWS), "1=ana/x 2=bob/z");
    }
    // Another run knows from the target's position what was seen.
    try (Host host = new Host(feed().build(), warehouse, folder.resolve("b"))) {
      cluster.send(
          topic,
          debezium.insert(ITEMS, at(4), item(2, "bob", "z")),
          debezium.insert(ITEMS, at(5), item(3, "cy", "w")));

      host.await(() -> warehouse.ask(ROWS), "1=ana/x 2=bob/z 3=cy/w");
      assertThat(host.ledger("shop").get(ASSET)).isEqualTo(Counts.of(5, 0, 0));
      assertThat(host.mode(ASSET)).isEqualTo(TableState.Mode.LIVE);
    }
  }

  @Test
  void a_new_column_is_followed_and_a_renamed_one_is_never_called_renamed() throws Exception {
    cluster.create(topic);
    cluster.send(topic, debezium.insert(ITEMS, at(1), item(1, "ana", "x")));
    Debezium.Table wider = ITEMS.with(Debezium.col("price", "int64"));
    Debezium.Table renamed = wider.without("name").with(Debezium.col("full_name", "string"));

    try (Host host = new Host(feed().build(), warehouse, folder)) {
      host.await(() -> host.mode(ASSET), TableState.Mode.LIVE);
      cluster.send(topic, debezium.insert(wider, at(2), item(2, "bo", "y").put("price", 7)));
      host.await(() -> warehouse.ask("SELECT string_agg(price::text, ',') FROM items"), "7");

      cluster.send(
          topic,
          debezium.insert(
              renamed, at(3), Debezium.row("id", 3, "note", "z", "price", 9, "full_name", "cy")));
      host.await(() -> host.mode(ASSET), TableState.Mode.PAUSED);
      assertThat(host.pipeline.tables().get(ASSET).latest().columnNamed("full_name"))
          .hasValueSatisfying(column -> assertThat(column.id()).isEqualTo("name:full_name"));
      host.await(() -> host.ledger("shop").get(ASSET), Counts.of(2, 0, 1));
    }
  }

  @Test
  void invariant_6_rows_older_than_a_column_with_a_default_are_never_taken_for_empty_ones()
      throws Exception {
    cluster.create(topic);
    cluster.send(topic, debezium.insert(ITEMS, at(1), item(1, "ana", "x")));
    Debezium.Col price = Debezium.required("price", "int64");
    price.schema().put("default", 7);
    Debezium.Table wider = ITEMS.with(price);
    String prices =
        "SELECT string_agg(id || '=' || coalesce(price::text, '-'), ' ' ORDER BY id)"
            + " FROM items";

    try (Host host = new Host(feed().build(), warehouse, folder)) {
      host.await(() -> host.mode(ASSET), TableState.Mode.LIVE);
      cluster.send(topic, debezium.insert(wider, at(2), item(2, "bo", "y").put("price", 9)));
      host.await(() -> warehouse.ask(prices), "1=- 2=9");
      host.await(() -> host.pipeline.health().containsKey("load.public.items"), true);
      assertThat(host.mode(ASSET)).isEqualTo(TableState.Mode.LOADING);

      cluster.send(
          topic,
          debezium.read(
              wider, Debezium.At.snapshot("incremental"), item(1, "ana", "x").put("price", 7)));
      host.await(() -> warehouse.ask(prices), "1=7 2=9");
      host.await(() -> host.mode(ASSET), TableState.Mode.LIVE);
      host.await(() -> host.pipeline.health().containsKey("load.public.items"), false);
    }
  }

  @Test
  void a_record_that_cannot_be_read_pauses_its_table_and_no_other() throws Exception {
    Debezium.Table others = new Debezium.Table("public.others", ITEMS.columns(), List.of("id"));
    String second = debezium.topic(others);
    cluster.create(topic, second);
    cluster.send(topic, debezium.insert(ITEMS, at(1), item(1, "ana", "x")));
    cluster.send(second, debezium.insert(others, at(2), item(1, "ana", "x")));

    try (Host host = new Host(feed().topics(List.of(second)).build(), warehouse, folder)) {
      host.await(() -> host.mode(ASSET), TableState.Mode.LIVE);
      cluster.send(
          topic,
          new Debezium.Sent(null, new byte[] {'{'}),
          debezium.insert(ITEMS, at(3), item(2, "bo", "y")));
      host.await(() -> host.mode(ASSET), TableState.Mode.PAUSED);
      cluster.send(second, debezium.insert(others, at(4), item(2, "bo", "y")));

      host.await(() -> warehouse.ask("SELECT count(*) FROM others"), "2");
      assertThat(warehouse.ask(ROWS)).isEqualTo("1=ana/x");
      host.await(() -> host.pipeline.health().containsKey("held." + topic + "-0"), true);
    }
  }

  @Test
  void transactions_of_the_source_come_whole_across_tables() throws Exception {
    Debezium.Table others = new Debezium.Table("public.others", ITEMS.columns(), List.of("id"));
    String second = debezium.topic(others);
    String boundaries = cluster.prefix + ".transaction";
    cluster.create(topic, second, boundaries);
    cluster.send(topic, debezium.read(ITEMS, Debezium.At.snapshot("true"), item(1, "ana", "x")));
    cluster.send(second, debezium.read(others, Debezium.At.snapshot("true"), item(1, "ana", "x")));

    try (Host host =
        new Host(
            feed().topics(List.of(second)).transactions(boundaries).build(), warehouse, folder)) {
      host.await(() -> host.mode(ASSET), TableState.Mode.LIVE);
      host.await(() -> host.mode(new Asset("shop", "public.others")), TableState.Mode.LIVE);
      cluster.send(boundaries, debezium.begin(7, 70));
      cluster.send(topic, debezium.insert(ITEMS, Debezium.At.of(7, 70).at(1), item(2, "bo", "y")));
      // Of another transaction that is not complete either.
      cluster.send(topic, debezium.insert(ITEMS, Debezium.At.of(8, 80).at(1), item(3, "cy", "z")));
      cluster.send(boundaries, debezium.end(7, 71, Map.of("public.items", 1, "public.others", 1)));
      assertThat(warehouse.ask("SELECT count(*) FROM items")).isEqualTo("1");
      cluster.send(
          second, debezium.insert(others, Debezium.At.of(7, 71).at(2), item(2, "bo", "y")));

      host.await(() -> warehouse.ask("SELECT count(*) FROM others"), "2");
      assertThat(warehouse.ask("SELECT count(*) FROM items")).isEqualTo("2");
    }
  }
}
