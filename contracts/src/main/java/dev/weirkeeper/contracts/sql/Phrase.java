package dev.weirkeeper.contracts.sql;

import java.util.Optional;

/**
 * A thing that dialects of SQL say differently, with what most of them say. {@code {0}} and {@code
 * {1}} stand for SQL of the caller. Empty: there is no standard way, and a dialect that does not
 * bring one leaves it to memory.
 */
enum Phrase {
  /** What stands around a name, and twice for itself within. */
  NAME_QUOTE("\""),
  /** A quote within a text. */
  TEXT_QUOTE("''"),
  /** A backslash within a text. */
  TEXT_BACKSLASH("\\"),
  TYPE_TEXT("VARCHAR"),
  TYPE_DOUBLE("DOUBLE PRECISION"),
  TYPE_TRUTH("BOOLEAN"),
  TYPE_DATE("DATE"),
  TYPE_TIMESTAMP("TIMESTAMP"),
  TYPE_INSTANT("TIMESTAMP WITH TIME ZONE"),
  /** Holds sums of whole numbers without overflow. */
  TYPE_WIDE("NUMERIC"),
  /** A decimal number of so many digits, so many of them behind the point. */
  TYPE_DECIMAL("NUMERIC({0}, {1})"),
  /** A text that compares and sorts by code point. */
  CODE_POINTS("{0}"),
  /** Code points of a text. */
  LENGTH("CHAR_LENGTH({0})"),
  /** Whether a pattern is found; see {@link SharedRegex} for what is asked. */
  FOUND(""),
  /** Without a character that escapes. */
  LIKE("{0} LIKE {1} ESCAPE ''"),
  IS_NAN("({0} = CAST('NaN' AS DOUBLE PRECISION))"),
  SAME("({0} IS NOT DISTINCT FROM {1})"),
  IS_TRUE("COALESCE({0}, FALSE)"),
  /** IEEE division of doubles. */
  DIVIDED(""),
  /** Rows for which a condition is TRUE; 0 without rows. */
  COUNT_TRUE("COALESCE(SUM(CASE WHEN {0} THEN 1 ELSE 0 END), 0)"),
  SUM("SUM({0})"),
  /** Mean of doubles or of exact numbers, a double. */
  MEAN("CAST(AVG({0}) AS DOUBLE PRECISION)"),
  MEDIAN("PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY {0})"),
  DEVIATION("STDDEV_SAMP({0})"),
  /** The first value at or beyond a share of all values. */
  AT_SHARE("PERCENTILE_DISC({1}) WITHIN GROUP (ORDER BY {0})"),
  MIN("MIN({0})"),
  MAX("MAX({0})"),
  /** An array of whole numbers without those that are NULL. */
  LABELS(""),
  /** One row with one text: which state of the data a transaction sees. */
  STATE("");

  private final String usual;

  Phrase(String usual) {
    this.usual = usual;
  }

  Optional<String> usual() {
    return usual.isEmpty() ? Optional.empty() : Optional.of(usual);
  }
}
