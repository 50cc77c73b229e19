package dev.weirkeeper.contracts.gate;

/** What a column of a target can hold, as far as a gate must know to send it nothing else. */
public enum CellKind {
  INT8,
  INT16,
  INT32,
  INT64,
  FLOAT32,
  FLOAT64,
  DECIMAL,
  TEXT,
  TRUTH,
  DATE,
  TIMESTAMP,
  TIMESTAMP_WITH_ZONE,
  UUID,
  JSON,
  /** Something that a gate does not send: a batch with such a column is refused. */
  OTHER
}
