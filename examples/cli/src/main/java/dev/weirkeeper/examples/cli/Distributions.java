package dev.weirkeeper.examples.cli;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Operand;
import dev.weirkeeper.contracts.engine.Answers;
import dev.weirkeeper.contracts.engine.ContractReport;
import dev.weirkeeper.contracts.engine.Engine;
import dev.weirkeeper.contracts.engine.Judgement;
import dev.weirkeeper.contracts.engine.Metric;
import dev.weirkeeper.contracts.engine.RuleResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds out how the columns of broken rules are spread. What cannot be found out (too many
 * different values, a kind of value without order) has no picture; that is never an error of the
 * check.
 */
final class Distributions {
  private static final int MOST_COLUMNS = 12;
  private static final int BINS = 24;
  private static final int COMMON = 6;
  private static final int BAD = 4;
  private static final int MOST_DIFFERENT = 50_000;

  /** Values farther from the mean go into the bars at the ends. */
  private static final double DEVIATIONS = 4;

  private static final Expr EVERY_ROW = Expr.always(Expr.Truth.TRUE);
  private static final Expr NO_ROW = Expr.always(Expr.Truth.FALSE);

  private final Engine engine;
  private final CallControl control;
  private final Map<Field, Expr> columns = new LinkedHashMap<>();

  private Distributions(Engine engine, CallControl control) {
    this.engine = engine;
    this.control = control;
  }

  /**
   * Of the columns of broken rules, the worst first.
   *
   * @param engine over the data that the report is about
   * @throws IOException if the data cannot be read at all
   */
  static List<Distribution> of(ContractReport report, Engine engine, CallControl control)
      throws IOException {
    Distributions all = new Distributions(engine, control);
    all.choose(report);
    return all.measure();
  }

  private void choose(ContractReport report) throws IOException {
    Map<String, List<Expr>> bad = new LinkedHashMap<>();
    for (RuleResult result : Verdict.worstFirst(report)) {
      if (result.judgement().status() == Judgement.Status.FAILED) {
        for (String column : result.rule().columns()) {
          List<Expr> parts = bad.computeIfAbsent(column, unused -> new ArrayList<>());
          if (result.judgement().measured() instanceof Judgement.Rows rows) {
            parts.add(rows.bad());
          }
        }
      }
    }
    for (Map.Entry<String, List<Expr>> entry : bad.entrySet()) {
      Optional<Field> field = engine.fields().find(entry.getKey());
      if (field.isPresent() && columns.size() < MOST_COLUMNS) {
        columns.put(
            field.get(), entry.getValue().isEmpty() ? NO_ROW : new Expr.Or(entry.getValue()));
      }
    }
  }

  private static Metric.Aggregate fold(Metric.Fold fold, Field field) {
    return new Metric.Aggregate(fold, field.name(), EVERY_ROW);
  }

  private static Metric.Count missing(Field field) {
    return new Metric.Count(new Expr.IsNull(Operand.column(field.name())));
  }

  private static Metric.ValueCounts counts(Field field, Expr rows) {
    return new Metric.ValueCounts(field.name(), rows, MOST_DIFFERENT);
  }

  private List<Distribution> measure() throws IOException {
    if (columns.isEmpty()) {
      return List.of();
    }
    Set<Metric> first = new LinkedHashSet<>();
    columns.forEach(
        (field, bad) -> {
          first.add(missing(field));
          if (field.form().isNumber()) {
            for (Metric.Fold fold :
                List.of(
                    Metric.Fold.MIN, Metric.Fold.MAX, Metric.Fold.MEAN, Metric.Fold.DEVIATION)) {
              first.add(fold(fold, field));
            }
          } else {
            first.add(counts(field, EVERY_ROW));
            first.add(counts(field, bad));
          }
        });
    Answers known = engine.answer(first, control);
    Map<Field, List<Double>> edges = new HashMap<>();
    Set<Metric> second = new LinkedHashSet<>();
    columns.forEach(
        (field, bad) ->
            edges(field, known)
                .ifPresent(
                    found -> {
                      edges.put(field, found);
                      second.add(new Metric.Histogram(field.name(), found, EVERY_ROW));
                      second.add(new Metric.Histogram(field.name(), found, bad));
                    }));
    Answers binned = second.isEmpty() ? new Answers() : engine.answer(second, control);
    List<Distribution> all = new ArrayList<>();
    columns.forEach(
        (field, bad) -> {
          Metric.Count missing = missing(field);
          if (known.failure(missing).isEmpty()) {
            Optional<Distribution> found =
                edges.containsKey(field)
                    ? binned(field, bad, edges.get(field), known.count(missing), binned)
                    : counted(field, bad, known.count(missing), known);
            found.filter(distribution -> !distribution.bars().isEmpty()).ifPresent(all::add);
          }
        });
    return List.copyOf(all);
  }

  private static Optional<Double> number(Answers answers, Metric.Fold fold, Field field) {
    Metric.Aggregate metric = fold(fold, field);
    if (!answers.knows(metric) || answers.failure(metric).isPresent()) {
      return Optional.empty();
    }
    return answers
        .value(metric)
        .filter(Number.class::isInstance)
        .map(value -> ((Number) value).doubleValue())
        .filter(Double::isFinite);
  }

  /** Round edges around most of the values, so that they tell no value. */
  private static Optional<List<Double>> edges(Field field, Answers answers) {
    Optional<Double> min = number(answers, Metric.Fold.MIN, field);
    Optional<Double> max = number(answers, Metric.Fold.MAX, field);
    if (min.isEmpty() || max.isEmpty()) {
      return Optional.empty();
    }
    double low = min.get();
    double high = max.get();
    Optional<Double> mean = number(answers, Metric.Fold.MEAN, field);
    Optional<Double> deviation = number(answers, Metric.Fold.DEVIATION, field);
    if (mean.isPresent() && deviation.isPresent() && deviation.get() > 0) {
      low = Math.max(low, mean.get() - DEVIATIONS * deviation.get());
      high = Math.min(high, mean.get() + DEVIATIONS * deviation.get());
    }
    double step = round((high - low) / BINS, field);
    double start = Math.floor(low / step) * step;
    List<Double> edges = new ArrayList<>();
    for (int i = 0; i <= BINS + 2; i++) {
      double edge = start + i * step;
      edges.add(edge);
      if (edge > high) {
        break;
      }
    }
    boolean ascends = edges.size() > 1;
    for (int i = 1; i < edges.size(); i++) {
      ascends &= edges.get(i - 1) < edges.get(i);
    }
    return ascends && Double.isFinite(edges.get(edges.size() - 1))
        ? Optional.of(edges)
        : Optional.empty();
  }

  /** 1, 2, 2.5 or 5 times a power of ten, not less than this. */
  private static double round(double width, Field field) {
    double least = field.form() == Form.INTEGER ? 1 : Double.MIN_NORMAL;
    if (!(width > 0)) {
      return 1;
    }
    double power = Math.pow(10, Math.floor(Math.log10(width)));
    for (double step : new double[] {1, 2, 2.5, 5}) {
      if (step * power >= width) {
        return Math.max(least, step * power);
      }
    }
    return Math.max(least, 10 * power);
  }

  private static Optional<Distribution> binned(
      Field field, Expr bad, List<Double> edges, long missing, Answers answers) {
    Metric.Histogram all = new Metric.Histogram(field.name(), edges, EVERY_ROW);
    Metric.Histogram broken = new Metric.Histogram(field.name(), edges, bad);
    if (answers.failure(all).isPresent()) {
      return Optional.empty();
    }
    Answers.Bins bins = answers.bins(all);
    Optional<Answers.Bins> badBins =
        answers.failure(broken).isPresent() ? Optional.empty() : Optional.of(answers.bins(broken));
    List<Distribution.Bar> bars = new ArrayList<>();
    if (bins.below() > 0) {
      bars.add(
          new Distribution.Bar(
              "less than " + Figures.edge(edges.get(0)),
              bins.below(),
              badBins.map(Answers.Bins::below).orElse(0L)));
    }
    for (int i = 0; i < bins.inside().size(); i++) {
      int bin = i;
      bars.add(
          new Distribution.Bar(
              Figures.edge(edges.get(i)) + " to " + Figures.edge(edges.get(i + 1)),
              bins.inside().get(i),
              badBins.map(counts -> counts.inside().get(bin)).orElse(0L)));
    }
    if (bins.above() > 0) {
      bars.add(
          new Distribution.Bar(
              "more than " + Figures.edge(edges.get(edges.size() - 1)),
              bins.above(),
              badBins.map(Answers.Bins::above).orElse(0L)));
    }
    return Optional.of(new Distribution(field.name(), Distribution.Sort.BINS, bars, missing));
  }

  /** The most common values, and the most common bad ones. */
  private static Optional<Distribution> counted(
      Field field, Expr bad, long missing, Answers answers) {
    Metric.ValueCounts broken = counts(field, bad);
    Metric.ValueCounts all = counts(field, EVERY_ROW);
    Map<Object, Long> badCounts = new HashMap<>();
    if (answers.knows(broken) && answers.failure(broken).isEmpty()) {
      answers.counts(broken).forEach(counted -> badCounts.put(counted.value(), counted.count()));
    }
    if (!answers.knows(all) || answers.failure(all).isPresent()) {
      return Optional.empty();
    }
    List<Answers.Counted> common =
        answers.counts(all).stream()
            .sorted(Comparator.comparing(Answers.Counted::count).reversed())
            .toList();
    Set<Answers.Counted> shown =
        new LinkedHashSet<>(common.subList(0, Math.min(COMMON, common.size())));
    common.stream()
        .filter(counted -> badCounts.containsKey(counted.value()) && !shown.contains(counted))
        .limit(BAD)
        .toList()
        .forEach(shown::add);
    List<Distribution.Bar> bars =
        shown.stream()
            .map(
                counted ->
                    new Distribution.Bar(
                        counted.value().toString(),
                        counted.count(),
                        badCounts.getOrDefault(counted.value(), 0L)))
            .toList();
    return Optional.of(new Distribution(field.name(), Distribution.Sort.VALUES, bars, missing));
  }
}
