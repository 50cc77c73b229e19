package dev.weirkeeper.drift.postgres;

import dev.weirkeeper.Json;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the system catalog of the source. Confined to the thread of its connection. */
final class Catalog {
  private static final String RELATION = Resources.sql("relation.sql").replace("{oid}", "?::oid");

  private static final String RELATIONS =
      "SELECT wanted.id::text, ("
          + Resources.sql("relation.sql").replace("{oid}", "wanted.id::oid")
          + ") FROM unnest(?::bigint[]) AS wanted(id)";

  /** What the event trigger writes, as of now. */
  private static final String HINT =
      "SELECT pg_logical_emit_message(true, '"
          + TransactionReader.DDL
          + "', jsonb_build_object('dropped', '[]'::jsonb, 'defined',"
          + " jsonb_build_array(found.shape))::text) FROM (SELECT ("
          + RELATION
          + ") AS shape) AS found WHERE found.shape IS NOT NULL";

  private final Connection connection;
  private final Map<Long, String> typeNames = new HashMap<>();

  Catalog(Connection connection) {
    this.connection = connection;
  }

  /** A relation as it is now, or as the open transaction sees it. */
  Optional<Shape> relation(long oid) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(RELATION)) {
      query.setLong(1, oid);
      try (ResultSet found = query.executeQuery()) {
        if (!found.next()) {
          return Optional.empty();
        }
        Shape shape = Json.parse(found.getString(1)).as(Shape.class);
        shape.columns().forEach(column -> typeNames.put(column.oid(), column.type()));
        return Optional.of(shape);
      }
    }
  }

  /** Relations as they are now, by OID; one that is gone is left out. */
  Map<Long, Shape> relations(Collection<Long> oids) throws SQLException {
    Map<Long, Shape> shapes = new HashMap<>();
    for (List<String> row : rows(RELATIONS, array("bigint", oids.toArray()))) {
      if (!row.get(1).isEmpty()) {
        shapes.put(Long.parseLong(row.get(0)), Json.parse(row.get(1)).as(Shape.class));
      }
    }
    return shapes;
  }

  /** By attribute number, the transaction that last wrote what the catalog says of a column. */
  Map<String, Integer> writers(long oid) throws SQLException {
    Map<String, Integer> writers = new HashMap<>();
    for (List<String> row :
        rows(
            "SELECT attnum::text, xmin::text FROM pg_attribute WHERE attrelid = ?::oid"
                + " AND attnum > 0",
            oid)) {
      writers.put(row.get(0), Integer.parseUnsignedInt(row.get(1)));
    }
    return writers;
  }

  /** Writes into the log what a relation is like now, as a hint. */
  void writeHint(long oid) throws SQLException {
    value(HINT, oid);
  }

  /** Canonical name of a type, empty if there is no such type any more. */
  Optional<String> typeName(long oid) throws SQLException {
    String known = typeNames.get(oid);
    if (known != null) {
      return Optional.of(known);
    }
    String sql =
        "SELECT CASE WHEN n.nspname = 'pg_catalog' THEN t.typname"
            + " ELSE n.nspname || '.' || t.typname END"
            + " || CASE WHEN e.oid IS NULL THEN '' ELSE '[]' END"
            + " FROM pg_type a LEFT JOIN pg_type e ON e.oid = a.typelem AND a.typcategory = 'A'"
            + " JOIN pg_type t ON t.oid = coalesce(e.oid, a.oid)"
            + " JOIN pg_namespace n ON n.oid = t.typnamespace WHERE a.oid = ?::oid";
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setLong(1, oid);
      try (ResultSet found = query.executeQuery()) {
        if (!found.next()) {
          return Optional.empty();
        }
        typeNames.put(oid, found.getString(1));
        return Optional.of(found.getString(1));
      }
    }
  }

  /** The single value of a query, as text; empty for no row and for NULL. */
  Optional<String> value(String sql, Object... parameters) throws SQLException {
    return row(sql, parameters).map(row -> row.get(0));
  }

  /** The first row of a query as text, NULL as the empty text; empty if there is none. */
  Optional<List<String>> row(String sql, Object... parameters) throws SQLException {
    List<List<String>> rows = rows(sql, parameters);
    return rows.isEmpty() ? Optional.empty() : Optional.of(rows.get(0));
  }

  /** The rows of a query as text, NULL as the empty text. */
  List<List<String>> rows(String sql, Object... parameters) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        query.setObject(i + 1, parameters[i]);
      }
      try (ResultSet found = query.executeQuery()) {
        List<List<String>> rows = new ArrayList<>();
        int width = found.getMetaData().getColumnCount();
        while (found.next()) {
          List<String> row = new ArrayList<>(width);
          for (int column = 1; column <= width; column++) {
            String text = found.getString(column);
            row.add(text == null ? "" : text);
          }
          rows.add(row);
        }
        return rows;
      }
    }
  }

  /** A list as the parameter of a query. */
  Array array(String type, Object[] elements) throws SQLException {
    return connection.createArrayOf(type, elements);
  }

  void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** An identifier as it is written in SQL. */
  static String quoted(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }

  /** A text as it is written in SQL, whatever the server's settings. */
  static String literal(String text) {
    String doubled = text.replace("'", "''");
    return text.indexOf('\\') < 0
        ? "'" + doubled + "'"
        : " E'" + doubled.replace("\\", "\\\\") + "'";
  }
}
