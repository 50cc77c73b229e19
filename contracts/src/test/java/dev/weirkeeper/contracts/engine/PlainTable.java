package dev.weirkeeper.contracts.engine;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Operand;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An engine by the plainest means: lists of values, and what tests say that queries find. */
final class PlainTable implements Engine {
  private final List<Field> fields = new ArrayList<>();
  private final List<List<@Nullable Object>> columns = new ArrayList<>();
  private final Map<String, Answers.Found> found = new HashMap<>();
  private final Map<String, Long> tables = new HashMap<>();

  /** Values of one column; null is NULL. */
  PlainTable with(String name, Form form, @Nullable Object... values) {
    fields.add(new Field(name, form, form.name()));
    List<@Nullable Object> column = new ArrayList<>();
    for (Object value : values) {
      column.add(value instanceof Integer i ? (Object) i.longValue() : value);
    }
    columns.add(column);
    return this;
  }

  PlainTable finding(String select, List<String> names, List<List<Object>> rows) {
    List<Answers.Row> all = new ArrayList<>();
    for (List<Object> row : rows) {
      all.add(new Answers.Row(OptionalLong.empty(), row.stream().map(Optional::of).toList()));
    }
    found.put(select, new Answers.Found(names, all, all.size()));
    return this;
  }

  PlainTable beside(String table, long rows) {
    tables.put(table, rows);
    return this;
  }

  @Override
  public Fields fields() {
    return new Fields(fields);
  }

  @Override
  public void close() {}

  @Override
  public Answers answer(Set<Metric> metrics, CallControl control) {
    Answers answers = new Answers();
    for (Metric metric : metrics) {
      answer(metric, answers);
    }
    return answers;
  }

  private void answer(Metric metric, Answers answers) {
    if (metric instanceof Metric.Count count) {
      answers.put(count, rows(count.rows()).size());
    } else if (metric instanceof Metric.Aggregate aggregate) {
      answers.put(aggregate, fold(aggregate));
    } else if (metric instanceof Metric.Distinct distinct) {
      answers.put(
          distinct, new HashSet<>(values(distinct.columns().get(0), distinct.rows())).size());
    } else if (metric instanceof Metric.Quantiles quantiles) {
      List<Object> sorted = values(quantiles.column(), quantiles.rows());
      sorted.sort(Values.ORDER);
      List<Optional<Object>> at = new ArrayList<>();
      for (double share : quantiles.at()) {
        int place = (int) Math.max(0, Math.ceil(share * sorted.size()) - 1);
        at.add(sorted.isEmpty() ? Optional.empty() : Optional.of(sorted.get(place)));
      }
      answers.put(quantiles, at);
    } else if (metric instanceof Metric.ValueCounts counts) {
      Map<Object, Long> byValue = new HashMap<>();
      values(counts.column(), counts.rows()).forEach(value -> byValue.merge(value, 1L, Long::sum));
      List<Answers.Counted> all = new ArrayList<>();
      byValue.forEach((value, count) -> all.add(new Answers.Counted(value, count)));
      answers.put(counts, all);
    } else if (metric instanceof Metric.Histogram histogram) {
      histogram(histogram, answers);
    } else if (metric instanceof Metric.Query query) {
      answers.put(query, found.get(query.select()));
    } else if (metric instanceof Metric.TableRows table) {
      answers.put(table, tables.get(table.table()));
    } else {
      answers.fail(metric, "Not a metric of tables");
    }
  }

  private void histogram(Metric.Histogram histogram, Answers answers) {
    List<Double> edges = histogram.edges();
    Long[] bins = new Long[edges.size() - 1];
    Arrays.fill(bins, 0L);
    long below = 0;
    long above = 0;
    for (Object value : values(histogram.column(), histogram.rows())) {
      double number = ((Number) value).doubleValue();
      int bin = 0;
      while (bin < edges.size() && edges.get(bin) <= number) {
        bin++;
      }
      if (number == edges.get(edges.size() - 1)) {
        bin = edges.size() - 1;
      }
      if (bin == 0) {
        below++;
      } else if (bin == edges.size()) {
        above++;
      } else {
        bins[bin - 1]++;
      }
    }
    answers.put(histogram, below, List.of(bins), above);
  }

  private Optional<Object> fold(Metric.Aggregate aggregate) {
    List<Object> values = values(aggregate.column(), aggregate.rows());
    values.sort(Values.ORDER);
    int size = values.size();
    if (size == 0) {
      return Optional.empty();
    }
    if (aggregate.fold() == Metric.Fold.MIN) {
      return Optional.of(values.get(0));
    }
    if (aggregate.fold() == Metric.Fold.MAX) {
      return Optional.of(values.get(size - 1));
    }
    double[] numbers = values.stream().mapToDouble(v -> ((Number) v).doubleValue()).toArray();
    double sum = Arrays.stream(numbers).sum();
    double mean = sum / size;
    return switch (aggregate.fold()) {
      case SUM -> Optional.of(sum);
      case MEAN -> Optional.of(mean);
      case MEDIAN -> Optional.of((numbers[(size - 1) / 2] + numbers[size / 2]) / 2);
      default ->
          size < 2
              ? Optional.empty()
              : Optional.of(
                  Math.sqrt(
                      Arrays.stream(numbers).map(n -> (n - mean) * (n - mean)).sum() / (size - 1)));
    };
  }

  private List<Object> values(String column, Expr rows) {
    List<@Nullable Object> all = columns.get(fields().names().indexOf(column));
    List<Object> values = new ArrayList<>();
    for (int row : rows(rows)) {
      Object value = all.get(row);
      if (value != null) {
        values.add(value);
      }
    }
    return values;
  }

  private List<Integer> rows(Expr expr) {
    List<Integer> rows = new ArrayList<>();
    int size = columns.isEmpty() ? 0 : columns.get(0).size();
    for (int row = 0; row < size; row++) {
      if (holds(expr, row)) {
        rows.add(row);
      }
    }
    return rows;
  }

  /** Enough of the language for conditions that are never UNKNOWN where they are negated. */
  private boolean holds(Expr expr, int row) {
    if (expr instanceof Expr.Always always) {
      return always.answer() == Expr.Truth.TRUE;
    }
    if (expr instanceof Expr.And and) {
      return and.parts().stream().allMatch(part -> holds(part, row));
    }
    if (expr instanceof Expr.Not not) {
      return !holds(not.of(), row);
    }
    if (expr instanceof Expr.IsNull isNull) {
      return value(isNull.value(), row) == null;
    }
    if (expr instanceof Expr.IsMissing missing) {
      Object value = value(missing.value(), row);
      return value == null || value instanceof Double real && real.isNaN();
    }
    Expr.Compare compare = (Expr.Compare) expr;
    Object left = value(compare.left(), row);
    Literal right = ((Operand.Constant) compare.right()).value();
    if (left == null) {
      return false;
    }
    if (compare.how() == Expr.Comparison.EQUAL) {
      return Values.same(left, right);
    }
    BigDecimal bound = new BigDecimal(((Literal.Numeric) right).value());
    return compare.how() == Expr.Comparison.MORE
        && new BigDecimal(left.toString()).compareTo(bound) > 0;
  }

  private @Nullable Object value(Operand operand, int row) {
    String name = ((Operand.Column) operand).name();
    return columns.get(fields().names().indexOf(name)).get(row);
  }
}
