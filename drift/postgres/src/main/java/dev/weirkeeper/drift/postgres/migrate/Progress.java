package dev.weirkeeper.drift.postgres.migrate;

import static java.util.Objects.requireNonNull;

/**
 * How a run gets on, for those who watch.
 *
 * @param step from 0
 * @param rows what a backfill has written so far in this run
 * @param part how much of its table a backfill has been through, from 0 to 1
 */
public record Progress(int step, int steps, Phase phase, int attempt, long rows, double part) {
  public Progress {
    requireNonNull(phase, "phase");
  }

  /** What is going on. */
  public enum Phase {
    TRYING,
    /** Somebody holds what the step needs, or a replica has to catch up. */
    WAITING,
    BATCH,
    DONE,
    FOUND_DONE
  }
}
