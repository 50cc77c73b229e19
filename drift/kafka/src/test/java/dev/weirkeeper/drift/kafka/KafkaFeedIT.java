package dev.weirkeeper.drift.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Chunk;
import dev.weirkeeper.Load;
import dev.weirkeeper.Position;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.SchemaChange;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.spi.FeedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Topics that misbehave, and what the feed makes of them. */
class KafkaFeedIT {
  private static final Debezium.Table ITEMS =
      new Debezium.Table(
          "public.items",
          List.of(Debezium.required("id", "int32"), Debezium.col("name", "string")),
          List.of("id"));
  private static final Asset ASSET = new Asset("shop", "public.items");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private Cluster cluster;
  private Debezium debezium;
  private String topic;
  private final List<Feed.Stream> streams = new ArrayList<>();
  private final Map<String, Relation> known = new HashMap<>();

  @BeforeEach
  void begin() throws Exception {
    cluster = new Cluster();
    debezium = new Debezium(cluster.prefix, Debezium.Schemas.YES);
    topic = debezium.topic(ITEMS);
  }

  @AfterEach
  void end() throws Exception {
    for (Feed.Stream stream : streams) {
      stream.close();
    }
    cluster.close();
  }

  private KafkaFeed.Builder feed() {
    return KafkaFeed.builder("shop")
        .source("shop", cluster.client())
        .topics(List.of(topic))
        .idle(Duration.ofMillis(50));
  }

  private Feed.Stream open(KafkaFeed.Builder feed, Optional<Position> after) throws Exception {
    Feed.Stream stream = feed.build().open(after, known);
    streams.add(stream);
    return stream;
  }

  private Feed.Stream open(KafkaFeed.Builder feed) throws Exception {
    return open(feed, Optional.empty());
  }

  /** Moves on by itself, so that what is looked at now and then is looked at often. */
  private static Clock hasty() {
    AtomicLong seconds = new AtomicLong(1_800_000_000);
    return new Clock() {
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
        return Instant.ofEpochSecond(seconds.incrementAndGet());
      }
    };
  }

  private static com.fasterxml.jackson.databind.node.ObjectNode item(int id) {
    return Debezium.row("id", id, "name", "n" + id);
  }

  private Debezium.Sent insert(int id) {
    return debezium.insert(ITEMS, Debezium.At.of(id, id * 10L), item(id));
  }

  /** What a test keeps of a transaction. */
  private record Seen(
      Transaction.Origin origin,
      Position position,
      List<String> rows,
      List<SchemaChange> changes,
      Optional<Load> load) {}

  private static Seen see(Transaction transaction) throws IOException {
    List<String> rows = new ArrayList<>();
    try (transaction;
        Transaction.Changes changes = transaction.changes()) {
      for (Optional<Chunk> chunk = changes.next(); chunk.isPresent(); chunk = changes.next()) {
        if (chunk.get() instanceof Chunk.Rows some) {
          for (RowBatch batch : some.batches()) {
            for (int row = 0; row < batch.rows(); row++) {
              rows.add(
                  batch.op(row)
                      + " "
                      + batch.after().text(row, batch.relation().indexOf("name:id")));
            }
          }
        } else {
          rows.add("TRUNCATED");
        }
      }
      return new Seen(
          transaction.origin(),
          transaction.position(),
          rows,
          transaction.schemaChanges(),
          transaction.load());
    }
  }

  private static Seen next(Feed.Stream stream) throws IOException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < until) {
      Optional<Transaction> next = stream.next(Duration.ofMillis(50));
      if (next.isPresent()) {
        return see(next.get());
      }
    }
    throw new AssertionError("No transaction came within " + PATIENCE);
  }

  private static Seen nextWithRows(Feed.Stream stream) throws IOException {
    Seen seen = next(stream);
    while (seen.rows.isEmpty()) {
      seen = next(stream);
    }
    return seen;
  }

  private static List<String> rows(Feed.Stream stream, int count) throws IOException {
    List<String> rows = new ArrayList<>();
    while (rows.size() < count) {
      rows.addAll(next(stream).rows);
    }
    return rows;
  }

  private static byte[] avro(int id, Schema schema, GenericRecord record) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    new GenericDatumWriter<GenericRecord>(schema).write(record, encoder);
    encoder.flush();
    return out.toByteArray();
  }

  private static final Schema FLAT =
      new Schema.Parser()
          .parse(
              "{\"type\":\"record\",\"name\":\"Value\",\"fields\":["
                  + "{\"name\":\"id\",\"type\":\"int\"},{\"name\":\"__op\",\"type\":\"string\"}]}");

  private static Debezium.Sent flat(int schema, int id) throws IOException {
    GenericRecord record = new GenericData.Record(FLAT);
    record.put("id", id);
    record.put("__op", "c");
    return new Debezium.Sent(Debezium.bytes(Debezium.row("id", id)), avro(schema, FLAT, record));
  }

  private KafkaFeed.Builder flattened(StubRegistry stub) {
    return feed()
        .form(KafkaFeed.Form.FLATTENED)
        .format(KafkaFeed.Format.JSON, KafkaFeed.Format.AVRO)
        .registry(stub.client())
        .table(topic, "public.items");
  }

  @Test
  void invariant_8_a_registry_that_is_down_is_waited_for_and_nothing_is_passed_over()
      throws Exception {
    cluster.create(topic);
    try (StubRegistry stub = new StubRegistry()) {
      int schema = stub.avro("v", 1, FLAT.toString());
      stub.down = true;
      Feed.Stream stream = open(flattened(stub));
      Feed.Stream hasty = open(flattened(stub).patience(Duration.ZERO));
      cluster.send(topic, flat(schema, 1), flat(schema, 2));

      long until = System.nanoTime() + PATIENCE.toNanos();
      while (!stream.health().containsKey("registry") && System.nanoTime() < until) {
        assertThat(stream.next(Duration.ofMillis(20))).isEmpty();
      }
      assertThat(stream.health().get("registry")).isInstanceOf(Probe.Unknown.class);
      assertThatThrownBy(() -> next(hasty))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("registry could not be asked")
          .hasMessageContaining("nothing is lost");

      stub.down = false;
      assertThat(rows(stream, 2)).containsExactly("INSERT 1", "INSERT 2");
    }
  }

  @Test
  void invariant_8_a_schema_that_is_not_registered_holds_its_partition() throws Exception {
    cluster.create(topic);
    try (StubRegistry stub = new StubRegistry()) {
      int schema = stub.avro("v", 1, FLAT.toString());
      Feed.Stream stream = open(flattened(stub));
      cluster.send(topic, flat(schema, 1), flat(99, 2), flat(schema, 3));

      assertThat(nextWithRows(stream).rows).containsExactly("INSERT 1");
      Seen held = next(stream);
      assertThat(held.changes)
          .singleElement()
          .satisfies(
              change ->
                  assertThat(change.after().orElseThrow().columns())
                      .anyMatch(column -> !column.identified()));
      assertThat(stream.health().get("held." + topic + "-0").toString())
          .contains("record 1", "schema 99 is not registered");
      assertThat(stream.next(Duration.ofMillis(200))).isEmpty();

      // Another run meets it again and reports it once.
      known.put("public.items", held.changes.get(0).after().orElseThrow());
      Feed.Stream again = open(flattened(stub), Optional.of(held.position));
      assertThat(again.next(Duration.ofMillis(500))).isEmpty();
      assertThat(again.health()).containsKey("held." + topic + "-0");
    }
  }

  @Test
  void invariant_8_records_that_are_gone_are_refused() throws Exception {
    cluster.create(topic);
    Feed.Stream stream = open(feed());
    cluster.send(topic, insert(1), insert(2), insert(3));
    Position first = nextWithRows(stream).position;
    cluster
        .admin
        .deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(2)))
        .all()
        .get();

    assertThatThrownBy(() -> open(feed(), Optional.of(first)))
        .isInstanceOf(FeedException.class)
        .hasMessageContaining("Records 1 to 1")
        .hasMessageContaining("are gone");
  }

  @Test
  void invariant_8_a_topic_that_was_deleted_or_made_again_is_refused() throws Exception {
    assertThatThrownBy(() -> open(feed()))
        .isInstanceOf(FeedException.class)
        .hasMessageContaining("There is no topic " + topic);
    cluster.create(topic);
    Position start = open(feed()).start();
    Feed.Stream reading = open(feed().clock(hasty()));
    cluster.admin.deleteTopics(List.of(topic)).all().get();
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (cluster.admin.listTopics().names().get().contains(topic) && System.nanoTime() < until) {
      Thread.onSpinWait();
    }
    cluster.create(topic);

    assertThatThrownBy(() -> open(feed(), Optional.of(start)))
        .isInstanceOf(FeedException.class)
        .hasMessageContaining("deleted and made again");
    assertThatThrownBy(() -> nextWithRows(reading))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("deleted and made again while it was read");
    Position elsewhere =
        new Position(
            "shop", start.text().replaceFirst("\"cluster\":\"[^\"]*", "\"cluster\":\"other"));
    assertThatThrownBy(() -> open(feed(), Optional.of(elsewhere)))
        .isInstanceOf(FeedException.class)
        .hasMessageContaining("cluster other");
  }

  @Test
  void invariant_8_a_load_of_a_topic_that_lost_its_beginning_is_never_finished() throws Exception {
    cluster.create(topic);
    cluster.send(topic, insert(1), insert(2), insert(3));
    cluster
        .admin
        .deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(1)))
        .all()
        .get();
    Feed.Stream stream = open(feed());
    assertThat(stream.relations()).extracting(Relation::asset).containsExactly(ASSET);
    stream.load(Load.begin(ASSET));
    cluster.send(topic, insert(4));

    assertThat(nextWithRows(stream).rows).containsExactly("INSERT 4");
    assertThat(stream.health().get("load.public.items"))
        .isInstanceOf(Probe.Unknown.class)
        .asString()
        .contains("does not hold its first records");

    Feed.Stream complete = open(feed().complete(topic));
    complete.relations();
    complete.load(Load.begin(ASSET));
    Seen chunk = nextWithRows(complete);
    assertThat(chunk.rows).containsExactly("READ 2", "READ 3", "READ 4");
    assertThat(chunk.load.orElseThrow().finished()).isTrue();
  }

  @Test
  void a_removal_of_all_rows_begins_a_load_anew_and_comes_with_the_stream() throws Exception {
    cluster.create(topic);
    cluster.send(
        topic,
        insert(1),
        debezium.truncate(ITEMS, Debezium.At.of(2, 20)),
        insert(3),
        debezium.delete(ITEMS, Debezium.At.of(4, 40), Debezium.row("id", 3)),
        insert(5));
    Feed.Stream stream = open(feed());
    stream.relations();
    stream.load(Load.begin(ASSET));

    Seen begun = next(stream);
    assertThat(begun.load).contains(Load.begin(ASSET));
    assertThat(begun.rows).isEmpty();
    Seen rest = nextWithRows(stream);
    assertThat(rest.rows).containsExactly("READ 3", "DELETE 3", "READ 5");
    assertThat(rest.load.orElseThrow().finished()).isTrue();

    cluster.send(topic, debezium.truncate(ITEMS, Debezium.At.of(6, 60)));
    assertThat(nextWithRows(stream).rows).containsExactly("TRUNCATED");
  }

  @Test
  void invariant_6_transactions_that_a_connector_sends_again_in_part_come_whole_and_once()
      throws Exception {
    String boundaries = cluster.prefix + ".transaction";
    cluster.create(topic, boundaries);
    Feed.Stream stream = open(feed().transactions(boundaries));
    Map<String, Integer> two = Map.of("public.items", 2);
    cluster.send(boundaries, debezium.begin(1, 10));
    cluster.send(topic, at(1, 1, 10), at(1, 2, 11));
    cluster.send(boundaries, debezium.end(1, 10, two), debezium.begin(2, 20));
    cluster.send(topic, at(2, 1, 20));
    // A crash: the connector goes on at its last offset, which is older.
    cluster.send(boundaries, debezium.begin(1, 10));
    cluster.send(topic, at(1, 1, 10), at(1, 2, 11));
    cluster.send(boundaries, debezium.end(1, 10, two), debezium.begin(2, 20));
    cluster.send(topic, at(2, 1, 20), at(2, 2, 21));
    cluster.send(boundaries, debezium.end(2, 20, two));

    Seen first = nextWithRows(stream);
    Seen second = nextWithRows(stream);
    cluster.send(boundaries, debezium.begin(3, 30));
    cluster.send(topic, at(3, 1, 30), at(3, 2, 31));
    cluster.send(boundaries, debezium.end(3, 30, two));
    Seen third = nextWithRows(stream);

    assertThat(first.rows).containsExactly("INSERT 101", "INSERT 102");
    assertThat(second.rows).containsExactly("INSERT 201", "INSERT 202");
    assertThat(third.rows).containsExactly("INSERT 301", "INSERT 302");
    Feed.Stream behind = open(feed().transactions(boundaries), Optional.of(first.position));
    assertThat(nextWithRows(behind).rows).isEqualTo(second.rows);
    assertThat(nextWithRows(behind).rows).isEqualTo(third.rows);
  }

  private Debezium.Sent at(long txId, int place, long lsn) {
    return debezium.insert(
        ITEMS, Debezium.At.of(txId, lsn).at(place), item((int) txId * 100 + place));
  }

  @Test
  void a_transaction_that_had_begun_before_the_feed_is_not_waited_for() throws Exception {
    String boundaries = cluster.prefix + ".transaction";
    cluster.create(topic, boundaries);
    cluster.send(boundaries, debezium.begin(1, 10));
    cluster.send(topic, at(1, 1, 10));
    Feed.Stream stream = open(feed().transactions(boundaries));
    cluster.send(topic, at(1, 2, 11));
    cluster.send(boundaries, debezium.end(1, 10, Map.of("public.items", 2, "public.others", 9)));

    assertThat(nextWithRows(stream).rows).containsExactly("INSERT 102");
  }

  @Test
  void an_event_of_a_table_that_no_topic_is_named_after_is_not_left_behind() throws Exception {
    String routed = cluster.prefix + ".routed";
    String boundaries = cluster.prefix + ".transaction";
    cluster.create(routed, boundaries);
    KafkaFeed.Builder nameless =
        KafkaFeed.builder("shop")
            .source("shop", cluster.client())
            .topics(List.of(routed))
            .transactions(boundaries)
            .idle(Duration.ofMillis(50));
    Feed.Stream stream = open(nameless);
    cluster.send(boundaries, debezium.begin(1, 10));
    cluster.send(boundaries, debezium.end(1, 10, Map.of("public.items", 1)));
    while (!next(stream).position.text().contains("transaction-0\":{\"next\":2}")) {
      assertThat(stream.exhausted()).isFalse();
    }
    cluster.send(routed, at(1, 1, 10));

    assertThatThrownBy(() -> nextWithRows(stream))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("table(topic, …)");
  }

  @Test
  void heartbeats_move_the_position_and_a_group_mirrors_what_is_durable() throws Exception {
    String heartbeats = "__debezium-heartbeat." + cluster.prefix;
    cluster.create(topic, heartbeats);
    Feed.Stream stream = open(feed().heartbeats(heartbeats).group(cluster.prefix + "-lag"));
    cluster.send(heartbeats, debezium.heartbeat(1), debezium.heartbeat(2));

    Position moved = next(stream).position;
    while (!moved.text().contains("\"" + heartbeats + "-0\":{\"next\":2}")) {
      moved = next(stream).position;
    }
    stream.confirm(moved);
    stream.close();

    assertThat(
            cluster
                .admin
                .listConsumerGroupOffsets(cluster.prefix + "-lag")
                .partitionsToOffsetAndMetadata()
                .get()
                .get(new TopicPartition(heartbeats, 0))
                .offset())
        .isEqualTo(2);
  }

  @Test
  void an_older_row_that_comes_late_from_another_partition_is_no_drift() throws Exception {
    cluster.create(topic, 2, Map.of());
    Debezium.Table wider = ITEMS.with(Debezium.col("more", "int32"));
    Feed.Stream stream = open(feed());
    cluster.send(topic, 0, debezium.insert(ITEMS, Debezium.At.of(1, 10), item(1)));
    assertThat(nextWithRows(stream).changes).hasSize(1);
    cluster.send(topic, 0, debezium.insert(wider, Debezium.At.of(5, 50), item(5)));
    assertThat(nextWithRows(stream).changes).hasSize(1);

    cluster.send(topic, 1, debezium.insert(ITEMS, Debezium.At.of(3, 30), item(3)));
    assertThat(nextWithRows(stream).changes).isEmpty();
    cluster.send(topic, 0, debezium.insert(ITEMS, Debezium.At.of(7, 70), item(7)));
    assertThat(nextWithRows(stream).changes).as("it went for good").hasSize(1);
  }

  @Test
  void a_partition_that_was_added_is_read_from_its_first_record() throws Exception {
    cluster.create(topic);
    Feed.Stream stream = open(feed());
    cluster.send(topic, insert(1));
    Position before = nextWithRows(stream).position;
    stream.close();
    cluster.admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(2))).all().get();
    cluster.send(topic, 1, insert(2));

    assertThat(nextWithRows(open(feed(), Optional.of(before))).rows).containsExactly("INSERT 2");
  }

  @Test
  void a_table_looks_like_its_newest_record_whatever_partition_that_lies_in() throws Exception {
    cluster.create(topic, 2, Map.of());
    cluster.send(topic, 0, filled("c", 5));
    cluster.send(topic, 1, insert(3));

    assertThat(open(feed()).relations())
        .singleElement()
        .satisfies(relation -> assertThat(relation.columnNamed("more")).isPresent());
  }

  @Test
  void a_partition_that_is_added_while_it_is_read_is_read_too() throws Exception {
    cluster.create(topic);
    Feed.Stream stream = open(feed().clock(hasty()));
    cluster.send(topic, insert(1));
    assertThat(nextWithRows(stream).rows).containsExactly("INSERT 1");

    cluster.admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(2))).all().get();
    cluster.send(topic, 0, insert(2));
    cluster.send(topic, 1, insert(3));

    assertThat(rows(stream, 2)).containsExactly("INSERT 2", "INSERT 3");
    assertThat(stream.health().get("partitions").toString()).contains("1 topics");
  }

  @Test
  void invariant_6_a_load_reads_partitions_in_the_order_of_the_source() throws Exception {
    cluster.create(topic, 2, Map.of());
    cluster.send(
        topic,
        0,
        insert(1),
        debezium.truncate(ITEMS, Debezium.At.of(3, 30)),
        insert(5),
        // The key had moved here, as when partitions were added.
        debezium.delete(ITEMS, Debezium.At.of(7, 70), Debezium.row("id", 6)));
    cluster.send(topic, 1, insert(2), insert(4), insert(6));
    Feed.Stream stream = open(feed());
    stream.relations();
    stream.load(Load.begin(ASSET));

    assertThat(next(stream).load).contains(Load.begin(ASSET));
    assertThat(nextWithRows(stream).rows).containsExactly("READ 4", "READ 5", "READ 6", "DELETE 6");

    cluster.send(topic, 1, debezium.truncate(ITEMS, Debezium.At.of(8, 80)));
    assertThat(next(stream).rows).isEmpty();
    assertThat(stream.health().get("held." + topic + "-1").toString())
        .contains("record 3", "without the connector's transaction topic");
  }

  @Test
  void a_changed_key_is_a_row_that_goes_and_one_that_comes() throws Exception {
    cluster.create(topic);
    Feed.Stream stream = open(feed());
    cluster.send(
        topic,
        debezium.delete(ITEMS, Debezium.At.of(1, 10), Debezium.row("id", 1)),
        debezium.tombstone(ITEMS, item(1)),
        debezium.insert(ITEMS, Debezium.At.of(1, 11), item(9)));

    assertThat(nextWithRows(stream).rows).containsExactly("DELETE 1", "INSERT 9");
  }

  @Test
  void invariant_6_rows_without_a_key_are_not_doubled_by_a_connector_that_went_back()
      throws Exception {
    Debezium.Table keyless = new Debezium.Table(ITEMS.name(), ITEMS.columns(), List.of());
    cluster.create(topic);
    Feed.Stream stream = open(feed());
    Debezium.Sent[] sent = {
      debezium.insert(keyless, Debezium.At.of(1, 10), item(1)),
      debezium.insert(keyless, Debezium.At.of(2, 20), item(2))
    };
    cluster.send(topic, sent);
    cluster.send(topic, sent);
    cluster.send(topic, debezium.insert(keyless, Debezium.At.of(3, 30), item(3)));

    assertThat(rows(stream, 3)).containsExactly("INSERT 1", "INSERT 2", "INSERT 3");
    assertThat(stream.health().get("came again").toString()).contains("2");
    cluster.send(topic, debezium.read(keyless, Debezium.At.snapshot("first"), item(1)));
    next(stream);
    assertThat(stream.health().get("held." + topic + "-0").toString())
        .contains("record 5", "a snapshot of a table without a key");
  }

  @Test
  void a_snapshot_that_begins_anew_is_told_of() throws Exception {
    cluster.create(topic);
    Feed.Stream stream = open(feed());
    cluster.send(topic, insert(1), debezium.read(ITEMS, Debezium.At.snapshot("first"), item(2)));

    assertThat(rows(stream, 2)).containsExactly("INSERT 1", "READ 2");
    assertThat(stream.health().get("snapshot.public.items").toString()).contains("record 1");
  }

  @Test
  void invariant_5_a_transaction_whose_begin_lies_behind_is_still_awaited_whole() throws Exception {
    String boundaries = cluster.prefix + ".transaction";
    cluster.create(topic, boundaries);
    Feed.Stream stream = open(feed().transactions(boundaries));
    cluster.send(boundaries, debezium.begin(1, 10));
    cluster.send(topic, at(1, 1, 10));
    Position begun = stream.start();
    while (!begun.text().contains("transaction-0\":{\"next\":1}")) {
      begun = next(stream).position;
    }
    assertThat(stream.health().get("waiting").toString())
        .contains("1 events wait for the END", "that of 1");
    stream.close();

    Feed.Stream again = open(feed().transactions(boundaries), Optional.of(begun));
    // The boundary is there before the last event, which lies in another partition.
    cluster.send(boundaries, debezium.end(1, 10, Map.of("public.items", 2)), debezium.begin(2, 20));
    assertThat(again.next(Duration.ofMillis(300))).isEmpty();
    cluster.send(topic, at(1, 2, 11));

    assertThat(nextWithRows(again).rows).containsExactly("INSERT 101", "INSERT 102");
  }

  @Test
  void a_backlog_that_is_larger_than_memory_is_read_as_far_as_it_is_needed() throws Exception {
    String boundaries = cluster.prefix + ".transaction";
    cluster.create(topic, boundaries);
    Map<String, Object> client = new HashMap<>(cluster.client());
    client.put("max.poll.records", 5);
    Feed.Stream stream =
        open(
            feed()
                .source("shop", client)
                .transactions(boundaries)
                .spill(Path.of(System.getProperty("java.io.tmpdir")), 200_000, 1 << 20));
    String large = "x".repeat(10_000);
    List<Debezium.Sent> rows = new ArrayList<>();
    List<Debezium.Sent> bounds = new ArrayList<>();
    for (int id = 1; id <= 60; id++) {
      Debezium.At at = Debezium.At.of(id, id * 10L).at(1);
      rows.add(debezium.insert(ITEMS, at, Debezium.row("id", id, "name", large + id)));
      bounds.add(debezium.begin(id, id * 10L));
      bounds.add(debezium.end(id, id * 10L, Map.of("public.items", 1)));
    }
    cluster.send(topic, rows.toArray(Debezium.Sent[]::new));
    while (!stream.health().containsKey("waiting")) {
      assertThat(stream.next(Duration.ofMillis(50))).isEmpty();
    }
    // Much more of it is there than memory would hold.
    assertThat(stream.next(Duration.ofMillis(500))).isEmpty();
    cluster.send(boundaries, bounds.toArray(Debezium.Sent[]::new));

    assertThat(rows(stream, 60)).hasSize(60).last().isEqualTo("INSERT 60");
  }

  @Test
  void a_transaction_topic_that_cannot_be_read_or_has_no_order_is_refused() throws Exception {
    String boundaries = cluster.prefix + ".transaction";
    String split = cluster.prefix + ".split";
    cluster.create(topic, boundaries);
    cluster.create(split, 2, Map.of());
    assertThatThrownBy(() -> open(feed().transactions(split)))
        .isInstanceOf(FeedException.class)
        .hasMessageContaining("several partitions");
    Feed.Stream stream = open(feed().transactions(boundaries));
    cluster.send(boundaries, new Debezium.Sent(null, new byte[] {'{'}));

    assertThatThrownBy(() -> nextWithRows(stream))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("of the transaction topic")
        .hasMessageContaining("cannot be read");
  }

  private static Debezium.Table filled() {
    Debezium.Col more = Debezium.col("more", "int32");
    more.schema().put("default", 7);
    return ITEMS.with(more);
  }

  private Debezium.Sent filled(String op, int id) {
    com.fasterxml.jackson.databind.node.ObjectNode row = item(id).put("more", 7);
    return op.equals("r")
        ? debezium.read(filled(), Debezium.At.snapshot("incremental"), row)
        : debezium.insert(filled(), Debezium.At.of(id, id * 10L), row);
  }

  @Test
  void invariant_8_a_load_waits_for_rows_that_are_older_than_a_column_with_a_default()
      throws Exception {
    cluster.create(topic);
    cluster.send(topic, insert(1), insert(2), filled("c", 3));
    Feed.Stream stream = open(feed());
    stream.relations().forEach(relation -> known.put(relation.id(), relation));
    stream.load(Load.begin(ASSET));
    Seen chunk = next(stream);
    assertThat(chunk.rows).containsExactly("READ 1", "READ 2", "READ 3");
    assertThat(chunk.load.orElseThrow().finished()).isFalse();
    assertThat(stream.next(Duration.ofMillis(100))).isEmpty();
    assertThat(stream.health().get("load.public.items"))
        .isInstanceOf(Probe.Unknown.class)
        .asString()
        .contains("2 rows are older than column more");

    cluster.send(topic, filled("r", 1));
    Seen come = nextWithRows(stream);
    assertThat(come.rows).containsExactly("READ 1");
    stream.close();

    Feed.Stream again = open(feed(), Optional.of(come.position));
    again.load(chunk.load.get());
    Seen rest = next(again);
    assertThat(rest.rows).containsExactly("READ 1");
    assertThat(rest.load.orElseThrow().finished()).isFalse();
    assertThat(again.health().get("load.public.items").toString()).contains("1 rows are older");
    cluster.send(topic, debezium.delete(filled(), Debezium.At.of(5, 50), Debezium.row("id", 2)));
    assertThat(nextWithRows(again).rows).containsExactly("DELETE 2");
    assertThat(next(again).load.orElseThrow().finished()).isTrue();
    assertThat(again.health()).doesNotContainKey("load.public.items");
  }

  @Test
  void a_run_of_one_transaction_in_one_partition_is_one_transaction() throws Exception {
    cluster.create(topic);
    Feed.Stream stream = open(feed());
    cluster.send(
        topic,
        debezium.insert(ITEMS, Debezium.At.of(1, 10), item(1)),
        debezium.insert(ITEMS, Debezium.At.of(1, 11), item(2)),
        debezium.insert(ITEMS, Debezium.At.of(2, 20), item(3)));

    assertThat(rows(stream, 3)).containsExactly("INSERT 1", "INSERT 2", "INSERT 3");
    assertThat(stream.health().get("transactions").toString()).contains("in parts");
  }
}
