package dev.weirkeeper.contracts.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Expr.Truth;
import dev.weirkeeper.contracts.engine.Answers;
import dev.weirkeeper.contracts.engine.Metric;
import dev.weirkeeper.contracts.engine.Metric.Fold;
import dev.weirkeeper.contracts.engine.Metric.Interpolation;
import dev.weirkeeper.contracts.engine.MetricException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Metrics of one column, worked out from a sorted list of its boxed values. */
record NaiveMetrics(String column, Expr among, List<Object> sorted) {
  private static final List<Double> SHARES = List.of(0.0, 0.1, 0.25, 0.5, 0.9, 1.0);
  private static final List<Double> EDGES =
      List.of(Double.NEGATIVE_INFINITY, -1.0, 0.0, 1.0, 2.5, 1e10);

  static NaiveMetrics of(Naive data, String column, Expr among) {
    List<Object> values = new ArrayList<>();
    for (int row = 0; row < data.rows().size(); row++) {
      Object value = data.column(column, row);
      if (value != null && data.answer(among, row) == Truth.TRUE) {
        values.add(value);
      }
    }
    values.sort(Naive::order);
    return new NaiveMetrics(column, among, values);
  }

  Set<Metric> metrics() {
    return Set.of(
        fold(Fold.MIN),
        fold(Fold.MAX),
        fold(Fold.SUM),
        fold(Fold.MEAN),
        fold(Fold.MEDIAN),
        fold(Fold.DEVIATION),
        distinct(),
        counts(),
        quantiles(Interpolation.DISCRETE),
        quantiles(Interpolation.LOWER),
        quantiles(Interpolation.LINEAR),
        histogram());
  }

  private Metric.Aggregate fold(Fold fold) {
    return new Metric.Aggregate(fold, column, among);
  }

  private Metric.Distinct distinct() {
    return new Metric.Distinct(List.of(column), among);
  }

  private Metric.ValueCounts counts() {
    return new Metric.ValueCounts(column, among, 1000);
  }

  private Metric.Quantiles quantiles(Interpolation how) {
    return new Metric.Quantiles(column, SHARES, how, among);
  }

  private Metric.Histogram histogram() {
    return new Metric.Histogram(column, EDGES, among);
  }

  private boolean numbers() {
    return sorted.stream().allMatch(Number.class::isInstance);
  }

  private boolean finite() {
    return sorted.stream()
        .noneMatch(value -> value instanceof Double number && !Double.isFinite(number));
  }

  void check(Answers answers, String as) {
    assertSame(answers.value(fold(Fold.MIN)), first(0), as);
    assertSame(answers.value(fold(Fold.MAX)), first(sorted.size() - 1), as);
    List<List<Object>> runs = runs();
    assertThat(answers.count(distinct())).as(as).isEqualTo(runs.size());
    List<Answers.Counted> counted = answers.counts(counts());
    assertThat(counted).as(as).hasSameSizeAs(runs);
    for (int i = 0; i < runs.size(); i++) {
      assertSame(Optional.of(counted.get(i).value()), Optional.of(runs.get(i).get(0)), as);
      assertThat(counted.get(i).count()).as(as).isEqualTo(runs.get(i).size());
    }
    for (int i = 0; i < SHARES.size(); i++) {
      double share = SHARES.get(i);
      assertSame(
          answers.values(quantiles(Interpolation.LOWER)).get(i),
          first((int) (share * (sorted.size() - 1))),
          as);
      assertSame(
          answers.values(quantiles(Interpolation.DISCRETE)).get(i),
          first(Math.max(0, (int) Math.ceil(share * sorted.size()) - 1)),
          as);
    }
    if (numbers()) {
      checkNumbers(answers, as);
    } else {
      assertThatThrownBy(() -> answers.value(fold(Fold.SUM))).isInstanceOf(MetricException.class);
      assertThatThrownBy(() -> answers.bins(histogram())).isInstanceOf(MetricException.class);
    }
  }

  private void checkNumbers(Answers answers, String as) {
    long below = sorted.stream().filter(value -> number(value) < EDGES.get(0)).count();
    List<Long> bins = new ArrayList<>();
    for (int bin = 0; bin < EDGES.size() - 1; bin++) {
      double from = EDGES.get(bin);
      double to = EDGES.get(bin + 1);
      boolean last = bin == EDGES.size() - 2;
      bins.add(
          sorted.stream()
              .mapToDouble(NaiveMetrics::number)
              .filter(value -> value >= from && (value < to || (last && value == to)))
              .count());
    }
    long above = sorted.size() - below - bins.stream().mapToLong(Long::longValue).sum();
    assertThat(answers.bins(histogram())).as(as).isEqualTo(new Answers.Bins(below, bins, above));
    if (sorted.isEmpty()) {
      assertThat(answers.value(fold(Fold.SUM))).isEmpty();
      assertThat(answers.value(fold(Fold.MEAN))).isEmpty();
      assertThat(answers.value(fold(Fold.MEDIAN))).isEmpty();
      assertThat(answers.value(fold(Fold.DEVIATION))).isEmpty();
    } else if (finite()) {
      checkExact(answers, as);
    }
  }

  private void checkExact(Answers answers, String as) {
    BigDecimal sum = BigDecimal.ZERO;
    for (Object value : sorted) {
      sum = sum.add(exact(value));
    }
    BigDecimal size = BigDecimal.valueOf(sorted.size());
    BigDecimal mean = sum.divide(size, MathContext.DECIMAL128);
    double scale = sorted.stream().mapToDouble(value -> Math.abs(number(value))).max().orElse(0);
    Object found = answers.value(fold(Fold.SUM)).orElseThrow();
    if (sorted.get(0) instanceof Double) {
      if (scale < 1e300) {
        assertClose((Double) found, sum.doubleValue(), scale, as);
      }
    } else {
      assertThat(exact(found)).as(as).isEqualByComparingTo(sum);
    }
    if (scale < 1e300) {
      Optional<Object> middle = answers.value(fold(Fold.MEAN));
      assertClose((Double) middle.orElseThrow(), mean.doubleValue(), scale, as);
      checkSpread(answers, mean, scale, as);
    }
    int upper = sorted.size() / 2;
    double median =
        sorted.size() % 2 == 1
            ? number(sorted.get(upper))
            : (number(sorted.get(upper - 1)) + number(sorted.get(upper))) / 2;
    assertThat(answers.value(fold(Fold.MEDIAN)).orElseThrow()).as(as).isEqualTo(median);
    for (int i = 0; i < SHARES.size() && scale < 1e300; i++) {
      double place = SHARES.get(i) * (sorted.size() - 1);
      double low = number(sorted.get((int) place));
      double high = number(sorted.get((int) Math.ceil(place)));
      double expected = low + (high - low) * (place - (int) place);
      Object quantile = answers.values(quantiles(Interpolation.LINEAR)).get(i).orElseThrow();
      assertClose((Double) quantile, expected, scale, as);
    }
  }

  private void checkSpread(Answers answers, BigDecimal mean, double scale, String as) {
    Optional<Object> deviation = answers.value(fold(Fold.DEVIATION));
    if (sorted.size() < 2) {
      assertThat(deviation).as(as).isEmpty();
      return;
    }
    BigDecimal squares = BigDecimal.ZERO;
    for (Object value : sorted) {
      squares = squares.add(exact(value).subtract(mean).pow(2));
    }
    double expected =
        squares
            .divide(BigDecimal.valueOf(sorted.size() - 1L), MathContext.DECIMAL128)
            .sqrt(MathContext.DECIMAL128)
            .doubleValue();
    assertClose((Double) deviation.orElseThrow(), expected, scale, as);
  }

  private static void assertClose(double found, double expected, double scale, String as) {
    assertThat(Math.abs(found - expected)).as(as).isLessThanOrEqualTo(scale * 1e-12);
  }

  private static double number(Object value) {
    return ((Number) value).doubleValue();
  }

  private static BigDecimal exact(Object value) {
    return value instanceof Double number
        ? new BigDecimal(number)
        : new BigDecimal(value.toString());
  }

  private Optional<Object> first(int index) {
    return sorted.isEmpty() ? Optional.empty() : Optional.of(sorted.get(index));
  }

  private List<List<Object>> runs() {
    List<List<Object>> runs = new ArrayList<>();
    for (int i = 0; i < sorted.size(); i++) {
      if (i == 0 || Naive.order(sorted.get(i - 1), sorted.get(i)) != 0) {
        runs.add(new ArrayList<>());
      }
      runs.get(runs.size() - 1).add(sorted.get(i));
    }
    return runs;
  }

  private static void assertSame(Optional<Object> found, Optional<Object> expected, String as) {
    assertThat(found.isPresent()).as(as).isEqualTo(expected.isPresent());
    if (found.isPresent()) {
      assertThat(found.get().getClass()).as(as).isEqualTo(expected.get().getClass());
      assertThat(Naive.order(found.get(), expected.get())).as(as).isZero();
    }
  }
}
