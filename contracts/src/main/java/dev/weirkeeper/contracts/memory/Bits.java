package dev.weirkeeper.contracts.memory;

import dev.weirkeeper.contracts.engine.Vec;
import java.util.Arrays;

/** Sets of rows as words: row {@code r} is bit {@code r & 63} of word {@code r >> 6}. */
final class Bits {
  static final long[] NONE = {};

  private Bits() {}

  static int words(int rows) {
    return (rows + 63) >> 6;
  }

  /** The rows of a word that are there. */
  static long valid(int rows, int word) {
    int left = rows - (word << 6);
    return left >= 64 ? -1L : (1L << left) - 1;
  }

  static boolean has(long[] words, int row) {
    return (words[row >> 6] & (1L << row)) != 0;
  }

  static long count(long[] words, int length) {
    long count = 0;
    for (int word = 0; word < length; word++) {
      count += Long.bitCount(words[word]);
    }
    return count;
  }

  static boolean any(long[] words, int length) {
    for (int word = 0; word < length; word++) {
      if (words[word] != 0) {
        return true;
      }
    }
    return false;
  }

  /** Rows without a value: none is an empty array, any other has all words of the frame. */
  static long[] nulls(Vec vec, int rows) {
    long[] nulls =
        vec instanceof Vec.Longs longs
            ? longs.nulls()
            : vec instanceof Vec.Doubles doubles
                ? doubles.nulls()
                : vec instanceof Vec.Truths truths
                    ? truths.nulls()
                    : vec instanceof Vec.Days days
                        ? days.nulls()
                        : vec instanceof Vec.Micros micros
                            ? micros.nulls()
                            : absent(
                                vec instanceof Vec.Texts texts
                                    ? texts.values()
                                    : ((Vec.Decimals) vec).values(),
                                rows);
    int words = words(rows);
    if (!any(nulls, Math.min(words, nulls.length))) {
      return NONE;
    }
    return nulls.length < words ? Arrays.copyOf(nulls, words) : nulls;
  }

  private static long[] absent(Object[] values, int rows) {
    long[] nulls = new long[words(rows)];
    for (int word = 0, row = 0; row < rows; word++) {
      int end = Math.min(row + 64, rows);
      long bits = 0;
      for (; row < end; row++) {
        bits |= (values[row] == null ? 1L : 0L) << row;
      }
      nulls[word] = bits;
    }
    return nulls;
  }
}
