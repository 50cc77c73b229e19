package dev.weirkeeper.contracts;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A rule about single rows, lowered against the columns of a data set and a mode: which rows it is
 * about and which of those are bad. All engines judge rows by this form.
 *
 * @param applies rows that the rule's condition selects: what counts as an element
 * @param considered among those, the rows that can be good or bad; the rest is missing
 * @param bad among those, the rows that break the rule where this is TRUE
 * @param shown columns whose values show a bad row, in the order of the rule
 * @param missing whether missing rows are counted apart; not so where the rule is about NULL
 */
public record RowTest(
    Expr applies, Expr considered, Expr bad, List<String> shown, Missing missing) {

  /** Whether a result counts missing rows. */
  public enum Missing {
    COUNTED,
    NOT_COUNTED
  }

  public RowTest {
    requireNonNull(applies, "applies");
    requireNonNull(considered, "considered");
    requireNonNull(bad, "bad");
    shown = List.copyOf(shown);
    requireNonNull(missing, "missing");
  }
}
