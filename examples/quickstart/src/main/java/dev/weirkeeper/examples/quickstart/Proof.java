package dev.weirkeeper.examples.quickstart;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Proves that source and target hold the same rows: for each key, over the columns that the source
 * has now, outside the keys that are open in quarantine.
 */
public final class Proof {
  /**
   * What a table holds.
   *
   * @param rows rows compared
   * @param hash hash over all rows in key order
   */
  public record Content(long rows, String hash) {}

  private Proof() {}

  /** Columns of a table in the order of their names. */
  public static List<String> columns(Connection connection, String table) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            """
            SELECT attname FROM pg_attribute
            WHERE attrelid = ?::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attname
            """)) {
      query.setString(1, table);
      List<String> names = new ArrayList<>();
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          names.add(rows.getString(1));
        }
      }
      return names;
    }
  }

  /**
   * @param key key columns; rows are compared in the byte order of their text
   * @param except texts of the keys to leave out, as {@code ROW(…)::text} gives them
   */
  public static Content of(
      Connection connection,
      String table,
      List<String> columns,
      List<String> key,
      List<String> except)
      throws SQLException {
    String row =
        "ROW(" + String.join(",", columns.stream().map(Proof::quoted).toList()) + ")::text";
    String id = "ROW(" + String.join(",", key.stream().map(Proof::quoted).toList()) + ")::text";
    String sql =
        "SELECT count(*), coalesce(encode(sha256(convert_to(string_agg(r, E'\\n' ORDER BY k"
            + " COLLATE \"C\"), 'UTF8')), 'hex'), '') FROM (SELECT "
            + row
            + " AS r, "
            + id
            + " AS k FROM "
            + table
            + ") t WHERE NOT k = ANY (?)";
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      query.setArray(1, connection.createArrayOf("text", except.toArray()));
      try (ResultSet rows = query.executeQuery()) {
        rows.next();
        return new Content(rows.getLong(1), rows.getString(2));
      }
    }
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
