package dev.weirkeeper.contracts;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One thing that rows, or the table that they are for, must keep. Immutable; its content is its
 * identity ({@link #digest}).
 *
 * <p>NULL keeps every rule but {@link #notNull}, as in Great Expectations. A value that did not
 * change and was therefore not sent ({@code UNCHANGED} in an UPDATE) passes: it was judged when it
 * was written. If the contract has changed since, it is not judged again; load the table anew for
 * that. A target that fills such a value in from a quarantined row must have the whole row judged.
 * Any other value that is missing from the row leaves the rule unanswered: see {@link #onUnknown}.
 *
 * @param id unique within its contract; what labels and the quarantine carry
 * @param kind kebab-case; a kind that is not installed blocks by name
 * @param columns names of the columns it is about, none for a rule about the table
 * @param terms what the kind needs to know
 * @param severity how bad a broken rule is, for people and policies; as in Great Expectations it
 *     never changes the verdict
 * @param onUnknown the verdict where the rule cannot be answered for a row: its value was not sent,
 *     or a pattern took too many steps
 * @param onEmpty the verdict on a transaction, or a data set, without rows of the table
 * @param condition which rows the rule is about; empty for all
 * @param mostly the share of the considered rows that must be good, from 0 to 1
 */
public record Rule(
    String id,
    String kind,
    List<String> columns,
    Json terms,
    Severity severity,
    Answer onUnknown,
    Answer onEmpty,
    Optional<Expr> condition,
    double mostly) {

  /** How bad a broken rule is. */
  public enum Severity {
    INFO,
    WARNING,
    CRITICAL
  }

  /** A verdict given where there is nothing to judge by. */
  public enum Answer {
    PASS,
    FAIL
  }

  public static final String NOT_NULL = "not-null";
  public static final String NULL = "null";
  public static final String IN_SET = "in-set";
  public static final String NOT_IN_SET = "not-in-set";
  public static final String BETWEEN = "between";
  public static final String LENGTH_BETWEEN = "length-between";
  public static final String MATCHES = "matches";
  public static final String NOT_MATCHES = "not-matches";
  public static final String UNIQUE = "unique";
  public static final String Z_SCORE_BELOW = "z-score-below";
  public static final String NOT_OUTLIER = "not-outlier";
  public static final String MATCHES_LIST = "matches-list";
  public static final String NOT_MATCHES_LIST = "not-matches-list";
  public static final String LIKE = "like";
  public static final String NOT_LIKE = "not-like";
  public static final String LIKE_LIST = "like-list";
  public static final String NOT_LIKE_LIST = "not-like-list";
  public static final String INCREASING = "increasing";
  public static final String DECREASING = "decreasing";
  public static final String STRFTIME = "strftime";
  public static final String DATE_PARSEABLE = "date-parseable";
  public static final String JSON_PARSEABLE = "json-parseable";
  public static final String JSON_SCHEMA = "json-schema";
  public static final String OF_TYPE = "of-type";
  public static final String OF_FORM = "of-form";
  public static final String PAIR_EQUAL = "pair-equal";
  public static final String PAIR_GREATER = "pair-greater";
  public static final String PAIR_IN_SET = "pair-in-set";
  public static final String COMPOUND_UNIQUE = "compound-unique";
  public static final String UNIQUE_WITHIN_ROW = "unique-within-row";
  public static final String VALUES_EQUAL = "values-equal";
  public static final String SUM_EQUALS = "sum-equals";
  public static final String HOLDS = "holds";
  public static final String REFERS = "refers";
  public static final String COLUMN_EXISTS = "column-exists";
  public static final String COLUMNS_MATCH = "columns-match";
  public static final String ROW_COUNT_BETWEEN = "row-count-between";
  public static final String UNSUPPORTED = "unsupported";

  /** Kinds that need exactly one column. */
  private static final Set<String> ONE_COLUMN =
      Set.of(
          NOT_NULL,
          NULL,
          IN_SET,
          NOT_IN_SET,
          BETWEEN,
          LENGTH_BETWEEN,
          MATCHES,
          NOT_MATCHES,
          UNIQUE,
          Z_SCORE_BELOW,
          NOT_OUTLIER,
          MATCHES_LIST,
          NOT_MATCHES_LIST,
          LIKE,
          NOT_LIKE,
          LIKE_LIST,
          NOT_LIKE_LIST,
          INCREASING,
          DECREASING,
          STRFTIME,
          DATE_PARSEABLE,
          JSON_PARSEABLE,
          JSON_SCHEMA,
          OF_TYPE,
          OF_FORM,
          COLUMN_EXISTS);

  /** Kinds that need exactly two columns. */
  private static final Set<String> TWO_COLUMNS = Set.of(PAIR_EQUAL, PAIR_GREATER, PAIR_IN_SET);

  /** Kinds that need some columns. */
  private static final Set<String> SEVERAL_COLUMNS =
      Set.of(COMPOUND_UNIQUE, UNIQUE_WITHIN_ROW, VALUES_EQUAL, SUM_EQUALS, REFERS);

  public Rule {
    requireNonNull(kind, "kind");
    columns = List.copyOf(columns);
    requireNonNull(terms, "terms");
    requireNonNull(severity, "severity");
    requireNonNull(onUnknown, "onUnknown");
    requireNonNull(onEmpty, "onEmpty");
    requireNonNull(condition, "condition");
    if (!(mostly >= 0 && mostly <= 1)) {
      throw new IllegalArgumentException(
          "Rule " + id + ": mostly is a share from 0 to 1, not " + mostly);
    }
    if (id.isBlank() || kind.isBlank()) {
      throw new IllegalArgumentException("A rule needs an id and a kind");
    }
    if (ONE_COLUMN.contains(kind) && columns.size() != 1) {
      throw new IllegalArgumentException(
          "Rule " + id + ": " + kind + " is about one column, got " + columns.size());
    }
    if (TWO_COLUMNS.contains(kind) && columns.size() != 2) {
      throw new IllegalArgumentException(
          "Rule " + id + ": " + kind + " is about two columns, got " + columns.size());
    }
    if (SEVERAL_COLUMNS.contains(kind) && columns.isEmpty()) {
      throw new IllegalArgumentException("Rule " + id + ": " + kind + " needs columns");
    }
  }

  /** A rule about all rows, each of which must be good. */
  public Rule(
      String id,
      String kind,
      List<String> columns,
      Json terms,
      Severity severity,
      Answer onUnknown,
      Answer onEmpty) {
    this(id, kind, columns, terms, severity, onUnknown, onEmpty, Optional.empty(), 1);
  }

  /** The column is not NULL. */
  public static Rule notNull(String column) {
    return about(column, NOT_NULL, Json.empty());
  }

  /** The column is NULL. */
  public static Rule isNull(String column) {
    return about(column, NULL, Json.empty());
  }

  /** The value is one of these; numbers compare as numbers, so 5 is 5.0. */
  public static Rule inSet(String column, Object... members) {
    return about(column, IN_SET, members(Arrays.asList(members)));
  }

  /** The value is none of these. */
  public static Rule notInSet(String column, Object... members) {
    return about(column, NOT_IN_SET, members(Arrays.asList(members)));
  }

  /** The value is at least {@code min} and at most {@code max}. */
  public static Rule between(String column, Object min, Object max) {
    return between(column, Range.of(min, max));
  }

  /**
   * The value lies within the range. Numbers compare as numbers, dates and times as such (ISO text;
   * a time zone where the column has one, UTC if none is given), text by code point.
   */
  public static Rule between(String column, Range range) {
    return about(column, BETWEEN, Json.of(range));
  }

  /** The text is {@code min} to {@code max} characters (code points) long. */
  public static Rule lengthBetween(String column, int min, int max) {
    return lengthBetween(column, Range.of(min, max));
  }

  /** The number of characters (code points) of the text lies within the range. */
  public static Rule lengthBetween(String column, Range range) {
    return about(column, LENGTH_BETWEEN, Json.of(range));
  }

  /**
   * The pattern is found somewhere in the value.
   *
   * @param regex in Python's syntax: see {@link PythonRegex}
   * @throws IllegalArgumentException if the pattern cannot be read or means something else in Java
   */
  public static Rule matches(String column, String regex) {
    PythonRegex.compile(regex);
    return about(column, MATCHES, Json.of(new Terms.Pattern(regex)));
  }

  /**
   * The pattern is found nowhere in the value.
   *
   * @throws IllegalArgumentException if the pattern cannot be read or means something else in Java
   */
  public static Rule notMatches(String column, String regex) {
    PythonRegex.compile(regex);
    return about(column, NOT_MATCHES, Json.of(new Terms.Pattern(regex)));
  }

  /**
   * No two rows of a chunk have the same value. All copies are bad.
   *
   * <p>The window is one chunk of one transaction: rows in other chunks and rows that the target
   * already holds are not seen. Events of one key count once, with the last value; without a key
   * each event is a row of its own.
   */
  public static Rule unique(String column) {
    return about(column, UNIQUE, Json.empty());
  }

  /**
   * The value is less than so many standard deviations (of a sample) away from the mean.
   *
   * @param sides whether values far below the mean are bad too
   */
  public static Rule zScoreBelow(String column, double threshold, Terms.Sides sides) {
    return about(column, Z_SCORE_BELOW, Json.of(new Terms.ZScore(threshold, sides)));
  }

  /** The value is closer to the middle than {@code multiplier} times the spread. */
  public static Rule notOutlier(String column, Terms.Spread method, double multiplier) {
    return about(column, NOT_OUTLIER, Json.of(new Terms.Outlier(method, multiplier)));
  }

  /**
   * Patterns are found in the value: one of them, or all.
   *
   * @throws IllegalArgumentException as {@link #matches}, and without a pattern
   */
  public static Rule matchesList(String column, Terms.On on, String... regexes) {
    return patterns(column, MATCHES_LIST, List.of(regexes), on);
  }

  /**
   * None of the patterns is found in the value.
   *
   * @throws IllegalArgumentException as {@link #matches}, and without a pattern
   */
  public static Rule notMatchesList(String column, String... regexes) {
    return patterns(column, NOT_MATCHES_LIST, List.of(regexes), Terms.On.ANY);
  }

  private static Rule patterns(String column, String kind, List<String> regexes, Terms.On on) {
    regexes.forEach(PythonRegex::compile);
    return about(column, kind, Json.of(new Terms.Patterns(regexes, on)));
  }

  /** The whole text is like the pattern: {@code %} for any text, {@code _} for any character. */
  public static Rule like(String column, String pattern) {
    return about(column, LIKE, Json.of(new Terms.LikePattern(pattern)));
  }

  /** The text is not like the pattern. */
  public static Rule notLike(String column, String pattern) {
    return about(column, NOT_LIKE, Json.of(new Terms.LikePattern(pattern)));
  }

  /** The text is like one of the patterns, or all. */
  public static Rule likeList(String column, Terms.On on, String... patterns) {
    return about(column, LIKE_LIST, Json.of(new Terms.LikePatterns(List.of(patterns), on)));
  }

  /** The text is like none of the patterns. */
  public static Rule notLikeList(String column, String... patterns) {
    return about(
        column, NOT_LIKE_LIST, Json.of(new Terms.LikePatterns(List.of(patterns), Terms.On.ANY)));
  }

  /** No value is less than the one before it, in the order of the rows. */
  public static Rule increasing(String column, Expr.Strictness strictness) {
    return about(column, INCREASING, Json.of(new Terms.Order(strictness)));
  }

  /** No value is greater than the one before it, in the order of the rows. */
  public static Rule decreasing(String column, Expr.Strictness strictness) {
    return about(column, DECREASING, Json.of(new Terms.Order(strictness)));
  }

  /**
   * The text is a time of this format.
   *
   * @param format of Python's {@code strptime}: {@code %Y-%m-%d}
   */
  public static Rule strftime(String column, String format) {
    return about(column, STRFTIME, Json.of(new Terms.Format(format)));
  }

  /** The text is a date or a time in one of the many forms that Python's dateutil reads. */
  public static Rule dateParseable(String column) {
    return about(column, DATE_PARSEABLE, Json.empty());
  }

  /** The text is JSON, as Python reads it: NaN and Infinity are numbers. */
  public static Rule jsonParseable(String column) {
    return about(column, JSON_PARSEABLE, Json.empty());
  }

  /** The text is JSON that keeps the JSON Schema. */
  public static Rule jsonSchema(String column, Json schema) {
    return about(column, JSON_SCHEMA, Json.of(new Terms.ValueSchema(schema)));
  }

  /** The column has one of these types, by the names that its system gives to them. */
  public static Rule ofType(String column, String... names) {
    return about(column, OF_TYPE, Json.of(new Terms.TypeNames(List.of(names))));
  }

  /** The column has values of one of these forms, whatever its system calls their type. */
  public static Rule ofForm(String column, Form... forms) {
    return about(column, OF_FORM, Json.of(new Terms.Forms(List.of(forms))));
  }

  /** The two values are equal. */
  public static Rule pairEqual(String a, String b, Terms.PairIgnore ignore) {
    return about(List.of(a, b), PAIR_EQUAL, Json.of(new Terms.Pair(ignore)));
  }

  /**
   * The first value is greater than the second one.
   *
   * @param equal whether equal values will do
   */
  public static Rule pairGreater(String a, String b, Range.Edge equal, Terms.PairIgnore ignore) {
    return about(List.of(a, b), PAIR_GREATER, Json.of(new Terms.PairOrder(ignore, equal)));
  }

  /** The two values are one of these pairs. */
  public static Rule pairInSet(
      String a, String b, Terms.PairIgnore ignore, List<Terms.Couple> pairs) {
    return about(
        List.of(a, b), PAIR_IN_SET, Json.of(new Terms.PairSet(ignore, Optional.of(pairs))));
  }

  /** No two rows have the same values in these columns. All copies are bad. */
  public static Rule compoundUnique(Terms.Ignore ignore, String... columns) {
    return about(List.of(columns), COMPOUND_UNIQUE, Json.of(new Terms.Several(ignore)));
  }

  /** The values of a row are different from each other. */
  public static Rule uniqueWithinRow(Terms.Ignore ignore, String... columns) {
    return about(List.of(columns), UNIQUE_WITHIN_ROW, Json.of(new Terms.Several(ignore)));
  }

  /** The values of a row are the same; NULL is the same as NULL. */
  public static Rule valuesEqual(Terms.Ignore ignore, String... columns) {
    return about(List.of(columns), VALUES_EQUAL, Json.of(new Terms.Several(ignore)));
  }

  /**
   * The values of a row add up to the total.
   *
   * @param total a number
   */
  public static Rule sumEquals(Object total, Terms.Ignore ignore, String... columns) {
    if (!(Literal.of(total) instanceof Literal.Numeric number)) {
      throw new IllegalArgumentException("A total is a number");
    }
    return about(List.of(columns), SUM_EQUALS, Json.of(new Terms.Total(ignore, number)));
  }

  /**
   * The expression is not FALSE.
   *
   * @param columns those that the expression names, which show a bad row
   */
  public static Rule holds(Expr expr, String... columns) {
    return about(List.of(columns), HOLDS, Json.of(new Terms.Holds(expr)));
  }

  /** The values are found in a row of the other table, or one of them is NULL. */
  public static Rule refers(List<String> columns, String table, List<String> keys) {
    if (columns.size() != keys.size()) {
      throw new IllegalArgumentException("A reference names a key for each of its columns");
    }
    return about(columns, REFERS, Json.of(new Terms.Reference(table, keys)));
  }

  /** The table has the column. */
  public static Rule columnExists(String column) {
    return about(column, COLUMN_EXISTS, Json.of(new Terms.Place(Optional.empty())));
  }

  /**
   * The table has the column, at this place.
   *
   * @param index from 0; a negative one counts from the end
   */
  public static Rule columnExistsAt(String column, int index) {
    return about(column, COLUMN_EXISTS, Json.of(new Terms.Place(Optional.of(index))));
  }

  /** The table has these columns, in any order, and no others. */
  public static Rule columnsAre(String... names) {
    return columns(List.of(names), Terms.Match.EXACT);
  }

  /** The table has at least these columns. */
  public static Rule columnsInclude(String... names) {
    return columns(List.of(names), Terms.Match.CONTAINS);
  }

  /** The transaction has so many row changes of the table. */
  public static Rule rowCountBetween(Range range) {
    return onTable(ROW_COUNT_BETWEEN, Json.of(range));
  }

  public static Rule columns(List<String> names, Terms.Match match) {
    return onTable(COLUMNS_MATCH, Json.of(new Terms.Columns(names, match)));
  }

  public static Rule unsupported(
      String expectation, List<String> columns, Terms.Unsupported terms) {
    return rule(expectation, UNSUPPORTED, columns, Json.of(terms));
  }

  public static Json members(List<?> values) {
    List<Literal> members = new ArrayList<>();
    values.forEach(value -> members.add(Literal.of(value)));
    return Json.of(new Terms.Members(members));
  }

  public static Rule about(String column, String kind, Json terms) {
    return rule(kind, kind, List.of(column), terms);
  }

  public static Rule about(List<String> columns, String kind, Json terms) {
    return rule(kind, kind, columns, terms);
  }

  private static Rule onTable(String kind, Json terms) {
    return rule(kind, kind, List.of(), terms);
  }

  private static Rule rule(String name, String kind, List<String> columns, Json terms) {
    String id = columns.isEmpty() ? name : name + "." + String.join(",", columns);
    return new Rule(id, kind, columns, terms, Severity.CRITICAL, Answer.FAIL, Answer.PASS);
  }

  public Rule named(String newId) {
    return new Rule(newId, kind, columns, terms, severity, onUnknown, onEmpty, condition, mostly);
  }

  public Rule graded(Severity newSeverity) {
    return new Rule(id, kind, columns, terms, newSeverity, onUnknown, onEmpty, condition, mostly);
  }

  public Rule whenUnknown(Answer answer) {
    return new Rule(id, kind, columns, terms, severity, answer, onEmpty, condition, mostly);
  }

  public Rule whenEmpty(Answer answer) {
    return new Rule(id, kind, columns, terms, severity, onUnknown, answer, condition, mostly);
  }

  /** This rule about the rows for which the expression is TRUE. */
  public Rule where(Expr rows) {
    return new Rule(
        id, kind, columns, terms, severity, onUnknown, onEmpty, Optional.of(rows), mostly);
  }

  /**
   * This rule kept if so large a share of the considered rows keeps it.
   *
   * @param share from 0 to 1
   */
  public Rule mostly(double share) {
    return new Rule(id, kind, columns, terms, severity, onUnknown, onEmpty, condition, share);
  }

  public Hash digest() {
    return Hash.of(Json.of(this));
  }
}
