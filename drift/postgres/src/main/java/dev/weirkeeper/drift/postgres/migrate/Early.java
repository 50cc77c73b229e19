package dev.weirkeeper.drift.postgres.migrate;

/** What happens to a migration with a step whose first day is still to come. */
public enum Early {
  /** It is not begun: somebody may still use what the step takes away. */
  REFUSE,
  /** It is run, and the log says that its day was not waited for. */
  RUN
}
