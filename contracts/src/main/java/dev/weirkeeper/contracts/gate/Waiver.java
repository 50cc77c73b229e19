package dev.weirkeeper.contracts.gate;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import java.time.Instant;
import java.util.Optional;

/**
 * Lets rows that break a rule through for a while. Granted by a person of the domain that owns the
 * target, never by whoever asked.
 *
 * @param batch only this batch; empty: every one until it expires
 * @param requester principal of who asked
 * @param granter principal of who granted it
 */
public record Waiver(
    Asset target,
    String rule,
    Optional<Hash> batch,
    String requester,
    String granter,
    String reason,
    Instant granted,
    Instant expires) {
  public Waiver {
    requireNonNull(target, "target");
    requireNonNull(rule, "rule");
    requireNonNull(batch, "batch");
    requireNonNull(requester, "requester");
    requireNonNull(granter, "granter");
    requireNonNull(reason, "reason");
    requireNonNull(granted, "granted");
    requireNonNull(expires, "expires");
    if (requester.isBlank() || granter.isBlank()) {
      throw new IllegalArgumentException("A waiver names who asked for it and who granted it");
    }
    if (requester.strip().equalsIgnoreCase(granter.strip())) {
      throw new IllegalArgumentException(
          "'" + requester + "' asked for the waiver; another person has to grant it");
    }
    if (!expires.isAfter(granted)) {
      throw new IllegalArgumentException("A waiver expires after it is granted");
    }
  }

  public Hash id() {
    return Hash.of(Json.of(this));
  }

  boolean covers(String ruleId, Hash batchId, Instant now) {
    return rule.equals(ruleId)
        && (batch.isEmpty() || batch.get().equals(batchId))
        && now.isBefore(expires)
        && !now.isBefore(granted);
  }
}
