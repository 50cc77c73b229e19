package dev.weirkeeper.contracts.stream;

import dev.weirkeeper.contracts.ExprParts;
import dev.weirkeeper.contracts.RowRules;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.Terms;
import dev.weirkeeper.contracts.engine.RuleKinds;
import java.util.Optional;
import java.util.Set;

/**
 * Says how much of the data a stream lets a rule see, before any row is there: what {@link
 * ContractJudge} makes of it on a table that has fitting columns. Pure.
 */
final class StreamScope {
  /** Kinds that compare a row with other rows. */
  private static final Set<String> ACROSS_ROWS =
      Set.of(Rule.COMPOUND_UNIQUE, Rule.INCREASING, Rule.DECREASING, Rule.REFERS);

  /** Kinds that a stream judges beside those about rows. */
  private static final Set<String> OF_THE_TABLE =
      Set.of(Rule.COLUMN_EXISTS, Rule.COLUMNS_MATCH, Rule.OF_FORM, Rule.ROW_COUNT_BETWEEN);

  private StreamScope() {}

  /** In words. */
  static String of(Rule rule) {
    return refusal(rule)
        .map(why -> "It lets nothing pass: " + why)
        .orElseGet(
            () ->
                switch (rule.kind()) {
                  case Rule.ROW_COUNT_BETWEEN -> "The rows are those of a transaction";
                  case Rule.UNIQUE -> "Rows are compared within a chunk of a transaction";
                  default ->
                      OF_THE_TABLE.contains(rule.kind())
                          ? "The columns are those that the source sends"
                          : "Each row is judged by itself";
                });
  }

  /** Why a stream cannot judge the rule on any table; empty if it can. */
  static Optional<String> refusal(Rule rule) {
    if (rule.kind().equals(Rule.UNSUPPORTED)) {
      return Optional.of("it cannot be judged by anybody; its terms say why");
    }
    if (RuleKinds.standard().find(rule.kind()).isEmpty()) {
      return Optional.of("rules of this kind are not installed");
    }
    if (rule.mostly() < 1) {
      return Optional.of(
          "a stream has no total of which a share could be good; a gate for batches judges it");
    }
    if (!isOfAStream(rule)) {
      return Optional.of(
          "it is about a data set as a whole, which a stream never shows; a gate for batches judges"
              + " it");
    }
    return looksAround(rule)
        ? Optional.of(
            "it compares rows with other rows, of which a stream shows some at a time; a gate for"
                + " batches judges it")
        : Optional.empty();
  }

  private static boolean isOfAStream(Rule rule) {
    return RowRules.kinds().contains(rule.kind())
        || rule.condition().isEmpty() && OF_THE_TABLE.contains(rule.kind());
  }

  private static boolean looksAround(Rule rule) {
    return ACROSS_ROWS.contains(rule.kind())
        || rule.condition().isPresent()
            && (rule.kind().equals(Rule.UNIQUE) || ExprParts.looksAround(rule.condition().get()))
        || rule.kind().equals(Rule.HOLDS) && looksAroundInTerms(rule);
  }

  private static boolean looksAroundInTerms(Rule rule) {
    try {
      return ExprParts.looksAround(rule.terms().as(Terms.Holds.class).expr());
    } catch (IllegalArgumentException e) {
      // Terms that are not those of the kind: the judge refuses them with the reason.
      return false;
    }
  }
}
