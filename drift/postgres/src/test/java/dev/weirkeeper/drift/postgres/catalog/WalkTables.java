package dev.weirkeeper.drift.postgres.catalog;

import static dev.weirkeeper.drift.postgres.catalog.WalkModel.quoted;

import dev.weirkeeper.drift.postgres.catalog.WalkModel.Column;
import dev.weirkeeper.drift.postgres.catalog.WalkModel.Rule;
import dev.weirkeeper.drift.postgres.catalog.WalkModel.Table;
import dev.weirkeeper.drift.postgres.catalog.WalkModel.Thing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Steps of a walk that concern whole tables, and partitions. */
final class WalkTables {
  private final Walk walk;

  WalkTables(Walk walk) {
    this.walk = walk;
  }

  List<String> create() {
    Table table = new Table(walk.key(), walk.free("public", "t_"));
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < 2 + walk.random.nextInt(3); i++) {
      Column column =
          new Column(walk.key(), walk.freeColumn(table), i == 0 ? "integer" : walk.type());
      table.columns.add(column);
      parts.add(quoted(column.name) + " " + column.type);
    }
    walk.model.tables.add(table);
    if (!walk.chance(4)) {
      Rule key =
          new Rule(walk.key(), walk.free("public", "pk_"), List.of(table.columns.get(0).key));
      key.body = "primary";
      table.rules.add(key);
      parts.add(
          "CONSTRAINT "
              + quoted(key.name)
              + " PRIMARY KEY ("
              + quoted(table.columns.get(0).name)
              + ")");
    }
    return List.of("CREATE TABLE " + table.sql() + " (" + String.join(", ", parts) + ")");
  }

  List<String> drop() {
    return walk.pick(
            walk.model.tables,
            table ->
                !walk.model.referred(table)
                    && walk.model.tables.stream().noneMatch(each -> each.parent == table.key))
        .filter(table -> walk.model.tables.size() > 2)
        .map(
            table -> {
              walk.model.tables.remove(table);
              for (Column column : table.columns) {
                walk.model.sequences.removeIf(sequence -> sequence.key == column.sequence);
              }
              return List.of("DROP TABLE " + table.sql());
            })
        .orElse(List.of());
  }

  List<String> rename() {
    return walk.pick(walk.model.tables)
        .map(
            table -> {
              String old = table.sql();
              table.name = walk.free(table.schema, "t_");
              return List.of("ALTER TABLE " + old + " RENAME TO " + quoted(table.name));
            })
        .orElse(List.of());
  }

  List<String> swap() {
    Optional<Table> one = walk.pick(walk.model.tables);
    Optional<Table> two =
        walk.pick(
            walk.model.tables,
            table -> table != one.orElse(table) && table.schema.equals(one.orElse(table).schema));
    if (two.isEmpty()) {
      return List.of();
    }
    Table a = one.orElseThrow();
    Table b = two.orElseThrow();
    String schema = quoted(a.schema) + ".";
    List<String> sql =
        List.of(
            "ALTER TABLE " + a.sql() + " RENAME TO swapping",
            "ALTER TABLE " + b.sql() + " RENAME TO " + quoted(a.name),
            "ALTER TABLE " + schema + "swapping RENAME TO " + quoted(b.name));
    String name = a.name;
    a.name = b.name;
    b.name = name;
    return sql;
  }

  /** What belongs to a table goes with it. */
  List<String> move() {
    return walk.table()
        .map(
            table -> {
              String schema = table.schema.equals("public") ? "other" : "public";
              List<Thing> goes = new ArrayList<>(table.rules);
              goes.add(table);
              goes.addAll(table.indexes);
              for (Column column : table.columns) {
                walk.model.sequences.stream()
                    .filter(sequence -> sequence.key == column.sequence)
                    .forEach(goes::add);
              }
              if (goes.stream().anyMatch(each -> walk.model.taken(schema, each.name))) {
                return List.<String>of();
              }
              String sql = "ALTER TABLE " + table.sql() + " SET SCHEMA " + schema;
              goes.forEach(each -> each.schema = schema);
              return List.of(sql);
            })
        .orElse(List.of());
  }

  /** A partitioned table, and one table that is its partition, or may become one. */
  List<String> partition() {
    if (walk.model.tables.stream().filter(table -> table.partitioned).count() > 1) {
      return List.of();
    }
    Table whole = fixed();
    whole.partitioned = true;
    List<String> sql = new ArrayList<>();
    sql.add("CREATE TABLE " + whole.sql() + " (k integer, v text) PARTITION BY RANGE (k)");
    Table part = fixed();
    part.body = "for " + whole.key;
    if (walk.chance(2)) {
      part.parent = whole.key;
      sql.add("CREATE TABLE " + part.sql() + " PARTITION OF " + whole.sql() + bounds(part));
    } else {
      sql.add("CREATE TABLE " + part.sql() + " (k integer, v text)");
    }
    return sql;
  }

  private Table fixed() {
    Table table = new Table(walk.key(), walk.free("public", "t_"));
    table.fixed = true;
    table.columns.add(new Column(walk.key(), "k", "integer"));
    table.columns.add(new Column(walk.key(), "v", "text"));
    walk.model.tables.add(table);
    return table;
  }

  private static String bounds(Table part) {
    return " FOR VALUES FROM (" + part.key * 10 + ") TO (" + (part.key * 10 + 10) + ")";
  }

  List<String> movePartition() {
    Optional<Table> part = walk.pick(walk.model.tables, table -> table.body.startsWith("for "));
    Optional<Table> whole =
        walk.pick(
            walk.model.tables,
            table -> part.filter(each -> each.body.equals("for " + table.key)).isPresent());
    if (whole.isEmpty()) {
      return List.of();
    }
    Table moved = part.orElseThrow();
    String at = "ALTER TABLE " + whole.orElseThrow().sql();
    if (moved.parent < 0) {
      moved.parent = whole.orElseThrow().key;
      return List.of(at + " ATTACH PARTITION " + moved.sql() + bounds(moved));
    }
    moved.parent = -1;
    return List.of(at + " DETACH PARTITION " + moved.sql());
  }
}
