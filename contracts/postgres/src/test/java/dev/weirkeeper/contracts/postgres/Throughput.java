package dev.weirkeeper.contracts.postgres;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Batch;
import dev.weirkeeper.Column;
import dev.weirkeeper.Commit;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.Type;
import dev.weirkeeper.testkit.LocalPostgres;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Compares the target with bare COPY and with a hand-written staged upsert, in interleaved rounds
 * on one server with fsync on. Run by hand.
 */
final class Throughput {
  private static final int ROWS = 300_000;
  private static final int PER_TRANSACTION = 1000;
  private static final int UPDATES = 100_000;
  private static final int GROUP = 20_000;
  private static final int ROUNDS = 5;

  private static final String COLUMNS =
      "(orderkey bigint PRIMARY KEY, custkey bigint, status text, price numeric(12,2),"
          + " orderdate date, priority text, clerk text, ship int, comment text)";

  private static final Relation ORDERS =
      Relation.of(
          new Asset("shop", "public.orders"),
          "1",
          new RowIdentity.Key(List.of("1")),
          List.of(
              Column.of("1", "orderkey", Type.of("int8")),
              Column.of("2", "custkey", Type.of("int8")),
              Column.of("3", "status", Type.of("text")),
              Column.of("4", "price", Type.of("numeric", 12, 2)),
              Column.of("5", "orderdate", Type.of("date")),
              Column.of("6", "priority", Type.of("text")),
              Column.of("7", "clerk", Type.of("text")),
              Column.of("8", "ship", Type.of("int4")),
              Column.of("9", "comment", Type.of("text"))));

  private Throughput() {}

  private static String[] order(int i, int version) {
    return new String[] {
      "" + i,
      "" + (i * 7919L % 150_000),
      version % 2 == 0 ? "O" : "F",
      (i % 100_000) + "." + (10 + i % 90),
      "199" + (i % 8) + "-0" + (1 + i % 9) + "-1" + (i % 10),
      "5-LOW",
      "Clerk#00000" + (i % 10_000),
      "0",
      "furiously special foxes nag above the final pinto beans " + version + " " + i
    };
  }

  public static void main(String[] args) throws Exception {
    try (LocalPostgres server = LocalPostgres.start()) {
      server.createDatabase("bench");
      try (Connection sql = server.connect("bench")) {
        PostgresTarget.install(sql);
        new Rounds(server, sql).run();
      }
    }
  }

  private static final class Rounds {
    private final LocalPostgres server;
    private final Connection sql;
    private final List<byte[]> insertLines = new ArrayList<>();
    private final List<byte[]> updateLines = new ArrayList<>();
    private final Map<String, List<Double>> figures = new java.util.TreeMap<>();

    Rounds(LocalPostgres server, Connection sql) {
      this.server = server;
      this.sql = sql;
    }

    void run() throws Exception {
      for (int i = 0; i < ROWS; i++) {
        insertLines.add(line(i, 0));
      }
      for (int i = 0; i < UPDATES; i++) {
        updateLines.add(line((int) (i * 7919L % ROWS), 2));
      }
      for (int round = -1; round < ROUNDS; round++) {
        List<Transaction> inserts = new ArrayList<>();
        for (int from = 0; from < ROWS; from += PER_TRANSACTION) {
          Rows.Tx tx = Rows.Tx.stream(round + "/i" + from);
          for (int i = from; i < from + PER_TRANSACTION; i++) {
            tx.insert(ORDERS, order(i, 0));
          }
          inserts.add(tx);
        }
        List<Transaction> updates = new ArrayList<>();
        for (int from = 0; from < UPDATES; from += PER_TRANSACTION) {
          Rows.Tx tx = Rows.Tx.stream(round + "/u" + from);
          for (int i = from; i < from + PER_TRANSACTION; i++) {
            tx.update(ORDERS, order((int) (i * 7919L % ROWS), round + 2));
          }
          updates.add(tx);
        }
        fresh();
        note(round, "target insert, groups of 20k", ROWS, () -> target(inserts, GROUP));
        note(round, "target update, groups of 20k", UPDATES, () -> target(updates, GROUP));
        fresh();
        note(round, "target insert, one batch", ROWS, () -> target(inserts, ROWS));
        fresh();
        note(round, "target insert, 1,000 a batch", ROWS, () -> target(inserts, 1000));
        fresh();
        note(round, "copy, one transaction", ROWS, () -> copy(ROWS));
        note(round, "staged upsert, groups of 20k", UPDATES, () -> staged());
        fresh();
        note(round, "copy, 1,000 a transaction", ROWS, () -> copy(PER_TRANSACTION));
      }
      figures.forEach(
          (name, rates) -> {
            List<Double> sorted = rates.stream().sorted().toList();
            System.out.printf(
                "%-32s median %,9.0f rows/s  (%,.0f .. %,.0f)%n",
                name, sorted.get(sorted.size() / 2), sorted.get(0), sorted.get(sorted.size() - 1));
          });
    }

    private interface Work {
      void run() throws Exception;
    }

    private void note(int round, String name, int rows, Work work) throws Exception {
      long start = System.nanoTime();
      work.run();
      double rate = rows / ((System.nanoTime() - start) / 1e9);
      if (round >= 0) {
        figures.computeIfAbsent(name, key -> new ArrayList<>()).add(rate);
      }
    }

    private void fresh() throws Exception {
      try (Statement run = sql.createStatement()) {
        run.execute("DROP TABLE IF EXISTS public.orders");
        run.execute("CREATE TABLE public.orders " + COLUMNS);
        run.execute("TRUNCATE weirkeeper.feed");
        run.execute("CHECKPOINT");
      }
    }

    private void target(List<Transaction> all, int group) throws Exception {
      try (PostgresTarget target =
          PostgresTarget.builder("bench", server.dataSource("bench")).open()) {
        String at = target.resume("pg").map(r -> r.position().text()).orElse("start");
        for (int from = 0; from < all.size(); from += group / PER_TRANSACTION) {
          List<Transaction> some =
              all.subList(from, Math.min(all.size(), from + group / PER_TRANSACTION));
          String next = some.get(some.size() - 1).position().text();
          Batch batch =
              Rows.batch(
                  at,
                  next,
                  List.of(Rows.live(ORDERS)),
                  Rows.nothing(),
                  List.of(),
                  some.toArray(Transaction[]::new));
          Commit commit = target.write(batch, rows -> {});
          if (!(commit instanceof Commit.Applied)) {
            throw new IllegalStateException(commit.toString());
          }
          at = next;
        }
      }
    }

    private static byte[] line(int i, int version) {
      return (String.join("\t", order(i, version)) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private void copy(int perTransaction) throws Exception {
      try (Connection connection = server.connect("bench")) {
        connection.setAutoCommit(false);
        for (int from = 0; from < ROWS; from += perTransaction) {
          send(
              connection,
              "COPY public.orders FROM STDIN",
              insertLines.subList(from, from + perTransaction));
          connection.commit();
        }
      }
    }

    private static void send(Connection connection, String sql, List<byte[]> lines)
        throws Exception {
      CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
      Bytes buffer = new Bytes(1 << 17);
      for (byte[] line : lines) {
        buffer.put(line);
        if (buffer.length() > 1 << 16) {
          copy.writeToCopy(buffer.data(), 0, buffer.length());
          buffer.clear();
        }
      }
      copy.writeToCopy(buffer.data(), 0, buffer.length());
      copy.endCopy();
    }

    private void staged() throws Exception {
      try (Connection connection = server.connect("bench");
          Statement statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        statement.execute("CREATE TEMP TABLE stage (LIKE public.orders) ON COMMIT DELETE ROWS");
        connection.commit();
        for (int from = 0; from < UPDATES; from += GROUP) {
          send(connection, "COPY stage FROM STDIN", updateLines.subList(from, from + GROUP));
          statement.execute(
              "INSERT INTO public.orders SELECT * FROM stage ON CONFLICT (orderkey) DO UPDATE SET"
                  + " custkey = EXCLUDED.custkey, status = EXCLUDED.status,"
                  + " price = EXCLUDED.price, orderdate = EXCLUDED.orderdate,"
                  + " priority = EXCLUDED.priority, clerk = EXCLUDED.clerk,"
                  + " ship = EXCLUDED.ship, comment = EXCLUDED.comment");
          connection.commit();
        }
      }
    }
  }
}
