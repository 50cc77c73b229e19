package dev.weirkeeper.contracts.gx;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weirkeeper.Hash;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.ImportReport;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.Terms;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads expectation suites of Great Expectations, in the JSON of 0.x and of 1.x, as contracts: all
 * expectations that Great Expectations implements, with {@code mostly}, {@code row_condition} in
 * its three grammars, suite parameters and severity.
 *
 * <p>Patterns are Python's and are searched for within the value's text form; see {@link
 * Rule#matches}. {@code column_index} 0 is the first column.
 *
 * <p>What cannot be judged is kept as a rule that blocks by name and is listed with its reason in
 * {@link Imported#report}. No expectation is dropped and none passes unjudged. A stream judges
 * fewer kinds of rules than an engine that sees the whole data; there, those block too.
 */
public final class GxSuiteReader {
  /** Arguments of every expectation that do not change which rows are good. */
  private static final Set<String> IGNORED =
      Set.of(
          "batch_id",
          "result_format",
          "catch_exceptions",
          "include_config",
          "meta",
          "notes",
          "description",
          "id",
          "severity",
          "windows");

  private static final Set<String> OF_ALL = Set.of("mostly", "row_condition", "condition_parser");

  /**
   * A suite as a contract, with an account of it.
   *
   * @param contract judges what is supported and blocks by name for the rest
   * @param suite what results in the shape of Great Expectations repeat
   */
  public record Imported(Contract contract, ImportReport report, GxSuite suite) {}

  private final Located located;
  private final Mode mode;
  private final SuiteParameters parameters;
  private final List<Rule> rules = new ArrayList<>();
  private final List<GxSuite.Item> items = new ArrayList<>();
  private final List<ImportReport.Supported> supported = new ArrayList<>();
  private final List<ImportReport.Unsupported> unsupported = new ArrayList<>();
  private final Set<String> ids = new HashSet<>();

  private GxSuiteReader(Located located, Mode mode, SuiteParameters parameters) {
    this.located = located;
    this.mode = mode;
    this.parameters = parameters;
  }

  /**
   * Reads a suite from a file.
   *
   * @param asset name of the table that the contract is for: {@code public.orders}
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if the suite is malformed; names the file, the place, the
   *     problem and the line
   */
  public static Imported read(Path file, String asset) throws IOException {
    return read(file, asset, Mode.STRICT, SuiteParameters.none());
  }

  /**
   * Reads a suite from a file; see {@link #read(String, String, Mode, SuiteParameters)}.
   *
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if the suite is malformed; names the file, the place, the
   *     problem and the line
   */
  public static Imported read(Path file, String asset, Mode mode, SuiteParameters parameters)
      throws IOException {
    String text = Files.readString(file);
    try {
      return read(text, asset, mode, parameters);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file.getFileName() + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads a suite without parameters, to be judged in {@link Mode#STRICT}. The contract's version
   * is the digest of the suite's text.
   *
   * @param asset name of the table that the contract is for: {@code public.orders}
   * @throws IllegalArgumentException if the suite is malformed; names the place, the problem and
   *     the line
   */
  public static Imported read(String suite, String asset) {
    return read(suite, asset, Mode.STRICT, SuiteParameters.none());
  }

  /**
   * Reads a suite.
   *
   * @param asset name of the table that the contract is for: {@code public.orders}
   * @param mode in which it will be judged: Great Expectations takes some arguments on one engine
   *     only
   * @throws IllegalArgumentException if the suite is malformed; names the place, the problem and
   *     the line
   */
  public static Imported read(String suite, String asset, Mode mode, SuiteParameters parameters) {
    requireNonNull(asset, "asset");
    requireNonNull(mode, "mode");
    requireNonNull(parameters, "parameters");
    return new GxSuiteReader(Located.read(suite), mode, parameters).suite(asset, suite);
  }

  /**
   * One expectation as a rule, for an evaluation by itself.
   *
   * @throws IllegalArgumentException if it is malformed
   * @throws UnsupportedException if it cannot be judged
   */
  static Rule rule(String type, JsonNode kwargs, Mode mode, SuiteParameters parameters)
      throws UnsupportedException {
    return new GxSuiteReader(Located.read("{}"), mode, parameters).rule(type, kwargs, "$.kwargs");
  }

  private Imported suite(String asset, String text) {
    JsonNode root = located.root();
    if (root == null || !root.isObject()) {
      throw located.malformed("$", "a suite is a JSON object");
    }
    String name = either(root, "$", "name", "expectation_suite_name");
    JsonNode expectations = root.path("expectations");
    if (!expectations.isArray()) {
      throw located.malformed("$.expectations", "missing, or not an array");
    }
    for (int i = 0; i < expectations.size(); i++) {
      expectation(expectations.get(i), "$.expectations[" + i + "]");
    }
    String version = Hash.of(text.getBytes(StandardCharsets.UTF_8)).brief();
    return new Imported(
        new Contract(name, version, asset, rules),
        new ImportReport(supported, unsupported),
        new GxSuite(name, textOf(root.path("id")), items));
  }

  private static Optional<String> textOf(JsonNode node) {
    return node.isTextual() ? Optional.of(node.textValue()) : Optional.empty();
  }

  /** The text under one of two names. */
  private String either(JsonNode node, String path, String first, String second) {
    JsonNode found = node.has(first) ? node.get(first) : node.path(second);
    if (!found.isTextual() || found.textValue().isBlank()) {
      throw located.malformed(path, "'" + first + "' (or '" + second + "') is missing or not text");
    }
    return found.textValue();
  }

  private void expectation(JsonNode node, String path) {
    if (!node.isObject()) {
      throw located.malformed(path, "an expectation is a JSON object");
    }
    String type = either(node, path, "type", "expectation_type");
    JsonNode kwargs = node.path("kwargs");
    if (kwargs.isMissingNode()) {
      kwargs = JsonNodeFactory.instance.objectNode();
    }
    if (!kwargs.isObject()) {
      throw located.malformed(path + ".kwargs", "not an object");
    }
    JsonNode meta = node.path("meta");
    if (!meta.isMissingNode() && !meta.isNull() && !meta.isObject()) {
      throw located.malformed(path + ".meta", "not an object");
    }
    Rule.Severity severity = severity(node, kwargs, path);
    Rule rule;
    try {
      rule = keep(rule(type, kwargs, path + ".kwargs"), severity);
      supported.add(new ImportReport.Supported(path, type, rule.id()));
    } catch (UnsupportedException e) {
      JsonNode column = kwargs.path("column");
      List<String> columns = column.isTextual() ? List.of(column.textValue()) : List.of();
      Kwargs all = new Kwargs(kwargs, path + ".kwargs", located, mode);
      rule =
          keep(
              Rule.unsupported(type, columns, new Terms.Unsupported(type, e.reason(), all.all())),
              severity);
      unsupported.add(new ImportReport.Unsupported(path, type, rule.id(), e.reason()));
    }
    items.add(
        new GxSuite.Item(
            rule.id(),
            type,
            kwargs.toString(),
            meta.isObject() ? meta.toString() : "{}",
            textOf(node.has("severity") ? node.get("severity") : kwargs.path("severity")),
            textOf(node.path("id"))));
  }

  private Rule rule(String type, JsonNode given, String path) throws UnsupportedException {
    Expectation expectation =
        GxExpectations.find(type)
            .orElseThrow(() -> new UnsupportedException(GxExpectations.reason(type)));
    Kwargs kwargs = new Kwargs(filled(given, path), path, located, mode);
    for (String name : kwargs.names()) {
      boolean known =
          IGNORED.contains(name)
              || OF_ALL.contains(name)
              || expectation.arguments().contains(name)
              || (kwargs.value(name).isEmpty() && mode == Mode.STRICT);
      if (!known) {
        throw new UnsupportedException("the argument '" + name + "' is not known here");
      }
    }
    double mostly = mostly(kwargs);
    Optional<Expr> condition = GxConditions.read(kwargs);
    if (condition.isPresent() && expectation.condition() == Expectation.Condition.NOT_TAKEN) {
      throw new UnsupportedException(
          "'row_condition' means nothing here, for the expectation is not about rows; remove it");
    }
    Rule rule;
    try {
      rule = expectation.mapping().rule(kwargs);
    } catch (MalformedException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new UnsupportedException(String.valueOf(e.getMessage()));
    }
    rule = rule.mostly(mostly);
    return condition.isPresent() ? rule.where(condition.get()) : rule;
  }

  private double mostly(Kwargs kwargs) {
    Optional<JsonNode> mostly = kwargs.value("mostly");
    if (mostly.isEmpty()) {
      return 1;
    }
    double share = mostly.get().isNumber() ? mostly.get().doubleValue() : Double.NaN;
    if (!(share >= 0 && share <= 1)) {
      throw kwargs.malformed("mostly", "not a number from 0 to 1");
    }
    return share;
  }

  /** The arguments with the values of their parameters. */
  private JsonNode filled(JsonNode node, String path) throws UnsupportedException {
    if (node.isObject() && node.has("$PARAMETER")) {
      JsonNode expression = node.get("$PARAMETER");
      if (!expression.isTextual()) {
        throw located.malformed(path, "the expression of a parameter is not text");
      }
      return ParameterExpression.evaluate(expression.textValue(), parameters);
    }
    if (node.isObject()) {
      ObjectNode filled = JsonNodeFactory.instance.objectNode();
      for (Map.Entry<String, JsonNode> member : node.properties()) {
        filled.set(member.getKey(), filled(member.getValue(), path + "." + member.getKey()));
      }
      return filled;
    }
    if (node.isArray()) {
      ArrayNode filled = JsonNodeFactory.instance.arrayNode();
      for (int i = 0; i < node.size(); i++) {
        filled.add(filled(node.get(i), path + "[" + i + "]"));
      }
      return filled;
    }
    return node;
  }

  private Rule keep(Rule rule, Rule.Severity severity) {
    String id = rule.id();
    for (int i = 2; !ids.add(id); i++) {
      id = rule.id() + "-" + i;
    }
    Rule kept = rule.named(id).graded(severity);
    rules.add(kept);
    return kept;
  }

  private Rule.Severity severity(JsonNode node, JsonNode kwargs, String path) {
    JsonNode severity = node.has("severity") ? node.get("severity") : kwargs.path("severity");
    if (severity.isMissingNode() || severity.isNull()) {
      return Rule.Severity.CRITICAL;
    }
    for (Rule.Severity known : Rule.Severity.values()) {
      if (known.name().toLowerCase(Locale.ROOT).equals(severity.asText())) {
        return known;
      }
    }
    throw located.malformed(path + ".severity", "not one of critical, warning, info");
  }
}
