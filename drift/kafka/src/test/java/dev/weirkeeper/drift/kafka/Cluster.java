package dev.weirkeeper.drift.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The shared broker, with topics of its own for one test. */
final class Cluster implements AutoCloseable {
  private static final AtomicInteger PREFIXES = new AtomicInteger();

  final String prefix = "shop" + PREFIXES.incrementAndGet();
  final Admin admin;
  private final KafkaProducer<byte[], byte[]> producer;
  private final String address;

  Cluster() throws Exception {
    address = LocalBroker.shared().address();
    admin = Admin.create(Map.of("bootstrap.servers", address));
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", address, "linger.ms", 0),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  Map<String, Object> client() {
    return Map.of("bootstrap.servers", address, "fetch.max.wait.ms", 50);
  }

  void create(String topic, int partitions, Map<String, String> settings) throws Exception {
    admin
        .createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(settings)))
        .all()
        .get();
  }

  void create(String... topics) throws Exception {
    for (String topic : topics) {
      create(topic, 1, Map.of());
    }
  }

  void send(String topic, Debezium.Sent... records) throws Exception {
    send(topic, 0, records);
  }

  void send(String topic, int partition, Debezium.Sent... records) throws Exception {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (Debezium.Sent record : records) {
      sent.add(producer.send(new ProducerRecord<>(topic, partition, record.key(), record.value())));
    }
    for (Future<RecordMetadata> each : sent) {
      each.get();
    }
  }

  @Override
  public void close() {
    producer.close();
    admin.close();
  }
}
