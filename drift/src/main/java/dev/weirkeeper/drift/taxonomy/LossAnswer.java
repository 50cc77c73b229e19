package dev.weirkeeper.drift.taxonomy;

/**
 * The source's own count of what a change of type would lose. Each value counts at most once, in
 * the first of the three that it belongs to.
 *
 * @param rows rows of the table, those with NULL included
 * @param values values that are not NULL
 * @param overflowing values that the new type cannot hold: the change fails because of them
 * @param rounded values that would become other values without an error
 */
public record LossAnswer(long rows, long values, long overflowing, long rounded) {
  public LossAnswer {
    if (overflowing < 0 || rounded < 0 || overflowing + rounded > values || values > rows) {
      throw new IllegalArgumentException(
          "A table of "
              + rows
              + " rows with "
              + values
              + " values cannot have "
              + overflowing
              + " that do not fit and "
              + rounded
              + " that are rounded");
    }
  }

  /** Values that would be refused or become others. */
  public long lost() {
    return overflowing + rounded;
  }

  /** Whether every value would stay as it is. */
  public boolean fits() {
    return lost() == 0;
  }

  /** The answer in one sentence, without a value of any row. */
  @Override
  public String toString() {
    return overflowing
        + " of "
        + values
        + " values would not fit and "
        + rounded
        + " would be rounded";
  }
}
