package dev.weirkeeper.drift.taxonomy;

/** How a target takes a change into what it has already, from cheap to impossible. */
public enum Way {
  /** The target has one type, or none, for both. */
  NOTHING_TO_DO('N'),
  METADATA_ONLY('M'),
  INDEX_REBUILD('I'),
  REWRITE('R'),
  /** By an explicit ALTER only, never by the target's own schema evolution. */
  ALTER_ONLY('A'),
  /** An error unless every stored value fits. */
  IF_VALUES_FIT('F'),
  /** Not in place: a new column, filled and swapped, or a new table. */
  REFUSED('X'),
  /** Nobody has found out. */
  UNKNOWN('U');

  private final char letter;

  Way(char letter) {
    this.letter = letter;
  }

  /** The letter that stands for it in the table of targets. */
  char letter() {
    return letter;
  }

  /** Whether the target does it at once, whatever it stores. */
  public boolean cheap() {
    return compareTo(INDEX_REBUILD) <= 0;
  }

  Way worst(Way other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
