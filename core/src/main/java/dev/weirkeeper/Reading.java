package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * What one record of a host's own source means: what a {@link dev.weirkeeper.spi.RecordReader}
 * makes of it.
 */
public sealed interface Reading {

  /**
   * A change of one row.
   *
   * @param stream the part of the source within which records keep the order of the changes: a
   *     partition of a topic
   * @param relation the relation as the record describes it; the same object for equal ones is
   *     quick
   * @param evidence who says so
   * @param encoded the change in neutral form, as {@link dev.weirkeeper.spi.ChangeWriter} writes
   *     it; not copied
   * @param place where the source has it in its own log, if the record says so
   */
  record Change(
      String stream, Relation relation, Evidence evidence, byte[] encoded, Optional<Place> place)
      implements Reading {
    public Change {
      requireNonNull(stream, "stream");
      requireNonNull(relation, "relation");
      requireNonNull(evidence, "evidence");
      requireNonNull(encoded, "encoded");
      requireNonNull(place, "place");
    }
  }

  /**
   * All rows of a table were removed at once.
   *
   * @param id tells this removal from any other of the same table
   */
  record Truncated(String stream, Asset asset, String id) implements Reading {
    public Truncated {
      requireNonNull(stream, "stream");
      requireNonNull(asset, "asset");
      requireNonNull(id, "id");
    }
  }

  /** No row: a tombstone, a heartbeat, a message between programs. There is nothing to judge. */
  record NoRow() implements Reading {}

  /**
   * Not what the reader reads.
   *
   * @param reason what is wrong with it, without anything of its content
   */
  record Undecodable(String reason) implements Reading {
    public Undecodable {
      requireNonNull(reason, "reason");
    }
  }

  /**
   * Where a change stands in the source's log, so that one that is delivered again is known again.
   * Within a stream, places grow.
   *
   * @param transaction grows from one transaction to the next: for PostgreSQL where the last commit
   *     before it ended
   * @param change grows within a transaction, or stays where several rows were logged as one
   * @param committedMillis when the source committed it, in milliseconds of its own clock; a lower
   *     place with a later time means that the log began anew
   */
  record Place(long transaction, long change, long committedMillis) {
    /** Order in the log, whatever the clock of the source said. */
    public int compareInLog(Place other) {
      int byTransaction = Long.compareUnsigned(transaction, other.transaction);
      return byTransaction != 0 ? byTransaction : Long.compareUnsigned(change, other.change);
    }
  }
}
