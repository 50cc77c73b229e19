package dev.weirkeeper.drift.taxonomy;

import dev.weirkeeper.Verdict;

/** What a change of type does to values that are stored already, from harmless to worst. */
public enum Loss {
  /** Every old value is a value of the new type. */
  PRESERVING(Verdict.COMPATIBLE),
  /** Every value stays and its text has other digits. */
  RERENDERING(Verdict.COMPATIBLE),
  /** Every value survives and means, sorts or reads as something else. */
  SEMANTIC(Verdict.SEMANTIC),
  /** Values that do not fit make the change fail; those that fit stay as they are. */
  FITTING(Verdict.LOSSY),
  /** Values are rounded or cut without an error. */
  ROUNDING(Verdict.LOSSY),
  /** Only an expression leads from one type to the other, or something is gone. */
  REPLACING(Verdict.BREAKING);

  private final Verdict verdict;

  Loss(Verdict verdict) {
    this.verdict = verdict;
  }

  /** How bad it is for one who makes the same change. */
  public Verdict verdict() {
    return verdict;
  }

  /** Whether stored values are other values, or other text, afterwards. */
  public boolean rewritesValues() {
    return this != PRESERVING && this != FITTING;
  }
}
