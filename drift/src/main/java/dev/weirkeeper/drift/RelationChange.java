package dev.weirkeeper.drift;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Verdict;

/**
 * One change between two versions of a relation, as {@link SchemaDrift#changes} finds it.
 *
 * @param subject the id of the column, label or type that it happened to; empty for the table
 * @param verdict that of the kind, or a worse one
 */
public record RelationChange(ChangeKind kind, String subject, Verdict verdict, DriftDetail detail) {
  public RelationChange {
    requireNonNull(kind, "kind");
    requireNonNull(subject, "subject");
    requireNonNull(verdict, "verdict");
    requireNonNull(detail, "detail");
  }
}
