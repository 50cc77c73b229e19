package dev.weirkeeper.drift.plan;

/** What may go wrong with a statement on a database that is in use. */
public enum Hazard {
  LOCK_ACCESS_EXCLUSIVE,
  LOCK_SHARE_ROW_EXCLUSIVE,
  LOCK_SHARE,
  LOCK_ON_OTHER_TABLE,
  /** A long transaction holds the table, and all who come later wait behind the statement. */
  LOCK_QUEUE,
  TABLE_REWRITE,
  FULL_SCAN,
  INDEX_BUILD,
  INDEX_DROPPED,
  /** Cannot run in a transaction. */
  NON_TRANSACTIONAL,
  /** MySQL: each statement commits. */
  AUTO_COMMIT_DDL,
  DELETES_DATA,
  NARROWS_DATA,
  ROUNDS_DATA,
  SESSION_TIMEZONE_DEPENDENT,
  CHANGES_ORDERING,
  BLOCKED_BY_DEPENDENT,
  /** DuckDB, Snowflake: the view stays and fails when it is read. */
  BREAKS_VIEW_LATER,
  /** Between two steps nothing holds what the constraint held. */
  UNPROTECTED_WINDOW,
  REPLICATION_IDENTITY_LOSS,
  REWRITE_NOT_DECODED,
  BACKFILL_NEEDED,
  PROTOCOL_UPGRADE,
  ROW_VERSION_LIMIT,
  TIME_TRAVEL_IMPACT,
  IDENTIFIER_FOLDING,
  IDENTIFIER_TRUNCATION,
  /** A new column is readable by all who may read the table. */
  PRIVILEGE_EXPOSURE,
  UNTRACKABLE_DEPENDENCY,
  IRREVERSIBLE,
  /** A failure leaves something behind that has to be cleared away. */
  PARTIAL_FAILURE_STATE
}
