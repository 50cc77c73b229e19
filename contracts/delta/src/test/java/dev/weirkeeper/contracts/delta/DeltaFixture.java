package dev.weirkeeper.contracts.delta;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.gate.CellKind;
import dev.weirkeeper.contracts.gate.TargetColumn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A Delta table in a folder. It is read, and written to past the gate, by DuckDB and by hand from
 * the log: apart from Kernel.
 */
final class DeltaFixture implements AutoCloseable {
  static final Asset ITEMS = new Asset("delta", "public.items");

  static final List<TargetColumn> COLUMNS =
      List.of(
          column("id", CellKind.INT64, 0, 0),
          column("name", CellKind.TEXT, 0, 0),
          column("amount", CellKind.DECIMAL, 10, 2),
          column("day", CellKind.DATE, 0, 0));

  final Path folder;
  final Path table;
  private final Connection duckdb;

  DeltaFixture() throws IOException, SQLException {
    folder = Files.createTempDirectory("delta-gate-");
    table = folder.resolve("items");
    duckdb = DriverManager.getConnection("jdbc:duckdb:");
  }

  static TargetColumn column(String name, CellKind kind, int precision, int scale) {
    return new TargetColumn(name, "", kind, precision, scale, TargetColumn.Absence.NULLABLE);
  }

  static TargetColumn required(String name, CellKind kind) {
    return new TargetColumn(name, "", kind, 0, 0, TargetColumn.Absence.REQUIRED);
  }

  DeltaGateTarget.Builder target() {
    return DeltaGateTarget.of(ITEMS, table.toString());
  }

  List<String> query(String sql) throws SQLException {
    try (Statement statement = duckdb.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      List<String> rows = new ArrayList<>();
      while (result.next()) {
        rows.add(String.valueOf(result.getString(1)));
      }
      return rows;
    }
  }

  private Path log() {
    return table.resolve("_delta_log");
  }

  private long commits() throws IOException {
    try (Stream<Path> files = Files.list(log())) {
      return files.filter(file -> file.getFileName().toString().matches("\\d{20}\\.json")).count();
    }
  }

  /** Files that the log names, in the order of their commits, as a list for DuckDB. */
  List<Path> files() throws SQLException {
    return query(
            "SELECT add.path FROM read_json('"
                + log()
                + "/*.json', format = 'newline_delimited', filename = true,"
                + " columns = {add: 'STRUCT(path VARCHAR)'}) WHERE add IS NOT NULL ORDER BY filename")
        .stream()
        .map(table::resolve)
        .toList();
  }

  /** Values of an SQL expression over all rows. */
  List<String> rows(String expression) throws SQLException {
    List<Path> files = files();
    return files.isEmpty()
        ? List.of()
        : query(
            "SELECT "
                + expression
                + " FROM read_parquet(["
                + String.join(", ", files.stream().map(file -> "'" + file + "'").toList())
                + "], union_by_name = true)");
  }

  /** Appends what a SELECT gives, as another engine does. */
  void append(String select) throws IOException, SQLException {
    long version = commits();
    String name = "apart-" + version + ".parquet";
    try (Statement statement = duckdb.createStatement()) {
      statement.execute("COPY (" + select + ") TO '" + table.resolve(name) + "' (FORMAT parquet)");
    }
    commit(
        Map.of(
            "add",
            Map.of(
                "path",
                name,
                "partitionValues",
                Map.of(),
                "size",
                Files.size(table.resolve(name)),
                "modificationTime",
                0,
                "dataChange",
                true)));
  }

  /** Changes the table's schema, properties or protocol. */
  void commit(Map<String, ?> action) throws IOException {
    Files.writeString(
        log().resolve(String.format("%020d.json", commits())), Json.of(action).text() + "\n");
  }

  /** The first metadata action, to be changed. */
  @SuppressWarnings("unchecked")
  Map<String, Object> metadata() throws IOException {
    for (String line : Files.readAllLines(log().resolve("00000000000000000000.json"))) {
      Map<String, Json> action = Json.parse(line).as(Map.class);
      if (action.containsKey("metaData")) {
        return new LinkedHashMap<>(action.get("metaData").as(Map.class));
      }
    }
    throw new IOException("The table has no metadata");
  }

  void addColumn(String name, String type) throws IOException {
    Map<String, Object> metadata = metadata();
    String schema = ((Json) metadata.get("schemaString")).as(String.class);
    String field =
        Json.of(Map.of("name", name, "type", type, "nullable", true, "metadata", Map.of())).text();
    metadata.put(
        "schemaString", schema.replaceFirst("]}$", "," + field.replace("$", "\\\\$") + "]}"));
    commit(Map.of("metaData", metadata));
  }

  @Override
  public void close() throws IOException, SQLException {
    duckdb.close();
    List<Path> all;
    try (Stream<Path> files = Files.walk(folder)) {
      all = files.sorted(java.util.Comparator.reverseOrder()).toList();
    }
    for (Path file : all) {
      Files.delete(file);
    }
  }
}
