package dev.weirkeeper.contracts.memory;

import dev.weirkeeper.contracts.engine.Answers;
import dev.weirkeeper.contracts.engine.Metric;
import dev.weirkeeper.contracts.engine.Vec;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How values are folded into one: least, greatest, sum, mean, deviation. */
final class Folds {
  private static final MathContext DIGITS = new MathContext(40);

  private Folds() {}

  /**
   * @throws IllegalArgumentException for {@code MEDIAN}, which is no fold
   */
  static Tally of(Metric.Aggregate metric, Node rows, Value value) {
    return switch (metric.fold()) {
      case MIN -> new Extreme(metric, rows, value, -1);
      case MAX -> new Extreme(metric, rows, value, 1);
      case SUM, MEAN -> new Sum(metric, rows, value);
      case DEVIATION -> new Deviation(metric, rows, value);
      case MEDIAN -> throw new IllegalArgumentException("A median needs sorted values");
    };
  }

  static void requireNumbers(Column column) {
    if (!Order.isNumber(column.vec())) {
      throw new UnansweredException(
          "Only numbers have a sum, a mean or a deviation, and the column holds "
              + Order.name(column.vec()));
    }
  }

  /** Whether a set has rows with a value. */
  static boolean anyValue(long[] rows, Column column, int words) {
    for (int word = 0; word < words; word++) {
      if ((rows[word] & ~column.nulls(word)) != 0) {
        return true;
      }
    }
    return false;
  }

  /** The least or the greatest value. */
  private static final class Extreme implements Tally {
    private final Metric.Aggregate metric;
    private final Node rows;
    private final Value value;
    private final int sign;
    private @Nullable Vec best;

    Extreme(Metric.Aggregate metric, Node rows, Value value, int sign) {
      this.metric = metric;
      this.rows = rows;
      this.value = value;
      this.sign = sign;
    }

    @Override
    public void add(Batch batch) {
      Column column = value.in(batch);
      int bestRow = best(column, rows.yes(batch), batch.words());
      if (bestRow >= 0
          && (best == null || sign * Order.between(column.vec(), best).compare(bestRow, 0) > 0)) {
        best = Lone.of(column.vec(), bestRow);
      }
    }

    /** The row of the best value of a frame, or -1. */
    private int best(Column column, long[] yes, int words) {
      if (column.vec() instanceof Vec.Longs longs) {
        return best(longs.values(), column, yes, words);
      }
      if (column.vec() instanceof Vec.Micros micros) {
        return best(micros.values(), column, yes, words);
      }
      if (column.vec() instanceof Vec.Doubles doubles) {
        return best(doubles.values(), column, yes, words);
      }
      Order.Between order = Order.within(column.vec());
      int bestRow = -1;
      for (int word = 0; word < words; word++) {
        long left = yes[word] & ~column.nulls(word);
        while (left != 0) {
          int row = (word << 6) + Long.numberOfTrailingZeros(left);
          left &= left - 1;
          if (bestRow < 0 || sign * order.compare(row, bestRow) > 0) {
            bestRow = row;
          }
        }
      }
      return bestRow;
    }

    private int best(long[] values, Column column, long[] yes, int words) {
      int bestRow = -1;
      // Complements run the other way round, and none of them is out of range.
      long turn = sign > 0 ? 0 : -1;
      long bestValue = Long.MIN_VALUE;
      for (int word = 0; word < words; word++) {
        long left = yes[word] & ~column.nulls(word);
        while (left != 0) {
          int row = (word << 6) + Long.numberOfTrailingZeros(left);
          left &= left - 1;
          long candidate = values[row] ^ turn;
          if (candidate > bestValue || bestRow < 0) {
            bestRow = row;
            bestValue = candidate;
          }
        }
      }
      return bestRow;
    }

    private int best(double[] values, Column column, long[] yes, int words) {
      int bestRow = -1;
      double bestValue = 0;
      for (int word = 0; word < words; word++) {
        long left = yes[word] & ~column.nulls(word);
        while (left != 0) {
          int row = (word << 6) + Long.numberOfTrailingZeros(left);
          left &= left - 1;
          if (bestRow < 0 || sign * Order.compare(values[row], bestValue) > 0) {
            bestRow = row;
            bestValue = values[row];
          }
        }
      }
      return bestRow;
    }

    @Override
    public void answer(Answers answers) {
      answers.put(metric, best == null ? Optional.empty() : best.value(0));
    }
  }

  /** The sum, and the mean by it. Exact but for doubles, whose rounding errors are made up for. */
  private static final class Sum implements Tally {
    private final Metric.Aggregate metric;
    private final Node rows;
    private final Value value;
    private long count;
    private BigInteger wholes = BigInteger.ZERO;
    private BigDecimal decimals = BigDecimal.ZERO;
    private double doubles;
    private double lost;
    private double plain;
    private @Nullable Class<?> type;

    Sum(Metric.Aggregate metric, Node rows, Value value) {
      this.metric = metric;
      this.rows = rows;
      this.value = value;
    }

    @Override
    public void add(Batch batch) {
      Column column = value.in(batch);
      long[] yes = rows.yes(batch);
      if (!anyValue(yes, column, batch.words())) {
        return;
      }
      requireNumbers(column);
      if (type != null && type != column.vec().getClass()) {
        throw Order.changedType();
      }
      type = column.vec().getClass();
      if (column.vec() instanceof Vec.Longs longs) {
        addLongs(longs.values(), yes, column, batch.words());
      } else if (column.vec() instanceof Vec.Doubles from) {
        addDoubles(from.values(), yes, column, batch.words());
      } else {
        BigDecimal[] from = ((Vec.Decimals) column.vec()).values();
        Tallies.each(
            yes,
            column,
            batch.words(),
            row -> {
              decimals = decimals.add(from[row]);
              count++;
            });
      }
    }

    /** In halves, of which two thousand million do not overflow. */
    private void addLongs(long[] values, long[] yes, Column column, int words) {
      long high = 0;
      long low = 0;
      for (int word = 0; word < words; word++) {
        long left = yes[word] & ~column.nulls(word);
        count += Long.bitCount(left);
        if (left == -1L) {
          for (int row = word << 6, end = row + 64; row < end; row++) {
            high += values[row] >> 32;
            low += values[row] & 0xFFFFFFFFL;
          }
          continue;
        }
        while (left != 0) {
          long number = values[(word << 6) + Long.numberOfTrailingZeros(left)];
          left &= left - 1;
          high += number >> 32;
          low += number & 0xFFFFFFFFL;
        }
      }
      wholes = wholes.add(BigInteger.valueOf(high).shiftLeft(32)).add(BigInteger.valueOf(low));
    }

    /** By Neumaier: what a sum loses is summed apart. */
    private void addDoubles(double[] values, long[] yes, Column column, int words) {
      double sum = doubles;
      double apart = lost;
      double simple = plain;
      for (int word = 0; word < words; word++) {
        long left = yes[word] & ~column.nulls(word);
        count += Long.bitCount(left);
        while (left != 0) {
          double number = values[(word << 6) + Long.numberOfTrailingZeros(left)];
          left &= left - 1;
          double next = sum + number;
          apart +=
              Math.abs(sum) >= Math.abs(number) ? (sum - next) + number : (number - next) + sum;
          sum = next;
          simple += number;
        }
      }
      doubles = sum;
      lost = apart;
      plain = simple;
    }

    private double doubleSum() {
      double sum = doubles + lost;
      // With infinities among the numbers there is nothing to make up for.
      return Double.isNaN(sum) ? plain : sum;
    }

    @Override
    public void answer(Answers answers) {
      answers.put(
          metric,
          count == 0
              ? Optional.empty()
              : Optional.of(metric.fold() == Metric.Fold.SUM ? sum() : mean()));
    }

    private Object sum() {
      if (type == Vec.Doubles.class) {
        return doubleSum();
      }
      if (type == Vec.Decimals.class) {
        return decimals;
      }
      return wholes.bitLength() < 64 ? (Object) wholes.longValue() : new BigDecimal(wholes);
    }

    private double mean() {
      if (type == Vec.Doubles.class) {
        return doubleSum() / count;
      }
      BigDecimal sum = type == Vec.Decimals.class ? decimals : new BigDecimal(wholes);
      return sum.divide(BigDecimal.valueOf(count), DIGITS).doubleValue();
    }
  }

  /** The standard deviation of a sample: by frame around its mean, then put together. */
  private static final class Deviation implements Tally {
    private final Metric.Aggregate metric;
    private final Node rows;
    private final Value value;
    private long count;
    private double mean;
    private double squares;

    Deviation(Metric.Aggregate metric, Node rows, Value value) {
      this.metric = metric;
      this.rows = rows;
      this.value = value;
    }

    @Override
    public void add(Batch batch) {
      Column column = value.in(batch);
      long[] yes = rows.yes(batch);
      if (!anyValue(yes, column, batch.words())) {
        return;
      }
      requireNumbers(column);
      double[] values = Order.doubles(column.vec(), batch.rows());
      long here = 0;
      double sum = 0;
      for (int word = 0; word < batch.words(); word++) {
        long left = yes[word] & ~column.nulls(word);
        here += Long.bitCount(left);
        while (left != 0) {
          sum += values[(word << 6) + Long.numberOfTrailingZeros(left)];
          left &= left - 1;
        }
      }
      double centre = sum / here;
      double apart = 0;
      double drift = 0;
      for (int word = 0; word < batch.words(); word++) {
        long left = yes[word] & ~column.nulls(word);
        while (left != 0) {
          double difference = values[(word << 6) + Long.numberOfTrailingZeros(left)] - centre;
          left &= left - 1;
          apart += difference * difference;
          drift += difference;
        }
      }
      apart -= drift * drift / here;
      long all = count + here;
      double between = centre - mean;
      squares += apart + between * between * ((double) count * here / all);
      mean += between * here / all;
      count = all;
    }

    @Override
    public void answer(Answers answers) {
      answers.put(
          metric, count < 2 ? Optional.empty() : Optional.of(Math.sqrt(squares / (count - 1))));
    }
  }
}
