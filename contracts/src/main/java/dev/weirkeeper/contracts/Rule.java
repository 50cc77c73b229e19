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
          COLUMN_EXISTS);

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
