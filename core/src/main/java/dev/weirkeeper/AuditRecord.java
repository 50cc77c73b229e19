package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The envelope of everything that is written down. Holds no row values: counts, hashes and salted
 * commitments only. Its canonical form (RFC 8785) is its leaf in the log, so its place in a chain
 * or tree is no part of it.
 *
 * @param kind what it records, in dotted words: {@code act.started}
 * @param actor who did it: {@code pipeline}, {@code policy:playbook}, {@code host:ana}
 * @param causes content hashes of the records that led to this one
 * @param commitments salted commitments to values that are kept, encrypted, elsewhere
 */
public record AuditRecord(
    String kind,
    Instant at,
    String actor,
    Optional<Asset> asset,
    Json body,
    List<Hash> causes,
    Map<String, Hash> commitments) {

  public AuditRecord {
    requireNonNull(kind, "kind");
    requireNonNull(at, "at");
    requireNonNull(actor, "actor");
    requireNonNull(asset, "asset");
    requireNonNull(body, "body");
    causes = List.copyOf(causes);
    commitments = Map.copyOf(commitments);
  }

  public Json canonical() {
    return Json.of(this);
  }

  public Hash id() {
    return Hash.of(canonical());
  }
}
