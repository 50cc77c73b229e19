package dev.weirkeeper.contracts.memory;

import dev.weirkeeper.contracts.engine.Answers;
import dev.weirkeeper.contracts.engine.Metric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntConsumer;

/** How each metric but the folds is found out. */
final class Tallies {
  private Tallies() {}

  /** Calls for each row of a set that has a value. */
  static void each(long[] rows, Column column, int words, IntConsumer use) {
    for (int word = 0; word < words; word++) {
      long left = rows[word] & ~column.nulls(word);
      while (left != 0) {
        use.accept((word << 6) + Long.numberOfTrailingZeros(left));
        left &= left - 1;
      }
    }
  }

  /** Counts rows. */
  static final class Count implements Tally {
    private final Metric.Count metric;
    private final Node rows;
    private long count;

    Count(Metric.Count metric, Node rows) {
      this.metric = metric;
      this.rows = rows;
    }

    @Override
    public void add(Batch batch) {
      count += Bits.count(rows.yes(batch), batch.words());
    }

    @Override
    public void answer(Answers answers) {
      answers.put(metric, count);
    }
  }

  /** Keeps the first rows. */
  static final class Sample implements Tally {
    private static final int BYTES_PER_VALUE = 64;

    private final Metric.Sample metric;
    private final Node rows;
    private final List<Integer> columns;
    private final long limit;
    private final MemoryBudget budget;
    private final List<Answers.Row> found = new ArrayList<>();

    Sample(
        Metric.Sample metric, Node rows, List<Integer> columns, long limit, MemoryBudget budget) {
      this.metric = metric;
      this.rows = rows;
      this.columns = List.copyOf(columns);
      this.limit = limit;
      this.budget = budget;
    }

    @Override
    public void add(Batch batch) {
      long[] yes = rows.yes(batch);
      for (int word = 0; word < batch.words() && !isDone(); word++) {
        long left = yes[word];
        while (left != 0 && !isDone()) {
          keep(batch, (word << 6) + Long.numberOfTrailingZeros(left));
          left &= left - 1;
        }
      }
    }

    private void keep(Batch batch, int row) {
      List<Optional<Object>> values = new ArrayList<>(columns.size());
      long bytes = BYTES_PER_VALUE;
      for (int column : columns) {
        Optional<Object> value = batch.frame().columns().get(column).value(row);
        values.add(value);
        bytes += BYTES_PER_VALUE;
        if (value.isPresent() && value.get() instanceof String text) {
          bytes += 2L * text.length();
        }
      }
      budget.take(bytes, "sampled rows");
      found.add(new Answers.Row(OptionalLong.of(batch.first() + row), values));
    }

    @Override
    public boolean isDone() {
      return found.size() >= limit;
    }

    @Override
    public void answer(Answers answers) {
      answers.put(metric, found);
    }
  }

  /** Counts different values or tuples. */
  static final class Distinct implements Tally {
    private final Metric.Distinct metric;
    private final Node rows;
    private final List<Value> columns;
    private final Seen seen;

    Distinct(Metric.Distinct metric, Node rows, List<Value> columns, MemoryBudget budget) {
      this.metric = metric;
      this.rows = rows;
      this.columns = List.copyOf(columns);
      this.seen = new Seen(budget, Keys.OnNull.LEAVE);
    }

    @Override
    public void add(Batch batch) {
      seen.add(CrossRowTests.columns(columns, batch), rows.yes(batch), batch.words());
    }

    @Override
    public void answer(Answers answers) {
      answers.put(metric, seen.size());
    }
  }

  /** Counts each value. */
  static final class ValueCounts implements Tally {
    private final Metric.ValueCounts metric;
    private final Node rows;
    private final Value value;
    private final MemoryBudget budget;
    private final Keys keys = new Keys();
    private final KeyTable table;
    private final List<Object> firsts = new ArrayList<>();
    private long[] counts = new long[16];

    ValueCounts(Metric.ValueCounts metric, Node rows, Value value, MemoryBudget budget) {
      this.metric = metric;
      this.rows = rows;
      this.value = value;
      this.budget = budget;
      this.table = new KeyTable(budget);
    }

    @Override
    public void add(Batch batch) {
      Column column = value.in(batch);
      List<Column> columns = List.of(column);
      each(
          rows.yes(batch),
          column,
          batch.words(),
          row -> {
            int length = keys.write(columns, row, Keys.OnNull.LEAVE);
            int ordinal = table.add(keys.bytes(), length);
            if (ordinal < 0) {
              counts[~ordinal]++;
            } else {
              begin(ordinal, column.vec().value(row).orElseThrow());
            }
          });
    }

    private void begin(int ordinal, Object first) {
      if (ordinal >= metric.limit()) {
        throw new UnansweredException(
            "The column has more than the "
                + metric.limit()
                + " different values that this rule can count");
      }
      budget.take(64, "counted values");
      firsts.add(first instanceof Double number ? (Object) (number + 0.0) : first);
      if (ordinal == counts.length) {
        counts = Arrays.copyOf(counts, 2 * ordinal);
      }
      counts[ordinal] = 1;
    }

    @Override
    public void answer(Answers answers) {
      List<Answers.Counted> counted = new ArrayList<>();
      for (int i = 0; i < firsts.size(); i++) {
        counted.add(new Answers.Counted(firsts.get(i), counts[i]));
      }
      counted.sort(Comparator.comparing(Answers.Counted::value, Tallies::compare));
      answers.put(metric, counted);
    }
  }

  /** Values of one column, boxed. */
  @SuppressWarnings("unchecked") // all values of a column are of one class
  private static int compare(Object left, Object right) {
    if (left instanceof String a && right instanceof String b) {
      return CodePoints.compare(a, b);
    }
    if (left instanceof Double a && right instanceof Double b) {
      return Order.compare(a.doubleValue(), b.doubleValue());
    }
    return ((Comparable<Object>) left).compareTo(right);
  }

  /** Counts values by bin. */
  static final class Histogram implements Tally {
    private final Metric.Histogram metric;
    private final Node rows;
    private final Value value;
    private final double[] edges;
    private final long[] counts;
    private long below;
    private long above;

    /**
     * @throws IllegalArgumentException if the edges make no bins
     */
    Histogram(Metric.Histogram metric, Node rows, Value value) {
      this.metric = metric;
      this.rows = rows;
      this.value = value;
      this.edges = metric.edges().stream().mapToDouble(Double::doubleValue).toArray();
      if (edges.length < 2) {
        throw new IllegalArgumentException("A histogram has two edges or more");
      }
      for (int i = 1; i < edges.length; i++) {
        if (!(edges[i - 1] < edges[i])) {
          throw new IllegalArgumentException("The edges of a histogram ascend");
        }
      }
      this.counts = new long[edges.length - 1];
    }

    @Override
    public void add(Batch batch) {
      Column column = value.in(batch);
      long[] yes = rows.yes(batch);
      if (!Folds.anyValue(yes, column, batch.words())) {
        return;
      }
      Folds.requireNumbers(column);
      double[] values = Order.doubles(column.vec(), batch.rows());
      each(yes, column, batch.words(), row -> count(values[row]));
    }

    private void count(double number) {
      int last = edges.length - 1;
      if (number < edges[0]) {
        below++;
      } else if (number == edges[last]) {
        counts[last - 1]++;
      } else if (!(number < edges[last])) {
        above++;
      } else {
        int at = Arrays.binarySearch(edges, number + 0.0);
        counts[at >= 0 ? at : -at - 2]++;
      }
    }

    @Override
    public void answer(Answers answers) {
      answers.put(metric, below, Arrays.stream(counts).boxed().toList(), above);
    }
  }
}
