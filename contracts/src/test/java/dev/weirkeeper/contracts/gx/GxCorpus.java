package dev.weirkeeper.contracts.gx;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weirkeeper.CallControl;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.engine.Answers;
import dev.weirkeeper.contracts.engine.Engine;
import dev.weirkeeper.contracts.engine.Metric;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Runs the cases that Great Expectations 1.2.0 answered, on one engine in one mode, and compares
 * value by value. Cases, answers and fuzzed cases are read from files of the forms {@code
 * gx-cases-*.jsonl}, {@code gx-oracle-*.jsonl} and {@code gx-fuzz-*.jsonl} in one folder.
 *
 * <p>Every case counts. One is skipped only where its own engine field excludes the engine.
 */
public final class GxCorpus {
  private static final JsonMapper JSON = new JsonMapper();

  /** What "now" is in the cases: later than all of their data. */
  private static final Instant NOW = Instant.parse("2024-06-01T00:00:00Z");

  private static final List<String> FORMATS =
      List.of("COMPLETE", "SUMMARY", "BASIC", "BOOLEAN_ONLY");

  /** Opens an engine on a data set. */
  @FunctionalInterface
  public interface Engines {
    /**
     * @param beside other tables of the same system
     */
    Engine open(GxTable table, List<GxTable> beside) throws IOException;
  }

  /**
   * What came of one form of file.
   *
   * @param differences a line for each case that failed
   */
  public record Tally(String form, int passed, int failed, int skipped, List<String> differences) {
    public double share() {
      return passed + failed == 0 ? 1 : (double) passed / (passed + failed);
    }
  }

  private final String engine;
  private final Mode mode;
  private final Engines engines;

  /**
   * @param engine {@code memory}, {@code duckdb}, {@code postgresql}
   * @param mode one of those of Great Expectations
   */
  public GxCorpus(String engine, Mode mode, Engines engines) {
    this.engine = engine;
    this.mode = mode;
    this.engines = engines;
  }

  /** The folder {@code contracts} of the corpus: {@code -Dcorpus.dir} is it or its parent. */
  public static Path folder() {
    Path named = Path.of(System.getProperty("corpus.dir", "../shared/corpus/contracts"));
    Path root = Path.of("").toAbsolutePath();
    while (root.getParent() != null && !Files.isDirectory(root.resolve("contracts/src"))) {
      root = root.getParent();
    }
    Path folder = root.resolve(named).normalize();
    return Files.isDirectory(folder.resolve("contracts")) ? folder.resolve("contracts") : folder;
  }

  /** Runs all files of the folder and prints a line for each form. */
  public List<Tally> run(Path folder) throws IOException {
    List<Tally> tallies = new ArrayList<>();
    Map<String, JsonNode> answers = new LinkedHashMap<>();
    for (JsonNode line : lines(folder, "gx-oracle-")) {
      if (line.path("engine").asText().equals(answering())) {
        answers.put(line.path("id").asText(), line);
      }
    }
    Run cases = new Run("gx-cases");
    Map<String, JsonNode> byId = new HashMap<>();
    for (JsonNode line : lines(folder, "gx-cases-")) {
      String id = line.path("id").asText();
      byId.put(id, line);
      upstream(line, Optional.ofNullable(answers.get(id)), cases);
    }
    tallies.add(cases.tally());
    Run oracle = new Run("gx-oracle");
    for (JsonNode answer : answers.values()) {
      answered(byId, answer, oracle);
    }
    tallies.add(oracle.tally());
    Run fuzz = new Run("gx-fuzz");
    Map<String, JsonNode> datasets = new HashMap<>();
    List<JsonNode> fuzzed = new ArrayList<>();
    for (JsonNode line : lines(folder, "gx-fuzz-")) {
      if (line.has("expectation")) {
        fuzzed.add(line);
      } else {
        datasets.put(line.path("dataset_id").asText(), line);
      }
    }
    for (JsonNode line : fuzzed) {
      fuzzed(datasets, line, fuzz);
    }
    tallies.add(fuzz.tally());
    tallies.forEach(this::print);
    return tallies;
  }

  private void print(Tally tally) {
    System.out.printf(
        "corpus %s [%s/%s]: %d passed, %d failed, %d skipped%n",
        tally.form(), engine, mode, tally.passed(), tally.failed(), tally.skipped());
  }

  private static List<JsonNode> lines(Path folder, String prefix) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files =
          all.filter(file -> file.getFileName().toString().startsWith(prefix))
              .filter(file -> file.getFileName().toString().endsWith(".jsonl"))
              .sorted()
              .toList();
    }
    List<JsonNode> nodes = new ArrayList<>();
    for (Path file : files) {
      for (String line : Files.readAllLines(file)) {
        nodes.add(JSON.readTree(line));
      }
    }
    return nodes;
  }

  /** Whose answers of Great Expectations are matched. */
  private String answering() {
    return mode == Mode.GX_PANDAS ? "pandas" : "sqlite";
  }

  /** Whose types the columns have where its answers are compared with. */
  private GxTable.Types system() {
    return mode == Mode.GX_PANDAS ? GxTable.Types.PANDAS : GxTable.Types.SQLITE;
  }

  /** Whose types they have where upstream's own expectations hold for each system by itself. */
  private GxTable.Types itself() {
    return engine.equals("postgresql") ? GxTable.Types.POSTGRESQL : system();
  }

  /** One form of file, as it is worked off. */
  private static final class Run {
    private final String form;
    private int passed;
    private int skipped;
    private final List<String> differences = new ArrayList<>();

    Run(String form) {
      this.form = form;
    }

    void skip() {
      skipped++;
    }

    void count(String id, String expectation, JsonNode kwargs, Optional<String> difference) {
      if (difference.isEmpty()) {
        passed++;
      } else {
        differences.add(id + " " + expectation + " " + kwargs + ": " + difference.get());
      }
    }

    Tally tally() {
      return new Tally(form, passed, differences.size(), skipped, List.copyOf(differences));
    }
  }

  /** An engine that has the columns as Great Expectations had them, whatever its own types. */
  private record Declared(Engine engine, Fields fields) implements Engine {
    @Override
    public Answers answer(Set<Metric> metrics, CallControl control) throws IOException {
      return engine.answer(metrics, control);
    }

    @Override
    public void close() throws IOException {
      engine.close();
    }
  }

  private JsonNode evaluate(
      List<GxTable> tables, String expectation, JsonNode kwargs, JsonNode format) {
    GxTable table = tables.get(0);
    try (Engine opened = engines.open(table, tables.subList(1, tables.size()))) {
      return JSON.readTree(
          GxEvaluation.evaluate(
              expectation,
              GxValue.plain(kwargs).toString(),
              ResultFormat.parse(format.toString()),
              mode,
              new SuiteParameters(Map.of(), Optional.of(NOW)),
              new Declared(opened, table.fields()),
              CallControl.NONE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private JsonNode answer(
      List<GxTable> tables, String expectation, JsonNode kwargs, JsonNode format) {
    try {
      return evaluate(tables, expectation, kwargs, format);
    } catch (RuntimeException e) {
      ObjectNode broken = JsonNodeFactory.instance.objectNode();
      return broken.put("broken", e.getClass().getSimpleName() + ": " + e.getMessage());
    }
  }

  private static boolean raised(JsonNode answer) {
    return answer.path("exception_info").path("raised_exception").asBoolean();
  }

  private static List<GxTable> tables(JsonNode line, GxTable.Types system) {
    List<GxTable> tables = new ArrayList<>();
    for (JsonNode dataset : line.path("datasets")) {
      tables.add(GxTable.of(dataset, system));
    }
    return tables;
  }

  // Upstream's own expectations, with their tolerance.

  private void upstream(JsonNode line, Optional<JsonNode> answer, Run run) {
    if (excludes(line.path("engines"))) {
      run.skip();
      return;
    }
    String expectation = line.path("expectation").asText();
    JsonNode kwargs = line.path("kwargs");
    JsonNode ours = answer(tables(line, itself()), expectation, kwargs, line.path("result_format"));
    run.count(
        line.path("id").asText(), expectation, kwargs, differsFromUpstream(line, answer, ours));
  }

  /** Whether the engine field of a case says that it is not meant for this engine. */
  private boolean excludes(JsonNode engines) {
    Set<String> names =
        mode == Mode.GX_PANDAS
            ? Set.of("pandas", "pandas_v3_api")
            : Set.of(engine.equals("postgresql") ? "postgresql" : "sqlite", "sqlalchemy", "sql");
    for (String field : List.of("only_for", "dataset_only_for")) {
      JsonNode only = engines.path(field);
      if (!only.isEmpty() && !any(only, names)) {
        return true;
      }
    }
    return any(engines.path("suppress_test_for"), names)
        || any(engines.path("dataset_suppress_test_for"), names)
        || any(engines.path("gx_not_implemented_on"), names);
  }

  private static boolean any(JsonNode list, Set<String> names) {
    for (JsonNode name : list) {
      if (names.contains(name.asText())) {
        return true;
      }
    }
    return false;
  }

  private Optional<String> differsFromUpstream(
      JsonNode line, Optional<JsonNode> answer, JsonNode ours) {
    JsonNode expected = line.path("expected");
    if (ours.has("broken")) {
      return Optional.of(ours.path("broken").asText());
    }
    if (expected.path("raises").has("error") && answer.isPresent() && !raisedThere(answer.get())) {
      // Upstream looks at the error only where there is one, and on this engine there is none.
      return ours.path("success").asBoolean() == successThere(answer.get())
          ? Optional.empty()
          : Optional.of("success is not that of the answer: " + brief(ours));
    }
    if (expected.has("raises")) {
      return raised(ours) && !ours.path("success").asBoolean()
          ? Optional.empty()
          : Optional.of("answers where an error was expected: " + brief(ours));
    }
    JsonNode success = expected.path("success");
    if (success.isBoolean() && success.asBoolean() != ours.path("success").asBoolean()) {
      return Optional.of("success is not " + success + ": " + brief(ours));
    }
    JsonNode compare = line.path("compare");
    GxValue.Tolerance tolerance =
        new GxValue.Tolerance(
            Math.max(1e-9, compare.path("rtol").asDouble(0)),
            Math.max(1e-9, compare.path("atol").asDouble(0)));
    Map<String, JsonNode> wanted = new LinkedHashMap<>();
    expected.path("result").properties().forEach(e -> wanted.put(e.getKey(), e.getValue()));
    if (wanted.containsKey("observed_value")) {
      // Left over from 0.x, where aggregates counted rows too; upstream does not compare them.
      wanted.keySet().removeIf(key -> !Set.of("observed_value", "details").contains(key));
    }
    for (Map.Entry<String, JsonNode> entry : wanted.entrySet()) {
      JsonNode found = ours.path("result").path(entry.getKey());
      if (!same(entry.getKey(), GxValue.plain(entry.getValue()), found, tolerance)) {
        return Optional.of(
            entry.getKey() + " is not " + brief(entry.getValue()) + ": " + brief(ours));
      }
    }
    for (Map.Entry<String, JsonNode> check : expected.path("checks").properties()) {
      String key = check.getKey();
      if (key.equals("observed_value_list")) {
        JsonNode value = ours.path("result").path("observed_value");
        if (!any(check.getValue(), Set.of(value.asText()))) {
          return Optional.of("observed_value is none of " + check.getValue() + ": " + value);
        }
        continue;
      }
      JsonNode found = ours.path("result").path("details").path(key);
      if (!same(key, GxValue.plain(check.getValue()), found, tolerance)) {
        return Optional.of(key + " is not " + brief(check.getValue()) + ": " + brief(ours));
      }
    }
    return Optional.empty();
  }

  private static boolean raisedThere(JsonNode answer) {
    JsonNode complete = answer.path("results").path("COMPLETE");
    return complete.has("thrown") || complete.has("exception_messages");
  }

  private static boolean successThere(JsonNode answer) {
    return answer.path("results").path("COMPLETE").path("success").asBoolean();
  }

  /** Details may say more than was asked for, as upstream compares them. */
  private static boolean same(
      String key, JsonNode wanted, JsonNode found, GxValue.Tolerance tolerance) {
    if (wanted.isObject() && found.isObject()) {
      for (Map.Entry<String, JsonNode> entry : wanted.properties()) {
        if (!same(entry.getKey(), entry.getValue(), found.path(entry.getKey()), tolerance)) {
          return entry.getValue().isEmpty() && !found.has(entry.getKey());
        }
      }
      return true;
    }
    // Upstream lists what is mismatched, also where nothing is.
    boolean nothing =
        wanted.isObject() && wanted.properties().stream().allMatch(e -> e.getValue().isEmpty());
    return nothing && found.isMissingNode() || GxValue.same(key, wanted, found, tolerance);
  }

  // What the real Great Expectations answered, in every format.

  private void answered(Map<String, JsonNode> cases, JsonNode answer, Run run) {
    String id = answer.path("id").asText();
    JsonNode line = cases.get(id);
    if (line == null) {
      throw new IllegalStateException("No case " + id + " for an answer");
    }
    String expectation = line.path("expectation").asText();
    JsonNode kwargs = line.path("kwargs");
    List<GxTable> tables = tables(line, system());
    for (String format : FORMATS) {
      if (answer.path("results").has(format)) {
        ObjectNode wanted = JSON.createObjectNode();
        if (line.path("result_format").isObject()) {
          wanted.setAll((ObjectNode) line.path("result_format"));
        }
        wanted.put("result_format", format);
        if (tables.get(0).fields().find("pk_index").isPresent()) {
          // Whoever asked gave this column wherever there is one.
          wanted.putArray("unexpected_index_column_names").add("pk_index");
        }
        JsonNode ours = answer(tables, expectation, kwargs, wanted);
        run.count(
            id + "/" + format,
            expectation,
            kwargs,
            differs(answer.path("results").path(format), ours));
      }
    }
  }

  private void fuzzed(Map<String, JsonNode> datasets, JsonNode line, Run run) {
    JsonNode answer = line.path("results").path(answering());
    if (answer.isMissingNode()) {
      run.skip();
      return;
    }
    String id = line.path("dataset_id").asText();
    JsonNode dataset = datasets.get(id);
    if (dataset == null) {
      throw new IllegalStateException("No data set " + id);
    }
    ObjectNode kwargs = line.path("kwargs").deepCopy();
    JsonNode condition = line.path("row_condition");
    if (!condition.isMissingNode()) {
      String parser = mode == Mode.GX_PANDAS ? "pandas" : "great_expectations";
      kwargs.put("row_condition", condition.path(parser).asText());
      kwargs.put("condition_parser", parser);
    }
    String expectation = line.path("expectation").asText();
    List<GxTable> tables = List.of(GxTable.of(dataset, system()));
    JsonNode ours = answer(tables, expectation, kwargs, line.path("result_format"));
    run.count(line.path("id").asText(), expectation, kwargs, differs(answer, ours));
  }

  private Optional<String> differs(JsonNode wanted, JsonNode ours) {
    if (ours.has("broken")) {
      return Optional.of(ours.path("broken").asText());
    }
    if (wanted.has("thrown") || wanted.has("exception_messages")) {
      return raised(ours) && !ours.path("success").asBoolean()
          ? Optional.empty()
          : Optional.of("answers where Great Expectations raised: " + brief(ours));
    }
    if (wanted.path("success").asBoolean() != ours.path("success").asBoolean()) {
      return Optional.of("success is not " + wanted.path("success") + ": " + brief(ours));
    }
    if (raised(ours)) {
      return Optional.of("raised: " + brief(ours));
    }
    JsonNode result = GxValue.plain(wanted.path("result"));
    JsonNode found = ours.path("result");
    List<String> keys = new ArrayList<>();
    result.fieldNames().forEachRemaining(keys::add);
    found
        .fieldNames()
        .forEachRemaining(
            key -> {
              if (!keys.contains(key)) {
                keys.add(key);
              }
            });
    for (String key : keys) {
      if (!agrees(key, result.path(key), found.path(key))) {
        return Optional.of(
            key + " is " + brief(found.path(key)) + ", not " + brief(result.path(key)));
      }
    }
    return Optional.empty();
  }

  private boolean agrees(String key, JsonNode wanted, JsonNode found) {
    // The SQL of another system, and of a table that has another name: only that there is one.
    if (key.equals("unexpected_index_query") && mode != Mode.GX_PANDAS) {
      return wanted.isTextual() == found.isTextual();
    }
    return wanted.isMissingNode() == found.isMissingNode()
        && (wanted.isMissingNode() || GxValue.same(key, wanted, found, GxValue.Tolerance.EXACT));
  }

  private static String brief(JsonNode node) {
    String text = node.toString();
    return text.length() > 300 ? text.substring(0, 300) + "…" : text;
  }
}
