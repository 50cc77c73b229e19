package dev.weirkeeper.drift.postgres;

import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Settles by transaction ids whether what the catalog says now was so already where the stream
 * stands. Now and then it notes a snapshot, and how far the log had been written then: what the
 * snapshot sees was committed before that place. Confined to the thread of its feed.
 */
final class Horizon {
  private static final int MOST = 64;
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);
  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(1);

  private record Seen(XidSnapshot snapshot, long written) {}

  private final Catalog catalog;
  private final Deque<Seen> seen = new ArrayDeque<>();
  private int xid;
  private long commit;
  private boolean reached;

  Horizon(Catalog catalog) {
    this.catalog = catalog;
  }

  /** Notes what is committed by now, and where in the log that ends at the latest. */
  void note() throws SQLException {
    // The snapshot first: whatever it sees has its commit in the log before it is seen.
    XidSnapshot snapshot = now();
    long written =
        PostgresPosition.lsn(
            catalog.value("SELECT pg_current_wal_insert_lsn()::text").orElseThrow());
    if (seen.size() == MOST) {
      seen.removeFirst();
    }
    seen.addLast(new Seen(snapshot, written));
  }

  /** The transaction that is read from here on. */
  void began(int transaction, long commitAt) {
    xid = transaction;
    commit = commitAt;
    reached = false;
    while (seen.size() > 1 && passed(second())) {
      seen.removeFirst();
    }
  }

  /**
   * Waits until the catalog shows the transaction that is being read. A commit is in the log, and
   * so can be read, before others see it: for a moment, or for as long as the source waits for a
   * standby. A look at the catalog before that shows what was, not what is.
   *
   * @throws SQLException if it is not seen in time, or the thread is interrupted
   */
  void reach() throws SQLException {
    long began = System.nanoTime();
    while (!reached) {
      reached = now().sees(xid);
      if (!reached) {
        if (Thread.currentThread().isInterrupted() || System.nanoTime() - began > PATIENCE) {
          throw new SQLTimeoutException(
              "Transaction "
                  + Integer.toUnsignedString(xid)
                  + " is in the log and the source shows it to nobody yet; it may wait for a"
                  + " synchronous standby that does not answer",
              "57014");
        }
        LockSupport.parkNanos(PAUSE);
      }
    }
  }

  private XidSnapshot now() throws SQLException {
    return XidSnapshot.parse(catalog.value("SELECT pg_current_snapshot()::text").orElseThrow());
  }

  private Seen second() {
    return seen.stream().skip(1).findFirst().orElseThrow();
  }

  private boolean passed(Seen at) {
    return Long.compareUnsigned(at.written(), commit) <= 0;
  }

  /**
   * Whether all that makes a relation what the catalog says it is lies in the transaction that is
   * being read, or was committed before it. DDL on columns waits for all who wrote to the table and
   * they for it, so rows of this transaction come after any that was committed before it.
   *
   * @param columns attribute numbers of the columns that are not as they were, removed ones too
   */
  boolean settles(long oid, List<String> columns) throws SQLException {
    Map<String, Integer> writers = catalog.writers(oid);
    for (String column : columns) {
      Optional<Integer> writer = Optional.ofNullable(writers.get(column));
      if (writer.isEmpty() || writer.get() != xid && !isBehind(writer.get())) {
        return false;
      }
    }
    return true;
  }

  private boolean isBehind(int writer) {
    Seen last = seen.peekFirst();
    return last != null && passed(last) && last.snapshot().sees(writer);
  }
}
