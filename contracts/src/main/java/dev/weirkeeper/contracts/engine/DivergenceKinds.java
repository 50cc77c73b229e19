package dev.weirkeeper.contracts.engine;

import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.TableRules;
import dev.weirkeeper.contracts.TableTerms;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Kinds of rules about how the values of a column are shared out, against a partition that is given
 * or made of the column itself.
 */
final class DivergenceKinds {
  /** Below this the middle half of the values has no width to choose bins by. */
  private static final double NO_SPREAD = 1e-10;

  private DivergenceKinds() {}

  static Map<String, RuleKind> all() {
    return Map.of(TableRules.DIVERGENCE_BELOW, DivergenceKinds::begin);
  }

  private static Step begin(Rule rule, Fields fields, Options options) {
    Domain domain = Domain.of(rule, fields, options);
    TableTerms.Divergence terms = rule.terms().as(TableTerms.Divergence.class);
    if (terms.partition().isPresent()) {
      return against(domain, terms, terms.partition().get());
    }
    return terms.shape() == TableTerms.Shape.CATEGORICAL
        ? ownCategories(domain, terms)
        : ownBins(domain, terms);
  }

  private static Step against(
      Domain domain, TableTerms.Divergence terms, TableTerms.Partition partition) {
    return partition instanceof TableTerms.Bins bins
        ? continuous(domain, terms, bins)
        : categorical(domain, terms, (TableTerms.Categories) partition);
  }

  private static Step categorical(
      Domain domain, TableTerms.Divergence terms, TableTerms.Categories expected) {
    if (terms.internalHoldout() > 0) {
      throw new IllegalArgumentException(
          "An internal holdout is for bins of weight 0; a partition by value has none");
    }
    Metric.ValueCounts counts = DistinctKinds.counts(domain);
    return domain.ask(
        List.of(counts),
        answers ->
            Divergence.ofCategories(
                    DistinctKinds.sorted(answers.counts(counts)), expected, terms.tailHoldout())
                .judge(terms.threshold()));
  }

  private static Step continuous(
      Domain domain, TableTerms.Divergence terms, TableTerms.Bins expected) {
    if (!domain.isNumber()) {
      throw new IllegalArgumentException(
          "The column \""
              + domain.column()
              + "\" holds "
              + domain.field().type()
              + ", which falls into no bins of numbers");
    }
    Divergence.requireHoldouts(expected, terms);
    List<Double> edges = new ArrayList<>(expected.edges());
    if (expected.ends().below()) {
      edges.add(0, Double.NEGATIVE_INFINITY);
    }
    if (expected.ends().above()) {
      edges.add(Double.POSITIVE_INFINITY);
    }
    Metric.Histogram histogram = new Metric.Histogram(domain.column(), edges, domain.valued());
    Metric.Count values = domain.values();
    return domain.ask(
        List.of(histogram, values),
        answers -> {
          long count = answers.count(values);
          if (count == 0 && raisesWithoutValues(domain.mode(), expected.ends())) {
            throw new IllegalArgumentException(
                "There are no values, and Great Expectations 1.2 divides by their number");
          }
          return Divergence.ofBins(answers.bins(histogram), count, expected, terms)
              .judge(terms.threshold());
        });
  }

  private static boolean raisesWithoutValues(Mode mode, TableTerms.Ends ends) {
    return mode == Mode.GX_SQL || mode == Mode.GX_PANDAS && ends != TableTerms.Ends.BOTH;
  }

  private static Step ownCategories(Domain domain, TableTerms.Divergence terms) {
    Metric.ValueCounts counts = DistinctKinds.counts(domain);
    return domain.ask(
        List.of(counts),
        answers -> {
          List<Answers.Counted> found = DistinctKinds.sorted(answers.counts(counts));
          long all = found.stream().mapToLong(Answers.Counted::count).sum();
          List<Literal> values = new ArrayList<>();
          List<Double> weights = new ArrayList<>();
          for (Answers.Counted count : found) {
            values.add(Literal.of(count.value()));
            weights.add((double) count.count() / all);
          }
          return categorical(domain, terms, new TableTerms.Categories(values, weights));
        });
  }

  /** Bins as numpy's {@code auto} chooses them: by Sturges or Freedman and Diaconis. */
  private static Step ownBins(Domain domain, TableTerms.Divergence terms) {
    if (domain.field().form() == Form.TRUTH || !domain.isNumber()) {
      throw new IllegalArgumentException(
          "Bins are made of numbers; the column \""
              + domain.column()
              + "\" holds "
              + domain.field().type());
    }
    if (terms.tailHoldout() != 0) {
      throw new IllegalArgumentException(
          "A partition that is made of the column has tails and needs no holdout for them");
    }
    Metric.Count values = domain.values();
    return domain.ask(
        List.of(values),
        answers -> {
          long count = answers.count(values);
          return QuantileKinds.of(
              domain,
              List.of(0.0, 0.25, 0.75, 1.0),
              Optional.empty(),
              quantiles -> histogram(domain, terms, edges(quantiles, count), count));
        });
  }

  private static List<Double> edges(List<Optional<Object>> quantiles, long count) {
    double[] found =
        quantiles.stream()
            .mapToDouble(
                value ->
                    QuantileKinds.number(
                        value.orElseThrow(
                            () ->
                                new IllegalArgumentException(
                                    "No bins can be made of a column without values"))))
            .toArray();
    double from = found[0];
    double to = found[3];
    int bins = (int) Math.ceil(Math.log(count + 1.0) / Math.log(2));
    double spread = found[2] - found[1];
    if (spread >= NO_SPREAD) {
      double width = 2 * spread / Math.pow((double) count, 1.0 / 3.0);
      bins = Math.max(bins, (int) Math.ceil((to - from) / width));
    }
    List<Double> edges = new ArrayList<>();
    double step = (to - from) / bins;
    for (int i = 0; i < bins; i++) {
      edges.add(i * step + from);
    }
    edges.add(to);
    return edges;
  }

  private static Step histogram(
      Domain domain, TableTerms.Divergence terms, List<Double> edges, long count) {
    Metric.Histogram histogram = new Metric.Histogram(domain.column(), edges, domain.valued());
    return new Step.Ask(
        List.of(histogram),
        answers -> {
          List<Double> weights =
              answers.bins(histogram).inside().stream().map(n -> (double) n / count).toList();
          double tail = (1 - weights.stream().mapToDouble(Double::doubleValue).sum()) / 2;
          TableTerms.Bins own =
              new TableTerms.Bins(
                  edges,
                  TableTerms.Ends.CLOSED,
                  weights,
                  Optional.of(new TableTerms.Tails(tail, tail)));
          return continuous(domain, terms, own);
        });
  }
}
