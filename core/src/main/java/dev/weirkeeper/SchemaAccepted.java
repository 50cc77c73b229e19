package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * That a target follows another version of a relation from here on: the body of the journal's
 * records of that kind. They hold the version itself, so that the history of a schema can be built
 * from the log alone. A host that died after it wrote one may write it again.
 *
 * @param position where in the feed the change was met
 * @param evidence who saw the version
 * @param from the version that the target followed before; empty for its first
 */
public record SchemaAccepted(
    Position position, Evidence evidence, Optional<Hash> from, Relation relation) {
  public static final String KIND = "schema.accepted";

  public SchemaAccepted {
    requireNonNull(position, "position");
    requireNonNull(evidence, "evidence");
    requireNonNull(from, "from");
    requireNonNull(relation, "relation");
  }
}
