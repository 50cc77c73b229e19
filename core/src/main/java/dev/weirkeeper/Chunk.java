package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.List;

/** A part of a transaction, in its order. */
public sealed interface Chunk {

  /**
   * Rows of one or several relations. The order within each batch is the order of the log; batches
   * of one relation (its versions) are in order too, so the order per key is kept.
   */
  record Rows(List<RowBatch> batches) implements Chunk {
    public Rows {
      batches = List.copyOf(batches);
    }
  }

  /** All rows of one relation were removed at once. */
  record Truncated(Relation relation, long ordinal) implements Chunk {
    public Truncated {
      requireNonNull(relation, "relation");
    }
  }
}
