package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.List;

/** All findings of one asset at one position: what one decision is about. */
public record Incident(Asset asset, Position position, List<Finding> findings) {
  public Incident {
    requireNonNull(asset, "asset");
    requireNonNull(position, "position");
    findings = List.copyOf(findings);
    if (findings.isEmpty()) {
      throw new IllegalArgumentException("An incident has at least one finding");
    }
    for (Finding finding : findings) {
      if (!finding.asset().equals(asset)) {
        throw new IllegalArgumentException(
            "An incident of " + asset + " cannot hold a finding of " + finding.asset());
      }
    }
  }

  public Hash id() {
    return Hash.of(Json.of(this));
  }

  public Verdict verdict() {
    return findings.stream().map(Finding::verdict).reduce(Verdict.NOOP, Verdict::join);
  }
}
