package dev.weirkeeper.contracts.gate;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Rule;
import java.util.EnumMap;
import java.util.Map;

/**
 * What a gate does about broken rules, and how much quarantine it bears. Given by the host.
 *
 * @param responses by severity of the rule
 * @param maxQuarantined rows of a batch that may go to quarantine; beyond it the batch is blocked
 * @param maxShare the share of a batch that may, from 0 to 1
 */
public record GatePolicy(
    Map<Rule.Severity, Response> responses,
    long maxQuarantined,
    double maxShare,
    Duplicates duplicates) {

  /**
   * Critical rules quarantine, others warn; at most a tenth of a batch goes to quarantine; all
   * copies of a repeated value are bad.
   */
  public static final GatePolicy STANDARD =
      new GatePolicy(
          Map.of(
              Rule.Severity.CRITICAL, Response.QUARANTINE,
              Rule.Severity.WARNING, Response.WARN,
              Rule.Severity.INFO, Response.WARN),
          Long.MAX_VALUE,
          0.1,
          Duplicates.allBad());

  public GatePolicy {
    responses = Map.copyOf(responses);
    requireNonNull(duplicates, "duplicates");
    for (Rule.Severity severity : Rule.Severity.values()) {
      if (!responses.containsKey(severity)) {
        throw new IllegalArgumentException("A policy says what to do about " + severity);
      }
    }
    if (maxQuarantined < 0) {
      throw new IllegalArgumentException("A budget is never negative, got " + maxQuarantined);
    }
    if (!(maxShare >= 0 && maxShare <= 1)) {
      throw new IllegalArgumentException("A share is from 0 to 1, got " + maxShare);
    }
  }

  public Response to(Rule.Severity severity) {
    return requireNonNull(responses.get(severity));
  }

  public GatePolicy on(Rule.Severity severity, Response response) {
    Map<Rule.Severity, Response> changed = new EnumMap<>(responses);
    changed.put(severity, response);
    return new GatePolicy(changed, maxQuarantined, maxShare, duplicates);
  }

  /** At most so many rows and so large a share of a batch go to quarantine. */
  public GatePolicy quarantining(long rows, double share) {
    return new GatePolicy(responses, rows, share, duplicates);
  }

  public GatePolicy with(Duplicates which) {
    return new GatePolicy(responses, maxQuarantined, maxShare, which);
  }

  boolean bears(long quarantined, long rows) {
    return quarantined <= maxQuarantined && quarantined <= maxShare * rows;
  }

  /** What reports name the policy by. */
  public Hash digest() {
    return Hash.of(
        Json.of(
            Map.of(
                "responses", responses,
                "maxQuarantined", Long.toString(maxQuarantined),
                "maxShare", maxShare,
                "duplicates", duplicates)));
  }
}
