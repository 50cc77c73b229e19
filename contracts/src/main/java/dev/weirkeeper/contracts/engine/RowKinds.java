package dev.weirkeeper.contracts.engine;

import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.RowRules;
import dev.weirkeeper.contracts.RowTest;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.Terms;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Kinds of rules about single rows, pairs of columns and several columns: count the bad rows, then
 * fetch some of them if there are any and they are asked for.
 */
final class RowKinds {
  private static final Expr TRUE = Expr.always(Expr.Truth.TRUE);

  private RowKinds() {}

  static Map<String, RuleKind> all() {
    Map<String, RuleKind> all = new HashMap<>();
    for (String kind : RowRules.kinds()) {
      all.put(
          kind,
          (rule, fields, options) ->
              count(rule, RowRules.lower(rule, fields, options.mode()), fields, options));
    }
    all.put(Rule.PAIR_IN_SET, RowKinds::pairInSet);
    all.put(Rule.Z_SCORE_BELOW, RowKinds::zScore);
    all.put(Rule.NOT_OUTLIER, RowKinds::outlier);
    all.put(Rule.OF_TYPE, ColumnTypes::begin);
    return all;
  }

  static Step count(Rule rule, RowTest test, Fields fields, Options options) {
    List<String> shown = shown(test, fields, options);
    Metric.Count elements = new Metric.Count(test.applies());
    Expr considered = considered(test);
    Metric.Count relevant = new Metric.Count(considered);
    Expr bad = and(considered, test.bad());
    Metric.Count unexpected = new Metric.Count(bad);
    return new Step.Ask(
        List.of(elements, relevant, unexpected),
        answers -> {
          Judgement.Rows counted =
              new Judgement.Rows(
                  answers.count(elements),
                  answers.count(relevant),
                  answers.count(unexpected),
                  shown,
                  List.of(),
                  test.missing(),
                  bad);
          if (counted.unexpected() == 0 || options.samples() == 0) {
            return done(rule, counted);
          }
          Metric.Sample sample = new Metric.Sample(bad, shown, options.samples());
          return new Step.Ask(
              List.of(sample),
              more ->
                  done(
                      rule,
                      new Judgement.Rows(
                          counted.elements(),
                          counted.considered(),
                          counted.unexpected(),
                          shown,
                          more.rows(sample),
                          test.missing(),
                          bad)));
        });
  }

  /** The columns of a sample: those of the rule, then those to find a row again by. */
  private static List<String> shown(RowTest test, Fields fields, Options options) {
    List<String> shown = new ArrayList<>(test.shown());
    for (String column : options.indexColumns()) {
      if (fields.find(column).isEmpty() && options.mode() != Mode.STRICT) {
        throw new IllegalArgumentException(
            "Error: The unexpected_index_column \"" + column + "\" does not exist.");
      }
      fields.the(column);
      shown.add(column);
    }
    return shown;
  }

  private static Expr considered(RowTest test) {
    return and(test.applies(), test.considered());
  }

  private static Expr and(Expr left, Expr right) {
    List<Expr> parts = new ArrayList<>();
    for (Expr part : List.of(left, right)) {
      if (part instanceof Expr.And more) {
        parts.addAll(more.parts());
      } else if (!part.equals(TRUE)) {
        parts.add(part);
      }
    }
    return parts.isEmpty() ? TRUE : parts.size() == 1 ? parts.get(0) : new Expr.And(parts);
  }

  /**
   * Great Expectations before 1.22 took the rows that it looks at for the first ones of the data on
   * pandas, and failed to fetch bad ones where they are not.
   */
  private static Step pairInSet(Rule rule, Fields fields, Options options) {
    RowTest test = RowRules.lower(rule, fields, options.mode());
    Step counts = count(rule, test, fields, options);
    if (options.mode() != Mode.GX_PANDAS
        || options.samples() == 0
        || considered(test).equals(TRUE)
        || rule.terms().as(Terms.PairSet.class).pairs().isEmpty()) {
      return counts;
    }
    Metric.Sample looked = new Metric.Sample(considered(test), List.of(), Metric.ALL);
    return new Step.Ask(
        List.of(looked),
        answers -> {
          List<Answers.Row> rows = answers.rows(looked);
          for (Answers.Row row : rows) {
            if (row.index().orElse(0) >= rows.size()) {
              throw new IllegalArgumentException(
                  "Unalignable boolean Series provided as indexer (index of the boolean Series and"
                      + " of the indexed object do not match).");
            }
          }
          return counts;
        });
  }

  private static Step done(Rule rule, Judgement.Rows rows) {
    if (sufficient(rows.considered(), rows.unexpected(), rule.mostly())) {
      return new Step.Done(new Judgement(Judgement.Status.PASSED, rows, Optional.empty()));
    }
    String share = rule.mostly() < 1 ? ", of which " + rule.mostly() + " must be good" : "";
    return new Step.Done(
        new Judgement(
            Judgement.Status.FAILED,
            rows,
            Optional.of(
                rows.unexpected() + " of " + rows.considered() + " rows break the rule" + share)));
  }

  /** Whether enough rows are good: as Great Expectations divides, without rounding. */
  static boolean sufficient(long considered, long unexpected, double mostly) {
    return considered == 0 || (double) (considered - unexpected) / considered >= mostly;
  }

  private static Step zScore(Rule rule, Fields fields, Options options) {
    RowTest all = RowRules.ofColumn(rule, fields, options.mode(), TRUE);
    String column = rule.columns().get(0);
    if (!holdsNumbers(fields, column)) {
      return withoutNumbers(rule, fields, options);
    }
    Metric.Aggregate mean = new Metric.Aggregate(Metric.Fold.MEAN, column, considered(all));
    Metric.Aggregate deviation =
        new Metric.Aggregate(Metric.Fold.DEVIATION, column, considered(all));
    return new Step.Ask(
        List.of(mean, deviation),
        answers ->
            count(
                rule,
                RowRules.zScore(
                    rule,
                    fields,
                    options.mode(),
                    number(answers.value(mean)),
                    number(answers.value(deviation))),
                fields,
                options));
  }

  private static Step outlier(Rule rule, Fields fields, Options options) {
    RowTest all = RowRules.ofColumn(rule, fields, options.mode(), TRUE);
    String column = rule.columns().get(0);
    if (!holdsNumbers(fields, column)) {
      return withoutNumbers(rule, fields, options);
    }
    if (rule.terms().as(Terms.Outlier.class).method() == Terms.Spread.STDEV) {
      Metric.Aggregate mean = new Metric.Aggregate(Metric.Fold.MEAN, column, considered(all));
      Metric.Aggregate deviation =
          new Metric.Aggregate(Metric.Fold.DEVIATION, column, considered(all));
      return new Step.Ask(
          List.of(mean, deviation),
          answers ->
              count(
                  rule,
                  RowRules.outlier(
                      rule,
                      fields,
                      options.mode(),
                      number(answers.value(mean)),
                      number(answers.value(deviation))),
                  fields,
                  options));
    }
    Metric.Quantiles quartiles =
        new Metric.Quantiles(
            column, List.of(0.25, 0.5, 0.75), Metric.Interpolation.LINEAR, considered(all));
    return new Step.Ask(
        List.of(quartiles),
        answers -> {
          List<Optional<Object>> values = answers.values(quartiles);
          OptionalDouble low = number(values.get(0));
          OptionalDouble high = number(values.get(2));
          OptionalDouble spread =
              low.isPresent() && high.isPresent()
                  ? OptionalDouble.of(high.getAsDouble() - low.getAsDouble())
                  : OptionalDouble.empty();
          return count(
              rule,
              RowRules.outlier(rule, fields, options.mode(), number(values.get(1)), spread),
              fields,
              options);
        });
  }

  private static boolean holdsNumbers(Fields fields, String column) {
    return switch (fields.the(column).form()) {
      case INTEGER, DECIMAL, FLOAT -> true;
      default -> false;
    };
  }

  private static Step withoutNumbers(Rule rule, Fields fields, Options options) {
    String reason =
        "The column \"" + rule.columns().get(0) + "\" holds no numbers, which the rule is about";
    if (options.mode() != Mode.GX_PANDAS) {
      throw new IllegalArgumentException(reason);
    }
    return count(rule, RowRules.refused(rule, fields, options.mode(), reason), fields, options);
  }

  private static OptionalDouble number(Optional<Object> value) {
    return value.isPresent() && value.get() instanceof Number number
        ? OptionalDouble.of(number.doubleValue())
        : OptionalDouble.empty();
  }
}
