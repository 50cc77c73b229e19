package dev.weirkeeper.drift.profile;

/** Whether a column could be compared with its history. */
public enum Comparability {
  COMPARED,
  /** There are not enough windows yet to say what is usual. */
  LEARNING,
  TOO_FEW_ROWS,
  /** Nothing is remembered of it. */
  NO_HISTORY
}
