package dev.weirkeeper.drift.taxonomy;

/** What is done about a kind of change unless the owner says otherwise, from harmless to worst. */
public enum Handling {
  /** Nothing downstream. */
  IGNORE,
  /** The same change downstream. */
  APPLY,
  /** Several steps downstream: add, fill, tighten; or relax before rows arrive. */
  APPLY_STAGED,
  /** A second column for values of the new type. */
  VARIANT_COLUMN,
  /** The stored values of one column are read again. */
  RESYNC_COLUMN,
  QUARANTINE_VALUE,
  QUARANTINE_ROW,
  /** Rows of this table wait; all others flow. */
  PAUSE_TABLE,
  /** Nothing can flow. */
  PAUSE_ALL;

  /** Whether the target's own schema is changed by it. */
  public boolean altersTarget() {
    return this == APPLY || this == APPLY_STAGED || this == VARIANT_COLUMN || this == RESYNC_COLUMN;
  }
}
