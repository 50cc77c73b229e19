package dev.weirkeeper.examples.quickstart;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.postgresql.replication.LogSequenceNumber;

/** The application that owns the source and knows nothing of the pipeline. */
public final class Application implements AutoCloseable {
  private final Connection connection;
  private final String url;
  private final AtomicLong nextOrder = new AtomicLong(1_000_000);
  private volatile boolean busy;
  private @Nullable Thread writer;
  private volatile @Nullable SQLException writerFailure;

  Application(String url) throws SQLException {
    this.url = url;
    connection = DriverManager.getConnection(url);
  }

  /** Runs statements in one transaction. */
  void transaction(String... statements) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
      connection.commit();
    } catch (SQLException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(true);
    }
  }

  /**
   * Where the source's log ends now: all that was committed lies before it. Writes a little behind
   * it, so that a pipeline whose tables are quiet has a reason to get there.
   */
  LogSequenceNumber position() throws SQLException {
    return position(connection);
  }

  public static LogSequenceNumber position(Connection source) throws SQLException {
    try (Statement statement = source.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT pg_current_wal_insert_lsn(),"
                    + " pg_logical_emit_message(false, 'marker', repeat(' ', 4096))")) {
      row.next();
      return LogSequenceNumber.valueOf(row.getString(1));
    }
  }

  /** Bytes of log that the source keeps for the slot. */
  long retained(String slot) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), confirmed_flush_lsn)::bigint"
                + " FROM pg_replication_slots WHERE slot_name = ?")) {
      query.setString(1, slot);
      try (ResultSet row = query.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  /** Places orders in the background, each with its lines in one transaction. */
  void startPlacingOrders() {
    busy = true;
    Thread thread = new Thread(this::placeOrders, "application");
    thread.start();
    writer = thread;
  }

  private void placeOrders() {
    try (Connection own = DriverManager.getConnection(url);
        PreparedStatement order =
            own.prepareStatement(
                "INSERT INTO orders (o_orderkey, o_custkey, o_orderstatus, o_totalprice,"
                    + " o_orderdate, o_orderpriority, o_clerk, o_shippriority, o_comment)"
                    + " VALUES (?, 1 + ? % 1500, 'O', 100 + ? % 900, DATE '1998-08-02', '3-MEDIUM',"
                    + " 'Clerk#000000042', 0, 'placed while the pipeline streams')");
        PreparedStatement line =
            own.prepareStatement(
                "INSERT INTO lineitem (l_orderkey, l_partkey, l_suppkey, l_linenumber, l_quantity,"
                    + " l_extendedprice, l_discount, l_tax, l_returnflag, l_linestatus, l_shipdate,"
                    + " l_commitdate, l_receiptdate, l_shipinstruct, l_shipmode)"
                    + " VALUES (?, 1, 1, ?, 5, 25.5, 0.05, 0.02, 'N', 'O', DATE '1998-08-04',"
                    + " DATE '1998-09-01', DATE '1998-08-09', 'NONE', 'MAIL')")) {
      own.setAutoCommit(false);
      while (busy) {
        long key = nextOrder.getAndIncrement();
        for (int parameter = 1; parameter <= 3; parameter++) {
          order.setLong(parameter, key);
        }
        order.executeUpdate();
        for (int number = 1; number <= 4; number++) {
          line.setLong(1, key);
          line.setInt(2, number);
          line.addBatch();
        }
        line.executeBatch();
        own.commit();
      }
    } catch (SQLException e) {
      writerFailure = e;
    }
  }

  /** Stops placing orders and returns how many were placed. */
  long stopPlacingOrders() throws SQLException, InterruptedException {
    busy = false;
    Thread thread = writer;
    if (thread != null) {
      thread.join();
      writer = null;
    }
    SQLException failure = writerFailure;
    if (failure != null) {
      throw failure;
    }
    return nextOrder.get() - 1_000_000;
  }

  @Override
  public void close() throws SQLException {
    busy = false;
    connection.close();
  }
}
