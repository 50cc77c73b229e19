package dev.weirkeeper.examples.bench;

import dev.weirkeeper.Asset;
import dev.weirkeeper.PipelineEvent;
import dev.weirkeeper.TableState;
import dev.weirkeeper.contracts.gx.GxSuiteReader;
import dev.weirkeeper.contracts.stream.Contracts;
import dev.weirkeeper.examples.quickstart.Application;
import dev.weirkeeper.examples.server.GovernedStream;
import dev.weirkeeper.examples.server.Warehouse;
import dev.weirkeeper.healing.postgres.PostgresBoundary;
import dev.weirkeeper.testkit.LocalPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.postgresql.replication.LogSequenceNumber;

/** What all benchmarks lie on: one table of orders, its contract of ten rules, and a stream. */
final class Bed {
  static final String SOURCE = "shop";
  static final String TARGET = "warehouse";

  private static final String COLUMNS =
      " (o_orderkey bigint PRIMARY KEY, o_custkey int, o_orderstatus varchar(1),"
          + " o_totalprice numeric(12,2), o_orderdate date, o_orderpriority varchar(15),"
          + " o_clerk varchar(15), o_shippriority int, o_comment varchar(79))";

  private static final String CONTRACT =
      """
      {"name": "bench", "expectations": [
       {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "o_orderkey"}},
       {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "o_custkey"}},
       {"type": "expect_column_values_to_be_between",
        "kwargs": {"column": "o_custkey", "min_value": 1, "max_value": 1000000000}},
       {"type": "expect_column_values_to_be_in_set",
        "kwargs": {"column": "o_orderstatus", "value_set": ["F", "O", "P"]}},
       {"type": "expect_column_values_to_be_between",
        "kwargs": {"column": "o_totalprice", "min_value": 0, "max_value": 1000000}},
       {"type": "expect_column_values_to_be_between",
        "kwargs": {"column": "o_orderdate", "min_value": "1990-01-01"}},
       {"type": "expect_column_values_to_be_in_set",
        "kwargs": {"column": "o_orderpriority",
         "value_set": ["1-URGENT", "2-HIGH", "3-MEDIUM", "4-NOT SPECIFIED", "5-LOW"]}},
       {"type": "expect_column_value_lengths_to_be_between",
        "kwargs": {"column": "o_clerk", "min_value": 1, "max_value": 15}},
       {"type": "expect_column_values_to_be_between",
        "kwargs": {"column": "o_shippriority", "min_value": 0, "max_value": 9}},
       {"type": "expect_column_value_lengths_to_be_between",
        "kwargs": {"column": "o_comment", "min_value": 0, "max_value": 79}}]}
      """;

  private Bed() {}

  static void prepare(LocalPostgres server) throws SQLException {
    try (Connection administrator = server.connect(TARGET)) {
      Warehouse.prepare(administrator);
      PostgresBoundary.limitAtFirst(
          administrator, new PostgresBoundary.Limits(10_000, 1_000_000_000));
    }
  }

  static void createTable(LocalPostgres server, String database, String table) throws SQLException {
    server.execute(database, "CREATE TABLE " + table + COLUMNS);
  }

  /** Rows of orders as a query, so that the server makes them. */
  static String rows(long from, long to) {
    return "SELECT i, 1 + i % 150000, substr('FOP', 1 + (i % 3)::int, 1), (i % 900000) / 100.0,"
        + " DATE '1992-01-01' + (i % 2400)::int,"
        + " (ARRAY['1-URGENT','2-HIGH','3-MEDIUM','4-NOT SPECIFIED','5-LOW'])[1 + (i % 5)::int],"
        + " 'Clerk#' || lpad((i % 1000)::text, 9, '0'), 0,"
        + " 'comment of the order ' || md5(i::text) FROM generate_series("
        + from
        + ","
        + to
        + ") i";
  }

  static GovernedStream stream(
      LocalPostgres server, String id, String table, Consumer<PipelineEvent> listener)
      throws Exception {
    Path folder = Files.createTempDirectory("weirkeeper-bench-");
    return stream(server.url(SOURCE), server.url(TARGET), id, table, folder, listener);
  }

  static GovernedStream stream(
      String source,
      String target,
      String id,
      String table,
      Path folder,
      Consumer<PipelineEvent> listener)
      throws Exception {
    return GovernedStream.start(
        new GovernedStream.Settings(
            id,
            source,
            target,
            List.of("public." + table),
            folder,
            Contracts.of(GxSuiteReader.read(CONTRACT, "public." + table).contract()),
            Map.of(),
            listener));
  }

  static void awaitLive(GovernedStream stream, String id, String table) throws Exception {
    Asset asset = new Asset(id, "public." + table);
    stream.await(
        "the table",
        tables ->
            tables.values().stream()
                .anyMatch(
                    state -> state.asset().equals(asset) && state.mode() == TableState.Mode.LIVE));
  }

  static LogSequenceNumber position(LocalPostgres server) throws SQLException {
    try (Connection connection = server.connect(SOURCE)) {
      return Application.position(connection);
    }
  }
}
