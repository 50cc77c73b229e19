package dev.weirkeeper.contracts;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where a value may lie: from one bound to another, one of them open if it is empty.
 *
 * <pre>{@code Range.of(0, 100)   Range.atLeast("2020-01-01")   Range.moreThan(0).lessThan(1)}</pre>
 */
public record Range(Optional<Bound> min, Optional<Bound> max) {
  /** Longer numbers are clearer with an exponent. */
  private static final int PLAIN_DIGITS = 20;

  /** Whether the bound itself is within the range. */
  public enum Edge {
    INCLUSIVE,
    EXCLUSIVE
  }

  /** One end of a range. */
  public record Bound(Literal value, Edge edge) {
    public Bound {
      requireNonNull(value, "value");
      requireNonNull(edge, "edge");
      if (value instanceof Literal.Truth) {
        throw new IllegalArgumentException("A boolean has no order and bounds no range");
      }
    }

    public boolean inclusive() {
      return edge == Edge.INCLUSIVE;
    }
  }

  public Range {
    requireNonNull(min, "min");
    requireNonNull(max, "max");
  }

  /** From {@code min} to {@code max}, both included. */
  public static Range of(Object min, Object max) {
    return atLeast(min).atMost(max);
  }

  /** From {@code min}, included. */
  public static Range atLeast(Object min) {
    return new Range(bound(min, Edge.INCLUSIVE), Optional.empty());
  }

  /** From {@code min}, not included. */
  public static Range moreThan(Object min) {
    return new Range(bound(min, Edge.EXCLUSIVE), Optional.empty());
  }

  /** Any value up to {@code max}, included. */
  public static Range upTo(Object max) {
    return new Range(Optional.empty(), bound(max, Edge.INCLUSIVE));
  }

  /** Any value below {@code max}. */
  public static Range below(Object max) {
    return new Range(Optional.empty(), bound(max, Edge.EXCLUSIVE));
  }

  /** This range, ending at {@code max}, included. */
  public Range atMost(Object max) {
    return new Range(min, bound(max, Edge.INCLUSIVE));
  }

  /** This range, ending before {@code max}. */
  public Range lessThan(Object max) {
    return new Range(min, bound(max, Edge.EXCLUSIVE));
  }

  /**
   * This range, of counts.
   *
   * @throws IllegalArgumentException if it has no bounds, or one that is no whole number
   */
  public Range ofCounts() {
    Interval.ofCounts(this);
    return this;
  }

  /** What a value within the range keeps: a comparison for each bound. */
  public List<Expr> compared(Operand value) {
    List<Expr> parts = new ArrayList<>();
    min.ifPresent(
        bound ->
            parts.add(
                new Expr.Compare(
                    value,
                    bound.inclusive() ? Expr.Comparison.AT_LEAST : Expr.Comparison.MORE,
                    new Operand.Constant(bound.value()))));
    max.ifPresent(
        bound ->
            parts.add(
                new Expr.Compare(
                    value,
                    bound.inclusive() ? Expr.Comparison.AT_MOST : Expr.Comparison.LESS,
                    new Operand.Constant(bound.value()))));
    return parts;
  }

  private static Optional<Bound> bound(Object value, Edge edge) {
    return Optional.of(new Bound(Literal.of(value), edge));
  }

  /** The range for people: {@code at least 0 and less than 100}. */
  @Override
  public String toString() {
    String from = min.map(b -> (b.inclusive() ? "at least " : "more than ") + plain(b)).orElse("");
    String to = max.map(b -> (b.inclusive() ? "at most " : "less than ") + plain(b)).orElse("");
    if (from.isEmpty() && to.isEmpty()) {
      return "anything";
    }
    return from + (from.isEmpty() || to.isEmpty() ? "" : " and ") + to;
  }

  /** As people write it: 1000, not 1E+3. */
  private static String plain(Bound bound) {
    if (bound.value() instanceof Literal.Numeric number) {
      BigDecimal value = number.decimal();
      return Math.max(value.precision(), Math.abs(value.scale())) <= PLAIN_DIGITS
          ? value.toPlainString()
          : number.toString();
    }
    return bound.value().toString();
  }
}
