package dev.weirkeeper.contracts.gx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.weirkeeper.Asset;
import dev.weirkeeper.CallControl;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.ValueTests;
import dev.weirkeeper.contracts.engine.ContractReport;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.Engine;
import dev.weirkeeper.contracts.engine.Evaluation;
import dev.weirkeeper.contracts.engine.Options;
import dev.weirkeeper.contracts.engine.RuleKinds;
import dev.weirkeeper.contracts.memory.Frames;
import dev.weirkeeper.contracts.memory.MemoryBudget;
import dev.weirkeeper.contracts.memory.MemoryEngine;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GxResultsTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final DatasetRef REF = new DatasetRef(new Asset("memory", "orders"), "v1");
  private static final Fields FIELDS =
      new Fields(
          List.of(
              new Field("id", Form.INTEGER, "int64"),
              new Field("n", Form.FLOAT, "float64"),
              new Field("s", Form.TEXT, "object")));

  private final List<List<@Nullable Object>> rows = new ArrayList<>();

  private void row(@Nullable Object... cells) {
    rows.add(new ArrayList<>(Arrays.asList(cells)));
  }

  private Engine engine() {
    return new MemoryEngine(
        Frames.source(REF, FIELDS, rows, 100), Map.of(), ValueTests::of, MemoryBudget.standard());
  }

  private JsonNode evaluate(String type, String kwargs, String format, Mode mode)
      throws IOException {
    return JSON.readTree(
        GxEvaluation.evaluate(
            type,
            kwargs,
            ResultFormat.parse(format),
            mode,
            SuiteParameters.none(),
            engine(),
            CallControl.NONE));
  }

  private static List<String> keys(JsonNode node) {
    List<String> keys = new ArrayList<>();
    node.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  @Test
  void each_level_adds_its_keys_in_their_order() throws IOException {
    row(1L, 1.0, "a");
    row(2L, 5.0, "b");
    row(3L, null, "c");
    String type = "expect_column_values_to_be_between";
    String kwargs = "{\"column\":\"n\",\"min_value\":0,\"max_value\":2}";

    JsonNode complete = evaluate(type, kwargs, "COMPLETE", Mode.GX_PANDAS);

    assertThat(keys(complete)).containsExactly("success", "result", "meta", "exception_info");
    assertThat(keys(complete.path("result")))
        .containsExactly(
            "element_count",
            "unexpected_count",
            "unexpected_percent",
            "partial_unexpected_list",
            "missing_count",
            "missing_percent",
            "unexpected_percent_total",
            "unexpected_percent_nonmissing",
            "partial_unexpected_counts",
            "partial_unexpected_index_list",
            "unexpected_list",
            "unexpected_index_list",
            "unexpected_index_query");
    assertThat(complete.path("result").path("unexpected_index_query").asText())
        .isEqualTo("df.filter(items=[1], axis=0)");
    assertThat(keys(evaluate(type, kwargs, "SUMMARY", Mode.GX_SQL).path("result")))
        .endsWith("unexpected_percent_nonmissing", "partial_unexpected_counts");
    assertThat(keys(evaluate(type, kwargs, "BASIC", Mode.STRICT).path("result"))).hasSize(8);
    assertThat(evaluate(type, kwargs, "BOOLEAN_ONLY", Mode.GX_SQL).path("result")).isEmpty();
  }

  @Test
  void shares_are_divided_before_they_are_multiplied() throws IOException {
    row(1L, 1.0, "a");
    row(2L, 2.0, "a");
    row(3L, 3.0, "a");

    JsonNode result =
        evaluate(
                "expect_column_values_to_be_in_set",
                "{\"column\":\"n\",\"value_set\":[1]}",
                "BASIC",
                Mode.STRICT)
            .path("result");

    assertThat(result.path("unexpected_percent").doubleValue()).isEqualTo(2.0 / 3 * 100);
  }

  @Test
  void lists_are_capped_as_great_expectations_does_but_not_in_strict() throws IOException {
    for (long i = 0; i < 250; i++) {
      row(i, (double) i, "x");
    }
    String type = "expect_column_values_to_be_in_set";
    String kwargs = "{\"column\":\"s\",\"value_set\":[]}";
    String format = "{\"result_format\":\"COMPLETE\",\"unexpected_index_column_names\":[\"id\"]}";

    JsonNode sql = evaluate(type, kwargs, format, Mode.GX_SQL).path("result");
    JsonNode pandas = evaluate(type, kwargs, format, Mode.GX_PANDAS).path("result");
    JsonNode strict = evaluate(type, kwargs, format, Mode.STRICT).path("result");

    assertThat(sql.path("unexpected_list")).hasSize(200);
    assertThat(sql.path("unexpected_index_list")).hasSize(20);
    assertThat(sql.path("partial_unexpected_counts").toString())
        .isEqualTo("[{\"value\":\"x\",\"count\":200}]");
    assertThat(pandas.path("unexpected_list")).hasSize(200);
    assertThat(pandas.path("unexpected_index_list")).hasSize(250);
    assertThat(strict.path("unexpected_list")).hasSize(250);
    assertThat(strict.path("partial_unexpected_counts").toString())
        .isEqualTo("[{\"value\":\"x\",\"count\":250}]");
    assertThat(strict.path("partial_unexpected_list")).hasSize(20);
  }

  @Test
  void an_empty_table_counts_nothing_and_sql_says_null() throws IOException {
    String type = "expect_column_values_to_be_in_set";
    String kwargs = "{\"column\":\"s\",\"value_set\":[]}";

    JsonNode sql = evaluate(type, kwargs, "BASIC", Mode.GX_SQL);

    assertThat(sql.path("success").booleanValue()).isTrue();
    assertThat(sql.path("result").path("unexpected_count").isNull()).isTrue();
    assertThat(
            evaluate(type, kwargs, "BASIC", Mode.STRICT)
                .path("result")
                .path("unexpected_count")
                .intValue())
        .isZero();
    assertThat(sql.path("result").path("unexpected_percent").isNull()).isTrue();
  }

  @Test
  void what_cannot_be_judged_raised() throws IOException {
    row(1L, 1.0, "a");

    for (Mode mode : Mode.values()) {
      JsonNode unknown = evaluate("expect_odd_things", "{}", "BASIC", mode);
      JsonNode malformed =
          evaluate("expect_column_values_to_be_null", "{\"column\":5}", "BASIC", mode);
      JsonNode missing =
          evaluate("expect_column_values_to_be_null", "{\"column\":\"zz\"}", "BASIC", mode);

      for (JsonNode evr : List.of(unknown, malformed, missing)) {
        assertThat(evr.path("success").booleanValue()).isFalse();
        assertThat(evr.path("result")).isEmpty();
        assertThat(evr.path("exception_info").path("raised_exception").booleanValue()).isTrue();
      }
      assertThat(missing.path("exception_info").path("exception_message").asText())
          .contains("\"zz\"");
    }
  }

  @Test
  void a_suite_result_repeats_the_suite_and_counts() throws IOException {
    row(1L, 1.0, "a");
    row(1L, null, "b");
    String suite =
        """
        {"name": "orders", "id": "7", "expectations": [
          {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "id"},
           "severity": "warning", "meta": {"owner": "x"}},
          {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "s"}},
          {"type": "expect_odd_things", "kwargs": {"column": "s"}}]}
        """;
    GxSuiteReader.Imported imported = GxSuiteReader.read(suite, "orders");
    ResultFormat format = ResultFormat.of(ResultFormat.Level.SUMMARY);
    Options options = format.options(Mode.STRICT, FIELDS);
    ContractReport report =
        new ContractReport(
            imported.contract(),
            REF,
            "memory",
            options,
            Evaluation.of(
                imported.contract(), RuleKinds.standard(), engine(), options, CallControl.NONE));

    JsonNode result =
        JSON.readTree(GxResults.of(report, imported.suite(), format, GxResults.Order.SUITE));
    JsonNode gx = JSON.readTree(GxResults.of(report, imported.suite(), format, GxResults.Order.GX));

    assertThat(keys(result))
        .containsExactly(
            "success", "results", "suite_name", "suite_parameters", "statistics", "meta", "id");
    assertThat(result.path("statistics").toString())
        .isEqualTo(
            "{\"evaluated_expectations\":3,\"successful_expectations\":1,"
                + "\"unsuccessful_expectations\":2,\"success_percent\":"
                + (1.0 / 3 * 100)
                + "}");
    assertThat(result.path("results").get(0).path("expectation_config").toString())
        .isEqualTo(
            "{\"type\":\"expect_column_values_to_be_unique\",\"kwargs\":{\"column\":\"id\","
                + "\"batch_id\":\"orders\"},\"meta\":{\"owner\":\"x\"},\"severity\":\"warning\"}");
    assertThat(gx.path("results").get(0).path("expectation_config").path("type").asText())
        .isEqualTo("expect_odd_things");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                GxResults.of(
                    report,
                    GxSuiteReader.read(
                            "{\"name\":\"x\",\"expectations\":[{\"type\":"
                                + "\"expect_column_values_to_be_null\","
                                + "\"kwargs\":{\"column\":\"n\"}}]}",
                            "orders")
                        .suite(),
                    format,
                    GxResults.Order.SUITE))
        .withMessageContaining("another suite");
  }

  @Test
  void an_empty_suite_succeeds_without_a_share() {
    GxSuiteReader.Imported imported =
        GxSuiteReader.read("{\"name\":\"s\",\"expectations\":[]}", "orders");

    String result =
        GxResults.of(
            new ContractReport(imported.contract(), REF, "memory", Options.DEFAULT, List.of()),
            imported.suite(),
            ResultFormat.of(ResultFormat.Level.SUMMARY),
            GxResults.Order.SUITE);

    assertThat(result).startsWith("{\"success\":true").contains("\"success_percent\":null");
  }

  @Test
  void whole_rows_name_a_level() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ResultFormat.parse("{\"include_unexpected_rows\":true}"))
        .withMessageContaining("explicitly");
    assertThatIllegalArgumentException().isThrownBy(() -> ResultFormat.parse("FULL"));
  }

  @Test
  void parameters_are_filled_in_when_the_suite_is_read() {
    String suite =
        """
        {"name": "s", "expectations": [
          {"type": "expect_column_values_to_be_between", "kwargs": {"column": "n",
           "min_value": {"$PARAMETER": "2 * (low + 1) ^ 2 - abs(-1)"},
           "max_value": {"$PARAMETER": "high"}}},
          {"type": "expect_column_values_to_be_between", "kwargs": {"column": "t",
           "max_value": {"$PARAMETER": "now() - timedelta(days=1, hours=2)"}}},
          {"type": "expect_column_values_to_be_in_set", "kwargs": {"column": "s",
           "value_set": {"$PARAMETER": "names"}}},
          {"type": "expect_column_values_to_be_between", "kwargs": {"column": "n",
           "min_value": {"$PARAMETER": "unknown + 1"}}}]}
        """;

    GxSuiteReader.Imported imported =
        GxSuiteReader.read(
            suite,
            "orders",
            Mode.STRICT,
            new SuiteParameters(
                Map.of("low", Json.of(2), "high", Json.of(99), "names", Json.of(List.of("a", "b"))),
                Optional.of(Instant.parse("2020-01-03T00:00:00Z"))));

    assertThat(imported.contract().rules().get(0).terms().as(Range.class))
        .hasToString("at least 17 and at most 99");
    assertThat(imported.contract().rules().get(1).terms().text()).contains("2020-01-01T22:00");
    assertThat(imported.contract().rules().get(2).terms().text()).contains("\"a\"", "\"b\"");
    assertThat(imported.report().unsupported())
        .hasSize(1)
        .allSatisfy(
            entry -> assertThat(entry.reason()).contains("No value found for $PARAMETER unknown"));
  }

  @Test
  void a_malformed_suite_names_its_line() {
    String suite =
        """
        {"name": "s",
         "expectations": [
           {"type": "expect_column_values_to_be_null",
            "kwargs": {
              "column": 5}}]}
        """;

    assertThatIllegalArgumentException()
        .isThrownBy(() -> GxSuiteReader.read(suite, "orders"))
        .withMessageContainingAll("$.expectations[0].kwargs.column", "(line 5)");
  }

  @Test
  void an_expression_of_a_parameter_that_means_nothing_blocks_by_name() {
    for (String expression :
        List.of(
            "1 / 0",
            "now()",
            "datetime(2020, 13, 1)",
            "odd(1)",
            "1 +",
            "(1",
            "1 2",
            "a; b",
            "(".repeat(100) + "1" + ")".repeat(100))) {
      String suite =
          "{\"name\":\"s\",\"expectations\":[{\"type\":\"expect_column_values_to_be_between\","
              + "\"kwargs\":{\"column\":\"n\",\"min_value\":{\"$PARAMETER\":\""
              + expression
              + "\"}}}]}";

      assertThat(GxSuiteReader.read(suite, "orders").report().unsupported())
          .as(expression)
          .hasSize(1)
          .allSatisfy(entry -> assertThat(entry.reason()).contains("parameter cannot be"));
    }
  }

  @Test
  void bad_rows_are_found_again_by_a_query_that_knows_the_condition() throws IOException {
    row(1L, 1.0, "it's");
    String kwargs =
        "{\"column\":\"s\",\"value_set\":[\"o'k\"],\"row_condition\":\"col(\\\"id\\\") > 0\","
            + "\"condition_parser\":\"great_expectations\"}";

    JsonNode result =
        evaluate("expect_column_values_to_be_in_set", kwargs, "COMPLETE", Mode.GX_SQL)
            .path("result");

    assertThat(result.path("unexpected_index_query").asText())
        .isEqualTo(
            "SELECT s \nFROM batch \nWHERE id > 0 AND s IS NOT NULL AND NOT (s IN ('o''k'));");
  }

  @Test
  void counts_of_missing_values_are_those_of_the_engine() throws IOException {
    row(1L, null, null);
    row(2L, null, null);
    String type = "expect_column_values_to_not_be_null";

    assertThat(
            evaluate(type, "{\"column\":\"n\"}", "SUMMARY", Mode.GX_PANDAS)
                .path("result")
                .path("partial_unexpected_counts"))
        .hasSize(2);
    assertThat(
            evaluate(type, "{\"column\":\"s\"}", "SUMMARY", Mode.GX_PANDAS)
                .path("result")
                .path("partial_unexpected_counts")
                .toString())
        .isEqualTo("[{\"value\":null,\"count\":2}]");
    assertThat(
            evaluate(type, "{\"column\":\"n\"}", "SUMMARY", Mode.GX_SQL)
                .path("result")
                .path("partial_unexpected_counts")
                .toString())
        .isEqualTo("[{\"value\":null,\"count\":2}]");
  }
}
