package dev.weirkeeper.contracts.engine;

import java.util.List;
import java.util.function.Function;

/**
 * What a rule wants next: metrics first, a judgement in the end. Most rules ask once; one whose
 * question depends on an answer (a z-score on mean and deviation) asks again.
 */
public sealed interface Step {

  /**
   * Metrics, and what to make of them. The function is pure; a {@link MetricException} that it lets
   * through ends the rule in an error.
   */
  record Ask(List<Metric> metrics, Function<Answers, Step> then) implements Step {
    public Ask {
      metrics = List.copyOf(metrics);
    }
  }

  /** The judgement. */
  record Done(Judgement judgement) implements Step {}
}
