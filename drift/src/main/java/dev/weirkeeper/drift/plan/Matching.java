package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.schema.Constraint;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.DomainType;
import dev.weirkeeper.drift.schema.EnumType;
import dev.weirkeeper.drift.schema.Index;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.Namespace;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Sequence;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import dev.weirkeeper.drift.schema.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** Which things of two schemas are the same, by ids or by names. */
final class Matching {
  private final Set<ObjectName> newNames = new HashSet<>();

  /** Begins a key that nothing of the newer schema has. */
  private static final String GONE = "\u0000";

  private final Identity identity;
  private final Map<Item, Item> declared = new HashMap<>();
  private final Set<Item> targets = new HashSet<>();

  /** Declared renames that are passed over because nothing tells whether they were made. */
  final Map<Item, Item> unclear = new TreeMap<>();

  private final Map<ObjectName, Pairs.Pair<Table>> partners = new HashMap<>();

  /** Asked for once for each constraint and index: by the old name of the table. */
  private final Map<ObjectName, Map<String, String>> renamedColumns = new HashMap<>();

  final Pairs<Namespace> namespaces;
  final Pairs<EnumType> enums;
  final Pairs<DomainType> domains;
  final Pairs<Sequence> sequences;
  final Pairs<Table> tables;
  final Pairs<Index> indexes;
  final Pairs<View> views;

  /** New names of relations and types. */
  final Names names;

  Matching(DatabaseSchema from, DatabaseSchema to, Identity identity) {
    this.identity = identity;
    if (identity instanceof Identity.Names names) {
      DeclaredRenames.Found found = new DeclaredRenames(names.renames(), from, to).find();
      declared.putAll(found.open());
      targets.addAll(declared.values());
      unclear.putAll(found.unclear());
    }
    namespaces =
        whole(
                from.namespaces(),
                to.namespaces(),
                Namespace::id,
                Item.Kind.NAMESPACE,
                each -> new ObjectName("", each.name()))
            .thenBy(Namespace::name, Namespace::name);
    enums = whole(from.enums(), to.enums(), EnumType::id, Item.Kind.ENUM, EnumType::name);
    domains =
        whole(from.domains(), to.domains(), DomainType::id, Item.Kind.DOMAIN, DomainType::name);
    sequences =
        whole(from.sequences(), to.sequences(), Sequence::id, Item.Kind.SEQUENCE, Sequence::name);
    tables = tables(from, to);
    views =
        whole(from.views(), to.views(), View::id, Item.Kind.VIEW, View::name)
            .thenBy(View::name, View::name);
    Map<ObjectName, ObjectName> renamed = new HashMap<>();
    enums.both().forEach(pair -> renamed.put(pair.from().name(), pair.to().name()));
    domains.both().forEach(pair -> renamed.put(pair.from().name(), pair.to().name()));
    sequences.both().forEach(pair -> renamed.put(pair.from().name(), pair.to().name()));
    views.both().forEach(pair -> renamed.put(pair.from().name(), pair.to().name()));
    tables.both().forEach(pair -> renamed.put(pair.from().name(), pair.to().name()));
    tables.both().forEach(pair -> partners.put(pair.from().name(), pair));
    tables.both().forEach(pair -> newNames.add(pair.to().name()));
    names = new Names(renamed);
    indexes = indexes(from, to);
  }

  /** A foreign table cannot go to another server: by name it is another one then. */
  private Pairs<Table> tables(DatabaseSchema from, DatabaseSchema to) {
    Pairs<Table> pairs = whole(from.tables(), to.tables(), Table::id, Item.Kind.TABLE, Table::name);
    List<Table> removed = new ArrayList<>(pairs.removed());
    List<Table> added = new ArrayList<>(pairs.added());
    List<Pairs.Pair<Table>> both = new ArrayList<>();
    for (Pairs.Pair<Table> pair : pairs.both()) {
      if (pair.from()
          .foreign()
          .map(Table.Foreign::server)
          .equals(pair.to().foreign().map(Table.Foreign::server))) {
        both.add(pair);
      } else {
        removed.add(pair.from());
        added.add(pair.to());
      }
    }
    return new Pairs<>(both, removed, added);
  }

  private <T> Pairs<T> whole(
      List<T> from,
      List<T> to,
      Function<T, String> id,
      Item.Kind kind,
      Function<T, ObjectName> name) {
    if (identity instanceof Identity.Ids) {
      return Pairs.by(from, to, id, id);
    }
    return Pairs.by(
        from,
        to,
        each -> {
          Item item = Item.of(kind, name.apply(each));
          return declared(item);
        },
        each -> Item.of(kind, name.apply(each)));
  }

  /** An index lives as long as its table; one that was made anew by its name is the same. */
  private Pairs<Index> indexes(DatabaseSchema from, DatabaseSchema to) {
    record Key(ObjectName table, ObjectName name) {}
    Set<ObjectName> kept = new HashSet<>(partners.keySet());
    views.both().forEach(pair -> kept.add(pair.from().name()));
    Function<Index, Key> now = index -> new Key(index.table(), index.name());
    Function<Index, Key> before =
        index -> {
          if (!kept.contains(index.table())) {
            return new Key(new ObjectName(GONE, ""), index.name());
          }
          ObjectName table = names.of(index.table());
          Item item = Item.of(Item.Kind.INDEX, index.name());
          Item named = declared(item);
          return new Key(table, new ObjectName(table.schema(), named.part() + named.name().name()));
        };
    return identity instanceof Identity.Ids
        ? Pairs.by(from.indexes(), to.indexes(), Index::id, Index::id).thenBy(before, now)
        : Pairs.by(from.indexes(), to.indexes(), before, now);
  }

  /** Whether tables of the new schema are tables of the old one. */
  boolean areMatched(List<ObjectName> now) {
    return now.stream().allMatch(newNames::contains);
  }

  Pairs<TableColumn> columns(Table from, Table to) {
    if (identity instanceof Identity.Ids) {
      return Pairs.by(from.columns(), to.columns(), TableColumn::id, TableColumn::id);
    }
    return Pairs.by(
        from.columns(),
        to.columns(),
        column -> part(Item.Kind.COLUMN, from.name(), to.name(), column.name()),
        TableColumn::name);
  }

  Pairs<Constraint> constraints(Table from, Table to) {
    if (identity instanceof Identity.Ids) {
      return Pairs.by(from.constraints(), to.constraints(), Constraint::id, Constraint::id)
          .thenBy(Constraint::name, Constraint::name);
    }
    Map<String, String> renamed = renamedColumns(from, to);
    return Pairs.by(
            from.constraints(),
            to.constraints(),
            each -> part(Item.Kind.CONSTRAINT, from.name(), to.name(), each.name()),
            Constraint::name)
        .thenBy(each -> notNullKey(each, renamed), each -> notNullKey(each, Map.of()));
  }

  /** A column has one NOT NULL, whatever its name. */
  private static List<String> notNullKey(Constraint each, Map<String, String> renamed) {
    return each.kind() == Constraint.Kind.NOT_NULL
        ? each.columns().stream().map(name -> renamed.getOrDefault(name, name)).toList()
        : List.of(each.kind().name(), each.name());
  }

  Pairs<EnumType.Label> labels(EnumType from, EnumType to) {
    if (identity instanceof Identity.Ids) {
      return Pairs.by(from.labels(), to.labels(), EnumType.Label::id, EnumType.Label::id);
    }
    return Pairs.by(
        from.labels(),
        to.labels(),
        label -> part(Item.Kind.LABEL, from.name(), to.name(), label.name()),
        EnumType.Label::name);
  }

  /** What something is called now; its name may be that of something which was renamed to it. */
  private Item declared(Item item) {
    Item renamed = declared.get(item);
    if (renamed != null) {
      return renamed;
    }
    return targets.contains(item) ? new Item(item.kind(), item.name(), GONE + item.part()) : item;
  }

  private String part(Item.Kind kind, ObjectName whole, ObjectName newWhole, String name) {
    if (declared.isEmpty()) {
      return name;
    }
    Item renamed = declared.get(new Item(kind, whole, name));
    if (renamed != null && renamed.name().equals(newWhole)) {
      return renamed.part();
    }
    return targets.contains(new Item(kind, newWhole, name)) ? GONE + name : name;
  }

  /** Whether a constraint of a table says what it said, but for its names. */
  boolean same(Pairs.Pair<Table> table, Constraint old, Constraint now) {
    Map<String, String> referenced =
        old.references()
            .flatMap(this::partner)
            .map(p -> renamedColumns(p.from(), p.to()))
            .orElse(Map.of());
    return ConstraintText.same(
        names, old, now, renamedColumns(table.from(), table.to()), referenced);
  }

  /** A table of the older schema and what it is in the newer one, by its old name. */
  Optional<Pairs.Pair<Table>> partner(ObjectName old) {
    return Optional.ofNullable(partners.get(old));
  }

  /** New names of the columns of a table that have one. */
  Map<String, String> renamedColumns(Table from, Table to) {
    return renamedColumns.computeIfAbsent(from.name(), name -> renamed(from, to));
  }

  private Map<String, String> renamed(Table from, Table to) {
    Map<String, String> renamed = new HashMap<>();
    for (Pairs.Pair<TableColumn> pair : columns(from, to).both()) {
      if (!pair.from().name().equals(pair.to().name())) {
        renamed.put(pair.from().name(), pair.to().name());
      }
    }
    return renamed;
  }
}
