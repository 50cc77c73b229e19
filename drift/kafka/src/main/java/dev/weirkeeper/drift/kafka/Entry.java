package dev.weirkeeper.drift.kafka;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Relation;
import java.util.Optional;

/**
 * A record that was read and waits for its transaction.
 *
 * @param relation of a row, as its record says
 * @param encoded a row in the neutral form; empty for all else
 * @param whole whether a row brings all its values
 * @param seen whether the connector has sent it before
 * @param after the partition's mark behind it, as far as the source's log goes
 */
record Entry(
    long offset,
    Event event,
    Optional<Relation> relation,
    byte[] encoded,
    Layout.Whole whole,
    Mark.Seen seen,
    Mark after) {
  Entry {
    requireNonNull(event, "event");
    requireNonNull(relation, "relation");
    requireNonNull(encoded, "encoded");
    requireNonNull(whole, "whole");
    requireNonNull(seen, "seen");
    requireNonNull(after, "after");
  }

  boolean again() {
    return seen == Mark.Seen.AGAIN;
  }

  /** Of rows and truncations. */
  Optional<Event.Origin> origin() {
    if (event instanceof Event.Row row) {
      return Optional.of(row.origin());
    }
    return event instanceof Event.Truncated truncated
        ? Optional.of(truncated.origin())
        : Optional.empty();
  }

  /** The transaction whose boundaries tell when it is whole; empty if it has none. */
  Optional<String> bounded() {
    return origin().filter(origin -> origin.total().isPresent()).flatMap(Event.Origin::transaction);
  }

  /** Bytes that it takes in memory, roughly. */
  long weight() {
    return 200L + encoded.length;
  }
}
