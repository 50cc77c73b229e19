package dev.weirkeeper.examples.kafkascreen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.drift.kafka.KafkaFeed;
import dev.weirkeeper.drift.kafka.SchemaRegistry;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** How topics are named. */
class KafkaServerTest {
  private static Properties properties(String... namesAndValues) {
    Properties properties = new Properties();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      properties.setProperty(namesAndValues[i], namesAndValues[i + 1]);
    }
    return properties;
  }

  @Test
  void a_feed_is_built_without_a_connection() {
    // spotless:off
    // tag::kafka[]
    KafkaFeed feed =
        KafkaFeed.builder("shop")                                     // part of every position: never reuse it
            .source("shop", Map.of("bootstrap.servers", "broker.example:9092"))   // and all that Kafka's clients need
            .topics(List.of("shop.public.orders", "shop.public.lineitem"))
            .transactions("shop.transaction")                         // transactions come whole
            .heartbeats("__debezium-heartbeat.shop")
            .format(KafkaFeed.Format.AVRO, KafkaFeed.Format.AVRO)     // without: JSON, with or without schemas
            .registry(SchemaRegistry.at(URI.create("https://registry.example")).build())
            .build();
    // end::kafka[]
    // spotless:on

    assertThat(feed.id()).isEqualTo("shop");
    assertThat(
            KafkaServer.feed(
                    "shop",
                    properties(
                        "bootstrap.servers", "broker.example:9092",
                        "weirkeeper.topics", "shop.public.orders, shop.public.lineitem",
                        "weirkeeper.transactions", "shop.transaction",
                        "weirkeeper.format", "avro",
                        "weirkeeper.registry", "https://registry.example"))
                .id())
        .isEqualTo("shop");
  }

  @Test
  void what_is_missing_or_wrong_is_said() {
    assertThatThrownBy(
            () -> KafkaServer.feed("shop", properties("weirkeeper.topics", "shop.public.orders")))
        .hasMessageContaining("bootstrap.servers");
    assertThatThrownBy(() -> KafkaServer.feed("shop", properties("bootstrap.servers", "b:9092")))
        .hasMessageContaining("no topics");
    assertThatThrownBy(() -> KafkaServer.feed("shop", properties("weirkeeper.topic", "a")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no property weirkeeper.topic");
  }
}
