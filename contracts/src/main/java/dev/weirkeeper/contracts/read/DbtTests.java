package dev.weirkeeper.contracts.read;

import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Operand;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.Rule.Severity;
import dev.weirkeeper.contracts.TableRules;
import dev.weirkeeper.contracts.TableTerms;
import dev.weirkeeper.contracts.Terms;
import dev.weirkeeper.contracts.read.Drafting.Style;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads generic tests of dbt, dbt_utils and dbt_expectations. */
final class DbtTests {
  /** What a test may have beside its arguments, and what may stand in its config. */
  private static final Set<String> SETTINGS =
      Set.of(
          "config",
          "name",
          "test_name",
          "arguments",
          "description",
          "severity",
          "where",
          "limit",
          "error_if",
          "warn_if",
          "enabled",
          "fail_calc",
          "tags",
          "meta",
          "alias",
          "store_failures",
          "store_failures_as",
          "group_by_columns",
          "row_condition");

  private static final Pattern COUNTED =
      Pattern.compile("\\s*(>=|<=|!=|<>|=|==|>|<)\\s*(\\d{1,18})\\s*");

  private static final Pattern QUOTED = Pattern.compile("\\s*'((?:[^']|'')*)'\\s*");

  private final Drafting draft;
  private final Function<Node, String> target;

  /**
   * @param target the table that a ref or a source means
   */
  DbtTests(Drafting draft, Function<Node, String> target) {
    this.draft = draft;
    this.target = target;
  }

  /** A test in pieces. */
  private record Test(
      Node at, String name, Map<String, Node> arguments, Node settings, Optional<String> column) {

    Node argument(String name) {
      Node found = arguments.get(name);
      return found == null
          ? new Node.Scalar(at.line(), at.path() + "." + name, Node.Sort.NOTHING, "")
          : found;
    }

    boolean has(String name) {
      return !argument(name).isNothing();
    }

    String about() {
      return column
          .or(() -> argument("column_name").wordIfAny())
          .orElseThrow(() -> at.malformed("this test is about a column; write it below one"));
    }

    Node setting(String name) {
      Node config = settings.at("config");
      return config.has(name) ? config.at(name) : settings.at(name);
    }
  }

  /**
   * What a test became.
   *
   * @param bad rows that fail it; empty if it does not fail by row
   * @param how in what it differs; empty if in nothing
   */
  private record Reading(Rule rule, Optional<Expr> bad, Optional<String> how) {
    static Reading of(Rule rule) {
      return new Reading(rule, Optional.empty(), Optional.empty());
    }

    static Reading of(Rule rule, Expr bad) {
      return new Reading(rule, Optional.of(bad), Optional.empty());
    }

    Reading but(String difference) {
      return new Reading(rule, bad, Optional.of(difference));
    }
  }

  void read(Node node, Optional<String> column) {
    Test test = test(node, column);
    Node enabled = test.setting("enabled");
    if (!enabled.isNothing() && !enabled.truth()) {
      draft.account().remark(node, test.name(), "the test is switched off");
      return;
    }
    Severity severity = severity(test.setting("severity"));
    Optional<String> name = test.settings().at("name").wordIfAny();
    List<String> about = column.map(List::of).orElse(List.of());
    try {
      Style style = new Style(severity, where(test), name);
      if (test.has("group_by_columns") || test.settings().has("group_by_columns")) {
        throw new UnsaidException("no rule is about groups of rows");
      }
      Node calculation = test.setting("fail_calc");
      if (!calculation.isNothing()
          && !calculation.word().replace(" ", "").equalsIgnoreCase("count(*)")) {
        throw new UnsaidException("'fail_calc' is not run");
      }
      keep(test, reading(test), style);
    } catch (UnsaidException e) {
      draft.unsupported(
          node, test.name(), about, new Style(severity, Optional.empty(), name), e.reason());
    }
  }

  private static Test test(Node node, Optional<String> column) {
    if (node.isText()) {
      Node none = new Node.Mapping(node.line(), node.path(), Map.of());
      return new Test(node, node.text(), Map.of(), none, column);
    }
    if (!node.isMapping()) {
      throw node.malformed("a test is a name, or a name with arguments");
    }
    String name;
    Node body;
    if (node.has("test_name")) {
      name = node.at("test_name").word();
      body = node;
    } else {
      List<String> names =
          node.members().keySet().stream().filter(key -> !SETTINGS.contains(key)).toList();
      if (names.size() != 1) {
        throw node.malformed("a test has one name; here are " + names);
      }
      name = names.get(0);
      body = node.at(name);
      if (body.isNothing()) {
        body = node;
      } else if (node.members().size() > 1) {
        Map<String, Node> both = new LinkedHashMap<>(body.members());
        node.members().forEach(both::putIfAbsent);
        both.remove(name);
        body = new Node.Mapping(node.line(), node.at(name).path(), both);
      }
    }
    Map<String, Node> arguments = new LinkedHashMap<>();
    for (Map.Entry<String, Node> member : body.members().entrySet()) {
      if (!SETTINGS.contains(member.getKey()) && !member.getKey().equals(name)) {
        arguments.put(member.getKey(), member.getValue());
      }
    }
    arguments.putAll(body.at("arguments").members());
    return new Test(node, name, arguments, body, column);
  }

  private static Severity severity(Node severity) {
    String word = severity.wordIfAny().orElse("error").toLowerCase(Locale.ROOT);
    return switch (word) {
      case "error" -> Severity.CRITICAL;
      case "warn" -> Severity.WARNING;
      default -> throw severity.malformed("not one of error, warn");
    };
  }

  private static Optional<Expr> where(Test test) {
    List<Expr> parts = new ArrayList<>();
    for (Node where : List.of(test.setting("where"), condition(test))) {
      where.wordIfAny().ifPresent(sql -> parts.add(condition(sql)));
    }
    return parts.isEmpty()
        ? Optional.empty()
        : Optional.of(parts.size() == 1 ? parts.get(0) : new Expr.And(parts));
  }

  private static Node condition(Test test) {
    return test.has("row_condition")
        ? test.argument("row_condition")
        : test.settings().at("row_condition");
  }

  static Expr condition(String sql) {
    if (sql.contains("{{") || sql.contains("{%")) {
      throw new UnsaidException("Jinja is not run");
    }
    try {
      return Conditions.read(sql);
    } catch (IllegalArgumentException e) {
      throw new UnsaidException(String.valueOf(e.getMessage()));
    }
  }

  static Rule holds(Expr expr) {
    return Rule.holds(expr, Conditions.columns(expr).toArray(String[]::new));
  }

  /** Keeps the rule, or two where a few failures are a warning and many an error. */
  private void keep(Test test, Reading reading, Style style) {
    Node errorIf = test.setting("error_if");
    Node warnIf = test.setting("warn_if");
    if (errorIf.isNothing() && warnIf.isNothing()) {
      account(test, reading.rule(), style, reading.how());
      return;
    }
    if (test.setting("limit").isNumber()) {
      throw new UnsaidException("a 'limit' changes what is counted against a threshold");
    }
    Expr bad =
        reading
            .bad()
            .orElseThrow(
                () -> new UnsaidException("it fails as a whole, so its failures are not counted"));
    Rule warning = counted(reading.rule(), bad, warnIf);
    if (style.severity() == Severity.WARNING) {
      account(test, warning, style, reading.how());
      return;
    }
    account(test, counted(reading.rule(), bad, errorIf), style, reading.how());
    if (!warnIf.isNothing()) {
      Style mild =
          new Style(Severity.WARNING, style.where(), style.name().map(name -> name + "-warning"));
      draft.keep(test.at(), warning, mild);
    }
  }

  private void account(Test test, Rule rule, Style style, Optional<String> how) {
    if (how.isPresent()) {
      draft.approximated(test.at(), test.name(), rule, style, how.get());
    } else {
      draft.supported(test.at(), test.name(), rule, style);
    }
  }

  /** The rule, or how many rows may break it. */
  private static Rule counted(Rule rule, Expr bad, Node failsIf) {
    if (failsIf.isNothing()) {
      return rule;
    }
    Matcher condition = COUNTED.matcher(failsIf.word());
    if (!condition.matches()) {
      throw new UnsaidException("the threshold is not of the form '> 10'");
    }
    BigDecimal count = new BigDecimal(condition.group(2));
    Range kept =
        switch (condition.group(1)) {
          case ">" -> Range.upTo(count);
          case ">=" -> Range.below(count);
          case "<" -> Range.atLeast(count);
          case "<=" -> Range.moreThan(count);
          case "!=", "<>" -> Range.of(count, count);
          default -> throw new UnsaidException("a range cannot leave out a value");
        };
    return Thresholds.isNone(kept)
        ? rule
        : TableRules.rowsBetween(rule.columns(), bad, kept, TableTerms.Unit.ROWS);
  }

  private Reading reading(Test test) {
    String name = test.name();
    Optional<Reading> found = Optional.empty();
    try {
      int dot = name.lastIndexOf('.');
      String prefix = dot < 0 ? "dbt" : name.substring(0, dot);
      String simple = name.substring(dot + 1);
      found =
          switch (prefix) {
            case "dbt" -> core(test, simple);
            case "dbt_utils" -> utils(test, simple);
            case "dbt_expectations" -> expectation(test, simple);
            default -> Optional.empty();
          };
    } catch (IllegalArgumentException e) {
      if (String.valueOf(e.getMessage()).startsWith("line ")) {
        throw e;
      }
      throw new UnsaidException(String.valueOf(e.getMessage()));
    }
    return found.orElseThrow(() -> new UnsaidException("no rule says what this test asks"));
  }

  private static Operand column(String name) {
    return Operand.column(name);
  }

  private Optional<Reading> core(Test test, String name) {
    return Optional.ofNullable(
        switch (name) {
          case "not_null" -> notNull(test);
          case "unique" -> unique(test);
          case "accepted_values" -> inSet(test, "values");
          case "relationships" -> refers(test);
          default -> null;
        });
  }

  private static Reading notNull(Test test) {
    return Reading.of(Rule.notNull(test.about()), new Expr.IsNull(column(test.about())));
  }

  private static Reading unique(Test test) {
    String about = test.about();
    Expr repeated =
        new Expr.Repeated(
            List.of(about), Expr.Nulls.DISTINCT, Expr.not(new Expr.IsNull(column(about))));
    Reading reading = Reading.of(Rule.unique(about), repeated);
    boolean counts = test.setting("error_if").isText() || test.setting("warn_if").isText();
    return counts ? reading.but("all copies are counted, where dbt counts each value") : reading;
  }

  private static List<Literal> literals(Node values) {
    List<Literal> literals = new ArrayList<>();
    if (values.items().isEmpty()) {
      throw values.malformed("this should be a list of values");
    }
    for (Node value : values.items()) {
      if (value.isText() && value.text().contains("{{")) {
        throw new UnsaidException("Jinja is not run");
      }
      value.literal().ifPresent(literals::add);
    }
    return literals;
  }

  private static Reading inSet(Test test, String argument) {
    List<Literal> members = literals(test.argument(argument));
    return Reading.of(
        Rule.about(test.about(), Rule.IN_SET, Rule.members(members)),
        Expr.not(new Expr.In(column(test.about()), members)));
  }

  private static Reading notInSet(Test test, String argument) {
    List<Literal> members = literals(test.argument(argument));
    return Reading.of(
        Rule.about(test.about(), Rule.NOT_IN_SET, Rule.members(members)),
        new Expr.In(column(test.about()), members));
  }

  private Reading refers(Test test) {
    String table = target.apply(test.argument("to"));
    List<String> columns = List.of(test.about());
    List<String> keys = List.of(test.argument("field").word());
    return Reading.of(
        Rule.refers(columns, table, keys),
        Expr.all(
            Expr.not(new Expr.IsNull(column(test.about()))),
            Expr.not(new Expr.Refers(columns, table, keys))));
  }

  private Optional<Reading> utils(Test test, String name) {
    return Optional.ofNullable(
        switch (name) {
          case "accepted_range" -> acceptedRange(test);
          case "expression_is_true" -> expressionIsTrue(test);
          case "not_accepted_values" -> notInSet(test, "values");
          case "not_null_proportion" ->
              Reading.of(TableRules.nonNullShareBetween(test.about(), share(test)));
          case "unique_combination_of_columns" ->
              Reading.of(
                  Rule.compoundUnique(
                      Terms.Ignore.NEVER,
                      test.argument("combination_of_columns").words().toArray(String[]::new)));
          case "at_least_one" ->
              Reading.of(
                  TableRules.rowsBetween(
                      List.of(test.about()),
                      Expr.not(new Expr.IsNull(column(test.about()))),
                      Range.atLeast(1),
                      TableTerms.Unit.ROWS));
          case "not_constant" ->
              Reading.of(TableRules.distinctCountBetween(test.about(), Range.moreThan(1)))
                  .but("a column without any value fails too");
          case "not_empty_string" -> notEmpty(test);
          case "equal_rowcount" ->
              Reading.of(
                  TableRules.rowCountEqualsTable(target.apply(test.argument("compare_model"))));
          case "equality" -> equality(test);
          case "relationships_where" -> relationshipsWhere(test);
          default -> null;
        });
  }

  private static Range share(Test test) {
    Range range = Range.atLeast(test.argument("at_least").number());
    return test.has("at_most") ? range.atMost(test.argument("at_most").number()) : range;
  }

  /** A bound that is a number, a moment in quotes, or no constant at all. */
  private static Optional<Literal> bound(Node node) {
    if (node.isNumber()) {
      return node.literal();
    }
    Matcher quoted = QUOTED.matcher(node.word());
    if (quoted.matches()) {
      return Optional.of(new Literal.Text(quoted.group(1).replace("''", "'")));
    }
    return Optional.empty();
  }

  private static Reading acceptedRange(Test test) {
    Node min = test.argument("min_value");
    Node max = test.argument("max_value");
    boolean inclusive = !test.has("inclusive") || test.argument("inclusive").truth();
    if (min.isNothing() && max.isNothing()) {
      throw test.at().malformed("it names neither min_value nor max_value");
    }
    List<Expr> parts = new ArrayList<>();
    boolean constant = true;
    for (Node end : List.of(min, max)) {
      if (!end.isNothing()) {
        constant &= bound(end).isPresent();
        String sign = (end == min ? ">" : "<") + (inclusive ? "=" : "");
        parts.add(condition(Conditions.name(test.about()) + " " + sign + " " + end.word()));
      }
    }
    Expr good = parts.size() == 1 ? parts.get(0) : new Expr.And(parts);
    if (!constant) {
      return Reading.of(holds(good), Expr.not(good));
    }
    Range.Edge edge = inclusive ? Range.Edge.INCLUSIVE : Range.Edge.EXCLUSIVE;
    return Reading.of(Rule.between(test.about(), range(min, max, edge, edge)), Expr.not(good));
  }

  private static Range range(Node min, Node max, Range.Edge low, Range.Edge high) {
    return new Range(
        end(min).map(value -> new Range.Bound(value, low)),
        end(max).map(value -> new Range.Bound(value, high)));
  }

  private static Optional<Literal> end(Node node) {
    if (node.isNothing()) {
      return Optional.empty();
    }
    Optional<Literal> bound = bound(node);
    if (bound.isEmpty()) {
      throw new UnsaidException("a bound is neither a number nor a text in quotes");
    }
    return bound;
  }

  private static Reading expressionIsTrue(Test test) {
    String expression = test.argument("expression").word();
    Expr expr =
        condition(
            test.column()
                .map(column -> Conditions.name(column) + " " + expression)
                .orElse(expression));
    return Reading.of(holds(expr), Expr.not(expr));
  }

  private static Reading notEmpty(Test test) {
    boolean trims = !test.has("trim_whitespace") || test.argument("trim_whitespace").truth();
    String empty = trims ? "\\A *\\Z" : "\\A\\Z";
    return Reading.of(
        Rule.notMatches(test.about(), empty), new Expr.Matches(column(test.about()), empty));
  }

  private Reading equality(Test test) {
    List<String> columns = test.argument("compare_columns").words();
    if (columns.isEmpty() || test.has("precision") || test.has("exclude_columns")) {
      throw new UnsaidException("it does not name the columns to compare, in 'compare_columns'");
    }
    String list = String.join(", ", columns.stream().map(Conditions::name).toList());
    String table = target.apply(test.argument("compare_model"));
    return Reading.of(
            TableRules.queryMatches(
                "SELECT " + list + " FROM {batch}", "SELECT " + list + " FROM " + table))
        .but("copies of a row count, where dbt compares sets");
  }

  private Reading relationshipsWhere(Test test) {
    if (test.has("to_condition")) {
      throw new UnsaidException("a condition on the other table is not evaluated");
    }
    Reading reading = refers(test);
    if (!test.has("from_condition")) {
      return reading;
    }
    Expr from = condition(test.argument("from_condition").word());
    Rule rule = reading.rule().where(from);
    return Reading.of(rule, Expr.all(from, reading.bad().orElseThrow()));
  }

  private Optional<Reading> expectation(Test test, String name) {
    Optional<Reading> row = rowExpectation(test, name);
    return row.isPresent() ? row : tableExpectation(test, name);
  }

  private static Range range(Test test) {
    boolean strictly = test.has("strictly") && test.argument("strictly").truth();
    Range.Edge edge = strictly ? Range.Edge.EXCLUSIVE : Range.Edge.INCLUSIVE;
    Node min = test.argument("min_value");
    Node max = test.argument("max_value");
    if (min.isNothing() && max.isNothing()) {
      throw test.at().malformed("it names neither min_value nor max_value");
    }
    return range(min, max, edge, edge);
  }

  private static Range exactly(Test test) {
    return Range.of(test.argument("value").number(), test.argument("value").number());
  }

  private static String[] names(Test test) {
    return test.argument("column_list").words().toArray(String[]::new);
  }

  private static void requireNoFlags(Test test) {
    if (test.has("flags")) {
      throw new UnsaidException("flags of patterns differ between databases");
    }
  }

  private static String[] patterns(Test test, String argument) {
    requireNoFlags(test);
    return test.argument(argument).words().toArray(String[]::new);
  }

  private static Terms.On on(Test test) {
    String on = test.argument("match_on").wordIfAny().orElse("any");
    return on.equals("all") ? Terms.On.ALL : Terms.On.ANY;
  }

  private static Terms.PairIgnore pairs(Test test) {
    return switch (test.argument("ignore_row_if").wordIfAny().orElse("both_values_are_missing")) {
      case "both_values_are_missing" -> Terms.PairIgnore.BOTH;
      case "either_value_is_missing" -> Terms.PairIgnore.EITHER;
      case "neither" -> Terms.PairIgnore.NEITHER;
      default -> throw new UnsaidException("'ignore_row_if' is not known");
    };
  }

  private static Terms.Ignore several(Test test, String otherwise) {
    return switch (test.argument("ignore_row_if").wordIfAny().orElse(otherwise)) {
      case "all_values_are_missing" -> Terms.Ignore.ALL;
      case "any_value_is_missing" -> Terms.Ignore.ANY;
      case "never" -> Terms.Ignore.NEVER;
      default -> throw new UnsaidException("'ignore_row_if' is not known");
    };
  }

  private static Expr.Strictness strictness(Test test) {
    boolean strictly = !test.has("strictly") || test.argument("strictly").truth();
    if (test.has("sort_column") || test.has("group_by")) {
      throw new UnsaidException("rows are judged in their own order, not in that of a column");
    }
    return strictly ? Expr.Strictness.STRICT : Expr.Strictness.LOOSE;
  }

  private Optional<Reading> rowExpectation(Test test, String name) {
    return Optional.ofNullable(
        switch (name) {
          case "expect_column_values_to_not_be_null" -> notNull(test);
          case "expect_column_values_to_be_null" ->
              Reading.of(
                  Rule.isNull(test.about()), Expr.not(new Expr.IsNull(column(test.about()))));
          case "expect_column_values_to_be_unique" -> unique(test);
          case "expect_column_values_to_be_in_set" -> inSet(test, "value_set");
          case "expect_column_values_to_not_be_in_set" -> notInSet(test, "value_set");
          case "expect_column_values_to_be_between" ->
              Reading.of(Rule.between(test.about(), range(test)));
          case "expect_column_value_lengths_to_be_between" ->
              Reading.of(Rule.lengthBetween(test.about(), range(test)));
          case "expect_column_value_lengths_to_equal" ->
              Reading.of(Rule.lengthBetween(test.about(), exactly(test)));
          case "expect_column_values_to_match_regex" ->
              searched(Rule.matches(test.about(), patterns(test, test.argument("regex"))));
          case "expect_column_values_to_not_match_regex" ->
              searched(Rule.notMatches(test.about(), patterns(test, test.argument("regex"))));
          case "expect_column_values_to_match_regex_list" ->
              searched(Rule.matchesList(test.about(), on(test), patterns(test, "regex_list")));
          case "expect_column_values_to_not_match_regex_list" ->
              searched(Rule.notMatchesList(test.about(), patterns(test, "regex_list")));
          case "expect_column_values_to_match_like_pattern" ->
              Reading.of(Rule.like(test.about(), test.argument("like_pattern").word()));
          case "expect_column_values_to_not_match_like_pattern" ->
              Reading.of(Rule.notLike(test.about(), test.argument("like_pattern").word()));
          case "expect_column_values_to_match_like_pattern_list" ->
              Reading.of(
                  Rule.likeList(test.about(), on(test), patterns(test, "like_pattern_list")));
          case "expect_column_values_to_not_match_like_pattern_list" ->
              Reading.of(Rule.notLikeList(test.about(), patterns(test, "like_pattern_list")));
          case "expect_column_values_to_be_increasing" ->
              Reading.of(Rule.increasing(test.about(), strictness(test)));
          case "expect_column_values_to_be_decreasing" ->
              Reading.of(Rule.decreasing(test.about(), strictness(test)));
          case "expect_column_pair_values_to_be_equal" ->
              Reading.of(
                  Rule.pairEqual(
                      test.argument("column_A").word(),
                      test.argument("column_B").word(),
                      pairs(test)));
          case "expect_column_pair_values_A_to_be_greater_than_B" ->
              Reading.of(
                  Rule.pairGreater(
                      test.argument("column_A").word(),
                      test.argument("column_B").word(),
                      test.argument("or_equal").truth()
                          ? Range.Edge.INCLUSIVE
                          : Range.Edge.EXCLUSIVE,
                      pairs(test)));
          case "expect_compound_columns_to_be_unique" ->
              Reading.of(Rule.compoundUnique(several(test, "all_values_are_missing"), names(test)));
          case "expect_select_column_values_to_be_unique_within_record" ->
              Reading.of(
                  Rule.uniqueWithinRow(several(test, "all_values_are_missing"), names(test)));
          case "expect_multicolumn_sum_to_equal" ->
              throw new UnsaidException(
                  "it is about the sums of columns, where a rule is about the sum within each row");
          case "expression_is_true" -> expressionIsTrue(test);
          default -> null;
        });
  }

  private static String patterns(Test test, Node pattern) {
    requireNoFlags(test);
    return pattern.word();
  }

  private static Reading searched(Rule rule) {
    return Reading.of(rule).but("the pattern is one of Python, not of the database");
  }

  private static Reading whole(Rule rule) {
    return Reading.of(rule);
  }

  private Optional<Reading> tableExpectation(Test test, String name) {
    return Optional.ofNullable(
        switch (name) {
          case "expect_column_to_exist" -> whole(exists(test));
          case "expect_table_columns_to_contain_set" ->
              whole(Rule.columns(test.argument("column_list").words(), Terms.Match.CONTAINS));
          case "expect_table_columns_to_match_set" ->
              whole(Rule.columns(test.argument("column_list").words(), Terms.Match.EXACT));
          case "expect_table_columns_to_match_ordered_list" ->
              whole(TableRules.columnsOrdered(test.argument("column_list").words()));
          case "expect_table_column_count_to_be_between" ->
              whole(TableRules.columnCountBetween(range(test)));
          case "expect_table_column_count_to_equal" ->
              whole(TableRules.columnCountBetween(exactly(test)));
          case "expect_table_row_count_to_be_between" -> whole(Rule.rowCountBetween(range(test)));
          case "expect_table_row_count_to_equal" -> whole(Rule.rowCountBetween(exactly(test)));
          case "expect_table_row_count_to_equal_other_table" ->
              whole(TableRules.rowCountEqualsTable(target.apply(test.argument("compare_model"))));
          case "expect_column_max_to_be_between" ->
              whole(TableRules.maxBetween(test.about(), range(test)));
          case "expect_column_min_to_be_between" ->
              whole(TableRules.minBetween(test.about(), range(test)));
          case "expect_column_mean_to_be_between" ->
              whole(TableRules.meanBetween(test.about(), range(test)));
          case "expect_column_median_to_be_between" ->
              whole(TableRules.medianBetween(test.about(), range(test)));
          case "expect_column_sum_to_be_between" ->
              whole(TableRules.sumBetween(test.about(), range(test)));
          case "expect_column_stdev_to_be_between" ->
              whole(TableRules.deviationBetween(test.about(), range(test)));
          case "expect_column_unique_value_count_to_be_between" ->
              whole(TableRules.distinctCountBetween(test.about(), range(test)));
          case "expect_column_distinct_count_to_equal" ->
              whole(TableRules.distinctCountBetween(test.about(), exactly(test)));
          case "expect_column_distinct_count_to_be_greater_than" ->
              whole(
                  TableRules.distinctCountBetween(
                      test.about(), Range.moreThan(test.argument("value").number())));
          case "expect_column_proportion_of_unique_values_to_be_between" ->
              whole(TableRules.distinctShareBetween(test.about(), range(test)));
          case "expect_column_distinct_values_to_be_in_set" ->
              whole(TableRules.distinctInSet(test.about(), values(test)));
          case "expect_column_distinct_values_to_contain_set" ->
              whole(TableRules.distinctContainsSet(test.about(), values(test)));
          case "expect_column_distinct_values_to_equal_set" ->
              whole(TableRules.distinctEqualsSet(test.about(), values(test)));
          case "expect_column_most_common_value_to_be_in_set" ->
              whole(
                  TableRules.mostCommonInSet(
                      test.about(),
                      new TableTerms.Modes(
                          literals(test.argument("value_set")), TableTerms.Ties.ALLOWED)));
          case "expect_column_quantile_values_to_be_between" -> whole(quantile(test));
          case "expect_column_values_to_be_of_type" ->
              typed(test, List.of(test.argument("column_type").word()));
          case "expect_column_values_to_be_in_type_list" ->
              typed(test, test.argument("column_type_list").words());
          default -> null;
        });
  }

  private static Rule exists(Test test) {
    return test.has("column_index")
        ? Rule.columnExistsAt(test.about(), test.argument("column_index").number().intValue() - 1)
        : Rule.columnExists(test.about());
  }

  private static Object[] values(Test test) {
    return literals(test.argument("value_set")).toArray();
  }

  private static Rule quantile(Test test) {
    Range range = range(test);
    TableTerms.Between between =
        new TableTerms.Between(
            range.min().map(bound -> Double.valueOf(bound.value().toString())),
            range.max().map(bound -> Double.valueOf(bound.value().toString())));
    return TableRules.quantilesBetween(
        test.about(),
        new TableTerms.QuantileRanges(
            List.of(test.argument("quantile").number().doubleValue()),
            List.of(between),
            Optional.empty()));
  }

  private static Reading typed(Test test, List<String> names) {
    return Reading.of(Rule.ofType(test.about(), names.toArray(String[]::new)));
  }
}
