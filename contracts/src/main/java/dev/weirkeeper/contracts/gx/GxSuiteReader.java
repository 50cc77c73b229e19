package dev.weirkeeper.contracts.gx;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.ImportReport;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.PythonRegex;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.Terms;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads expectation suites of Great Expectations, in the JSON of 0.x and of 1.x, as contracts.
 *
 * <p>Judged: not_be_null, be_null, be_in_set, not_be_in_set, be_between,
 * value_lengths_to_be_between, match_regex, not_match_regex, be_unique, column_to_exist,
 * table_columns_to_match_set and table_row_count_to_be_between, with the meaning that they have on
 * pandas, except: text does not equal numbers but blocks the rule; {@code column_index} 0 is the
 * first column; uniqueness is judged within a chunk and the row count is that of a transaction.
 * Patterns are Python's and are searched for within the value's text form; see {@link
 * Rule#matches}.
 *
 * <p>Everything else is kept as a rule that blocks by name and is listed with its reason in {@link
 * Imported#report}: other expectations, {@code row_condition}, suite parameters, {@code mostly}
 * below 1 (a gate judges each row when it comes, so there is no total of which a share could be
 * good), arguments that leave nothing to judge. No expectation is dropped and none passes unjudged.
 */
public final class GxSuiteReader {
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              com.fasterxml.jackson.core.JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(64).build())
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonParser.Feature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

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
          "severity");

  private static final Map<String, Set<String>> ARGUMENTS =
      Map.ofEntries(
          Map.entry("expect_column_values_to_not_be_null", Set.of("column")),
          Map.entry("expect_column_values_to_be_null", Set.of("column")),
          Map.entry("expect_column_values_to_be_unique", Set.of("column")),
          Map.entry("expect_column_values_to_be_in_set", Set.of("column", "value_set")),
          Map.entry("expect_column_values_to_not_be_in_set", Set.of("column", "value_set")),
          Map.entry(
              "expect_column_values_to_be_between",
              Set.of("column", "min_value", "max_value", "strict_min", "strict_max")),
          Map.entry(
              "expect_column_value_lengths_to_be_between",
              Set.of("column", "min_value", "max_value", "strict_min", "strict_max")),
          Map.entry("expect_column_values_to_match_regex", Set.of("column", "regex")),
          Map.entry("expect_column_values_to_not_match_regex", Set.of("column", "regex")),
          Map.entry("expect_column_to_exist", Set.of("column", "column_index")),
          Map.entry("expect_table_columns_to_match_set", Set.of("column_set", "exact_match")),
          Map.entry("expect_table_row_count_to_be_between", Set.of("min_value", "max_value")));

  /**
   * A suite as a contract, with an account of it.
   *
   * @param contract judges what is supported and blocks by name for the rest
   */
  public record Imported(Contract contract, ImportReport report) {}

  /** Why an expectation blocks. Not an error of the suite. */
  private static final class Unsupported extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;

    Unsupported(String reason) {
      super(reason);
      this.reason = reason;
    }

    Unsupported(IllegalArgumentException why) {
      this(String.valueOf(why.getMessage()));
    }
  }

  private final List<Rule> rules = new ArrayList<>();
  private final List<ImportReport.Supported> supported = new ArrayList<>();
  private final List<ImportReport.Unsupported> unsupported = new ArrayList<>();
  private final Set<String> ids = new HashSet<>();

  private GxSuiteReader() {}

  /**
   * Reads a suite from a file.
   *
   * @param asset name of the table that the contract is for: {@code public.orders}
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if the suite is malformed; names the file, the place and the
   *     problem
   */
  public static Imported read(Path file, String asset) throws IOException {
    String text = Files.readString(file);
    try {
      return read(text, asset);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file.getFileName() + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads a suite. The contract's version is the digest of the suite's text.
   *
   * @param asset name of the table that the contract is for: {@code public.orders}
   * @throws IllegalArgumentException if the suite is malformed; names the place and the problem
   */
  public static Imported read(String suite, String asset) {
    requireNonNull(asset, "asset");
    JsonNode root;
    try {
      root = MAPPER.readTree(suite);
    } catch (JsonProcessingException e) {
      throw malformed("$", "not JSON: " + e.getOriginalMessage());
    }
    return new GxSuiteReader().suite(root, asset, suite);
  }

  private Imported suite(JsonNode root, String asset, String text) {
    if (root == null || !root.isObject()) {
      throw malformed("$", "a suite is a JSON object");
    }
    JsonNode name = either(root, "$", "name", "expectation_suite_name");
    JsonNode expectations = root.path("expectations");
    if (!expectations.isArray()) {
      throw malformed("$.expectations", "missing, or not an array");
    }
    for (int i = 0; i < expectations.size(); i++) {
      expectation(expectations.get(i), "$.expectations[" + i + "]");
    }
    String version = Hash.of(text.getBytes(StandardCharsets.UTF_8)).brief();
    return new Imported(
        new Contract(name.textValue(), version, asset, rules),
        new ImportReport(supported, unsupported));
  }

  private static IllegalArgumentException malformed(String path, String problem) {
    return new IllegalArgumentException("Malformed suite at " + path + ": " + problem);
  }

  /** The text under one of two names. */
  private static JsonNode either(JsonNode node, String path, String first, String second) {
    JsonNode found = node.has(first) ? node.get(first) : node.path(second);
    if (!found.isTextual() || found.textValue().isBlank()) {
      throw malformed(path, "'" + first + "' (or '" + second + "') is missing or not text");
    }
    return found;
  }

  private void expectation(JsonNode node, String path) {
    if (!node.isObject()) {
      throw malformed(path, "an expectation is a JSON object");
    }
    String type = either(node, path, "type", "expectation_type").textValue();
    JsonNode kwargs = node.path("kwargs");
    if (kwargs.isMissingNode()) {
      kwargs = JsonNodeFactory.instance.objectNode();
    }
    if (!kwargs.isObject()) {
      throw malformed(path + ".kwargs", "not an object");
    }
    if (node.has("meta") && !node.get("meta").isNull() && !node.get("meta").isObject()) {
      throw malformed(path + ".meta", "not an object");
    }
    Rule.Severity severity = severity(node, kwargs, path);
    try {
      Rule rule = new Arguments(kwargs, path + ".kwargs").rule(type);
      rule = keep(rule, severity);
      supported.add(new ImportReport.Supported(path, type, rule.id()));
    } catch (Unsupported e) {
      JsonNode column = kwargs.path("column");
      List<String> columns = column.isTextual() ? List.of(column.textValue()) : List.of();
      Terms.Unsupported terms =
          new Terms.Unsupported(type, e.reason, canonical(kwargs, path + ".kwargs"));
      Rule rule = keep(Rule.unsupported(type, columns, terms), severity);
      unsupported.add(new ImportReport.Unsupported(path, type, rule.id(), e.reason));
    }
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

  private static Json canonical(JsonNode node, String path) {
    try {
      return Json.of(node);
    } catch (IllegalArgumentException e) {
      throw malformed(path, String.valueOf(e.getMessage()));
    }
  }

  private static Rule.Severity severity(JsonNode node, JsonNode kwargs, String path) {
    JsonNode severity = node.has("severity") ? node.get("severity") : kwargs.path("severity");
    if (severity.isMissingNode() || severity.isNull()) {
      return Rule.Severity.CRITICAL;
    }
    for (Rule.Severity known : Rule.Severity.values()) {
      if (known.name().toLowerCase(Locale.ROOT).equals(severity.asText())) {
        return known;
      }
    }
    throw malformed(path + ".severity", "not one of critical, warning, info");
  }

  /** The arguments of one expectation. */
  private static final class Arguments {
    private final JsonNode kwargs;
    private final String path;

    Arguments(JsonNode kwargs, String path) {
      this.kwargs = kwargs;
      this.path = path;
    }

    Rule rule(String type) throws Unsupported {
      mostly();
      requireArguments(type);
      return switch (type) {
        case "expect_column_values_to_not_be_null" -> Rule.notNull(column());
        case "expect_column_values_to_be_null" -> Rule.isNull(column());
        case "expect_column_values_to_be_unique" -> Rule.unique(column());
        case "expect_column_values_to_be_in_set" ->
            Rule.about(column(), Rule.IN_SET, Rule.members(members()));
        case "expect_column_values_to_not_be_in_set" ->
            Rule.about(column(), Rule.NOT_IN_SET, Rule.members(members()));
        case "expect_column_values_to_be_between" -> Rule.between(column(), range());
        case "expect_column_value_lengths_to_be_between" -> Rule.lengthBetween(column(), counts());
        case "expect_column_values_to_match_regex" -> Rule.matches(column(), regex());
        case "expect_column_values_to_not_match_regex" -> Rule.notMatches(column(), regex());
        case "expect_column_to_exist" -> {
          Optional<Integer> index = index();
          yield index.isPresent()
              ? Rule.columnExistsAt(column(), index.get())
              : Rule.columnExists(column());
        }
        case "expect_table_columns_to_match_set" ->
            Rule.columns(
                columnSet(), flag("exact_match") ? Terms.Match.EXACT : Terms.Match.CONTAINS);
        default -> Rule.rowCountBetween(counts());
      };
    }

    private void mostly() throws Unsupported {
      JsonNode mostly = value("mostly");
      if (mostly.isMissingNode()) {
        return;
      }
      if (mostly.isObject()) {
        throw new Unsupported("'mostly' is a parameter, which a gate cannot fill in");
      }
      if (!mostly.isNumber() || mostly.doubleValue() < 0 || mostly.doubleValue() > 1) {
        throw malformed(path + ".mostly", "not a number from 0 to 1");
      }
      if (mostly.doubleValue() < 1) {
        throw new Unsupported(
            "'mostly' is below 1, but a gate judges each row when it comes and has no total of"
                + " which a share could be good; remove it or judge the whole table elsewhere");
      }
    }

    private void requireArguments(String type) throws Unsupported {
      Set<String> known = ARGUMENTS.get(type);
      if (known == null) {
        throw new Unsupported("no rule kind is installed for this expectation");
      }
      JsonNode condition = value("row_condition");
      if (!condition.isMissingNode()) {
        throw new Unsupported("'row_condition' is not evaluated; remove it or drop the rule");
      }
      Set<String> names = new LinkedHashSet<>();
      kwargs.fieldNames().forEachRemaining(names::add);
      for (String name : names) {
        JsonNode value = value(name);
        boolean harmless =
            value.isMissingNode()
                || IGNORED.contains(name)
                || name.equals("mostly")
                || name.equals("condition_parser");
        if (!harmless && !known.contains(name)) {
          throw new Unsupported("the argument '" + name + "' is not known here");
        }
        if (!harmless && value.isObject()) {
          throw new Unsupported("'" + name + "' is a parameter, which a gate cannot fill in");
        }
      }
    }

    /** The value of an argument; missing if it is null. */
    private JsonNode value(String name) {
      JsonNode value = kwargs.path(name);
      return value.isNull() ? MissingNode.getInstance() : value;
    }

    private String column() {
      return text("column");
    }

    private String regex() throws Unsupported {
      if (value("regex").isMissingNode()) {
        throw new Unsupported("without a 'regex' the rule holds for anything");
      }
      String regex = text("regex");
      try {
        PythonRegex.compile(regex);
      } catch (IllegalArgumentException e) {
        throw new Unsupported(e);
      }
      return regex;
    }

    private String text(String name) {
      JsonNode value = value(name);
      if (!value.isTextual()) {
        throw malformed(path + "." + name, "missing or not text");
      }
      requireWellFormed(value.textValue(), name);
      return value.textValue();
    }

    private void requireWellFormed(String text, String name) {
      try {
        Json.of(text);
      } catch (IllegalArgumentException e) {
        throw malformed(path + "." + name, String.valueOf(e.getMessage()));
      }
    }

    private boolean flag(String name) {
      JsonNode value = value(name);
      if (!value.isMissingNode() && !value.isBoolean()) {
        throw malformed(path + "." + name, "not true or false");
      }
      return value.booleanValue();
    }

    private Optional<Integer> index() {
      JsonNode value = value("column_index");
      if (value.isMissingNode()) {
        return Optional.empty();
      }
      if (!value.isInt()) {
        throw malformed(path + ".column_index", "not an integer");
      }
      return Optional.of(value.intValue());
    }

    private List<String> columnSet() throws Unsupported {
      JsonNode set = value("column_set");
      if (set.isMissingNode()) {
        throw new Unsupported("without a 'column_set' there is nothing to compare with");
      }
      if (!set.isArray()) {
        throw malformed(path + ".column_set", "not an array");
      }
      List<String> names = new ArrayList<>();
      for (JsonNode name : set) {
        if (!name.isTextual()) {
          throw malformed(path + ".column_set", "holds something that is not text");
        }
        requireWellFormed(name.textValue(), "column_set");
        names.add(name.textValue());
      }
      return names;
    }

    private List<Literal> members() throws Unsupported {
      JsonNode set = value("value_set");
      if (set.isMissingNode()) {
        throw new Unsupported("without a 'value_set' the rule holds for anything");
      }
      if (!set.isArray()) {
        throw malformed(path + ".value_set", "not an array");
      }
      List<Literal> members = new ArrayList<>();
      for (JsonNode member : set) {
        // NULL is never compared with the set, so a null in it says nothing.
        if (!member.isNull()) {
          members.add(literal(member, "value_set"));
        }
      }
      return members;
    }

    private Range counts() throws Unsupported {
      Range range = range();
      try {
        range.ofCounts();
      } catch (IllegalArgumentException e) {
        throw new Unsupported(e);
      }
      return range;
    }

    private Range range() throws Unsupported {
      Optional<Range.Bound> min = bound("min_value", "strict_min");
      Optional<Range.Bound> max = bound("max_value", "strict_max");
      if (min.isEmpty() && max.isEmpty()) {
        throw new Unsupported("without 'min_value' and 'max_value' the rule holds for anything");
      }
      return new Range(min, max);
    }

    private Optional<Range.Bound> bound(String name, String strict) throws Unsupported {
      Range.Edge edge = flag(strict) ? Range.Edge.EXCLUSIVE : Range.Edge.INCLUSIVE;
      JsonNode value = value(name);
      if (value.isMissingNode()) {
        return Optional.empty();
      }
      Literal literal = literal(value, name);
      if (literal instanceof Literal.Truth) {
        throw malformed(path + "." + name, "a boolean has no order");
      }
      return Optional.of(new Range.Bound(literal, edge));
    }

    private Literal literal(JsonNode value, String name) throws Unsupported {
      if (value.isTextual()) {
        requireWellFormed(value.textValue(), name);
        return new Literal.Text(value.textValue());
      }
      if (value.isBoolean()) {
        return new Literal.Truth(value.booleanValue());
      }
      if (value.isNumber()) {
        try {
          return new Literal.Numeric(value.decimalValue().toString());
        } catch (IllegalArgumentException e) {
          throw new Unsupported("'" + name + "': " + e.getMessage());
        }
      }
      throw new Unsupported(
          "'" + name + "' holds a JSON " + value.getNodeType() + ", which no column can equal");
    }
  }
}
