package dev.weirkeeper.contracts;

/** Whose answers an evaluation gives where systems differ. */
public enum Mode {
  /** Those of Great Expectations 1.2 on a SQL engine: NULL in a comparison passes. */
  GX_SQL,
  /** Those of Great Expectations 1.2 on pandas. */
  GX_PANDAS,
  /**
   * Ours, the same on every engine and the default of the gate: what is UNKNOWN fails unless the
   * rule says otherwise, an empty input obeys the rule, a rule that errs blocks.
   */
  STRICT
}
