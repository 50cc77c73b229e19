package dev.weirkeeper.contracts.gate;

import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.RowRules;
import dev.weirkeeper.contracts.RowTest;
import dev.weirkeeper.contracts.Rule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A contract against the columns of an input and of a target: which rules are asked of each row,
 * which of the target, which of the batch as a whole. Pure.
 *
 * @param rules those of the contract in their order, then those that the target's columns make
 * @param tests of single rows, by {@link Ask}
 * @param wholes rules about the batch as a whole, by their index
 * @param errors why rules cannot be judged, by their index
 */
record Compiled(
    Contract contract,
    Fields fields,
    List<Typing> typings,
    List<GateRule> rules,
    Map<Ask, RowTest> tests,
    List<TargetCheck> checks,
    Map<Integer, Rule> wholes,
    Map<Integer, String> errors) {

  /** What is asked of each row. */
  enum Question {
    /** Does it break the rule? */
    BROKEN,
    /** Can it break the rule? */
    CONSIDERED,
    /** Is the rule about it? */
    APPLIES
  }

  /** A question about a rule. */
  record Ask(Question question, int rule) {
    String id() {
      return question + "." + rule;
    }
  }

  private static final Expr TRUE = Expr.always(Expr.Truth.TRUE);

  /** Two rules for each column: its type, and that it has a value. */
  int typeRule(int column) {
    return contract.rules().size() + 2 * column;
  }

  int absenceRule(int column) {
    return typeRule(column) + 1;
  }

  boolean isOfContract(int rule) {
    return rule < contract.rules().size();
  }

  /**
   * @throws IllegalArgumentException if the input does not fit the target at all
   */
  static Compiled of(
      Contract contract, Fields fields, List<TargetColumn> columns, Duplicates duplicates) {
    List<Typing> typings = typings(fields, columns);
    List<GateRule> rules = new ArrayList<>();
    for (Rule rule : contract.rules()) {
      rules.add(new GateRule(rule.id(), rule.kind(), rule.columns(), rule.severity()));
    }
    for (Field field : fields.all()) {
      rules.add(
          new GateRule(
              "target-type." + field.name(),
              "a value of the column's type",
              List.of(),
              Rule.Severity.CRITICAL));
      rules.add(
          new GateRule(
              "target-not-null." + field.name(),
              "a value",
              List.of(field.name()),
              Rule.Severity.CRITICAL));
    }
    Map<Ask, RowTest> tests = new LinkedHashMap<>();
    List<TargetCheck> checks = new ArrayList<>();
    Map<Integer, Rule> wholes = new LinkedHashMap<>();
    Map<Integer, String> errors = new LinkedHashMap<>();
    for (int i = 0; i < contract.rules().size(); i++) {
      Rule rule = contract.rules().get(i);
      if (!RowRules.kinds().contains(rule.kind())) {
        wholes.put(i, rule);
        continue;
      }
      try {
        RowTest test = RowRules.lower(rule, fields, Mode.STRICT);
        Optional<TargetCheck> check = check(i, rule, test, duplicates);
        if (check.isPresent()) {
          checks.add(check.get());
          tests.put(new Ask(Question.CONSIDERED, i), considered(test));
        } else if (looksAround(test.bad())
            || looksAround(test.considered())
            || looksAround(test.applies())) {
          wholes.put(i, rule);
          continue;
        } else {
          tests.put(new Ask(Question.BROKEN, i), test);
          if (rule.mostly() < 1) {
            tests.put(new Ask(Question.CONSIDERED, i), considered(test));
          }
        }
        if (rule.onEmpty() == Rule.Answer.FAIL) {
          tests.put(
              new Ask(Question.APPLIES, i),
              new RowTest(test.applies(), TRUE, TRUE, List.of(), RowTest.Missing.NOT_COUNTED));
        }
      } catch (IllegalArgumentException e) {
        errors.put(i, String.valueOf(e.getMessage()));
      }
    }
    return new Compiled(contract, fields, typings, rules, tests, checks, wholes, errors);
  }

  private static RowTest considered(RowTest test) {
    return new RowTest(
        test.applies(), test.considered(), TRUE, List.of(), RowTest.Missing.NOT_COUNTED);
  }

  private static List<Typing> typings(Fields fields, List<TargetColumn> columns) {
    Set<String> given = new HashSet<>();
    List<Typing> typings = new ArrayList<>();
    for (Field field : fields.all()) {
      TargetColumn column =
          columns.stream()
              .filter(candidate -> candidate.name().equals(field.name()))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "The target has no column \""
                              + field.name()
                              + "\"; add it there, or leave it out before the gate"));
      if (!given.add(field.name())) {
        throw new IllegalArgumentException(
            "The input has two columns called \"" + field.name() + "\"");
      }
      typings.add(Typing.of(field, column));
    }
    for (TargetColumn column : columns) {
      if (column.absence() == TargetColumn.Absence.REQUIRED && !given.contains(column.name())) {
        throw new IllegalArgumentException(
            "The target's column \""
                + column.name()
                + "\" needs a value, and the input has no such column");
      }
    }
    return typings;
  }

  /** The check of the target that a rule is, if it is one. */
  private static Optional<TargetCheck> check(
      int index, Rule rule, RowTest test, Duplicates duplicates) {
    if (looksAround(test.considered()) || looksAround(test.applies())) {
      return Optional.empty();
    }
    if (test.bad() instanceof Expr.Repeated repeated && !looksAround(repeated.within())) {
      return Optional.of(
          new TargetCheck.Unique(
              index,
              repeated.columns(),
              repeated.nulls(),
              repeated.within(),
              rule.condition().isEmpty() ? TargetCheck.Scope.WHOLE : TargetCheck.Scope.SOME,
              duplicates));
    }
    if (test.bad() instanceof Expr.Not not && not.of() instanceof Expr.Refers refers) {
      return Optional.of(
          new TargetCheck.Refers(index, refers.columns(), refers.table(), refers.keys()));
    }
    return Optional.empty();
  }

  /** Whether an answer about a row depends on rows that are not before it. */
  private static boolean looksAround(Expr expr) {
    if (expr instanceof Expr.Repeated || expr instanceof Expr.Refers) {
      return true;
    }
    if (expr instanceof Expr.Not not) {
      return looksAround(not.of());
    }
    if (expr instanceof Expr.IsTrue is) {
      return looksAround(is.of());
    }
    if (expr instanceof Expr.And and) {
      return and.parts().stream().anyMatch(Compiled::looksAround);
    }
    if (expr instanceof Expr.Or or) {
      return or.parts().stream().anyMatch(Compiled::looksAround);
    }
    return expr instanceof Expr.OutOfOrder order && looksAround(order.within());
  }

  boolean hasShares() {
    return contract.rules().stream().anyMatch(rule -> rule.mostly() < 1);
  }
}
