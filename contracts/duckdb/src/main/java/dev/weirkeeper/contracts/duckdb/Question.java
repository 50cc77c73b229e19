package dev.weirkeeper.contracts.duckdb;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * What the host asks the sandbox: a query, the rows that it may see, and its bounds.
 *
 * @param memory of DuckDB's buffers, in MiB
 * @param cell how many characters of a value are answered
 * @param characters how many of all values together
 */
record Question(
    String sql, List<Table> tables, int memory, int millis, int rows, int cell, int characters) {

  /** Rows that were copied, each column with the DuckDB type that its texts should become. */
  record Table(
      String schema, String name, List<Column> columns, List<List<Optional<String>>> rows) {}

  record Column(String name, String type) {}

  void write(DataOutputStream out) throws IOException {
    Wire.text(sql, out);
    Wire.list(
        tables,
        (table, to) -> {
          Wire.text(table.schema(), to);
          Wire.text(table.name(), to);
          Wire.list(
              table.columns(),
              (column, on) -> {
                Wire.text(column.name(), on);
                Wire.text(column.type(), on);
              },
              to);
          Wire.list(table.rows(), (row, on) -> Wire.list(row, Wire::optional, on), to);
        },
        out);
    for (int bound : new int[] {memory, millis, rows, cell, characters}) {
      out.writeInt(bound);
    }
    out.flush();
  }

  static Question read(DataInputStream in) throws IOException {
    return new Question(
        Wire.text(in),
        Wire.list(
            from ->
                new Table(
                    Wire.text(from),
                    Wire.text(from),
                    Wire.list(on -> new Column(Wire.text(on), Wire.text(on)), from),
                    Wire.list(on -> Wire.list(Wire::optional, on), from)),
            in),
        in.readInt(),
        in.readInt(),
        in.readInt(),
        in.readInt(),
        in.readInt());
  }
}
