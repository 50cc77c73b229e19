package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

/**
 * Row changes of one version of one relation, in their order, all of one transaction. The columnar
 * form that judges and targets work on.
 *
 * <p>{@link #after} holds the new image (INSERT, UPDATE, READ), or for a DELETE the image of its
 * key. {@link #before} holds the old image of an UPDATE where the log carries one: always when the
 * key changed, else only for relations that log whole rows. Valid until the chunk that it came with
 * is left. Not safe to share between threads.
 */
public final class RowBatch {
  /** What happened to a row. */
  public enum Op {
    INSERT,
    UPDATE,
    DELETE,
    /** A row as a snapshot read it: there or not, this is how it is now. */
    READ
  }

  private static final Op[] OPS = Op.values();

  private final Relation relation;
  private final int rows;
  private final byte[] ops;
  private final long[] ordinals;
  private final int[] starts;
  private final Tuples after;
  private final Tuples before;
  private final boolean[] hasBefore;

  RowBatch(
      Relation relation,
      int rows,
      byte[] ops,
      long[] ordinals,
      int[] starts,
      Tuples after,
      Tuples before,
      boolean[] hasBefore) {
    this.relation = requireNonNull(relation, "relation");
    this.rows = rows;
    this.ops = ops;
    this.ordinals = ordinals;
    this.starts = starts;
    this.after = after;
    this.before = before;
    this.hasBefore = hasBefore;
  }

  public Relation relation() {
    return relation;
  }

  public int rows() {
    return rows;
  }

  public Op op(int row) {
    return OPS[ops[row]];
  }

  /** Place of the change within its transaction; the same when the transaction is read again. */
  public long ordinal(int row) {
    return ordinals[row];
  }

  public Tuples after() {
    return after;
  }

  public boolean hasBefore(int row) {
    return hasBefore[row];
  }

  /** Old images; ask {@link #hasBefore} for each row. */
  public Tuples before() {
    return before;
  }

  /** The change in the neutral form that {@link dev.weirkeeper.spi.ChangeBuffer} takes back. */
  public byte[] encoded(int row) {
    byte[] data = after.data();
    int from = starts[2 * row];
    int to = starts[2 * row + 1];
    byte[] copy = new byte[to - from];
    System.arraycopy(data, from, copy, 0, copy.length);
    return copy;
  }
}
