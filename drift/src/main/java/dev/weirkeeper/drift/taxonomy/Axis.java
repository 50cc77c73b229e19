package dev.weirkeeper.drift.taxonomy;

/** Who meets what after a change: the three questions of compatibility, which disagree. */
public enum Axis {
  /** Queries, views and reports that name tables and columns. */
  READERS,
  /** The new schema reads data written under the old one: BACKWARD of schema registries. */
  NEW_READS_OLD,
  /** The old schema reads data written under the new one: FORWARD of schema registries. */
  OLD_READS_NEW
}
