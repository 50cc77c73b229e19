package dev.weirkeeper.drift.postgres.migrate;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Hash;
import java.util.List;
import java.util.Optional;

/**
 * What a run came to.
 *
 * @param done how many steps are known to be done, by this run and earlier ones
 * @param state fingerprint of the schema as it was read last
 * @param why what stopped it and what to do; empty if all is done
 * @param obstacles what stood in the way, or may stand in the way of others
 */
public record MigrationResult(
    Hash migration,
    Ending ending,
    int done,
    int steps,
    Optional<Hash> state,
    Optional<String> why,
    List<Obstacle> obstacles) {
  public MigrationResult {
    requireNonNull(migration, "migration");
    requireNonNull(ending, "ending");
    requireNonNull(state, "state");
    requireNonNull(why, "why");
    obstacles = List.copyOf(obstacles);
  }

  /** How a run ends. */
  public enum Ending {
    DONE,
    /** The host asked for it. The same run again goes on. */
    CANCELLED,
    /** Another run has the database, or what a dead one began still runs. Try later. */
    BUSY,
    /** The schema is not what the migration was made for. Nothing was done to it; plan anew. */
    MOVED,
    /** No lock was given within the attempts. The same run again goes on. */
    BLOCKED,
    /** A step failed and left nothing behind, or what it left was cleared away. */
    FAILED,
    /** It cannot be known whether a step happened. Plan anew from what is there. */
    UNDECIDED,
    /** The connection broke while a step was committed. The same run again finds out. */
    UNKNOWN,
    /** It was not begun: the login, the server or the migration is not fit for it. */
    REFUSED
  }
}
