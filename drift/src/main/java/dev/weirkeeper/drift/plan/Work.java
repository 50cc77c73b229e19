package dev.weirkeeper.drift.plan;

/** What a statement does to stored rows while it holds its locks. */
public enum Work {
  /** Changes the catalog and touches no row. */
  CATALOG_ONLY,
  /** Reads all rows of the table. */
  SCAN,
  /** Reads all rows of a table and looks each up in another. */
  FOREIGN_KEY_SCAN,
  INDEX_BUILD,
  /** Writes all rows anew; the log's readers do not see that. */
  REWRITE
}
