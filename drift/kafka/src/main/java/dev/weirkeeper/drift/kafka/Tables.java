package dev.weirkeeper.drift.kafka;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Handles;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Relation;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which topics hold the rows of which tables, as far as was seen. Used by one thread. */
final class Tables implements WholeAssembler.Tables, Intake.Met {
  private static final Logger LOG = LoggerFactory.getLogger(Tables.class);

  private final KafkaFeed.Options options;
  private final Map<Asset, Set<String>> topics = new HashMap<>();
  private final Map<String, SchemaHint> hints = new TreeMap<>();
  private final Map<Asset, String> anew = new TreeMap<>();

  /** Partitions of each topic that holds rows. */
  private final Map<String, Integer> partitions = new TreeMap<>();

  Tables(
      KafkaFeed.Options options,
      Collection<Relation> known,
      Collection<TopicPartition> partitions) {
    this.options = options;
    partitions.forEach(this::partition);
    known.forEach(this::met);
    options.relations().values().forEach(this::met);
  }

  /** Notes a table whose topics its name tells. */
  void met(Relation relation) {
    for (String topic : options.topics()) {
      if (options.holds(topic, relation.asset().name())) {
        table(relation.asset(), topic);
      }
    }
  }

  @Override
  public void table(Asset asset, String topic) {
    topics.computeIfAbsent(asset, any -> new TreeSet<>()).add(topic);
  }

  /** Topics that hold the rows of a table. */
  Set<String> of(Asset asset) {
    return topics.getOrDefault(asset, Set.of());
  }

  /** Tables whose rows a topic holds. */
  Set<Asset> of(String topic) {
    Set<Asset> found = new TreeSet<>();
    topics.forEach(
        (asset, its) -> {
          if (its.contains(topic)) {
            found.add(asset);
          }
        });
    return found;
  }

  @Override
  public boolean has(String collection) {
    return options.topics().stream().anyMatch(topic -> options.holds(topic, collection))
        || topics.keySet().stream()
            .map(Asset::name)
            .anyMatch(name -> collection.equals(name) || collection.endsWith("." + name));
  }

  /** A partition that is read. */
  void partition(TopicPartition id) {
    if (options.topics().contains(id.topic())) {
      partitions.merge(id.topic(), 1, Integer::sum);
    }
  }

  @Override
  public boolean inOrder(String topic) {
    return partitions.getOrDefault(topic, 0) <= 1;
  }

  @Override
  public void anew(Asset asset, String where) {
    LOG.warn("A snapshot of {} begins anew at {}", asset, where);
    anew.put(asset, where);
  }

  @Override
  public void hint(SchemaHint hint) {
    hints.put(hint.table(), hint);
  }

  void health(Map<String, Probe<String>> health) {
    long split = partitions.values().stream().filter(count -> count > 1).count();
    if (split > 0) {
      health.put(
          "partitions",
          new Probe.Value<>(
              split
                  + " topics have several partitions; each is read by this host alone, for all of a"
                  + " table is one host's"));
    }
    anew.forEach(
        (asset, where) ->
            health.put(
                "snapshot." + Handles.qualified(asset.name()),
                new Probe.Value<>(
                    "the connector began one anew at "
                        + where
                        + "; if it had lost its place, rows removed meanwhile are still here, since"
                        + " no record says so")));
    hints.forEach(
        (table, hint) ->
            health.put(
                "schema-change." + Handles.qualified(table), new Probe.Value<>(hint.text())));
  }
}
