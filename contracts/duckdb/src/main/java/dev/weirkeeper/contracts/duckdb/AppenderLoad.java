package dev.weirkeeper.contracts.duckdb;

import dev.weirkeeper.contracts.engine.Vec;
import dev.weirkeeper.contracts.gate.BulkLoad;
import dev.weirkeeper.contracts.gate.GateDialect;
import dev.weirkeeper.contracts.gate.Typing;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * Rows on their way by DuckDB's appender, which wants all columns of a table: so they go into a
 * table of their own first, and from there in one statement, which checks constraints.
 */
final class AppenderLoad implements BulkLoad {
  private static final int FLUSH = 100_000;

  private final DuckDBConnection connection;
  private final String table;
  private final String names;
  private final String scratch;
  private final DuckDBAppender appender;
  private @Nullable SQLException failed;
  private boolean begun;
  private long rows;

  AppenderLoad(DuckDBConnection connection, String table, List<GateDialect.Load> columns)
      throws SQLException {
    this.connection = connection;
    this.table = table;
    names =
        columns.stream()
            .map(load -> DuckDbGateDialect.quoted(load.name()))
            .collect(Collectors.joining(", "));
    scratch = "load_" + UUID.randomUUID().toString().replace("-", "");
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE weirkeeper_gate."
              + scratch
              + " AS SELECT "
              + names
              + " FROM "
              + table
              + " LIMIT 0");
    }
    appender = connection.createAppender("weirkeeper_gate", scratch);
  }

  /** What is sent to the appender. */
  private interface Sending {
    void send() throws SQLException;
  }

  private void send(Sending sending) {
    if (failed != null) {
      return;
    }
    try {
      if (!begun) {
        appender.beginRow();
        begun = true;
      }
      sending.send();
    } catch (SQLException e) {
      failed = e;
    }
  }

  @Override
  public void cell(Typing typing, Vec values, int row) {
    send(() -> append(typing, values, row));
  }

  private void append(Typing typing, Vec values, int row) throws SQLException {
    if (values.isNull(row)) {
      appender.appendNull();
      return;
    }
    switch (typing.column().kind()) {
      case INT8 -> appender.append((byte) typing.whole(values, row));
      case INT16 -> appender.append((short) typing.whole(values, row));
      case INT32 -> appender.append((int) typing.whole(values, row));
      case INT64 -> appender.append(typing.whole(values, row));
      case FLOAT32 -> appender.append(typing.floating(values, row).orElseThrow().floatValue());
      case FLOAT64 -> appender.append(typing.floating(values, row).orElseThrow().doubleValue());
      case DECIMAL ->
          appender.append(
              typing.decimal(values, row).orElseThrow().setScale(typing.column().scale()));
      case TRUTH -> appender.append(typing.truth(values, row).orElseThrow().booleanValue());
      case DATE -> appender.appendEpochDays(typing.day(values, row).orElseThrow());
      case TIMESTAMP ->
          appender.append(LocalDateTime.ofInstant(instant(typing, values, row), ZoneOffset.UTC));
      case TIMESTAMP_WITH_ZONE ->
          appender.append(instant(typing, values, row).atOffset(ZoneOffset.UTC));
      case UUID -> appender.append(UUID.fromString(typing.text(values, row)));
      case TEXT, JSON -> appender.append(typing.text(values, row));
      case OTHER -> throw new IllegalStateException("No typing leads to such a column");
    }
  }

  private static Instant instant(Typing typing, Vec values, int row) {
    return Instant.EPOCH.plus(typing.micros(values, row), ChronoUnit.MICROS);
  }

  @Override
  public void number(long value) {
    send(() -> appender.append(value));
  }

  @Override
  public void text(String value) {
    send(() -> appender.append(value));
  }

  @Override
  public void absent() {
    send(appender::appendNull);
  }

  @Override
  public void endRow() throws SQLException {
    SQLException before = failed;
    if (before != null) {
      throw before;
    }
    appender.endRow();
    begun = false;
    rows++;
    if (rows % FLUSH == 0) {
      appender.flush();
    }
  }

  @Override
  public void finish() throws SQLException {
    appender.close();
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO "
              + table
              + " ("
              + names
              + ") SELECT "
              + names
              + " FROM weirkeeper_gate."
              + scratch);
      statement.execute("DROP TABLE weirkeeper_gate." + scratch);
    }
  }
}
