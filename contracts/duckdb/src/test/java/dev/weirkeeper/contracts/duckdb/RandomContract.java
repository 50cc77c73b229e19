package dev.weirkeeper.contracts.duckdb;

import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Operand;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.TableRules;
import dev.weirkeeper.contracts.TableTerms;
import dev.weirkeeper.contracts.Terms;
import dev.weirkeeper.contracts.memory.RandomData;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * A contract on {@link RandomData}: each rule of a kind by chance, with all that a rule can have.
 */
final class RandomContract {
  /** How many kinds of rules there are to choose from. */
  private static final int KINDS = 53;

  private static final Set<Form> NUMBERS = Set.of(Form.INTEGER, Form.DECIMAL, Form.FLOAT);

  private final Random random;
  private final RandomData data;

  RandomContract(Random random, RandomData data) {
    this.random = random;
    this.data = data;
  }

  /**
   * @param first number of the first kind; a run over all seeds meets each of them
   */
  Contract of(int rules, int first) {
    List<Rule> all = new ArrayList<>();
    for (int i = 0; i < rules; i++) {
      all.add(decorated(rule((first + i) % KINDS)).named("r" + i));
    }
    return Contract.of("random", "1", RandomData.REF.asset().name(), all.toArray(new Rule[0]));
  }

  private Rule decorated(Rule rule) {
    Rule all = rule.whenEmpty(answer()).whenUnknown(answer());
    if (random.nextInt(3) == 0) {
      all = all.mostly(one(List.of(0.0, 0.5, 0.9)));
    }
    boolean condition = random.nextInt(3) == 0;
    if (isFolded(rule)) {
      // Sums of what differs by 300 digits depend on their order.
      Expr near =
          new Expr.Compare(
              new Operand.Absolute(Operand.column(rule.columns().get(0))),
              Expr.Comparison.LESS,
              Operand.constant(1000));
      return all.where(condition ? Expr.all(expr(1), near) : near);
    }
    return condition ? all.where(expr(2)) : all;
  }

  private static boolean isFolded(Rule rule) {
    boolean adds =
        Set.of(
                Rule.Z_SCORE_BELOW,
                Rule.NOT_OUTLIER,
                TableRules.MEAN_BETWEEN,
                TableRules.MEDIAN_BETWEEN,
                TableRules.SUM_BETWEEN,
                TableRules.QUANTILES_BETWEEN,
                TableRules.DEVIATION_BETWEEN)
            .contains(rule.kind());
    return adds && NUMBERS.contains(form(rule.columns().get(0)));
  }

  private Rule.Answer answer() {
    return random.nextBoolean() ? Rule.Answer.PASS : Rule.Answer.FAIL;
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  /** An expression that terms can hold: without half characters, which JSON cannot write. */
  private Expr expr(int depth) {
    Expr expr = data.expr(depth);
    while (expr.toString().codePoints().anyMatch(c -> c >= 0xd800 && c <= 0xdfff)) {
      expr = data.expr(depth);
    }
    return expr;
  }

  private static Form form(String column) {
    return RandomData.FIELDS.the(column).form();
  }

  private String column() {
    return one(RandomData.FIELDS.names());
  }

  private String number() {
    return one(List.of("i", "j", "n", "f", "g"));
  }

  private String text() {
    return random.nextInt(8) == 0 ? column() : one(List.of("s", "t", "p"));
  }

  /** A column of like values. */
  private String like(String column) {
    if (random.nextInt(8) == 0) {
      return column();
    }
    List<String> like =
        RandomData.FIELDS.all().stream()
            .filter(field -> kin(field.form(), form(column)))
            .map(Field::name)
            .toList();
    return one(like);
  }

  private static boolean kin(Form a, Form b) {
    return a == b || NUMBERS.contains(a) && NUMBERS.contains(b);
  }

  private Object literal(String column) {
    Form form = random.nextInt(15) == 0 ? form(column()) : form(column);
    return switch (form) {
      case INTEGER -> one(List.<Object>of(-2L, 0L, 1L, 3L, 64L, 1L << 53, 1.5, Long.MAX_VALUE));
      case DECIMAL -> one(List.<Object>of(0L, new BigDecimal("1.5"), new BigDecimal("2.50"), 0.1));
      case FLOAT -> one(List.<Object>of(0.1, 1.0, -1.5, 2.5, 0x1p53, Double.MAX_VALUE));
      case TRUTH -> random.nextBoolean();
      case DATE -> one(List.<Object>of(LocalDate.EPOCH, LocalDate.of(2020, 2, 29)));
      case TIMESTAMP -> LocalDateTime.of(2020, 2, 29, 12, 0).toString();
      case TIMESTAMP_WITH_ZONE ->
          one(List.<Object>of(Instant.EPOCH, Instant.parse("2020-02-29T12:00:00Z")));
      default -> one(List.<Object>of("", "a", "ab", "b", "\u00e9", "\ud83d\ude00", "100"));
    };
  }

  private Object[] literals(String column) {
    Object[] all = new Object[random.nextInt(4)];
    for (int i = 0; i < all.length; i++) {
      all[i] = literal(column);
    }
    return all;
  }

  /** A bound; a boolean is none. */
  private Object bound(String column) {
    Object value = literal(column);
    return value instanceof Boolean ? 1 : value;
  }

  private Range range(String column) {
    return switch (random.nextInt(5)) {
      case 0 -> Range.atLeast(bound(column));
      case 1 -> Range.moreThan(bound(column));
      case 2 -> Range.below(bound(column));
      case 3 -> Range.moreThan(bound(column)).lessThan(bound(column));
      default -> Range.of(bound(column), bound(column));
    };
  }

  private Range counts() {
    int low = random.nextInt(30);
    return random.nextBoolean() ? Range.of(low, low + 30) : Range.atLeast(low);
  }

  private Range shares() {
    return Range.of(0, random.nextInt(11) / 10.0);
  }

  private String regex() {
    return one(List.of("^a", "b$", "[0-9]+", ".", "\u00e9|B", "^$", "\\w\\s"));
  }

  private String pattern() {
    return one(List.of("", "%", "_", "a%", "%a", "%b%", "_%_", "1_%0"));
  }

  private Expr.Strictness strictness() {
    return one(List.of(Expr.Strictness.values()));
  }

  private Terms.PairIgnore pairs() {
    return one(List.of(Terms.PairIgnore.values()));
  }

  private Terms.Ignore ignore() {
    return one(List.of(Terms.Ignore.values()));
  }

  private Terms.On on() {
    return one(List.of(Terms.On.values()));
  }

  private Terms.Couple couple(String a, String b) {
    return new Terms.Couple(
        random.nextInt(5) == 0 ? Optional.empty() : Optional.of(Literal.of(literal(a))),
        random.nextInt(5) == 0 ? Optional.empty() : Optional.of(Literal.of(literal(b))));
  }

  private TableTerms.Categories categories(String column) {
    List<Literal> values =
        List.of(literals(column)).stream().map(Literal::of).distinct().limit(2).toList();
    return values.size() < 2
        ? new TableTerms.Categories(List.of(Literal.of("a"), Literal.of("b")), List.of(0.5, 0.5))
        : new TableTerms.Categories(values, List.of(0.25, 0.75));
  }

  private Rule rule(int kind) {
    String any = column();
    String number = number();
    String text = text();
    String beside = like(any);
    return kind < 30
        ? aboutRows(kind, any, number, text, beside)
        : aboutTheWhole(kind, any, number, beside);
  }

  private Rule aboutRows(int kind, String any, String number, String text, String beside) {
    return switch (kind) {
      case 0 -> Rule.notNull(any);
      case 1 -> Rule.isNull(any);
      case 2 -> Rule.inSet(any, literals(any));
      case 3 -> Rule.notInSet(any, literals(any));
      case 4, 5 -> Rule.between(any, range(any));
      case 6 -> Rule.lengthBetween(text, counts());
      case 7 -> Rule.matches(text, regex());
      case 8 -> Rule.notMatches(text, regex());
      case 9 -> Rule.unique(any);
      case 10 ->
          Rule.zScoreBelow(number, one(List.of(0.9, 1.3, 2.1)), one(List.of(Terms.Sides.values())));
      case 11 ->
          Rule.notOutlier(number, one(List.of(Terms.Spread.values())), one(List.of(0.7, 1.3)));
      case 12 -> Rule.matchesList(text, on(), regex(), regex());
      case 13 -> Rule.notMatchesList(text, regex(), regex());
      case 14 -> Rule.like(text, pattern());
      case 15 -> Rule.notLike(text, pattern());
      case 16 -> Rule.likeList(text, on(), pattern(), pattern());
      case 17 -> Rule.notLikeList(text, pattern(), pattern());
      case 18 -> Rule.increasing(any, strictness());
      case 19 -> Rule.decreasing(any, strictness());
      case 20 -> Rule.strftime(text, one(List.of("%Y", "%d", "a%H")));
      case 21 -> Rule.dateParseable(text);
      case 22 -> Rule.jsonParseable(text);
      case 23 -> Rule.jsonSchema(text, Json.parse("{\"type\":\"integer\"}"));
      case 24 -> Rule.pairEqual(any, beside, pairs());
      case 25 -> Rule.pairGreater(any, beside, one(List.of(Range.Edge.values())), pairs());
      case 26 ->
          Rule.pairInSet(any, beside, pairs(), List.of(couple(any, beside), couple(any, beside)));
      case 27 -> Rule.compoundUnique(ignore(), any, beside);
      case 28 -> Rule.uniqueWithinRow(ignore(), any, beside);
      default -> Rule.valuesEqual(ignore(), any, beside);
    };
  }

  private Rule aboutTheWhole(int kind, String any, String number, String beside) {
    return switch (kind) {
      case 30 -> Rule.sumEquals(3, ignore(), number, number());
      case 31, 32 -> Rule.holds(expr(3), any);
      case 33 -> Rule.refers(List.of(any, beside), "other", List.of(any, beside));
      case 34 -> TableRules.maxBetween(any, range(any));
      case 35 -> TableRules.minBetween(any, range(any));
      case 36 -> TableRules.meanBetween(number, range(number));
      case 37 -> TableRules.medianBetween(number, range(number));
      case 38 -> TableRules.sumBetween(number, range(number));
      case 39 -> TableRules.deviationBetween(number, range(number));
      case 40 -> TableRules.distinctCountBetween(any, counts());
      case 41 -> TableRules.distinctShareBetween(any, shares());
      case 42 -> TableRules.nonNullShareBetween(any, shares());
      case 43 ->
          TableRules.quantilesBetween(
              number,
              new TableTerms.QuantileRanges(
                  List.of(0.0, 0.3, 0.5, 1.0),
                  List.of(upTo(1), upTo(2), upTo(3), upTo(1e20)),
                  random.nextBoolean()
                      ? Optional.empty()
                      : Optional.of(one(List.of(TableTerms.Interpolation.values())))));
      case 44 ->
          TableRules.mostCommonInSet(
              any,
              new TableTerms.Modes(
                  List.of(Literal.of(literal(any))), one(List.of(TableTerms.Ties.values()))));
      case 45 -> TableRules.distinctInSet(any, literals(any));
      case 46 -> TableRules.distinctContainsSet(any, literals(any));
      case 47 -> TableRules.distinctEqualsSet(any, literals(any));
      case 48 ->
          TableRules.divergenceBelow(
              any,
              new TableTerms.Divergence(
                  Optional.of(categories(any)),
                  Optional.of(0.5),
                  TableTerms.Shape.CATEGORICAL,
                  0.1,
                  0.1));
      case 49 ->
          TableRules.divergenceBelow(
              number,
              new TableTerms.Divergence(
                  Optional.of(
                      new TableTerms.Bins(
                          List.of(-2.0, 0.0, 2.0),
                          TableTerms.Ends.CLOSED,
                          List.of(0.5, 0.5),
                          Optional.empty())),
                  Optional.of(0.5),
                  TableTerms.Shape.CONTINUOUS,
                  0.1,
                  0.1));
      case 50 -> TableRules.rowCountEqualsTable("other");
      case 51 -> Rule.rowCountBetween(counts());
      default ->
          TableRules.rowsBetween(
              List.of(any), expr(2), counts(), one(List.of(TableTerms.Unit.values())));
    };
  }

  private static TableTerms.Between upTo(double max) {
    return new TableTerms.Between(Optional.empty(), Optional.of(max));
  }
}
