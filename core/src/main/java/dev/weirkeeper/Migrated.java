package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.time.LocalDate;
import java.util.Optional;

/**
 * What the run of a migration writes down: the body of the journal's {@code migration.*} records.
 * They hold no SQL, for statements may hold defaults and comments: a step is named by its number
 * and by the hash of its statements.
 */
public sealed interface Migrated {
  /** The migration's id. */
  Hash migration();

  /**
   * A run begins, or goes on.
   *
   * @param database the server's system identifier, its timeline and the database's OID
   * @param first the first step that is not known to be done; steps count from 0
   * @param proof id of the rehearsal whose states each step is held against
   * @param early the last day that a step was to wait for and does not, because the host said so
   */
  record Begun(
      Hash migration,
      String database,
      Hash state,
      int steps,
      int first,
      Optional<Hash> proof,
      Optional<LocalDate> early)
      implements Migrated {
    public static final String KIND = "migration.begun";

    public Begun {
      requireNonNull(migration, "migration");
      requireNonNull(database, "database");
      requireNonNull(state, "state");
      requireNonNull(proof, "proof");
      requireNonNull(early, "early");
    }

    /** A run that waited for the days of its steps. */
    public Begun(
        Hash migration, String database, Hash state, int steps, int first, Optional<Hash> proof) {
      this(migration, database, state, steps, first, proof, Optional.empty());
    }
  }

  /**
   * A step is about to be tried. Whether it happened can be asked of the server afterwards.
   *
   * @param kind of the change that it serves
   * @param on what it changes, with what cannot be seen made visible
   * @param statements their hash
   * @param attempt from 1
   * @param transaction the transaction that it is committed by; empty for a step outside any
   * @param state fingerprint of the schema before
   */
  record Stepping(
      Hash migration,
      int step,
      String kind,
      String on,
      Hash statements,
      int attempt,
      Optional<String> transaction,
      Hash state)
      implements Migrated {
    public static final String KIND = "migration.stepping";

    public Stepping {
      requireNonNull(migration, "migration");
      requireNonNull(kind, "kind");
      requireNonNull(on, "on");
      requireNonNull(statements, "statements");
      requireNonNull(transaction, "transaction");
      requireNonNull(state, "state");
    }
  }

  /**
   * A step is done and was read back.
   *
   * @param predicted fingerprint that the rehearsal found there
   * @param rows that a backfill has written in this run
   * @param way whether this run did it
   */
  record Stepped(Hash migration, int step, Hash state, Optional<Hash> predicted, long rows, Way way)
      implements Migrated {
    public static final String KIND = "migration.stepped";

    public Stepped {
      requireNonNull(migration, "migration");
      requireNonNull(state, "state");
      requireNonNull(predicted, "predicted");
      requireNonNull(way, "way");
    }
  }

  /** How a step came to be done. */
  enum Way {
    RUN,
    /** An earlier run did it and could not say so any more. */
    FOUND_DONE
  }

  /**
   * A run is over.
   *
   * @param ending how
   * @param done how many steps are known to be done
   * @param state fingerprint of the schema as it was read last
   * @param why empty if all was done
   */
  record Ended(Hash migration, String ending, int done, Optional<Hash> state, Optional<String> why)
      implements Migrated {
    public static final String KIND = "migration.ended";

    public Ended {
      requireNonNull(migration, "migration");
      requireNonNull(ending, "ending");
      requireNonNull(state, "state");
      requireNonNull(why, "why");
    }
  }

  /**
   * A migration was tried out on a scratch server.
   *
   * @param proof id of the proof
   * @param body the proof
   */
  record Rehearsed(Hash migration, Hash proof, Json body) implements Migrated {
    public static final String KIND = "migration.rehearsed";

    public Rehearsed {
      requireNonNull(migration, "migration");
      requireNonNull(proof, "proof");
      requireNonNull(body, "body");
    }
  }
}
