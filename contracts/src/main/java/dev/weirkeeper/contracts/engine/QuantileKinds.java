package dev.weirkeeper.contracts.engine;

import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.TableRules;
import dev.weirkeeper.contracts.TableTerms;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Kinds of rules about quantiles. Engines are only asked for values by their place in the order;
 * what lies between two of them is computed here, so that it is the same on every engine.
 */
final class QuantileKinds {
  private QuantileKinds() {}

  static Map<String, RuleKind> all() {
    return Map.of(TableRules.QUANTILES_BETWEEN, QuantileKinds::begin);
  }

  private static Step begin(Rule rule, Fields fields, Options options) {
    Domain domain = Domain.of(rule, fields, options);
    TableTerms.QuantileRanges terms = rule.terms().as(TableTerms.QuantileRanges.class);
    return domain.numbers(
        "quantile",
        () ->
            of(
                domain,
                terms.quantiles(),
                terms.interpolation(),
                values -> judge(terms, values, domain.mode())));
  }

  /** Two places in the order of the values, and how far the quantile is from the first. */
  private record Between(long lower, long upper, double share) {}

  /** Asks for quantiles of a column, empty where there is no value. */
  static Step of(
      Domain domain,
      List<Double> quantiles,
      Optional<TableTerms.Interpolation> interpolation,
      Function<List<Optional<Object>>, Step> then) {
    Metric.Count values = domain.values();
    Metric.Count rows = domain.count();
    return domain.ask(
        List.of(values, rows),
        answers -> {
          long count = answers.count(values);
          List<Optional<Between>> places = new ArrayList<>();
          for (double quantile : quantiles) {
            places.add(
                domain.mode() == Mode.GX_SQL
                    ? sqlite(quantile, count, answers.count(rows))
                    : place(quantile, count, how(interpolation, domain.mode())));
          }
          return fetch(domain, count, places, then);
        });
  }

  private static TableTerms.Interpolation how(
      Optional<TableTerms.Interpolation> interpolation, Mode mode) {
    return interpolation.orElse(
        mode == Mode.GX_PANDAS
            ? TableTerms.Interpolation.NEAREST
            : TableTerms.Interpolation.DISCRETE);
  }

  /**
   * Great Expectations 1.2 on SQLite sorts all rows, NULL first, and takes the one at {@code
   * quantile * rows - 1}.
   */
  private static Optional<Between> sqlite(double quantile, long values, long rows) {
    if (rows == 0) {
      throw new IllegalArgumentException(
          "Great Expectations 1.2 fails to compute a quantile of no rows on SQLite");
    }
    long place = Math.max(0, (long) (quantile * rows - 1)) - (rows - values);
    return place < 0 ? Optional.empty() : Optional.of(new Between(place, place, 0));
  }

  private static Optional<Between> place(
      double quantile, long values, TableTerms.Interpolation how) {
    if (values == 0) {
      return Optional.empty();
    }
    double exact = quantile * (values - 1);
    long lower = (long) Math.floor(exact);
    long upper = Math.min(lower + 1, values - 1);
    double share = exact - lower;
    return Optional.of(
        switch (how) {
          case NEAREST -> at((long) Math.rint(exact));
          case LOWER -> at(lower);
          case HIGHER -> at((long) Math.ceil(exact));
          case MIDPOINT -> share == 0 ? at(lower) : new Between(lower, upper, 0.5);
          case LINEAR -> share == 0 ? at(lower) : new Between(lower, upper, share);
          case DISCRETE -> at(Math.max(0, (long) Math.ceil(quantile * values) - 1));
        });
  }

  private static Between at(long place) {
    return new Between(place, place, 0);
  }

  private static Step fetch(
      Domain domain,
      long count,
      List<Optional<Between>> places,
      Function<List<Optional<Object>>, Step> then) {
    TreeSet<Long> wanted = new TreeSet<>();
    for (Optional<Between> place : places) {
      place.ifPresent(
          both -> {
            wanted.add(both.lower());
            wanted.add(both.upper());
          });
    }
    if (wanted.isEmpty()) {
      return then.apply(places.stream().map(place -> Optional.<Object>empty()).toList());
    }
    List<Long> ordered = List.copyOf(wanted);
    // The middle of the share that belongs to the place: no rounding moves it to the next one.
    List<Double> shares = ordered.stream().map(place -> (place + 0.5) / count).toList();
    Metric.Quantiles metric =
        new Metric.Quantiles(
            domain.column(), shares, Metric.Interpolation.DISCRETE, domain.valued());
    return new Step.Ask(
        List.of(metric),
        answers -> {
          Map<Long, Object> found = new LinkedHashMap<>();
          List<Optional<Object>> values = answers.values(metric);
          for (int i = 0; i < ordered.size(); i++) {
            Optional<Object> value = values.get(i);
            if (value.isPresent()) {
              found.put(ordered.get(i), value.get());
            }
          }
          List<Optional<Object>> quantiles = new ArrayList<>();
          for (Optional<Between> place : places) {
            quantiles.add(place.flatMap(both -> value(both, found)));
          }
          return then.apply(quantiles);
        });
  }

  private static Optional<Object> value(Between place, Map<Long, Object> found) {
    Optional<Object> lower = Optional.ofNullable(found.get(place.lower()));
    Optional<Object> upper = Optional.ofNullable(found.get(place.upper()));
    if (place.share() == 0 || lower.isEmpty() || upper.isEmpty()) {
      return lower;
    }
    double from = number(lower.get());
    double to = number(upper.get());
    return Optional.of(from + (to - from) * place.share());
  }

  static double number(Object value) {
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    throw new IllegalArgumentException("The column holds values that are no numbers");
  }

  private static Step judge(
      TableTerms.QuantileRanges terms, List<Optional<Object>> values, Mode mode) {
    if (mode == Mode.GX_SQL && values.stream().anyMatch(Optional::isEmpty)) {
      throw new IllegalArgumentException(
          "A quantile is NULL, which Great Expectations 1.2 fails to compare on SQLite");
    }
    List<Boolean> kept = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      TableTerms.Between range = terms.ranges().get(i);
      kept.add(values.get(i).map(value -> within(number(value), range)).orElse(false));
    }
    boolean all = !kept.contains(false);
    return new Step.Done(
        new Judgement(
            all ? Judgement.Status.PASSED : Judgement.Status.FAILED,
            new Judgement.Observed(
                Optional.of(
                    Json.of(Map.of("quantiles", terms.quantiles(), "values", Shown.list(values)))),
                Optional.of(Shown.object("success_details", kept))),
            all ? Optional.empty() : Optional.of("A quantile is not within its range")));
  }

  private static boolean within(double value, TableTerms.Between range) {
    double min = range.min().orElse(Double.NEGATIVE_INFINITY);
    double max = range.max().orElse(Double.POSITIVE_INFINITY);
    return min <= value && value <= max || near(value, min) || near(value, max);
  }

  /** numpy's isclose with the tolerance of Great Expectations. */
  private static boolean near(double value, double bound) {
    return !Double.isInfinite(bound) && Math.abs(value - bound) <= 1e-8 + 1e-4 * Math.abs(bound);
  }
}
