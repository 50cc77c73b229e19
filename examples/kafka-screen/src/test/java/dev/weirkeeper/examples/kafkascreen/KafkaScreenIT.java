package dev.weirkeeper.examples.kafkascreen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Asset;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Receipt;
import dev.weirkeeper.Screened;
import dev.weirkeeper.Tolerance;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.kafka.DebeziumReader;
import dev.weirkeeper.contracts.kafka.PausableConsumer;
import dev.weirkeeper.contracts.stream.Contracts;
import dev.weirkeeper.contracts.stream.Screen;
import dev.weirkeeper.contracts.stream.Screening;
import dev.weirkeeper.drift.SchemaDrift;
import dev.weirkeeper.spi.AuditSink;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The light way in, on a real broker. */
class KafkaScreenIT {
  private static final Caller ANA = new Caller("ana", Caller.Kind.HOST);
  @TempDir static Path folder;
  private static LocalBroker broker;
  private static KafkaProducer<byte[], byte[]> producer;
  private static Admin admin;

  /** A journal in memory that outlives a host. */
  private final List<AuditRecord> records = new ArrayList<>();

  private final Map<Integer, Integer> written = new TreeMap<>();
  private final Map<Integer, List<String>> refused = new TreeMap<>();
  private final List<Screening.Pause> pages = new ArrayList<>();
  private final String topic = "orders-" + UUID.randomUUID();

  @BeforeAll
  static void start() throws Exception {
    broker = LocalBroker.start(folder);
    Properties settings = new Properties();
    settings.put("bootstrap.servers", broker.address());
    producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    admin = Admin.create(Map.of("bootstrap.servers", broker.address()));
  }

  @AfterAll
  static void stop() {
    admin.close();
    producer.close();
    broker.close();
  }

  private void create(int partitions) throws Exception {
    admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all().get();
  }

  private void send(int partition, int id, byte[] value) throws Exception {
    producer.send(new ProducerRecord<>(topic, partition, Envelopes.key(id), value)).get();
  }

  private static int id(ConsumerRecord<byte[], byte[]> message) {
    String key = new String(message.key(), StandardCharsets.UTF_8);
    return Integer.parseInt(key.substring("{\"id\":".length(), key.length() - 1));
  }

  private ScreenedConsumer.Sink sink() {
    return sink(new HashSet<>());
  }

  /**
   * @param own ids that this host has written
   */
  private ScreenedConsumer.Sink sink(Set<Integer> own) {
    return (good, bad) -> {
      good.forEach(
          message -> {
            own.add(id(message));
            written.merge(id(message), 1, Integer::sum);
          });
      bad.forEach(
          it ->
              refused.put(
                  id(it.message()), it.reasons().stream().map(reason -> reason.rule()).toList()));
    };
  }

  private ScreenedConsumer host(ScreenedConsumer.Sink sink) {
    AuditSink log =
        new AuditSink() {
          @Override
          public Receipt append(AuditRecord record) {
            records.add(record);
            return new Receipt(records.size() - 1L, record.id());
          }

          @Override
          public void close() {}
        };
    Clock clock = Clock.systemUTC();
    Screen<ConsumerRecord<byte[], byte[]>> screen =
        Screen.<ConsumerRecord<byte[], byte[]>>named("orders")
            .reading(DebeziumReader.of(DebeziumReader.Form.ENVELOPES, "shop").build())
            .journal(new Journal(log, clock), clock)
            .contracts(
                Contracts.of(
                    Contract.of(
                        "orders",
                        "1",
                        "public.orders",
                        Rule.notNull("id"),
                        Rule.between("total", 0, 1000).named("total-in-range"))))
            .drift(new SchemaDrift(), Tolerance.STANDARD)
            .recalling(List.copyOf(records))
            .build();
    Properties settings = new Properties();
    settings.putAll(
        Map.of(
            "bootstrap.servers",
            broker.address(),
            "group.id",
            topic,
            "enable.auto.commit",
            "false",
            "auto.offset.reset",
            "earliest"));
    PausableConsumer<byte[], byte[]> consumer =
        new PausableConsumer<>(
            new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer()),
            "kafka",
            screen::forget);
    consumer.subscribe(List.of(topic));
    return new ScreenedConsumer(screen, consumer, sink, pages::add);
  }

  private void until(BooleanSupplier reached, ScreenedConsumer... hosts) {
    for (int turn = 0; turn < 100 && !reached.getAsBoolean(); turn++) {
      for (ScreenedConsumer host : hosts) {
        host.turn();
      }
    }
    assertThat(reached.getAsBoolean())
        .as("written %s, refused %s, pages %s", written, refused, pages)
        .isTrue();
  }

  private long committed() throws Exception {
    var at =
        admin
            .listConsumerGroupOffsets(topic)
            .partitionsToOffsetAndMetadata()
            .get()
            .get(new TopicPartition(topic, 0));
    return at == null ? 0 : at.offset();
  }

  @Test
  void good_rows_reach_the_sink_and_bad_ones_come_with_reasons() throws Exception {
    create(1);
    send(0, 1, Envelopes.insert(1, 500, "ok"));
    send(0, 2, Envelopes.insert(2, 500_000, "too much"));
    send(0, 3, "{\"cut".getBytes(StandardCharsets.UTF_8));

    try (ScreenedConsumer host = host(sink())) {
      until(() -> written.size() + refused.size() == 3, host);
    }

    assertThat(written).containsExactly(Map.entry(1, 1));
    assertThat(refused)
        .containsEntry(2, List.of("total-in-range"))
        .containsEntry(3, List.of(Screen.UNDECODABLE));
    assertThat(committed()).isEqualTo(3);
    assertThat(
            records.stream()
                .filter(it -> it.kind().equals(Screened.Done.KIND))
                .map(it -> it.body().as(Screened.Done.class).tally().in())
                .mapToLong(Long::longValue)
                .sum())
        .isEqualTo(3);
  }

  @Test
  void invariant_5_a_schema_change_pauses_until_a_person_resumes_and_then_rows_flow()
      throws Exception {
    create(1);
    send(0, 1, Envelopes.insert(1, 1, "a"));
    try (ScreenedConsumer host = host(sink())) {
      until(() -> written.size() == 1, host);
      send(0, 2, Envelopes.insertOfWiderTotal(2, 2));
      until(() -> written.size() == 2, host); // Nobody need be asked about more digits.
      assertThat(pages).isEmpty();

      send(0, 3, Envelopes.insertWithExtra(3, 3));
      until(() -> !pages.isEmpty(), host);
      for (int turn = 0; turn < 5; turn++) {
        host.turn();
      }

      assertThat(written).containsOnlyKeys(1, 2);
      assertThat(committed()).isEqualTo(2);
      assertThat(pages).hasSize(1);
      assertThat(pages.get(0).asset()).isEqualTo(new Asset("shop", "public.orders"));

      host.resume(ANA);
      send(0, 4, Envelopes.insertWithExtra(4, 4));
      until(() -> written.size() == 4, host);
    }
    assertThat(written).isEqualTo(Map.of(1, 1, 2, 1, 3, 1, 4, 1));
    assertThat(refused).isEmpty();
    assertThat(pages).hasSize(1);
    assertThat(committed()).isEqualTo(4);
    assertThat(records.stream().map(AuditRecord::kind))
        .containsSubsequence(
            Screened.Paused.KIND,
            Screened.Resumed.KIND,
            Screened.Checked.KIND,
            Screened.Baseline.KIND,
            Screened.Done.KIND);
  }

  @Test
  void invariant_5_a_person_cannot_resume_past_a_contract_that_cannot_be_judged() throws Exception {
    create(1);
    send(0, 1, Envelopes.insert(1, 1, "a"));
    try (ScreenedConsumer host = host(sink())) {
      until(() -> written.size() == 1, host);
      send(0, 2, Envelopes.insertOfIdAlone(2));
      until(() -> pages.size() == 1, host);

      host.resume(ANA);
      until(() -> pages.size() == 2, host); // The contract asks for a column that is gone.

      assertThat(pages.get(1).reason()).contains("total-in-range");
    }
    assertThat(written).containsOnlyKeys(1);
    assertThat(committed()).isEqualTo(1);
  }

  @Test
  void invariant_6_a_host_that_dies_between_sink_and_confirmation_loses_no_row() throws Exception {
    create(1);
    for (int id = 1; id <= 20; id++) {
      send(0, id, Envelopes.insert(id, id, "n"));
    }
    ScreenedConsumer.Sink dying =
        (good, bad) -> {
          sink().write(good, bad);
          throw new IllegalStateException("killed");
        };
    try (ScreenedConsumer host = host(dying)) {
      assertThatThrownBy(() -> until(() -> false, host)).hasMessage("killed");
    }
    assertThat(written).isNotEmpty();
    assertThat(committed()).isZero();

    Set<Integer> afterwards = new HashSet<>();
    try (ScreenedConsumer host = host(sink(afterwards))) {
      until(() -> afterwards.size() == 20, host);
    }

    assertThat(committed()).isEqualTo(20);
    assertThat(written).hasSize(20).containsEntry(1, 2);
  }

  @Test
  void invariant_6_a_rebalance_between_two_hosts_loses_no_row() throws Exception {
    create(2);
    Set<Integer> byTwo = new HashSet<>();
    int sent = 0;
    try (ScreenedConsumer one = host(sink())) {
      while (sent < 20) {
        sent = sendNext(sent);
      }
      until(() -> written.size() == 20, one);
      try (ScreenedConsumer two = host(sink(byTwo))) {
        while (byTwo.isEmpty() && sent < 200) {
          sent = sendNext(sent);
          one.turn();
          two.turn();
        }
        int all = sent;
        until(() -> written.size() == all, one, two);
      }
      for (int more = 0; more < 20; more++) {
        sent = sendNext(sent);
      }
      int all = sent;
      until(() -> written.size() == all, one);
    }

    assertThat(byTwo).isNotEmpty();
    assertThat(pages).isEmpty();
    assertThat(refused).isEmpty();
  }

  private int sendNext(int sent) throws Exception {
    int id = sent + 1;
    send(id % 2, id, Envelopes.insert(id, id, "n"));
    return id;
  }
}
