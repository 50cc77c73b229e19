package dev.weirkeeper.contracts.postgres;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Column;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowIdentity;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Set-based statements on one table of the target. Rows travel as one array of text for each column
 * and not through a temporary table, because the login of a target need not have the right to make
 * one.
 *
 * <p>Values are cast to the column's type without its modifier and then assigned: an explicit cast
 * to {@code varchar(5)} would cut a value off where an assignment refuses it.
 */
final class TargetTable {
  private final Session session;
  private final Asset asset;
  private final String table;
  private final List<String> names;
  private final int[] key;
  private @Nullable List<String> casts;

  TargetTable(Session session, Asset asset, Relation accepted) {
    this.session = session;
    this.asset = asset;
    this.table = Sql.table(accepted.asset());
    this.names = accepted.columns().stream().map(Column::name).toList();
    this.key = accepted.identity() instanceof RowIdentity.Key ? accepted.keyIndexes() : new int[0];
  }

  String name() {
    return table;
  }

  String copySql() {
    return "COPY " + table + " (" + Sql.quoted(names) + ") FROM STDIN";
  }

  int[] key() {
    return key;
  }

  private List<String> casts() throws SQLException, RefusalException {
    List<String> known = casts;
    if (known != null) {
      return known;
    }
    Map<String, String> types = new HashMap<>();
    try (PreparedStatement select =
        session.prepare(
            "SELECT attname, format_type(atttypid, -1) FROM pg_attribute"
                + " WHERE attrelid = to_regclass(?) AND attnum > 0 AND NOT attisdropped")) {
      select.setString(1, table);
      try (ResultSet result = select.executeQuery()) {
        while (result.next()) {
          types.put(result.getString(1), result.getString(2));
        }
      }
    }
    List<String> found = new ArrayList<>();
    for (String name : names) {
      String type = types.get(name);
      if (type == null) {
        throw new RefusalException(
            asset,
            types.isEmpty()
                ? "the target has no table " + table + ", or this login may not see it"
                : "the target's table " + table + " has no column " + Sql.quoted(name));
      }
      found.add(type);
    }
    casts = found;
    return found;
  }

  private String name(int column) {
    return Sql.quoted(names.get(column));
  }

  private String value(int[] columns, int at) throws SQLException, RefusalException {
    return "s.c" + at + "::" + casts().get(columns[at]);
  }

  /**
   * The rows as a table {@code s} with columns {@code c0, c1, …}. Each array is a subselect so that
   * the planner does not look into it: it would plan a scan of the whole table for many rows.
   */
  private static String rows(int columns) {
    return IntStream.range(0, columns)
        .mapToObj(at -> "unnest((SELECT ?::text[])) AS c" + at)
        .collect(Collectors.joining(", ", "(SELECT ", ") AS s"));
  }

  private String matches(int[] columns) throws SQLException, RefusalException {
    List<String> equal = new ArrayList<>();
    for (int at = 0; at < key.length; at++) {
      equal.add("t." + name(columns[at]) + " = " + value(columns, at));
    }
    return String.join(" AND ", equal);
  }

  private int[] all() {
    return IntStream.range(0, names.size()).toArray();
  }

  private String selected(int[] columns) throws SQLException, RefusalException {
    List<String> values = new ArrayList<>();
    for (int at = 0; at < columns.length; at++) {
      values.add(value(columns, at));
    }
    return "INSERT INTO "
        + table
        + " ("
        + Sql.quoted(names)
        + ") OVERRIDING SYSTEM VALUE SELECT "
        + String.join(", ", values)
        + " FROM "
        + rows(columns.length);
  }

  void insert(Collection<byte[][]> rows) throws SQLException, RefusalException {
    int[] columns = all();
    run(selected(columns), columns, rows);
  }

  void upsert(Collection<byte[][]> rows) throws SQLException, RefusalException {
    int[] columns = all();
    List<String> sets = new ArrayList<>();
    for (int column : columns) {
      if (Arrays.stream(key).noneMatch(k -> k == column)) {
        sets.add(name(column) + " = EXCLUDED." + name(column));
      }
    }
    String conflict =
        " ON CONFLICT ("
            + Arrays.stream(key).mapToObj(this::name).collect(Collectors.joining(", "))
            + (sets.isEmpty() ? ") DO NOTHING" : ") DO UPDATE SET " + String.join(", ", sets));
    run(selected(columns) + conflict, columns, rows);
  }

  /**
   * Sets the columns of the mask in the rows with these keys.
   *
   * @return rows that were found
   */
  long update(BitSet mask, Collection<byte[][]> rows) throws SQLException, RefusalException {
    int[] columns =
        IntStream.concat(
                Arrays.stream(key),
                mask.stream().filter(c -> Arrays.stream(key).noneMatch(k -> k == c)))
            .toArray();
    List<String> sets = new ArrayList<>();
    for (int at = columns.length == key.length ? 0 : key.length; at < columns.length; at++) {
      sets.add(name(columns[at]) + " = " + value(columns, at));
    }
    return run(
        "UPDATE "
            + table
            + " AS t SET "
            + String.join(", ", sets)
            + " FROM "
            + rows(columns.length)
            + " WHERE "
            + matches(columns),
        columns,
        rows);
  }

  /**
   * @return rows that were found
   */
  long delete(Collection<byte[][]> rows) throws SQLException, RefusalException {
    return run(
        "DELETE FROM " + table + " AS t USING " + rows(key.length) + " WHERE " + matches(key),
        key,
        rows);
  }

  /** Removes the keys of rows that are in the table from those that a load has not met. */
  void met(int assetId, Collection<byte[][]> rows) throws SQLException, RefusalException {
    run(
        "DELETE FROM weirkeeper.stale AS x USING "
            + rows(key.length)
            + ", "
            + table
            + " AS t WHERE x.asset = "
            + assetId
            + " AND "
            + matches(key)
            + " AND x.key = "
            + keyText(),
        key,
        rows);
  }

  private String keyText() {
    return Arrays.stream(key)
        .mapToObj(column -> "t." + name(column) + "::text")
        .collect(Collectors.joining(", ", "ARRAY[", "]"));
  }

  private long run(String sql, int[] columns, Collection<byte[][]> rows) throws SQLException {
    try (PreparedStatement statement = session.preparePlanned(sql)) {
      for (int at = 0; at < columns.length; at++) {
        TextArray values = new TextArray(rows.size());
        for (byte[][] cells : rows) {
          values.add(cells[columns[at]]);
        }
        statement.setObject(at + 1, values);
      }
      return statement.executeLargeUpdate();
    }
  }

  /** The row with this key as the table holds it. */
  Optional<byte[][]> fetch(byte[][] keyed) throws SQLException, RefusalException {
    String columns =
        IntStream.range(0, names.size())
            .mapToObj(column -> "t." + name(column) + "::text")
            .collect(Collectors.joining(", "));
    try (PreparedStatement select =
        session.preparePlanned(
            "SELECT "
                + columns
                + " FROM "
                + table
                + " AS t, "
                + rows(key.length)
                + " WHERE "
                + matches(key))) {
      for (int at = 0; at < key.length; at++) {
        TextArray value = new TextArray(1);
        value.add(keyed[key[at]]);
        select.setObject(at + 1, value);
      }
      try (ResultSet result = select.executeQuery()) {
        if (!result.next()) {
          return Optional.empty();
        }
        byte[][] cells = new byte[names.size()][];
        for (int column = 0; column < cells.length; column++) {
          String text = result.getString(column + 1);
          cells[column] = text == null ? Image.NULL : Bytes.utf8(text);
        }
        return Optional.of(cells);
      }
    }
  }

  /** Removes all rows, never with TRUNCATE: that right is not needed and not wanted. */
  void clear() throws SQLException {
    session.execute("DELETE FROM " + table);
  }

  boolean isEmpty() throws SQLException {
    try (PreparedStatement select =
            session.preparePlanned("SELECT EXISTS (SELECT FROM " + table + ")");
        ResultSet result = select.executeQuery()) {
      result.next();
      return !result.getBoolean(1);
    }
  }

  /** Notes the keys of all rows as not met. */
  void markStale(int assetId) throws SQLException {
    session.execute(
        "INSERT INTO weirkeeper.stale (asset, key) SELECT "
            + assetId
            + ", "
            + keyText()
            + " FROM "
            + table
            + " AS t");
  }

  /** Rows of the table whose keys were not met. */
  long stale(int assetId) throws SQLException {
    try (PreparedStatement select =
            session.preparePlanned(
                "SELECT count(*) FROM "
                    + table
                    + " AS t JOIN weirkeeper.stale x ON x.asset = "
                    + assetId
                    + " AND x.key = "
                    + keyText());
        ResultSet result = select.executeQuery()) {
      result.next();
      return result.getLong(1);
    }
  }

  void deleteStale(int assetId) throws SQLException {
    session.execute(
        "DELETE FROM "
            + table
            + " AS t USING weirkeeper.stale x WHERE x.asset = "
            + assetId
            + " AND x.key = "
            + keyText());
  }
}
