package dev.weirkeeper.drift.postgres.catalog;

import dev.weirkeeper.drift.plan.Identity;
import dev.weirkeeper.drift.plan.SchemaChange;
import dev.weirkeeper.drift.plan.SchemaChange.Property;
import dev.weirkeeper.drift.postgres.catalog.WalkModel.Column;
import dev.weirkeeper.drift.postgres.catalog.WalkModel.EnumType;
import dev.weirkeeper.drift.postgres.catalog.WalkModel.Rule;
import dev.weirkeeper.drift.postgres.catalog.WalkModel.Table;
import dev.weirkeeper.drift.postgres.catalog.WalkModel.Thing;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * What a walk changed in the end, by its own books; values that name nothing else come from the
 * oracle. Used once.
 */
final class WalkTruth {
  /** Names that walks give to constraints; PostgreSQL 18 names those that are NOT NULL itself. */
  private static final Pattern CONSTRAINT = Pattern.compile("(pk|uq|fk|ck)_.*");

  private static final Map<String, Property> OF_SEQUENCES =
      Map.of(
          "increment", Property.INCREMENT,
          "max", Property.MAXIMUM,
          "cache", Property.CACHE,
          "cycle", Property.CYCLE);

  private static final Map<String, Property> OF_DOMAINS =
      Map.of(
          "not_null", Property.NULLABILITY,
          "default", Property.DEFAULT,
          "constraints", Property.CHECKS);

  private final WalkModel first;
  private final WalkModel last;
  private final CatalogOracle before;
  private final CatalogOracle after;
  private final SortedSet<String> lines = new TreeSet<>();
  private final List<Identity.Rename> renames = new ArrayList<>();

  WalkTruth(WalkModel first, WalkModel last, CatalogOracle before, CatalogOracle after) {
    this.first = first;
    this.last = last;
    this.before = before;
    this.after = after;
    enums();
    things(
        Item.Kind.DOMAIN,
        first.domains,
        last.domains,
        (a, b) -> values("domain", OF_DOMAINS, Item.Kind.DOMAIN, a, b));
    things(
        Item.Kind.SEQUENCE,
        first.sequences,
        last.sequences,
        (a, b) -> values("sequence", OF_SEQUENCES, Item.Kind.SEQUENCE, a, b));
    things(Item.Kind.TABLE, first.tables, last.tables, this::table);
  }

  /** A line for each change, as {@link #lines(List)} writes those of a comparison. */
  SortedSet<String> lines() {
    return lines;
  }

  /** What is called otherwise, for a comparison that goes by names. */
  List<Identity.Rename> renames() {
    return renames;
  }

  /** The changes that a comparison found, without those of constraints that nobody named. */
  static SortedSet<String> lines(List<SchemaChange> changes) {
    SortedSet<String> lines = new TreeSet<>();
    for (SchemaChange change : changes) {
      Item subject = change.subject();
      if (subject.kind() == Item.Kind.CONSTRAINT && !CONSTRAINT.matcher(subject.part()).matches()) {
        continue;
      }
      if (change instanceof SchemaChange.Added) {
        lines.add("added " + text(subject));
      } else if (change instanceof SchemaChange.Removed) {
        lines.add("removed " + text(subject));
      } else if (change instanceof SchemaChange.Renamed renamed) {
        lines.add("renamed " + text(renamed.former()) + " to " + text(subject));
      } else if (change instanceof SchemaChange.Altered altered) {
        lines.add("altered " + text(subject) + " " + altered.property());
      }
    }
    return lines;
  }

  /**
   * Rows of the beginning as they have to be in the end: by new names, and without what is gone.
   */
  SeedRows carried(SeedRows rows) {
    Map<String, SeedRows.Held> tables = new LinkedHashMap<>();
    for (Table table : first.tables) {
      SeedRows.Held held = rows.tables().get(table.sql());
      last.tables.stream()
          .filter(now -> now.key == table.key && held != null)
          .forEach(now -> tables.put(now.sql(), carried(table, now, held)));
    }
    return new SeedRows(tables);
  }

  private SeedRows.Held carried(Table old, Table now, SeedRows.Held held) {
    Map<String, String> types = new LinkedHashMap<>();
    List<Map<String, String>> rows = new ArrayList<>();
    held.rows().forEach(row -> rows.add(new LinkedHashMap<>()));
    for (Column column : now.columns) {
      for (Column former : old.columns) {
        if (former.key == column.key) {
          types.put(column.name, Objects.requireNonNull(held.types().get(former.name)));
          for (int i = 0; i < rows.size(); i++) {
            String value = held.rows().get(i).getOrDefault(former.name, "null");
            rows.get(i).put(column.name, label(column.typeKey, value));
          }
        }
      }
    }
    return new SeedRows.Held(types, rows);
  }

  /** What a label is called in the end. */
  private String label(int type, String value) {
    for (EnumType old : first.enums) {
      for (Thing label : old.labels) {
        if (old.key == type && label.name.equals(value)) {
          return last.enums.stream()
              .filter(now -> now.key == type)
              .flatMap(now -> now.labels.stream())
              .filter(now -> now.key == label.key)
              .findFirst()
              .orElseThrow()
              .name;
        }
      }
    }
    return value;
  }

  private static String text(Item item) {
    return item.kind() + " " + item;
  }

  private static ObjectName name(Thing thing) {
    return new ObjectName(thing.schema, thing.name);
  }

  private static Item whole(Item.Kind kind, Thing thing) {
    return Item.of(kind, name(thing));
  }

  private void renamed(Item former, Item subject) {
    lines.add("renamed " + text(former) + " to " + text(subject));
  }

  private void altered(Item subject, Property property) {
    lines.add("altered " + text(subject) + " " + property);
  }

  private <T extends Thing> void things(
      Item.Kind kind, List<T> old, List<T> now, BiConsumer<T, T> both) {
    Map<Integer, T> left = new LinkedHashMap<>();
    old.forEach(each -> left.put(each.key, each));
    for (T each : now) {
      T former = left.remove(each.key);
      if (former == null) {
        lines.add("added " + text(whole(kind, each)));
      } else {
        if (!name(former).equals(name(each))) {
          renamed(whole(kind, former), whole(kind, each));
          renames.add(new Identity.Rename(whole(kind, former), whole(kind, each)));
        }
        both.accept(former, each);
      }
    }
    left.values().forEach(gone -> lines.add("removed " + text(whole(kind, gone))));
  }

  private void values(
      String oracle, Map<String, Property> properties, Item.Kind kind, Thing a, Thing b) {
    properties.forEach(
        (property, changed) -> {
          if (!Objects.equals(
              value(before, oracle, name(a).toString(), property),
              value(after, oracle, name(b).toString(), property))) {
            altered(whole(kind, b), changed);
          }
        });
  }

  private static String value(CatalogOracle catalog, String kind, String name, String property) {
    return String.valueOf(Objects.requireNonNull(catalog.of(kind).get(name), name).get(property));
  }

  private void enums() {
    things(
        Item.Kind.ENUM,
        first.enums,
        last.enums,
        (a, b) -> {
          Map<Integer, Thing> left = new HashMap<>();
          a.labels.forEach(label -> left.put(label.key, label));
          for (Thing label : b.labels) {
            Thing former = left.remove(label.key);
            Item subject = label(b, label);
            if (former == null) {
              lines.add("added " + text(subject));
            } else if (!former.name.equals(label.name)) {
              renamed(label(a, former), subject);
              renames.add(new Identity.Rename(label(a, former), subject));
            }
          }
        });
  }

  private static Item label(EnumType type, Thing label) {
    return new Item(Item.Kind.LABEL, name(type), label.name);
  }

  private void table(Table a, Table b) {
    if (!a.comment.equals(b.comment)) {
      altered(whole(Item.Kind.TABLE, b), Property.COMMENT);
    }
    if (a.parent != b.parent) {
      altered(whole(Item.Kind.TABLE, b), Property.PARENTS);
      altered(whole(Item.Kind.TABLE, b), Property.BOUND);
    }
    Map<Integer, Column> left = new LinkedHashMap<>();
    a.columns.forEach(column -> left.put(column.key, column));
    for (Column column : b.columns) {
      Column former = left.remove(column.key);
      if (former == null) {
        lines.add("added " + text(column(b, column)));
      } else {
        column(a, former, b, column);
      }
    }
    left.values().forEach(gone -> lines.add("removed " + text(column(a, gone))));
    rules(a, b);
    indexes(a, b);
  }

  private static Item column(Table table, Column column) {
    return Item.column(name(table), column.name);
  }

  private void column(Table a, Column old, Table b, Column now) {
    Item subject = column(b, now);
    if (!old.name.equals(now.name)) {
      renamed(column(a, old), subject);
    }
    if (!old.name.equals(now.name) || !name(a).equals(name(b))) {
      renames.add(new Identity.Rename(column(a, old), subject));
    }
    if (old.typeKey != now.typeKey || old.typeKey < 0 && !old.type.equals(now.type)) {
      altered(subject, Property.TYPE);
    }
    if (!old.comment.equals(now.comment)) {
      altered(subject, Property.COMMENT);
    }
    String then = name(a) + "." + old.name;
    String name = name(b) + "." + now.name;
    if (!value(before, "column", then, "not_null")
        .equals(value(after, "column", name, "not_null"))) {
      altered(subject, Property.NULLABILITY);
    }
    if ((old.sequence < 0 || old.sequence != now.sequence)
        && !value(before, "column", then, "default")
            .equals(value(after, "column", name, "default"))) {
      altered(subject, Property.DEFAULT);
    }
    if (a.parent != b.parent) {
      altered(subject, Property.ORIGIN);
    }
  }

  private void rules(Table a, Table b) {
    pairs(
        a.rules,
        b.rules,
        gone -> lines.add("removed " + text(rule(a, gone))),
        added -> lines.add("added " + text(rule(b, added))),
        (old, now) -> {
          if (!old.name.equals(now.name)) {
            renamed(rule(a, old), rule(b, now));
          }
          if (!old.name.equals(now.name) || !name(a).equals(name(b))) {
            renames.add(new Identity.Rename(rule(a, old), rule(b, now)));
          }
          if (!old.meaning().equals(now.meaning())) {
            altered(rule(b, now), Property.DEFINITION);
          }
        });
  }

  private static Item rule(Table table, Rule rule) {
    return new Item(Item.Kind.CONSTRAINT, name(table), rule.name);
  }

  private void indexes(Table a, Table b) {
    pairs(
        a.indexes,
        b.indexes,
        gone -> lines.add("removed " + text(whole(Item.Kind.INDEX, gone))),
        added -> lines.add("added " + text(whole(Item.Kind.INDEX, added))),
        (old, now) -> {
          Item former = whole(Item.Kind.INDEX, old);
          Item subject = whole(Item.Kind.INDEX, now);
          if (!old.name.equals(now.name)) {
            renamed(former, subject);
            renames.add(new Identity.Rename(former, subject));
          }
          if (!old.meaning().equals(now.meaning())) {
            altered(subject, Property.DEFINITION);
          }
        });
  }

  /** By key; one that was dropped and made anew by its name is the same one, made otherwise. */
  private static void pairs(
      List<Rule> old,
      List<Rule> now,
      Consumer<Rule> gone,
      Consumer<Rule> added,
      BiConsumer<Rule, Rule> both) {
    Map<Integer, Rule> keys = new LinkedHashMap<>();
    old.forEach(each -> keys.put(each.key, each));
    List<Rule> fresh = new ArrayList<>();
    Set<Integer> met = new HashSet<>();
    for (Rule each : now) {
      Rule former = keys.get(each.key);
      if (former == null) {
        fresh.add(each);
      } else {
        met.add(each.key);
        both.accept(former, each);
      }
    }
    keys.keySet().removeAll(met);
    Map<String, Rule> names = new LinkedHashMap<>();
    keys.values().forEach(each -> names.put(each.name, each));
    for (Rule each : fresh) {
      Rule former = names.remove(each.name);
      if (former == null) {
        added.accept(each);
      } else {
        both.accept(former, each);
      }
    }
    names.values().forEach(gone);
  }
}
