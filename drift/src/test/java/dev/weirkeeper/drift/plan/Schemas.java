package dev.weirkeeper.drift.plan;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Nullability;
import dev.weirkeeper.drift.schema.Constraint;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.Dependency;
import dev.weirkeeper.drift.schema.EnumType;
import dev.weirkeeper.drift.schema.Index;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.Namespace;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Opaque;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import dev.weirkeeper.drift.schema.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Small schemas for tests, as a catalog would describe them. */
final class Schemas {
  final List<EnumType> enums = new ArrayList<>();
  final List<Table> tables = new ArrayList<>();
  final List<Index> indexes = new ArrayList<>();
  final List<View> views = new ArrayList<>();
  final List<Opaque> others = new ArrayList<>();
  final List<Dependency> dependencies = new ArrayList<>();
  int major = 15;

  static ObjectName name(String name) {
    return new ObjectName("public", name);
  }

  DatabaseSchema done() {
    return new DatabaseSchema(
        major,
        List.of(new Namespace("public", "public", Optional.empty())),
        enums,
        List.of(),
        List.of(),
        tables,
        indexes,
        views,
        others,
        dependencies);
  }

  static Schemas of(Table... tables) {
    Schemas schemas = new Schemas();
    schemas.tables.addAll(Arrays.asList(tables));
    return schemas;
  }

  Schemas major(int version) {
    major = version;
    return this;
  }

  Schemas with(EnumType type) {
    enums.add(type);
    return this;
  }

  Schemas with(Index index) {
    indexes.add(index);
    return this;
  }

  Schemas with(View view, String table, String... columns) {
    views.add(view);
    for (String column : columns) {
      needs(Item.of(Item.Kind.VIEW, view.name()), Item.column(name(table), column));
    }
    return this;
  }

  Schemas with(Opaque opaque, Item on) {
    others.add(opaque);
    return needs(
        new Item(Item.Kind.OTHER, new ObjectName("", opaque.identity()), opaque.kind()), on);
  }

  Schemas needs(Item dependent, Item on) {
    dependencies.add(new Dependency(dependent, on));
    return this;
  }

  static Table table(String id, String name, TableColumn... columns) {
    return table(id, name, List.of(columns));
  }

  static Table table(String id, String name, List<TableColumn> columns, Constraint... constraints) {
    return new Table(
        id,
        name(name),
        Table.Kind.TABLE,
        Table.Persistence.PERMANENT,
        columns,
        List.of(constraints),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        List.of(),
        Table.RowSecurity.OFF,
        new Table.Replica(Table.Identity.DEFAULT, Optional.empty()),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  static TableColumn column(String id, String name, String type) {
    return column(id, name, type, Nullability.OPTIONAL, Optional.empty(), Optional.empty());
  }

  static TableColumn required(String id, String name, String type) {
    return column(id, name, type, Nullability.REQUIRED, Optional.empty(), Optional.empty());
  }

  static TableColumn filled(String id, String name, String type, String value) {
    return column(id, name, type, Nullability.OPTIONAL, Optional.of(value), Optional.empty());
  }

  static TableColumn commented(String id, String name, String type, String comment) {
    return column(id, name, type, Nullability.OPTIONAL, Optional.empty(), Optional.of(comment));
  }

  /** A text in the order of bytes. */
  static TableColumn collated(String id, String name) {
    return column(
        id,
        name,
        "text",
        Nullability.OPTIONAL,
        Optional.empty(),
        Optional.empty(),
        Optional.of(new ObjectName("pg_catalog", "C")));
  }

  private static TableColumn column(
      String id,
      String name,
      String type,
      Nullability nullability,
      Optional<String> value,
      Optional<String> comment) {
    return column(id, name, type, nullability, value, comment, Optional.empty());
  }

  private static TableColumn column(
      String id,
      String name,
      String type,
      Nullability nullability,
      Optional<String> value,
      Optional<String> comment,
      Optional<ObjectName> collation) {
    return new TableColumn(
        id,
        name,
        type,
        nullability,
        value,
        TableColumn.Filling.PLAIN,
        collation,
        "p",
        "",
        Optional.empty(),
        List.of(),
        List.of(),
        TableColumn.Origin.LOCAL,
        comment,
        "p");
  }

  static Constraint constraint(
      String id, String name, Constraint.Kind kind, String definition, String... columns) {
    return new Constraint(
        id,
        name,
        kind,
        definition,
        List.of(columns),
        Optional.empty(),
        Constraint.Validity.VALID,
        TableColumn.Origin.LOCAL,
        Optional.empty());
  }

  static Constraint foreignKey(
      String id, String name, String definition, String column, String table) {
    return new Constraint(
        id,
        name,
        Constraint.Kind.FOREIGN_KEY,
        definition,
        List.of(column),
        Optional.of(name(table)),
        Constraint.Validity.VALID,
        TableColumn.Origin.LOCAL,
        Optional.empty());
  }

  static Index index(
      String id, String name, String table, Index.Uniqueness uniqueness, String body) {
    return index(id, name, table, uniqueness, body, Optional.empty());
  }

  static Index index(
      String id,
      String name,
      String table,
      Index.Uniqueness uniqueness,
      String body,
      Optional<String> constraint) {
    return new Index(
        id,
        name(name),
        name(table),
        "CREATE " + uniqueness + " INDEX " + name + " ON public." + table + " " + body,
        List.of(),
        uniqueness,
        Constraint.Validity.VALID,
        constraint,
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        body);
  }

  static View view(String id, String name, String query) {
    return new View(
        id, name(name), View.Kind.VIEW, query, List.of(), List.of(), Optional.empty(), List.of());
  }

  static EnumType enumType(String id, String name, String... labels) {
    return new EnumType(
        id,
        name(name),
        Stream.of(labels).map(label -> new EnumType.Label(id + "-" + label, label)).toList(),
        Optional.empty());
  }

  static Opaque opaque(String kind, String identity) {
    return new Opaque(
        kind,
        identity,
        Hash.of(identity.getBytes(java.nio.charset.StandardCharsets.UTF_8)),
        List.of(),
        Optional.empty(),
        Optional.empty());
  }
}
