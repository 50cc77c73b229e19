package dev.weirkeeper.drift.postgres.migrate;

import java.time.Duration;

/**
 * How long and how often a runner tries, so that a migration never holds up those who use the
 * database.
 *
 * @param lock how long a statement waits for a lock, and all who come later wait behind it
 * @param statement how long a statement may take that touches no row
 * @param work how long a statement may take that reads or writes rows or builds an index
 * @param idle after how long the server ends a transaction in which the runner says nothing
 * @param attempts how often a step is tried in one run
 * @param firstPause between the first two attempts, at most
 * @param longestPause between any two attempts
 * @param oldestTransaction a table that an older transaction holds is not waited for
 * @param replicaLag how far a replica or slot may be behind before writes of many rows wait
 * @param slotBytes how much log a slot may hold back before writes of many rows wait
 * @param batchRows how many rows a batch of a backfill is to write, about
 * @param batchPause between two batches
 */
public record RunLimits(
    Duration lock,
    Duration statement,
    Duration work,
    Duration idle,
    int attempts,
    Duration firstPause,
    Duration longestPause,
    Duration oldestTransaction,
    Duration replicaLag,
    long slotBytes,
    int batchRows,
    Duration batchPause) {
  public RunLimits {
    positive("lock", lock);
    positive("statement", statement);
    positive("work", work);
    positive("idle", idle);
    positive("firstPause", firstPause);
    positive("longestPause", longestPause);
    positive("oldestTransaction", oldestTransaction);
    positive("replicaLag", replicaLag);
    if (attempts < 1 || batchRows < 1 || slotBytes < 1 || batchPause.isNegative()) {
      throw new IllegalArgumentException(
          "A run needs at least one attempt, one row in a batch and one byte for a slot, and no"
              + " pause is negative");
    }
  }

  /** Three seconds for a lock, ten attempts, pauses of up to a minute. */
  public static RunLimits usual() {
    return new RunLimits(
        Duration.ofSeconds(3),
        Duration.ofSeconds(30),
        Duration.ofHours(4),
        Duration.ofSeconds(10),
        10,
        Duration.ofSeconds(1),
        Duration.ofMinutes(1),
        Duration.ofSeconds(3),
        Duration.ofSeconds(10),
        1L << 30,
        10_000,
        Duration.ZERO);
  }

  public RunLimits lock(Duration wait) {
    return new RunLimits(
        wait,
        statement,
        work,
        idle,
        attempts,
        firstPause,
        longestPause,
        oldestTransaction,
        replicaLag,
        slotBytes,
        batchRows,
        batchPause);
  }

  /**
   * @param first between the first two attempts, at most
   * @param longest between any two
   */
  public RunLimits attempts(int most, Duration first, Duration longest) {
    return new RunLimits(
        lock,
        statement,
        work,
        idle,
        most,
        first,
        longest,
        oldestTransaction,
        replicaLag,
        slotBytes,
        batchRows,
        batchPause);
  }

  /**
   * @param statement one that touches no row
   * @param work one that does
   */
  public RunLimits statements(Duration statement, Duration work) {
    return new RunLimits(
        lock,
        statement,
        work,
        idle,
        attempts,
        firstPause,
        longestPause,
        oldestTransaction,
        replicaLag,
        slotBytes,
        batchRows,
        batchPause);
  }

  public RunLimits batches(int rows, Duration pause) {
    return new RunLimits(
        lock,
        statement,
        work,
        idle,
        attempts,
        firstPause,
        longestPause,
        oldestTransaction,
        replicaLag,
        slotBytes,
        rows,
        pause);
  }

  /**
   * @param transaction age from which one that holds a table is not waited for
   * @param replica how far a replica may be behind
   * @param slot how many bytes a slot may hold back
   */
  public RunLimits others(Duration transaction, Duration replica, long slot) {
    return new RunLimits(
        lock,
        statement,
        work,
        idle,
        attempts,
        firstPause,
        longestPause,
        transaction,
        replica,
        slot,
        batchRows,
        batchPause);
  }

  private static void positive(String name, Duration duration) {
    if (duration.isNegative() || duration.toMillis() < 1) {
      throw new IllegalArgumentException(
          name + " is at least a millisecond: PostgreSQL reads 0 as for ever");
    }
  }
}
