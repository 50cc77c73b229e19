package dev.weirkeeper.contracts.gate;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.contracts.Expr;
import java.util.List;

/**
 * A question about the rows of a batch that only the target can answer, since rows that it holds
 * already take part: asked of target and batch together, and again when another writer was faster.
 */
public sealed interface TargetCheck {
  /** Which of {@link GatePlan#rules} it answers. */
  int rule();

  /**
   * No other row of batch or target has the same values in these columns. Rows of the target that
   * the batch replaces do not count.
   *
   * @param within for which rows of the target it is asked
   * @param simple whether that is all rows, or all without NULL in the columns
   */
  record Unique(
      int rule,
      List<String> columns,
      Expr.Nulls nulls,
      Expr within,
      Scope simple,
      Duplicates duplicates)
      implements TargetCheck {
    public Unique {
      columns = List.copyOf(columns);
      requireNonNull(nulls, "nulls");
      requireNonNull(within, "within");
      requireNonNull(simple, "simple");
      requireNonNull(duplicates, "duplicates");
    }
  }

  /** Which rows of the target a uniqueness is about. */
  enum Scope {
    /** All, but for those with NULL where NULL equals nothing. */
    WHOLE,
    /** Those for which {@link Unique#within} is TRUE. */
    SOME
  }

  /**
   * The values are found together in a row of a table of the target's system; if that is the target
   * itself, in a row of the batch that is published too.
   */
  record Refers(int rule, List<String> columns, String table, List<String> keys)
      implements TargetCheck {
    public Refers {
      columns = List.copyOf(columns);
      requireNonNull(table, "table");
      keys = List.copyOf(keys);
      if (columns.size() != keys.size() || columns.isEmpty()) {
        throw new IllegalArgumentException("A reference has as many columns as keys, and some");
      }
    }
  }
}
