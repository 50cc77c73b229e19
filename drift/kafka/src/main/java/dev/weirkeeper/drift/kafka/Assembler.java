package dev.weirkeeper.drift.kafka;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Decides which entries are one transaction. Used by one thread. */
interface Assembler {

  /**
   * Entries of one transaction in their order, all of them taken.
   *
   * @param name content of the transaction's id; the same when it is read again
   */
  record Assembled(String name, List<Entry> entries) {
    public Assembled {
      entries = List.copyOf(entries);
    }
  }

  /** Empty until more is read. */
  Optional<Assembled> next() throws IOException;

  /** Transactions that have begun and did not end, as far as was handed out. */
  Set<String> open();

  /** Whether what comes next cannot be put together without more of a partition. */
  boolean needs(Partition partition);

  /** What waits, for people; empty if nothing does. */
  Optional<String> waiting();
}
