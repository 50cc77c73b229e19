package dev.weirkeeper.contracts.gx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weirkeeper.Labels;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.Violation;
import dev.weirkeeper.contracts.TestRows;
import dev.weirkeeper.contracts.stream.Contracts;
import dev.weirkeeper.spi.RowJudge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Compares the judge with what Great Expectations 1.2.0 itself answered, value by value.
 *
 * <p>Columns get the PostgreSQL type that holds their data, values the text form of that type. The
 * answer matched is that of pandas; where pandas gave none or raised, that of SQLite. Where the two
 * disagree, the judge means what PostgreSQL would: types are never mixed.
 */
class GxCorpusTest {
  private static final JsonMapper JSON = new JsonMapper();

  private static final Set<String> JUDGED =
      Set.of(
          "expect_column_values_to_not_be_null",
          "expect_column_values_to_be_null",
          "expect_column_values_to_be_in_set",
          "expect_column_values_to_not_be_in_set",
          "expect_column_values_to_be_between",
          "expect_column_value_lengths_to_be_between",
          "expect_column_values_to_match_regex",
          "expect_column_values_to_not_match_regex",
          "expect_column_values_to_be_unique",
          "expect_column_to_exist",
          "expect_table_columns_to_match_set",
          "expect_table_row_count_to_be_between");

  /** Why an answer may differ from that of Great Expectations. */
  private enum Reason {
    /** Great Expectations takes index 0 for no index. */
    COLUMN_INDEX_ZERO
  }

  private record Case(
      String id,
      String expectation,
      JsonNode kwargs,
      JsonNode columns,
      JsonNode rows,
      boolean condition,
      Optional<JsonNode> answer) {}

  private int compared;
  private int blocked;
  private final Map<Reason, Integer> differ = new TreeMap<>();
  private final List<String> unexplained = new ArrayList<>();

  @Test
  void answers_are_those_of_great_expectations() throws IOException {
    Path corpus = corpus();
    assumeTrue(Files.isDirectory(corpus), "No corpus at " + corpus + "; set -Dcorpus.dir");
    List<Case> cases = new ArrayList<>(definitions(corpus));
    cases.addAll(fuzz(corpus));

    for (Case gx : cases) {
      if (JUDGED.contains(gx.expectation())) {
        compare(gx);
      }
    }

    int different = differ.values().stream().mapToInt(Integer::intValue).sum();
    System.out.printf(
        "corpus contracts: %d compared, %d equal, %d differ %s; %d more block by name%n",
        compared,
        compared - different - unexplained.size(),
        different + unexplained.size(),
        differ,
        blocked);
    assertThat(unexplained).isEmpty();
    assertThat(compared).isGreaterThan(100);
  }

  private static Path corpus() {
    String folder = System.getProperty("corpus.dir", "../shared/corpus");
    Path root = Path.of("").toAbsolutePath();
    while (root.getParent() != null && !Files.isDirectory(root.resolve("contracts/src"))) {
      root = root.getParent();
    }
    return root.resolve(folder).resolve("contracts").normalize();
  }

  private static List<JsonNode> lines(Path file) throws IOException {
    List<JsonNode> nodes = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      nodes.add(JSON.readTree(line));
    }
    return nodes;
  }

  private static List<Case> definitions(Path corpus) throws IOException {
    Map<String, JsonNode> answers = new HashMap<>();
    for (JsonNode answer : lines(corpus.resolve("gx-oracle-open.jsonl"))) {
      String key = answer.path("id").asText() + answer.path("engine").asText();
      answers.put(key, answer.path("results").path("COMPLETE"));
    }
    List<Case> cases = new ArrayList<>();
    for (JsonNode line : lines(corpus.resolve("gx-cases-open.jsonl"))) {
      String id = line.path("id").asText();
      JsonNode dataset = line.path("datasets").path(0);
      cases.add(
          new Case(
              id,
              line.path("expectation").asText(),
              line.path("kwargs"),
              dataset.path("columns"),
              dataset.path("rows"),
              false,
              answer(answers.get(id + "pandas"), answers.get(id + "sqlite"))));
    }
    return cases;
  }

  private static List<Case> fuzz(Path corpus) throws IOException {
    Map<String, JsonNode> datasets = new HashMap<>();
    for (JsonNode dataset : lines(corpus.resolve("gx-fuzz-datasets.jsonl"))) {
      datasets.put(dataset.path("dataset_id").asText(), dataset);
    }
    List<Case> cases = new ArrayList<>();
    for (JsonNode line : lines(corpus.resolve("gx-fuzz-open.jsonl"))) {
      JsonNode dataset = datasets.get(line.path("dataset_id").asText());
      JsonNode results = line.path("results");
      cases.add(
          new Case(
              line.path("id").asText(),
              line.path("expectation").asText(),
              line.path("kwargs"),
              dataset.path("columns"),
              dataset.path("rows"),
              line.has("row_condition"),
              answer(results.get("pandas"), results.get("sqlite"))));
    }
    return cases;
  }

  private static Optional<JsonNode> answer(JsonNode pandas, JsonNode sqlite) {
    for (JsonNode answer : Arrays.asList(pandas, sqlite)) {
      boolean raised =
          answer == null
              || !answer.has("success")
              || answer.path("result").isMissingNode()
              || answer.path("exception_info").path("raised_exception").asBoolean();
      if (!raised) {
        return Optional.of(answer);
      }
    }
    return Optional.empty();
  }

  private void compare(Case gx) {
    ObjectNode suite = JSON.createObjectNode().put("name", "corpus");
    ObjectNode expectation = suite.putArray("expectations").addObject();
    expectation.put("type", gx.expectation());
    ObjectNode kwargs = gx.kwargs().deepCopy();
    if (gx.condition()) {
      kwargs.put("row_condition", "some");
    }
    expectation.set("kwargs", kwargs);
    if (blocks(suite)) {
      // What is judged row by row can be compared without the share that would suffice.
      boolean hadShare = kwargs.remove("mostly") != null;
      if (!hadShare || blocks(suite)) {
        blocked++;
        return;
      }
    }
    Relation relation = relation(gx);
    RowJudge judge =
        Contracts.of(GxSuiteReader.read(suite.toString(), "public.t").contract()).on(relation);
    List<Violation> blocks = judge.block(gx.rows().size());
    Labels labels = gx.rows().isEmpty() ? Labels.none() : judge.label(batch(gx, relation));
    compared++;
    if (gx.answer().isEmpty()) {
      // Great Expectations raised: nothing may pass here either.
      if (blocks.isEmpty() && labels.badRows() == 0) {
        different(gx, "passes where Great Expectations raises");
      }
      return;
    }
    JsonNode answer = gx.answer().get();
    if (!blocks.isEmpty() && answer.path("result").has("unexpected_count")) {
      different(gx, "blocks: " + blocks);
      return;
    }
    if (!answer.path("result").has("unexpected_count")) {
      boolean success = blocks.isEmpty() && sufficient(gx, labels.badRows());
      if (success != answer.path("success").asBoolean()) {
        different(gx, "success is " + success + " " + blocks);
      }
      return;
    }
    compareRows(gx, labels, answer.path("result"));
  }

  /** What Great Expectations makes of so many bad rows, given the share that suffices. */
  private static boolean sufficient(Case gx, int bad) {
    int considered = gx.rows().size();
    if (!gx.expectation().endsWith("_be_null")) {
      for (JsonNode row : gx.rows()) {
        considered -= index(gx) >= 0 && row.get(index(gx)).isNull() ? 1 : 0;
      }
    }
    double share = considered == 0 ? 1 : (double) (considered - bad) / considered;
    return share >= gx.kwargs().path("mostly").asDouble(1);
  }

  private static boolean blocks(ObjectNode suite) {
    try {
      GxSuiteReader.Imported imported = GxSuiteReader.read(suite.toString(), "public.t");
      // A stream has no total of which a share could be good, and judges all rows.
      return !imported.report().unsupported().isEmpty()
          || imported.contract().rules().stream()
              .anyMatch(rule -> rule.condition().isPresent() || rule.mostly() < 1);
    } catch (IllegalArgumentException e) {
      return true;
    }
  }

  private void compareRows(Case gx, Labels labels, JsonNode result) {
    if (labels.badRows() != result.path("unexpected_count").asInt()) {
      different(gx, labels.badRows() + " bad rows, not " + result.path("unexpected_count"));
      return;
    }
    if (!result.has("unexpected_list") || gx.expectation().endsWith("_not_be_null")) {
      return;
    }
    int column = index(gx);
    List<JsonNode> ours = new ArrayList<>();
    for (int row = 0; row < gx.rows().size(); row++) {
      if (!labels.good(row)) {
        ours.add(gx.rows().get(row).get(column));
      }
    }
    List<JsonNode> theirs = new ArrayList<>();
    result.path("unexpected_list").forEach(theirs::add);
    // Great Expectations lists at most 200 values.
    List<String> expected = sorted(theirs);
    List<String> found = sorted(ours.subList(0, Math.min(ours.size(), 200)));
    if (!expected.equals(found)) {
      different(gx, "bad values " + found + ", not " + expected);
    }
  }

  private static List<String> sorted(List<JsonNode> values) {
    return values.stream()
        .map(
            value ->
                value.isNumber()
                    ? value.decimalValue().stripTrailingZeros().toPlainString()
                    : value.asText())
        .sorted(Comparator.naturalOrder())
        .toList();
  }

  private void different(Case gx, String what) {
    JsonNode kwargs = gx.kwargs();
    Optional<Reason> reason = Optional.empty();
    if (kwargs.path("column_index").asInt(-1) == 0) {
      reason = Optional.of(Reason.COLUMN_INDEX_ZERO);
    }
    if (reason.isPresent()) {
      differ.merge(reason.get(), 1, Integer::sum);
    } else {
      unexplained.add(gx.id() + " " + gx.expectation() + " " + kwargs + ": " + what);
    }
  }

  private static int index(Case gx) {
    for (int i = 0; i < gx.columns().size(); i++) {
      if (gx.columns().get(i).path("name").asText().equals(gx.kwargs().path("column").asText())) {
        return i;
      }
    }
    return -1;
  }

  /** The type in PostgreSQL that holds the data; without data, the one that the rule wants. */
  private static String type(Case gx, int column) {
    boolean moment = gx.columns().get(column).path("logical_type").asText().equals("timestamp");
    boolean text = false;
    boolean number = false;
    boolean whole = true;
    for (JsonNode row : gx.rows()) {
      JsonNode value = row.get(column);
      text |= value.isTextual();
      number |= value.isNumber();
      whole &= !value.isNumber() || value.decimalValue().stripTrailingZeros().scale() <= 0;
    }
    if (!text && !number) {
      number =
          gx.kwargs().path("value_set").path(0).isNumber()
              || gx.kwargs().path("min_value").isNumber()
              || gx.kwargs().path("max_value").isNumber();
      boolean length = gx.expectation().contains("lengths");
      return number && !length ? "float8" : "text";
    }
    return moment ? "timestamp" : text ? "text" : whole ? "int8" : "float8";
  }

  private static Relation relation(Case gx) {
    String[] columns = new String[gx.columns().size()];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = gx.columns().get(i).path("name").asText() + " " + type(gx, i);
    }
    return TestRows.relation(List.of(), columns);
  }

  private static RowBatch batch(Case gx, Relation relation) {
    TestRows rows = new TestRows(relation);
    for (JsonNode row : gx.rows()) {
      String[] cells = new String[row.size()];
      for (int i = 0; i < cells.length; i++) {
        JsonNode value = row.get(i);
        boolean number = !relation.columns().get(i).type().name().equals("text");
        cells[i] =
            value.isNull()
                ? null
                : number && value.isNumber()
                    ? value.decimalValue().stripTrailingZeros().toPlainString()
                    : value.asText();
      }
      rows.insert(cells);
    }
    return rows.batch();
  }
}
