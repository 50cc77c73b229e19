package dev.weirkeeper.contracts;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Says in plain English what a rule asks of the data, for people and agents who read no terms. What
 * a contract's author wrote (names, values, expressions) is told apart from words of ours, so that
 * a page can set it off; long texts and long lists are cut. Immutable; the same rule has the same
 * words.
 */
public final class RuleText {
  private static final int PLAIN_DIGITS = 20;
  private static final int LONGEST = 240;
  private static final int MEMBERS = 8;

  /** Whether a piece is ours or was written by others. */
  public enum Sort {
    WORDS,
    /** A name, a value or an expression of the contract. */
    QUOTED
  }

  /** A part of the sentence. */
  public record Piece(Sort sort, String text) {
    public Piece {
      requireNonNull(sort, "sort");
      requireNonNull(text, "text");
    }
  }

  private final List<Piece> pieces;

  private RuleText(List<Piece> pieces) {
    this.pieces = List.copyOf(pieces);
  }

  /** A rule whose kind or terms are not known here is named, with its columns. */
  public static RuleText of(Rule rule) {
    return new RuleText(Speaker.of(rule).pieces);
  }

  /** The sentence in its parts. */
  public List<Piece> pieces() {
    return pieces;
  }

  /** The sentence. */
  public String text() {
    StringBuilder text = new StringBuilder();
    pieces.forEach(piece -> text.append(piece.text()));
    return text.toString();
  }

  /** A literal as people write it: 1000, not 1E+3. */
  public static String of(Literal literal) {
    if (literal instanceof Literal.Numeric number) {
      BigDecimal value = number.decimal();
      return Math.max(value.precision(), Math.abs(value.scale())) <= PLAIN_DIGITS
          ? value.toPlainString()
          : number.toString();
    }
    return literal.toString();
  }

  /** Words about a rule, as they are put together. */
  private static final class Sentence {
    private final List<Piece> pieces = new ArrayList<>();

    Sentence say(String words) {
      pieces.add(new Piece(Sort.WORDS, words));
      return this;
    }

    Sentence quote(String text) {
      boolean isLong = text.codePointCount(0, text.length()) > LONGEST;
      String shown =
          isLong ? text.substring(0, text.offsetByCodePoints(0, LONGEST)) + "\u2026" : text;
      pieces.add(new Piece(Sort.QUOTED, shown));
      return this;
    }

    /** Some of them, with how many more there are. */
    Sentence list(List<String> all) {
      if (all.isEmpty()) {
        return say("nothing");
      }
      for (int i = 0; i < Math.min(MEMBERS, all.size()); i++) {
        if (i > 0) {
          say(", ");
        }
        quote(all.get(i));
      }
      return all.size() > MEMBERS ? say(" and " + (all.size() - MEMBERS) + " more") : this;
    }
  }

  /** Chooses the words. */
  private static final class Speaker {
    private final Rule rule;
    private final Sentence sentence = new Sentence();

    private Speaker(Rule rule) {
      this.rule = rule;
    }

    static Sentence of(Rule rule) {
      Speaker words = new Speaker(rule);
      boolean said;
      try {
        said = words.aboutRows() || words.aboutColumn() || words.aboutTable();
      } catch (IllegalArgumentException e) {
        // The terms are not those of the kind; the report says so, with the reason.
        return new Speaker(rule).byName();
      }
      if (!said) {
        return words.byName();
      }
      rule.condition().ifPresent(rows -> words.sentence.say(", where ").quote(ExprText.of(rows)));
      if (rule.mostly() < 1) {
        words.sentence.say(", in at least " + percent(rule.mostly()) + " of the rows");
      }
      return words.sentence.say(".");
    }

    private Sentence byName() {
      sentence.say("Rule ").quote(rule.kind());
      if (!rule.columns().isEmpty()) {
        sentence.say(" about ").list(rule.columns());
      }
      return sentence.say(".");
    }

    private String column() {
      return rule.columns().get(0);
    }

    private <T> T terms(Class<T> type) {
      return rule.terms().as(type);
    }

    private Sentence subject() {
      return sentence.quote(column());
    }

    private static List<String> texts(List<Literal> literals) {
      return literals.stream().map(RuleText::of).toList();
    }

    private boolean aboutRows() {
      switch (rule.kind()) {
        case Rule.NOT_NULL -> subject().say(" is never missing");
        case Rule.NULL -> subject().say(" is always missing");
        case Rule.UNIQUE -> sentence.say("No two rows have the same ").quote(column());
        case Rule.IN_SET -> members(" is one of ", " may be anything");
        case Rule.NOT_IN_SET -> members(" is none of ", " may be anything");
        case Rule.BETWEEN -> subject().say(" is ").quote(range());
        case Rule.LENGTH_BETWEEN ->
            sentence.say("The length of ").quote(column()).say(" is ").quote(range());
        case Rule.MATCHES -> subject().say(" matches ").quote(terms(Terms.Pattern.class).regex());
        case Rule.NOT_MATCHES ->
            subject().say(" does not match ").quote(terms(Terms.Pattern.class).regex());
        case Rule.MATCHES_LIST -> {
          Terms.Patterns patterns = terms(Terms.Patterns.class);
          subject()
              .say(" matches " + (patterns.on() == Terms.On.ANY ? "one" : "all") + " of ")
              .list(patterns.regexes());
        }
        case Rule.NOT_MATCHES_LIST ->
            subject().say(" matches none of ").list(terms(Terms.Patterns.class).regexes());
        case Rule.LIKE ->
            subject().say(" is like ").quote(terms(Terms.LikePattern.class).pattern());
        case Rule.NOT_LIKE ->
            subject().say(" is not like ").quote(terms(Terms.LikePattern.class).pattern());
        case Rule.LIKE_LIST -> {
          Terms.LikePatterns patterns = terms(Terms.LikePatterns.class);
          subject()
              .say(" is like " + (patterns.on() == Terms.On.ANY ? "one" : "all") + " of ")
              .list(patterns.patterns());
        }
        case Rule.NOT_LIKE_LIST ->
            subject().say(" is like none of ").list(terms(Terms.LikePatterns.class).patterns());
        case Rule.INCREASING -> order("increases");
        case Rule.DECREASING -> order("decreases");
        case Rule.STRFTIME ->
            subject().say(" is a time written as ").quote(terms(Terms.Format.class).format());
        case Rule.DATE_PARSEABLE -> subject().say(" can be read as a date");
        case Rule.JSON_PARSEABLE -> subject().say(" is well-formed JSON");
        case Rule.JSON_SCHEMA -> subject().say(" is JSON that its schema allows");
        case Rule.OF_TYPE -> {
          List<String> names = terms(Terms.TypeNames.class).names();
          if (names.isEmpty()) {
            subject().say(" may have any type");
          } else {
            subject().say(names.size() == 1 ? " has the type " : " has a type among ").list(names);
          }
        }
        case Rule.OF_FORM ->
            subject()
                .say(" holds ")
                .list(
                    terms(Terms.Forms.class).forms().stream()
                        .map(form -> form.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                        .toList());
        case Rule.Z_SCORE_BELOW -> {
          Terms.ZScore score = terms(Terms.ZScore.class);
          subject()
              .say(
                  " lies less than "
                      + score.threshold()
                      + " standard deviations "
                      + (score.sides() == Terms.Sides.BOTH ? "from" : "above")
                      + " its mean");
        }
        case Rule.NOT_OUTLIER -> {
          Terms.Outlier outlier = terms(Terms.Outlier.class);
          subject()
              .say(
                  " has no outliers: no value is more than "
                      + outlier.multiplier()
                      + (outlier.method() == Terms.Spread.IQR
                          ? " interquartile ranges from the median"
                          : " standard deviations from the mean"));
        }
        default -> {
          return aboutSeveralColumns();
        }
      }
      return true;
    }

    private boolean aboutSeveralColumns() {
      switch (rule.kind()) {
        case Rule.PAIR_EQUAL -> pair(" equals ");
        case Rule.PAIR_GREATER ->
            pair(
                terms(Terms.PairOrder.class).equal() == Range.Edge.INCLUSIVE
                    ? " is at least "
                    : " is greater than ");
        case Rule.PAIR_IN_SET -> {
          pair(" and ");
          sentence.say(
              terms(Terms.PairSet.class)
                  .pairs()
                  .map(pairs -> " stand together in one of " + pairs.size() + " ways")
                  .orElse(" may stand together in any way"));
        }
        case Rule.COMPOUND_UNIQUE ->
            sentence.say("No two rows have the same ").list(rule.columns()).say(" together");
        case Rule.UNIQUE_WITHIN_ROW ->
            sentence.list(rule.columns()).say(" differ from each other in each row");
        case Rule.VALUES_EQUAL -> sentence.list(rule.columns()).say(" are the same in each row");
        case Rule.SUM_EQUALS ->
            sentence
                .say("The sum of ")
                .list(rule.columns())
                .say(" is ")
                .quote(RuleText.of(terms(Terms.Total.class).total()));
        case Rule.HOLDS ->
            sentence.say("In each row, ").quote(ExprText.of(terms(Terms.Holds.class).expr()));
        case Rule.REFERS -> {
          Terms.Reference reference = terms(Terms.Reference.class);
          sentence
              .list(rule.columns())
              .say(" is found in ")
              .quote(reference.table())
              .say(" as ")
              .list(reference.keys());
        }
        default -> {
          return false;
        }
      }
      return true;
    }

    private boolean aboutColumn() {
      switch (rule.kind()) {
        case TableRules.MAX_BETWEEN -> measure("The largest ");
        case TableRules.MIN_BETWEEN -> measure("The smallest ");
        case TableRules.MEAN_BETWEEN -> measure("The mean of ");
        case TableRules.MEDIAN_BETWEEN -> measure("The median of ");
        case TableRules.SUM_BETWEEN -> measure("The sum of ");
        case TableRules.DEVIATION_BETWEEN -> measure("The standard deviation of ");
        case TableRules.DISTINCT_COUNT_BETWEEN -> measure("The number of different values of ");
        case TableRules.DISTINCT_SHARE_BETWEEN -> measure("The share of different values of ");
        case TableRules.NON_NULL_SHARE_BETWEEN -> measure("The share of rows with a value in ");
        case TableRules.QUANTILES_BETWEEN -> {
          TableTerms.QuantileRanges ranges = terms(TableTerms.QuantileRanges.class);
          sentence.say("The quantiles of ").quote(column()).say(" lie where they should: ");
          for (int i = 0; i < ranges.quantiles().size(); i++) {
            TableTerms.Between between = ranges.ranges().get(i);
            sentence
                .say((i == 0 ? "" : "; ") + ranges.quantiles().get(i) + " ")
                .quote(
                    between.min().map(min -> "from " + min + " ").orElse("")
                        + between.max().map(max -> "to " + max).orElse(""));
          }
        }
        case TableRules.MOST_COMMON_IN_SET ->
            sentence
                .say("The most common ")
                .quote(column())
                .say(" is one of ")
                .list(texts(terms(TableTerms.Modes.class).members()));
        case TableRules.DISTINCT_IN_SET -> members(" has no values but ", " may have any values");
        case TableRules.DISTINCT_CONTAINS_SET ->
            members(" has each of these values: ", " may have any values");
        case TableRules.DISTINCT_EQUALS_SET ->
            members(" has exactly these values: ", " may have any values");
        case TableRules.DIVERGENCE_BELOW ->
            subject()
                .say(" is spread as expected")
                .say(
                    terms(TableTerms.Divergence.class)
                        .threshold()
                        .map(most -> ", with a divergence of at most " + most)
                        .orElse(""));
        case Rule.COLUMN_EXISTS ->
            sentence
                .say("There is a column ")
                .quote(column())
                .say(
                    terms(Terms.Place.class)
                        .index()
                        .map(place -> ", in place " + (place + 1))
                        .orElse(""));
        default -> {
          return false;
        }
      }
      return true;
    }

    private boolean aboutTable() {
      switch (rule.kind()) {
        case Rule.ROW_COUNT_BETWEEN -> sentence.say("The number of rows is ").quote(range());
        case TableRules.COLUMN_COUNT_BETWEEN ->
            sentence.say("The number of columns is ").quote(range());
        case TableRules.ROW_COUNT_EQUALS_TABLE ->
            sentence
                .say("There are as many rows as in ")
                .quote(terms(TableTerms.OtherTable.class).table());
        case Rule.COLUMNS_MATCH -> {
          Terms.Columns columns = terms(Terms.Columns.class);
          sentence
              .say(
                  columns.match() == Terms.Match.EXACT
                      ? "The columns are these and no others: "
                      : "Among the columns are ")
              .list(columns.columns());
        }
        case TableRules.COLUMNS_ORDERED ->
            sentence
                .say("The columns are, in this order, ")
                .list(terms(TableTerms.ColumnOrder.class).columns());
        case TableRules.NO_ROWS ->
            sentence.say("No row is found by ").quote(terms(TableTerms.Select.class).select());
        case TableRules.QUERY_MATCHES -> {
          TableTerms.Comparison two = terms(TableTerms.Comparison.class);
          sentence.quote(two.base()).say(" answers the same as ").quote(two.other());
        }
        case TableRules.QUERY_BETWEEN -> {
          TableTerms.SelectRange query = terms(TableTerms.SelectRange.class);
          sentence
              .say("The answer of ")
              .quote(query.select())
              .say(" is ")
              .quote(query.range().toString());
        }
        case TableRules.ROWS_BETWEEN -> {
          TableTerms.RowsBetween rows = terms(TableTerms.RowsBetween.class);
          sentence
              .say(
                  rows.unit() == TableTerms.Unit.ROWS
                      ? "The number of rows where "
                      : "The percentage of rows where ")
              .quote(ExprText.of(rows.rows()))
              .say(" is ")
              .quote(rows.within().toString());
        }
        case Rule.UNSUPPORTED -> {
          sentence.quote(terms(Terms.Unsupported.class).expectation());
          if (!rule.columns().isEmpty()) {
            sentence.say(" about ").list(rule.columns());
          }
          sentence.say(" is not judged, and so not kept");
        }
        default -> {
          return false;
        }
      }
      return true;
    }

    private String range() {
      return terms(Range.class).toString();
    }

    private void measure(String what) {
      sentence.say(what).quote(column()).say(" is ").quote(range());
    }

    private void members(String some, String any) {
      terms(Terms.Members.class)
          .members()
          .ifPresentOrElse(
              members -> subject().say(some).list(texts(members)), () -> subject().say(any));
    }

    private void order(String how) {
      boolean strict = terms(Terms.Order.class).strictness() == Expr.Strictness.STRICT;
      subject().say(" " + how + " from row to row" + (strict ? "" : ", or stays the same"));
    }

    private void pair(String between) {
      sentence.quote(column()).say(between).quote(rule.columns().get(1));
    }

    /** Exactly what the contract says. */
    private static String percent(double share) {
      return BigDecimal.valueOf(share).movePointRight(2).stripTrailingZeros().toPlainString()
          + " %";
    }
  }
}
