package dev.weirkeeper.examples.bench;

import dev.weirkeeper.Asset;
import dev.weirkeeper.CallControl;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.TableRules;
import dev.weirkeeper.contracts.ValueTests;
import dev.weirkeeper.contracts.duckdb.DuckDbCaps;
import dev.weirkeeper.contracts.duckdb.DuckDbValidator;
import dev.weirkeeper.contracts.engine.ContractReport;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.Options;
import dev.weirkeeper.contracts.engine.RuleKinds;
import dev.weirkeeper.contracts.sql.Limit;
import dev.weirkeeper.contracts.sql.SqlJudge;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Locale;

/**
 * Twenty checks of a Parquet file of ten columns by the DuckDB engine, against the best SQL that
 * was found by hand for them: one scan without uniqueness, then a group-by that looks for copies.
 * Both open a DuckDB of their own with two threads in each round.
 */
final class ContractsDuckDb {
  private static final String DATA =
      "SELECT range AS id, CAST(hash(range) % 1000000 AS BIGINT) AS customer,"
          + " CAST(hash(range * 3) % 100 AS INTEGER) AS quantity,"
          + " CAST((hash(range * 5) % 1000000) / 100.0 AS DECIMAL(12, 2)) AS amount,"
          + " (hash(range * 7) % 10000) / 10000.0::DOUBLE AS discount,"
          + " 'user' || (hash(range) %% 1000000) || '@example.com' AS email,"
          + " 'SKU-' || lpad(CAST(hash(range * 11) %% 100000 AS VARCHAR), 5, '0') AS sku,"
          + " ['new', 'paid', 'sent', 'done'][CAST(hash(range * 13) %% 4 AS INTEGER) + 1] AS status,"
          + " TIMESTAMP '2024-01-01' + INTERVAL 1 SECOND * CAST(hash(range * 17) %% 31000000 AS INTEGER)"
          + " AS created, CASE WHEN hash(range * 19) %% 10 = 0 THEN NULL ELSE 'note ' || range END AS note"
          + " FROM range(%d)";

  private static final String BY_HAND =
      """
      SELECT COUNT(*), COUNT(id), COUNT(customer), COUNT(amount), COUNT(email), COUNT(sku),
        COUNT(status), COUNT(created), COUNT(note), COUNT(quantity), COUNT(discount),
        SUM(CASE WHEN quantity < 0 OR quantity > 99 THEN 1 ELSE 0 END),
        SUM(CASE WHEN amount < 0 OR amount > 10000 THEN 1 ELSE 0 END),
        SUM(CASE WHEN discount < 0 OR discount > 1 THEN 1 ELSE 0 END),
        SUM(CASE WHEN created < TIMESTAMP '2024-01-01' OR created > TIMESTAMP '2025-01-01'
          THEN 1 ELSE 0 END),
        SUM(CASE WHEN status NOT IN ('new', 'paid', 'sent', 'done') THEN 1 ELSE 0 END),
        SUM(CASE WHEN NOT regexp_matches(email, '^[^@]+@[^@]+\\.[a-z]{2,}$') THEN 1 ELSE 0 END),
        SUM(CASE WHEN NOT regexp_matches(sku, '^SKU-[0-9]{5}$') THEN 1 ELSE 0 END),
        SUM(CASE WHEN length(email) < 5 OR length(email) > 100 THEN 1 ELSE 0 END),
        MAX(amount), MIN(quantity), AVG(amount), SUM(quantity), STDDEV_SAMP(discount)
      FROM read_parquet('%1$s')
      """;

  private static final String COPIES =
      "SELECT COUNT(*) FROM (SELECT id FROM read_parquet('%s') GROUP BY id HAVING COUNT(*) > 1)";

  private ContractsDuckDb() {}

  private static Contract contract() {
    return Contract.of(
        "orders",
        "1",
        "orders",
        Rule.notNull("id"),
        Rule.notNull("customer"),
        Rule.notNull("amount"),
        Rule.notNull("email"),
        Rule.notNull("sku"),
        Rule.notNull("created"),
        Rule.between("quantity", 0, 99),
        Rule.between("amount", 0, 10_000),
        Rule.between("discount", 0, 1),
        Rule.between("created", "2024-01-01", "2025-01-01"),
        Rule.inSet("status", "new", "paid", "sent", "done"),
        Rule.matches("email", "^[^@]+@[^@]+\\.[a-z]{2,}$"),
        Rule.matches("sku", "^SKU-[0-9]{5}$"),
        Rule.lengthBetween("email", 5, 100),
        TableRules.nonNullShareBetween("note", Range.atLeast(0.8)),
        TableRules.maxBetween("amount", Range.upTo(10_000)),
        TableRules.meanBetween("amount", Range.of(4_000, 6_000)),
        TableRules.sumBetween("quantity", Range.atLeast(1)),
        Rule.rowCountBetween(Range.atLeast(1)),
        Rule.unique("id"));
  }

  static void measure(int rounds, long rows, PrintStream out) throws Exception {
    Path folder = Files.createTempDirectory("weirkeeper-bench");
    Path file = folder.resolve("orders.parquet");
    try {
      write(file, rows);
      out.printf(
          Locale.ROOT,
          "contracts-duckdb: %,d rows x 10 columns, %,d MB of Parquet, 20 checks%n",
          rows,
          Files.size(file) >> 20);
      double[] ours = new double[rounds];
      double[] byHand = new double[rounds];
      validate(file, rows);
      byHand(file);
      for (int round = 0; round < rounds; round++) {
        byHand[round] = byHand(file);
        ours[round] = validate(file, rows);
        out.printf(
            Locale.ROOT,
            "  round %d: ours %.2f s, by hand %.2f s%n",
            round,
            ours[round],
            byHand[round]);
      }
      Arrays.sort(ours);
      Arrays.sort(byHand);
      double mine = ours[rounds / 2];
      double best = byHand[rounds / 2];
      out.printf(
          Locale.ROOT,
          "contracts-duckdb: median ours %.2f s, by hand %.2f s, ratio %.2f (at most 1.15)%n",
          mine,
          best,
          mine / best);
    } finally {
      Files.deleteIfExists(file);
      Files.delete(folder);
    }
  }

  private static void write(Path file, long rows) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("SET threads = 2");
      statement.execute(
          "COPY ("
              + DATA.replace("%%", "%").replace("%d", String.valueOf(rows))
              + ") TO '"
              + file
              + "' (FORMAT PARQUET, COMPRESSION SNAPPY)");
    }
  }

  private static double validate(Path file, long rows) throws IOException {
    DuckDbValidator validator =
        new DuckDbValidator(
            dataset -> file,
            new SqlJudge(RuleKinds.standard(), ValueTests::of, Limit.NONE),
            DuckDbCaps.DEFAULT);
    DatasetRef dataset = new DatasetRef(new Asset("lake", "orders"), "");
    long start = System.nanoTime();
    ContractReport report =
        validator.validate(contract(), dataset, Options.DEFAULT, CallControl.NONE);
    double seconds = (System.nanoTime() - start) / 1e9;
    if (!report.passed()) {
      report.results().stream()
          .filter(result -> !result.passed())
          .forEach(
              result ->
                  System.err.println(result.rule().id() + ": " + result.judgement().reason()));
      throw new IllegalStateException("The checks of " + rows + " rows do not pass");
    }
    return seconds;
  }

  private static double byHand(Path file) throws SQLException {
    long start = System.nanoTime();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("SET threads = 2");
      for (String sql : new String[] {BY_HAND, COPIES}) {
        try (ResultSet result =
            statement.executeQuery(
                sql.replace("%1$s", file.toString()).replace("%s", file.toString()))) {
          result.next();
        }
      }
    }
    return (System.nanoTime() - start) / 1e9;
  }
}
