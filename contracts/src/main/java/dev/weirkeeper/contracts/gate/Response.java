package dev.weirkeeper.contracts.gate;

/** What a gate does about a broken rule. */
public enum Response {
  /** The row is published, the report counts it. */
  WARN,
  /** The row goes to quarantine. A rule about the batch as a whole blocks instead. */
  QUARANTINE,
  /** Nothing of the batch is published. */
  BLOCK
}
