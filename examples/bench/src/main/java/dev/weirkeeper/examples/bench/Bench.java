package dev.weirkeeper.examples.bench;

import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Runs the benchmarks: of the data plane on an embedded PostgreSQL with fsync on, and of tool calls
 * over MCP. Source, target and pipeline share one machine, so every figure is a ratio to a baseline
 * of the same round; rounds are interleaved and their median is what counts.
 */
public final class Bench {
  private static final String HELP =
      """
      Weirkeeper bench: [inserts] [updates] [latency] [huge] [mcp] [start]   (all without arguments)
                        [contracts] [contracts-gate] [contracts-duckdb]
                        [drift-diff] [drift-diff-alone] [drift-latency]
        -Drounds=5     rounds of all but latency and huge
        -Drows=1000000 rows a round
        -Dhuge=5000000 rows of the one transaction that must fit into 256 MB of heap
        -Dtables=1000  tables of drift-diff; of drift-diff-alone, without Liquibase, 3000
        -Dcolumns=50   columns of each
      """;

  private Bench() {}

  public static void main(String[] arguments) throws Exception {
    List<String> wanted = new ArrayList<>(Arrays.asList(arguments));
    if (wanted.contains("--help")) {
      System.out.print(HELP);
      return;
    }
    if (wanted.isEmpty()) {
      wanted.addAll(List.of("inserts", "updates", "latency", "huge", "mcp", "start", "contracts"));
    }
    int rounds = Integer.getInteger("rounds", 5);
    if (wanted.remove("mcp")) {
      McpOverhead.measure(rounds, System.out);
    }
    if (wanted.remove("start")) {
      StdioStart.measure(rounds, System.out);
    }
    int rows = Integer.getInteger("rows", 1_000_000);
    if (wanted.remove("contracts")) {
      ContractsBench.measure(rounds, rows, System.out);
    }
    if (wanted.remove("contracts-duckdb")) {
      ContractsDuckDb.measure(rounds, Long.getLong("duckdb.rows", 10_000_000), System.out);
    }
    if (wanted.remove("contracts-gate")) {
      try (LocalPostgres server = durable()) {
        ContractsGate.measure(server, rows, rounds, System.out);
      }
    }
    if (wanted.remove("drift-diff")) {
      try (LocalPostgres server = durable()) {
        int tables = Integer.getInteger("tables", 1000);
        int columns = Integer.getInteger("columns", 50);
        DriftDiff.measure(server, tables, columns, rounds, System.out);
      }
    }
    if (wanted.remove("drift-diff-alone")) {
      try (LocalPostgres server = durable()) {
        int tables = Integer.getInteger("tables", 3000);
        int columns = Integer.getInteger("columns", 50);
        DriftDiff.alone(server, tables, columns, rounds, System.out);
      }
    }
    if (wanted.remove("drift-latency")) {
      try (LocalPostgres server = durable()) {
        DriftLatency.measure(server, rounds, System.out);
      }
    }
    if (wanted.isEmpty()) {
      return;
    }
    try (LocalPostgres server = durable()) {
      server.createDatabase(Bed.SOURCE);
      server.createDatabase(Bed.TARGET);
      Bed.prepare(server);
      if (wanted.contains("inserts")) {
        new Throughput(server, rows).inserts(rounds, System.out);
      }
      if (wanted.contains("updates")) {
        new Throughput(server, rows).updates(rounds, System.out);
      }
      if (wanted.contains("latency")) {
        Latency.measure(server, System.out);
      }
      if (wanted.contains("huge")) {
        Huge.measure(server, Integer.getInteger("huge", 5_000_000), System.out);
      }
    }
  }

  private static LocalPostgres durable() throws IOException {
    return LocalPostgres.start(
        Map.of("fsync", "on", "max_wal_size", "8GB", "shared_buffers", "512MB"));
  }

  /** Prints the median, the least and the greatest of some figures. */
  static void print(PrintStream out, String what, List<Double> figures) {
    List<Double> sorted = figures.stream().sorted().toList();
    out.printf(
        Locale.ROOT,
        "%-58s median %6.2f  (%.2f to %.2f, %d rounds)%n",
        what,
        sorted.get(sorted.size() / 2),
        sorted.get(0),
        sorted.get(sorted.size() - 1),
        sorted.size());
  }
}
