package dev.weirkeeper.contracts.gx;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.Terms;
import dev.weirkeeper.contracts.gx.Expectation.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Expectations about single rows. */
final class RowExpectations {
  private static final String ANYTHING = " the rule holds for anything";

  private RowExpectations() {}

  static List<Expectation> all() {
    List<Expectation> all = new ArrayList<>();
    all.addAll(ofColumns());
    all.addAll(ofPatterns());
    all.addAll(ofSeveral());
    return all;
  }

  private static Expectation column(String type, Mapping mapping, String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "column";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return Expectation.of(type, Shape.COLUMN, mapping, all);
  }

  private static List<Expectation> ofColumns() {
    String[] bounds = {"min_value", "max_value", "strict_min", "strict_max"};
    return List.of(
        column("expect_column_values_to_not_be_null", kwargs -> Rule.notNull(kwargs.column())),
        column("expect_column_values_to_be_null", kwargs -> Rule.isNull(kwargs.column())),
        column("expect_column_values_to_be_unique", kwargs -> Rule.unique(kwargs.column())),
        column(
            "expect_column_values_to_be_in_set",
            kwargs -> members(kwargs, Rule.IN_SET),
            "value_set"),
        column(
            "expect_column_values_to_not_be_in_set",
            kwargs -> members(kwargs, Rule.NOT_IN_SET),
            "value_set"),
        column(
            "expect_column_values_to_be_between",
            kwargs -> Rule.between(kwargs.column(), range(kwargs)),
            bounds),
        column(
            "expect_column_value_lengths_to_be_between",
            kwargs -> Rule.lengthBetween(kwargs.column(), lengths(kwargs)),
            bounds),
        column("expect_column_value_lengths_to_equal", RowExpectations::lengthsEqual, "value"),
        column(
            "expect_column_value_z_scores_to_be_less_than",
            RowExpectations::zScores,
            "threshold",
            "double_sided"),
        column(
            "expect_column_values_to_not_be_outliers",
            RowExpectations::outliers,
            "method",
            "multiplier"),
        column(
            "expect_column_values_to_be_increasing",
            kwargs -> Rule.increasing(kwargs.column(), strictness(kwargs)),
            "strictly"),
        column(
            "expect_column_values_to_be_decreasing",
            kwargs -> Rule.decreasing(kwargs.column(), strictness(kwargs)),
            "strictly"),
        column(
            "expect_column_values_to_be_of_type",
            kwargs -> types(kwargs, kwargs.textIfGiven("type_").map(List::of)),
            "type_"),
        column(
            "expect_column_values_to_be_in_type_list",
            kwargs -> types(kwargs, kwargs.texts("type_list")),
            "type_list"));
  }

  private static List<Expectation> ofPatterns() {
    return List.of(
        column(
            "expect_column_values_to_match_regex",
            kwargs -> Rule.matches(kwargs.column(), regex(kwargs)),
            "regex"),
        column(
            "expect_column_values_to_not_match_regex",
            kwargs -> Rule.notMatches(kwargs.column(), regex(kwargs)),
            "regex"),
        column(
            "expect_column_values_to_match_regex_list",
            kwargs -> Rule.matchesList(kwargs.column(), on(kwargs), patterns(kwargs, "regex_list")),
            "regex_list",
            "match_on"),
        column(
            "expect_column_values_to_not_match_regex_list",
            kwargs -> Rule.notMatchesList(kwargs.column(), patterns(kwargs, "regex_list")),
            "regex_list"),
        column(
            "expect_column_values_to_match_like_pattern",
            kwargs -> Rule.like(kwargs.column(), kwargs.text("like_pattern")),
            "like_pattern"),
        column(
            "expect_column_values_to_not_match_like_pattern",
            kwargs -> Rule.notLike(kwargs.column(), kwargs.text("like_pattern")),
            "like_pattern"),
        column(
            "expect_column_values_to_match_like_pattern_list",
            kwargs ->
                Rule.likeList(kwargs.column(), on(kwargs), patterns(kwargs, "like_pattern_list")),
            "like_pattern_list",
            "match_on"),
        column(
            "expect_column_values_to_not_match_like_pattern_list",
            kwargs -> Rule.notLikeList(kwargs.column(), patterns(kwargs, "like_pattern_list")),
            "like_pattern_list"),
        column(
            "expect_column_values_to_match_strftime_format",
            kwargs -> Rule.strftime(kwargs.column(), kwargs.text("strftime_format")),
            "strftime_format"),
        column(
            "expect_column_values_to_be_dateutil_parseable",
            kwargs -> Rule.dateParseable(kwargs.column())),
        column(
            "expect_column_values_to_be_json_parseable",
            kwargs -> Rule.jsonParseable(kwargs.column())),
        column(
            "expect_column_values_to_match_json_schema",
            RowExpectations::jsonSchema,
            "json_schema"));
  }

  private static List<Expectation> ofSeveral() {
    return List.of(
        Expectation.of(
            "expect_column_pair_values_to_be_equal",
            Shape.PAIR,
            kwargs ->
                Rule.pairEqual(
                    kwargs.text("column_A"), kwargs.text("column_B"), pairIgnore(kwargs)),
            "column_A",
            "column_B",
            "ignore_row_if"),
        Expectation.of(
            "expect_column_pair_values_a_to_be_greater_than_b",
            Shape.PAIR,
            kwargs ->
                Rule.pairGreater(
                    kwargs.text("column_A"),
                    kwargs.text("column_B"),
                    kwargs.flag("or_equal") ? Range.Edge.INCLUSIVE : Range.Edge.EXCLUSIVE,
                    pairIgnore(kwargs)),
            "column_A",
            "column_B",
            "ignore_row_if",
            "or_equal"),
        Expectation.of(
            "expect_column_pair_values_to_be_in_set",
            Shape.PAIR,
            RowExpectations::pairs,
            "column_A",
            "column_B",
            "ignore_row_if",
            "value_pairs_set"),
        Expectation.of(
            "expect_compound_columns_to_be_unique",
            Shape.COLUMNS,
            kwargs -> Rule.compoundUnique(ignore(kwargs, Terms.Ignore.ALL), columns(kwargs)),
            "column_list",
            "ignore_row_if"),
        Expectation.of(
            "expect_select_column_values_to_be_unique_within_record",
            Shape.COLUMNS,
            kwargs -> Rule.uniqueWithinRow(ignore(kwargs, Terms.Ignore.ALL), columns(kwargs)),
            "column_list",
            "ignore_row_if"),
        Expectation.of(
            "expect_multicolumn_sum_to_equal",
            Shape.COLUMNS,
            RowExpectations::sum,
            "column_list",
            "ignore_row_if",
            "sum_total"),
        Expectation.of(
            "expect_multicolumn_values_to_be_equal",
            Shape.COLUMNS,
            kwargs -> Rule.valuesEqual(ignore(kwargs, Terms.Ignore.NEVER), columns(kwargs)),
            "column_list",
            "ignore_row_if"));
  }

  private static Rule members(Kwargs kwargs, String kind) throws UnsupportedException {
    Optional<List<Literal>> members = kwargs.literals("value_set");
    if (members.isEmpty() && kwargs.mode() == Mode.STRICT) {
      throw new UnsupportedException("without a 'value_set'" + ANYTHING);
    }
    return Rule.about(kwargs.column(), kind, Json.of(new Terms.Members(members)));
  }

  private static Range range(Kwargs kwargs) throws UnsupportedException {
    Range range = kwargs.range();
    if (range.min().isEmpty() && range.max().isEmpty()) {
      throw new UnsupportedException(
          kwargs.mode() == Mode.STRICT
              ? "without 'min_value' and 'max_value'" + ANYTHING
              : "min_value and max_value cannot both be None");
    }
    return range;
  }

  private static Range lengths(Kwargs kwargs) throws UnsupportedException {
    Range range = range(kwargs);
    try {
      return range.ofCounts();
    } catch (IllegalArgumentException e) {
      throw new UnsupportedException(String.valueOf(e.getMessage()));
    }
  }

  private static Rule lengthsEqual(Kwargs kwargs) throws UnsupportedException {
    Optional<JsonNode> value = kwargs.value("value");
    if (value.isEmpty() || !value.get().isNumber()) {
      throw kwargs.malformed("value", "missing or not a number");
    }
    Literal length = kwargs.literal(value.get(), "value");
    return Rule.lengthBetween(kwargs.column(), Range.of(length, length));
  }

  private static Rule zScores(Kwargs kwargs) {
    double threshold =
        kwargs
            .number("threshold")
            .orElseThrow(() -> kwargs.malformed("threshold", "missing or not a number"));
    if (kwargs.value("double_sided").isEmpty()) {
      throw kwargs.malformed("double_sided", "missing");
    }
    return Rule.zScoreBelow(
        kwargs.column(),
        threshold,
        kwargs.flag("double_sided") ? Terms.Sides.BOTH : Terms.Sides.ONE);
  }

  private static Rule outliers(Kwargs kwargs) {
    String method = kwargs.textIfGiven("method").orElse("iqr");
    Terms.Spread spread =
        switch (method) {
          case "iqr" -> Terms.Spread.IQR;
          case "std" -> Terms.Spread.STDEV;
          default -> throw kwargs.malformed("method", "not iqr or std");
        };
    return Rule.notOutlier(kwargs.column(), spread, kwargs.number("multiplier").orElse(1.5));
  }

  private static Expr.Strictness strictness(Kwargs kwargs) {
    return kwargs.flag("strictly") ? Expr.Strictness.STRICT : Expr.Strictness.LOOSE;
  }

  private static Rule types(Kwargs kwargs, Optional<List<String>> names) {
    return Rule.ofType(kwargs.column(), names.orElse(List.of()).toArray(String[]::new));
  }

  private static String regex(Kwargs kwargs) throws UnsupportedException {
    Optional<String> regex = kwargs.textIfGiven("regex");
    if (regex.isEmpty() && kwargs.mode() == Mode.STRICT) {
      throw new UnsupportedException("without a 'regex'" + ANYTHING);
    }
    return regex.orElse("(?s).*");
  }

  private static String[] patterns(Kwargs kwargs, String name) {
    List<String> patterns =
        kwargs.texts(name).orElseThrow(() -> kwargs.malformed(name, "missing or not an array"));
    if (patterns.isEmpty()) {
      throw kwargs.malformed(name, "at least one pattern must be given");
    }
    return patterns.toArray(String[]::new);
  }

  private static Terms.On on(Kwargs kwargs) {
    return switch (kwargs.textIfGiven("match_on").orElse("any")) {
      case "any" -> Terms.On.ANY;
      case "all" -> Terms.On.ALL;
      default -> throw kwargs.malformed("match_on", "not any or all");
    };
  }

  private static Rule jsonSchema(Kwargs kwargs) {
    Json schema =
        kwargs.json("json_schema").orElseThrow(() -> kwargs.malformed("json_schema", "missing"));
    return Rule.jsonSchema(kwargs.column(), schema);
  }

  private static Terms.PairIgnore pairIgnore(Kwargs kwargs) {
    return choice(
        kwargs,
        Map.of(
            "both_values_are_missing",
            Terms.PairIgnore.BOTH,
            "either_value_is_missing",
            Terms.PairIgnore.EITHER,
            "neither",
            Terms.PairIgnore.NEITHER),
        Terms.PairIgnore.BOTH);
  }

  private static Terms.Ignore ignore(Kwargs kwargs, Terms.Ignore otherwise) {
    return choice(
        kwargs,
        Map.of(
            "all_values_are_missing",
            Terms.Ignore.ALL,
            "any_value_is_missing",
            Terms.Ignore.ANY,
            "never",
            Terms.Ignore.NEVER),
        otherwise);
  }

  private static <T> T choice(Kwargs kwargs, Map<String, T> choices, T otherwise) {
    Optional<String> given = kwargs.textIfGiven("ignore_row_if");
    if (given.isEmpty()) {
      return otherwise;
    }
    return Optional.ofNullable(choices.get(given.get()))
        .orElseThrow(
            () ->
                kwargs.malformed(
                    "ignore_row_if", "not one of " + choices.keySet().stream().sorted().toList()));
  }

  private static Rule pairs(Kwargs kwargs) throws UnsupportedException {
    Optional<List<Terms.Couple>> pairs = Optional.empty();
    Optional<JsonNode> set = kwargs.value("value_pairs_set");
    if (set.isPresent()) {
      List<Terms.Couple> couples = new ArrayList<>();
      for (JsonNode pair : set.get()) {
        if (!pair.isArray() || pair.size() != 2) {
          throw kwargs.malformed("value_pairs_set", "holds something that is no pair");
        }
        couples.add(new Terms.Couple(part(kwargs, pair.get(0)), part(kwargs, pair.get(1))));
      }
      pairs = Optional.of(couples);
    } else if (kwargs.mode() == Mode.STRICT) {
      throw new UnsupportedException("without a 'value_pairs_set'" + ANYTHING);
    }
    return Rule.about(
        List.of(kwargs.text("column_A"), kwargs.text("column_B")),
        Rule.PAIR_IN_SET,
        Json.of(new Terms.PairSet(pairIgnore(kwargs), pairs)));
  }

  private static Optional<Literal> part(Kwargs kwargs, JsonNode value) throws UnsupportedException {
    return value.isNull()
        ? Optional.empty()
        : Optional.of(kwargs.literal(value, "value_pairs_set"));
  }

  private static String[] columns(Kwargs kwargs) {
    List<String> columns =
        kwargs
            .texts("column_list")
            .orElseThrow(() -> kwargs.malformed("column_list", "missing or not an array"));
    if (columns.size() < 2) {
      throw kwargs.malformed("column_list", "fewer than two columns");
    }
    return columns.toArray(String[]::new);
  }

  private static Rule sum(Kwargs kwargs) throws UnsupportedException {
    Optional<JsonNode> total = kwargs.value("sum_total");
    if (total.isEmpty() || !total.get().isNumber()) {
      throw kwargs.malformed("sum_total", "missing or not a number");
    }
    return Rule.sumEquals(
        kwargs.literal(total.get(), "sum_total"),
        ignore(kwargs, Terms.Ignore.ALL),
        columns(kwargs));
  }
}
