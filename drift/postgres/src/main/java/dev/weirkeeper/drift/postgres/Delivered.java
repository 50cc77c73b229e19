package dev.weirkeeper.drift.postgres;

import java.util.Arrays;

/**
 * Transactions that were handed out and that no snapshot has been known to see yet. A commit may be
 * in the log before others see it, so a snapshot that is read next could miss it, and its rows
 * would undo what was delivered.
 */
final class Delivered {
  private int[] xids = new int[1024];
  private int size;

  void add(int xid) {
    if (size == xids.length) {
      xids = Arrays.copyOf(xids, 2 * size);
    }
    xids[size++] = xid;
  }

  /** Adds all that run while a snapshot is taken. */
  void addAll(XidSnapshot snapshot) {
    for (long xid : snapshot.running()) {
      add((int) xid);
    }
  }

  int size() {
    return size;
  }

  /** Forgets what a snapshot sees, for every later one sees it too; returns whether all is seen. */
  boolean allSeenBy(XidSnapshot snapshot) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (!snapshot.sees(xids[i])) {
        xids[kept++] = xids[i];
      }
    }
    size = kept;
    return size == 0;
  }
}
