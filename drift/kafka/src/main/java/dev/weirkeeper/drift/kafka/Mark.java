package dev.weirkeeper.drift.kafka;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * How far a partition was read: where to go on, and the newest place of the source's log that was
 * seen, so that what a connector sends again is known.
 *
 * <p>Several rows of one COPY share a place in PostgreSQL's log. They come again in their order, so
 * the first of them and their number tell which of them were seen.
 *
 * @param next offset of the first record that was not read
 * @param order newest place that was seen; empty if none was, or none is known
 * @param first digest of the first event at that place; empty for what may come twice unharmed
 * @param count events at that place
 * @param millis newest time of the source that was seen, milliseconds since 1970
 * @param held whether the record at {@code next} cannot be read and was reported
 */
record Mark(
    long next, Optional<SourceOrder> order, String first, int count, long millis, Hold held) {
  /** How a digest begins that another event may have as well: that of a row without a key. */
  static final String KEYLESS = "=";

  /** In {@link After#again}: the connector has gone back, and is not at the newest place yet. */
  private static final int BEHIND = -1;

  /** Whether a partition goes on. */
  enum Hold {
    NO,
    YES
  }

  /** What is to be made of an event. */
  enum Seen {
    NEW,
    AGAIN
  }

  /**
   * A mark behind an event.
   *
   * @param again how many events of the newest place have come again in a row; negative on the way
   *     there
   */
  record After(Mark mark, Seen seen, int again) {}

  Mark {
    requireNonNull(order, "order");
    requireNonNull(first, "first");
    requireNonNull(held, "held");
    if (next < 0) {
      throw new IllegalArgumentException("An offset is never negative, got " + next);
    }
  }

  static Mark at(long next) {
    return new Mark(next, Optional.empty(), "", 0, Long.MIN_VALUE, Hold.NO);
  }

  Mark upTo(long offset) {
    return new Mark(offset, order, first, count, millis, Hold.NO);
  }

  Mark holding() {
    return new Mark(next, order, first, count, millis, Hold.YES);
  }

  /** Forgets what was seen of the source's log: a snapshot begins anew. */
  Mark reset() {
    return at(next);
  }

  /**
   * Meets an event of the stream.
   *
   * @param digest by which it is known among the events of its place; empty if it need not be
   * @param at time of the source, milliseconds since 1970
   * @param again what the meeting before said
   * @throws UnreadableException if the source's log went back: it is another log; or if nobody can
   *     tell whether a row comes again or was written twice
   */
  After meet(Optional<SourceOrder> place, String digest, long at, int again) {
    if (place.isEmpty()) {
      return new After(this, Seen.NEW, 0);
    }
    SourceOrder its = place.get();
    if (order.isEmpty() || !order.get().log().equals(its.log())) {
      return new After(newest(its, digest, at), Seen.NEW, 0);
    }
    int compared = its.place().compareTo(order.get().place());
    if (compared > 0) {
      return new After(newest(its, digest, at), Seen.NEW, 0);
    } else if (compared < 0) {
      if (at > millis) {
        throw new UnreadableException(
            "the log of the source went back while its time went on: it was restored, or another"
                + " server took over; load its tables again");
      }
      return new After(this, Seen.AGAIN, BEHIND);
    }
    boolean repeats = !digest.isEmpty() && digest.equals(first);
    if (repeats && again != BEHIND && digest.startsWith(KEYLESS)) {
      throw new UnreadableException(
          "a row without a key is equal to one from the same place in the source's log, and may be"
              + " that one sent again or a second one; give the table a key, or set"
              + " provide.transaction.metadata at the connector");
    }
    if (repeats || again == BEHIND || again > 0 && again < count) {
      return new After(this, Seen.AGAIN, repeats || again == BEHIND ? 1 : again + 1);
    }
    return new After(
        new Mark(next, order, first, count + 1, Math.max(millis, at), held), Seen.NEW, 0);
  }

  private Mark newest(SourceOrder its, String digest, long at) {
    return new Mark(next, Optional.of(its), digest, 1, Math.max(millis, at), held);
  }
}
