package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which of the renames that somebody declared are still to be made. A migration that was broken off
 * has made some of them: what has its new name already is not taken for another thing that is in
 * the way. Renames in which one gets the name that another one gives are made in one transaction
 * (see {@link Renamer}), so all of them are made or none. Used once.
 */
final class DeclaredRenames {
  /** Things whose values would go if one were taken for the other. */
  private static final Set<Item.Kind> HOLDS =
      EnumSet.of(Item.Kind.TABLE, Item.Kind.COLUMN, Item.Kind.LABEL, Item.Kind.SEQUENCE);

  private final List<Identity.Rename> declared;
  private final Set<Item> older = new HashSet<>();
  private final Set<ObjectName> olderWholes = new HashSet<>();
  private final Set<Item> newer = new HashSet<>();

  DeclaredRenames(List<Identity.Rename> declared, DatabaseSchema from, DatabaseSchema to) {
    this.declared = declared;
    collect(from, older);
    collect(to, newer);
    older.forEach(item -> olderWholes.add(item.name()));
  }

  private static void collect(DatabaseSchema schema, Set<Item> items) {
    schema.namespaces().forEach(each -> items.add(Item.namespace(each.name())));
    schema.domains().forEach(each -> items.add(Item.of(Item.Kind.DOMAIN, each.name())));
    schema.sequences().forEach(each -> items.add(Item.of(Item.Kind.SEQUENCE, each.name())));
    schema.indexes().forEach(each -> items.add(Item.of(Item.Kind.INDEX, each.name())));
    schema.views().forEach(each -> items.add(Item.of(Item.Kind.VIEW, each.name())));
    schema
        .enums()
        .forEach(
            type -> {
              items.add(Item.of(Item.Kind.ENUM, type.name()));
              type.labels()
                  .forEach(
                      label -> items.add(new Item(Item.Kind.LABEL, type.name(), label.name())));
            });
    for (Table table : schema.tables()) {
      items.add(Item.of(Item.Kind.TABLE, table.name()));
      table.columns().forEach(each -> items.add(Item.column(table.name(), each.name())));
      table
          .constraints()
          .forEach(each -> items.add(new Item(Item.Kind.CONSTRAINT, table.name(), each.name())));
    }
  }

  /**
   * What is to be made of declared renames.
   *
   * @param open new names by what has the old ones, as it is called in the older schema
   * @param unclear renames of which nothing tells whether they were made: both schemas have both
   *     names
   */
  record Found(Map<Item, Item> open, Map<Item, Item> unclear) {}

  Found find() {
    Map<Item, Item> open = open();
    Map<Item, Item> unclear = new HashMap<>(open);
    unclear.entrySet().removeIf(each -> !isUnclear(each.getKey(), each.getValue(), open));
    open.keySet().removeAll(unclear.keySet());
    return new Found(open, unclear);
  }

  private boolean isUnclear(Item source, Item target, Map<Item, Item> open) {
    Item before =
        target.part().isEmpty() ? target : new Item(target.kind(), source.name(), target.part());
    Item after = within(source, target);
    return HOLDS.contains(source.kind())
        && older.contains(before)
        && newer.contains(after)
        && !open.containsKey(before)
        && !open.containsValue(after);
  }

  private Map<Item, Item> open() {
    Map<Item, Item> open = new HashMap<>();
    Set<Item> reached = new HashSet<>();
    for (Identity.Rename rename : declared) {
      Item source = source(rename);
      if (older.contains(source) && newer.contains(rename.to())) {
        open.put(source, rename.to());
      } else {
        reached.add(rename.to());
      }
    }
    // What got its name from a rename that is made is not the one that had it before.
    boolean more = true;
    while (more) {
      more = false;
      for (Map.Entry<Item, Item> each : Map.copyOf(open).entrySet()) {
        if (reached.contains(within(each.getKey(), each.getValue()))) {
          open.remove(each.getKey());
          more |= reached.add(each.getValue());
        }
      }
    }
    return open;
  }

  /** Where the thing is now: its table or type may have its new name already. */
  private Item source(Identity.Rename rename) {
    return rename.from().part().isEmpty() || olderWholes.contains(rename.from().name())
        ? rename.from()
        : within(rename.from(), rename.to());
  }

  private static Item within(Item part, Item now) {
    return part.part().isEmpty() ? part : new Item(part.kind(), now.name(), part.part());
  }
}
