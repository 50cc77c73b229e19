package dev.weirkeeper.drift.postgres.catalog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Rows of the tables of a database: puts two into each table that takes them, and says whether they
 * are still there after a migration.
 *
 * @param tables quoted name → what it holds
 */
record SeedRows(Map<String, Held> tables) {
  private static final int ROWS = 2;

  /** Tables may refer to each other: who is refused tries again after the others. */
  private static final int PASSES = 3;

  private static final String COLUMNS =
      """
      SELECT concat('"', replace(n.nspname, '"', '""'), '"."', replace(c.relname, '"', '""'), '"'),
        c.relkind, a.attname,
        format_type(a.atttypid, a.atttypmod), b.typname, b.typtype, b.typcategory,
        a.attnotnull AND d.oid IS NULL AND a.attidentity = '' AS needed,
        a.attgenerated <> '' AS generated,
        a.attidentity = 'a' OR coalesce(pg_get_expr(d.adbin, c.oid) LIKE 'nextval(%', false)
          OR a.attidentity <> '' AS numbered,
        b.oid::regtype
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      JOIN pg_type t ON t.oid = a.atttypid
      JOIN pg_type b ON b.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END
      LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
      WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
        AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
      ORDER BY c.oid, a.attnum
      """;

  /**
   * @param types column → its type
   * @param rows each as column → text
   */
  record Held(Map<String, String> types, List<Map<String, String>> rows) {}

  /** Fills what can be filled. */
  static void plant(Connection connection) throws SQLException {
    Map<String, List<Column>> empty = columns(connection);
    for (int pass = 0; pass < PASSES; pass++) {
      for (String table : List.copyOf(empty.keySet())) {
        if (fill(connection, table, empty.get(table))) {
          empty.remove(table);
        }
      }
    }
  }

  private static boolean fill(Connection connection, String table, List<Column> columns) {
    int filled = 0;
    for (int row = 1; row <= ROWS; row++) {
      filled +=
          insert(connection, table, row, columns, Fill.ALL)
                  || insert(connection, table, row, columns, Fill.NEEDED)
              ? 1
              : 0;
    }
    return filled > 0;
  }

  private static boolean insert(
      Connection connection, String table, int row, List<Column> columns, Fill fill) {
    List<String> names = new ArrayList<>();
    List<String> values = new ArrayList<>();
    for (Column column : columns) {
      if (!column.generated() && !column.numbered() && (fill == Fill.ALL || column.needed())) {
        names.add(quoted(column.name()));
        values.add(column.value(row));
      }
    }
    String into =
        names.isEmpty()
            ? " DEFAULT VALUES"
            : " (" + String.join(", ", names) + ") VALUES (" + String.join(", ", values) + ")";
    try (Statement statement = connection.createStatement()) {
      statement.execute("INSERT INTO " + table + into);
      return true;
    } catch (SQLException refused) {
      // The table's own rules do not take it.
      return false;
    }
  }

  private enum Fill {
    ALL,
    NEEDED
  }

  static SeedRows read(Connection connection) throws SQLException {
    Map<String, Held> tables = new LinkedHashMap<>();
    for (Map.Entry<String, List<Column>> table : columns(connection).entrySet()) {
      Map<String, String> types = new LinkedHashMap<>();
      List<String> texts = new ArrayList<>();
      String from = " FROM ONLY ";
      for (Column column : table.getValue()) {
        if (!column.generated()) {
          types.put(column.name(), column.type());
          texts.add(quoted(column.name()) + "::text");
        }
        from = column.kind().equals("p") ? " FROM " : from;
      }
      List<Map<String, String>> rows = new ArrayList<>();
      try (Statement statement = connection.createStatement();
          ResultSet read =
              statement.executeQuery(
                  "SELECT " + String.join(", ", texts) + from + table.getKey())) {
        while (read.next()) {
          Map<String, String> row = new LinkedHashMap<>();
          int at = 1;
          for (String column : types.keySet()) {
            row.put(column, String.valueOf(read.getString(at++)));
          }
          rows.add(row);
        }
      }
      tables.put(table.getKey(), new Held(types, rows));
    }
    return new SeedRows(tables);
  }

  int count() {
    return tables.values().stream().mapToInt(held -> held.rows().size()).sum();
  }

  /** Tables and columns that survive and do not hold any more what they held, in words. */
  List<String> lost(SeedRows after, Connection connection) throws SQLException {
    List<String> lost = new ArrayList<>();
    for (Map.Entry<String, Held> table : tables.entrySet()) {
      Held now = after.tables.get(table.getKey());
      Held then = table.getValue();
      if (now == null || then.rows().isEmpty()) {
        continue;
      }
      if (now.rows().size() != then.rows().size()) {
        lost.add(table.getKey() + " has " + now.rows().size() + " rows of " + then.rows().size());
        continue;
      }
      Set<String> columns = new LinkedHashSet<>(then.types().keySet());
      columns.retainAll(now.types().keySet());
      for (String column : columns) {
        String type = now.types().get(column);
        if (!values(then, column, type, connection).equals(values(now, column, type, connection))) {
          lost.add(table.getKey() + "." + column);
        }
      }
    }
    return lost;
  }

  /** The values of a column, sorted, as the type that it has now writes them. */
  private static List<String> values(Held held, String column, String type, Connection connection)
      throws SQLException {
    List<String> texts = new ArrayList<>();
    for (Map<String, String> row : held.rows()) {
      String text = row.getOrDefault(column, "null");
      boolean same = type.equals(held.types().get(column));
      texts.add(same || text.equals("null") ? text : cast(text, type, connection));
    }
    texts.sort(null);
    return texts;
  }

  private static String cast(String text, String type, Connection connection) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT CAST(?::text AS " + type + ")::text")) {
      statement.setString(1, text);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return String.valueOf(row.getString(1));
      }
    }
  }

  private static Map<String, List<Column>> columns(Connection connection) throws SQLException {
    Map<String, List<Column>> tables = new LinkedHashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(COLUMNS)) {
      while (rows.next()) {
        tables
            .computeIfAbsent(rows.getString(1), table -> new ArrayList<>())
            .add(
                new Column(
                    rows.getString(2),
                    rows.getString(3),
                    rows.getString(4),
                    rows.getString(5),
                    rows.getString(6),
                    rows.getString(7),
                    rows.getBoolean(8),
                    rows.getBoolean(9),
                    rows.getBoolean(10),
                    rows.getString(11)));
      }
    }
    return tables;
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /**
   * @param kind of its table
   * @param base name of the type below its domain
   * @param form {@code pg_type.typtype} of that
   * @param category {@code pg_type.typcategory} of that
   * @param needed that it has to be given
   * @param numbered that a sequence fills it
   * @param written the base type as SQL writes it
   */
  private record Column(
      String kind,
      String name,
      String type,
      String base,
      String form,
      String category,
      boolean needed,
      boolean generated,
      boolean numbered,
      String written) {

    /** A literal. Numbers and text are digits, so that most changes of type keep them. */
    String value(int row) {
      if (form.equals("e")) {
        return "(enum_range(NULL::"
            + written
            + "))[least("
            + row
            + ", cardinality(enum_range(NULL::"
            + written
            + ")))]";
      }
      if (category.equals("A")) {
        return "'{}'";
      }
      if (form.equals("r")) {
        return "'empty'";
      }
      return switch (base) {
        case "int2", "int4", "int8", "numeric", "float4", "float8", "money", "oid" -> "" + row;
        case "text", "varchar", "bpchar", "name", "citext", "char", "xml", "tsvector" ->
            "'" + row + "'";
        case "bool" -> row == 1 ? "true" : "false";
        case "date" -> "'2024-01-0" + row + "'";
        case "timestamp", "timestamptz" -> "'2024-01-0" + row + " 00:00:00'";
        case "time", "timetz" -> "'0" + row + ":00'";
        case "interval" -> "'" + row + " day'";
        case "uuid" -> "'00000000-0000-0000-0000-00000000000" + row + "'";
        case "json", "jsonb" -> "'{\"a\": " + row + "}'";
        case "bytea" -> "'\\x0" + row + "'";
        case "inet", "cidr" -> "'10.0.0." + row + "'";
        case "macaddr" -> "'08:00:2b:01:02:0" + row + "'";
        case "bit", "varbit" -> "B'1'";
        case "point" -> "'(" + row + "," + row + ")'";
        default -> "NULL";
      };
    }
  }
}
