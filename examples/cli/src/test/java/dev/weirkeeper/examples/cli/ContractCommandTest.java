package dev.weirkeeper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContractCommandTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir Path folder;

  private final Screen screen = new Screen();
  private Path suite = Path.of("");
  private Path data = Path.of("");

  @BeforeEach
  void write() throws IOException {
    suite = Fixtures.file(folder, "orders.json", Fixtures.SUITE);
    data = Fixtures.file(folder, "orders.csv", Fixtures.ROWS);
  }

  private int check(Object... more) {
    screen.clear();
    List<Object> words =
        new ArrayList<>(List.of("contract", "check", "--suite", suite, "--data", data));
    words.addAll(List.of(more));
    return screen.run(words.toArray());
  }

  private JsonNode answer() throws IOException {
    return MAPPER.readTree(screen.out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "duckdb"})
  void the_worst_rules_come_first_and_values_are_masked(String engine) {
    assertThat(check("--engine", engine)).isEqualTo(1);

    List<String> lines = screen.out().lines().toList();
    assertThat(lines.get(0)).contains("SEVERITY", "BAD ROWS", "SHARE", "RULE");
    assertThat(lines.get(1)).startsWith("Broken").contains("33.33 %, max 10 %");
    assertThat(lines.get(2)).startsWith("Broken");
    assertThat(lines.get(5)).startsWith("Broken").contains("warning", "No two rows");
    assertThat(lines.get(6)).startsWith("Kept");
    assertThat(screen.out())
        .contains("Aaaaaaa-9", "amount is at least 0 and at most 1000,", "row 1: ", "verdict")
        .contains("failed, 2 of 7 rules kept", engine + ", strict", "coverage    100 % (7 of 7)")
        .doesNotContain("Zurueck", "77777", "secretperson", "alert", "\u001b");
  }

  @Test
  void values_are_shown_to_who_asks_for_them() {
    check("--show-values");

    assertThat(screen.out()).contains("status = Zurueck-7", "77777.25", "email = secretperson");
  }

  @Test
  void a_terminal_gets_colours_and_no_escape_of_others() throws IOException {
    Fixtures.file(folder, "orders.csv", "id,amount,status,email\n1,1,\u001b[31mred,a@b\n");

    int status =
        screen.at(
            Map.of(), "", "contract", "check", "--suite", suite, "--data", data, "--show-values");

    assertThat(status).isEqualTo(1);
    assertThat(screen.out()).contains("\u001b[31mBroken\u001b[0m").contains("\\u{1b}[31mred");
  }

  @Test
  void kept_rules_end_in_0() throws IOException {
    suite = Fixtures.file(folder, "good.json", Fixtures.GOOD);

    assertThat(check()).isZero();
    assertThat(screen.out()).contains("passed, 2 of 2 rules kept");
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "duckdb"})
  void the_report_for_programs_has_no_values_unless_asked(String engine) throws IOException {
    assertThat(check("--engine", engine, "--format", "json")).isEqualTo(1);

    JsonNode report = answer();
    assertThat(report.path("verdict").asText()).isEqualTo("FAILED");
    assertThat(report.path("results")).hasSize(7);
    assertThat(report.path("results").get(3).path("unexpected").asInt()).isEqualTo(2);
    assertThat(report.path("results").get(6).path("observed").asInt()).isEqualTo(6);
    assertThat(screen.out()).doesNotContain("Zurueck", "88888");

    check("--engine", engine, "--format", "json", "--show-values");
    assertThat(screen.out()).contains("Zurueck-7", "88888.75");
  }

  @Test
  void both_engines_give_the_same_result_in_the_shape_of_great_expectations() throws IOException {
    List<JsonNode> results = new ArrayList<>();
    for (String engine : List.of("memory", "duckdb")) {
      assertThat(check("--engine", engine, "--format", "gx", "--mode", "gx-sql")).isEqualTo(1);
      results.add(answer());
    }

    JsonNode result = results.get(0);
    assertThat(result.path("success").asBoolean()).isFalse();
    assertThat(result.path("statistics").path("successful_expectations").asInt()).isEqualTo(2);
    JsonNode inSet = result.path("results").get(3).path("result");
    assertThat(inSet.path("unexpected_count").asInt()).isEqualTo(2);
    assertThat(inSet.path("partial_unexpected_list").get(0).asText()).isEqualTo("Zurueck-7");
    for (int i = 0; i < 7; i++) {
      assertThat(results.get(1).path("results").get(i).path("success"))
          .isEqualTo(result.path("results").get(i).path("success"));
    }
  }

  @Test
  void the_level_of_a_result_is_obeyed() throws IOException {
    check("--format", "gx", "--result-format", "boolean_only");

    answer().path("results").forEach(one -> assertThat(one.path("result")).isEmpty());
  }

  @Test
  void a_parameter_fills_a_suite() throws IOException {
    suite =
        Fixtures.file(
            folder,
            "p.json",
            """
            {"name": "p", "expectations": [{"type": "expect_table_row_count_to_equal",
             "kwargs": {"value": {"$PARAMETER": "rows"}}}]}
            """);

    assertThat(check("--param", "rows=6")).isZero();
    assertThat(check("--param", "rows=7")).isEqualTo(1);
    assertThat(check()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "duckdb"})
  void a_missing_column_is_an_error_of_its_rule_only(String engine) throws IOException {
    data = Fixtures.file(folder, "less.csv", "id,status,email\n1,new,a@b\n");

    assertThat(check("--engine", engine)).isEqualTo(2);
    assertThat(screen.out()).contains("Error", "amount").contains("not fully judged, 5 of 7");
  }

  @Test
  void a_malformed_suite_is_named_with_its_place() throws IOException {
    suite =
        Fixtures.file(
            folder,
            "bad.json",
            "{\n  \"name\": \"x\",\n  \"expectations\": [\n    {\"kwargs\": {}}\n  ]\n}\n");

    assertThat(check()).isEqualTo(2);
    assertThat(screen.err()).contains("bad.json", "$.expectations[0]", "line 4");
    assertThat(screen.out()).isEmpty();
  }

  @Test
  void an_unknown_expectation_is_never_passed() throws IOException {
    suite =
        Fixtures.file(
            folder,
            "odd.json",
            "{\"name\": \"x\", \"expectations\": [{\"type\": \"expect_miracles\", \"kwargs\": {}}]}");

    assertThat(check()).isEqualTo(2);
    assertThat(screen.out()).contains("Unsupported", "expect_miracles", "coverage    0 %");
  }

  @Test
  void a_rule_that_nothing_can_keep_is_refused() throws IOException {
    suite =
        Fixtures.file(
            folder,
            "no.json",
            """
            {"name": "x", "expectations": [
              {"type": "expect_column_values_to_be_between",
               "kwargs": {"column": "id", "min_value": 5, "max_value": 1}}]}
            """);

    assertThat(check()).isEqualTo(2);
    assertThat(screen.err()).contains("no.json", "$.expectations[0]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "duckdb"})
  void damaged_and_absent_data_is_an_error(String engine) throws Exception {
    Path whole = Fixtures.parquet(folder, "whole.parquet", "SELECT range AS id FROM range(100000)");
    byte[] bytes = Files.readAllBytes(whole);
    data = Files.write(folder.resolve("cut.parquet"), Arrays.copyOf(bytes, 5000));

    assertThat(check("--engine", engine)).isEqualTo(2);
    assertThat(screen.err()).contains("cut.parquet cannot be read");

    data = folder.resolve("none.parquet");
    assertThat(check("--engine", engine)).isEqualTo(2);
    assertThat(screen.err()).contains("There is no file or folder");
  }

  @Test
  void a_folder_of_parquet_is_one_data_set() throws Exception {
    data = Files.createDirectory(folder.resolve("lake"));
    String rows = "SELECT range AS id, 1.5 AS amount, 'new' AS status, 'a@b' AS email FROM range";
    Fixtures.parquet(data, "a.parquet", rows + "(0, 40)");
    Fixtures.parquet(data, "b.parquet", rows + "(40, 90)");

    assertThat(check()).isZero();
    assertThat(check("--engine", "memory")).isZero();
    assertThat(check("--max-rows", 90, "--engine", "memory")).isZero();
    assertThat(check("--max-rows", 89)).isEqualTo(2);
    assertThat(screen.err()).contains("more than the limit of 89; nothing was run");
    assertThat(check("--max-rows", 89, "--engine", "memory")).isEqualTo(2);
  }

  @Test
  void wrong_use_ends_in_2() throws IOException {
    assertThat(screen.run("contract", "check")).isEqualTo(2);
    assertThat(check("--mode", "loose")).isEqualTo(2);
    assertThat(check("--engine", "spark")).isEqualTo(2);
    suite =
        Fixtures.file(
            folder,
            "own.yaml",
            "weirkeeper: 1\ncontract: c\nversion: '1'\ntable: orders\nrules:\n  - not-null: id\n");
    assertThat(check("--format", "gx")).isEqualTo(2);
    assertThat(screen.err()).contains("own.yaml");
    assertThat(screen.run("contract", "check", "--help")).isZero();
    assertThat(screen.out()).contains("one is broken").doesNotContain("control socket;");
  }

  @Test
  void a_page_that_cannot_be_written_is_an_error_and_the_report_is_shown() {
    Path page = folder.resolve("no such folder").resolve("page.html");

    assertThat(check("--html", page)).isEqualTo(2);
    assertThat(screen.out()).contains("failed, 2 of 7 rules kept");
    assertThat(screen.err()).contains("page.html cannot be used: there is no such file or folder");
  }

  @Test
  void an_explanation_shows_sql_and_cost_and_refuses_beyond_a_limit() {
    assertThat(screen.run("contract", "explain", "--suite", suite, "--data", data)).isZero();
    assertThat(screen.out()).contains("SELECT", "rows        not known", "bytes       about");

    screen.clear();
    assertThat(
            screen.run("contract", "explain", "--suite", suite, "--data", data, "--max-bytes", 10))
        .isEqualTo(2);
    assertThat(screen.err()).contains("more than the limit of 10");

    screen.clear();
    screen.run("contract", "explain", "--suite", suite, "--data", data, "--format", "json");
    assertThat(screen.out()).contains("\"kind\":\"PUSHED_DOWN\"");
  }

  @Test
  void an_import_accounts_for_every_rule_and_goes_out_in_other_forms() throws IOException {
    assertThat(screen.run("contract", "import", suite)).isZero();
    assertThat(screen.out())
        .contains("Supported", "$.expectations[2]", "coverage    100 % (7 of 7)");

    screen.clear();
    assertThat(screen.run("contract", "import", suite, "--format", "json")).isZero();
    assertThat(answer().path("supported")).hasSize(7);
    assertThat(answer().path("coverage").asDouble()).isEqualTo(1);

    for (String form : List.of("yaml", "odcs")) {
      screen.clear();
      assertThat(screen.run("contract", "import", suite, "--format", form)).isZero();
      suite = Fixtures.file(folder, "again." + form + ".yaml", screen.out());
      assertThat(check("--format", "json")).as(form).isEqualTo(1);
      assertThat(answer().path("results").size()).isGreaterThanOrEqualTo(7);
      suite = folder.resolve("orders.json");
    }
  }

  @Test
  void progress_says_how_far_it_is() {
    assertThat(ProgressBar.line(3, OptionalLong.of(12), "counts", 7))
        .isEqualTo("[######------------------] 3 of 12  counts  7 s");
    assertThat(ProgressBar.line(1_500_000, OptionalLong.empty(), "rows\u001b judged", 2))
        .isEqualTo("1,500,000  rows\\u{1b} judged  2 s");
  }
}
