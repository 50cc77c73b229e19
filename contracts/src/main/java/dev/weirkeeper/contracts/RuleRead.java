package dev.weirkeeper.contracts;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a rule of a contract needs of a table: whoever takes a column away learns here which rules
 * ask for it.
 *
 * @param rule its id
 * @param table the contract's own, or one that the rule refers to, as the contract names it
 * @param columns whose values or presence the rule asks for; empty where that is not known, as of
 *     SQL or a rule about all columns, which is never none
 */
public record RuleRead(String rule, String table, Optional<Set<String>> columns) {
  public RuleRead {
    requireNonNull(rule, "rule");
    requireNonNull(table, "table");
    columns = columns.map(Set::copyOf);
  }

  /** What all rules need, in their order. A rule that refers to another table reads two. */
  public static List<RuleRead> of(Contract contract) {
    List<RuleRead> all = new ArrayList<>();
    for (Rule rule : contract.rules()) {
      all.add(new RuleRead(rule.id(), contract.asset(), known(rule)));
      elsewhere(rule).ifPresent(all::add);
    }
    return all;
  }

  private static Optional<Set<String>> known(Rule rule) {
    try {
      return columns(rule)
          .map(
              named -> {
                Set<String> all = new LinkedHashSet<>(named);
                rule.condition().map(ExprParts::columns).ifPresent(all::addAll);
                return all;
              });
    } catch (IllegalArgumentException e) {
      // Terms of another form than those of its kind: what it asks for is anybody's guess.
      return Optional.empty();
    }
  }

  private static Optional<Set<String>> columns(Rule rule) {
    Set<String> named = new LinkedHashSet<>(rule.columns());
    switch (rule.kind()) {
      case Rule.HOLDS -> named.addAll(ExprParts.columns(rule.terms().as(Terms.Holds.class).expr()));
      case TableRules.ROWS_BETWEEN ->
          named.addAll(ExprParts.columns(rule.terms().as(TableTerms.RowsBetween.class).rows()));
      case Rule.COLUMNS_MATCH -> {
        Terms.Columns wanted = rule.terms().as(Terms.Columns.class);
        if (wanted.match() == Terms.Match.EXACT) {
          return Optional.empty();
        }
        named.addAll(wanted.columns());
      }
      case Rule.ROW_COUNT_BETWEEN, TableRules.ROW_COUNT_EQUALS_TABLE -> {
        // They count rows, whatever is in them.
      }
      case Rule.UNSUPPORTED -> {
        return Optional.empty();
      }
      default -> {
        if (named.isEmpty()) {
          return Optional.empty();
        }
      }
    }
    return Optional.of(named);
  }

  private static Optional<RuleRead> elsewhere(Rule rule) {
    try {
      if (rule.kind().equals(Rule.REFERS)) {
        Terms.Reference to = rule.terms().as(Terms.Reference.class);
        return Optional.of(
            new RuleRead(rule.id(), to.table(), Optional.of(new LinkedHashSet<>(to.keys()))));
      }
      if (rule.kind().equals(TableRules.ROW_COUNT_EQUALS_TABLE)) {
        String other = rule.terms().as(TableTerms.OtherTable.class).table();
        return Optional.of(new RuleRead(rule.id(), other, Optional.of(Set.of())));
      }
    } catch (IllegalArgumentException e) {
      // Nobody knows of which table such terms would be.
    }
    return Optional.empty();
  }
}
