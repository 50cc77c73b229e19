package dev.weirkeeper.contracts.engine;

import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.TableRules;
import dev.weirkeeper.contracts.TableTerms;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Kinds of rules by which one number about a column or a table lies within a range. */
final class AggregateKinds {
  private static final Set<Metric.Fold> ENDS = Set.of(Metric.Fold.MIN, Metric.Fold.MAX);

  private AggregateKinds() {}

  static Map<String, RuleKind> all() {
    return Map.ofEntries(
        Map.entry(TableRules.MAX_BETWEEN, fold(Metric.Fold.MAX)),
        Map.entry(TableRules.MIN_BETWEEN, fold(Metric.Fold.MIN)),
        Map.entry(TableRules.MEAN_BETWEEN, fold(Metric.Fold.MEAN)),
        Map.entry(TableRules.MEDIAN_BETWEEN, fold(Metric.Fold.MEDIAN)),
        Map.entry(TableRules.SUM_BETWEEN, fold(Metric.Fold.SUM)),
        Map.entry(TableRules.DEVIATION_BETWEEN, fold(Metric.Fold.DEVIATION)),
        Map.entry(TableRules.DISTINCT_COUNT_BETWEEN, AggregateKinds::distinctCount),
        Map.entry(TableRules.DISTINCT_SHARE_BETWEEN, AggregateKinds::distinctShare),
        Map.entry(TableRules.NON_NULL_SHARE_BETWEEN, AggregateKinds::nonNullShare),
        Map.entry(Rule.ROW_COUNT_BETWEEN, AggregateKinds::rowCount),
        Map.entry(TableRules.ROWS_BETWEEN, AggregateKinds::rowsBetween));
  }

  /** The judgement on a measured value; without one no range is kept. */
  static Step judge(Optional<Object> value, Range range, String measure) {
    Json shown = Shown.json(value);
    if (value.isEmpty() || shown.equals(Shown.NULL)) {
      return done(false, Optional.empty(), "There is no " + measure + ": no value to take it of");
    }
    boolean kept = Values.within(value.get(), range);
    return done(kept, Optional.of(shown), "The " + measure + " is not " + range);
  }

  private static Step done(boolean kept, Optional<Json> value, String reason) {
    return new Step.Done(
        new Judgement(
            kept ? Judgement.Status.PASSED : Judgement.Status.FAILED,
            new Judgement.Observed(Optional.of(value.orElse(Shown.NULL)), Optional.empty()),
            kept ? Optional.empty() : Optional.of(reason)));
  }

  private static RuleKind fold(Metric.Fold fold) {
    String measure = name(fold);
    return (rule, fields, options) -> {
      Domain domain = Domain.of(rule, fields, options);
      Range range = rule.terms().as(Range.class);
      if (domain.field().form() == Form.TRUTH) {
        return truths(domain, fold, range);
      }
      if (ENDS.contains(fold) || domain.isNumber()) {
        Metric.Aggregate metric = domain.fold(fold);
        return domain.ask(
            List.of(metric),
            answers -> judge(observed(fold, answers.value(metric), domain.mode()), range, measure));
      }
      return domain.numbers(
          measure, () -> judge(observed(fold, Optional.empty(), domain.mode()), range, measure));
    };
  }

  private static String name(Metric.Fold fold) {
    return switch (fold) {
      case MIN -> "least value";
      case MAX -> "greatest value";
      case SUM -> "sum";
      case MEAN -> "mean";
      case MEDIAN -> "median";
      case DEVIATION -> "standard deviation";
    };
  }

  private static Optional<Object> observed(Metric.Fold fold, Optional<Object> value, Mode mode) {
    if (value.isPresent()) {
      return value;
    }
    if (fold == Metric.Fold.SUM && mode == Mode.GX_PANDAS) {
      return Optional.of(0.0);
    }
    if (fold == Metric.Fold.DEVIATION && mode == Mode.GX_SQL) {
      throw new IllegalArgumentException(
          "Fewer than two values have no standard deviation; Great Expectations 1.2 fails to"
              + " compute one on SQLite");
    }
    return value;
  }

  /** Booleans are 1 and 0; no engine need know how to fold them. */
  private static Step truths(Domain domain, Metric.Fold fold, Range range) {
    Metric.Count yes = domain.truths(true);
    Metric.Count no = domain.truths(false);
    return domain.ask(
        List.of(yes, no),
        answers -> {
          Optional<Object> value =
              ofTruths(fold, answers.count(yes), answers.count(no), domain.mode());
          return judge(observed(fold, value, domain.mode()), range, name(fold));
        });
  }

  private static Optional<Object> ofTruths(Metric.Fold fold, long yes, long no, Mode mode) {
    long all = yes + no;
    if (all == 0 || fold == Metric.Fold.DEVIATION && all < 2) {
      return Optional.empty();
    }
    double mean = (double) yes / all;
    @Nullable Object value =
        switch (fold) {
          case MIN -> end(no == 0, mode);
          case MAX -> end(yes > 0, mode);
          case SUM -> yes;
          case MEAN -> mean;
          case MEDIAN -> yes == no ? 0.5 : yes > no ? 1.0 : 0.0;
          case DEVIATION -> Math.sqrt(all * mean * (1 - mean) / (all - 1));
        };
    return Optional.of(value);
  }

  private static Object end(boolean value, Mode mode) {
    return mode == Mode.GX_PANDAS ? (Object) value : (Object) (value ? 1L : 0L);
  }

  private static Step distinctCount(Rule rule, Fields fields, Options options) {
    Domain domain = Domain.of(rule, fields, options);
    Range range = rule.terms().as(Range.class);
    Metric.Distinct distinct = new Metric.Distinct(List.of(domain.column()), domain.valued());
    return domain.ask(
        List.of(distinct),
        answers ->
            judge(Optional.of(answers.count(distinct)), range, "number of different values"));
  }

  private static Step distinctShare(Rule rule, Fields fields, Options options) {
    Domain domain = Domain.of(rule, fields, options);
    Range range = rule.terms().as(Range.class);
    Metric.Distinct distinct = new Metric.Distinct(List.of(domain.column()), domain.valued());
    Metric.Count values = domain.values();
    return domain.ask(
        List.of(distinct, values),
        answers ->
            judge(
                Optional.of(share(answers.count(distinct), answers.count(values))),
                range,
                "share of different values"));
  }

  private static Step nonNullShare(Rule rule, Fields fields, Options options) {
    Domain domain = Domain.of(rule, fields, options);
    Range range = rule.terms().as(Range.class);
    Metric.Count values = domain.values();
    Metric.Count rows = domain.count();
    return domain.ask(
        List.of(values, rows),
        answers ->
            judge(
                Optional.of(share(answers.count(values), answers.count(rows))),
                range,
                "share of rows with a value"));
  }

  /** 0 of nothing, as in Great Expectations. */
  private static double share(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }

  private static Step rowCount(Rule rule, Fields fields, Options options) {
    Range range = rule.terms().as(Range.class);
    Metric.Count rows = new Metric.Count(Domain.rowsOfTable(rule, options));
    return new Step.Ask(
        List.of(rows), answers -> judge(Optional.of(answers.count(rows)), range, "number of rows"));
  }

  private static Step rowsBetween(Rule rule, Fields fields, Options options) {
    rule.columns().forEach(fields::the);
    TableTerms.RowsBetween terms = rule.terms().as(TableTerms.RowsBetween.class);
    Metric.Count all = new Metric.Count(Domain.rows(rule));
    Metric.Count some = new Metric.Count(Domain.both(Domain.rows(rule), terms.rows()));
    if (terms.unit() == TableTerms.Unit.ROWS) {
      return new Step.Ask(
          List.of(some),
          answers ->
              judge(Optional.of(answers.count(some)), terms.within(), "number of such rows"));
    }
    return new Step.Ask(
        List.of(some, all),
        answers ->
            judge(
                Optional.of(100 * share(answers.count(some), answers.count(all))),
                terms.within(),
                "percentage of such rows"));
  }
}
