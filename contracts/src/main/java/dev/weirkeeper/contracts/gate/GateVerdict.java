package dev.weirkeeper.contracts.gate;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * What a gate would do about a batch.
 *
 * @param token present if it would publish something
 */
public record GateVerdict(GateReport report, Optional<ValidationToken> token) {
  public GateVerdict {
    requireNonNull(report, "report");
    requireNonNull(token, "token");
  }

  public GateStatus status() {
    return report.status();
  }
}
