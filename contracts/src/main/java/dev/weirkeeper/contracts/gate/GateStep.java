package dev.weirkeeper.contracts.gate;

/** How far a write has come: what its target has just done. */
public enum GateStep {
  /** The write is begun. */
  BEGUN,
  /** Some rows are on their way. */
  LOADED,
  /** Rules that read the target are judged. */
  CHECKED,
  /** Bad rows are in quarantine. */
  QUARANTINED,
  /** The ledger says what is about to be published. */
  INTENDED,
  /** Good rows are published. */
  PUBLISHED,
  /** The ledger says that they are. */
  LEDGERED,
  /** Everything is durable. */
  COMMITTED
}
