package dev.weirkeeper.examples.bench;

import dev.weirkeeper.examples.server.GovernedStream;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

/** Rows a second through feed, gate and target, beside what the same machine does without them. */
final class Throughput {
  private static final int TRANSACTION = 1000;
  private static final int GROUP = 10_000;
  private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

  private final LocalPostgres server;
  private final int rows;

  Throughput(LocalPostgres server, int rows) {
    this.server = server;
    this.rows = rows;
  }

  void inserts(int rounds, PrintStream out) throws Exception {
    List<Double> raw = new ArrayList<>();
    List<Double> oneCopy = new ArrayList<>();
    List<Double> manyCopies = new ArrayList<>();
    for (int round = 0; round <= rounds; round++) {
      String id = "ins" + round;
      String table = "orders_" + id;
      prepare(id, table);
      write((from, to) -> "INSERT INTO " + table + " " + Bed.rows(from, to));
      List<byte[]> texts = texts(table);
      double piped = pipe(id, table);
      double decoded = decode(id);
      double once = copy(id + "_one", texts, texts.size());
      double often = copy(id + "_many", texts, 1);
      out.printf(
          Locale.ROOT,
          "%s %d: raw decode %,.0f  pipeline %,.0f  COPY %,.0f  COPY by %d %,.0f rows/s%n",
          round == 0 ? "warm-up" : "inserts",
          round,
          decoded,
          piped,
          once,
          TRANSACTION,
          often);
      if (round > 0) {
        raw.add(piped / decoded);
        oneCopy.add(piped / once);
        manyCopies.add(piped / often);
      }
      finish(id, table);
    }
    Bench.print(out, "pipeline with 10 rules / raw decode (aim 0.7)", raw);
    Bench.print(out, "pipeline with 10 rules / COPY in one transaction (aim 0.6)", oneCopy);
    Bench.print(out, "pipeline with 10 rules / COPY by 1,000 rows (aim 0.9)", manyCopies);
  }

  void updates(int rounds, PrintStream out) throws Exception {
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round <= rounds; round++) {
      String id = "upd" + round;
      String table = "orders_" + id;
      prepare(id, table);
      server.execute(Bed.SOURCE, "INSERT INTO " + table + " " + Bed.rows(1, rows));
      pipe(id, table);
      server.execute(
          Bed.TARGET,
          "CREATE TABLE hand AS SELECT * FROM " + table,
          "ALTER TABLE hand ADD PRIMARY KEY (o_orderkey)",
          "VACUUM ANALYZE hand",
          "VACUUM ANALYZE " + table);
      write(
          (from, to) ->
              "UPDATE "
                  + table
                  + " SET o_totalprice = o_totalprice + 1, o_orderstatus = 'P'"
                  + " WHERE o_orderkey BETWEEN "
                  + from
                  + " AND "
                  + to);
      List<byte[]> texts = texts(table);
      double piped = pipe(id, table);
      double byHand = stagedUpsert(texts);
      out.printf(
          Locale.ROOT,
          "%s %d: pipeline %,.0f  staged upsert by hand %,.0f rows/s%n",
          round == 0 ? "warm-up" : "updates",
          round,
          piped,
          byHand);
      if (round > 0) {
        ratios.add(piped / byHand);
      }
      server.execute(Bed.TARGET, "DROP TABLE hand");
      finish(id, table);
    }
    Bench.print(out, "updates: pipeline / staged upsert by hand (aim 0.8)", ratios);
  }

  private interface Sql {
    String of(long from, long to);
  }

  private void prepare(String id, String table) throws Exception {
    Bed.createTable(server, Bed.SOURCE, table);
    try (GovernedStream stream = Bed.stream(server, id, table, event -> {})) {
      Bed.awaitLive(stream, id, table);
    }
    server.execute(
        Bed.SOURCE, "SELECT pg_copy_logical_replication_slot('wk_" + id + "', 'raw_" + id + "')");
  }

  private void finish(String id, String table) throws SQLException {
    server.execute(
        Bed.SOURCE,
        "SELECT pg_drop_replication_slot('raw_" + id + "')",
        "SELECT pg_drop_replication_slot('wk_" + id + "')",
        "DROP PUBLICATION wk_" + id,
        "DROP PUBLICATION wk_" + id + "_ins",
        "DROP TABLE " + table);
    server.execute(Bed.TARGET, "DROP TABLE " + table, "CHECKPOINT");
  }

  private void write(Sql sql) throws SQLException {
    try (Connection connection = server.connect(Bed.SOURCE);
        Statement statement = connection.createStatement()) {
      for (long from = 1; from <= rows; from += TRANSACTION) {
        statement.execute(sql.of(from, Math.min(rows, from + TRANSACTION - 1)));
      }
    }
  }

  /** Reads every message and looks at its kind only. */
  private double decode(String id) throws SQLException {
    Properties properties = new Properties();
    PGProperty.REPLICATION.set(properties, "database");
    PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "14");
    PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
    LogSequenceNumber end = Bed.position(server);
    long started = System.nanoTime();
    try (Connection connection = DriverManager.getConnection(server.url(Bed.SOURCE), properties);
        PGReplicationStream stream =
            connection
                .unwrap(PGConnection.class)
                .getReplicationAPI()
                .replicationStream()
                .logical()
                .withSlotName("raw_" + id)
                .withSlotOption("proto_version", "1")
                .withSlotOption("publication_names", "wk_" + id + ",wk_" + id + "_ins")
                .withSlotOption("messages", "true")
                .start()) {
      long seen = 0;
      while (seen < rows) {
        ByteBuffer message = stream.readPending();
        if (message == null) {
          LockSupport.parkNanos(LOOK_NANOS);
          continue;
        }
        byte kind = message.get(message.position());
        if (kind == 'I' || kind == 'U') {
          seen++;
        }
      }
      if (stream.getLastReceiveLSN().compareTo(end) > 0) {
        throw new SQLException("Read beyond what was written");
      }
      return rate(started);
    }
  }

  /** Timed from before the connections are made: the server fills buffers as soon as it may. */
  private double pipe(String id, String table) throws Exception {
    LogSequenceNumber end = Bed.position(server);
    long started = System.nanoTime();
    try (GovernedStream stream = Bed.stream(server, id, table, event -> {})) {
      stream.awaitPosition(end);
      return rate(started);
    }
  }

  private double rate(long started) {
    return rows * (double) TimeUnit.SECONDS.toNanos(1) / (System.nanoTime() - started);
  }

  /** The rows as COPY text, a block for each thousand. */
  private List<byte[]> texts(String table) throws Exception {
    List<byte[]> texts = new ArrayList<>();
    try (Connection connection = server.connect(Bed.SOURCE)) {
      CopyManager copies = connection.unwrap(PGConnection.class).getCopyAPI();
      for (long from = 1; from <= rows; from += TRANSACTION) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        copies.copyOut(
            "COPY (SELECT * FROM "
                + table
                + " WHERE o_orderkey BETWEEN "
                + from
                + " AND "
                + (from + TRANSACTION - 1)
                + ") TO STDOUT",
            block);
        texts.add(block.toByteArray());
      }
    }
    return texts;
  }

  private double copy(String name, List<byte[]> texts, int blocks) throws SQLException {
    Bed.createTable(server, Bed.TARGET, name);
    try (Connection connection = server.connect(Bed.TARGET)) {
      connection.setAutoCommit(false);
      long started = System.nanoTime();
      for (int at = 0; at < texts.size(); at += blocks) {
        copyIn(connection, name, texts.subList(at, Math.min(texts.size(), at + blocks)));
        connection.commit();
      }
      double rate = rate(started);
      try (Statement statement = connection.createStatement()) {
        statement.execute("DROP TABLE " + name);
      }
      connection.commit();
      return rate;
    }
  }

  private static void copyIn(Connection connection, String name, List<byte[]> blocks)
      throws SQLException {
    CopyIn copy =
        connection.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY " + name + " FROM STDIN");
    for (byte[] block : blocks) {
      copy.writeToCopy(block, 0, block.length);
    }
    copy.endCopy();
  }

  /** What a careful engineer would write by hand for updates that come in groups. */
  private double stagedUpsert(List<byte[]> texts) throws SQLException {
    try (Connection connection = server.connect(Bed.TARGET);
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("CREATE TEMP TABLE stage (LIKE hand) ON COMMIT DELETE ROWS");
      connection.commit();
      long started = System.nanoTime();
      int blocks = GROUP / TRANSACTION;
      for (int at = 0; at < texts.size(); at += blocks) {
        copyIn(connection, "stage", texts.subList(at, Math.min(texts.size(), at + blocks)));
        statement.execute(
            "INSERT INTO hand SELECT * FROM stage ON CONFLICT (o_orderkey) DO UPDATE SET"
                + " o_custkey = excluded.o_custkey, o_orderstatus = excluded.o_orderstatus,"
                + " o_totalprice = excluded.o_totalprice, o_orderdate = excluded.o_orderdate,"
                + " o_orderpriority = excluded.o_orderpriority, o_clerk = excluded.o_clerk,"
                + " o_shippriority = excluded.o_shippriority, o_comment = excluded.o_comment");
        connection.commit();
      }
      return rate(started);
    }
  }
}
