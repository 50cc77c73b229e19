package dev.weirkeeper.contracts.memory;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.engine.DatasetRef;

/**
 * Bounds what an engine holds beside the frames: keys seen, values to sort, sampled rows. What does
 * not fit fails with a reason instead of exhausting the heap. Confined to one thread.
 */
public final class MemoryBudget {
  private static final long MEGABYTE = 1L << 20;

  private final long limit;
  private long used;
  private long seed;

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
   * Makes the hashes of tables of keys depend on the data as a whole: where its version is a digest
   * of its content, nobody can choose values that collide, because to choose them changes what they
   * must collide under. The same data is hashed the same way again. Tables that exist already keep
   * their seed.
   */
  MemoryBudget seededBy(DatasetRef data) {
    seed = Long.parseUnsignedLong(Hash.of(Json.of(data)).hex().substring(0, 16), 16);
    return this;
  }

  /** What hashes begin with. */
  long seed() {
    return seed;
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
