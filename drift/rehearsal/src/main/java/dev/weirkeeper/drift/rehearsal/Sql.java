package dev.weirkeeper.drift.rehearsal;

import dev.weirkeeper.drift.schema.ObjectName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Talks to a scratch server. */
final class Sql {
  private Sql() {}

  static String name(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  static String name(ObjectName name) {
    return name(name.schema()) + "." + name(name.name());
  }

  static String literal(String text) {
    String doubled = text.replace("'", "''");
    return text.indexOf('\\') < 0
        ? "'" + doubled + "'"
        : "E'" + doubled.replace("\\", "\\\\") + "'";
  }

  static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(sql);
    }
  }

  /** As {@link #execute}, within so long, whatever an earlier statement made of the setting. */
  static void execute(Connection connection, String sql, Duration timeout) throws SQLException {
    execute(connection, "SET statement_timeout = " + timeout.toMillis());
    execute(connection, sql);
  }

  static List<List<Optional<String>>> rows(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      try (ResultSet answer = statement.executeQuery(sql)) {
        int width = answer.getMetaData().getColumnCount();
        List<List<Optional<String>>> rows = new ArrayList<>();
        while (answer.next()) {
          List<Optional<String>> row = new ArrayList<>(width);
          for (int column = 1; column <= width; column++) {
            row.add(Optional.ofNullable(answer.getString(column)));
          }
          rows.add(row);
        }
        return rows;
      }
    }
  }

  static List<String> texts(Connection connection, String sql) throws SQLException {
    return rows(connection, sql).stream().map(row -> row.get(0).orElse("")).toList();
  }

  /** What the server's refusal was, without its words: they quote values. */
  static String told(SQLException e) {
    String state = e.getSQLState();
    return "SQLSTATE " + (state == null ? "none" : state);
  }
}
