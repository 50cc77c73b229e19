package dev.weirkeeper.contracts.gate;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.contracts.Rule;
import java.util.List;

/**
 * A rule as a quarantine names it: one of the contract, or one that the target itself makes.
 *
 * @param expected what the rule wants, without values of the data: its kind
 */
public record GateRule(String id, String expected, List<String> columns, Rule.Severity severity) {
  public GateRule {
    requireNonNull(id, "id");
    requireNonNull(expected, "expected");
    columns = List.copyOf(columns);
    requireNonNull(severity, "severity");
  }
}
