package dev.weirkeeper.contracts.duckdb;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs one query over what was loaded. */
final class Query {
  private static final int MOST_COLUMNS = 200;

  private final Connection connection;
  private final Question question;
  private final Interruption interruption;

  Query(Connection connection, Question question, Interruption interruption) {
    this.connection = connection;
    this.question = question;
    this.interruption = interruption;
  }

  Reply run() throws SQLException {
    Optional<Reply> objection = objection();
    if (objection.isPresent()) {
      return objection.get();
    }
    // Values are cut before they leave DuckDB. The line end closes a comment at the query's end.
    String cut =
        "SELECT left(CAST(COLUMNS(*) AS VARCHAR), "
            + question.cell()
            + "), length(CAST(COLUMNS(*) AS VARCHAR)) FROM (\n"
            + question.sql().replaceFirst("[\\s;]+$", "")
            + "\n) AS query LIMIT "
            + (question.rows() + 1L);
    try (Statement statement = connection.createStatement()) {
      interruption.watch(statement);
      try (ResultSet found = statement.executeQuery(cut)) {
        return rows(found);
      }
    } finally {
      if (interruption.isOver()) {
        // The next statement of this worker must not meet a cancel that came late.
        connection.close();
      }
    }
  }

  /** Asks DuckDB's own parser, which writes only SELECT statements as JSON. */
  private Optional<Reply> objection() throws SQLException {
    try (PreparedStatement parse =
        connection.prepareStatement(
            "SELECT json_extract_string(tree, '$.error_type'),"
                + " json_extract_string(tree, '$.error_message'),"
                + " json_array_length(tree, '$.statements')"
                + " FROM (SELECT json_serialize_sql(CAST(? AS VARCHAR)) AS tree)")) {
      parse.setString(1, question.sql());
      try (ResultSet tree = parse.executeQuery()) {
        tree.next();
        if (tree.getLong(3) == 1) {
          return Optional.empty();
        }
        return Optional.of(
            "parser".equals(tree.getString(1))
                ? Reply.without(Reply.Kind.ERROR, "Parser Error: " + tree.getString(2))
                : Reply.without(Reply.Kind.NOT_ONE_SELECT, ""));
      }
    }
  }

  private Reply rows(ResultSet found) throws SQLException {
    ResultSetMetaData meta = found.getMetaData();
    int width = meta.getColumnCount() / 2;
    if (width > MOST_COLUMNS) {
      return Reply.without(
          Reply.Kind.ERROR, "The result has " + width + " columns; " + MOST_COLUMNS + " are shown");
    }
    List<String> columns = new ArrayList<>();
    for (int i = 1; i <= width; i++) {
      String label = meta.getColumnLabel(i);
      columns.add(label.substring(0, Math.min(label.length(), question.cell())));
    }
    List<List<Optional<Reply.Value>>> rows = new ArrayList<>();
    long characters = 0;
    while (found.next()) {
      if (rows.size() == question.rows()) {
        return new Reply(Reply.Kind.ROWS, "", columns, rows, Reply.End.LIMIT);
      }
      List<Optional<Reply.Value>> row = new ArrayList<>(width);
      for (int i = 1; i <= width; i++) {
        String text = found.getString(i);
        row.add(
            text == null
                ? Optional.empty()
                : Optional.of(new Reply.Value(text, found.getInt(width + i))));
        characters += text == null ? 0 : text.length();
      }
      if (characters > question.characters() && !rows.isEmpty()) {
        return new Reply(Reply.Kind.ROWS, "", columns, rows, Reply.End.SIZE);
      }
      rows.add(row);
    }
    return new Reply(Reply.Kind.ROWS, "", columns, rows, Reply.End.RESULT);
  }
}
