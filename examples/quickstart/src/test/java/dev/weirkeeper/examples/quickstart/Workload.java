package dev.weirkeeper.examples.quickstart;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * An application that writes at random: inserts, updates with and without TOASTed values, deletes,
 * key changes, rows that break the contract or that the target refuses, rolled-back transactions
 * and savepoints, and schema changes in the middle of transactions.
 */
final class Workload implements AutoCloseable {
  static final String BIG = "repeat(md5(random()::text), 120)";

  private static final long IN_FLIGHT = 2 << 20;

  private final Random random;
  private final String url;
  private final List<String> tables;
  private final Map<String, List<Long>> keys = new HashMap<>();
  private final Map<String, Integer> widths = new HashMap<>();
  private final Thread thread;
  private volatile boolean stopping;
  private volatile @Nullable SQLException failure;
  private long nextKey = 1;
  private int nextColumn = 1;
  private int schemaChanges;
  private int rolledBack;
  private int transactions;

  Workload(String url, List<String> tables, long seed) {
    this.url = url;
    this.tables = tables;
    this.random = new Random(seed);
    tables.forEach(
        table -> {
          keys.put(table, new ArrayList<>());
          widths.put(table, 20);
        });
    thread = new Thread(this::run, "workload");
  }

  static void createTables(Connection connection, List<String> tables) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String table : tables) {
        statement.execute(
            "CREATE TABLE "
                + table
                + " (id bigint PRIMARY KEY, amount numeric(14,2), note text,"
                + " tag varchar(20))");
        statement.execute("ALTER TABLE " + table + " ALTER COLUMN note SET STORAGE EXTERNAL");
      }
    }
  }

  void start() {
    thread.start();
  }

  private void run() {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      while (!stopping) {
        if (transactions % 20 == 0) {
          letThemCatchUp(connection, statement);
        }
        transaction(connection, statement);
      }
    } catch (SQLException e) {
      failure = e;
    }
  }

  /** Keeps what is in flight at some megabytes, or the test would be about its own backlog. */
  private void letThemCatchUp(Connection connection, Statement statement) throws SQLException {
    while (!stopping) {
      try (ResultSet row =
          statement.executeQuery(
              "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)"
                  + " FROM pg_replication_slots WHERE slot_name = 'wk_shop'")) {
        row.next();
        if (row.getLong(1) < IN_FLIGHT) {
          connection.commit();
          return;
        }
      }
      connection.commit();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  private void transaction(Connection connection, Statement statement) throws SQLException {
    Map<String, List<Long>> before = new HashMap<>();
    keys.forEach((table, ids) -> before.put(table, new ArrayList<>(ids)));
    Map<String, Integer> widthsBefore = new HashMap<>(widths);
    boolean rollBack = random.nextInt(10) == 0;
    int operations = 1 + random.nextInt(12);
    for (int i = 0; i < operations; i++) {
      if (random.nextInt(15) == 0) {
        Savepoint savepoint = connection.setSavepoint();
        Map<String, List<Long>> held = new HashMap<>();
        keys.forEach((table, ids) -> held.put(table, new ArrayList<>(ids)));
        operate(statement);
        operate(statement);
        connection.rollback(savepoint);
        keys.putAll(held);
      }
      operate(statement);
    }
    if (random.nextInt(150) == 0) {
      changeSchema(statement);
      operate(statement);
    }
    if (rollBack) {
      connection.rollback();
      keys.putAll(before);
      widths.putAll(widthsBefore);
      rolledBack++;
    } else {
      connection.commit();
      transactions++;
    }
  }

  private void operate(Statement statement) throws SQLException {
    String table = tables.get(random.nextInt(tables.size()));
    List<Long> ids = keys.get(table);
    int kind = ids.size() < 20 ? 0 : random.nextInt(10);
    if (kind < 5) {
      long id = nextKey++;
      statement.execute(
          "INSERT INTO "
              + table
              + " (id, amount, note, tag) VALUES ("
              + id
              + ", "
              + amount()
              + ", "
              + (random.nextInt(4) == 0 ? BIG : "'n\\t\\\\" + id + "'")
              + ", 'new')");
      ids.add(id);
      return;
    }
    int at = random.nextInt(ids.size());
    long id = ids.get(at);
    switch (kind) {
      case 5 ->
          statement.execute("UPDATE " + table + " SET amount = " + amount() + " WHERE id = " + id);
      case 6 ->
          statement.execute(
              "UPDATE "
                  + table
                  + " SET note = "
                  + (random.nextBoolean() ? BIG : "NULL")
                  + " WHERE id = "
                  + id);
      case 7 ->
          statement.execute(
              "UPDATE " + table + " SET tag = 'seen', amount = " + amount() + " WHERE id = " + id);
      case 8 -> {
        statement.execute("DELETE FROM " + table + " WHERE id = " + id);
        ids.remove(at);
      }
      default -> {
        long moved = nextKey++;
        statement.execute("UPDATE " + table + " SET id = " + moved + " WHERE id = " + id);
        ids.set(at, moved);
      }
    }
  }

  private String amount() {
    return switch (random.nextInt(100)) {
      case 0, 3, 4 -> "-" + (1 + random.nextInt(1000)) + ".50";
      case 1 -> "5000000000.25";
      case 2 -> "NULL";
      default -> random.nextInt(100_000) + "." + (10 + random.nextInt(89));
    };
  }

  private void changeSchema(Statement statement) throws SQLException {
    String table = tables.get(random.nextInt(tables.size()));
    schemaChanges++;
    int column = nextColumn++;
    switch (random.nextInt(3)) {
      case 0 ->
          statement.execute(
              "ALTER TABLE " + table + " ADD COLUMN x" + column + " int DEFAULT " + column);
      case 1 -> {
        statement.execute("ALTER TABLE " + table + " ADD COLUMN x" + column + " text");
        statement.execute("ALTER TABLE " + table + " RENAME COLUMN x" + column + " TO y" + column);
      }
      default -> {
        int width = widths.merge(table, 5, Integer::sum);
        statement.execute("ALTER TABLE " + table + " ALTER COLUMN tag TYPE varchar(" + width + ")");
      }
    }
  }

  /** Stops and says what was done. */
  String stop() throws SQLException, InterruptedException {
    stopping = true;
    thread.join();
    SQLException thrown = failure;
    if (thrown != null) {
      throw thrown;
    }
    return transactions
        + " transactions, "
        + rolledBack
        + " rolled back, "
        + schemaChanges
        + " schema changes";
  }

  @Override
  public void close() {
    stopping = true;
  }
}
