package dev.weirkeeper.drift.plan;

import java.util.Locale;
import java.util.Set;

/**
 * Whether a default is the same for all rows of one statement. What is not known to be is taken not
 * to be.
 */
final class Volatility {
  /** Functions of PostgreSQL that stay the same within a transaction, and are much used. */
  private static final Set<String> STABLE =
      Set.of(
          "now",
          "transaction_timestamp",
          "statement_timestamp",
          "current_setting",
          "to_char",
          "to_date",
          "to_timestamp",
          "timezone",
          "date_trunc",
          "date_part",
          "make_interval",
          "lower",
          "upper",
          "length",
          "coalesce",
          "numeric",
          "varchar",
          "char",
          "bpchar",
          "timestamp",
          "time",
          "interval",
          "bit",
          "varying",
          "precision");

  private Volatility() {}

  static boolean mayDiffer(String expression) {
    Tokens tokens = new Tokens(expression);
    String before = "";
    while (tokens.next()) {
      if (tokens.isIdentifier()
          && tokens.follows("(")
          && !before.equals("::")
          && !STABLE.contains(tokens.name().toLowerCase(Locale.ROOT))) {
        return true;
      }
      before = tokens.text();
    }
    return false;
  }
}
