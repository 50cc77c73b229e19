package dev.weirkeeper.contracts.gx;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.SelectCheck;
import dev.weirkeeper.contracts.TableRules;
import dev.weirkeeper.contracts.TableTerms;
import dev.weirkeeper.contracts.Terms;
import dev.weirkeeper.contracts.gx.Expectation.Shape;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;

/** Expectations about a column or a table as a whole. */
final class TableExpectations {
  private TableExpectations() {}

  static List<Expectation> all() {
    List<Expectation> all = new ArrayList<>();
    all.addAll(aggregates());
    all.addAll(sets());
    all.addAll(tables());
    all.addAll(queries());
    return all;
  }

  private static List<Expectation> aggregates() {
    return List.of(
        between("expect_column_max_to_be_between", TableRules::maxBetween),
        between("expect_column_min_to_be_between", TableRules::minBetween),
        between("expect_column_mean_to_be_between", TableRules::meanBetween),
        between("expect_column_median_to_be_between", TableRules::medianBetween),
        between("expect_column_sum_to_be_between", TableRules::sumBetween),
        between("expect_column_stdev_to_be_between", TableRules::deviationBetween),
        observed(
            "expect_column_unique_value_count_to_be_between",
            TableExpectations::distinctCount,
            "column",
            "min_value",
            "max_value",
            "strict_min",
            "strict_max"),
        between(
            "expect_column_proportion_of_unique_values_to_be_between",
            TableRules::distinctShareBetween),
        between(
            "expect_column_proportion_of_non_null_values_to_be_between",
            TableRules::nonNullShareBetween),
        observed(
            "expect_column_quantile_values_to_be_between",
            TableExpectations::quantiles,
            "column",
            "quantile_ranges",
            "allow_relative_error"));
  }

  private static List<Expectation> sets() {
    return List.of(
        observed(
            "expect_column_distinct_values_to_be_in_set",
            kwargs -> members(kwargs, TableRules.DISTINCT_IN_SET, kwargs.literals("value_set")),
            "column",
            "value_set"),
        observed(
            "expect_column_distinct_values_to_contain_set",
            kwargs -> members(kwargs, TableRules.DISTINCT_CONTAINS_SET, required(kwargs)),
            "column",
            "value_set"),
        observed(
            "expect_column_distinct_values_to_equal_set",
            kwargs -> members(kwargs, TableRules.DISTINCT_EQUALS_SET, required(kwargs)),
            "column",
            "value_set"),
        observed(
            "expect_column_most_common_value_to_be_in_set",
            TableExpectations::mostCommon,
            "column",
            "value_set",
            "ties_okay"),
        observed(
            "expect_column_kl_divergence_to_be_less_than",
            TableExpectations::divergence,
            "column",
            "partition_object",
            "threshold",
            "bucketize_data",
            "tail_weight_holdout",
            "internal_weight_holdout",
            "min_value",
            "max_value"));
  }

  private static List<Expectation> tables() {
    return List.of(
        Expectation.of(
                "expect_column_to_exist",
                Shape.NOTHING,
                TableExpectations::columnExists,
                "column",
                "column_index")
            .ofAllRows(),
        observed(
                "expect_table_columns_to_match_set",
                TableExpectations::columnsMatch,
                "column_set",
                "exact_match")
            .ofAllRows(),
        observed(
                "expect_table_columns_to_match_ordered_list",
                kwargs -> TableRules.columnsOrdered(names(kwargs, "column_list")),
                "column_list")
            .ofAllRows(),
        observed(
                "expect_table_column_count_to_be_between",
                kwargs -> TableRules.columnCountBetween(range(kwargs)),
                "min_value",
                "max_value")
            .ofAllRows(),
        observed(
                "expect_table_column_count_to_equal",
                kwargs -> TableRules.columnCountBetween(exactly(kwargs)),
                "value")
            .ofAllRows(),
        observed(
            "expect_table_row_count_to_be_between",
            kwargs -> Rule.rowCountBetween(counts(kwargs)),
            "min_value",
            "max_value"),
        observed(
            "expect_table_row_count_to_equal",
            kwargs -> Rule.rowCountBetween(exactly(kwargs)),
            "value"),
        observed(
            "expect_table_row_count_to_equal_other_table",
            kwargs -> TableRules.rowCountEqualsTable(kwargs.text("other_table_name")),
            "other_table_name"));
  }

  private static List<Expectation> queries() {
    return List.of(
        observed(
                "unexpected_rows_expectation",
                kwargs -> TableRules.noRows(select(kwargs, "unexpected_rows_query")),
                "unexpected_rows_query")
            .ofAllRows(),
        // Both queries run where the data is: a contract names no data source.
        observed(
                "expect_query_results_to_match_comparison",
                kwargs ->
                    TableRules.queryMatches(
                        select(kwargs, "base_query"), select(kwargs, "comparison_query")),
                "base_query",
                "comparison_data_source_name",
                "comparison_query")
            .ofAllRows());
  }

  private static Expectation observed(String type, Mapping mapping, String... arguments) {
    return Expectation.of(type, Shape.OBSERVED, mapping, arguments);
  }

  private static Expectation between(String type, BiFunction<String, Range, Rule> rule) {
    return observed(
        type,
        kwargs -> rule.apply(kwargs.column(), range(kwargs)),
        "column",
        "min_value",
        "max_value",
        "strict_min",
        "strict_max");
  }

  /** Great Expectations 1.2 takes the strict flags here and never looks at them. */
  private static Rule distinctCount(Kwargs kwargs) throws UnsupportedException {
    Range range = range(kwargs);
    if (kwargs.mode() != Mode.STRICT) {
      range =
          new Range(
              range.min().map(TableExpectations::loose), range.max().map(TableExpectations::loose));
    }
    return TableRules.distinctCountBetween(kwargs.column(), range);
  }

  private static Range.Bound loose(Range.Bound bound) {
    return new Range.Bound(bound.value(), Range.Edge.INCLUSIVE);
  }

  /** Both ends may be open: then the value is only measured. */
  private static Range range(Kwargs kwargs) throws UnsupportedException {
    Range range = kwargs.range();
    return new Range(
        bound(kwargs, "min_value", range.min()), bound(kwargs, "max_value", range.max()));
  }

  /** Great Expectations reads text as a number, a date or a time, and takes nothing else. */
  private static Optional<Range.Bound> bound(
      Kwargs kwargs, String name, Optional<Range.Bound> bound) {
    if (bound.isEmpty() || !(bound.get().value() instanceof Literal.Text text)) {
      return bound;
    }
    try {
      Literal number = Literal.of(new BigDecimal(text.value().strip()));
      return Optional.of(new Range.Bound(number, bound.get().edge()));
    } catch (NumberFormatException e) {
      if (kwargs.mode() != Mode.STRICT && !text.value().matches("\\d{4}-\\d\\d?-\\d\\d?.*")) {
        throw kwargs.malformed(name, "neither a number nor a date");
      }
      return bound;
    }
  }

  private static Range counts(Kwargs kwargs) throws UnsupportedException {
    Range range = range(kwargs);
    try {
      return range.min().isEmpty() && range.max().isEmpty() ? range : range.ofCounts();
    } catch (IllegalArgumentException e) {
      throw new UnsupportedException(String.valueOf(e.getMessage()));
    }
  }

  private static Range exactly(Kwargs kwargs) {
    int value =
        kwargs
            .integer("value")
            .orElseThrow(() -> kwargs.malformed("value", "missing or not an integer"));
    return Range.of(value, value);
  }

  private static Rule quantiles(Kwargs kwargs) {
    JsonNode given =
        kwargs
            .value("quantile_ranges")
            .filter(JsonNode::isObject)
            .orElseThrow(() -> kwargs.malformed("quantile_ranges", "missing or not an object"));
    List<Double> quantiles = numbers(kwargs, "quantile_ranges", given.path("quantiles"));
    List<TableTerms.Between> ranges = new ArrayList<>();
    for (JsonNode range : given.path("value_ranges")) {
      if (!range.isArray() || range.size() != 2) {
        throw kwargs.malformed("quantile_ranges", "a range is not two numbers or nulls");
      }
      ranges.add(new TableTerms.Between(end(kwargs, range.get(0)), end(kwargs, range.get(1))));
    }
    return TableRules.quantilesBetween(
        kwargs.column(), new TableTerms.QuantileRanges(quantiles, ranges, interpolation(kwargs)));
  }

  private static Optional<Double> end(Kwargs kwargs, JsonNode node) {
    if (node.isNull()) {
      return Optional.empty();
    }
    return Optional.of(number(kwargs, "quantile_ranges", node));
  }

  private static Optional<TableTerms.Interpolation> interpolation(Kwargs kwargs) {
    Optional<JsonNode> given = kwargs.value("allow_relative_error");
    if (given.isEmpty() || kwargs.mode() == Mode.GX_SQL || !given.get().asBoolean(true)) {
      return Optional.empty();
    }
    String name = given.get().asText().toUpperCase(Locale.ROOT);
    try {
      return Optional.of(TableTerms.Interpolation.valueOf(name));
    } catch (IllegalArgumentException e) {
      throw kwargs.malformed(
          "allow_relative_error", "not one of linear, lower, higher, midpoint, nearest");
    }
  }

  private static Optional<List<Literal>> required(Kwargs kwargs) throws UnsupportedException {
    Optional<List<Literal>> members = kwargs.literals("value_set");
    if (members.isEmpty()) {
      throw kwargs.malformed("value_set", "missing");
    }
    return members;
  }

  private static Rule members(Kwargs kwargs, String kind, Optional<List<Literal>> members) {
    return Rule.about(kwargs.column(), kind, Json.of(new Terms.Members(members)));
  }

  private static Rule mostCommon(Kwargs kwargs) throws UnsupportedException {
    return TableRules.mostCommonInSet(
        kwargs.column(),
        new TableTerms.Modes(
            kwargs.literals("value_set").orElse(List.of()),
            kwargs.flag("ties_okay") ? TableTerms.Ties.ALLOWED : TableTerms.Ties.REFUSED));
  }

  private static Rule divergence(Kwargs kwargs) throws UnsupportedException {
    boolean bucketize = kwargs.value("bucketize_data").isEmpty() || kwargs.flag("bucketize_data");
    Optional<TableTerms.Partition> partition = Optional.empty();
    Optional<JsonNode> given = kwargs.value("partition_object");
    if (given.isPresent()) {
      partition = Optional.of(partition(kwargs, given.get()));
    }
    if (!bucketize && partition.isPresent() && partition.get() instanceof TableTerms.Bins) {
      throw kwargs.malformed("bucketize_data", "must be true for a partition by bins");
    }
    return TableRules.divergenceBelow(
        kwargs.column(),
        new TableTerms.Divergence(
            partition,
            kwargs.number("threshold"),
            bucketize ? TableTerms.Shape.CONTINUOUS : TableTerms.Shape.CATEGORICAL,
            kwargs.number("tail_weight_holdout").orElse(0.0),
            kwargs.number("internal_weight_holdout").orElse(0.0)));
  }

  private static TableTerms.Partition partition(Kwargs kwargs, JsonNode given)
      throws UnsupportedException {
    String name = "partition_object";
    List<Double> weights = numbers(kwargs, name, given.path("weights"));
    if (given.has("bins")) {
      return bins(kwargs, given, weights);
    }
    if (!given.path("values").isArray()) {
      throw kwargs.malformed(name, "has neither 'values' nor 'bins'");
    }
    List<Literal> values = new ArrayList<>();
    for (JsonNode value : given.path("values")) {
      values.add(kwargs.literal(value, name));
    }
    return new TableTerms.Categories(values, weights);
  }

  private static TableTerms.Bins bins(Kwargs kwargs, JsonNode given, List<Double> weights) {
    String name = "partition_object";
    List<Double> edges = new ArrayList<>(numbers(kwargs, name, given.path("bins")));
    boolean below = !edges.isEmpty() && edges.get(0) == Double.NEGATIVE_INFINITY;
    boolean above = !edges.isEmpty() && edges.get(edges.size() - 1) == Double.POSITIVE_INFINITY;
    if (below) {
      edges.remove(0);
    }
    if (above) {
      edges.remove(edges.size() - 1);
    }
    Optional<TableTerms.Tails> tails = Optional.empty();
    if (given.has("tail_weights")) {
      List<Double> both = numbers(kwargs, name, given.get("tail_weights"));
      if (both.size() != 2) {
        throw kwargs.malformed(name, "'tail_weights' are not two numbers");
      }
      tails = Optional.of(new TableTerms.Tails(both.get(0), both.get(1)));
    }
    TableTerms.Ends ends =
        below
            ? above ? TableTerms.Ends.BOTH : TableTerms.Ends.BELOW
            : above ? TableTerms.Ends.ABOVE : TableTerms.Ends.CLOSED;
    return new TableTerms.Bins(edges, ends, weights, tails);
  }

  private static List<Double> numbers(Kwargs kwargs, String name, JsonNode array) {
    if (!array.isArray()) {
      throw kwargs.malformed(name, "lacks an array of numbers");
    }
    List<Double> numbers = new ArrayList<>();
    for (JsonNode number : array) {
      numbers.add(number(kwargs, name, number));
    }
    return numbers;
  }

  /** A number; what is infinite is text, for JSON has no number for it. */
  private static double number(Kwargs kwargs, String name, JsonNode node) {
    if (node.isNumber()) {
      return node.doubleValue();
    }
    return switch (node.asText().toLowerCase(Locale.ROOT)) {
      case "infinity", "inf" -> Double.POSITIVE_INFINITY;
      case "-infinity", "-inf" -> Double.NEGATIVE_INFINITY;
      default -> throw kwargs.malformed(name, "holds something that is no number");
    };
  }

  private static Rule columnExists(Kwargs kwargs) {
    Optional<Integer> index = kwargs.integer("column_index");
    return index.isPresent()
        ? Rule.columnExistsAt(kwargs.column(), index.get())
        : Rule.columnExists(kwargs.column());
  }

  private static Rule columnsMatch(Kwargs kwargs) throws UnsupportedException {
    List<String> columns =
        kwargs.mode() == Mode.STRICT
            ? names(kwargs, "column_set")
            : kwargs.texts("column_set").orElse(List.of());
    return Rule.columns(
        columns, kwargs.flag("exact_match") ? Terms.Match.EXACT : Terms.Match.CONTAINS);
  }

  private static List<String> names(Kwargs kwargs, String name) throws UnsupportedException {
    return kwargs
        .texts(name)
        .orElseThrow(
            () ->
                new UnsupportedException(
                    "without a '" + name + "' there is nothing to compare with"));
  }

  private static String select(Kwargs kwargs, String name) throws UnsupportedException {
    String select = kwargs.text(name);
    try {
      SelectCheck.check(select);
    } catch (IllegalArgumentException e) {
      throw new UnsupportedException(String.valueOf(e.getMessage()));
    }
    return select;
  }
}
