package dev.weirkeeper.examples.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** Files of data and of rules. */
final class Fixtures {
  static final String SUITE =
      """
      {
        "name": "orders",
        "expectations": [
          {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "id"}},
          {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "id"}, "severity": "warning"},
          {"type": "expect_column_values_to_be_between",
           "kwargs": {"column": "amount", "min_value": 0, "max_value": 1000, "mostly": 0.9}},
          {"type": "expect_column_values_to_be_in_set",
           "kwargs": {"column": "status", "value_set": ["new", "paid"]}},
          {"type": "expect_column_values_to_match_regex",
           "kwargs": {"column": "email", "regex": "^[^@]+@[^@]+$"}},
          {"type": "expect_column_max_to_be_between", "kwargs": {"column": "amount", "max_value": 9000}},
          {"type": "expect_table_row_count_to_be_between", "kwargs": {"min_value": 1, "max_value": 100}}
        ],
        "meta": {}
      }
      """;

  static final String GOOD =
      """
      {"name": "good", "expectations": [
        {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "id"}},
        {"type": "expect_table_row_count_to_equal", "kwargs": {"value": 6}}
      ]}
      """;

  static final String ROWS =
      """
      id,amount,status,email
      1,10.50,new,ann@example.org
      2,77777.25,paid,bob@example.org
      3,20.00,Zurueck-7,secretperson
      3,30.00,paid,eve@example.org
      5,88888.75,new,
      6,5.25,<script>alert(1)</script>,x@example.org
      """;

  private Fixtures() {}

  static Path file(Path folder, String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  /** The result of a SELECT as a Parquet file. */
  static Path parquet(Path folder, String name, String select) throws SQLException {
    Path file = folder.resolve(name);
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckdb.createStatement()) {
      statement.execute(
          "COPY (" + select + ") TO '" + file.toString().replace("'", "''") + "' (FORMAT parquet)");
    }
    return file;
  }
}
