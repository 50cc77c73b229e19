package dev.weirkeeper.contracts.gate;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.contracts.Rule;
import java.util.Optional;

/**
 * What a rule came to on a batch.
 *
 * @param broken rows that break it; 0 for a rule about the batch as a whole
 * @param reason why it could not be judged; empty if it could
 */
public record RuleTally(
    String rule, Rule.Severity severity, Outcome outcome, long broken, Optional<String> reason) {

  /** How it ended. */
  public enum Outcome {
    KEPT,
    WARNED,
    /** Somebody of the owning domain lets it be broken for a while. */
    WAIVED,
    QUARANTINED,
    BLOCKED,
    ERROR
  }

  public RuleTally {
    requireNonNull(rule, "rule");
    requireNonNull(severity, "severity");
    requireNonNull(outcome, "outcome");
    requireNonNull(reason, "reason");
  }
}
