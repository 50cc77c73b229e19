package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.plan.Pairs.Pair;
import dev.weirkeeper.drift.plan.SchemaChange.Added;
import dev.weirkeeper.drift.plan.SchemaChange.Altered;
import dev.weirkeeper.drift.plan.SchemaChange.Property;
import dev.weirkeeper.drift.plan.SchemaChange.Removed;
import dev.weirkeeper.drift.plan.SchemaChange.Renamed;
import dev.weirkeeper.drift.schema.Index;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds what differs between the indexes of two schemas. Used once. */
final class IndexDifferences {
  private final Matching matching;
  private final List<SchemaChange> changes;
  private final Map<ObjectName, Pair<Table>> tables = new HashMap<>();
  private final Map<ObjectName, ObjectName> renamed = new HashMap<>();

  IndexDifferences(Matching matching, List<SchemaChange> changes) {
    this.matching = matching;
    this.changes = changes;
    matching.tables.both().forEach(pair -> tables.put(pair.to().name(), pair));
    matching.indexes.both().forEach(pair -> renamed.put(pair.from().name(), pair.to().name()));
  }

  /**
   * @param made tables that came, with whatever is on them, by their new names
   * @param gone tables that went, by their old names
   */
  void all(Set<ObjectName> made, Set<ObjectName> gone) {
    for (Index index : matching.indexes.added()) {
      if (index.constraint().isEmpty() && !made.contains(index.table())) {
        changes.add(new Added("index.added", Optional.empty(), item(index)));
      }
    }
    for (Index index : matching.indexes.removed()) {
      if (index.constraint().isEmpty() && !gone.contains(index.table())) {
        changes.add(new Removed("index.removed", Optional.empty(), item(index)));
      }
    }
    for (Pair<Index> pair : matching.indexes.both()) {
      compare(pair.from(), pair.to());
    }
  }

  static Item item(Index index) {
    return Item.of(Item.Kind.INDEX, index.name());
  }

  private void compare(Index a, Index b) {
    if (!a.name().name().equals(b.name().name()) && b.constraint().isEmpty()) {
      changes.add(new Renamed("index.changed", item(a), item(b)));
    }
    if (!sameBody(a, b)) {
      changes.add(
          new Altered(
              "index.changed",
              Optional.empty(),
              item(a),
              item(b),
              Property.DEFINITION,
              Optional.of(a.definition()),
              Optional.of(b.definition())));
    }
    alter(a, b, Property.VALIDITY, a.validity().name(), b.validity().name());
    alter(a, b, Property.OPTIONS, String.join(", ", a.options()), String.join(", ", b.options()));
    Differences.compare(
        changes,
        "index.changed",
        item(a),
        item(b),
        Property.TABLESPACE,
        a.tablespace(),
        b.tablespace());
    Differences.compare(
        changes, "index.changed", item(a), item(b), Property.COMMENT, a.comment(), b.comment());
    Differences.compare(
        changes,
        "index.changed",
        item(a),
        item(b),
        Property.PARENTS,
        a.parent().map(this::renamedIndex).map(ObjectName::toString),
        b.parent().map(ObjectName::toString));
  }

  private ObjectName renamedIndex(ObjectName name) {
    return renamed.getOrDefault(name, name);
  }

  /** What a constraint keeps is compared with the constraint, but for what only the index says. */
  boolean sameBody(Index a, Index b) {
    if (a.constraint().isPresent() != b.constraint().isPresent()
        || a.constraint().isEmpty() && a.uniqueness() != b.uniqueness()) {
      return false;
    }
    if (b.constraint().isPresent()) {
      return true;
    }
    Pair<Table> table = tables.get(b.table());
    Map<String, String> columns =
        table == null ? Map.of() : matching.renamedColumns(table.from(), table.to());
    return matching.names.same(a.body(), b.body(), columns);
  }

  private void alter(Index a, Index b, Property property, String before, String after) {
    Differences.compare(
        changes,
        "index.changed",
        item(a),
        item(b),
        property,
        Optional.of(before),
        Optional.of(after));
  }
}
