package dev.weirkeeper.contracts.read;

import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.ImportReport;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Operand;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.Rule.Severity;
import dev.weirkeeper.contracts.SelectCheck;
import dev.weirkeeper.contracts.TableRules;
import dev.weirkeeper.contracts.TableTerms.Unit;
import dev.weirkeeper.contracts.Terms;
import dev.weirkeeper.contracts.gx.GxSuiteReader;
import dev.weirkeeper.contracts.read.Drafting.Style;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads quality checks of ODCS about a table and its columns. */
final class OdcsQuality {
  private static final Pattern NULL_LIKE = Pattern.compile("(?i)nullCheck|notNull|nullValues");

  private final Drafting draft;
  private final String table;
  private final Map<String, String> columns;

  OdcsQuality(Drafting draft, String table, Map<String, String> columns) {
    this.draft = draft;
    this.table = table;
    this.columns = columns;
  }

  void ofTable(Node check) {
    check(check, List.of());
  }

  void ofColumn(Node check, String column) {
    check(check, List.of(column));
  }

  private void check(Node check, List<String> about) {
    Node metric = check.has("metric") ? check.at("metric") : check.at("rule");
    String type = check.at("type").wordIfAny().orElse("library");
    String asked =
        "quality "
            + (metric.isNothing() ? type : metric.word())
            + check.at("engine").wordIfAny().map(engine -> " " + engine).orElse("");
    Style style =
        new Style(severity(check.at("severity")), Optional.empty(), check.at("name").wordIfAny());
    try {
      switch (type) {
        case "text" ->
            draft
                .account()
                .remark(check, asked, "prose, which people judge; write a rule that says the same");
        case "library" -> library(check, metric.word(), about, asked, style);
        case "sql" -> sql(check, about, asked, style);
        case "custom" -> custom(check, about, asked, style);
        default ->
            throw check.at("type").malformed("not one of text, library, sql, custom: " + type);
      }
    } catch (UnsaidException e) {
      draft.unsupported(check, asked, about, style, e.reason());
    }
  }

  private static Severity severity(Node severity) {
    String word = severity.wordIfAny().orElse("error").toLowerCase(Locale.ROOT);
    return switch (word) {
      case "info", "low", "minor" -> Severity.INFO;
      case "warning", "warn", "medium" -> Severity.WARNING;
      default -> Severity.CRITICAL;
    };
  }

  private static Range threshold(Node check) {
    return Thresholds.of(check)
        .orElseThrow(() -> check.malformed("the check names no threshold, such as mustBe"));
  }

  private static Unit unit(Node check) {
    String unit = check.at("unit").wordIfAny().orElse("rows").toLowerCase(Locale.ROOT);
    return switch (unit) {
      case "percent", "%" -> Unit.PERCENT;
      case "rows", "row", "count" -> Unit.ROWS;
      default -> throw new UnsaidException("no rule counts in the unit '" + unit + "'");
    };
  }

  private static String only(List<String> about, Node check) {
    if (about.size() != 1) {
      throw check.malformed("this check is about a property; write it below one");
    }
    return about.get(0);
  }

  private void library(Node check, String metric, List<String> about, String asked, Style style) {
    Node arguments = check.at("arguments");
    switch (metric) {
      case "rowCount" -> {
        if (unit(check) == Unit.PERCENT) {
          throw new UnsaidException("there is nothing of which rows would be a share");
        }
        draft.supported(check, asked, Rule.rowCountBetween(threshold(check)), style);
      }
      case "nullValues", "nullCheck", "nullCount" -> {
        String column = only(about, check);
        Expr missing = new Expr.IsNull(Operand.column(column));
        counted(check, List.of(column), asked, style, missing, Rule.notNull(column));
      }
      case "missingValues", "missingCount" -> missing(check, arguments, about, asked, style);
      case "invalidValues", "validValues", "invalidCount" ->
          invalid(check, metric, arguments, about, asked, style);
      case "duplicateValues", "duplicateCount", "uniqueCheck", "unique" ->
          duplicates(check, arguments, about, asked, style);
      default -> throw new UnsaidException("the metric " + metric + " is not known");
    }
  }

  /**
   * Rows for which something is TRUE: none of them as a rule about rows, some as a rule of its own.
   */
  private void counted(
      Node check, List<String> about, String asked, Style style, Expr bad, Rule ifNone) {
    Range range = thresholdOrNone(check);
    Unit unit = unit(check);
    draft.supported(
        check,
        asked,
        isNone(range, unit) ? ifNone : TableRules.rowsBetween(about, bad, range, unit),
        style);
  }

  /** Less than one row is none; less than one percent is not. */
  private static boolean isNone(Range range, Unit unit) {
    boolean below = range.max().filter(max -> max.edge() == Range.Edge.EXCLUSIVE).isPresent();
    return Thresholds.isNone(range) && (unit == Unit.ROWS || !below);
  }

  /** Rules of 3.0 such as nullCheck stand alone and mean none. */
  private static Range thresholdOrNone(Node check) {
    boolean alone =
        check.has("rule")
            && !check.has("metric")
            && NULL_LIKE.matcher(check.at("rule").word()).matches();
    return alone ? Thresholds.of(check).orElse(Range.of(0, 0)) : threshold(check);
  }

  private void missing(Node check, Node arguments, List<String> about, String asked, Style style) {
    String column = only(about, check);
    Operand value = Operand.column(column);
    List<Literal> marks = new ArrayList<>();
    arguments.at("missingValues").items().forEach(item -> item.literal().ifPresent(marks::add));
    Expr missing =
        marks.isEmpty()
            ? new Expr.IsNull(value)
            : Expr.any(new Expr.IsNull(value), new Expr.In(value, marks));
    Rule none =
        marks.isEmpty()
            ? Rule.notNull(column)
            : Rule.holds(
                Expr.all(Expr.not(new Expr.IsNull(value)), Expr.not(new Expr.In(value, marks))),
                column);
    counted(check, about, asked, style, missing, none);
  }

  private void invalid(
      Node check, String metric, Node arguments, List<String> about, String asked, Style style) {
    String column = only(about, check);
    Operand value = Operand.column(column);
    Node valid =
        arguments.has("validValues") ? arguments.at("validValues") : check.at("validValues");
    Node pattern = arguments.at("pattern");
    List<Expr> good = new ArrayList<>();
    Rule none;
    if (!valid.isNothing()) {
      List<Literal> members = new ArrayList<>();
      valid.items().forEach(item -> item.literal().ifPresent(members::add));
      good.add(new Expr.In(value, members));
      none = Rule.about(column, Rule.IN_SET, Rule.members(members));
    } else if (!pattern.isNothing()) {
      none = matches(column, pattern.word());
    } else {
      throw new UnsaidException("it does not say which values are valid: validValues or pattern");
    }
    if (!pattern.isNothing()) {
      good.add(new Expr.Matches(value, regex(pattern.word())));
      if (good.size() == 2) {
        none = Rule.holds(new Expr.And(good), column);
      }
    }
    // NULL is neither valid nor invalid: what is missing is counted by missingValues.
    Expr bad = Expr.not(good.size() == 1 ? good.get(0) : new Expr.And(good));
    if (metric.equals("validValues") && Thresholds.of(check).isEmpty()) {
      draft.supported(check, asked, none, style);
    } else if (metric.equals("validValues")) {
      throw new UnsaidException("a threshold on the number of valid values is not known");
    } else {
      counted(check, about, asked, style, bad, none);
    }
  }

  private static Rule matches(String column, String pattern) {
    return Rule.matches(column, regex(pattern));
  }

  private static String regex(String pattern) {
    try {
      return EcmaPattern.inPython(pattern);
    } catch (IllegalArgumentException e) {
      throw new UnsaidException(String.valueOf(e.getMessage()));
    }
  }

  private void duplicates(
      Node check, Node arguments, List<String> about, String asked, Style style) {
    List<String> key = new ArrayList<>();
    Node properties =
        arguments.has("properties") ? arguments.at("properties") : arguments.at("columns");
    properties.items().forEach(item -> key.add(columns.getOrDefault(item.word(), item.word())));
    if (key.isEmpty()) {
      key.add(only(about, check));
    }
    duplicates(check, key, asked, style, Thresholds.of(check).orElse(Range.of(0, 0)), unit(check));
  }

  private void duplicates(
      Node check, List<String> key, String asked, Style style, Range range, Unit unit) {
    if (isNone(range, unit)) {
      Rule rule =
          key.size() == 1
              ? Rule.unique(key.get(0))
              : Rule.compoundUnique(Terms.Ignore.ANY, key.toArray(String[]::new));
      draft.supported(check, asked, rule, style);
      return;
    }
    List<Expr> known = new ArrayList<>();
    key.forEach(column -> known.add(Expr.not(new Expr.IsNull(Operand.column(column)))));
    Expr repeated =
        new Expr.Repeated(
            key, Expr.Nulls.DISTINCT, known.size() == 1 ? known.get(0) : new Expr.And(known));
    draft.approximated(
        check,
        asked,
        TableRules.rowsBetween(key, repeated, range, unit),
        style,
        "all copies are counted, where others count each value or all but the first copy");
  }

  private void sql(Node check, List<String> about, String asked, Style style) {
    String sql = check.at("query").word();
    Range range = threshold(check);
    String select = aboutBatch(filled(sql, about, check));
    try {
      SelectCheck.check(select);
    } catch (IllegalArgumentException e) {
      throw new UnsaidException(String.valueOf(e.getMessage()));
    }
    draft.supported(check, asked, TableRules.queryBetween(select, range), style);
  }

  /** With the names that ODCS writes as <code>${table}</code> and <code>${column}</code>. */
  private static String filled(String sql, List<String> about, Node check) {
    String filled = SelectCheck.tidied(sql);
    for (String name : List.of("table", "object", "schema")) {
      filled = filled.replace("${" + name + "}", SelectCheck.BATCH);
    }
    for (String name : List.of("column", "property")) {
      if (filled.contains("${" + name + "}")) {
        filled = filled.replace("${" + name + "}", Conditions.name(only(about, check)));
      }
    }
    return filled;
  }

  /** The contract is about the table, and what is judged is the data set that shall become it. */
  private String aboutBatch(String sql) {
    String batch = sql;
    for (String own : List.of(table, draft.asset())) {
      Matcher from =
          Pattern.compile(
                  "(?i)\\b(from|join)(\\s+)\"?"
                      + Pattern.quote(own)
                      + "\"?(?![\\w.\"])(\\s+as\\b|\\s+(?!(?:where|group|order|having|join|left"
                      + "|right|full|inner|cross|on|limit|union|except|intersect|offset|fetch"
                      + "|window|natural|using|as)\\b)[a-z_]\\w*)?")
              .matcher(batch);
      StringBuilder out = new StringBuilder();
      while (from.find()) {
        String alias = from.group(3) == null ? aliasOf(own) : from.group(3);
        from.appendReplacement(
            out,
            Matcher.quoteReplacement(from.group(1) + from.group(2) + SelectCheck.BATCH + alias));
      }
      batch = from.appendTail(out).toString();
    }
    return batch;
  }

  private static String aliasOf(String table) {
    String last = table.substring(table.lastIndexOf('.') + 1);
    return " AS " + Conditions.name(last);
  }

  private void custom(Node check, List<String> about, String asked, Style style) {
    String engine = check.at("engine").word().toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
    Node implementation = check.at("implementation");
    Node parsed = implementation.isText() ? parsed(implementation) : implementation;
    if (!parsed.isMapping()) {
      throw new UnsaidException("the implementation is no mapping of names to values");
    }
    switch (engine) {
      case "greatexpectations", "gx" -> expectation(check, parsed, asked, style);
      case "weirkeeper" -> own(check, parsed, asked, style);
      case "soda" -> soda(check, parsed, about, asked, style);
      default -> throw new UnsaidException("checks of this engine are not read");
    }
  }

  private static Node parsed(Node implementation) {
    try {
      return Documents.read(implementation.text());
    } catch (IllegalArgumentException e) {
      throw new UnsaidException("the implementation cannot be read: " + e.getMessage());
    }
  }

  /** What {@link OdcsWriter} could not say in another way. */
  private void own(Node check, Node implementation, String asked, Style style) {
    Rule rule;
    try {
      rule = ContractYaml.rule(implementation);
    } catch (IllegalArgumentException e) {
      throw new UnsaidException(String.valueOf(e.getMessage()));
    }
    if (rule.kind().equals(Rule.UNSUPPORTED)) {
      draft.account().unsupported(check, asked, draft.keep(check, rule, style));
    } else {
      draft.supported(check, asked, rule, style);
    }
  }

  private void expectation(Node check, Node implementation, String asked, Style style) {
    String suite =
        "{\"name\":\"odcs\",\"expectations\":[" + implementation.tree().toString() + "]}";
    GxSuiteReader.Imported imported;
    try {
      imported = GxSuiteReader.read(suite, draft.asset());
    } catch (IllegalArgumentException e) {
      throw new UnsaidException(String.valueOf(e.getMessage()));
    }
    ImportReport report = imported.report();
    for (Rule rule : imported.contract().rules()) {
      Optional<String> how =
          report.approximated().stream()
              .filter(entry -> entry.rule().equals(rule.id()))
              .map(ImportReport.Approximated::how)
              .findFirst();
      if (rule.kind().equals(Rule.UNSUPPORTED)) {
        throw new UnsaidException(rule.terms().as(Terms.Unsupported.class).reason());
      } else if (how.isPresent()) {
        draft.approximated(check, asked, rule, style, how.get());
      } else {
        draft.supported(check, asked, rule, style);
      }
    }
  }

  private void soda(
      Node check, Node implementation, List<String> about, String asked, Style style) {
    String type = implementation.at("type").wordIfAny().orElse("");
    List<String> key = new ArrayList<>(about);
    if (implementation.has("columns")) {
      key.clear();
      implementation
          .at("columns")
          .items()
          .forEach(item -> key.add(columns.getOrDefault(item.word(), item.word())));
    }
    Range range =
        Thresholds.of(implementation)
            .orElseThrow(() -> new UnsaidException("it has no threshold that can be read"));
    Unit unit = type.endsWith("_percent") ? Unit.PERCENT : Unit.ROWS;
    switch (type) {
      case "row_count" -> draft.supported(check, asked, Rule.rowCountBetween(range), style);
      case "duplicate_count", "duplicate_percent" -> {
        if (key.isEmpty()) {
          throw new UnsaidException("it names no columns");
        }
        duplicates(check, key, asked, style, range, unit);
      }
      case "missing_count", "missing_percent" -> {
        if (key.size() != 1) {
          throw new UnsaidException("it is about one column, and does not name one");
        }
        Expr missing = new Expr.IsNull(Operand.column(key.get(0)));
        draft.supported(check, asked, TableRules.rowsBetween(key, missing, range, unit), style);
      }
      default -> throw new UnsaidException("no rule says Soda's check '" + type + "'");
    }
  }
}
