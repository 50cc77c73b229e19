package dev.weirkeeper.drift.kafka;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A host in a process of its own that is there to be killed. */
final class CrashHost {
  private CrashHost() {}

  /**
   * @param arguments address of the broker, URL of the target, folder, transaction topic, and the
   *     topics of rows
   */
  public static void main(String[] arguments) throws Exception {
    List<String> topics = List.of(arguments).subList(4, arguments.length);
    KafkaFeed feed =
        feed(
            Map.of("bootstrap.servers", arguments[0]), arguments[3], topics.toArray(String[]::new));
    try (Host host = new Host(feed, new Warehouse(arguments[1]), Path.of(arguments[2]))) {
      System.out.println("READY");
      for (Throwable failure = host.failure(); ; failure = host.failure()) {
        if (failure != null) {
          failure.printStackTrace(System.err);
          Runtime.getRuntime().halt(3);
        }
      }
    }
  }

  static KafkaFeed feed(Map<String, Object> client, String transactions, String... topics) {
    return KafkaFeed.builder("shop")
        .source("shop", client)
        .topics(List.of(topics))
        .transactions(transactions)
        .idle(Duration.ofMillis(50))
        .build();
  }
}
