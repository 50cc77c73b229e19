package dev.weirkeeper.drift.postgres;

import java.util.Arrays;

/** Which transactions a snapshot sees: the text of {@code pg_current_snapshot()}. */
final class XidSnapshot {
  private final long xmin;
  private final long xmax;
  private final long[] running;

  private XidSnapshot(long xmin, long xmax, long[] running) {
    this.xmin = xmin;
    this.xmax = xmax;
    this.running = running;
  }

  static XidSnapshot parse(String text) {
    String[] parts = text.split(":", -1);
    if (parts.length != 3) {
      throw new IllegalArgumentException("Not a snapshot: " + text);
    }
    long[] running =
        parts[2].isEmpty()
            ? new long[0]
            : Arrays.stream(parts[2].split(",")).mapToLong(Long::parseLong).sorted().toArray();
    return new XidSnapshot(Long.parseLong(parts[0]), Long.parseLong(parts[1]), running);
  }

  /** Transactions that had begun and not ended when the snapshot was taken. */
  long[] running() {
    return running.clone();
  }

  /**
   * Whether the effects of a committed transaction are seen.
   *
   * @param xid the 32 bits that the log tells; at most 2^31 transactions away from the snapshot
   */
  boolean sees(int xid) {
    long wide = xmax + (xid - (int) xmax);
    return wide < xmin || wide < xmax && Arrays.binarySearch(running, wide) < 0;
  }
}
