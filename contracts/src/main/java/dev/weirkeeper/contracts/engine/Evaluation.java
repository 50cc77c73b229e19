package dev.weirkeeper.contracts.engine;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.Rule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Judges a contract by an engine: asks for all metrics that all rules need at once, and again while
 * a rule wants more. Pure but for the engine.
 */
public final class Evaluation {
  /** A rule asks a few times; one that never ends is a defect of its kind. */
  private static final int MAX_ROUNDS = 8;

  private Evaluation() {}

  /**
   * What each rule of the contract comes to, in its order.
   *
   * @throws IOException if the data cannot be read at all
   */
  public static List<RuleResult> of(
      Contract contract, RuleKinds kinds, Engine engine, Options options, CallControl control)
      throws IOException {
    Fields fields = engine.fields();
    List<Step> steps = new ArrayList<>();
    for (Rule rule : contract.rules()) {
      steps.add(begin(rule, kinds, fields, options));
    }
    for (int round = 0; asks(steps); round++) {
      if (round == MAX_ROUNDS) {
        throw new IllegalStateException("A rule still asks after " + MAX_ROUNDS + " rounds");
      }
      Set<Metric> wanted = new LinkedHashSet<>();
      for (Step step : steps) {
        if (step instanceof Step.Ask ask) {
          wanted.addAll(ask.metrics());
        }
      }
      Answers answers = engine.answer(wanted, control);
      steps.replaceAll(step -> next(step, answers));
    }
    List<RuleResult> results = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      Step.Done done = (Step.Done) steps.get(i);
      results.add(new RuleResult(contract.rules().get(i), done.judgement()));
    }
    return List.copyOf(results);
  }

  private static boolean asks(List<Step> steps) {
    return steps.stream().anyMatch(Step.Ask.class::isInstance);
  }

  private static Step begin(Rule rule, RuleKinds kinds, Fields fields, Options options) {
    Optional<RuleKind> kind = kinds.find(rule.kind());
    if (kind.isEmpty()) {
      return new Step.Done(
          Judgement.unsupported("No installed rule kind is called '" + rule.kind() + "'"));
    }
    Step step;
    try {
      step = kind.get().begin(rule, fields, options);
    } catch (IllegalArgumentException e) {
      return new Step.Done(Judgement.error(String.valueOf(e.getMessage())));
    }
    boolean needsRows = options.mode() == Mode.STRICT && rule.onEmpty() == Rule.Answer.FAIL;
    return needsRows ? withRows(rule, step) : step;
  }

  /** The rule, failed if there are no rows that it is about. */
  private static Step withRows(Rule rule, Step step) {
    Metric.Count rows = new Metric.Count(rule.condition().orElse(Expr.always(Expr.Truth.TRUE)));
    return new Step.Ask(
        List.of(rows),
        answers ->
            answers.count(rows) > 0
                ? step
                : new Step.Done(
                    new Judgement(
                        Judgement.Status.FAILED,
                        new Judgement.Nothing(),
                        Optional.of("There are no rows, and the rule needs some"))));
  }

  private static Step next(Step step, Answers answers) {
    if (!(step instanceof Step.Ask ask)) {
      return step;
    }
    try {
      return ask.then().apply(answers);
    } catch (MetricException | IllegalArgumentException e) {
      return new Step.Done(Judgement.error(String.valueOf(e.getMessage())));
    }
  }
}
