package dev.weirkeeper.contracts.gate;

/** What a target can promise about a write. A gate never settles for less without being told. */
public enum Capability {
  /** Rows, quarantine and ledger become visible at once, or not at all. */
  TRANSACTIONAL,
  /** Rows become visible at once; quarantine and ledger are stored around it, and recovered. */
  ATOMIC_SWAP,
  /** Rows are written beside the table and become part of it in one step. */
  BRANCH,
  /** Readers may see half a batch: a gate refuses such a target. */
  NONE
}
