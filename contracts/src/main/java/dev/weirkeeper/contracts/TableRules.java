package dev.weirkeeper.contracts;

import dev.weirkeeper.Json;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Rules about a column or a table as a whole; they judge data sets, not single rows. */
public final class TableRules {
  public static final String MAX_BETWEEN = "max-between";
  public static final String MIN_BETWEEN = "min-between";
  public static final String MEAN_BETWEEN = "mean-between";
  public static final String MEDIAN_BETWEEN = "median-between";
  public static final String SUM_BETWEEN = "sum-between";
  public static final String DEVIATION_BETWEEN = "deviation-between";
  public static final String DISTINCT_COUNT_BETWEEN = "distinct-count-between";
  public static final String DISTINCT_SHARE_BETWEEN = "distinct-share-between";
  public static final String NON_NULL_SHARE_BETWEEN = "non-null-share-between";
  public static final String QUANTILES_BETWEEN = "quantiles-between";
  public static final String MOST_COMMON_IN_SET = "most-common-in-set";
  public static final String DISTINCT_IN_SET = "distinct-in-set";
  public static final String DISTINCT_CONTAINS_SET = "distinct-contains-set";
  public static final String DISTINCT_EQUALS_SET = "distinct-equals-set";
  public static final String DIVERGENCE_BELOW = "divergence-below";
  public static final String ROW_COUNT_EQUALS_TABLE = "row-count-equals-table";
  public static final String COLUMN_COUNT_BETWEEN = "column-count-between";
  public static final String COLUMNS_ORDERED = "columns-ordered";
  public static final String NO_ROWS = "no-rows";
  public static final String QUERY_MATCHES = "query-matches";
  public static final String QUERY_BETWEEN = "query-between";
  public static final String ROWS_BETWEEN = "rows-between";

  private TableRules() {}

  /** The greatest value lies within the range. */
  public static Rule maxBetween(String column, Range range) {
    return Rule.about(column, MAX_BETWEEN, Json.of(range));
  }

  /** The least value lies within the range. */
  public static Rule minBetween(String column, Range range) {
    return Rule.about(column, MIN_BETWEEN, Json.of(range));
  }

  /** The arithmetic mean lies within the range. */
  public static Rule meanBetween(String column, Range range) {
    return Rule.about(column, MEAN_BETWEEN, Json.of(range));
  }

  /** The middle value, or the mean of the two middle ones, lies within the range. */
  public static Rule medianBetween(String column, Range range) {
    return Rule.about(column, MEDIAN_BETWEEN, Json.of(range));
  }

  /** The sum lies within the range. */
  public static Rule sumBetween(String column, Range range) {
    return Rule.about(column, SUM_BETWEEN, Json.of(range));
  }

  /** The standard deviation of the sample (n - 1) lies within the range. */
  public static Rule deviationBetween(String column, Range range) {
    return Rule.about(column, DEVIATION_BETWEEN, Json.of(range));
  }

  /** So many different values, NULL not counted. */
  public static Rule distinctCountBetween(String column, Range range) {
    return Rule.about(column, DISTINCT_COUNT_BETWEEN, Json.of(range));
  }

  /** Different values among all values, from 0 to 1, NULL not counted. */
  public static Rule distinctShareBetween(String column, Range range) {
    return Rule.about(column, DISTINCT_SHARE_BETWEEN, Json.of(range));
  }

  /** Rows with a value among all rows, from 0 to 1. */
  public static Rule nonNullShareBetween(String column, Range range) {
    return Rule.about(column, NON_NULL_SHARE_BETWEEN, Json.of(range));
  }

  /** Each quantile lies within its range. */
  public static Rule quantilesBetween(String column, TableTerms.QuantileRanges terms) {
    return Rule.about(column, QUANTILES_BETWEEN, Json.of(terms));
  }

  /** The most common value is one of these. */
  public static Rule mostCommonInSet(String column, TableTerms.Modes terms) {
    return Rule.about(column, MOST_COMMON_IN_SET, Json.of(terms));
  }

  /** No value but these occurs. */
  public static Rule distinctInSet(String column, Object... members) {
    return Rule.about(column, DISTINCT_IN_SET, Rule.members(Arrays.asList(members)));
  }

  /** Each of these values occurs. */
  public static Rule distinctContainsSet(String column, Object... members) {
    return Rule.about(column, DISTINCT_CONTAINS_SET, Rule.members(Arrays.asList(members)));
  }

  /** Each of these values occurs, and no other one. */
  public static Rule distinctEqualsSet(String column, Object... members) {
    return Rule.about(column, DISTINCT_EQUALS_SET, Rule.members(Arrays.asList(members)));
  }

  /** The Kullback-Leibler divergence from a partition is not above the threshold. */
  public static Rule divergenceBelow(String column, TableTerms.Divergence terms) {
    return Rule.about(column, DIVERGENCE_BELOW, Json.of(terms));
  }

  /** The table has as many rows as another table of the same system. */
  public static Rule rowCountEqualsTable(String table) {
    return onTable(ROW_COUNT_EQUALS_TABLE, Json.of(new TableTerms.OtherTable(table)));
  }

  /** The table has so many columns. */
  public static Rule columnCountBetween(Range range) {
    return onTable(COLUMN_COUNT_BETWEEN, Json.of(range));
  }

  /** The table has these columns in this order, and no others. */
  public static Rule columnsOrdered(List<String> columns) {
    return onTable(COLUMNS_ORDERED, Json.of(new TableTerms.ColumnOrder(columns)));
  }

  /**
   * The query finds nothing.
   *
   * @param select one read-only SELECT; {@code {batch}} in it is the data set
   */
  public static Rule noRows(String select) {
    return onTable(NO_ROWS, Json.of(new TableTerms.Select(select)));
  }

  /** Two queries find the same rows, in any order, names of columns apart. */
  public static Rule queryMatches(String base, String other) {
    return onTable(QUERY_MATCHES, Json.of(new TableTerms.Comparison(base, other)));
  }

  /** The first value that the query finds lies within the range. */
  public static Rule queryBetween(String select, Range range) {
    return onTable(QUERY_BETWEEN, Json.of(new TableTerms.SelectRange(select, range)));
  }

  /** So many rows answer TRUE. */
  public static Rule rowsBetween(
      List<String> columns, Expr rows, Range within, TableTerms.Unit unit) {
    return rule(ROWS_BETWEEN, columns, Json.of(new TableTerms.RowsBetween(rows, within, unit)));
  }

  private static Rule onTable(String kind, Json terms) {
    return rule(kind, List.of(), terms);
  }

  private static Rule rule(String kind, List<String> columns, Json terms) {
    String id = columns.isEmpty() ? kind : kind + "." + String.join(",", columns);
    return new Rule(
        id,
        kind,
        columns,
        terms,
        Rule.Severity.CRITICAL,
        Rule.Answer.FAIL,
        Rule.Answer.PASS,
        Optional.empty(),
        1);
  }
}
