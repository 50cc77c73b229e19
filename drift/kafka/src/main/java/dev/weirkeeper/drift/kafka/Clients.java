package dev.weirkeeper.drift.kafka;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Makes Kafka's clients with the settings that a feed's promises need. */
final class Clients {
  private Clients() {}

  static Admin admin(Map<String, Object> settings) {
    Map<String, Object> mine = new HashMap<>(settings);
    mine.keySet().removeIf(key -> !AdminClientConfig.configNames().contains(key));
    return Admin.create(mine);
  }

  /** Reads what was committed, commits nothing by itself, and never begins anywhere by itself. */
  static Consumer<byte[], byte[]> consumer(Map<String, Object> settings, Optional<String> group) {
    Map<String, Object> mine = new HashMap<>(settings);
    mine.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    mine.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    mine.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    mine.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    mine.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
    group.ifPresentOrElse(
        name -> mine.put(ConsumerConfig.GROUP_ID_CONFIG, name),
        () -> mine.remove(ConsumerConfig.GROUP_ID_CONFIG));
    return new KafkaConsumer<>(mine, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }
}
