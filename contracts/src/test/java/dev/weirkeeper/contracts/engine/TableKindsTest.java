package dev.weirkeeper.contracts.engine;

import static dev.weirkeeper.contracts.Form.FLOAT;
import static dev.weirkeeper.contracts.Form.INTEGER;
import static dev.weirkeeper.contracts.Form.TEXT;
import static dev.weirkeeper.contracts.Form.TIMESTAMP;
import static dev.weirkeeper.contracts.Form.TRUTH;
import static dev.weirkeeper.contracts.Mode.GX_PANDAS;
import static dev.weirkeeper.contracts.Mode.GX_SQL;
import static dev.weirkeeper.contracts.Mode.STRICT;
import static dev.weirkeeper.contracts.engine.Judgement.Status.ERROR;
import static dev.weirkeeper.contracts.engine.Judgement.Status.FAILED;
import static dev.weirkeeper.contracts.engine.Judgement.Status.PASSED;
import static dev.weirkeeper.contracts.engine.Judgement.Status.UNSUPPORTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.Operand;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.TableRules;
import dev.weirkeeper.contracts.TableTerms;
import dev.weirkeeper.contracts.TableTerms.Between;
import dev.weirkeeper.contracts.TableTerms.Interpolation;
import dev.weirkeeper.contracts.Terms;
import java.io.IOException;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TableKindsTest {
  private static final Range ANY = new Range(Optional.empty(), Optional.empty());

  private static Judgement judge(PlainTable table, Rule rule, Mode mode) {
    try {
      return Evaluation.of(
              new Contract("c", "1", "t", List.of(rule)),
              RuleKinds.standard(),
              table,
              Options.DEFAULT.in(mode),
              CallControl.NONE)
          .get(0)
          .judgement();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String value(Judgement judgement) {
    return ((Judgement.Observed) judgement.measured()).value().map(Json::text).orElse("none");
  }

  private static String details(Judgement judgement) {
    return ((Judgement.Observed) judgement.measured()).details().map(Json::text).orElse("none");
  }

  private static PlainTable column(@Nullable Object... values) {
    return new PlainTable().with("a", FLOAT, values);
  }

  @Test
  void an_aggregate_is_shown_and_held_against_the_range() {
    PlainTable table = new PlainTable().with("a", INTEGER, 1, 2, 4, null);

    assertThat(value(judge(table, TableRules.maxBetween("a", Range.of(1, 4)), STRICT)))
        .isEqualTo("4");
    assertThat(judge(table, TableRules.maxBetween("a", Range.of(1, 4)), STRICT).status())
        .isEqualTo(PASSED);
    assertThat(judge(table, TableRules.maxBetween("a", Range.below(4)), STRICT).status())
        .isEqualTo(FAILED);
    assertThat(judge(table, TableRules.minBetween("a", Range.moreThan(1)), STRICT).status())
        .isEqualTo(FAILED);
    assertThat(value(judge(table, TableRules.meanBetween("a", ANY), GX_SQL)))
        .isEqualTo("2.3333333333333335");
    assertThat(value(judge(table, TableRules.medianBetween("a", ANY), GX_SQL))).isEqualTo("2");
    assertThat(value(judge(table, TableRules.distinctCountBetween("a", ANY), GX_SQL)))
        .isEqualTo("3");
    assertThat(value(judge(table, TableRules.nonNullShareBetween("a", ANY), GX_SQL)))
        .isEqualTo("0.75");
  }

  @Test
  void a_double_meets_the_bound_that_people_wrote() {
    PlainTable table = column(0.1, 0.1);

    assertThat(judge(table, TableRules.maxBetween("a", Range.of(0.1, 0.1)), STRICT).status())
        .isEqualTo(PASSED);
  }

  @Test
  void nothing_adds_up_to_0_on_pandas_only() {
    PlainTable table = column(null, null);
    Rule rule = TableRules.sumBetween("a", Range.of(-1, 1));

    assertThat(judge(table, rule, GX_PANDAS).status()).isEqualTo(PASSED);
    assertThat(value(judge(table, rule, GX_PANDAS))).isEqualTo("0");
    assertThat(judge(table, rule, GX_SQL).status()).isEqualTo(FAILED);
    assertThat(value(judge(table, rule, GX_SQL))).isEqualTo("null");
    assertThat(judge(table, rule, STRICT).status()).isEqualTo(FAILED);
  }

  @Test
  void one_value_has_no_deviation_and_sqlite_even_raises() {
    Rule rule = TableRules.deviationBetween("a", ANY);

    assertThat(judge(column(1.0), rule, GX_PANDAS).status()).isEqualTo(FAILED);
    assertThat(judge(column(1.0), rule, STRICT).status()).isEqualTo(FAILED);
    assertThat(judge(column(1.0), rule, GX_SQL).status()).isEqualTo(ERROR);
    assertThat(value(judge(column(1.0, 3.0), rule, GX_SQL))).isEqualTo("1.4142135623730951");
  }

  @Test
  void a_column_without_rows_passes_strictly_unless_the_rule_needs_rows() {
    Rule rule = TableRules.meanBetween("a", Range.of(0, 1));

    assertThat(judge(column(), rule, STRICT).status()).isEqualTo(PASSED);
    assertThat(judge(column(), rule.whenEmpty(Rule.Answer.FAIL), STRICT).status())
        .isEqualTo(FAILED);
    assertThat(judge(column(), rule, GX_PANDAS).status()).isEqualTo(FAILED);
  }

  @Test
  void not_a_number_is_missing_on_pandas_only() {
    PlainTable table = column(1.0, Double.NaN, 3.0);
    Rule rule = TableRules.meanBetween("a", Range.of(2, 2));

    assertThat(judge(table, rule, GX_PANDAS).status()).isEqualTo(PASSED);
    assertThat(judge(table, rule, STRICT).status()).isEqualTo(FAILED);
    assertThat(value(judge(table, rule, STRICT))).isEqualTo("null");
  }

  @Test
  void booleans_are_1_and_0() {
    PlainTable table = new PlainTable().with("a", TRUTH, true, false, false, true, null, true);

    assertThat(value(judge(table, TableRules.meanBetween("a", ANY), GX_SQL))).isEqualTo("0.6");
    assertThat(value(judge(table, TableRules.sumBetween("a", ANY), GX_SQL))).isEqualTo("3");
    assertThat(value(judge(table, TableRules.minBetween("a", ANY), GX_SQL))).isEqualTo("0");
    assertThat(value(judge(table, TableRules.minBetween("a", ANY), GX_PANDAS))).isEqualTo("false");
    assertThat(value(judge(table, TableRules.medianBetween("a", ANY), GX_SQL))).isEqualTo("1");
  }

  @Test
  void text_has_no_mean_but_a_column_of_null_has_no_type_that_counts() {
    Rule mean = TableRules.meanBetween("a", ANY);
    Rule sum = TableRules.sumBetween("a", ANY);

    assertThat(judge(new PlainTable().with("a", TEXT, "x"), mean, GX_PANDAS).status())
        .isEqualTo(ERROR);
    PlainTable nothing = new PlainTable().with("a", TEXT, null, null);
    assertThat(value(judge(nothing, mean, GX_PANDAS))).isEqualTo("null");
    assertThat(value(judge(nothing, sum, GX_PANDAS))).isEqualTo("0");
  }

  @Test
  void moments_compare_with_iso_text() {
    PlainTable table =
        new PlainTable().with("a", TIMESTAMP, LocalDateTime.of(2001, 1, 1, 12, 0), null);

    Judgement kept = judge(table, TableRules.maxBetween("a", Range.upTo("2001-01-02")), STRICT);
    Judgement broken =
        judge(table, TableRules.maxBetween("a", Range.upTo("2001-01-01T11:59:59")), STRICT);

    assertThat(kept.status()).isEqualTo(PASSED);
    assertThat(value(kept)).isEqualTo("\"2001-01-01T12:00:00\"");
    assertThat(broken.status()).isEqualTo(FAILED);
  }

  @Test
  void a_bound_of_another_type_is_an_error() {
    assertThat(judge(column(1.0), TableRules.maxBetween("a", Range.upTo("x")), STRICT).status())
        .isEqualTo(ERROR);
  }

  @Test
  void a_missing_column_is_an_error_that_names_it() {
    Judgement judgement = judge(column(1.0), TableRules.maxBetween("b", ANY), GX_PANDAS);

    assertThat(judgement.status()).isEqualTo(ERROR);
    assertThat(judgement.reason().orElseThrow()).contains("\"b\" does not exist");
  }

  @Test
  void a_condition_narrows_what_is_measured() {
    PlainTable table = new PlainTable().with("a", INTEGER, 1, 2, 3).with("b", INTEGER, 5, 6, 7);
    Expr some = new Expr.Compare(Operand.column("b"), Expr.Comparison.MORE, Operand.constant(5));

    assertThat(value(judge(table, TableRules.minBetween("a", ANY).where(some), GX_SQL)))
        .isEqualTo("2");
    assertThat(value(judge(table, Rule.rowCountBetween(ANY).where(some), STRICT))).isEqualTo("2");
    assertThat(value(judge(table, Rule.rowCountBetween(ANY).where(some), GX_SQL))).isEqualTo("3");
    assertThat(value(judge(table, TableRules.distinctShareBetween("a", ANY).where(some), GX_SQL)))
        .isEqualTo("1");
  }

  @Test
  void rows_are_counted_as_rows_or_per_hundred() {
    PlainTable table = new PlainTable().with("a", INTEGER, 1, 2, null, null);
    Expr isNull = new Expr.IsNull(Operand.column("a"));

    Rule rows = TableRules.rowsBetween(List.of("a"), isNull, Range.of(2, 2), TableTerms.Unit.ROWS);
    Rule percent =
        TableRules.rowsBetween(List.of("a"), isNull, Range.below(50), TableTerms.Unit.PERCENT);

    assertThat(judge(table, rows, STRICT).status()).isEqualTo(PASSED);
    assertThat(judge(table, percent, STRICT).status()).isEqualTo(FAILED);
    assertThat(value(judge(table, percent, STRICT))).isEqualTo("50");
  }

  @Test
  void the_values_that_occur_are_a_set() {
    PlainTable table = new PlainTable().with("a", INTEGER, 1, 2, 2, null);

    Judgement inside = judge(table, TableRules.distinctInSet("a", 1, 2.0, 3), GX_PANDAS);
    assertThat(inside.status()).isEqualTo(PASSED);
    assertThat(value(inside)).isEqualTo("[1,2]");
    assertThat(details(inside))
        .isEqualTo("{\"value_counts\":[{\"count\":1,\"value\":1},{\"count\":2,\"value\":2}]}");
    assertThat(judge(table, TableRules.distinctInSet("a", 1), GX_PANDAS).status())
        .isEqualTo(FAILED);
    assertThat(judge(table, TableRules.distinctContainsSet("a", 1), GX_PANDAS).status())
        .isEqualTo(PASSED);
    assertThat(judge(table, TableRules.distinctContainsSet("a", 1, 7), GX_PANDAS).status())
        .isEqualTo(FAILED);
    assertThat(judge(table, TableRules.distinctEqualsSet("a", 2, 1), GX_PANDAS).status())
        .isEqualTo(PASSED);
    assertThat(judge(table, TableRules.distinctEqualsSet("a", "1", "2"), GX_PANDAS).status())
        .isEqualTo(FAILED);
  }

  @Test
  void an_empty_set_allows_everything_in_great_expectations_and_nothing_strictly() {
    PlainTable table = column(1.0);

    assertThat(judge(table, TableRules.distinctInSet("a"), GX_SQL).status()).isEqualTo(PASSED);
    assertThat(judge(table, TableRules.distinctInSet("a"), STRICT).status()).isEqualTo(FAILED);
  }

  @Test
  void a_moment_equals_its_text_but_not_on_pandas() {
    PlainTable table = new PlainTable().with("a", TIMESTAMP, LocalDateTime.of(2001, 1, 1, 0, 0));
    Rule rule = TableRules.distinctInSet("a", "2001-01-01");

    assertThat(judge(table, rule, STRICT).status()).isEqualTo(PASSED);
    assertThat(judge(table, rule, GX_PANDAS).status()).isEqualTo(FAILED);
  }

  @Test
  void ties_for_the_most_common_value_need_leave() {
    PlainTable table = new PlainTable().with("a", TEXT, "x", "y", "y", "x", "z");
    List<Literal> members = List.of(Literal.of("x"));

    Judgement refused =
        judge(
            table,
            TableRules.mostCommonInSet("a", new TableTerms.Modes(members, TableTerms.Ties.REFUSED)),
            STRICT);
    Judgement allowed =
        judge(
            table,
            TableRules.mostCommonInSet("a", new TableTerms.Modes(members, TableTerms.Ties.ALLOWED)),
            STRICT);

    assertThat(refused.status()).isEqualTo(FAILED);
    assertThat(value(refused)).isEqualTo("[\"x\",\"y\"]");
    assertThat(allowed.status()).isEqualTo(PASSED);
  }

  private static Rule quartiles(Optional<Interpolation> how) {
    Between open = new Between(Optional.empty(), Optional.empty());
    return TableRules.quantilesBetween(
        "a",
        new TableTerms.QuantileRanges(List.of(0.25, 0.5, 0.75), List.of(open, open, open), how));
  }

  @Test
  void quantiles_lie_where_each_system_puts_them() {
    PlainTable table = new PlainTable().with("a", INTEGER, 6, 7, 6);

    assertThat(value(judge(table, quartiles(Optional.empty()), GX_PANDAS)))
        .contains("\"values\":[6,6,7]");
    assertThat(value(judge(table, quartiles(Optional.empty()), GX_SQL)))
        .contains("\"values\":[6,6,6]");
    assertThat(value(judge(table, quartiles(Optional.empty()), STRICT)))
        .contains("\"values\":[6,6,7]");
    assertThat(value(judge(table, quartiles(Optional.of(Interpolation.LINEAR)), STRICT)))
        .contains("\"values\":[6,6,6.5]");
    assertThat(value(judge(table, quartiles(Optional.of(Interpolation.MIDPOINT)), GX_PANDAS)))
        .contains("\"values\":[6,6,6.5]");
  }

  @Test
  void sqlite_counts_null_among_the_values_and_then_fails() {
    PlainTable table = new PlainTable().with("a", INTEGER, 1, null, null, null);

    assertThat(judge(table, quartiles(Optional.empty()), GX_SQL).status()).isEqualTo(ERROR);
    assertThat(judge(table, quartiles(Optional.empty()), STRICT).status()).isEqualTo(PASSED);
  }

  @Test
  void a_quantile_near_its_bound_is_within() {
    Between close = new Between(Optional.of(1.0001), Optional.of(2.0));
    Rule rule =
        TableRules.quantilesBetween(
            "a", new TableTerms.QuantileRanges(List.of(0.5), List.of(close), Optional.empty()));

    assertThat(judge(column(1.0), rule, GX_PANDAS).status()).isEqualTo(PASSED);
    assertThat(judge(column(0.99), rule, GX_PANDAS).status()).isEqualTo(FAILED);
    assertThat(details(judge(column(0.99), rule, GX_PANDAS)))
        .isEqualTo("{\"success_details\":[false]}");
  }

  private static Rule divergence(
      Optional<TableTerms.Partition> partition, double threshold, double tail, double internal) {
    return TableRules.divergenceBelow(
        "a",
        new TableTerms.Divergence(
            partition, Optional.of(threshold), TableTerms.Shape.CONTINUOUS, tail, internal));
  }

  @Test
  void categories_that_nobody_expected_share_the_holdout() {
    PlainTable table = new PlainTable().with("a", TEXT, "a", "a", "b", "c");
    Optional<TableTerms.Partition> expected =
        Optional.of(
            new TableTerms.Categories(
                List.of(Literal.of("a"), Literal.of("b")), List.of(0.6, 0.4)));

    Judgement held = judge(table, divergence(expected, 0.1, 0.1, 0), GX_PANDAS);
    Judgement free = judge(table, divergence(expected, 0.1, 0, 0), GX_PANDAS);

    assertThat(held.status()).isEqualTo(PASSED);
    assertThat(Double.parseDouble(value(held))).isCloseTo(0.09943138400349738, within(1e-12));
    assertThat(free.status()).isEqualTo(FAILED);
    assertThat(value(free)).isEqualTo("null");
    assertThat(details(free)).contains("\"weights\":[0.6,0.4,0]");
  }

  @Test
  void infinite_ends_of_bins_are_tails() {
    PlainTable table = column(-0.5, 0.5, 1.5, 2.5, 3.5);
    Optional<TableTerms.Partition> expected =
        Optional.of(
            new TableTerms.Bins(
                List.of(0.0, 1.0, 2.0, 3.0),
                TableTerms.Ends.ABOVE,
                List.of(0.25, 0.25, 0.25, 0.25),
                Optional.empty()));

    Judgement judgement = judge(table, divergence(expected, 0.5, 0, 0), GX_PANDAS);

    assertThat(judgement.status()).isEqualTo(FAILED);
    assertThat(value(judgement)).isEqualTo("null");
    assertThat(details(judgement))
        .contains(
            "\"observed_partition\":{\"bins\":[0,1,2,3],\"tail_weights\":[0.2,0.2],"
                + "\"weights\":[0.2,0.2,0.2]}");
  }

  @Test
  void a_partition_of_the_column_itself_diverges_from_it_by_nothing() {
    PlainTable numbers = column(1.0, 2.0, 2.5, 4.0, 7.0, 9.0, 11.0);
    Rule bins = divergence(Optional.empty(), 0.1, 0, 0);
    Rule categories =
        TableRules.divergenceBelow(
            "a",
            new TableTerms.Divergence(
                Optional.empty(), Optional.of(0.0), TableTerms.Shape.CATEGORICAL, 0, 0));

    for (Mode mode : Mode.values()) {
      assertThat(judge(numbers, bins, mode).status()).isEqualTo(PASSED);
      assertThat(value(judge(numbers, bins, mode))).isEqualTo("0");
      assertThat(judge(numbers, categories, mode).status()).isEqualTo(PASSED);
    }
  }

  @Test
  void partitions_that_are_none_and_holdouts_that_do_not_fit_are_refused() {
    assertThatThrownBy(() -> new TableTerms.Categories(List.of(Literal.of(1)), List.of(0.5)))
        .hasMessageContaining("sum up to 1");
    assertThatThrownBy(() -> divergence(Optional.empty(), -1, 0, 0))
        .hasMessageContaining("threshold");
    assertThatThrownBy(() -> divergence(Optional.empty(), 1, 2, 0))
        .hasMessageContaining("tail holdout");
    Optional<TableTerms.Partition> open =
        Optional.of(
            new TableTerms.Bins(
                List.of(0.0), TableTerms.Ends.BOTH, List.of(0.5, 0.5), Optional.empty()));
    assertThat(judge(column(1.0), divergence(open, 1, 0.1, 0), GX_PANDAS).status())
        .isEqualTo(ERROR);
  }

  @Test
  void columns_are_compared_by_name_and_place() {
    PlainTable table = new PlainTable().with("a", INTEGER).with("b", INTEGER).with("c", TEXT);

    assertThat(judge(table, Rule.columnExists("b"), STRICT).status()).isEqualTo(PASSED);
    assertThat(judge(table, Rule.columnExistsAt("b", 0), STRICT).status()).isEqualTo(FAILED);
    assertThat(judge(table, Rule.columnExistsAt("b", 0), GX_SQL).status()).isEqualTo(PASSED);
    assertThat(judge(table, Rule.columnExistsAt("c", -1), STRICT).status()).isEqualTo(PASSED);
    assertThat(judge(table, Rule.columnExistsAt("c", 3), STRICT).status()).isEqualTo(FAILED);
    assertThat(judge(table, Rule.columnsAre("c", "b", "a"), STRICT).status()).isEqualTo(PASSED);
    Judgement extra = judge(table, Rule.columnsInclude("a", "b"), GX_SQL);
    assertThat(extra.status()).isEqualTo(PASSED);
    assertThat(details(extra)).isEqualTo("{\"mismatched\":{\"unexpected\":[\"c\"]}}");
    assertThat(judge(table, Rule.columnsInclude("a", "d"), GX_SQL).status()).isEqualTo(FAILED);
    Judgement order = judge(table, TableRules.columnsOrdered(List.of("a", "c")), STRICT);
    assertThat(order.status()).isEqualTo(FAILED);
    assertThat(details(order))
        .contains("{\"Expected\":\"c\",\"Expected Column Position\":1,\"Found\":\"b\"}")
        .contains("{\"Expected\":null,\"Expected Column Position\":2,\"Found\":\"c\"}");
    assertThat(judge(table, TableRules.columnCountBetween(Range.of(3, 3)), STRICT).status())
        .isEqualTo(PASSED);
  }

  @Test
  void a_query_finds_nothing_or_the_rule_fails() {
    PlainTable table =
        new PlainTable()
            .with("a", INTEGER, 1)
            .finding("none", List.of("a"), List.of())
            .finding("one", List.of("a"), List.of(List.of(7L)));

    assertThat(judge(table, TableRules.noRows("none"), GX_SQL).status()).isEqualTo(PASSED);
    Judgement found = judge(table, TableRules.noRows("one"), GX_SQL);
    assertThat(found.status()).isEqualTo(FAILED);
    assertThat(value(found)).isEqualTo("\"1 unexpected row\"");
    assertThat(details(found)).isEqualTo("{\"unexpected_rows\":[{\"a\":7}]}");
    assertThat(judge(table, TableRules.noRows("none"), GX_PANDAS).status()).isEqualTo(ERROR);
    assertThat(judge(table, TableRules.queryBetween("one", Range.of(7, 7)), STRICT).status())
        .isEqualTo(PASSED);
    assertThat(judge(table, TableRules.queryBetween("none", ANY), STRICT).status())
        .isEqualTo(FAILED);
  }

  @Test
  void queries_are_compared_row_by_row_in_any_order() {
    PlainTable table =
        new PlainTable()
            .with("a", INTEGER, 1)
            .finding("left", List.of("a"), List.of(List.of(1L), List.of(2L), List.of(2L)))
            .finding("same", List.of("b"), List.of(List.of(2L), List.of(1L), List.of(2L)))
            .finding("other", List.of("a"), List.of(List.of(2L), List.of(1L), List.of(1L)));

    assertThat(judge(table, TableRules.queryMatches("left", "same"), STRICT).status())
        .isEqualTo(PASSED);
    Judgement differ = judge(table, TableRules.queryMatches("left", "other"), STRICT);
    assertThat(differ.status()).isEqualTo(FAILED);
    assertThat(value(differ)).contains("\"unexpected_count\":1");
    assertThat(details(differ))
        .isEqualTo("{\"missing_rows\":[{\"a\":1}],\"unexpected_rows\":[{\"a\":2}]}");
    assertThat(judge(table, TableRules.queryMatches("left", "other").mostly(0.6), STRICT).status())
        .isEqualTo(PASSED);
  }

  @Test
  void two_tables_have_as_many_rows() {
    PlainTable table = new PlainTable().with("a", INTEGER, 1, 2).beside("t2", 3).beside("t3", 2);

    Judgement differ = judge(table, TableRules.rowCountEqualsTable("t2"), GX_SQL);
    assertThat(differ.status()).isEqualTo(FAILED);
    assertThat(value(differ)).isEqualTo("{\"other\":3,\"self\":2}");
    assertThat(judge(table, TableRules.rowCountEqualsTable("t3"), STRICT).status())
        .isEqualTo(PASSED);
  }

  @Test
  void what_nobody_judges_never_passes() {
    Rule rule =
        Rule.unsupported(
            "expect_x", List.of(), new Terms.Unsupported("expect_x", "no metric", Json.empty()));

    assertThat(judge(column(1.0), rule, GX_PANDAS).status()).isEqualTo(UNSUPPORTED);
  }

  private static Offset<Double> within(double tolerance) {
    return Offset.offset(tolerance);
  }
}
