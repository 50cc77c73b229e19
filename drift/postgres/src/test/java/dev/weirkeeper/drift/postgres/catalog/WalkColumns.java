package dev.weirkeeper.drift.postgres.catalog;

import static dev.weirkeeper.drift.postgres.catalog.WalkModel.quoted;

import dev.weirkeeper.drift.postgres.catalog.WalkModel.Column;
import dev.weirkeeper.drift.postgres.catalog.WalkModel.EnumType;
import dev.weirkeeper.drift.postgres.catalog.WalkModel.Rule;
import dev.weirkeeper.drift.postgres.catalog.WalkModel.Table;
import dev.weirkeeper.drift.postgres.catalog.WalkModel.Thing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Steps of a walk that concern columns. */
final class WalkColumns {
  /** What each type may become; no expression of a rule is written otherwise for it. */
  private static final Map<String, List<String>> BECOMES =
      Map.of(
          "integer", List.of("bigint", "numeric(10,2)"),
          "bigint", List.of("numeric(20,0)"),
          "varchar(20)", List.of("varchar(40)", "text"),
          "varchar(40)", List.of("varchar(20)", "text"),
          "text", List.of("varchar(40)"),
          "numeric(10,2)", List.of("numeric(12,2)", "numeric(12,4)"),
          "date", List.of("timestamp without time zone"),
          "boolean", List.of("text"));

  private final Walk walk;

  WalkColumns(Walk walk) {
    this.walk = walk;
  }

  List<String> add() {
    return walk.table().map(table -> add(table, walk.freeColumn(table))).orElse(List.of());
  }

  private List<String> add(Table table, String name) {
    Column column = new Column(walk.key(), name, walk.type());
    String rest = "";
    if (walk.chance(4) && !walk.model.enums.isEmpty()) {
      EnumType type = walk.pick(walk.model.enums).orElseThrow();
      column.type = type.sql();
      column.typeKey = type.key;
    } else if (walk.chance(5) && !walk.model.domains.isEmpty()) {
      Thing domain = walk.pick(walk.model.domains).orElseThrow();
      column.type = domain.sql();
      column.typeKey = domain.key;
    } else if (walk.chance(5)) {
      Thing sequence = new Thing(walk.key(), walk.free(table.schema, "s_"));
      sequence.schema = table.schema;
      sequence.body = "serial";
      column.type = "integer";
      column.filled = true;
      column.sequence = sequence.key;
      walk.model.sequences.add(sequence);
      table.columns.add(column);
      String at = "ALTER TABLE " + table.sql();
      return List.of(
          "CREATE SEQUENCE " + sequence.sql() + " AS integer",
          at
              + " ADD "
              + quoted(name)
              + " integer NOT NULL DEFAULT nextval("
              + Walk.literal(sequence.sql())
              + ")",
          "ALTER SEQUENCE " + sequence.sql() + " OWNED BY " + table.sql() + "." + quoted(name));
    } else if (walk.chance(3)) {
      rest = " NOT NULL DEFAULT " + value(column.type);
      column.filled = true;
    }
    table.columns.add(column);
    return List.of(
        "ALTER TABLE " + table.sql() + " ADD " + quoted(name) + " " + column.type + rest);
  }

  private static String value(String type) {
    return switch (type.replaceFirst("[( ].*", "")) {
      case "integer", "bigint", "numeric" -> "7";
      case "date", "timestamp" -> "'2024-01-01'";
      case "boolean" -> "false";
      default -> "'it''s'";
    };
  }

  /** One that nobody else's rules rest on. */
  private Optional<Column> loose(Table table) {
    return walk.pick(
            table.columns,
            column ->
                !walk.model.referred(table)
                    || table.rules.stream()
                        .noneMatch(
                            rule ->
                                rule.body.equals("primary") && rule.columns.contains(column.key)))
        .filter(column -> table.columns.size() > 1);
  }

  List<String> drop() {
    Optional<Table> table = walk.table();
    return table.flatMap(this::loose).map(c -> drop(table.orElseThrow(), c)).orElse(List.of());
  }

  private List<String> drop(Table table, Column column) {
    table.columns.remove(column);
    table.rules.removeIf(rule -> rule.columns.contains(column.key));
    table.indexes.removeIf(index -> index.columns.contains(column.key));
    walk.model.sequences.removeIf(sequence -> sequence.key == column.sequence);
    return List.of("ALTER TABLE " + table.sql() + " DROP COLUMN " + quoted(column.name));
  }

  List<String> readd() {
    Optional<Table> table = walk.table();
    Optional<Column> column = table.flatMap(this::loose);
    if (column.isEmpty()) {
      return List.of();
    }
    List<String> sql = new ArrayList<>(drop(table.orElseThrow(), column.orElseThrow()));
    sql.addAll(add(table.orElseThrow(), column.orElseThrow().name));
    return sql;
  }

  List<String> rename() {
    Optional<Table> table = walk.table();
    return table
        .flatMap(each -> walk.pick(each.columns))
        .map(
            column -> {
              String old = column.name;
              column.name = walk.freeColumn(table.orElseThrow());
              return List.of(rename(table.orElseThrow(), old, column.name));
            })
        .orElse(List.of());
  }

  private static String rename(Table table, String old, String now) {
    return "ALTER TABLE " + table.sql() + " RENAME COLUMN " + quoted(old) + " TO " + quoted(now);
  }

  List<String> swap() {
    Optional<Table> table = walk.table().filter(each -> each.columns.size() > 1);
    if (table.isEmpty()) {
      return List.of();
    }
    List<Column> columns = table.orElseThrow().columns;
    Column a = columns.get(0);
    Column b = columns.get(1 + walk.random.nextInt(columns.size() - 1));
    List<String> sql =
        List.of(
            rename(table.orElseThrow(), a.name, "swapping"),
            rename(table.orElseThrow(), b.name, a.name),
            rename(table.orElseThrow(), "swapping", b.name));
    String name = a.name;
    a.name = b.name;
    b.name = name;
    return sql;
  }

  /** Neither its default nor a foreign key is in the way. */
  List<String> changeType() {
    Optional<Table> table = walk.table().filter(each -> !walk.model.referred(each));
    return table
        .flatMap(
            each ->
                walk.pick(
                    each.columns,
                    column ->
                        column.typeKey < 0
                            && !column.filled
                            && BECOMES.containsKey(column.type)
                            && each.rules.stream()
                                .noneMatch(
                                    rule -> rule.refers >= 0 && rule.columns.contains(column.key))))
        .map(
            column -> {
              column.type = walk.pick(BECOMES.get(column.type)).orElseThrow();
              remade(table.orElseThrow().rules, column);
              remade(table.orElseThrow().indexes, column);
              return List.of(alter(table.orElseThrow(), column) + " TYPE " + column.type);
            })
        .orElse(List.of());
  }

  /** The server makes what rests on the column anew, by its name. */
  private void remade(List<Rule> rules, Column column) {
    for (Rule old : List.copyOf(rules)) {
      if (old.columns.contains(column.key)) {
        Rule fresh = new Rule(walk.key(), old.name, old.columns);
        fresh.schema = old.schema;
        fresh.body = old.body;
        fresh.refers = old.refers;
        rules.set(rules.indexOf(old), fresh);
      }
    }
  }

  private static String alter(Table table, Column column) {
    return "ALTER TABLE " + table.sql() + " ALTER COLUMN " + quoted(column.name);
  }

  List<String> changeNullability() {
    Optional<Table> table = walk.table();
    return table
        .flatMap(
            each ->
                walk.pick(
                    each.columns,
                    column ->
                        each.rules.stream()
                            .noneMatch(
                                rule ->
                                    rule.body.equals("primary")
                                        && rule.columns.contains(column.key))))
        .map(
            column ->
                List.of(
                    alter(table.orElseThrow(), column)
                        + (walk.chance(2) ? " SET NOT NULL" : " DROP NOT NULL")))
        .orElse(List.of());
  }

  List<String> changeDefault() {
    Optional<Table> table = walk.table();
    return table
        .flatMap(
            each -> walk.pick(each.columns, column -> column.typeKey < 0 && column.sequence < 0))
        .map(
            column -> {
              column.filled = !column.filled;
              return List.of(
                  alter(table.orElseThrow(), column)
                      + (column.filled ? " SET DEFAULT " + value(column.type) : " DROP DEFAULT"));
            })
        .orElse(List.of());
  }

  List<String> comment() {
    Optional<Table> table = walk.pick(walk.model.tables);
    if (table.isEmpty()) {
      return List.of();
    }
    Table at = table.orElseThrow();
    String text = walk.chance(3) ? "" : "it's */ note " + walk.key();
    String literal = text.isEmpty() ? "NULL" : Walk.literal(text);
    if (walk.chance(2)) {
      at.comment = text;
      return List.of("COMMENT ON TABLE " + at.sql() + " IS " + literal);
    }
    Column column = walk.pick(at.columns).orElseThrow();
    column.comment = text;
    return List.of("COMMENT ON COLUMN " + at.sql() + "." + quoted(column.name) + " IS " + literal);
  }
}
