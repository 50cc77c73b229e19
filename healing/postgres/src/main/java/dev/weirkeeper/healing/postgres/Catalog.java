package dev.weirkeeper.healing.postgres;

import dev.weirkeeper.healing.postgres.TableImage.NamedType;
import dev.weirkeeper.healing.postgres.TableImage.Stored;
import dev.weirkeeper.healing.postgres.TableImage.StoredColumn;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the catalog of the target. A read that fails throws: unknown is not "does not exist". */
final class Catalog {
  private static final String SCHEMA =
      """
      SELECT EXISTS (SELECT FROM pg_catalog.pg_class c
                     WHERE c.relnamespace = n.oid AND c.relname <> ?
                       AND pg_catalog.lower(c.relname) = pg_catalog.lower(?))
      FROM pg_catalog.pg_namespace n WHERE n.nspname = ?
      """;

  private static final String TABLE =
      """
      SELECT c.oid::pg_catalog.int8, c.relkind::pg_catalog.text, c.relispartition,
             c.relkind = 'r'
               AND EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid)
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = ? AND c.relname = ?
      """;

  private static final String COLUMNS =
      """
      SELECT a.attnum, a.attname, s.nspname, b.typname, a.atttypmod, e.oid IS NOT NULL,
             a.attnotnull, a.atthasdef OR a.attidentity <> '',
             (SELECT pg_catalog.array_agg(l.enumlabel::pg_catalog.text ORDER BY l.enumsortorder)
              FROM pg_catalog.pg_enum l WHERE l.enumtypid = b.oid),
             pg_catalog.col_description(a.attrelid, a.attnum),
             (SELECT pg_catalog.quote_ident(m.nspname) || '.' || pg_catalog.quote_ident(o.collname)
              FROM pg_catalog.pg_collation o
              JOIN pg_catalog.pg_namespace m ON m.oid = o.collnamespace
              WHERE o.oid = a.attcollation AND a.attcollation <> t.typcollation)
      FROM pg_catalog.pg_attribute a
      JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
      LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND e.typarray = t.oid
      JOIN pg_catalog.pg_type b ON b.oid = coalesce(e.oid, t.oid)
      JOIN pg_catalog.pg_namespace s ON s.oid = b.typnamespace
      WHERE a.attrelid = ?::pg_catalog.oid AND a.attnum > 0 AND NOT a.attisdropped
      ORDER BY a.attnum
      """;

  private static final String KEY =
      """
      SELECT a.attname
      FROM pg_catalog.pg_index i
      CROSS JOIN LATERAL pg_catalog.unnest(i.indkey::pg_catalog.int2[])
        WITH ORDINALITY AS k (number, place)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
      WHERE i.indrelid = ?::pg_catalog.oid AND i.indisprimary AND k.place <= i.indnkeyatts
      ORDER BY k.place
      """;

  private static final String TYPES =
      """
      SELECT t.typname, t.typtype = 'e',
             (SELECT pg_catalog.array_agg(l.enumlabel::pg_catalog.text ORDER BY l.enumsortorder)
              FROM pg_catalog.pg_enum l WHERE l.enumtypid = t.oid)
      FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
      WHERE n.nspname = ? AND t.typname = ANY (?)
      """;

  private Catalog() {}

  /**
   * @param typeNames types in the table's schema to look for as well
   */
  static TableImage read(Connection connection, TableName name, Collection<String> typeNames)
      throws SQLException {
    try (PreparedStatement schema = connection.prepareStatement(SCHEMA)) {
      schema.setString(1, name.name());
      schema.setString(2, name.name());
      schema.setString(3, name.schema());
      try (ResultSet row = schema.executeQuery()) {
        if (!row.next()) {
          return new TableImage(name, false, false, Optional.empty(), Map.of());
        }
        return new TableImage(
            name,
            true,
            row.getBoolean(1),
            stored(connection, name),
            typeNames.isEmpty() ? Map.of() : types(connection, name.schema(), typeNames));
      }
    }
  }

  private static Optional<Stored> stored(Connection connection, TableName name)
      throws SQLException {
    try (PreparedStatement table = connection.prepareStatement(TABLE)) {
      table.setString(1, name.schema());
      table.setString(2, name.name());
      try (ResultSet row = table.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        long oid = row.getLong(1);
        return Optional.of(
            new Stored(
                oid,
                row.getString(2),
                row.getBoolean(3),
                row.getBoolean(4),
                columns(connection, oid),
                key(connection, oid)));
      }
    }
  }

  private static List<StoredColumn> columns(Connection connection, long oid) throws SQLException {
    List<StoredColumn> columns = new ArrayList<>();
    try (PreparedStatement read = connection.prepareStatement(COLUMNS)) {
      read.setLong(1, oid);
      try (ResultSet row = read.executeQuery()) {
        while (row.next()) {
          columns.add(
              new StoredColumn(
                  row.getInt(1),
                  row.getString(2),
                  SqlType.read(
                      row.getString(3),
                      row.getString(4),
                      row.getInt(5),
                      row.getBoolean(6) ? SqlType.Shape.ARRAY : SqlType.Shape.SCALAR),
                  row.getBoolean(7),
                  row.getBoolean(8),
                  texts(row, 9),
                  Optional.ofNullable(row.getString(10)),
                  Optional.ofNullable(row.getString(11))));
        }
      }
    }
    return columns;
  }

  private static List<String> key(Connection connection, long oid) throws SQLException {
    List<String> key = new ArrayList<>();
    try (PreparedStatement read = connection.prepareStatement(KEY)) {
      read.setLong(1, oid);
      try (ResultSet row = read.executeQuery()) {
        while (row.next()) {
          key.add(row.getString(1));
        }
      }
    }
    return key;
  }

  private static Map<String, NamedType> types(
      Connection connection, String schema, Collection<String> names) throws SQLException {
    Map<String, NamedType> types = new HashMap<>();
    try (PreparedStatement read = connection.prepareStatement(TYPES)) {
      read.setString(1, schema);
      read.setArray(2, connection.createArrayOf("text", names.toArray()));
      try (ResultSet row = read.executeQuery()) {
        while (row.next()) {
          types.put(
              row.getString(1),
              new NamedType(row.getBoolean(2) ? Optional.of(texts(row, 3)) : Optional.empty()));
        }
      }
    }
    return types;
  }

  private static List<String> texts(ResultSet row, int index) throws SQLException {
    Array array = row.getArray(index);
    return array == null ? List.of() : List.of((String[]) array.getArray());
  }
}
