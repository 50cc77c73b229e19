package dev.weirkeeper.drift.postgres;

/** What the source publishes of a table. */
enum Publishes {
  ALL,
  /** Insert and truncate only: publishing more would break updates of a table without a key. */
  INSERTS
}
