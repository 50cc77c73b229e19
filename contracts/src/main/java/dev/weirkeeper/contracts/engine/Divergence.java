package dev.weirkeeper.contracts.engine;

import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.TableTerms;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;

/**
 * How far the observed shares of a column are from expected ones, by Kullback and Leibler.
 *
 * @param value not a number, or infinite, where it cannot be told
 * @param observed and {@code expected}: the two partitions, as Great Expectations shows them
 */
record Divergence(double value, Json observed, Json expected) {

  Step judge(Optional<Double> threshold) {
    boolean kept = threshold.isEmpty() || value <= threshold.get();
    Json shown = Double.isFinite(value) ? Json.of(value) : Shown.NULL;
    return new Step.Done(
        new Judgement(
            kept ? Judgement.Status.PASSED : Judgement.Status.FAILED,
            new Judgement.Observed(
                Optional.of(shown),
                Optional.of(
                    Json.of(
                        Map.of("observed_partition", observed, "expected_partition", expected)))),
            kept
                ? Optional.empty()
                : Optional.of(
                    "The divergence from the expected partition is above the threshold")));
  }

  /**
   * @throws IllegalArgumentException if the holdouts do not go with the partition
   */
  static void requireHoldouts(TableTerms.Bins expected, TableTerms.Divergence terms) {
    if (terms.tailHoldout() != 0 && expected.tails().isPresent()) {
      throw new IllegalArgumentException(
          "A tail holdout does not go with a partition that has tail weights");
    }
    if (terms.tailHoldout() > 0 && expected.ends() == TableTerms.Ends.BOTH) {
      throw new IllegalArgumentException(
          "A tail holdout does not go with a partition whose ends are both infinite");
    }
  }

  /** By value: those of the partition first, then those that only the column has. */
  static Divergence ofCategories(
      List<Answers.Counted> counts, TableTerms.Categories expected, double tailHoldout) {
    double all = counts.stream().mapToLong(Answers.Counted::count).sum();
    List<Json> values = new ArrayList<>();
    List<Double> observed = new ArrayList<>();
    List<Double> wanted = new ArrayList<>();
    List<Answers.Counted> rest = new ArrayList<>(counts);
    for (int i = 0; i < expected.values().size(); i++) {
      Literal value = expected.values().get(i);
      Optional<Answers.Counted> found =
          rest.stream().filter(count -> Values.same(count.value(), value)).findFirst();
      found.ifPresent(rest::remove);
      values.add(found.map(count -> Shown.json(count.value())).orElse(shown(value)));
      observed.add(found.map(count -> count.count() / all).orElse(0.0));
      wanted.add(expected.weights().get(i));
    }
    if (!rest.isEmpty()) {
      wanted.replaceAll(weight -> weight * (1 - tailHoldout));
      double each = tailHoldout / rest.size();
      for (Answers.Counted count : rest) {
        values.add(Shown.json(count.value()));
        observed.add(count.count() / all);
        wanted.add(each);
      }
    }
    return new Divergence(
        entropy(observed, wanted),
        Json.of(Map.of("values", values, "weights", Shown.list(observed))),
        Json.of(Map.of("values", values, "weights", Shown.list(wanted))));
  }

  private static Json shown(Literal value) {
    if (value instanceof Literal.Numeric number) {
      return Shown.json(new BigDecimal(number.value()));
    }
    return value instanceof Literal.Truth truth
        ? Json.of(truth.value())
        : Json.of(((Literal.Text) value).value());
  }

  /** By bin. Bins without end are the tails. */
  static Divergence ofBins(
      Answers.Bins counted, long values, TableTerms.Bins bins, TableTerms.Divergence terms) {
    double all = values;
    double[] observed = counted.inside().stream().mapToDouble(n -> n / all).toArray();
    double[] expected = held(bins.weights(), terms);
    int from = bins.ends().below() ? 1 : 0;
    int to = expected.length - (bins.ends().above() ? 1 : 0);
    double holdout =
        bins.ends() == TableTerms.Ends.CLOSED ? terms.tailHoldout() / 2 : terms.tailHoldout();
    double[] observedTails = {
      from == 1 ? observed[0] : counted.below() / all,
      to < observed.length ? observed[to] : counted.above() / all
    };
    double[] expectedTails = {
      from == 1 ? expected[0] : bins.tails().map(TableTerms.Tails::below).orElse(holdout),
      to < expected.length
          ? expected[to]
          : bins.tails().map(TableTerms.Tails::above).orElse(holdout)
    };
    List<Double> observedInside = listed(Arrays.copyOfRange(observed, from, to));
    List<Double> expectedInside = listed(Arrays.copyOfRange(expected, from, to));
    return new Divergence(
        entropy(framed(observedTails, observedInside), framed(expectedTails, expectedInside)),
        shown(bins.edges(), observedInside, observedTails),
        shown(bins.edges(), expectedInside, expectedTails));
  }

  private static double[] held(List<Double> weights, TableTerms.Divergence terms) {
    double kept = 1 - terms.tailHoldout() - terms.internalHoldout();
    double[] held = weights.stream().mapToDouble(weight -> weight * kept).toArray();
    long empty = Arrays.stream(held).filter(weight -> weight == 0).count();
    if (terms.internalHoldout() > 0 && empty > 0) {
      for (int i = 0; i < held.length; i++) {
        held[i] = held[i] == 0 ? terms.internalHoldout() / empty : held[i];
      }
    }
    return held;
  }

  private static List<Double> listed(double[] values) {
    return DoubleStream.of(values).boxed().toList();
  }

  private static List<Double> framed(double[] tails, List<Double> inside) {
    List<Double> all = new ArrayList<>(inside);
    all.add(0, tails[0]);
    all.add(tails[1]);
    return all;
  }

  private static Json shown(List<Double> edges, List<Double> weights, double[] tails) {
    return Json.of(
        Map.of(
            "bins", Shown.list(edges),
            "weights", Shown.list(weights),
            "tail_weights", Shown.list(listed(tails))));
  }

  /** Both sides are first made to sum up to 1. Infinite where something happens unexpectedly. */
  private static double entropy(List<Double> observed, List<Double> expected) {
    double observedSum = observed.stream().mapToDouble(Double::doubleValue).sum();
    double expectedSum = expected.stream().mapToDouble(Double::doubleValue).sum();
    double sum = 0;
    for (int i = 0; i < observed.size(); i++) {
      double p = observed.get(i) / observedSum;
      double q = expected.get(i) / expectedSum;
      if (p > 0 && q > 0) {
        sum += p * Math.log(p / q);
      } else if (!(p == 0 && q >= 0)) {
        sum += Double.isNaN(p) || Double.isNaN(q) ? Double.NaN : Double.POSITIVE_INFINITY;
      }
    }
    return sum;
  }
}
