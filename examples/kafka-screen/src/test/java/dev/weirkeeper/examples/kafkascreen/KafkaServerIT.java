package dev.weirkeeper.examples.kafkascreen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Asset;
import dev.weirkeeper.TableState;
import dev.weirkeeper.examples.server.Server;
import dev.weirkeeper.examples.server.Warehouse;
import dev.weirkeeper.testkit.LocalPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A configuration of the server, with topics for its source. */
class KafkaServerIT {
  private static final String TOPIC = "shop.public.orders";
  private static final Asset ORDERS = new Asset("shop", "public.orders");

  @TempDir Path home;

  @Test
  void a_configuration_is_served_from_topics() throws Exception {
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
    try (LocalPostgres postgres = LocalPostgres.start();
        LocalBroker broker = LocalBroker.start(home.resolve("broker"));
        Admin admin = Admin.create(Map.of("bootstrap.servers", broker.address()));
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.address()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
      postgres.createDatabase("warehouse");
      try (Connection administrator = postgres.connect("warehouse")) {
        Warehouse.prepare(administrator);
      }
      admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all().get();
      producer.send(record(1)).get();
      Path pipeline =
          Files.writeString(
              home.resolve("pipeline.yaml"),
              """
              name: shop
              folder: state
              autonomy: heal
              source: {system: shop, url: "jdbc:postgresql://127.0.0.1/shop", tables: [public.orders]}
              target: {system: warehouse, url: "%s"}
              """
                  .formatted(postgres.url("warehouse")));
      Path kafka =
          Files.writeString(
              home.resolve("kafka.properties"),
              "bootstrap.servers=" + broker.address() + "\nweirkeeper.topics=" + TOPIC + "\n");

      try (Server server = KafkaServer.start(pipeline, kafka)) {
        server.stream()
            .await(
                "the table",
                tables ->
                    tables.containsKey(ORDERS)
                        && tables.get(ORDERS).mode() == TableState.Mode.LIVE);
        producer.send(record(2)).get();
        server.stream().await("both rows", tables -> ids(postgres).equals("1,2"));
        assertThat(server.stream().pipeline().health()).containsKey("lag records");
      }
    }
  }

  private static ProducerRecord<byte[], byte[]> record(int id) {
    return new ProducerRecord<>(TOPIC, 0, Envelopes.key(id), Envelopes.insert(id, 100, "n"));
  }

  private static String ids(LocalPostgres postgres) throws java.sql.SQLException {
    try (Connection connection = postgres.connect("warehouse");
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT string_agg(id::text, ',' ORDER BY id) FROM orders")) {
      row.next();
      return String.valueOf(row.getString(1));
    }
  }
}
