package dev.weirkeeper.contracts;

import dev.weirkeeper.contracts.Expr.Comparison;
import dev.weirkeeper.contracts.Expr.Direction;
import dev.weirkeeper.contracts.Expr.Nulls;
import dev.weirkeeper.contracts.Resolver.Sort;
import dev.weirkeeper.contracts.RowTest.Missing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoubleUnaryOperator;

/**
 * Lowers rules about single rows to the one form that all engines and the stream judge by: which
 * rows they are about and which of those are bad, with the types of the data and the answers of the
 * mode. Pure.
 *
 * <p>In {@link Mode#STRICT} a rule about one column is not about rows where it is NULL; a rule
 * about several that NULL leaves UNKNOWN obeys {@link Rule#onUnknown}; NaN is in no range and above
 * no other number; two rows with equal values and NULL in the same places are copies.
 */
public final class RowRules {
  private static final Set<String> KINDS =
      Set.of(
          Rule.NOT_NULL,
          Rule.NULL,
          Rule.UNIQUE,
          Rule.IN_SET,
          Rule.NOT_IN_SET,
          Rule.BETWEEN,
          Rule.LENGTH_BETWEEN,
          Rule.MATCHES,
          Rule.NOT_MATCHES,
          Rule.MATCHES_LIST,
          Rule.NOT_MATCHES_LIST,
          Rule.LIKE,
          Rule.NOT_LIKE,
          Rule.LIKE_LIST,
          Rule.NOT_LIKE_LIST,
          Rule.INCREASING,
          Rule.DECREASING,
          Rule.STRFTIME,
          Rule.DATE_PARSEABLE,
          Rule.JSON_PARSEABLE,
          Rule.JSON_SCHEMA,
          Rule.PAIR_EQUAL,
          Rule.PAIR_GREATER,
          Rule.PAIR_IN_SET,
          Rule.COMPOUND_UNIQUE,
          Rule.UNIQUE_WITHIN_ROW,
          Rule.VALUES_EQUAL,
          Rule.SUM_EQUALS,
          Rule.HOLDS,
          Rule.REFERS);

  private final Rule rule;
  private final Mode mode;
  private final Resolver resolver;
  private final Expr applies;

  private RowRules(Rule rule, Fields fields, Mode mode) {
    this.rule = rule;
    this.mode = mode;
    this.resolver = new Resolver(fields, mode);
    this.applies =
        rule.condition()
            .map(resolver::resolve)
            .map(condition -> Exprs.any(condition, lost(condition)))
            .orElse(Exprs.TRUE);
  }

  /** The kinds that {@link #lower} knows. */
  public static Set<String> kinds() {
    return KINDS;
  }

  /**
   * @throws IllegalArgumentException if the rule cannot be judged on these columns; says why
   */
  public static RowTest lower(Rule rule, Fields fields, Mode mode) {
    return new RowRules(rule, fields, mode).lower();
  }

  /**
   * An expression that was written without knowing the types, as engines take it.
   *
   * @throws IllegalArgumentException if it names a column that is not there, or compares what has
   *     no order
   */
  public static Expr resolve(Expr expr, Fields fields, Mode mode) {
    return new Resolver(fields, mode).resolve(expr);
  }

  /**
   * The test of a rule about one column whose good rows were found out elsewhere: by its type, or
   * not yet at all.
   *
   * @throws IllegalArgumentException if the column is not there
   */
  public static RowTest ofColumn(Rule rule, Fields fields, Mode mode, Expr good) {
    return new RowRules(rule, fields, mode).ofColumn(good);
  }

  /**
   * The test of a rule that cannot be judged on values of the column's type: an error as soon as
   * there is a value, none where there are no values at all.
   */
  public static RowTest refused(Rule rule, Fields fields, Mode mode, String reason) {
    RowRules rules = new RowRules(rule, fields, mode);
    return rules.ofColumn(Resolver.refused(rules.operand(), reason));
  }

  /**
   * The test of a z-score, which needs mean and deviation of the considered rows first.
   *
   * @param mean empty without values
   * @param deviation empty with fewer than two values
   * @throws IllegalArgumentException if the column holds no numbers, or the mode's engine fails
   *     where there is no deviation
   */
  public static RowTest zScore(
      Rule rule, Fields fields, Mode mode, OptionalDouble mean, OptionalDouble deviation) {
    Terms.ZScore terms = rule.terms().as(Terms.ZScore.class);
    RowRules rules = new RowRules(rule, fields, mode);
    if (mean.isEmpty() || deviation.isEmpty() || deviation.getAsDouble() == 0) {
      if (mode == Mode.GX_SQL && deviation.isEmpty()) {
        throw new IllegalArgumentException(
            "There is no standard deviation of fewer than two values");
      }
      // Great Expectations passes such values since 1.23; 1.2 on pandas divided zero by zero.
      return rules.ofColumn(mode == Mode.GX_PANDAS ? Exprs.FALSE : Exprs.TRUE);
    }
    double center = mean.getAsDouble();
    double unit = deviation.getAsDouble();
    DoubleUnaryOperator score = value -> (value - center) / unit;
    return rules.ofColumn(
        terms.sides() == Terms.Sides.ONE
            ? rules.below(score, terms.threshold())
            : rules.within(score, Math.abs(terms.threshold())));
  }

  /**
   * The test of an outlier, which needs center and spread of the considered rows first.
   *
   * @throws IllegalArgumentException if the column holds no numbers
   */
  public static RowTest outlier(
      Rule rule, Fields fields, Mode mode, OptionalDouble center, OptionalDouble spread) {
    Terms.Outlier terms = rule.terms().as(Terms.Outlier.class);
    RowRules rules = new RowRules(rule, fields, mode);
    if (center.isEmpty() || spread.isEmpty()) {
      return rules.ofColumn(Exprs.TRUE);
    }
    double middle = center.getAsDouble();
    double threshold = terms.multiplier() * spread.getAsDouble();
    return rules.ofColumn(
        threshold == 0
            ? rules.resolver.compare(rules.operand(), Comparison.EQUAL, Operand.constant(middle))
            : rules.within(value -> value - middle, threshold));
  }

  /** Values of which the function, which never falls, is below the limit. */
  private Expr below(DoubleUnaryOperator function, double limit) {
    double first = Doubles.first(value -> !(function.applyAsDouble(value) < limit));
    Operand number = resolver.number(operand());
    if (Double.isInfinite(first)) {
      return first > 0 ? Exprs.TRUE : Exprs.FALSE;
    }
    return resolver.compare(number, Comparison.LESS, Operand.constant(first));
  }

  private Expr within(DoubleUnaryOperator function, double limit) {
    double least = Doubles.first(value -> function.applyAsDouble(value) > -limit);
    Operand number = resolver.number(operand());
    Expr above;
    if (Double.isInfinite(least)) {
      above = least < 0 ? Exprs.TRUE : Exprs.FALSE;
    } else {
      above = resolver.compare(number, Comparison.AT_LEAST, Operand.constant(least));
    }
    return Exprs.all(above, below(function, limit));
  }

  private RowTest lower() {
    return switch (rule.kind()) {
      case Rule.NOT_NULL -> aboutNull(resolver.missing(column()));
      case Rule.NULL -> aboutNull(Exprs.not(resolver.missing(column())));
      case Rule.UNIQUE -> unique();
      case Rule.IN_SET -> ofColumn(members().map(this::in).orElse(Exprs.TRUE));
      case Rule.NOT_IN_SET -> ofColumn(members().map(set -> Exprs.not(in(set))).orElse(Exprs.TRUE));
      case Rule.BETWEEN -> ofColumn(between());
      case Rule.LENGTH_BETWEEN -> ofColumn(lengthBetween());
      case Rule.MATCHES -> ofPattern(matches(rule.terms().as(Terms.Pattern.class).regex()));
      case Rule.NOT_MATCHES ->
          ofPattern(Exprs.not(matches(rule.terms().as(Terms.Pattern.class).regex())));
      case Rule.MATCHES_LIST -> {
        Terms.Patterns terms = rule.terms().as(Terms.Patterns.class);
        List<Expr> each = terms.regexes().stream().map(this::matches).toList();
        yield ofPattern(terms.on() == Terms.On.ANY ? Exprs.any(each) : Exprs.all(each));
      }
      case Rule.NOT_MATCHES_LIST -> {
        Terms.Patterns terms = rule.terms().as(Terms.Patterns.class);
        yield ofPattern(Exprs.not(Exprs.any(terms.regexes().stream().map(this::matches).toList())));
      }
      case Rule.LIKE -> ofPattern(like(rule.terms().as(Terms.LikePattern.class).pattern()));
      case Rule.NOT_LIKE ->
          ofPattern(Exprs.not(like(rule.terms().as(Terms.LikePattern.class).pattern())));
      case Rule.LIKE_LIST -> {
        Terms.LikePatterns terms = rule.terms().as(Terms.LikePatterns.class);
        List<Expr> each = terms.patterns().stream().map(this::like).toList();
        yield ofPattern(terms.on() == Terms.On.ANY ? Exprs.any(each) : Exprs.all(each));
      }
      case Rule.NOT_LIKE_LIST -> {
        Terms.LikePatterns terms = rule.terms().as(Terms.LikePatterns.class);
        yield ofPattern(Exprs.not(Exprs.any(terms.patterns().stream().map(this::like).toList())));
      }
      case Rule.INCREASING -> order(Direction.INCREASING);
      case Rule.DECREASING -> order(Direction.DECREASING);
      case Rule.STRFTIME -> passes(ValueTests.STRFTIME, "match_strftime_format");
      case Rule.DATE_PARSEABLE -> passes(ValueTests.DATE_PARSEABLE, "dateutil_parseable");
      case Rule.JSON_PARSEABLE -> passes(ValueTests.JSON_PARSEABLE, "json_parseable");
      case Rule.JSON_SCHEMA -> passes(ValueTests.JSON_SCHEMA, "match_json_schema");
      case Rule.PAIR_EQUAL -> pairEqual();
      case Rule.PAIR_GREATER -> pairGreater();
      case Rule.PAIR_IN_SET -> pairInSet();
      case Rule.COMPOUND_UNIQUE -> compoundUnique();
      case Rule.UNIQUE_WITHIN_ROW -> uniqueWithinRow();
      case Rule.VALUES_EQUAL -> valuesEqual();
      case Rule.SUM_EQUALS -> sumEquals();
      case Rule.HOLDS -> holds();
      case Rule.REFERS -> refers();
      default ->
          throw new IllegalArgumentException("No rule about rows is called '" + rule.kind() + "'");
    };
  }

  // One column.

  private String column() {
    return rule.columns().get(0);
  }

  private Operand operand() {
    return new Operand.Column(column());
  }

  private Form form() {
    return resolver.field(column()).form();
  }

  private RowTest aboutNull(Expr bad) {
    return test(Exprs.TRUE, bad, Missing.NOT_COUNTED);
  }

  private RowTest test(Expr considered, Expr bad, Missing missing) {
    return new RowTest(applies, considered, bad, rule.columns(), missing);
  }

  private Expr present() {
    return Exprs.not(resolver.missing(column()));
  }

  private RowTest ofColumn(Expr good) {
    return test(present(), Exprs.not(good), Missing.COUNTED);
  }

  private RowTest unique() {
    requireEquality(column());
    Expr within = Exprs.all(applies, present());
    return test(
        present(), new Expr.Repeated(rule.columns(), Nulls.DISTINCT, within), Missing.COUNTED);
  }

  private void requireEquality(String column) {
    Field field = resolver.field(column);
    if (mode == Mode.STRICT && !field.form().hasEquality()) {
      throw new IllegalArgumentException("No equality is known for values of type " + field.type());
    }
  }

  private Optional<List<Literal>> members() {
    return rule.terms().as(Terms.Members.class).members();
  }

  private Expr in(List<Literal> members) {
    return resolver.in(operand(), members);
  }

  private Expr between() {
    Range range = rule.terms().as(Range.class);
    resolver.field(column());
    requireSense(range);
    List<Expr> bounds = new ArrayList<>();
    range.min().ifPresent(min -> bounds.add(bound(min, Comparison.AT_LEAST, Comparison.MORE)));
    range.max().ifPresent(max -> bounds.add(bound(max, Comparison.AT_MOST, Comparison.LESS)));
    if (mode == Mode.GX_PANDAS && bounds.stream().anyMatch(Expr.Passes.class::isInstance)) {
      return Resolver.refused(
          operand(),
          "Column values, min_value, and max_value must either be None or of the same type.");
    }
    return Exprs.all(Exprs.all(bounds), range.max().isPresent() ? Exprs.TRUE : isNumber(column()));
  }

  private Expr bound(Range.Bound bound, Comparison inclusive, Comparison exclusive) {
    return resolver.compare(
        operand(), bound.inclusive() ? inclusive : exclusive, new Operand.Constant(bound.value()));
  }

  private void requireSense(Range range) {
    if (range.min().isEmpty() && range.max().isEmpty()) {
      throw noBounds();
    }
    if (range.min().isEmpty() || range.max().isEmpty()) {
      return;
    }
    Literal min = range.min().get().value();
    Literal max = range.max().get().value();
    if (min.getClass() != max.getClass()) {
      return;
    }
    boolean turned =
        min instanceof Literal.Numeric least && max instanceof Literal.Numeric most
            ? least.decimal().compareTo(most.decimal()) > 0
            : isAfter(((Literal.Text) min).value(), ((Literal.Text) max).value());
    if (turned) {
      throw new IllegalArgumentException("min_value cannot be greater than max_value");
    }
  }

  private static IllegalArgumentException noBounds() {
    return new IllegalArgumentException("min_value and max_value cannot both be None");
  }

  private boolean isAfter(String min, String max) {
    if (Resolver.sort(form()) != Sort.MOMENT) {
      // The order of the bytes of UTF-8 is that of code points.
      return Arrays.compareUnsigned(
              min.getBytes(StandardCharsets.UTF_8), max.getBytes(StandardCharsets.UTF_8))
          > 0;
    }
    Optional<DateText> from = moment(min);
    Optional<DateText> to = moment(max);
    return from.isPresent() && to.isPresent() && from.get().local().isAfter(to.get().local());
  }

  private Optional<DateText> moment(String text) {
    return mode == Mode.STRICT ? DateText.iso(text) : DateText.any(text);
  }

  /** NaN, which databases put above all numbers, lies in no range of ours. */
  private Expr isNumber(String column) {
    Operand operand = new Operand.Column(column);
    return mode != Mode.GX_SQL && resolver.field(column).form() == Form.FLOAT
        ? Exprs.any(new Expr.IsNull(operand), Exprs.not(new Expr.IsMissing(operand)))
        : Exprs.TRUE;
  }

  private Expr lengthBetween() {
    Range range = rule.terms().as(Range.class);
    if (range.min().isEmpty() && range.max().isEmpty()) {
      throw noBounds();
    }
    if (mode != Mode.GX_PANDAS) {
      Interval.ofCounts(range);
    }
    if (mode == Mode.STRICT) {
      requireSense(range);
    }
    Operand length = new Operand.Length(resolver.text(operand()));
    List<Expr> bounds = new ArrayList<>();
    range
        .min()
        .ifPresent(
            min ->
                bounds.add(
                    resolver.compare(
                        length,
                        // Great Expectations 1.2 knows no strict bounds of lengths on SQL.
                        min.inclusive() || mode == Mode.GX_SQL
                            ? Comparison.AT_LEAST
                            : Comparison.MORE,
                        new Operand.Constant(min.value()))));
    range
        .max()
        .ifPresent(
            max ->
                bounds.add(
                    resolver.compare(
                        length,
                        max.inclusive() || mode == Mode.GX_SQL
                            ? Comparison.AT_MOST
                            : Comparison.LESS,
                        new Operand.Constant(max.value()))));
    return Exprs.all(bounds);
  }

  private Expr matches(String regex) {
    PythonRegex.compile(regex);
    return new Expr.Matches(resolver.text(operand()), regex);
  }

  /** A search that took too many steps answers UNKNOWN, which is not as good as found. */
  private RowTest ofPattern(Expr good) {
    boolean lostIsBad = mode != Mode.STRICT || rule.onUnknown() == Rule.Answer.FAIL;
    return ofColumn(lostIsBad ? Exprs.isTrue(good) : good);
  }

  private Expr like(String pattern) {
    if (mode == Mode.GX_PANDAS) {
      throw noProvider(
          rule.kind().startsWith("not-") ? "not_match_like_pattern" : "match_like_pattern",
          rule.kind().endsWith("-list") ? "_list" : "");
    }
    return resolver.like(operand(), pattern);
  }

  private RowTest order(Direction direction) {
    if (mode == Mode.GX_SQL) {
      throw noProvider(direction == Direction.INCREASING ? "increasing" : "decreasing", "");
    }
    Sort sort = Resolver.sort(form());
    Terms.Order terms = rule.terms().as(Terms.Order.class);
    if (mode == Mode.GX_PANDAS && sort != Sort.NUMBER && sort != Sort.MOMENT) {
      return ofColumn(
          Resolver.refused(operand(), "unsupported operand type(s) for -: values are no numbers"));
    }
    if (sort == Sort.OTHER || sort == Sort.EXACT) {
      throw new IllegalArgumentException(
          "No order is known for values of type " + resolver.field(column()).type());
    }
    return test(
        present(),
        new Expr.OutOfOrder(column(), direction, terms.strictness(), Exprs.all(applies, present())),
        Missing.COUNTED);
  }

  private RowTest passes(String test, String metric) {
    if (mode == Mode.GX_SQL) {
      throw noProvider(metric, "");
    }
    ValueTests.of(test, rule.terms());
    Sort sort = Resolver.sort(form());
    if (mode == Mode.STRICT && sort != Sort.TEXT && sort != Sort.OTHER) {
      throw new IllegalArgumentException(
          "Only text can be parsed, and the column has the type "
              + resolver.field(column()).type());
    }
    return ofColumn(new Expr.Passes(operand(), test, rule.terms()));
  }

  private IllegalArgumentException noProvider(String metric, String suffix) {
    return new IllegalArgumentException(
        "No provider found for column_values."
            + metric
            + suffix
            + ".unexpected_count using "
            + (mode == Mode.GX_SQL ? "SqlAlchemyExecutionEngine" : "PandasExecutionEngine"));
  }

  // Two columns.

  private RowTest pairEqual() {
    Operand a = new Operand.Column(rule.columns().get(0));
    Operand b = new Operand.Column(rule.columns().get(1));
    Expr equal =
        Exprs.all(
            resolver.compare(a, Comparison.EQUAL, b),
            isNumber(rule.columns().get(0)),
            isNumber(rule.columns().get(1)));
    Expr considered = pairs(rule.terms().as(Terms.Pair.class).ignore());
    // Both engines of Great Expectations find NULL and a value unequal.
    Expr good = mode == Mode.STRICT ? equal : Exprs.isTrue(equal);
    return test(considered, bad(good), Missing.COUNTED);
  }

  private RowTest pairGreater() {
    Terms.PairOrder terms = rule.terms().as(Terms.PairOrder.class);
    Operand a = new Operand.Column(rule.columns().get(0));
    Operand b = new Operand.Column(rule.columns().get(1));
    Comparison how = terms.equal() == Range.Edge.INCLUSIVE ? Comparison.AT_LEAST : Comparison.MORE;
    Expr greater = resolver.compare(a, how, b);
    Expr good =
        Exprs.all(greater, isNumber(rule.columns().get(0)), isNumber(rule.columns().get(1)));
    return test(pairs(terms.ignore()), bad(good), Missing.COUNTED);
  }

  private RowTest pairInSet() {
    Terms.PairSet terms = rule.terms().as(Terms.PairSet.class);
    Expr considered = pairs(terms.ignore());
    if (terms.pairs().isEmpty()) {
      return test(considered, Exprs.FALSE, Missing.COUNTED);
    }
    List<Expr> allowed = new ArrayList<>();
    for (Terms.Couple couple : terms.pairs().get()) {
      allowed.add(
          Exprs.all(is(rule.columns().get(0), couple.a()), is(rule.columns().get(1), couple.b())));
    }
    return test(considered, bad(Exprs.any(allowed)), Missing.COUNTED);
  }

  private Expr is(String column, Optional<Literal> value) {
    return value
        .map(
            literal ->
                resolver.compare(
                    new Operand.Column(column), Comparison.EQUAL, new Operand.Constant(literal)))
        .orElseGet(() -> resolver.missing(column));
  }

  private Expr pairs(Terms.PairIgnore ignore) {
    Expr a = resolver.missing(rule.columns().get(0));
    Expr b = resolver.missing(rule.columns().get(1));
    return switch (ignore) {
      case BOTH -> Exprs.not(Exprs.all(a, b));
      case EITHER -> Exprs.all(Exprs.not(a), Exprs.not(b));
      case NEITHER -> Exprs.TRUE;
    };
  }

  /** What breaks the rule, given what keeps it: whether UNKNOWN does is up to mode and rule. */
  private Expr bad(Expr good) {
    boolean unknownIsBad =
        switch (mode) {
          case GX_PANDAS -> true;
          case GX_SQL -> false;
          case STRICT -> rule.onUnknown() == Rule.Answer.FAIL;
        };
    return Exprs.not(unknownIsBad ? Exprs.isTrue(good) : good);
  }

  // Several columns.

  private RowTest compoundUnique() {
    Expr considered = several(rule.terms().as(Terms.Several.class).ignore());
    rule.columns().forEach(this::requireEquality);
    boolean equal =
        mode == Mode.GX_PANDAS || (mode == Mode.STRICT && rule.onUnknown() == Rule.Answer.FAIL);
    Expr within = Exprs.all(applies, considered);
    return test(
        considered,
        new Expr.Repeated(rule.columns(), equal ? Nulls.EQUAL : Nulls.DISTINCT, within),
        Missing.COUNTED);
  }

  private RowTest uniqueWithinRow() {
    Expr considered = several(rule.terms().as(Terms.Several.class).ignore());
    List<Expr> repeats = new ArrayList<>();
    for (int i = 0; i < rule.columns().size(); i++) {
      for (int j = i + 1; j < rule.columns().size(); j++) {
        repeats.add(same(i, j));
      }
    }
    return test(considered, Exprs.any(repeats), Missing.COUNTED);
  }

  private RowTest valuesEqual() {
    Expr considered = several(rule.terms().as(Terms.Several.class).ignore());
    List<Expr> all = new ArrayList<>();
    for (int i = 1; i < rule.columns().size(); i++) {
      all.add(same(0, i));
    }
    return test(considered, Exprs.not(Exprs.all(all)), Missing.COUNTED);
  }

  private Expr same(int i, int j) {
    return resolver.same(
        new Operand.Column(rule.columns().get(i)), new Operand.Column(rule.columns().get(j)));
  }

  private RowTest sumEquals() {
    Terms.Total terms = rule.terms().as(Terms.Total.class);
    List<Operand> parts =
        rule.columns().stream().map(column -> resolver.number(new Operand.Column(column))).toList();
    Expr good =
        new Expr.Compare(
            new Operand.Sum(parts), Comparison.EQUAL, new Operand.Constant(terms.total()));
    return test(several(terms.ignore()), bad(good), Missing.COUNTED);
  }

  private Expr several(Terms.Ignore ignore) {
    List<Expr> missing = rule.columns().stream().map(resolver::missing).toList();
    return switch (ignore) {
      case ALL -> Exprs.not(Exprs.all(missing));
      case ANY -> Exprs.all(missing.stream().map(Exprs::not).toList());
      case NEVER -> Exprs.TRUE;
    };
  }

  private RowTest holds() {
    rule.columns().forEach(resolver::field);
    Expr holds = resolver.resolve(rule.terms().as(Terms.Holds.class).expr());
    return test(Exprs.TRUE, Exprs.any(Exprs.not(holds), lost(holds)), Missing.NOT_COUNTED);
  }

  /**
   * Whether the answer was not found, though no value was missing: a pattern took too many steps. A
   * row made for that keeps no rule by it, and gets out of none.
   */
  private Expr lost(Expr expr) {
    boolean may = ExprParts.has(expr, Expr.Matches.class::isInstance);
    if (!may || mode != Mode.STRICT || rule.onUnknown() == Rule.Answer.PASS) {
      return Exprs.FALSE;
    }
    List<Expr> parts = new ArrayList<>();
    parts.add(Exprs.not(Exprs.isTrue(expr)));
    parts.add(Exprs.not(Exprs.isTrue(Exprs.not(expr))));
    for (String column : new TreeSet<>(ExprParts.columns(expr))) {
      parts.add(Exprs.not(new Expr.IsNull(Operand.column(column))));
    }
    return Exprs.all(parts);
  }

  private RowTest refers() {
    Terms.Reference terms = rule.terms().as(Terms.Reference.class);
    if (terms.keys().size() != rule.columns().size()) {
      throw new IllegalArgumentException("A reference names a key for each of its columns");
    }
    Expr refers = new Expr.Refers(rule.columns(), terms.table(), terms.keys());
    return test(several(Terms.Ignore.ANY), Exprs.not(refers), Missing.COUNTED);
  }
}
