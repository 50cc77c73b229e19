package dev.weirkeeper.contracts.engine;

import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.TableRules;
import dev.weirkeeper.contracts.TableTerms;
import dev.weirkeeper.contracts.Terms;
import java.time.temporal.Temporal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Kinds of rules about which values a column has at all, and how often. */
final class DistinctKinds {
  /** A set of different values that a person still looks at; and what fits into memory. */
  static final int MAX_VALUES = 100_000;

  /** How the values that occur relate to those of a rule. */
  private enum Relation {
    IN,
    CONTAINS,
    EQUALS
  }

  private DistinctKinds() {}

  static Map<String, RuleKind> all() {
    return Map.of(
        TableRules.DISTINCT_IN_SET, relation(Relation.IN),
        TableRules.DISTINCT_CONTAINS_SET, relation(Relation.CONTAINS),
        TableRules.DISTINCT_EQUALS_SET, relation(Relation.EQUALS),
        TableRules.MOST_COMMON_IN_SET, DistinctKinds::mostCommon);
  }

  static Metric.ValueCounts counts(Domain domain) {
    return new Metric.ValueCounts(domain.column(), domain.valued(), MAX_VALUES);
  }

  /** In ascending order of the values, whatever order the engine has. */
  static List<Answers.Counted> sorted(List<Answers.Counted> counts) {
    List<Answers.Counted> sorted = new ArrayList<>(counts);
    sorted.sort(Comparator.comparing(Answers.Counted::value, Values.ORDER));
    return sorted;
  }

  private static RuleKind relation(Relation relation) {
    return (rule, fields, options) -> {
      Domain domain = Domain.of(rule, fields, options);
      Optional<List<Literal>> members = rule.terms().as(Terms.Members.class).members();
      Metric.ValueCounts metric = counts(domain);
      return domain.ask(
          List.of(metric),
          answers -> judge(relation, sorted(answers.counts(metric)), members, domain.mode()));
    };
  }

  private static Step judge(
      Relation relation, List<Answers.Counted> counts, Optional<List<Literal>> given, Mode mode) {
    List<Literal> members = given.orElse(List.of());
    boolean inside =
        counts.stream()
            .allMatch(count -> members.stream().anyMatch(m -> same(count.value(), m, mode)));
    boolean whole =
        members.stream()
            .allMatch(m -> counts.stream().anyMatch(count -> same(count.value(), m, mode)));
    boolean unbounded = given.isEmpty() || members.isEmpty() && mode != Mode.STRICT;
    boolean kept =
        switch (relation) {
          case IN -> inside || unbounded;
          case CONTAINS -> whole;
          case EQUALS -> inside && whole;
        };
    List<Object> values = new ArrayList<>();
    List<Json> pairs = new ArrayList<>();
    for (Answers.Counted count : counts) {
      values.add(count.value());
      pairs.add(Json.of(Map.of("value", Shown.json(count.value()), "count", count.count())));
    }
    return done(
        kept,
        Shown.list(values),
        Optional.of(Shown.object("value_counts", pairs)),
        whole ? "A value occurs that is not in the set" : "A value of the set does not occur");
  }

  /** pandas compares a moment with text as different, where databases read the text as a moment. */
  private static boolean same(Object value, Literal member, Mode mode) {
    if (mode == Mode.GX_PANDAS && value instanceof Temporal) {
      return false;
    }
    if (mode != Mode.STRICT
        && member instanceof Literal.Truth truth
        && !(value instanceof Boolean)) {
      return Values.same(value, Literal.of(truth.value() ? 1 : 0));
    }
    if (mode != Mode.STRICT
        && value instanceof Boolean truth
        && member instanceof Literal.Numeric) {
      return Values.same(truth ? 1L : 0L, member);
    }
    return Values.same(value, member);
  }

  private static Step mostCommon(Rule rule, Fields fields, Options options) {
    Domain domain = Domain.of(rule, fields, options);
    TableTerms.Modes terms = rule.terms().as(TableTerms.Modes.class);
    Metric.ValueCounts metric = counts(domain);
    return domain.ask(
        List.of(metric),
        answers -> {
          List<Answers.Counted> counts = sorted(answers.counts(metric));
          long most = counts.stream().mapToLong(Answers.Counted::count).max().orElse(0);
          List<Object> modes =
              counts.stream().filter(c -> c.count() == most).map(Answers.Counted::value).toList();
          long members =
              modes.stream()
                  .filter(
                      value ->
                          terms.members().stream()
                              .anyMatch(member -> same(value, member, domain.mode())))
                  .count();
          boolean kept =
              terms.ties() == TableTerms.Ties.ALLOWED
                  ? members > 0
                  : modes.size() == 1 && members == 1;
          return done(
              kept,
              Shown.list(modes),
              Optional.empty(),
              modes.size() > 1 && terms.ties() == TableTerms.Ties.REFUSED
                  ? "Several values are equally common"
                  : "The most common value is not in the set");
        });
  }

  private static Step done(boolean kept, Json value, Optional<Json> details, String reason) {
    return new Step.Done(
        new Judgement(
            kept ? Judgement.Status.PASSED : Judgement.Status.FAILED,
            new Judgement.Observed(Optional.of(value), details),
            kept ? Optional.empty() : Optional.of(reason)));
  }
}
