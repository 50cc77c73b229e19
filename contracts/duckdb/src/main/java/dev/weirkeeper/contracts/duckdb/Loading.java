package dev.weirkeeper.contracts.duckdb;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/**
 * Makes a table of copied rows. A column gets its type only if every value of it can be read as one
 * without loss; else it stays text, so that no value is rounded or lost without a word.
 */
final class Loading {
  private static final Pattern DECIMAL = Pattern.compile("-?([0-9]+)(?:\\.([0-9]+))?");
  private static final int MOST_DIGITS = 38;
  private static final String STAGE = "wk_stage";

  private final Connection connection;
  private final Question.Table table;

  Loading(Connection connection, Question.Table table) {
    this.connection = connection;
    this.table = table;
  }

  void load() throws SQLException {
    Worker.execute(connection, "CREATE SCHEMA IF NOT EXISTS " + quoted(table.schema()));
    stage();
    StringJoiner columns = new StringJoiner(", ");
    for (int i = 0; i < table.columns().size(); i++) {
      columns.add(typed(i) + " AS " + quoted(table.columns().get(i).name()));
    }
    Worker.execute(
        connection,
        "CREATE TABLE "
            + quoted(table.schema())
            + "."
            + quoted(table.name())
            + " AS SELECT "
            + columns
            + " FROM main."
            + STAGE);
    Worker.execute(connection, "DROP TABLE main." + STAGE);
  }

  private void stage() throws SQLException {
    StringJoiner texts = new StringJoiner(", ");
    for (int i = 0; i < table.columns().size(); i++) {
      texts.add("c" + i + " VARCHAR");
    }
    Worker.execute(connection, "CREATE TABLE main." + STAGE + " (" + texts + ")");
    try (DuckDBAppender appender =
        connection.unwrap(DuckDBConnection.class).createAppender("main", STAGE)) {
      for (List<Optional<String>> row : table.rows()) {
        appender.beginRow();
        for (Optional<String> value : row) {
          if (value.isPresent()) {
            appender.append(value.get());
          } else {
            appender.appendNull();
          }
        }
        appender.endRow();
      }
    }
  }

  private String typed(int column) throws SQLException {
    String type = table.columns().get(column).type();
    String text = "c" + column;
    if (type.equals("DECIMAL")) {
      type = decimal(column);
    }
    if (type.equals("VARCHAR") || loses(text, type)) {
      return text;
    }
    return "CAST(" + text + " AS " + type + ")";
  }

  /** A decimal type that holds every digit, if there is one. */
  private String decimal(int column) {
    int whole = 1;
    int fraction = 0;
    for (List<Optional<String>> row : table.rows()) {
      if (row.get(column).isEmpty()) {
        continue;
      }
      Matcher number = DECIMAL.matcher(row.get(column).get());
      if (!number.matches()) {
        return "VARCHAR";
      }
      whole = Math.max(whole, number.group(1).length());
      fraction = Math.max(fraction, number.group(2) == null ? 0 : number.group(2).length());
    }
    return whole + fraction > MOST_DIGITS
        ? "VARCHAR"
        : "DECIMAL(" + (whole + fraction) + ", " + fraction + ")";
  }

  private boolean loses(String text, String type) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet lost =
            statement.executeQuery(
                "SELECT count(*) FROM main."
                    + STAGE
                    + " WHERE "
                    + text
                    + " IS NOT NULL AND TRY_CAST("
                    + text
                    + " AS "
                    + type
                    + ") IS NULL")) {
      lost.next();
      return lost.getLong(1) > 0;
    }
  }

  static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
