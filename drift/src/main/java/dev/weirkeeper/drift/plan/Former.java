package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.plan.Pairs.Pair;
import dev.weirkeeper.drift.schema.Constraint;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.Dependency;
import dev.weirkeeper.drift.schema.Index;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import dev.weirkeeper.drift.schema.View;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the things of the old schema are called once everything that has a new name has got it: the
 * names that all statements after the renames use.
 */
final class Former {
  private final Matching matching;
  private final Map<Item, Item> parts = new HashMap<>();
  private final Map<ObjectName, ObjectName> indexes = new HashMap<>();
  private final Map<ObjectName, ObjectName> parked;

  /**
   * @param parked things that are dropped later and had to give their name away before
   * @param parkedParts columns and constraints of which the same is true
   */
  Former(Matching matching, Map<ObjectName, ObjectName> parked, Map<Item, String> parkedParts) {
    this.matching = matching;
    this.parked = parked;
    for (Pair<Table> pair : matching.tables.both()) {
      for (Pair<TableColumn> column : matching.columns(pair.from(), pair.to()).both()) {
        part(Item.Kind.COLUMN, pair, column.from().name(), column.to().name());
        part(Item.Kind.DEFAULT, pair, column.from().name(), column.to().name());
      }
      for (Pair<Constraint> each : matching.constraints(pair.from(), pair.to()).both()) {
        part(Item.Kind.CONSTRAINT, pair, each.from().name(), each.to().name());
      }
    }
    parkedParts.forEach((old, now) -> parts.put(old, new Item(old.kind(), of(old.name()), now)));
    for (Pair<Index> pair : matching.indexes.both()) {
      indexes.put(pair.from().name(), pair.to().name());
    }
  }

  private void part(Item.Kind kind, Pair<Table> table, String old, String now) {
    parts.put(new Item(kind, table.from().name(), old), new Item(kind, table.to().name(), now));
  }

  /** A relation or type that may have been renamed. */
  ObjectName of(ObjectName name) {
    // Another thing may have got the old name of a parked one by now.
    return parked.getOrDefault(name, matching.names.of(name));
  }

  /** An index that is dropped lies in the schema of its table. */
  ObjectName index(Index index) {
    ObjectName aside = parked.get(index.name());
    return aside != null
        ? aside
        : indexes.getOrDefault(
            index.name(), new ObjectName(of(index.table()).schema(), index.name().name()));
  }

  Item item(Item old) {
    Item part = parts.get(old);
    if (part != null) {
      return part;
    }
    if (old.kind() == Item.Kind.INDEX) {
      return Item.of(
          Item.Kind.INDEX,
          parked.getOrDefault(old.name(), indexes.getOrDefault(old.name(), old.name())));
    }
    return old.kind() == Item.Kind.OTHER || old.kind() == Item.Kind.NAMESPACE
        ? old
        : new Item(old.kind(), of(old.name()), old.part());
  }

  /** Dependencies in the names after the renames; an index of a constraint is the constraint. */
  List<Dependency> dependencies(DatabaseSchema from) {
    Map<Item, Item> keptBy = keptBy(from);
    return from.dependencies().stream()
        .map(each -> new Dependency(kept(each.dependent(), keptBy), kept(each.on(), keptBy)))
        .map(each -> new Dependency(item(each.dependent()), item(each.on())))
        .filter(each -> !each.dependent().equals(each.on()))
        .toList();
  }

  static List<Dependency> now(DatabaseSchema to) {
    Map<Item, Item> keptBy = keptBy(to);
    return to.dependencies().stream()
        .map(each -> new Dependency(kept(each.dependent(), keptBy), kept(each.on(), keptBy)))
        .filter(each -> !each.dependent().equals(each.on()))
        .toList();
  }

  /** What a thing of the new schema depends on. */
  Stream<Item> nowNeeds(DatabaseSchema to, Item item) {
    return to.dependencies().stream()
        .filter(
            each ->
                each.dependent().equals(item)
                    || item.kind() == Item.Kind.COLUMN
                        && each.dependent()
                            .equals(new Item(Item.Kind.DEFAULT, item.name(), item.part())))
        .map(Dependency::on)
        .filter(on -> !on.equals(item));
  }

  /** Indexes that constraints keep, and columns of views: neither has a life of its own. */
  private static Map<Item, Item> keptBy(DatabaseSchema schema) {
    Map<Item, Item> keptBy = new HashMap<>();
    for (Index index : schema.indexes()) {
      index
          .constraint()
          .ifPresent(
              name ->
                  keptBy.put(
                      Item.of(Item.Kind.INDEX, index.name()),
                      new Item(Item.Kind.CONSTRAINT, index.table(), name)));
    }
    for (View view : schema.views()) {
      for (View.Column column : view.columns()) {
        keptBy.put(Item.column(view.name(), column.name()), Item.of(Item.Kind.VIEW, view.name()));
      }
    }
    return keptBy;
  }

  private static Item kept(Item item, Map<Item, Item> keptBy) {
    return keptBy.getOrDefault(item, item);
  }
}
