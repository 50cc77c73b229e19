package dev.weirkeeper.drift.postgres.migrate;

import static java.util.Objects.requireNonNull;

/** Ends a run, wherever it is. */
final class Halt extends Exception {
  private static final long serialVersionUID = 1L;

  final MigrationResult.Ending ending;

  /**
   * @param why what stops it and what to do; no SQL and no values
   */
  Halt(MigrationResult.Ending ending, String why) {
    super(requireNonNull(why, "why"), null, false, false);
    this.ending = requireNonNull(ending, "ending");
  }

  String why() {
    return String.valueOf(getMessage());
  }
}
