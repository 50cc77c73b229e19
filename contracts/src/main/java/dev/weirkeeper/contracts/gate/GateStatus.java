package dev.weirkeeper.contracts.gate;

/** What a gate decides about a batch. */
public enum GateStatus {
  /** All rules are kept: all rows are published. */
  PASS,
  /** Only rules that warn are broken: all rows are published. */
  PASS_WITH_WARNINGS,
  /** Bad rows go to quarantine, the others are published. */
  QUARANTINED,
  /** A rule or a budget forbids the batch: nothing is published. */
  BLOCKED,
  /** Something could not be judged or stored: nothing is published. */
  ERROR;

  public boolean publishes() {
    return this == PASS || this == PASS_WITH_WARNINGS || this == QUARANTINED;
  }
}
