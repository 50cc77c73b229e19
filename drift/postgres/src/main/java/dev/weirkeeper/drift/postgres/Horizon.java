package dev.weirkeeper.drift.postgres;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Settles by transaction ids whether what the catalog says now was so already where the stream
 * stands. Now and then it notes a snapshot, and how far the log had been written then: what the
 * snapshot sees was committed before that place. Confined to the thread of its feed.
 */
final class Horizon {
  private static final int MOST = 64;

  private record Seen(XidSnapshot snapshot, long written) {}

  private final Catalog catalog;
  private final Deque<Seen> seen = new ArrayDeque<>();
  private int xid;
  private long commit;

  Horizon(Catalog catalog) {
    this.catalog = catalog;
  }

  /** Notes what is committed by now, and where in the log that ends at the latest. */
  void note() throws SQLException {
    // The snapshot first: whatever it sees has its commit in the log before it is seen.
    XidSnapshot snapshot =
        XidSnapshot.parse(catalog.value("SELECT pg_current_snapshot()::text").orElseThrow());
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
    while (seen.size() > 1 && passed(second())) {
      seen.removeFirst();
    }
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
