package dev.weirkeeper.contracts.gate;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Hash;
import java.util.Optional;

/** Which rows of a target's quarantine are meant. */
public record QuarantineFilter(Optional<Hash> batch, Optional<String> rule) {
  public QuarantineFilter {
    requireNonNull(batch, "batch");
    requireNonNull(rule, "rule");
  }

  public static QuarantineFilter all() {
    return new QuarantineFilter(Optional.empty(), Optional.empty());
  }

  /** Those of one batch. */
  public static QuarantineFilter ofBatch(Hash batch) {
    return new QuarantineFilter(Optional.of(batch), Optional.empty());
  }

  /** Those that break a rule. */
  public QuarantineFilter breaking(String ruleId) {
    return new QuarantineFilter(batch, Optional.of(ruleId));
  }
}
