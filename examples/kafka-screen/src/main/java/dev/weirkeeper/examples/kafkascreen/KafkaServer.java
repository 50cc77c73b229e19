package dev.weirkeeper.examples.kafkascreen;

import dev.weirkeeper.drift.kafka.KafkaFeed;
import dev.weirkeeper.drift.kafka.SchemaRegistry;
import dev.weirkeeper.examples.server.Server;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * The server of a configuration, with the topics of a Debezium connector in the place of the
 * source's log. Everything else is as the configuration says.
 *
 * <p>The topics are in a file of properties: those of Kafka's clients, and beside them {@code
 * weirkeeper.topics}, {@code .transactions}, {@code .heartbeats}, {@code .schema-changes}, {@code
 * .format} (json, avro or protobuf), {@code .registry} and {@code .group}.
 */
public final class KafkaServer {
  private static final String OURS = "weirkeeper.";
  private static final List<String> KNOWN =
      List.of(
          "topics", "transactions", "heartbeats", "schema-changes", "format", "registry", "group");

  private KafkaServer() {}

  /**
   * @param arguments the configuration of the pipeline, and the file of properties
   */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 2) {
      System.err.println("kafka-server PIPELINE.yaml KAFKA.properties");
      System.exit(2);
    }
    try (Server server = start(Path.of(arguments[0]), Path.of(arguments[1]))) {
      server.untilAsked();
    }
  }

  static Server start(Path pipeline, Path properties) throws IOException, SQLException {
    Properties read = new Properties();
    try (Reader text = Files.newBufferedReader(properties)) {
      read.load(text);
    }
    return Server.start(pipeline, event -> {}, List.of(), log -> feed(log.id(), read));
  }

  /**
   * @param id of the feed, and name of the source in assets
   * @throws IllegalArgumentException if a property is not known or has a wrong value
   */
  static KafkaFeed feed(String id, Properties properties) {
    Map<String, Object> client = new HashMap<>();
    Map<String, String> ours = new HashMap<>();
    for (String name : properties.stringPropertyNames()) {
      String value = properties.getProperty(name).strip();
      if (!name.startsWith(OURS)) {
        client.put(name, value);
      } else if (KNOWN.contains(name.substring(OURS.length()))) {
        ours.put(name.substring(OURS.length()), value);
      } else {
        throw new IllegalArgumentException(
            "There is no property " + name + "; of ours there are " + KNOWN);
      }
    }
    KafkaFeed.Builder feed =
        KafkaFeed.builder(id).source(id, client).topics(words(ours.getOrDefault("topics", "")));
    Optional.ofNullable(ours.get("transactions")).ifPresent(feed::transactions);
    Optional.ofNullable(ours.get("heartbeats")).ifPresent(feed::heartbeats);
    Optional.ofNullable(ours.get("schema-changes")).ifPresent(feed::schemaChanges);
    Optional.ofNullable(ours.get("group")).ifPresent(feed::group);
    Optional.ofNullable(ours.get("format"))
        .map(word -> KafkaFeed.Format.valueOf(word.toUpperCase(Locale.ROOT)))
        .ifPresent(format -> feed.format(format, format));
    Optional.ofNullable(ours.get("registry"))
        .ifPresent(address -> feed.registry(SchemaRegistry.at(URI.create(address)).build()));
    return feed.build();
  }

  private static List<String> words(String text) {
    return Arrays.stream(text.split(",", -1))
        .map(String::strip)
        .filter(word -> !word.isEmpty())
        .toList();
  }
}
