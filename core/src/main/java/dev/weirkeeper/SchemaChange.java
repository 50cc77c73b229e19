package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * A schema fact that became true inside a transaction. Several changes of one relation in one
 * transaction are folded from the first {@code before} to the last {@code after}.
 *
 * @param before empty for a relation that the feed sees for the first time
 * @param after empty for a relation that is gone
 */
public record SchemaChange(
    Asset asset,
    String relationId,
    Optional<Relation> before,
    Optional<Relation> after,
    Evidence evidence) {
  public SchemaChange {
    requireNonNull(asset, "asset");
    requireNonNull(relationId, "relationId");
    requireNonNull(before, "before");
    requireNonNull(after, "after");
    requireNonNull(evidence, "evidence");
  }
}
