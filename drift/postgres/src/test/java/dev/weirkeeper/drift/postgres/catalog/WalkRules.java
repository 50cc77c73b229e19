package dev.weirkeeper.drift.postgres.catalog;

import static dev.weirkeeper.drift.postgres.catalog.WalkModel.quoted;

import dev.weirkeeper.drift.postgres.catalog.WalkModel.Column;
import dev.weirkeeper.drift.postgres.catalog.WalkModel.Rule;
import dev.weirkeeper.drift.postgres.catalog.WalkModel.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Steps of a walk that concern constraints and indexes. */
final class WalkRules {
  private final Walk walk;

  WalkRules(Walk walk) {
    this.walk = walk;
  }

  /** Written so that the catalog writes it alike whatever the types are. */
  List<String> addCheck() {
    return walk.table()
        .map(
            table -> {
              Column a = walk.pick(table.columns).orElseThrow();
              Column b = walk.pick(table.columns).orElseThrow();
              boolean both = walk.chance(2);
              Rule rule =
                  new Rule(walk.key(), walk.free(table.schema, "ck_"), distinct(List.of(a, b)));
              rule.schema = table.schema;
              rule.body = "check " + both + a.key + " " + b.key;
              table.rules.add(rule);
              return List.of(
                  add(table, rule)
                      + "CHECK ("
                      + quoted(a.name)
                      + " IS NOT NULL "
                      + (both ? "OR " : "OR NOT ")
                      + quoted(b.name)
                      + " IS NULL)");
            })
        .orElse(List.of());
  }

  private static List<Integer> distinct(List<Column> columns) {
    return columns.stream().map(column -> column.key).distinct().toList();
  }

  private static String add(Table table, Rule rule) {
    return "ALTER TABLE " + table.sql() + " ADD CONSTRAINT " + quoted(rule.name) + " ";
  }

  List<String> addKey() {
    return walk.table()
        .map(
            table -> {
              boolean primary = table.rules.stream().noneMatch(r -> r.body.equals("primary"));
              List<Column> columns = some(table);
              Rule rule =
                  new Rule(
                      walk.key(),
                      walk.free(table.schema, primary ? "pk_" : "uq_"),
                      distinct(columns));
              rule.schema = table.schema;
              rule.body = primary ? "primary" : "unique";
              table.rules.add(rule);
              return List.of(
                  add(table, rule) + (primary ? "PRIMARY KEY " : "UNIQUE ") + list(columns));
            })
        .orElse(List.of());
  }

  private List<Column> some(Table table) {
    List<Column> columns = new ArrayList<>(List.of(walk.pick(table.columns).orElseThrow()));
    walk.pick(table.columns, column -> !columns.contains(column) && walk.chance(2))
        .ifPresent(columns::add);
    return columns;
  }

  private static String list(List<Column> columns) {
    return columns.stream()
        .map(column -> quoted(column.name))
        .collect(Collectors.joining(", ", "(", ")"));
  }

  List<String> addReference() {
    Optional<Table> target = walk.pick(walk.model.tables, table -> key(table).isPresent());
    Optional<Table> table = walk.table();
    Optional<Column> column =
        table.flatMap(
            each -> walk.pick(each.columns, c -> c.typeKey < 0 && c.type.equals("integer")));
    if (target.isEmpty() || column.isEmpty()) {
      return List.of();
    }
    Table from = table.orElseThrow();
    Table to = target.orElseThrow();
    Column key = key(to).orElseThrow();
    Rule rule =
        new Rule(walk.key(), walk.free(from.schema, "fk_"), List.of(column.orElseThrow().key));
    rule.schema = from.schema;
    rule.refers = to.key;
    rule.body = "reference " + key.key;
    from.rules.add(rule);
    return List.of(
        add(from, rule)
            + "FOREIGN KEY ("
            + quoted(column.orElseThrow().name)
            + ") REFERENCES "
            + to.sql()
            + " ("
            + quoted(key.name)
            + ")");
  }

  /** The one integer that is the table's primary key. */
  private static Optional<Column> key(Table table) {
    return table.rules.stream()
        .filter(rule -> rule.body.equals("primary") && rule.columns.size() == 1)
        .map(rule -> table.column(rule.columns.get(0)))
        .filter(column -> column.type.equals("integer") && column.typeKey < 0)
        .findFirst();
  }

  List<String> drop() {
    Optional<Table> table = walk.table();
    return table
        .flatMap(
            each ->
                walk.pick(
                    each.rules, rule -> !rule.body.equals("primary") || !walk.model.referred(each)))
        .map(
            rule -> {
              table.orElseThrow().rules.remove(rule);
              return List.of(
                  "ALTER TABLE "
                      + table.orElseThrow().sql()
                      + " DROP CONSTRAINT "
                      + quoted(rule.name));
            })
        .orElse(List.of());
  }

  List<String> rename() {
    Optional<Table> table = walk.table();
    return table
        .flatMap(each -> walk.pick(each.rules))
        .map(
            rule -> {
              String old = rule.name;
              rule.name = walk.free(rule.schema, old.substring(0, 3));
              return List.of(
                  "ALTER TABLE "
                      + table.orElseThrow().sql()
                      + " RENAME CONSTRAINT "
                      + quoted(old)
                      + " TO "
                      + quoted(rule.name));
            })
        .orElse(List.of());
  }

  List<String> createIndex() {
    return walk.table()
        .map(
            table -> {
              List<Column> columns = some(table);
              boolean unique = walk.chance(3);
              Rule index = new Rule(walk.key(), walk.free(table.schema, "ix_"), distinct(columns));
              index.schema = table.schema;
              index.body = unique ? "unique" : "plain";
              table.indexes.add(index);
              return List.of(
                  "CREATE "
                      + (unique ? "UNIQUE " : "")
                      + "INDEX "
                      + quoted(index.name)
                      + " ON "
                      + table.sql()
                      + " "
                      + list(columns));
            })
        .orElse(List.of());
  }

  List<String> dropIndex() {
    Optional<Table> table = walk.table();
    return table
        .flatMap(each -> walk.pick(each.indexes))
        .map(
            index -> {
              table.orElseThrow().indexes.remove(index);
              return List.of("DROP INDEX " + index.sql());
            })
        .orElse(List.of());
  }

  List<String> renameIndex() {
    return walk.table()
        .flatMap(each -> walk.pick(each.indexes))
        .map(
            index -> {
              String old = index.sql();
              index.name = walk.free(index.schema, "ix_");
              return List.of("ALTER INDEX " + old + " RENAME TO " + quoted(index.name));
            })
        .orElse(List.of());
  }
}
