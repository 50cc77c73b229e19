package dev.weirkeeper.contracts.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Asset;
import dev.weirkeeper.CallControl;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Expr.Comparison;
import dev.weirkeeper.contracts.Expr.Strictness;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.Operand;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.Terms;
import dev.weirkeeper.contracts.Terms.Ignore;
import dev.weirkeeper.contracts.Terms.PairIgnore;
import dev.weirkeeper.contracts.ValueTests;
import dev.weirkeeper.contracts.engine.Judgement.Status;
import dev.weirkeeper.contracts.memory.Frames;
import dev.weirkeeper.contracts.memory.MemoryBudget;
import dev.weirkeeper.contracts.memory.MemoryEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What each kind of rule about rows means, in each mode, judged by the memory engine. */
class RowKindsTest {
  private static final Fields FIELDS =
      new Fields(
          List.of(
              new Field("id", Form.INTEGER, "int64"),
              new Field("n", Form.INTEGER, "Int64"),
              new Field("f", Form.FLOAT, "float64"),
              new Field("s", Form.TEXT, "object"),
              new Field("d", Form.DATE, "date"),
              new Field("t", Form.TIMESTAMP, "datetime64[ns]")));

  private final List<List<@Nullable Object>> rows = new ArrayList<>();

  private void column(String name, @Nullable Object... values) {
    int place = FIELDS.names().indexOf(name);
    for (int row = 0; row < values.length; row++) {
      if (rows.size() <= row) {
        rows.add(new ArrayList<>(Arrays.asList(new Object[FIELDS.all().size()])));
        rows.get(row).set(0, (long) row);
      }
      rows.get(row).set(place, values[row]);
    }
  }

  private Judgement judge(Rule rule, Mode mode, int samples) {
    FrameSource source =
        Frames.source(new DatasetRef(new Asset("test", "t"), "1"), FIELDS, rows, 2);
    try (Engine engine =
        new MemoryEngine(source, Map.of(), ValueTests::of, MemoryBudget.standard())) {
      return Evaluation.of(
              Contract.of("c", "1", "t", rule),
              RuleKinds.standard(),
              engine,
              new Options(mode, samples, List.of()),
              CallControl.NONE)
          .get(0)
          .judgement();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Judgement.Rows counted(Rule rule, Mode mode) {
    Judgement judgement = judge(rule, mode, 20);
    assertThat(judgement.measured()).as("%s", judgement).isInstanceOf(Judgement.Rows.class);
    return (Judgement.Rows) judgement.measured();
  }

  /** Which rows are bad. */
  private List<Integer> bad(Rule rule, Mode mode) {
    return counted(rule, mode).sample().stream()
        .map(row -> (int) row.index().orElseThrow())
        .toList();
  }

  private void assertBad(Rule rule, Integer... places) {
    for (Mode mode : Mode.values()) {
      assertThat(bad(rule, mode)).as("%s in %s", rule.id(), mode).containsExactly(places);
    }
  }

  private String error(Rule rule, Mode mode) {
    Judgement judgement = judge(rule, mode, 20);
    assertThat(judgement.status()).as("%s", judgement).isEqualTo(Status.ERROR);
    return judgement.reason().orElseThrow();
  }

  @Test
  void null_and_not_null_count_all_rows() {
    column("n", 1L, null, 3L);

    assertBad(Rule.notNull("n"), 1);
    assertBad(Rule.isNull("n"), 0, 2);
    assertThat(counted(Rule.notNull("n"), Mode.STRICT))
        .returns(3L, Judgement.Rows::elements)
        .returns(3L, Judgement.Rows::considered);
  }

  @Test
  void null_keeps_every_other_rule_about_one_column() {
    column("n", 7L, null);
    column("s", "x", null);

    for (Rule rule :
        List.of(
            Rule.inSet("n", 7),
            Rule.notInSet("n", 8),
            Rule.between("n", 1, 9),
            Rule.unique("n"),
            Rule.lengthBetween("s", 1, 1),
            Rule.matches("s", "x"),
            Rule.notMatches("s", "y"),
            Rule.matchesList("s", Terms.On.ALL, "x", "^x$"),
            Rule.notMatchesList("s", "y", "z"))) {
      assertBad(rule);
      assertThat(counted(rule, Mode.STRICT).considered()).as(rule.id()).isEqualTo(1);
    }
  }

  @Test
  void values_are_held_against_sets_ranges_and_lengths() {
    column("n", 1L, 2L, 3L, 2L);
    column("s", "a", "bb", "ccc", "dd");

    assertBad(Rule.inSet("n", 1, 2.0), 2);
    assertBad(Rule.notInSet("n", 2), 1, 3);
    assertBad(Rule.inSet("n"), 0, 1, 2, 3);
    assertBad(Rule.between("n", Range.moreThan(1).atMost(2)), 0, 2);
    assertBad(Rule.unique("n"), 1, 3);
    assertBad(Rule.lengthBetween("s", 2, 2), 0, 2);
  }

  @Test
  void an_absent_set_allows_everything() {
    column("n", 1L, 2L);
    Json absent = Json.of(new Terms.Members(Optional.empty()));

    assertBad(Rule.about("n", Rule.IN_SET, absent));
    assertBad(Rule.about("n", Rule.NOT_IN_SET, absent));
  }

  @Test
  void text_is_searched_for_patterns_of_python() {
    column("s", "abc", "xbz", "ABC");

    assertBad(Rule.matches("s", "b"), 2);
    assertBad(Rule.notMatches("s", "^a"), 0);
    assertBad(Rule.matchesList("s", Terms.On.ANY, "^a", "^x"), 2);
    assertBad(Rule.matchesList("s", Terms.On.ALL, "^a", "b"), 1, 2);
    assertBad(Rule.notMatchesList("s", "^a", "^A"), 0, 2);
  }

  @Test
  void like_makes_a_difference_of_case_but_for_sqlite() {
    column("s", "abc", "ABC", "xb%");

    assertThat(bad(Rule.like("s", "a%"), Mode.STRICT)).containsExactly(1, 2);
    assertThat(bad(Rule.like("s", "a%"), Mode.GX_SQL)).containsExactly(2);
    assertThat(bad(Rule.notLike("s", "_b_"), Mode.STRICT)).containsExactly(0, 2);
    assertThat(bad(Rule.likeList("s", Terms.On.ALL, "%b%", "x%"), Mode.STRICT))
        .containsExactly(0, 1);
    assertThat(bad(Rule.notLikeList("s", "a%", "x%"), Mode.GX_SQL)).containsExactly(0, 1, 2);
    assertThat(error(Rule.like("s", "a%"), Mode.GX_PANDAS)).contains("No provider found");
  }

  @Test
  void a_pattern_that_loses_its_way_is_bad_and_ends() {
    column("s", "!".repeat(60));
    String regex = "^(.*)(.*)(.*)(.*)(.*)(.*)(.*)[^!]$";
    Rule catastrophic = Rule.matches("s", regex);

    assertBad(catastrophic, 0);
    assertBad(Rule.notMatches("s", regex), 0);
    assertThat(bad(catastrophic.whenUnknown(Rule.Answer.PASS), Mode.STRICT)).isEmpty();
  }

  @Test
  void order_is_that_of_the_rows_and_leaves_null_out() {
    column("n", 1L, null, 3L, 2L, 2L);

    assertThat(bad(Rule.increasing("n", Strictness.LOOSE), Mode.STRICT)).containsExactly(3);
    assertThat(bad(Rule.increasing("n", Strictness.STRICT), Mode.GX_PANDAS)).containsExactly(3, 4);
    assertThat(bad(Rule.decreasing("n", Strictness.LOOSE), Mode.STRICT)).containsExactly(2);
    assertThat(error(Rule.increasing("n", Strictness.LOOSE), Mode.GX_SQL))
        .isEqualTo(
            "No provider found for column_values.increasing.unexpected_count using"
                + " SqlAlchemyExecutionEngine");
  }

  @Test
  void text_is_parsed_as_times_dates_and_json() {
    column("s", "2020-01-31", "31.1.2020", "[1]", "{\"a\":NaN}", "no");

    assertThat(bad(Rule.strftime("s", "%Y-%m-%d"), Mode.STRICT)).containsExactly(1, 2, 3, 4);
    assertThat(bad(Rule.dateParseable("s"), Mode.GX_PANDAS)).containsExactly(2, 3, 4);
    assertThat(bad(Rule.jsonParseable("s"), Mode.STRICT)).containsExactly(0, 1, 4);
    assertThat(error(Rule.dateParseable("s"), Mode.GX_SQL)).contains("No provider found");
    assertThat(error(Rule.strftime("n", "%Y"), Mode.STRICT)).contains("Only text can be parsed");
    assertThat(error(Rule.strftime("s", "%Q"), Mode.STRICT)).contains("bad directive");
  }

  @Test
  void a_json_schema_that_cannot_be_asked_is_an_error() {
    column("s", "{\"a\":1}", "{\"a\":\"x\"}");
    Json schema = Json.parse("{\"properties\":{\"a\":{\"type\":\"integer\"}}}");

    assertThat(bad(Rule.jsonSchema("s", schema), Mode.STRICT)).containsExactly(1);
    rows.clear();
    column("s", "{\"a\":1}", "no json");
    assertThat(error(Rule.jsonSchema("s", schema), Mode.STRICT))
        .contains("not JSON")
        .doesNotContain("no json");
  }

  @Test
  void a_json_schema_fetches_nothing() {
    column("s", "1");
    Json schema = Json.parse("{\"$ref\":\"http://127.0.0.1:9/schema.json\"}");

    assertThat(judge(Rule.jsonSchema("s", schema), Mode.STRICT, 1).status())
        .isEqualTo(Status.ERROR);
  }

  @Test
  void scores_and_outliers_are_measured_first() {
    column("f", 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 9.0, null);
    column("n", 5L, 5L);

    assertBad(Rule.zScoreBelow("f", 2.5, Terms.Sides.ONE), 9);
    assertBad(Rule.zScoreBelow("f", -2.5, Terms.Sides.BOTH), 9);
    assertBad(Rule.notOutlier("f", Terms.Spread.STDEV, 2.5), 9);
    // An interquartile range of zero: what differs from the median is an outlier.
    assertBad(Rule.notOutlier("f", Terms.Spread.IQR, 1.5), 9);
    assertThat(bad(Rule.zScoreBelow("n", 1, Terms.Sides.ONE), Mode.STRICT)).isEmpty();
    assertThat(bad(Rule.zScoreBelow("n", 1, Terms.Sides.ONE), Mode.GX_PANDAS))
        .containsExactly(0, 1);
    assertThat(error(Rule.zScoreBelow("s", 1, Terms.Sides.ONE), Mode.STRICT))
        .contains("no numbers");
  }

  @Test
  void types_are_those_of_the_schema_but_of_objects_those_of_each_value() {
    column("n", 1L, null);
    column("s", "a", "b");

    assertThat(judge(Rule.ofType("n", "INT64"), Mode.STRICT, 1).status()).isEqualTo(Status.PASSED);
    assertThat(judge(Rule.ofType("n", "text"), Mode.STRICT, 1))
        .returns(Status.FAILED, Judgement::status)
        .returns(
            new Judgement.Observed(Optional.of(Json.of("Int64")), Optional.empty()),
            Judgement::measured);
    assertThat(bad(Rule.ofType("s", "str"), Mode.GX_PANDAS)).isEmpty();
    assertThat(bad(Rule.ofType("s", "int"), Mode.GX_PANDAS)).containsExactly(0, 1);
    assertThat(judge(Rule.ofType("s", "object"), Mode.GX_PANDAS, 1).status())
        .isEqualTo(Status.PASSED);
    assertThat(error(Rule.ofType("s", "StringType"), Mode.GX_PANDAS)).contains("Unrecognized");
  }

  @Test
  void null_in_a_pair_passes_on_sql_only() {
    column("n", 2L, null, null, 1L);
    column("f", 1.0, 1.0, null, 1.0);
    Rule greater = Rule.pairGreater("n", "f", Range.Edge.EXCLUSIVE, PairIgnore.NEITHER);

    assertThat(bad(greater, Mode.GX_SQL)).containsExactly(3);
    assertThat(bad(greater, Mode.GX_PANDAS)).containsExactly(1, 2, 3);
    assertThat(bad(greater, Mode.STRICT)).containsExactly(1, 2, 3);
    assertThat(bad(greater.whenUnknown(Rule.Answer.PASS), Mode.STRICT)).containsExactly(3);
    assertBad(Rule.pairEqual("n", "f", PairIgnore.NEITHER), 0, 1, 2);
    assertThat(counted(Rule.pairEqual("n", "f", PairIgnore.EITHER), Mode.STRICT))
        .returns(4L, Judgement.Rows::elements)
        .returns(2L, Judgement.Rows::considered)
        .returns(1L, Judgement.Rows::unexpected);
    assertThat(counted(Rule.pairEqual("n", "f", PairIgnore.BOTH), Mode.GX_SQL).considered())
        .isEqualTo(3);
  }

  @Test
  void nan_lies_in_no_range_and_is_greater_than_nothing() {
    column("f", Double.NaN, 2.0);
    column("n", 1L, 1L);
    Rule greater = Rule.pairGreater("f", "n", Range.Edge.EXCLUSIVE, PairIgnore.NEITHER);

    assertThat(bad(Rule.between("f", Range.atLeast(0)), Mode.STRICT)).containsExactly(0);
    assertThat(bad(Rule.between("f", Range.upTo(9)), Mode.STRICT)).containsExactly(0);
    assertThat(bad(greater, Mode.STRICT)).containsExactly(0);
    assertThat(counted(Rule.between("f", Range.atLeast(0)), Mode.GX_PANDAS).considered())
        .isEqualTo(1);
  }

  @Test
  void a_pair_is_looked_up_with_null_for_what_is_missing() {
    column("n", 1L, 2L, null);
    column("s", "a", "b", "c");
    Rule pairs =
        Rule.pairInSet(
            "n",
            "s",
            PairIgnore.NEITHER,
            List.of(
                new Terms.Couple(Optional.of(Literal.of(1)), Optional.of(Literal.of("a"))),
                new Terms.Couple(Optional.empty(), Optional.of(Literal.of("c")))));

    assertBad(pairs, 1);
  }

  @Test
  void several_columns_are_unique_together_within_a_row_or_equal() {
    column("id", 1L, 1L, 2L, 2L);
    column("n", 1L, 1L, null, null);
    rows.get(0).set(0, 1L);
    Rule compound = Rule.compoundUnique(Ignore.ALL, "id", "n");

    assertThat(bad(compound, Mode.GX_SQL)).containsExactly(0, 1);
    assertThat(bad(compound, Mode.GX_PANDAS)).containsExactly(0, 1, 2, 3);
    assertThat(bad(compound, Mode.STRICT)).containsExactly(0, 1, 2, 3);
    assertBad(Rule.compoundUnique(Ignore.ANY, "id", "n"), 0, 1);
    assertBad(Rule.uniqueWithinRow(Ignore.NEVER, "id", "n"), 0, 1);
    assertBad(Rule.valuesEqual(Ignore.NEVER, "id", "n"), 2, 3);
    assertThat(bad(Rule.sumEquals(2, Ignore.ALL, "id", "n"), Mode.GX_SQL)).isEmpty();
    assertThat(bad(Rule.sumEquals(2, Ignore.ALL, "id", "n"), Mode.STRICT)).containsExactly(2, 3);
  }

  @Test
  void an_expression_holds_unless_it_is_false() {
    column("n", 1L, null, 5L);
    Expr small = new Expr.Compare(Operand.column("n"), Comparison.LESS, Operand.constant(3));

    assertThat(bad(Rule.holds(small, "n"), Mode.STRICT)).containsExactly(2);
    assertThat(error(Rule.holds(new Expr.IsNull(Operand.column("zz"))), Mode.STRICT))
        .contains("\"zz\"");
  }

  @Test
  void a_condition_selects_the_rows_and_uniqueness_is_asked_among_them() {
    column("n", 1L, 1L, 1L);
    column("s", "a", "b", "a");
    Expr isA = new Expr.Compare(Operand.column("s"), Comparison.EQUAL, Operand.constant("a"));
    Rule rule = Rule.unique("n").where(isA);

    assertBad(rule, 0, 2);
    assertThat(counted(rule, Mode.STRICT).elements()).isEqualTo(2);
    assertBad(Rule.unique("n").where(Expr.not(isA)));
  }

  @Test
  void in_pandas_not_equal_selects_what_is_missing_too() {
    column("n", 1L, null, 2L);
    Expr notOne = new Expr.Compare(Operand.column("n"), Comparison.NOT_EQUAL, Operand.constant(1));
    Rule rule = Rule.notNull("id").where(notOne);

    assertThat(counted(rule, Mode.GX_PANDAS).elements()).isEqualTo(2);
    assertThat(counted(rule, Mode.GX_SQL).elements()).isEqualTo(1);
    assertThat(counted(rule, Mode.STRICT).elements()).isEqualTo(1);
  }

  @Test
  void types_that_do_not_compare_are_what_the_mode_says() {
    column("s", "1", "x");
    Rule between = Rule.between("s", 0, 9);

    assertThat(error(between, Mode.STRICT)).contains("different types");
    assertThat(error(between, Mode.GX_PANDAS)).contains("must either be None or of the same type");
    // To SQLite, text is greater than every number.
    assertThat(bad(between, Mode.GX_SQL)).containsExactly(0, 1);
    assertThat(bad(Rule.between("s", Range.atLeast(0)), Mode.GX_SQL)).isEmpty();
    assertThat(bad(Rule.inSet("s", 1), Mode.GX_PANDAS)).containsExactly(0, 1);
    assertThat(error(Rule.inSet("s", 1), Mode.STRICT)).contains("cannot be compared");
    rows.clear();
    column("s", null, null);
    assertThat(bad(between, Mode.GX_PANDAS)).isEmpty();
  }

  @Test
  void moments_compare_as_such() {
    column("d", LocalDate.of(2020, 1, 1), LocalDate.of(2020, 1, 2));
    column("t", LocalDateTime.of(2020, 1, 1, 12, 0), LocalDateTime.of(2020, 1, 2, 12, 0));

    assertBad(Rule.between("d", Range.atLeast("2020-01-02")), 0);
    assertBad(Rule.between("d", Range.moreThan("2020-01-01 12:00:00")), 0);
    assertBad(Rule.between("t", Range.upTo("2020-01-01T12:00:00")), 1);
    assertBad(Rule.inSet("t", "2020-01-02 12:00:00"), 0);
    assertThat(bad(Rule.between("t", Range.upTo("Jan 1 2020 13:00")), Mode.GX_PANDAS))
        .containsExactly(1);
    assertThat(error(Rule.between("t", Range.upTo("Jan 1 2020")), Mode.STRICT)).contains("ISO");
    assertThat(error(Rule.between("d", "2020-01-02", "2020-01-01"), Mode.STRICT))
        .contains("cannot be greater");
  }

  @Test
  void contradictory_and_missing_things_are_errors() {
    column("n", 1L);
    Range nothing = new Range(Optional.empty(), Optional.empty());

    for (Mode mode : Mode.values()) {
      assertThat(error(Rule.between("n", 2, 1), mode)).contains("cannot be greater");
      assertThat(error(Rule.between("n", nothing), mode)).contains("cannot both be None");
      assertThat(error(Rule.notNull("zz"), mode)).contains("\"zz\"");
    }
    assertThat(error(Rule.notNull("zz"), Mode.GX_SQL))
        .isEqualTo("Error: The column \"zz\" in BatchData does not exist.");
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void a_share_is_divided_without_rounding(Mode mode) {
    Random random = new Random(20);
    for (int round = 0; round < 60; round++) {
      rows.clear();
      int size = 1 + random.nextInt(30);
      Long[] values = new Long[size];
      int considered = 0;
      int unexpected = 0;
      for (int i = 0; i < size; i++) {
        values[i] = random.nextInt(5) == 0 ? null : Long.valueOf(random.nextInt(2));
        considered += values[i] == null ? 0 : 1;
        unexpected += values[i] != null && values[i] == 1 ? 1 : 0;
      }
      column("n", (Object[]) values);
      double mostly =
          random.nextBoolean() || considered == 0
              ? random.nextDouble()
              : (double) (considered - unexpected) / considered;

      Judgement judgement = judge(Rule.inSet("n", 0).mostly(mostly), mode, 0);

      boolean enough = considered == 0 || (double) (considered - unexpected) / considered >= mostly;
      assertThat(judgement.status())
          .as("round %d: %d of %d, mostly %s", round, unexpected, considered, mostly)
          .isEqualTo(enough ? Status.PASSED : Status.FAILED);
    }
  }

  @Test
  void without_rows_there_is_nothing_bad_and_an_empty_input_obeys_the_rule() {
    for (Mode mode : Mode.values()) {
      assertThat(judge(Rule.notNull("n"), mode, 1).status()).isEqualTo(Status.PASSED);
    }
    assertThat(judge(Rule.notNull("n").whenEmpty(Rule.Answer.FAIL), Mode.STRICT, 1).status())
        .isEqualTo(Status.FAILED);
  }
}
