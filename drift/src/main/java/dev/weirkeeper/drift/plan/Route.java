package dev.weirkeeper.drift.plan;

/** Who may carry a step out. */
public enum Route {
  /** A typed act through the door, within the role boundary of the target. */
  BOUNDARY,
  /** A statement of a script that a database administrator reviews and runs. */
  SCRIPT,
  /** Many small transactions that the host drives. */
  BATCHES
}
