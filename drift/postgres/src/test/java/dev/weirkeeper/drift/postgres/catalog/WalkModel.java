package dev.weirkeeper.drift.postgres.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a walk knows of the database that it changes: each thing with a key that it keeps whatever
 * it is called, which no catalog told.
 */
final class WalkModel {
  final List<Table> tables = new ArrayList<>();
  final List<EnumType> enums = new ArrayList<>();
  final List<Thing> domains = new ArrayList<>();
  final List<Thing> sequences = new ArrayList<>();

  /** Something with a name in a schema. */
  static class Thing {
    final int key;
    String schema = "public";
    String name;

    /** Whatever else is said of it, in words of the walk's own. */
    String body = "";

    Thing(int key, String name) {
      this.key = key;
      this.name = name;
    }

    Thing(Thing other) {
      this(other.key, other.name);
      schema = other.schema;
      body = other.body;
    }

    String sql() {
      return quoted(schema) + "." + quoted(name);
    }
  }

  static final class EnumType extends Thing {
    final List<Thing> labels = new ArrayList<>();

    EnumType(int key, String name) {
      super(key, name);
    }

    EnumType(EnumType other) {
      super(other);
      other.labels.forEach(label -> labels.add(new Thing(label)));
    }
  }

  static final class Table extends Thing {
    final List<Column> columns = new ArrayList<>();
    final List<Rule> rules = new ArrayList<>();
    final List<Rule> indexes = new ArrayList<>();
    String comment = "";

    /** Only partitioned tables and what is or was a partition of them: their columns stay. */
    boolean fixed;

    boolean partitioned;
    int parent = -1;

    Table(int key, String name) {
      super(key, name);
    }

    Table(Table other) {
      super(other);
      comment = other.comment;
      fixed = other.fixed;
      partitioned = other.partitioned;
      parent = other.parent;
      other.columns.forEach(column -> columns.add(new Column(column)));
      other.rules.forEach(rule -> rules.add(new Rule(rule)));
      other.indexes.forEach(index -> indexes.add(new Rule(index)));
    }

    Column column(int wanted) {
      return columns.stream().filter(each -> each.key == wanted).findFirst().orElseThrow();
    }
  }

  static final class Column extends Thing {
    String type;

    /** The enum or domain that it has, else -1. */
    int typeKey = -1;

    /** The sequence that belongs to it, else -1. */
    int sequence = -1;

    String comment = "";
    boolean filled;

    Column(int key, String name, String type) {
      super(key, name);
      this.type = type;
    }

    Column(Column other) {
      super(other);
      type = other.type;
      typeKey = other.typeKey;
      sequence = other.sequence;
      comment = other.comment;
      filled = other.filled;
    }
  }

  /** A constraint or an index: its columns by key, and the table that it refers to. */
  static final class Rule extends Thing {
    final List<Integer> columns;
    int refers = -1;

    Rule(int key, String name, List<Integer> columns) {
      super(key, name);
      this.columns = List.copyOf(columns);
    }

    Rule(Rule other) {
      super(other);
      columns = other.columns;
      refers = other.refers;
    }

    /** The same for two that ask the same of the same columns. */
    String meaning() {
      return body + columns + refers;
    }
  }

  WalkModel copy() {
    WalkModel copy = new WalkModel();
    tables.forEach(table -> copy.tables.add(new Table(table)));
    enums.forEach(type -> copy.enums.add(new EnumType(type)));
    domains.forEach(domain -> copy.domains.add(new Thing(domain)));
    sequences.forEach(sequence -> copy.sequences.add(new Thing(sequence)));
    return copy;
  }

  /** Everything that shares a namespace with tables and types, in one schema. */
  boolean taken(String schema, String name) {
    return Stream.of(tables, enums, domains, sequences)
            .flatMap(List::stream)
            .anyMatch(each -> each.schema.equals(schema) && each.name.equals(name))
        || tables.stream()
            .filter(table -> table.schema.equals(schema))
            .flatMap(table -> Stream.concat(table.rules.stream(), table.indexes.stream()))
            .anyMatch(each -> each.name.equals(name));
  }

  boolean referred(Table table) {
    return tables.stream()
        .flatMap(other -> other.rules.stream())
        .anyMatch(rule -> rule.refers == table.key);
  }

  boolean used(int type) {
    return tables.stream()
        .flatMap(table -> table.columns.stream())
        .anyMatch(column -> column.typeKey == type);
  }

  static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
