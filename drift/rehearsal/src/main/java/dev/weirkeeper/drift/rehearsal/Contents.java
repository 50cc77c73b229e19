package dev.weirkeeper.drift.rehearsal;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.drift.rehearsal.RehearsalProof.Kept;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The rows of some tables, by the identity of tables (OID) and columns (attnum), so that a rename
 * changes nothing.
 */
final class Contents {
  /** A longer value is held by its hash, in characters. */
  private static final int LONGEST = 4096;

  /** By OID. */
  private final Map<String, Content> tables;

  private Contents(Map<String, Content> tables) {
    this.tables = tables;
  }

  /**
   * @param columns their types by attnum
   * @param rows values, or their hashes, by attnum; no value is NULL
   */
  record Content(ObjectName name, Map<String, String> columns, List<Map<String, String>> rows) {
    Content {
      columns = Collections.unmodifiableMap(new TreeMap<>(columns));
      rows = List.copyOf(rows);
    }

    /** Hash of the values in some columns, whatever the order of rows. */
    Hash hash(Set<String> attnums) {
      return Hash.of(
          Json.of(
              rows.stream()
                  .map(
                      row ->
                          row.entrySet().stream()
                              .filter(cell -> attnums.contains(cell.getKey()))
                              .map(cell -> cell.getKey() + "=" + cell.getValue())
                              .sorted()
                              .collect(Collectors.joining("\u0000")))
                  .map(text -> Hash.of(text.getBytes(StandardCharsets.UTF_8)).hex())
                  .sorted()
                  .toList()));
    }
  }

  static Contents read(Connection connection, DatabaseSchema schema, Collection<ObjectName> names)
      throws SQLException {
    Map<String, Content> tables = new TreeMap<>();
    for (ObjectName name : names) {
      Optional<Table> table = schema.table(name).filter(Contents::holdsRows);
      if (table.isPresent()) {
        tables.put(table.get().id(), read(connection, table.get(), Map.of()));
      }
    }
    return new Contents(tables);
  }

  private static boolean holdsRows(Table table) {
    return table.kind() == Table.Kind.TABLE || table.kind() == Table.Kind.PARTITIONED;
  }

  /**
   * @param types by attnum, to read values back in the types that they had
   */
  private static Content read(Connection connection, Table table, Map<String, String> types)
      throws SQLException {
    List<TableColumn> columns = table.columns();
    List<String> read = new ArrayList<>();
    Map<String, String> now = new TreeMap<>();
    for (TableColumn column : columns) {
      now.put(column.id(), column.type());
      String type = types.getOrDefault(column.id(), column.type());
      String value = Sql.name(column.name());
      read.add(
          bounded(
              (type.equals(column.type()) ? value : "CAST(" + value + " AS " + type + ")")
                  + "::text"));
    }
    String sql =
        "SELECT "
            + (read.isEmpty() ? "NULL" : String.join(", ", read))
            + " FROM "
            + (table.kind() == Table.Kind.TABLE ? "ONLY " : "")
            + Sql.name(table.name());
    List<Map<String, String>> rows = new ArrayList<>();
    for (List<Optional<String>> row : Sql.rows(connection, sql)) {
      Map<String, String> cells = new TreeMap<>();
      for (int i = 0; i < columns.size(); i++) {
        String attnum = columns.get(i).id();
        row.get(i).ifPresent(value -> cells.put(attnum, value));
      }
      rows.add(cells);
    }
    return new Content(table.name(), now, rows);
  }

  /** A value that a default makes may be larger than this process. */
  private static String bounded(String text) {
    return "CASE WHEN pg_catalog.length("
        + text
        + ") <= "
        + LONGEST
        + " THEN "
        + text
        + " ELSE pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to("
        + text
        + ", 'UTF8')), 'hex') END";
  }

  long count() {
    return tables.values().stream().mapToLong(content -> content.rows().size()).sum();
  }

  Hash hash() {
    Map<String, Hash> all = new TreeMap<>();
    tables
        .values()
        .forEach(
            content ->
                all.put(content.name().toString(), content.hash(content.columns().keySet())));
    return Hash.of(Json.of(all));
  }

  /** Columns of each table by its OID. */
  Map<String, Set<String>> columns() {
    Map<String, Set<String>> all = new TreeMap<>();
    tables.forEach((oid, content) -> all.put(oid, content.columns().keySet()));
    return all;
  }

  /**
   * What became of these rows.
   *
   * @param first columns that were there at the beginning, by table
   */
  List<RehearsalProof.TableRows> after(
      Connection connection, DatabaseSchema schema, Map<String, Set<String>> first)
      throws SQLException {
    List<RehearsalProof.TableRows> all = new ArrayList<>();
    for (Map.Entry<String, Content> entry : tables.entrySet()) {
      Content before = entry.getValue();
      Optional<Table> now =
          schema.tables().stream().filter(table -> table.id().equals(entry.getKey())).findFirst();
      all.add(
          now.isEmpty()
              ? new RehearsalProof.TableRows(
                  Shown.name(before.name()),
                  before.rows().size(),
                  Optional.empty(),
                  Kept.LOST,
                  Optional.empty())
              : compare(
                  connection, before, now.get(), first.getOrDefault(entry.getKey(), Set.of())));
    }
    return all;
  }

  private static RehearsalProof.TableRows compare(
      Connection connection, Content before, Table table, Set<String> first) throws SQLException {
    Content plain = read(connection, table, Map.of());
    Set<String> common = new HashSet<>(before.columns().keySet());
    common.retainAll(plain.columns().keySet());
    boolean isWhole =
        common.equals(before.columns().keySet()) && plain.rows().size() >= before.rows().size();
    boolean isSame =
        before.hash(common).equals(plain.hash(common))
            || readBack(connection, table, before)
                .filter(back -> back.hash(common).equals(before.hash(common)))
                .isPresent();
    Set<String> lasting = new HashSet<>(first);
    lasting.retainAll(plain.columns().keySet());
    return new RehearsalProof.TableRows(
        Shown.name(table.name()),
        before.rows().size(),
        Optional.of((long) plain.rows().size()),
        !isWhole ? Kept.LOST : isSame ? Kept.SAME : Kept.CHANGED,
        Optional.of(plain.hash(lasting)));
  }

  /**
   * The rows in the types that they had: 1 and 1.00 are one value. Empty if they do not go back.
   */
  private static Optional<Content> readBack(Connection connection, Table table, Content before)
      throws SQLException {
    try {
      return Optional.of(read(connection, table, new LinkedHashMap<>(before.columns())));
    } catch (SQLException e) {
      if (e.getSQLState() == null || e.getSQLState().startsWith("08")) {
        throw e;
      }
      return Optional.empty();
    }
  }
}
