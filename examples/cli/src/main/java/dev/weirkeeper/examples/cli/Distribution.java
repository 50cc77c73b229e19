package dev.weirkeeper.examples.cli;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * How the values of a column are spread, and which of them broke a rule.
 *
 * @param bars bins in ascending order, or the most common values
 * @param missing rows without a value
 */
record Distribution(String column, Sort sort, List<Bar> bars, long missing) {

  /** What a bar stands for. */
  enum Sort {
    /** Numbers from one edge to the next. */
    BINS,
    VALUES
  }

  /**
   * @param label of a value, the value; of a bin, its edges, which are round numbers and no values
   * @param all rows
   * @param bad those that broke a rule about the column
   */
  record Bar(String label, long all, long bad) {
    Bar {
      requireNonNull(label, "label");
    }
  }

  Distribution {
    requireNonNull(column, "column");
    requireNonNull(sort, "sort");
    bars = List.copyOf(bars);
  }

  long most() {
    return bars.stream().mapToLong(Bar::all).max().orElse(0);
  }
}
