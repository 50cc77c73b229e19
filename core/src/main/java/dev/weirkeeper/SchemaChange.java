package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * A schema fact that became true inside a transaction. Several changes of one relation in one
 * transaction are folded from the first {@code before} to the last {@code after}.
 *
 * @param before empty for a relation that the feed sees for the first time
 * @param after empty for a relation that is gone
 * @param coverage whether the rows that follow have all columns of the relation
 */
public record SchemaChange(
    Asset asset,
    String relationId,
    Optional<Relation> before,
    Optional<Relation> after,
    Evidence evidence,
    Coverage coverage) {

  /** How much of a relation the stream carries. */
  public enum Coverage {
    WHOLE,
    /**
     * The relation has columns that the stream left out: what is captured changed, not the table.
     * Values of those columns are lost.
     */
    PART
  }

  public SchemaChange {
    requireNonNull(asset, "asset");
    requireNonNull(relationId, "relationId");
    requireNonNull(before, "before");
    requireNonNull(after, "after");
    requireNonNull(evidence, "evidence");
    requireNonNull(coverage, "coverage");
  }

  /** A change after which the stream carries all columns. */
  public SchemaChange(
      Asset asset,
      String relationId,
      Optional<Relation> before,
      Optional<Relation> after,
      Evidence evidence) {
    this(asset, relationId, before, after, evidence, Coverage.WHOLE);
  }
}
