package dev.weirkeeper.drift.dialect;

import dev.weirkeeper.drift.plan.SchemaChange;
import dev.weirkeeper.drift.plan.SchemaComparison;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which table and column of the newer schema is which of the older one, as a comparison found it.
 */
final class Mirror {
  private final SchemaComparison comparison;
  private final Map<Item, Item> former = new HashMap<>();
  private final Set<Item> added = new HashSet<>();
  private final Map<ObjectName, Table> before = new HashMap<>();
  private final Map<ObjectName, Table> after = new LinkedHashMap<>();

  Mirror(SchemaComparison comparison) {
    this.comparison = comparison;
    comparison.from().tables().forEach(table -> before.put(table.name(), table));
    comparison.to().tables().stream()
        .filter(table -> table.kind() != Table.Kind.COMPOSITE)
        // A partition's rows are those of the table that it is a part of.
        .filter(table -> table.bound().isEmpty())
        .forEach(table -> after.put(table.name(), table));
    for (SchemaChange change : comparison.changes()) {
      if (change instanceof SchemaChange.Renamed renamed) {
        former.put(renamed.subject(), renamed.former());
      } else if (change instanceof SchemaChange.Added) {
        added.add(change.subject());
      }
    }
  }

  List<Table> tables() {
    return List.copyOf(after.values());
  }

  boolean follows(ObjectName table) {
    return after.containsKey(table);
  }

  /** The same table in the older schema. */
  Optional<Table> former(Table table) {
    Item item = Item.of(Item.Kind.TABLE, table.name());
    if (added.contains(item)) {
      return Optional.empty();
    }
    return Optional.ofNullable(before.get(former.getOrDefault(item, item).name()));
  }

  /** Changes of one table, its columns and its constraints, in the order of the comparison. */
  List<SchemaChange> changes(Table table) {
    List<SchemaChange> found = new ArrayList<>();
    Optional<ObjectName> was = former(table).map(Table::name);
    for (SchemaChange change : comparison.changes()) {
      Item subject = change.subject();
      boolean removed = change instanceof SchemaChange.Removed;
      if (!removed && subject.name().equals(table.name())
          || removed && was.filter(subject.name()::equals).isPresent()) {
        found.add(change);
      }
    }
    return found;
  }
}
