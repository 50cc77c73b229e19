package dev.weirkeeper.contracts.engine;

import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Rule;

/**
 * What rules of one kind mean: which metrics they need and what follows from them, once for all
 * engines. MUST be pure and safe to share between threads.
 */
@FunctionalInterface
public interface RuleKind {
  /**
   * Begins to judge a rule.
   *
   * @throws IllegalArgumentException if the rule cannot be judged on these columns; says why. The
   *     rule then ends in an error.
   */
  Step begin(Rule rule, Fields fields, Options options);
}
