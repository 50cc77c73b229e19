package dev.weirkeeper.drift.kafka;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Handles;
import dev.weirkeeper.Load;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Relation;
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
 * Loads of tables, one after the other. While one reads, the stream waits: Kafka keeps what comes
 * meanwhile, and no row can overtake an older one of itself. One that has read everything may have
 * to wait for rows that the stream brings. Confined to one thread.
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

  /** Loads that have read everything and wait for rows to come again. */
  private final Map<Asset, TableLoad> waiting = new LinkedHashMap<>();

  /** Loads that cannot come to their end, and why. */
  private final Map<Asset, String> stuck = new LinkedHashMap<>();

  Loads(KafkaFeed.Options options, Topics topics, Tables tables, Set<String> described) {
    this.options = options;
    this.topics = topics;
    this.tables = tables;
    this.described = described;
  }

  /**
   * @param newest version of the table that is known
   */
  void begin(Load from, Map<TopicPartition, Mark> marks, Optional<Relation> newest)
      throws IOException {
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
    underWay.put(
        from.asset(), TableLoad.begin(options, topics, described, its, from, marks, newest));
  }

  void stop(Asset asset) {
    stuck.remove(asset);
    waiting.remove(asset);
    TableLoad load = underWay.remove(asset);
    if (load != null) {
      load.close();
    }
  }

  private void stick(Asset asset, String why) {
    LOG.warn("The load of {} cannot be finished: {}", asset, why);
    stuck.put(asset, why);
  }

  /** Meets what the stream hands out: a row that a load waits for may have come again. */
  void meet(Entry entry) {
    for (TableLoad load : waiting.values()) {
      load.meet(entry);
    }
  }

  /** The next chunk; empty if no load can bring one now. */
  Optional<Part> next() throws IOException {
    while (!underWay.isEmpty()) {
      Map.Entry<Asset, TableLoad> first = underWay.entrySet().iterator().next();
      Asset asset = first.getKey();
      TableLoad load = first.getValue();
      try {
        Optional<Part> part = load.next();
        boolean finished = part.filter(each -> each.load().finished()).isPresent();
        if (finished || load.isRead() && !load.isComplete()) {
          underWay.remove(asset);
          load.close();
          if (!finished) {
            LOG.warn("The load of {} waits: {}", asset, load.why());
            waiting.put(asset, load);
          }
        }
        if (part.isPresent()) {
          return part;
        }
      } catch (UnreadableException e) {
        underWay.remove(asset);
        load.close();
        stick(asset, e.reason());
      }
    }
    Optional<TableLoad> complete =
        waiting.values().stream().filter(TableLoad::isComplete).findFirst();
    complete.ifPresent(load -> waiting.remove(load.asset()));
    return complete.map(TableLoad::finish);
  }

  void health(Map<String, Probe<String>> health) {
    stuck.forEach((asset, why) -> health.put(name(asset), unknown(why)));
    waiting.forEach((asset, load) -> health.put(name(asset), unknown(load.why())));
  }

  private static String name(Asset asset) {
    return "load." + Handles.qualified(asset.name());
  }

  private static Probe<String> unknown(String why) {
    return new Probe.Unknown<>("it cannot be finished: " + why);
  }

  @Override
  public void close() {
    underWay.values().forEach(TableLoad::close);
    underWay.clear();
    waiting.clear();
  }
}
