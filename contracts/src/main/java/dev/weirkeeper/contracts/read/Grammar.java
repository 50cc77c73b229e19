package dev.weirkeeper.contracts.read;

import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.TableRules;
import dev.weirkeeper.contracts.TableTerms;
import dev.weirkeeper.contracts.Terms;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How each kind of rule is written in a contract's YAML: which names stand for which terms. */
final class Grammar {

  /** How a term is written. */
  enum Form {
    TEXT,
    TEXTS,
    /** A constant of Java's, in lower case with dashes. */
    WORD,
    WORDS,
    NUMBER,
    /** A scalar that rules compare with. */
    LITERAL,
    LITERALS,
    /** Lists of two scalars; null is NULL. */
    COUPLES,
    /** {@code min}, {@code max}, {@code more-than}, {@code less-than} beside the others. */
    RANGE,
    /** A condition in SQL, or an expression in full. */
    CONDITION,
    /** JSON as it is. */
    JSON
  }

  /**
   * @param member name of the member of the terms; empty if the terms are no object of members
   * @param name what it is called in YAML
   */
  record Term(String member, String name, Form form) {}

  /**
   * @param terms the record that the terms are; empty if there are none
   */
  record Kind(String name, Optional<Class<? extends Record>> terms, List<Term> keys) {}

  static final Map<String, Kind> KINDS = kinds();

  private Grammar() {}

  private static Map<String, Kind> kinds() {
    Map<String, Kind> all = new LinkedHashMap<>();
    rowKinds(all);
    tableKinds(all);
    return all;
  }

  private static void rowKinds(Map<String, Kind> all) {
    none(all, Rule.NOT_NULL, Rule.NULL, Rule.UNIQUE, Rule.DATE_PARSEABLE, Rule.JSON_PARSEABLE);
    Term members = new Term("members", "values", Form.LITERALS);
    Term on = word("on");
    Term ignore = word("ignore");
    put(all, Rule.IN_SET, Terms.Members.class, members);
    put(all, Rule.NOT_IN_SET, Terms.Members.class, members);
    range(all, Rule.BETWEEN, Rule.LENGTH_BETWEEN);
    put(all, Rule.MATCHES, Terms.Pattern.class, new Term("regex", "pattern", Form.TEXT));
    put(all, Rule.NOT_MATCHES, Terms.Pattern.class, new Term("regex", "pattern", Form.TEXT));
    Term regexes = new Term("regexes", "patterns", Form.TEXTS);
    put(all, Rule.MATCHES_LIST, Terms.Patterns.class, regexes, on);
    put(all, Rule.NOT_MATCHES_LIST, Terms.Patterns.class, regexes, on);
    Term pattern = new Term("pattern", "pattern", Form.TEXT);
    put(all, Rule.LIKE, Terms.LikePattern.class, pattern);
    put(all, Rule.NOT_LIKE, Terms.LikePattern.class, pattern);
    Term patterns = new Term("patterns", "patterns", Form.TEXTS);
    put(all, Rule.LIKE_LIST, Terms.LikePatterns.class, patterns, on);
    put(all, Rule.NOT_LIKE_LIST, Terms.LikePatterns.class, patterns, on);
    put(all, Rule.INCREASING, Terms.Order.class, word("strictness"));
    put(all, Rule.DECREASING, Terms.Order.class, word("strictness"));
    put(all, Rule.STRFTIME, Terms.Format.class, new Term("format", "format", Form.TEXT));
    put(all, Rule.JSON_SCHEMA, Terms.ValueSchema.class, new Term("schema", "schema", Form.JSON));
    put(all, Rule.OF_TYPE, Terms.TypeNames.class, new Term("names", "types", Form.TEXTS));
    put(all, Rule.OF_FORM, Terms.Forms.class, new Term("forms", "forms", Form.WORDS));
    put(all, Rule.Z_SCORE_BELOW, Terms.ZScore.class, number("threshold"), word("sides"));
    put(all, Rule.NOT_OUTLIER, Terms.Outlier.class, word("method"), number("multiplier"));
    put(all, Rule.PAIR_EQUAL, Terms.Pair.class, ignore);
    put(all, Rule.PAIR_GREATER, Terms.PairOrder.class, ignore, word("equal"));
    Term pairs = new Term("pairs", "pairs", Form.COUPLES);
    put(all, Rule.PAIR_IN_SET, Terms.PairSet.class, ignore, pairs);
    put(all, Rule.COMPOUND_UNIQUE, Terms.Several.class, ignore);
    put(all, Rule.UNIQUE_WITHIN_ROW, Terms.Several.class, ignore);
    put(all, Rule.VALUES_EQUAL, Terms.Several.class, ignore);
    Term total = new Term("total", "total", Form.LITERAL);
    put(all, Rule.SUM_EQUALS, Terms.Total.class, ignore, total);
    put(all, Rule.HOLDS, Terms.Holds.class, new Term("expr", "condition", Form.CONDITION));
    Term keys = new Term("keys", "keys", Form.TEXTS);
    put(all, Rule.REFERS, Terms.Reference.class, new Term("table", "table", Form.TEXT), keys);
  }

  private static void tableKinds(Map<String, Kind> all) {
    range(
        all,
        TableRules.MAX_BETWEEN,
        TableRules.MIN_BETWEEN,
        TableRules.MEAN_BETWEEN,
        TableRules.MEDIAN_BETWEEN,
        TableRules.SUM_BETWEEN,
        TableRules.DEVIATION_BETWEEN,
        TableRules.DISTINCT_COUNT_BETWEEN,
        TableRules.DISTINCT_SHARE_BETWEEN,
        TableRules.NON_NULL_SHARE_BETWEEN,
        Rule.ROW_COUNT_BETWEEN,
        TableRules.COLUMN_COUNT_BETWEEN);
    put(
        all,
        TableRules.QUANTILES_BETWEEN,
        TableTerms.QuantileRanges.class,
        new Term("quantiles", "quantiles", Form.JSON),
        new Term("ranges", "ranges", Form.JSON),
        word("interpolation"));
    Term members = new Term("members", "values", Form.LITERALS);
    put(all, TableRules.MOST_COMMON_IN_SET, TableTerms.Modes.class, members, word("ties"));
    put(all, TableRules.DISTINCT_IN_SET, Terms.Members.class, members);
    put(all, TableRules.DISTINCT_CONTAINS_SET, Terms.Members.class, members);
    put(all, TableRules.DISTINCT_EQUALS_SET, Terms.Members.class, members);
    put(
        all,
        TableRules.DIVERGENCE_BELOW,
        TableTerms.Divergence.class,
        new Term("partition", "partition", Form.JSON),
        number("threshold"),
        word("shape"),
        new Term("tailHoldout", "tail-holdout", Form.NUMBER),
        new Term("internalHoldout", "internal-holdout", Form.NUMBER));
    Term table = new Term("table", "table", Form.TEXT);
    put(all, TableRules.ROW_COUNT_EQUALS_TABLE, TableTerms.OtherTable.class, table);
    put(all, Rule.COLUMN_EXISTS, Terms.Place.class, number("index"));
    Term names = new Term("columns", "names", Form.TEXTS);
    put(all, Rule.COLUMNS_MATCH, Terms.Columns.class, names, word("match"));
    put(all, TableRules.COLUMNS_ORDERED, TableTerms.ColumnOrder.class, names);
    Term select = new Term("select", "select", Form.TEXT);
    put(all, TableRules.NO_ROWS, TableTerms.Select.class, select);
    put(
        all,
        TableRules.QUERY_MATCHES,
        TableTerms.Comparison.class,
        new Term("base", "base", Form.TEXT),
        new Term("other", "other", Form.TEXT));
    Term range = new Term("range", "", Form.RANGE);
    put(all, TableRules.QUERY_BETWEEN, TableTerms.SelectRange.class, select, range);
    put(
        all,
        TableRules.ROWS_BETWEEN,
        TableTerms.RowsBetween.class,
        new Term("rows", "condition", Form.CONDITION),
        new Term("within", "", Form.RANGE),
        word("unit"));
    put(
        all,
        Rule.UNSUPPORTED,
        Terms.Unsupported.class,
        new Term("expectation", "expectation", Form.TEXT),
        new Term("reason", "reason", Form.TEXT),
        new Term("kwargs", "kwargs", Form.JSON));
  }

  private static Term word(String name) {
    return new Term(name, name, Form.WORD);
  }

  private static Term number(String name) {
    return new Term(name, name, Form.NUMBER);
  }

  private static void none(Map<String, Kind> all, String... names) {
    for (String name : names) {
      all.put(name, new Kind(name, Optional.empty(), List.of()));
    }
  }

  private static void range(Map<String, Kind> all, String... names) {
    for (String name : names) {
      put(all, name, Range.class, new Term("", "", Form.RANGE));
    }
  }

  private static void put(
      Map<String, Kind> all, String name, Class<? extends Record> terms, Term... keys) {
    all.put(name, new Kind(name, Optional.of(terms), List.of(keys)));
  }
}
