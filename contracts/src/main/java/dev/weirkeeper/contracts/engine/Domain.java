package dev.weirkeeper.contracts.engine;

import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.Operand;
import dev.weirkeeper.contracts.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The values that a rule about one column is about: those of the rows that its condition selects.
 * What a NaN counts as depends on the mode: pandas takes it for missing, SQL for a value.
 *
 * @param rows rows that the condition selects
 * @param valued among those, the rows that may have a value: no NaN where it counts as missing
 */
record Domain(Rule rule, Field field, Mode mode, Expr rows, Expr valued) {

  private static final Set<Form> NUMBERS = Set.of(Form.INTEGER, Form.DECIMAL, Form.FLOAT);

  /**
   * @throws IllegalArgumentException if the rule is not about one column, or there is no such
   *     column
   */
  static Domain of(Rule rule, Fields fields, Options options) {
    if (rule.columns().size() != 1) {
      throw new IllegalArgumentException(
          "Rule " + rule.id() + ": " + rule.kind() + " is about one column");
    }
    Field field = fields.the(rule.columns().get(0));
    Expr rows = rows(rule);
    boolean hidesNaN = options.mode() == Mode.GX_PANDAS && field.form() == Form.FLOAT;
    Expr valued =
        hidesNaN ? both(rows, Expr.not(new Expr.IsMissing(Operand.column(field.name())))) : rows;
    return new Domain(rule, field, options.mode(), rows, valued);
  }

  /** The rows that a rule is about. */
  static Expr rows(Rule rule) {
    return rule.condition().orElse(Expr.always(Expr.Truth.TRUE));
  }

  /**
   * The rows that a rule about a table is about. Great Expectations 1.2 takes a condition there and
   * then counts all rows.
   */
  static Expr rowsOfTable(Rule rule, Options options) {
    return options.mode() == Mode.STRICT ? rows(rule) : Expr.always(Expr.Truth.TRUE);
  }

  static Expr both(Expr left, Expr right) {
    if (left instanceof Expr.Always always && always.answer() == Expr.Truth.TRUE) {
      return right;
    }
    return Expr.all(left, right);
  }

  String column() {
    return field.name();
  }

  boolean isNumber() {
    return NUMBERS.contains(field.form());
  }

  /**
   * Goes on if the values are numbers, or if there are none: a column of NULL has no type that
   * counts. Otherwise the rule ends in an error.
   */
  Step numbers(String measure, Supplier<Step> then) {
    if (isNumber()) {
      return then.get();
    }
    Metric.Count values = values();
    return new Step.Ask(
        List.of(values),
        answers -> {
          if (answers.count(values) > 0) {
            throw new IllegalArgumentException(
                "The column \""
                    + column()
                    + "\" holds "
                    + field.type()
                    + ", of which there is no "
                    + measure);
          }
          return then.get();
        });
  }

  /** How many rows there are. */
  Metric.Count count() {
    return new Metric.Count(rows);
  }

  /** How many rows have a value. */
  Metric.Count values() {
    return new Metric.Count(both(valued, Expr.not(new Expr.IsNull(Operand.column(column())))));
  }

  /** How many rows have this value of a boolean column. */
  Metric.Count truths(boolean value) {
    return new Metric.Count(
        both(
            rows,
            new Expr.Compare(
                Operand.column(column()), Expr.Comparison.EQUAL, Operand.constant(value))));
  }

  Metric.Aggregate fold(Metric.Fold fold) {
    return new Metric.Aggregate(fold, column(), valued);
  }

  /**
   * Asks for metrics. Strictly, a rule that passes where there are no rows passes without them: a
   * column without rows has no measure.
   */
  Step ask(List<Metric> metrics, Function<Answers, Step> then) {
    if (mode != Mode.STRICT || rule.onEmpty() != Rule.Answer.PASS) {
      return new Step.Ask(metrics, then);
    }
    Metric.Count count = count();
    List<Metric> all = new ArrayList<>(metrics);
    all.add(count);
    return new Step.Ask(
        all,
        answers ->
            answers.count(count) > 0
                ? then.apply(answers)
                : new Step.Done(
                    new Judgement(
                        Judgement.Status.PASSED, new Judgement.Nothing(), Optional.empty())));
  }
}
