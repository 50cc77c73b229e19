package dev.weirkeeper.contracts.gate;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Rule;
import java.time.Instant;
import java.util.Optional;

/**
 * Lets rows that break a rule through for a while. Granted by a person of the domain that owns the
 * target, never by whoever asked.
 *
 * @param batch only this batch; empty: every one until it expires
 * @param requester principal of who asked
 * @param granter principal of who granted it
 * @param contract id of the contract that has the rule
 * @param content digest of the rule: one that was changed since then is another rule
 */
public record Waiver(
    Asset target,
    String rule,
    Optional<Hash> batch,
    String requester,
    String granter,
    String reason,
    Instant granted,
    Instant expires,
    String contract,
    Hash content) {
  public Waiver {
    requireNonNull(target, "target");
    requireNonNull(rule, "rule");
    requireNonNull(batch, "batch");
    requireNonNull(requester, "requester");
    requireNonNull(granter, "granter");
    requireNonNull(reason, "reason");
    requireNonNull(granted, "granted");
    requireNonNull(expires, "expires");
    requireNonNull(contract, "contract");
    requireNonNull(content, "content");
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

  boolean isAbout(Contract inForce, Rule given) {
    return rule.equals(given.id())
        && content.equals(given.digest())
        && contract.equals(inForce.id());
  }

  boolean covers(Hash batchId, Instant now) {
    return (batch.isEmpty() || batch.get().equals(batchId))
        && now.isBefore(expires)
        && !now.isBefore(granted);
  }
}
