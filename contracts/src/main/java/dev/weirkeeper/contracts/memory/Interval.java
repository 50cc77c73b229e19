package dev.weirkeeper.contracts.memory;

import static java.math.RoundingMode.CEILING;
import static java.math.RoundingMode.FLOOR;

import dev.weirkeeper.contracts.Expr.Comparison;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.MomentText;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What comparisons with constants come to for one type of values: an interval, worked out once
 * instead of for each row.
 */
final class Interval {
  private static final long MICROS_PER_DAY = 86_400_000_000L;
  private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger GREATEST = BigInteger.valueOf(Long.MAX_VALUE);

  private Interval() {}

  /** A comparison with a constant; never {@link Comparison#NOT_EQUAL}. */
  record Bound(Comparison how, Literal literal) {}

  /** Whole numbers from {@code lo} to {@code hi}, both included; none if {@code lo > hi}. */
  record OfLongs(long lo, long hi) {
    static final OfLongs EMPTY = new OfLongs(1, 0);
    static final OfLongs ALL = new OfLongs(Long.MIN_VALUE, Long.MAX_VALUE);

    OfLongs and(OfLongs other) {
      return new OfLongs(Math.max(lo, other.lo), Math.min(hi, other.hi));
    }

    boolean isEmpty() {
      return lo > hi;
    }
  }

  /**
   * Doubles from {@code lo} to {@code hi}, both included.
   *
   * @param nan whether NaN, which comes after all others, is among them
   */
  record OfDoubles(double lo, double hi, boolean nan) {
    static final OfDoubles ALL =
        new OfDoubles(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, true);

    OfDoubles and(OfDoubles other) {
      return new OfDoubles(Math.max(lo, other.lo), Math.min(hi, other.hi), nan && other.nan);
    }
  }

  /** Of a column of whole numbers. */
  static OfLongs longs(List<Bound> bounds) {
    OfLongs all = OfLongs.ALL;
    for (Bound bound : bounds) {
      BigDecimal number = number(bound.literal());
      all =
          all.and(
              switch (bound.how()) {
                case EQUAL -> whole(number).map(value -> span(value, value)).orElse(OfLongs.EMPTY);
                case LESS -> span(LEAST, floor(number, CEILING).subtract(BigInteger.ONE));
                case AT_MOST -> span(LEAST, floor(number, FLOOR));
                case MORE -> span(floor(number, FLOOR).add(BigInteger.ONE), GREATEST);
                case AT_LEAST -> span(floor(number, CEILING), GREATEST);
                case NOT_EQUAL -> throw new IllegalArgumentException("No interval");
              });
    }
    return all;
  }

  private static Optional<BigInteger> whole(BigDecimal number) {
    return number.stripTrailingZeros().scale() <= 0
        ? Optional.of(floor(number, FLOOR))
        : Optional.empty();
  }

  private static BigInteger floor(BigDecimal number, RoundingMode towards) {
    // A number of thousands of digits is only known to lie beyond all longs.
    if (number.precision() - (long) number.scale() > 20) {
      return number.signum() > 0 ? GREATEST.shiftLeft(1) : LEAST.shiftLeft(1);
    }
    return number.setScale(0, towards).toBigInteger();
  }

  private static OfLongs span(BigInteger lo, BigInteger hi) {
    if (lo.compareTo(GREATEST) > 0 || hi.compareTo(LEAST) < 0) {
      return OfLongs.EMPTY;
    }
    return new OfLongs(lo.max(LEAST).longValue(), hi.min(GREATEST).longValue());
  }

  /** Of a column of doubles: the constants are read as doubles. */
  static OfDoubles doubles(List<Bound> bounds) {
    OfDoubles all = OfDoubles.ALL;
    for (Bound bound : bounds) {
      double value = number(bound.literal()).doubleValue();
      all = all.and(doubles(bound.how(), value));
    }
    return all;
  }

  private static OfDoubles doubles(Comparison how, double value) {
    double least = Double.NEGATIVE_INFINITY;
    double greatest = Double.POSITIVE_INFINITY;
    if (Double.isInfinite(value)) {
      // The constant lies beyond all doubles but the infinite ones.
      boolean less = how == Comparison.LESS || how == Comparison.AT_MOST;
      if (how == Comparison.EQUAL) {
        return new OfDoubles(greatest, least, false);
      }
      double lo = less ? least : value > 0 ? greatest : -Double.MAX_VALUE;
      double hi = less ? (value > 0 ? Double.MAX_VALUE : least) : greatest;
      return new OfDoubles(lo, hi, !less);
    }
    return switch (how) {
      case EQUAL -> new OfDoubles(value, value, false);
      case LESS -> new OfDoubles(least, Math.nextDown(value), false);
      case AT_MOST -> new OfDoubles(least, value, false);
      case MORE -> new OfDoubles(Math.nextUp(value), greatest, true);
      case AT_LEAST -> new OfDoubles(value, greatest, true);
      case NOT_EQUAL -> throw new IllegalArgumentException("No interval");
    };
  }

  /** Of a column of times. */
  static OfLongs micros(List<Bound> bounds) {
    OfLongs all = OfLongs.ALL;
    for (Bound bound : bounds) {
      long moment = moment(bound.literal());
      all = all.and(whole(bound.how(), moment, moment));
    }
    return all;
  }

  /** Of a column of dates, which are their midnights. */
  static OfLongs days(List<Bound> bounds) {
    OfLongs all = OfLongs.ALL;
    for (Bound bound : bounds) {
      long moment = moment(bound.literal());
      all = all.and(whole(bound.how(), dayUpTo(moment), dayFrom(moment)));
    }
    return all;
  }

  private static long dayUpTo(long micros) {
    return isInfinite(micros) ? infinite(micros) : Math.floorDiv(micros, MICROS_PER_DAY);
  }

  private static long dayFrom(long micros) {
    return isInfinite(micros) ? infinite(micros) : -Math.floorDiv(-micros, MICROS_PER_DAY);
  }

  private static boolean isInfinite(long micros) {
    return micros == Long.MAX_VALUE || micros == Long.MIN_VALUE;
  }

  private static long infinite(long micros) {
    return micros > 0 ? Integer.MAX_VALUE : Integer.MIN_VALUE;
  }

  /**
   * @param below the greatest whole number up to the bound
   * @param above the least whole number from the bound on
   */
  private static OfLongs whole(Comparison how, long below, long above) {
    return switch (how) {
      case EQUAL -> below == above ? new OfLongs(below, above) : OfLongs.EMPTY;
      case LESS -> above == Long.MIN_VALUE ? OfLongs.EMPTY : new OfLongs(Long.MIN_VALUE, above - 1);
      case AT_MOST -> new OfLongs(Long.MIN_VALUE, below);
      case MORE -> below == Long.MAX_VALUE ? OfLongs.EMPTY : new OfLongs(below + 1, Long.MAX_VALUE);
      case AT_LEAST -> new OfLongs(above, Long.MAX_VALUE);
      case NOT_EQUAL -> throw new IllegalArgumentException("No interval");
    };
  }

  /**
   * @throws UnansweredException if the constant is no number
   */
  static BigDecimal number(Literal literal) {
    if (literal instanceof Literal.Numeric number) {
      return number.decimal();
    }
    throw notComparable(literal, "numbers");
  }

  /**
   * Microseconds since 1970-01-01.
   *
   * @throws UnansweredException if the constant is no date and no time
   */
  static long moment(Literal literal) {
    if (literal instanceof Literal.Text text) {
      OptionalLong micros = MomentText.micros(text.value());
      if (micros.isPresent()) {
        return micros.getAsLong();
      }
    }
    throw notComparable(literal, "dates or times");
  }

  static UnansweredException notComparable(Literal literal, String values) {
    return new UnansweredException(
        "The column holds " + values + ", which do not compare with " + literal);
  }
}
