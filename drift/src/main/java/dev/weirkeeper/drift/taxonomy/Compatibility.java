package dev.weirkeeper.drift.taxonomy;

import dev.weirkeeper.Verdict;

/** How one {@link Axis} comes out of a change. */
public enum Compatibility {
  OK(Verdict.NOOP),
  /** Fails, and so is noticed. */
  BREAK(Verdict.BREAKING),
  /** Works on other or missing data, and so is not noticed. */
  DATA(Verdict.LOSSY),
  /** Works on the same values that mean something else. */
  SEMANTIC(Verdict.SEMANTIC),
  /** Depends on what nobody can see here. */
  UNKNOWN(Verdict.BREAKING);

  private final Verdict verdict;

  Compatibility(Verdict verdict) {
    this.verdict = verdict;
  }

  /** How bad it is for one who depends on this axis; what is unknown is never harmless. */
  public Verdict verdict() {
    return verdict;
  }
}
