package dev.weirkeeper.contracts.engine;

import dev.weirkeeper.contracts.Expr;
import java.util.List;

/**
 * A question about a data set as a whole. Equal questions are asked once, whichever rules ask them.
 *
 * <p>Each is about the rows for which its {@code rows} is TRUE. NULL is never part of an aggregate.
 */
public sealed interface Metric {

  /** How many rows there are. Answer: {@link Answers#count}. */
  record Count(Expr rows) implements Metric {}

  /**
   * The first rows, in the order of the data where it has one.
   *
   * @param columns whose values are wanted
   * @param limit at most so many; {@link #ALL} for all
   */
  record Sample(Expr rows, List<String> columns, int limit) implements Metric {
    public Sample {
      columns = List.copyOf(columns);
    }
  }

  /** A {@link Sample#limit} that is none. */
  int ALL = Integer.MAX_VALUE;

  /** Folds the values of a column into one. */
  enum Fold {
    MIN,
    MAX,
    /** Empty without values. */
    SUM,
    /** The arithmetic mean, a double. */
    MEAN,
    /** The mean of the two middle values of an even number of them, a double. */
    MEDIAN,
    /** The standard deviation of a sample (n - 1), a double; empty with fewer than two values. */
    DEVIATION
  }

  /** A fold of a column. Answer: {@link Answers#value}, empty if there is none. */
  record Aggregate(Fold fold, String column, Expr rows) implements Metric {}

  /** Different values (not NULL) of the column, or tuples of several without a NULL. */
  record Distinct(List<String> columns, Expr rows) implements Metric {
    public Distinct {
      columns = List.copyOf(columns);
    }
  }

  /** Where a quantile lies between two values. */
  enum Interpolation {
    NEAREST,
    LINEAR,
    LOWER,
    HIGHER,
    MIDPOINT,
    /** The first value at or beyond the share, as {@code percentile_disc}. */
    DISCRETE
  }

  /** Quantiles of a column, each from 0 to 1. Answer: {@link Answers#values}. */
  record Quantiles(String column, List<Double> at, Interpolation how, Expr rows) implements Metric {
    public Quantiles {
      at = List.copyOf(at);
    }
  }

  /**
   * The different values of a column with their numbers, by value.
   *
   * @param limit beyond so many the answer is a failure
   */
  record ValueCounts(String column, Expr rows, int limit) implements Metric {}

  /**
   * How many values lie in each bin.
   *
   * @param edges ascending, one more than bins; a bin holds its lower edge, the last one also its
   *     upper; the ends may be infinite
   */
  record Histogram(String column, List<Double> edges, Expr rows) implements Metric {
    public Histogram {
      edges = List.copyOf(edges);
    }
  }

  /** Rows of another table of the same system. Answer: {@link Answers#count}. */
  record TableRows(String table) implements Metric {}

  /**
   * The rows of a read-only SELECT; {@code {batch}} in it stands for the data set.
   *
   * @param limit so many are answered; all are counted
   */
  record Query(String select, int limit) implements Metric {}
}
