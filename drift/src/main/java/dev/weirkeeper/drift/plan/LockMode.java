package dev.weirkeeper.drift.plan;

/** PostgreSQL's table locks, from weak to strong. */
public enum LockMode {
  NONE,
  ACCESS_SHARE,
  ROW_SHARE,
  ROW_EXCLUSIVE,
  /** Blocks VACUUM and other DDL. */
  SHARE_UPDATE_EXCLUSIVE,
  /** Blocks writes. */
  SHARE,
  /** Blocks writes and most DDL. */
  SHARE_ROW_EXCLUSIVE,
  EXCLUSIVE,
  /** Blocks everything, reads too. */
  ACCESS_EXCLUSIVE;

  public boolean strongerThan(LockMode other) {
    return compareTo(other) > 0;
  }
}
