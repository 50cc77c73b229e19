package dev.weirkeeper.contracts.engine;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.contracts.Rule;

/** A rule of a contract and what it came to. */
public record RuleResult(Rule rule, Judgement judgement) {
  public RuleResult {
    requireNonNull(rule, "rule");
    requireNonNull(judgement, "judgement");
  }

  public boolean passed() {
    return judgement.status() == Judgement.Status.PASSED;
  }
}
