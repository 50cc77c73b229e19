package dev.weirkeeper;

/**
 * How bad a change is for those who read the data: a lattice, so a set of changes has one verdict.
 */
public enum Verdict {
  NOOP,
  METADATA,
  ADDITIVE,
  COMPATIBLE,
  /** Values keep their form and change their meaning. */
  SEMANTIC,
  LOSSY,
  BREAKING;

  public Verdict join(Verdict other) {
    return compareTo(other) >= 0 ? this : other;
  }

  public boolean worseThan(Verdict other) {
    return compareTo(other) > 0;
  }
}
