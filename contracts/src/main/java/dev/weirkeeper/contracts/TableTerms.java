package dev.weirkeeper.contracts;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** The terms of rules about a column or a table as a whole: what their JSON holds. */
public final class TableTerms {
  private TableTerms() {}

  /** Whether several values that are equally common are fine. */
  public enum Ties {
    ALLOWED,
    REFUSED
  }

  /** {@code most-common-in-set}. */
  public record Modes(List<Literal> members, Ties ties) {
    public Modes {
      members = List.copyOf(members);
      requireNonNull(ties, "ties");
    }
  }

  /** Where a quantile lies between two values of the column. */
  public enum Interpolation {
    /** The nearer one; in the middle the one whose place is even, as in pandas. */
    NEAREST,
    LINEAR,
    LOWER,
    HIGHER,
    MIDPOINT,
    /** The first value at or beyond the share, as {@code percentile_disc} in SQL. */
    DISCRETE
  }

  /** From a number to another one; an end that is empty is open. */
  public record Between(Optional<Double> min, Optional<Double> max) {
    public Between {
      requireNonNull(min, "min");
      requireNonNull(max, "max");
      if (min.isPresent() && max.isPresent() && min.get() > max.get()) {
        throw new IllegalArgumentException(
            "A range runs from its lesser number to its greater one");
      }
    }
  }

  /**
   * {@code quantiles-between}.
   *
   * @param quantiles each from 0 to 1
   * @param ranges one for each quantile
   * @param interpolation empty for that of the mode
   */
  public record QuantileRanges(
      List<Double> quantiles, List<Between> ranges, Optional<Interpolation> interpolation) {
    public QuantileRanges {
      quantiles = List.copyOf(quantiles);
      ranges = List.copyOf(ranges);
      requireNonNull(interpolation, "interpolation");
      if (quantiles.size() != ranges.size()) {
        throw new IllegalArgumentException(
            "Each quantile has a range: "
                + quantiles.size()
                + " quantiles, "
                + ranges.size()
                + " ranges");
      }
      for (double quantile : quantiles) {
        if (!(quantile >= 0 && quantile <= 1)) {
          throw new IllegalArgumentException("A quantile lies from 0 to 1, not at " + quantile);
        }
      }
    }
  }

  /** How the values of a column are expected to be shared out. */
  public sealed interface Partition {}

  /** By value. */
  public record Categories(List<Literal> values, List<Double> weights) implements Partition {
    public Categories {
      values = List.copyOf(values);
      weights = List.copyOf(weights);
      if (values.size() != weights.size()) {
        throw new IllegalArgumentException(
            "Each value of a partition has a weight: "
                + values.size()
                + " values, "
                + weights.size()
                + " weights");
      }
      if (new HashSet<>(values).size() != values.size()) {
        throw new IllegalArgumentException("A partition names a value twice");
      }
      requireShares(weights);
    }
  }

  /** Which ends of {@link Bins} go on without end. */
  public enum Ends {
    CLOSED,
    BELOW,
    ABOVE,
    BOTH;

    public boolean below() {
      return this == BELOW || this == BOTH;
    }

    public boolean above() {
      return this == ABOVE || this == BOTH;
    }
  }

  /** Shares beyond the first and the last edge. */
  public record Tails(double below, double above) {}

  /**
   * By bin.
   *
   * @param edges the finite ones, ascending
   * @param ends where there is one bin more, without end
   * @param weights one for each bin, those without end included
   */
  public record Bins(List<Double> edges, Ends ends, List<Double> weights, Optional<Tails> tails)
      implements Partition {
    public Bins {
      edges = List.copyOf(edges);
      weights = List.copyOf(weights);
      requireNonNull(ends, "ends");
      requireNonNull(tails, "tails");
      int bins = edges.size() - 1 + (ends.below() ? 1 : 0) + (ends.above() ? 1 : 0);
      if (bins != weights.size()) {
        throw new IllegalArgumentException(
            "Each bin of a partition has a weight: "
                + bins
                + " bins, "
                + weights.size()
                + " weights");
      }
      for (int i = 1; i < edges.size(); i++) {
        if (!(edges.get(i - 1) < edges.get(i))) {
          throw new IllegalArgumentException("The edges of the bins do not ascend");
        }
      }
      if (tails.isPresent() && ends != Ends.CLOSED) {
        throw new IllegalArgumentException(
            "There are no tail weights where an end of the bins is infinite");
      }
      List<Double> all = new ArrayList<>(weights);
      tails.ifPresent(both -> all.addAll(List.of(both.below(), both.above())));
      requireShares(all);
    }
  }

  private static void requireShares(List<Double> weights) {
    double sum = weights.stream().mapToDouble(Double::doubleValue).sum();
    if (!(Math.abs(sum - 1) <= 1e-8 + 1e-5)) {
      throw new IllegalArgumentException("The weights of a partition sum up to 1, not to " + sum);
    }
  }

  /** How a column without a given partition is shared out. */
  public enum Shape {
    /** By bin. */
    CONTINUOUS,
    /** By value. */
    CATEGORICAL
  }

  /**
   * {@code divergence-below}: the Kullback-Leibler divergence of the column from a partition.
   *
   * @param partition empty to make one of the column itself
   * @param threshold empty to measure only
   * @param shape how a partition is made of the column, where none is given
   * @param tailHoldout the share kept for values that the partition does not know
   * @param internalHoldout the share kept for bins of weight 0
   */
  public record Divergence(
      Optional<Partition> partition,
      Optional<Double> threshold,
      Shape shape,
      double tailHoldout,
      double internalHoldout) {
    public Divergence {
      requireNonNull(partition, "partition");
      requireNonNull(threshold, "threshold");
      requireNonNull(shape, "shape");
      if (threshold.isPresent() && !(threshold.get() >= 0)) {
        throw new IllegalArgumentException("The threshold is 0 or more, not " + threshold.get());
      }
      requireShare("tail holdout", tailHoldout);
      requireShare("internal holdout", internalHoldout);
    }

    private static void requireShare(String what, double share) {
      if (!(share >= 0 && share <= 1)) {
        throw new IllegalArgumentException("The " + what + " lies from 0 to 1, not at " + share);
      }
    }
  }

  /** {@code row-count-equals-table}. */
  public record OtherTable(String table) {
    public OtherTable {
      requireNonNull(table, "table");
    }
  }

  /** {@code columns-ordered}. */
  public record ColumnOrder(List<String> columns) {
    public ColumnOrder {
      columns = List.copyOf(columns);
    }
  }

  /** {@code no-rows}: one read-only SELECT; {@code {batch}} in it is the data set. */
  public record Select(String select) {
    public Select {
      requireNonNull(select, "select");
    }
  }

  /** {@code query-matches}: two read-only SELECTs of the same system. */
  public record Comparison(String base, String other) {
    public Comparison {
      requireNonNull(base, "base");
      requireNonNull(other, "other");
    }
  }

  /** {@code query-between}: a read-only SELECT of one value. */
  public record SelectRange(String select, Range range) {
    public SelectRange {
      requireNonNull(select, "select");
      requireNonNull(range, "range");
    }
  }

  /** What rows are counted in. */
  public enum Unit {
    ROWS,
    /** From 0 to 100. */
    PERCENT
  }

  /** {@code rows-between}: how many rows there are for which the expression is TRUE. */
  public record RowsBetween(Expr rows, Range within, Unit unit) {
    public RowsBetween {
      requireNonNull(rows, "rows");
      requireNonNull(within, "within");
      requireNonNull(unit, "unit");
    }
  }
}
