package dev.weirkeeper.contracts.read;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.MomentText;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.TableRules;
import dev.weirkeeper.contracts.TableTerms;
import dev.weirkeeper.contracts.Terms;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** Finds rules of a contract that no data can keep, or that say nothing that others do not. */
public final class ContractLint {

  /** How bad a problem is. */
  public enum Sort {
    /** No row, or no table, can keep it. */
    CONTRADICTION,
    /** A rule is about a column that is not there. */
    UNKNOWN_COLUMN,
    /** Another rule says the same, or more. */
    SHADOWED
  }

  /**
   * @param rule id of the rule that is to be mended
   */
  public record Problem(Sort sort, String rule, String text) {
    public Problem {
      requireNonNull(sort, "sort");
    }
  }

  private static final Set<String> RANGES =
      Set.of(
          Rule.BETWEEN,
          Rule.LENGTH_BETWEEN,
          Rule.ROW_COUNT_BETWEEN,
          TableRules.MAX_BETWEEN,
          TableRules.MIN_BETWEEN,
          TableRules.MEAN_BETWEEN,
          TableRules.MEDIAN_BETWEEN,
          TableRules.SUM_BETWEEN,
          TableRules.DEVIATION_BETWEEN,
          TableRules.DISTINCT_COUNT_BETWEEN,
          TableRules.DISTINCT_SHARE_BETWEEN,
          TableRules.NON_NULL_SHARE_BETWEEN,
          TableRules.COLUMN_COUNT_BETWEEN);

  /** Kinds whose range is one of counts. */
  private static final Set<String> COUNTS =
      Set.of(
          Rule.LENGTH_BETWEEN,
          Rule.ROW_COUNT_BETWEEN,
          TableRules.DISTINCT_COUNT_BETWEEN,
          TableRules.COLUMN_COUNT_BETWEEN);

  private final List<Problem> problems = new ArrayList<>();

  private ContractLint() {}

  /** Problems within the contract. */
  public static List<Problem> check(Contract contract) {
    ContractLint lint = new ContractLint();
    contract.rules().forEach(lint::alone);
    lint.together(contract.rules());
    return List.copyOf(lint.problems);
  }

  /** Problems within the contract, and columns that the data does not have. */
  public static List<Problem> check(Contract contract, Fields fields) {
    List<Problem> problems = new ArrayList<>(check(contract));
    Set<String> names = new HashSet<>(fields.names());
    for (Rule rule : contract.rules()) {
      Set<String> named = new LinkedHashSet<>(rule.columns());
      rule.condition().ifPresent(where -> named.addAll(Conditions.columns(where)));
      for (String column : named) {
        if (!names.contains(column) && !rule.kind().equals(Rule.UNSUPPORTED)) {
          problems.add(
              new Problem(
                  Sort.UNKNOWN_COLUMN,
                  rule.id(),
                  "The column \"" + column + "\" does not exist; mend the contract or the data"));
        }
      }
    }
    return List.copyOf(problems);
  }

  private void contradiction(Rule rule, String what) {
    problems.add(
        new Problem(
            Sort.CONTRADICTION, rule.id(), "contradictory rule " + rule.id() + ": " + what));
  }

  private void alone(Rule rule) {
    range(rule)
        .ifPresent(
            range -> {
              if (isEmpty(range)) {
                contradiction(rule, "nothing is " + range);
              } else if (COUNTS.contains(rule.kind()) && noCount(range)) {
                contradiction(rule, "no count is " + range);
              }
            });
    if (rule.kind().equals(Rule.IN_SET) && members(rule).filter(List::isEmpty).isPresent()) {
      contradiction(rule, "the set is empty, so that no value is in it");
    }
    if (rule.kind().equals(Rule.COLUMNS_MATCH)) {
      Terms.Columns terms = rule.terms().as(Terms.Columns.class);
      if (new HashSet<>(terms.columns()).size() != terms.columns().size()) {
        contradiction(rule, "a column stands there twice");
      }
    }
    if (rule.kind().equals(Rule.PAIR_GREATER)
        && rule.columns().get(0).equals(rule.columns().get(1))
        && rule.terms().as(Terms.PairOrder.class).equal() == Range.Edge.EXCLUSIVE) {
      contradiction(rule, "no value is greater than itself");
    }
  }

  private static Optional<Range> range(Rule rule) {
    if (RANGES.contains(rule.kind())) {
      return Optional.of(rule.terms().as(Range.class));
    }
    if (rule.kind().equals(TableRules.ROWS_BETWEEN)) {
      return Optional.of(rule.terms().as(TableTerms.RowsBetween.class).within());
    }
    if (rule.kind().equals(TableRules.QUERY_BETWEEN)) {
      return Optional.of(rule.terms().as(TableTerms.SelectRange.class).range());
    }
    return Optional.empty();
  }

  private static Optional<List<Literal>> members(Rule rule) {
    return rule.terms().as(Terms.Members.class).members();
  }

  /** Rules about the same rows of the same column. */
  private void together(List<Rule> rules) {
    Map<List<Object>, List<Rule>> groups = new HashMap<>();
    for (Rule rule : rules) {
      if (rule.mostly() == 1 && !rule.kind().equals(Rule.UNSUPPORTED)) {
        groups
            .computeIfAbsent(List.of(rule.columns(), rule.condition()), key -> new ArrayList<>())
            .add(rule);
      }
    }
    for (Rule rule : rules) {
      List<Rule> group = groups.getOrDefault(List.of(rule.columns(), rule.condition()), List.of());
      if (!group.isEmpty() && group.get(0).id().equals(rule.id())) {
        group(group);
      }
    }
  }

  private void group(List<Rule> group) {
    Set<String> kinds = new HashSet<>();
    Map<List<Object>, Rule> same = new HashMap<>();
    Optional<Rule> values = Optional.empty();
    Optional<Rule> lengths = Optional.empty();
    Optional<Rule> set = Optional.empty();
    for (Rule rule : group) {
      kinds.add(rule.kind());
      Rule before = same.putIfAbsent(List.of(rule.kind(), rule.terms()), rule);
      if (before != null) {
        shadowed(rule, before);
      }
      if (rule.kind().equals(Rule.NULL) && kinds.contains(Rule.NOT_NULL)
          || rule.kind().equals(Rule.NOT_NULL) && kinds.contains(Rule.NULL)) {
        contradiction(rule, "a value cannot be NULL and not NULL");
      }
      if (rule.kind().equals(Rule.BETWEEN)) {
        values.ifPresent(other -> ranges(rule, other, before == null));
        values = Optional.of(values.orElse(rule));
      }
      if (rule.kind().equals(Rule.LENGTH_BETWEEN)) {
        lengths.ifPresent(other -> ranges(rule, other, before == null));
        lengths = Optional.of(lengths.orElse(rule));
      }
      if (rule.kind().equals(Rule.IN_SET)) {
        set.ifPresent(other -> sets(rule, other));
        set = Optional.of(set.orElse(rule));
      }
    }
    if (set.isPresent()) {
      Optional<Range> between = values.map(rule -> rule.terms().as(Range.class));
      between.ifPresent(
          range ->
              outside(
                  range,
                  members(the(group, Rule.IN_SET)).orElse(List.of()),
                  the(group, Rule.BETWEEN)));
      excluded(group);
    }
  }

  private static Rule the(List<Rule> group, String kind) {
    return group.stream().filter(rule -> rule.kind().equals(kind)).findFirst().orElseThrow();
  }

  private void shadowed(Rule rule, Rule by) {
    problems.add(
        new Problem(
            Sort.SHADOWED, rule.id(), "The rule " + by.id() + " says the same; leave one of them"));
  }

  private void ranges(Rule rule, Rule other, boolean different) {
    Range a = other.terms().as(Range.class);
    Range b = rule.terms().as(Range.class);
    Optional<Range> both = both(a, b);
    if (both.isEmpty()) {
      return;
    }
    if (isEmpty(both.get()) && !isEmpty(a) && !isEmpty(b)) {
      contradiction(rule, "nothing is " + b + " and, as " + other.id() + " says, " + a);
    } else if (different && both.get().equals(a)) {
      shadowed(rule, other);
    } else if (different && both.get().equals(b)) {
      shadowed(other, rule);
    }
  }

  private void sets(Rule rule, Rule other) {
    Optional<List<Literal>> a = members(other);
    Optional<List<Literal>> b = members(rule);
    if (a.isPresent() && b.isPresent() && !a.get().isEmpty() && !b.get().isEmpty()) {
      Set<Literal> common = new HashSet<>(a.get());
      common.retainAll(new HashSet<>(b.get()));
      if (common.isEmpty()) {
        contradiction(rule, "its set has no value in common with that of " + other.id());
      }
    }
  }

  private void outside(Range range, List<Literal> members, Rule between) {
    boolean none =
        !members.isEmpty()
            && members.stream()
                .allMatch(member -> contains(range, member).filter(within -> !within).isPresent());
    if (none) {
      contradiction(between, "no member of the column's set is " + range);
    }
  }

  private void excluded(List<Rule> group) {
    Set<Literal> allowed = new HashSet<>(members(the(group, Rule.IN_SET)).orElse(List.of()));
    for (Rule rule : group) {
      if (rule.kind().equals(Rule.NOT_IN_SET)
          && !allowed.isEmpty()
          && members(rule).filter(out -> new HashSet<>(out).containsAll(allowed)).isPresent()) {
        contradiction(rule, "it forbids all that the column's set allows");
      }
    }
  }

  /** Whether a value lies in the range; empty if they cannot be compared. */
  private static Optional<Boolean> contains(Range range, Literal value) {
    if (value instanceof Literal.Truth) {
      return Optional.empty();
    }
    Range point = Range.of(value, value);
    return both(range, point).map(both -> !isEmpty(both));
  }

  /** Where both hold; empty if their bounds cannot be compared. */
  private static Optional<Range> both(Range a, Range b) {
    if (a.min().isPresent() && b.min().isPresent() && order(a.min(), b.min()).isEmpty()) {
      return Optional.empty();
    }
    if (a.max().isPresent() && b.max().isPresent() && order(a.max(), b.max()).isEmpty()) {
      return Optional.empty();
    }
    Range both = new Range(tighter(a.min(), b.min(), 1), tighter(a.max(), b.max(), -1));
    boolean comparable =
        both.min().isEmpty() || both.max().isEmpty() || order(both.min(), both.max()).isPresent();
    return comparable ? Optional.of(both) : Optional.empty();
  }

  private static OptionalInt order(Optional<Range.Bound> a, Optional<Range.Bound> b) {
    return compare(a.orElseThrow().value(), b.orElseThrow().value());
  }

  /** The one further along, or the excluding one of two that are equal. */
  private static Optional<Range.Bound> tighter(
      Optional<Range.Bound> a, Optional<Range.Bound> b, int direction) {
    if (a.isEmpty() || b.isEmpty()) {
      return a.isPresent() ? a : b;
    }
    int order = order(a, b).orElse(0) * direction;
    if (order != 0) {
      return order > 0 ? a : b;
    }
    return a.get().edge() == Range.Edge.EXCLUSIVE ? a : b;
  }

  private static boolean isEmpty(Range range) {
    if (range.min().isEmpty() || range.max().isEmpty()) {
      return false;
    }
    OptionalInt order = order(range.min(), range.max());
    boolean open =
        range.min().get().edge() == Range.Edge.EXCLUSIVE
            || range.max().get().edge() == Range.Edge.EXCLUSIVE;
    return order.isPresent() && (order.getAsInt() > 0 || (order.getAsInt() == 0 && open));
  }

  /** No whole number from 0 on lies within. */
  private static boolean noCount(Range range) {
    BigDecimal least =
        range
            .min()
            .filter(bound -> bound.value() instanceof Literal.Numeric)
            .map(ContractLint::leastCount)
            .orElse(BigDecimal.ZERO)
            .max(BigDecimal.ZERO);
    return contains(new Range(Optional.empty(), range.max()), Literal.of(least))
        .filter(within -> !within)
        .isPresent();
  }

  private static BigDecimal leastCount(Range.Bound bound) {
    BigDecimal value = new BigDecimal(((Literal.Numeric) bound.value()).value());
    return bound.edge() == Range.Edge.INCLUSIVE
        ? value.setScale(0, RoundingMode.CEILING)
        : value.setScale(0, RoundingMode.FLOOR).add(BigDecimal.ONE);
  }

  /** Numbers by value, moments by time, other text by code point. */
  private static OptionalInt compare(Literal a, Literal b) {
    if (a instanceof Literal.Numeric x && b instanceof Literal.Numeric y) {
      return OptionalInt.of(new BigDecimal(x.value()).compareTo(new BigDecimal(y.value())));
    }
    if (a instanceof Literal.Text x && b instanceof Literal.Text y) {
      if (x.equals(y)) {
        return OptionalInt.of(0);
      }
      return moments(x.value(), y.value());
    }
    return OptionalInt.empty();
  }

  private static OptionalInt moments(String a, String b) {
    OptionalLong first = MomentText.micros(a);
    OptionalLong second = MomentText.micros(b);
    return OptionalInt.of(
        first.isPresent() && second.isPresent()
            ? Long.compare(first.getAsLong(), second.getAsLong())
            // Text that is no moment has the order of its code points.
            : Integer.signum(a.compareTo(b)));
  }
}
