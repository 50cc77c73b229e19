package dev.weirkeeper.contracts.gx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import dev.weirkeeper.Violation;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.ImportReport;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.Rule.Severity;
import dev.weirkeeper.contracts.TestRows;
import dev.weirkeeper.contracts.gx.GxSuiteReader.Imported;
import dev.weirkeeper.contracts.stream.Contracts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GxSuiteReaderTest {
  private static final String ALL =
      """
      {"%s": "orders", "meta": {"great_expectations_version": "x"}, "expectations": [
        {"%2$s": "expect_column_values_to_not_be_null", "kwargs": {"column": "id", "mostly": 1.0}},
        {"%2$s": "expect_column_values_to_be_null", "kwargs": {"column": "gone"}},
        {"%2$s": "expect_column_values_to_be_in_set",
         "kwargs": {"column": "status", "value_set": ["O", "F", null]}},
        {"%2$s": "expect_column_values_to_not_be_in_set",
         "kwargs": {"column": "n", "value_set": [0, 1.50]}},
        {"%2$s": "expect_column_values_to_be_between",
         "kwargs": {"column": "n", "min_value": 1, "max_value": 12345678901234567890,
                    "strict_min": true, "strict_max": false}},
        {"%2$s": "expect_column_value_lengths_to_be_between",
         "kwargs": {"column": "name", "min_value": 1.0}},
        {"%2$s": "expect_column_values_to_match_regex",
         "kwargs": {"column": "name", "regex": "^a"}},
        {"%2$s": "expect_column_values_to_not_match_regex",
         "kwargs": {"column": "name", "regex": "b$"}},
        {"%2$s": "expect_column_values_to_be_unique", "kwargs": {"column": "id"}},
        {"%2$s": "expect_column_to_exist", "kwargs": {"column": "id", "column_index": 0}},
        {"%2$s": "expect_table_columns_to_match_set",
         "kwargs": {"column_set": ["id", "n"], "exact_match": true}},
        {"%2$s": "expect_table_row_count_to_be_between",
         "kwargs": {"min_value": 1, "max_value": null, "result_format": "BASIC"}}
      ]}
      """;

  private static Imported read(String expectation) {
    return GxSuiteReader.read(
        "{\"name\":\"s\",\"expectations\":[" + expectation + "]}", "public.t");
  }

  private static String expectation(String type, String kwargs) {
    return "{\"type\":\"" + type + "\",\"kwargs\":" + kwargs + "}";
  }

  @Test
  void both_forms_of_a_suite_are_the_same_rules() {
    Imported old =
        GxSuiteReader.read(
            ALL.formatted("expectation_suite_name", "expectation_type"), "public.orders");
    Imported current = GxSuiteReader.read(ALL.formatted("name", "type"), "public.orders");

    assertThat(old.contract().rules()).isEqualTo(current.contract().rules());
    assertThat(current.contract().id()).isEqualTo("orders");
    assertThat(current.contract().asset()).isEqualTo("public.orders");
    assertThat(current.report().unsupported()).isEmpty();
    assertThat(current.contract().rules())
        .containsExactly(
            Rule.notNull("id"),
            Rule.isNull("gone"),
            Rule.inSet("status", "O", "F"),
            Rule.notInSet("n", 0, 1.5),
            Rule.between(
                "n", Range.moreThan(1).atMost(new Literal.Numeric("12345678901234567890"))),
            Rule.lengthBetween("name", Range.atLeast(1)),
            Rule.matches("name", "^a"),
            Rule.notMatches("name", "b$"),
            Rule.unique("id"),
            Rule.columnExistsAt("id", 0),
            Rule.columnsAre("id", "n"),
            Rule.rowCountBetween(Range.atLeast(1)));
  }

  @Test
  void every_expectation_is_accounted_for_and_what_is_not_judged_blocks_by_name() {
    Imported imported =
        read(
            expectation("expect_column_values_to_not_be_null", "{\"column\":\"a\"}")
                + ","
                + expectation(
                    "expect_column_pair_cramers_phi_value_to_be_less_than", "{\"column\":\"a\"}"));

    assertThat(imported.report().total()).isEqualTo(2);
    assertThat(imported.report().supported())
        .extracting(ImportReport.Supported::path, ImportReport.Supported::rule)
        .containsExactly(tuple("$.expectations[0]", "not-null.a"));
    assertThat(imported.report().unsupported())
        .extracting(ImportReport.Unsupported::path, ImportReport.Unsupported::rule)
        .containsExactly(
            tuple("$.expectations[1]", "expect_column_pair_cramers_phi_value_to_be_less_than.a"));
    assertThat(
            Contracts.of(imported.contract()).on(TestRows.relation(List.of(), "a text")).block(1))
        .extracting(Violation::rule)
        .containsExactly("expect_column_pair_cramers_phi_value_to_be_less_than.a");
  }

  @Test
  void what_cannot_be_judged_says_why() {
    Map<String, String> reasons =
        Map.ofEntries(
            Map.entry(
                expectation(
                    "expect_column_values_to_be_between",
                    "{\"column\":\"a\",\"min_value\":{\"$PARAMETER\":\"now()\"}}"),
                "parameter"),
            Map.entry(
                expectation(
                    "expect_column_values_to_be_between",
                    "{\"column\":\"a\",\"min_value\":1,\"parse_strings_as_datetimes\":true}"),
                "parse_strings_as_datetimes"),
            Map.entry(
                expectation("expect_column_values_to_be_between", "{\"column\":\"a\"}"),
                "holds for anything"),
            Map.entry(
                expectation("expect_column_values_to_be_in_set", "{\"column\":\"a\"}"),
                "holds for anything"),
            Map.entry(
                expectation(
                    "expect_column_value_lengths_to_be_between",
                    "{\"column\":\"a\",\"min_value\":1.5}"),
                "no whole number"),
            Map.entry(
                expectation(
                    "expect_column_values_to_match_regex",
                    "{\"column\":\"a\",\"regex\":\"(a)?(?(1)b|c)\"}"),
                "no pattern of this meaning"),
            Map.entry(
                expectation(
                    "expect_column_values_to_match_regex", "{\"column\":\"a\",\"regex\":\"(a\"}"),
                "cannot compile"),
            Map.entry(
                expectation(
                    "expect_column_values_to_be_in_set", "{\"column\":\"a\",\"value_set\":[[1]]}"),
                "ARRAY"),
            Map.entry(
                expectation(
                    "expect_table_row_count_to_be_between",
                    "{\"min_value\":1,\"strict_min\":true}"),
                "strict_min"));

    reasons.forEach(
        (expectation, reason) -> {
          Imported imported = read(expectation);

          assertThat(imported.report().unsupported())
              .as(expectation)
              .hasSize(1)
              .allSatisfy(entry -> assertThat(entry.reason()).contains(reason));
          assertThat(imported.contract().rules()).hasSize(1);
          assertThat(
                  Contracts.of(imported.contract())
                      .on(TestRows.relation(List.of(), "a text"))
                      .block(1))
              .hasSize(1)
              .allSatisfy(violation -> assertThat(violation.reason()).contains(reason));
        });
  }

  @Test
  void what_only_an_engine_judges_blocks_a_stream_by_name() {
    List<String> expectations =
        List.of(
            expectation("expect_column_values_to_not_be_null", "{\"column\":\"a\",\"mostly\":0.9}"),
            expectation(
                "expect_column_values_to_be_unique",
                "{\"column\":\"a\",\"row_condition\":\"a>1\",\"condition_parser\":\"pandas\"}"),
            expectation("expect_column_values_to_be_increasing", "{\"column\":\"a\"}"));

    for (String expectation : expectations) {
      Imported imported = read(expectation);

      assertThat(imported.report().supported()).as(expectation).hasSize(1);
      assertThat(
              Contracts.of(imported.contract()).on(TestRows.relation(List.of(), "a text")).block(1))
          .as(expectation)
          .extracting(Violation::rule)
          .containsExactly(imported.contract().rules().get(0).id());
    }
  }

  @Test
  void a_malformed_suite_is_refused_with_the_place_and_the_problem() {
    String notNull = "expect_column_values_to_not_be_null";
    Map<String, String> problems =
        Map.ofEntries(
            Map.entry("", "$"),
            Map.entry("[]", "$"),
            Map.entry("{", "$: not JSON"),
            Map.entry("{\"name\":\"s\",\"name\":\"t\"}", "$: not JSON"),
            Map.entry("{\"expectations\":[]}", "'name'"),
            Map.entry("{\"name\":\"s\"}", "$.expectations"),
            Map.entry("{\"name\":\"s\",\"expectations\":[3]}", "$.expectations[0]"),
            Map.entry("{\"name\":\"s\",\"expectations\":[{}]}", "'type'"),
            Map.entry(suite("{\"type\":\"x\",\"kwargs\":[]}"), "$.expectations[0].kwargs"),
            Map.entry(suite("{\"type\":\"x\",\"meta\":1}"), "$.expectations[0].meta"),
            Map.entry(suite("{\"type\":\"x\",\"severity\":\"bad\"}"), ".severity"),
            Map.entry(suite(expectation(notNull, "{}")), ".kwargs.column"),
            Map.entry(suite(expectation(notNull, "{\"column\":5}")), ".kwargs.column"),
            Map.entry(
                suite(expectation(notNull, "{\"column\":\"a\",\"mostly\":1.1}")), ".kwargs.mostly"),
            Map.entry(
                suite(
                    expectation(
                        "expect_column_values_to_be_in_set",
                        "{\"column\":\"a\",\"value_set\":\"x\"}")),
                ".kwargs.value_set"),
            Map.entry(
                suite(
                    expectation(
                        "expect_column_values_to_be_between",
                        "{\"column\":\"a\",\"min_value\":1,\"strict_min\":\"yes\"}")),
                ".kwargs.strict_min"),
            Map.entry(suite(expectation(notNull, "{\"column\":\"\\ud800\"}")), ".kwargs.column"));

    problems.forEach(
        (suite, problem) ->
            assertThatIllegalArgumentException()
                .as(suite)
                .isThrownBy(() -> GxSuiteReader.read(suite, "public.t"))
                .withMessageContaining(problem));
  }

  private static String suite(String expectation) {
    return "{\"name\":\"s\",\"expectations\":[" + expectation + "]}";
  }

  @Test
  void a_file_is_named_where_it_is_malformed(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("orders.json"), "{\"name\":\"s\"}");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> GxSuiteReader.read(file, "public.t"))
        .withMessageContainingAll("orders.json", "$.expectations");
  }

  @Test
  void severity_is_kept_and_equal_rules_get_ids_of_their_own() {
    Imported imported =
        read(
            "{\"type\":\"expect_column_values_to_not_be_null\",\"kwargs\":{\"column\":\"a\"},"
                + "\"severity\":\"warning\"},"
                + expectation(
                    "expect_column_values_to_not_be_null",
                    "{\"column\":\"a\",\"severity\":\"info\"}"));

    assertThat(imported.contract().rules())
        .extracting(Rule::id, Rule::severity)
        .containsExactly(
            tuple("not-null.a", Severity.WARNING), tuple("not-null.a-2", Severity.INFO));
  }

  @Test
  void an_empty_suite_lets_nothing_pass() {
    Contract contract =
        GxSuiteReader.read("{\"name\":\"s\",\"expectations\":[]}", "public.t").contract();

    assertThat(Contracts.of(contract).on(TestRows.relation(List.of(), "a text")).block(1))
        .extracting(Violation::rule)
        .containsExactly("s");
  }
}
