package dev.weirkeeper.contracts.memory;

import java.util.Arrays;

/** A set of whole numbers that never changes, searched without objects. */
final class LongSet {
  /** Members so close together are bits. */
  private static final long DENSE = 1 << 16;

  private final long[] sorted;
  private final long least;
  private final long[] bits;

  LongSet(long[] members) {
    this.sorted = members.clone();
    Arrays.sort(sorted);
    this.least = sorted.length == 0 ? 0 : sorted[0];
    long width = sorted.length == 0 ? 0 : sorted[sorted.length - 1] - least;
    this.bits = width >= 0 && width < DENSE ? new long[(int) (width >> 6) + 1] : Bits.NONE;
    if (bits.length > 0) {
      for (long member : sorted) {
        bits[(int) ((member - least) >> 6)] |= 1L << (member - least);
      }
    }
  }

  boolean contains(long value) {
    return bits.length > 0 ? inBits(value) : Arrays.binarySearch(sorted, value) >= 0;
  }

  private boolean inBits(long value) {
    long at = value - least;
    return at >= 0 && at < (long) bits.length << 6 && (bits[(int) (at >> 6)] & (1L << at)) != 0;
  }

  void scan(long[] values, int rows, long[] found) {
    for (int word = 0, row = 0; row < rows; word++) {
      int end = Math.min(row + 64, rows);
      long in = 0;
      for (; row < end; row++) {
        in |= (contains(values[row]) ? 1L : 0L) << row;
      }
      found[word] = in;
    }
  }
}
