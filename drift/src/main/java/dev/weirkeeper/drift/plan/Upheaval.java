package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.plan.Pairs.Pair;
import dev.weirkeeper.drift.schema.Constraint;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.Dependency;
import dev.weirkeeper.drift.schema.DomainType;
import dev.weirkeeper.drift.schema.EnumType;
import dev.weirkeeper.drift.schema.Index;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import dev.weirkeeper.drift.schema.View;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which things cannot stay as they are: what is dropped, what has to be made anew because it
 * differs, and what has to be made anew because something below it is. All items have their names
 * after the renames. Pure; used once.
 */
final class Upheaval {
  private final DatabaseSchema from;
  private final Matching matching;
  private final Former former;
  private final Map<Item, Set<Item>> users = new HashMap<>();
  private final Deque<Item> queue = new ArrayDeque<>();

  /** Gone for good. */
  final Set<Item> dropped = new HashSet<>();

  /** Dropped and made anew. */
  final Set<Item> replaced = new HashSet<>();

  /** Columns whose type or collation changes in place. */
  final Set<Item> retyped = new HashSet<>();

  /** Types that get another type in their place. */
  final Set<Item> swapped = new HashSet<>();

  /** What stands in the way of a change of a thing. */
  final Map<Item, Item> blocked = new HashMap<>();

  Upheaval(DatabaseSchema from, Matching matching, Former former, int major) {
    this.from = from;
    this.matching = matching;
    this.former = former;
    for (Dependency each : former.dependencies(from)) {
      users.computeIfAbsent(each.on(), item -> new HashSet<>()).add(each.dependent());
    }
    types();
    tables(major);
    indexes();
    views();
    spread();
  }

  private void drop(Item item) {
    if (dropped.add(item)) {
      queue.add(item);
    }
  }

  void replace(Item item) {
    if (!dropped.contains(item) && replaced.add(item)) {
      queue.add(item);
    }
  }

  private void types() {
    matching.enums.removed().forEach(e -> drop(former.item(Item.of(Item.Kind.ENUM, e.name()))));
    for (Pair<EnumType> pair : matching.enums.both()) {
      if (EnumOps.needsSwap(matching.labels(pair.from(), pair.to()), pair)) {
        swap(Item.of(Item.Kind.ENUM, pair.to().name()));
      }
    }
    matching.domains.removed().forEach(e -> drop(former.item(Item.of(Item.Kind.DOMAIN, e.name()))));
    for (Pair<DomainType> pair : matching.domains.both()) {
      if (!matching.names.same(pair.from().base(), pair.to().base(), Map.of())
          || !pair.from().collation().equals(pair.to().collation())) {
        swap(Item.of(Item.Kind.DOMAIN, pair.to().name()));
      }
    }
    matching
        .sequences
        .removed()
        .forEach(e -> drop(former.item(Item.of(Item.Kind.SEQUENCE, e.name()))));
  }

  private void swap(Item type) {
    if (swapped.add(type)) {
      queue.add(type);
    }
  }

  private void tables(int major) {
    for (Table table : matching.tables.removed()) {
      drop(former.item(Item.of(Item.Kind.TABLE, table.name())));
    }
    for (Pair<Table> pair : matching.tables.both()) {
      if (TableOps.needsRebuild(pair, matching)) {
        continue;
      }
      Pairs<TableColumn> columns = matching.columns(pair.from(), pair.to());
      for (TableColumn column : columns.removed()) {
        drop(former.item(Item.column(pair.from().name(), column.name())));
      }
      Map<String, String> renamed = matching.renamedColumns(pair.from(), pair.to());
      for (Pair<TableColumn> each : columns.both()) {
        Item item = Item.column(pair.to().name(), each.to().name());
        if (ColumnOps.needsReplacement(each, major, matching.names, renamed)) {
          replace(item);
        } else if (!matching.names.same(each.from().type(), each.to().type(), Map.of())
            || !each.from().collation().equals(each.to().collation())) {
          retype(item);
        }
      }
      constraints(pair);
    }
  }

  private void retype(Item column) {
    if (retyped.add(column)) {
      queue.add(column);
    }
  }

  private void constraints(Pair<Table> pair) {
    Pairs<Constraint> pairs = matching.constraints(pair.from(), pair.to());
    for (Constraint each : pairs.removed()) {
      drop(former.item(new Item(Item.Kind.CONSTRAINT, pair.from().name(), each.name())));
    }
    for (Pair<Constraint> each : pairs.both()) {
      boolean loosened =
          each.from().validity() == Constraint.Validity.VALID
              && each.to().validity() == Constraint.Validity.NOT_VALID;
      if (loosened
          || !matching.same(pair, each.from(), each.to())
          || TableOps.sameParents(pair, matching) && ConstraintOps.originMatters(each)) {
        replace(new Item(Item.Kind.CONSTRAINT, pair.to().name(), each.to().name()));
      }
    }
  }

  private void indexes() {
    IndexDifferences differences = new IndexDifferences(matching, List.of());
    for (Index index : matching.indexes.removed()) {
      if (index.constraint().isEmpty()) {
        drop(Item.of(Item.Kind.INDEX, former.index(index)));
      }
    }
    for (Pair<Index> pair : matching.indexes.both()) {
      boolean plain = pair.from().constraint().isEmpty();
      boolean detached = pair.from().parent().isPresent() && pair.to().parent().isEmpty();
      if (plain
          && !IndexOps.becomesKey(matching, pair.from(), pair.to())
          && (pair.to().constraint().isPresent()
              || !differences.sameBody(pair.from(), pair.to())
              || detached
              || pair.from().validity() == Constraint.Validity.NOT_VALID
                  && pair.to().validity() == Constraint.Validity.VALID
                  && pair.to().parent().isEmpty()
                  && !IndexOps.partitioned(matching, pair.to()))) {
        replace(Item.of(Item.Kind.INDEX, pair.to().name()));
      }
    }
  }

  private void views() {
    for (View view : matching.views.removed()) {
      drop(former.item(Item.of(Item.Kind.VIEW, view.name())));
    }
    for (Pair<View> pair : matching.views.both()) {
      if (pair.from().kind() != pair.to().kind()
          || !matching.names.same(pair.from().definition(), pair.to().definition(), Map.of())) {
        replace(Item.of(Item.Kind.VIEW, pair.to().name()));
      }
    }
  }

  private boolean goes(Item item) {
    return dropped.contains(item)
        || replaced.contains(item)
        || dropped.contains(Item.of(Item.Kind.TABLE, item.name())) && isPart(item);
  }

  /** Whether a thing does not stay as it is. */
  boolean unsettled(Item item) {
    return goes(item) || retyped.contains(item) || swapped.contains(item);
  }

  private static boolean isType(Item item) {
    return item.kind() == Item.Kind.ENUM || item.kind() == Item.Kind.DOMAIN;
  }

  private static boolean isPart(Item item) {
    return item.kind() == Item.Kind.COLUMN
        || item.kind() == Item.Kind.CONSTRAINT
        || item.kind() == Item.Kind.DEFAULT;
  }

  private void spread() {
    for (Table table : matching.tables.removed()) {
      parts(former.of(table.name()), table);
    }
    while (!queue.isEmpty()) {
      Item item = queue.remove();
      for (Item user : users.getOrDefault(item, Set.of())) {
        if (!goes(user)) {
          unsettle(item, user);
        }
      }
    }
  }

  /** Parts of a table go with it, and who uses them has to know. */
  private void parts(ObjectName name, Table table) {
    for (TableColumn column : table.columns()) {
      queue.add(Item.column(name, column.name()));
    }
    for (Constraint each : table.constraints()) {
      queue.add(new Item(Item.Kind.CONSTRAINT, name, each.name()));
    }
  }

  private void unsettle(Item item, Item user) {
    boolean stays = retyped.contains(item) || swapped.contains(item);
    switch (user.kind()) {
      case VIEW -> replace(user);
      case INDEX, CONSTRAINT -> {
        if (!stays || swapped.contains(item) || foreign(user)) {
          replace(user);
        }
      }
      case DEFAULT -> {
        // Is taken off and set again with its column.
      }
      case COLUMN -> {
        if (swapped.contains(item) || dropped.contains(item) && isType(item)) {
          retype(user);
        } else if (item.kind() == Item.Kind.COLUMN) {
          replace(user);
        }
      }
      case DOMAIN -> {
        if (swapped.contains(item)) {
          swap(user);
        }
      }
      case OTHER -> {
        if (!goesWithItsTable(user, item) && !(stays && followsTypes(user))) {
          boolean returns = stays || item.kind() == Item.Kind.VIEW && replaced.contains(item);
          if (returns && OtherOps.canBeMade(from, user)) {
            replace(user);
          } else {
            blocked.putIfAbsent(item, user);
          }
        }
      }
      default -> {
        // Tables leave their parents and types by themselves; sequences their columns.
      }
    }
  }

  /** The server makes extended statistics for the new type itself. */
  private static boolean followsTypes(Item user) {
    return user.part().equals("statistics");
  }

  /** A foreign key cannot be rebuilt while only one of its sides has the new type. */
  private boolean foreign(Item constraint) {
    return from.tables().stream()
        .filter(table -> former.of(table.name()).equals(constraint.name()))
        .flatMap(table -> table.constraints().stream())
        .anyMatch(
            each ->
                each.kind() == Constraint.Kind.FOREIGN_KEY
                    && each.name().equals(constraint.part()));
  }

  private boolean goesWithItsTable(Item other, Item item) {
    return from.others().stream()
        .filter(each -> Differences.item(each).equals(other))
        .anyMatch(
            each ->
                each.of()
                    .map(
                        relation ->
                            dropped.contains(Item.of(Item.Kind.TABLE, former.of(relation)))
                                || dropped.contains(Item.of(Item.Kind.VIEW, former.of(relation))))
                    .orElse(item.kind() == Item.Kind.TABLE && each.kind().equals("publication")));
  }
}
