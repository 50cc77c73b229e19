package dev.weirkeeper.contracts.memory;

import dev.weirkeeper.contracts.engine.Answers;

/** Finds out one metric in one pass over the data. */
interface Tally {
  /**
   * @throws UnansweredException if it cannot be found out on this data
   */
  void add(Batch batch);

  /** Whether further rows change nothing. */
  default boolean isDone() {
    return false;
  }

  /**
   * @throws UnansweredException if it cannot be found out on this data
   */
  void answer(Answers answers);
}
