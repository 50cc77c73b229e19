package dev.weirkeeper.drift.kafka;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Load;
import dev.weirkeeper.Probe;
import dev.weirkeeper.spi.ChangeBuffer;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads of tables, one after the other. While one is under way the stream waits: Kafka keeps what
 * comes meanwhile, and no row can overtake an older one of itself. Confined to one thread.
 */
final class Loads implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Loads.class);

  /** A chunk. */
  record Part(String name, ChangeBuffer rows, Load load) {}

  private final KafkaFeed.Options options;
  private final Topics topics;
  private final Tables tables;
  private final Set<String> described;
  private final Map<Asset, TableLoad> underWay = new LinkedHashMap<>();

  /** Loads that cannot come to their end, and why. */
  private final Map<Asset, String> stuck = new LinkedHashMap<>();

  Loads(KafkaFeed.Options options, Topics topics, Tables tables, Set<String> described) {
    this.options = options;
    this.topics = topics;
    this.tables = tables;
    this.described = described;
  }

  void begin(Load from, Map<TopicPartition, Mark> marks) throws IOException {
    stop(from.asset());
    Set<String> its = tables.of(from.asset());
    if (its.isEmpty()) {
      stick(
          from.asset(),
          "no topic is known to hold its rows; name it with table(topic, \""
              + from.asset().name()
              + "\")");
      return;
    }
    underWay.put(from.asset(), TableLoad.begin(options, topics, described, its, from, marks));
  }

  void stop(Asset asset) {
    stuck.remove(asset);
    TableLoad load = underWay.remove(asset);
    if (load != null) {
      load.close();
    }
  }

  private void stick(Asset asset, String why) {
    LOG.warn("The load of {} cannot be finished: {}", asset, why);
    stuck.put(asset, why);
  }

  /** The next chunk of the first load; empty if none is under way. */
  Optional<Part> next() throws IOException {
    while (!underWay.isEmpty()) {
      Map.Entry<Asset, TableLoad> first = underWay.entrySet().iterator().next();
      Asset asset = first.getKey();
      try {
        Part part = first.getValue().next();
        if (part.load().finished()) {
          underWay.remove(asset).close();
        }
        return Optional.of(part);
      } catch (UnreadableException e) {
        underWay.remove(asset).close();
        stick(asset, e.reason());
      }
    }
    return Optional.empty();
  }

  void health(Map<String, Probe<String>> health) {
    stuck.forEach(
        (asset, why) ->
            health.put(
                "load." + dev.weirkeeper.Handles.qualified(asset.name()),
                new Probe.Unknown<>("it cannot be finished: " + why)));
  }

  @Override
  public void close() {
    underWay.values().forEach(TableLoad::close);
    underWay.clear();
  }
}
