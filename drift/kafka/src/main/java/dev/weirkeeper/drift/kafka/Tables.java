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

/** Which topics hold the rows of which tables, as far as was seen. Used by one thread. */
final class Tables implements WholeAssembler.Tables, Intake.Met {
  private final KafkaFeed.Options options;
  private final Map<Asset, Set<String>> topics = new HashMap<>();
  private final Map<String, SchemaHint> hints = new TreeMap<>();

  Tables(KafkaFeed.Options options, Collection<Relation> known) {
    this.options = options;
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

  @Override
  public void hint(SchemaHint hint) {
    hints.put(hint.table(), hint);
  }

  void health(Map<String, Probe<String>> health) {
    hints.forEach(
        (table, hint) ->
            health.put(
                "schema-change." + Handles.qualified(table), new Probe.Value<>(hint.text())));
  }
}
