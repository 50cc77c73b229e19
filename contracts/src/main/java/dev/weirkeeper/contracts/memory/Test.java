package dev.weirkeeper.contracts.memory;

/** Answers a question about all rows of a frame at once. */
@FunctionalInterface
interface Test {
  /**
   * Writes all words of the frame: rows that answer TRUE and rows that answer FALSE. No row is in
   * both, and bits behind the last row are 0.
   *
   * @throws UnansweredException if the question makes no sense on this data
   */
  void fill(Batch batch, long[] yes, long[] no);
}
