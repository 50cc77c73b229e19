package dev.weirkeeper.drift.postgres.migrate;

import static java.util.Objects.requireNonNull;

/**
 * Something about the server that stands in the way of a step, or may.
 *
 * @param what names what was found, without SQL and without values
 */
public record Obstacle(Kind kind, String what) {
  public Obstacle {
    requireNonNull(kind, "kind");
    requireNonNull(what, "what");
  }

  /** What sort of thing it is. */
  public enum Kind {
    /** It holds a lock on a relation of the step for longer than the runner would wait. */
    LONG_TRANSACTION,
    /** A prepared transaction holds such a lock; nobody will end it by closing a connection. */
    PREPARED_TRANSACTION,
    /** Whoever builds an index concurrently waits for its end. */
    LONG_SNAPSHOT,
    /** What a dead runner began still runs on the server. */
    INDEX_BUILD_RUNNING,
    /** The slot has lost log; its reader has to begin anew anyway. */
    SLOT_LOST,
    /** The slot is about to lose log. */
    SLOT_UNRESERVED,
    /** The slot holds back more log than the limit. */
    SLOT_BEHIND,
    REPLICA_BEHIND,
    /** The login may not see how old other sessions' transactions are. */
    NOT_VISIBLE
  }

  /** Whether a step that locks a relation waits until it is gone. */
  boolean holdsUpLocks() {
    return kind == Kind.LONG_TRANSACTION
        || kind == Kind.PREPARED_TRANSACTION
        || kind == Kind.LONG_SNAPSHOT
        || kind == Kind.INDEX_BUILD_RUNNING;
  }

  /** Whether writing many rows waits until it is gone. */
  boolean holdsUpWrites() {
    return kind == Kind.SLOT_UNRESERVED || kind == Kind.SLOT_BEHIND || kind == Kind.REPLICA_BEHIND;
  }
}
