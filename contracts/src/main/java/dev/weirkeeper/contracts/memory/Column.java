package dev.weirkeeper.contracts.memory;

import dev.weirkeeper.contracts.engine.Vec;

/**
 * Values of a frame.
 *
 * @param nulls rows without a value; empty if there are none; bits behind the last row say nothing
 */
record Column(Vec vec, long[] nulls) {
  static Column of(Vec vec, int rows) {
    return new Column(vec, Bits.nulls(vec, rows));
  }

  long nulls(int word) {
    return nulls.length == 0 ? 0 : nulls[word];
  }

  boolean isNull(int row) {
    return nulls.length != 0 && Bits.has(nulls, row);
  }

  /** Whether no row has a value: then nothing is known of its type either. */
  boolean isAllNull(int rows) {
    for (int word = 0; word < Bits.words(rows); word++) {
      if ((~nulls(word) & Bits.valid(rows, word)) != 0) {
        return false;
      }
    }
    return true;
  }
}
