package dev.weirkeeper.contracts.memory;

/**
 * Bounds what an engine holds beside the frames: keys seen, values to sort, sampled rows. What does
 * not fit fails with a reason instead of exhausting the heap. Confined to one thread.
 */
public final class MemoryBudget {
  private static final long MEGABYTE = 1L << 20;

  private final long limit;
  private long used;

  private MemoryBudget(long limit) {
    this.limit = limit;
  }

  /** A third of the heap that the JVM may use. */
  public static MemoryBudget standard() {
    return new MemoryBudget(Runtime.getRuntime().maxMemory() / 3);
  }

  /**
   * @throws IllegalArgumentException if it is negative
   */
  public static MemoryBudget ofBytes(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("A budget is 0 bytes or more, not " + bytes);
    }
    return new MemoryBudget(bytes);
  }

  /**
   * Takes some bytes.
   *
   * @param what is held, in the plural: {@code keys}
   * @throws UnansweredException if they are not left
   */
  void take(long bytes, String what) {
    if (bytes > limit - used) {
      throw new UnansweredException(
          "The "
              + what
              + " that must be held to answer this need more than the "
              + limit / MEGABYTE
              + " MB that the memory engine may use; give it more or use an engine of a database");
    }
    used += bytes;
  }

  /** Gives bytes back that were taken. */
  void release(long bytes) {
    used -= bytes;
  }
}
