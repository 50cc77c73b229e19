package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

/**
 * A rule that a row does not keep.
 *
 * @param rule id of the rule within its contract
 * @param reason what was expected, without the row's value
 */
public record Violation(String rule, String reason) {
  public Violation {
    requireNonNull(rule, "rule");
    requireNonNull(reason, "reason");
  }
}
