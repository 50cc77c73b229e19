package dev.weirkeeper.drift.postgres.catalog;

import dev.weirkeeper.drift.schema.Dependency;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Opaque;
import dev.weirkeeper.drift.schema.TableColumn;
import dev.weirkeeper.drift.schema.View;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Knows what each OID of a catalog reading is, and so which thing needs which. Used once. */
final class CatalogObjects {
  private final Map<Address, Item> items = new HashMap<>();
  private final TreeSet<Dependency> dependencies =
      new TreeSet<>(Comparator.comparing(Dependency::dependent).thenComparing(Dependency::on));
  private final Map<Item, TreeSet<Item>> needs = new LinkedHashMap<>();

  private record Address(String catalog, long oid, int part) {}

  void put(String catalog, long oid, Item item) {
    items.put(new Address(catalog, oid, 0), item);
  }

  /** A type and the type of arrays of it. */
  void type(long oid, long array, Item item) {
    put("pg_type", oid, item);
    put("pg_type", array, item);
  }

  void relation(long oid, Item item, List<TableColumn> columns) {
    put("pg_class", oid, item);
    for (TableColumn column : columns) {
      items.put(
          new Address("pg_class", oid, Integer.parseInt(column.id())),
          new Item(Item.Kind.COLUMN, item.name(), column.name()));
    }
  }

  void domainCheck(long constraint, long domain) {
    Item item = items.get(new Address("pg_type", domain, 0));
    if (item != null) {
      put("pg_constraint", constraint, item);
    }
  }

  /** Who needs a member of an extension needs the extension. */
  void member(ResultSet row) throws SQLException {
    Item extension = items.get(new Address("pg_extension", row.getLong(3), 0));
    if (extension != null) {
      items.putIfAbsent(new Address(row.getString(1), row.getLong(2), 0), extension);
    }
  }

  /** A default or the rule of a view, by what it belongs to. */
  void part(ResultSet row) throws SQLException {
    Item whole = items.get(new Address("pg_class", row.getLong(3), row.getInt(4)));
    if (whole == null) {
      return;
    }
    put(
        row.getString(1),
        row.getLong(2),
        whole.kind() == Item.Kind.COLUMN
            ? new Item(Item.Kind.DEFAULT, whole.name(), whole.part())
            : whole);
  }

  void dependency(ResultSet row) throws SQLException {
    Item dependent = item(row, 1);
    Item on = item(row, 4);
    if (dependent == null || on == null || within(dependent, on)) {
      return;
    }
    dependencies.add(new Dependency(dependent, on));
    needs.computeIfAbsent(dependent, each -> new TreeSet<>()).add(on);
  }

  private @Nullable Item item(ResultSet row, int column) throws SQLException {
    String catalog = row.getString(column);
    long oid = row.getLong(column + 1);
    Item part = items.get(new Address(catalog, oid, row.getInt(column + 2)));
    return part != null ? part : items.get(new Address(catalog, oid, 0));
  }

  /** Ownership is said elsewhere; a part needs its whole anyway. */
  private static boolean within(Item dependent, Item on) {
    return dependent.equals(on)
        || dependent.kind() == Item.Kind.SEQUENCE && on.kind() == Item.Kind.COLUMN
        || on.kind() == Item.Kind.TABLE
            && dependent.name().equals(on.name())
            && (dependent.kind() == Item.Kind.COLUMN
                || dependent.kind() == Item.Kind.DEFAULT
                || dependent.kind() == Item.Kind.CONSTRAINT)
        || on.kind() == Item.Kind.COLUMN
            && (dependent.kind() == Item.Kind.DEFAULT
                    && dependent.name().equals(on.name())
                    && dependent.part().equals(on.part())
                || dependent.kind() == Item.Kind.VIEW && dependent.name().equals(on.name()))
        || dependent.kind() == Item.Kind.INDEX && on.kind() == Item.Kind.CONSTRAINT;
  }

  List<Dependency> dependencies() {
    return List.copyOf(dependencies);
  }

  /** A view with the columns that it reads. */
  View reading(View view) {
    List<View.ColumnRef> reads =
        needs.getOrDefault(Item.of(Item.Kind.VIEW, view.name()), new TreeSet<>()).stream()
            .filter(item -> item.kind() == Item.Kind.COLUMN)
            .map(item -> new View.ColumnRef(item.name(), item.part()))
            .toList();
    return new View(
        view.id(),
        view.name(),
        view.kind(),
        view.definition(),
        view.options(),
        reads,
        view.comment(),
        view.columns());
  }

  /** Something that is not modelled, with the relations that it uses. */
  Opaque using(Opaque opaque) {
    Item item = new Item(Item.Kind.OTHER, new ObjectName("", opaque.identity()), opaque.kind());
    List<ObjectName> uses =
        needs.getOrDefault(item, new TreeSet<>()).stream()
            .filter(
                each ->
                    each.kind() == Item.Kind.TABLE
                        || each.kind() == Item.Kind.COLUMN
                        || each.kind() == Item.Kind.VIEW)
            .map(Item::name)
            .distinct()
            .toList();
    return new Opaque(
        opaque.kind(), opaque.identity(), opaque.definition(), uses, opaque.of(), opaque.make());
  }
}
