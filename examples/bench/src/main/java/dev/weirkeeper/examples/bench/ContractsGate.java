package dev.weirkeeper.examples.bench;

import dev.weirkeeper.Asset;
import dev.weirkeeper.CallControl;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.duckdb.DuckDbCaps;
import dev.weirkeeper.contracts.duckdb.DuckDbFiles;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.gate.Gate;
import dev.weirkeeper.contracts.gate.GateReport;
import dev.weirkeeper.contracts.gate.GateTarget;
import dev.weirkeeper.contracts.postgres.PostgresGateTarget;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * A Parquet file through a gate into PostgreSQL, beside the best loader that one would write by
 * hand: DuckDB's JDBC driver reads, binary COPY writes. Rounds are interleaved.
 */
final class ContractsGate {
  private static final Asset ORDERS = new Asset("warehouse", "public.orders");
  private static final String DATABASE = "gate";
  private static final int SEND = 1 << 16;
  private static final LocalDateTime EPOCH_2000 = LocalDateTime.of(2000, 1, 1, 0, 0);
  private static final byte[] HEADER = {
    'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
  };

  private static final Contract CONTRACT =
      Contract.of(
          "orders",
          "1",
          "public.orders",
          Rule.notNull("id"),
          Rule.notNull("customer"),
          Rule.inSet("status", "open", "paid", "sent", "done"),
          Rule.between("quantity", 1, 100),
          Rule.between("price", 0, 1_000_000),
          Rule.between("discount", 0, 1),
          Rule.lengthBetween("note", 1, 60),
          Rule.notNull("updated"));

  private ContractsGate() {}

  static void measure(LocalPostgres server, int rows, int rounds, PrintStream out)
      throws Exception {
    server.createDatabase(DATABASE);
    Path folder = Files.createTempDirectory("weirkeeper-bench");
    Path file = folder.resolve("orders.parquet");
    try {
      generate(file, rows);
      out.printf(
          Locale.ROOT,
          "gate: %d rows x 10 columns, Parquet of %d MB, %d rules, heap of at most %d MB%n",
          rows,
          Files.size(file) >> 20,
          CONTRACT.rules().size(),
          Runtime.getRuntime().maxMemory() >> 20);
      try (Connection sql = server.connect(DATABASE)) {
        PostgresGateTarget.prepare(sql, "postgres");
        compare(server, sql, file, rows, rounds, out);
      }
    } finally {
      Files.deleteIfExists(file);
      Files.deleteIfExists(folder);
    }
  }

  private static void compare(
      LocalPostgres server, Connection sql, Path file, int rows, int rounds, PrintStream out)
      throws Exception {
    List<Double> ratios = new ArrayList<>();
    List<Double> gates = new ArrayList<>();
    List<Double> hands = new ArrayList<>();
    // The first round warms up.
    for (int round = 0; round <= rounds; round++) {
      fresh(sql);
      long start = System.nanoTime();
      byHand(file, server);
      double hand = (System.nanoTime() - start) / 1e9;
      require(sql, rows);
      fresh(sql);
      start = System.nanoTime();
      byGate(file, server, rows);
      double gate = (System.nanoTime() - start) / 1e9;
      require(sql, rows);
      if (round > 0) {
        hands.add(rows / hand / 1e6);
        gates.add(rows / gate / 1e6);
        ratios.add(hand / gate);
      }
    }
    Bench.print(out, "by hand, million rows/s", hands);
    Bench.print(out, "by gate, million rows/s", gates);
    Bench.print(out, "gate / by hand", ratios);
  }

  private static void generate(Path file, int rows) throws SQLException {
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckdb.createStatement()) {
      statement.execute(
          "COPY (SELECT i AS id, hash(i) % 100000 :: BIGINT AS customer,"
              + " ['open','paid','sent','done'][1 + i % 4] AS status,"
              + " (i % 100 + 1)::INTEGER AS quantity,"
              + " ((hash(i * 7) % 10000000) / 100)::DECIMAL(12,2) AS price,"
              + " (i % 50) / 100.0::DOUBLE AS discount,"
              + " 'order number ' || i AS note, i % 3 = 0 AS gift,"
              + " DATE '2020-01-01' + (i % 2000)::INTEGER AS day,"
              + " TIMESTAMP '2024-01-01' + INTERVAL 1 SECOND * i AS updated"
              + " FROM range("
              + rows
              + ") t(i)) TO '"
              + file
              + "' (FORMAT parquet)");
    }
  }

  private static void fresh(Connection sql) throws SQLException {
    try (Statement statement = sql.createStatement()) {
      statement.execute(
          "DROP TABLE IF EXISTS public.orders; CREATE TABLE public.orders (id bigint,"
              + " customer bigint, status text, quantity int, price numeric(12,2),"
              + " discount double precision, note text, gift boolean, day date,"
              + " updated timestamp); DELETE FROM weirkeeper_gate.ledger; CHECKPOINT");
    }
  }

  private static void require(Connection sql, int rows) throws SQLException {
    try (Statement statement = sql.createStatement();
        ResultSet result = statement.executeQuery("SELECT count(*) FROM public.orders")) {
      result.next();
      if (result.getLong(1) != rows) {
        throw new IllegalStateException("Rows are missing: " + result.getLong(1));
      }
    }
  }

  private static void byGate(Path file, LocalPostgres server, int rows) throws IOException {
    try (FrameSource source =
            DuckDbFiles.open(
                new DatasetRef(new Asset("files", "orders"), ""), file, DuckDbCaps.DEFAULT);
        GateTarget target = PostgresGateTarget.of(ORDERS, server.dataSource(DATABASE)).build()) {
      GateReport report = Gate.to(target).contract(CONTRACT).open().write(source, CallControl.NONE);
      if (report.tally().published() != rows) {
        throw new IllegalStateException("The gate said " + report.status() + report.reason());
      }
    }
  }

  private static void byHand(Path file, LocalPostgres server) throws SQLException {
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Connection postgres = server.connect(DATABASE);
        Statement statement = duckdb.createStatement();
        ResultSet rows = statement.executeQuery("SELECT * FROM read_parquet('" + file + "')")) {
      postgres.setAutoCommit(false);
      CopyIn copy =
          postgres
              .unwrap(PGConnection.class)
              .getCopyAPI()
              .copyIn("COPY public.orders FROM STDIN (FORMAT binary)");
      ByteBuffer buffer = ByteBuffer.allocate(SEND + 4096);
      buffer.put(HEADER);
      while (rows.next()) {
        put(buffer, rows);
        if (buffer.position() >= SEND) {
          copy.writeToCopy(buffer.array(), 0, buffer.position());
          buffer.clear();
        }
      }
      buffer.putShort((short) -1);
      copy.writeToCopy(buffer.array(), 0, buffer.position());
      copy.endCopy();
      postgres.commit();
    }
  }

  private static void put(ByteBuffer buffer, ResultSet row) throws SQLException {
    buffer.putShort((short) 10);
    buffer.putInt(8).putLong(row.getLong(1));
    buffer.putInt(8).putLong(row.getLong(2));
    text(buffer, row.getString(3));
    buffer.putInt(4).putInt(row.getInt(4));
    // Two digits behind the point: groups of four, the last one of which is the fraction.
    long cents = row.getBigDecimal(5).unscaledValue().longValue();
    numeric(buffer, cents);
    buffer.putInt(8).putDouble(row.getDouble(6));
    text(buffer, row.getString(7));
    buffer.putInt(1).put((byte) (row.getBoolean(8) ? 1 : 0));
    buffer
        .putInt(4)
        .putInt((int) (row.getObject(9, java.time.LocalDate.class).toEpochDay() - 10_957));
    LocalDateTime updated = row.getObject(10, LocalDateTime.class);
    buffer.putInt(8).putLong(ChronoUnit.MICROS.between(EPOCH_2000, updated));
  }

  private static void text(ByteBuffer buffer, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    buffer.putInt(utf8.length).put(utf8);
  }

  private static void numeric(ByteBuffer buffer, long cents) {
    long whole = cents / 100;
    short fraction = (short) (cents % 100 * 100);
    short low = (short) (whole % 10_000);
    short high = (short) (whole / 10_000);
    buffer.putInt(14).putShort((short) 3).putShort((short) 1).putShort((short) 0);
    buffer.putShort((short) 2).putShort(high).putShort(low).putShort(fraction);
  }
}
