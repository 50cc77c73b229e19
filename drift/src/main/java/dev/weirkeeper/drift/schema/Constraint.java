package dev.weirkeeper.drift.schema;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * A constraint of a table.
 *
 * @param definition as {@code pg_get_constraintdef} writes it with an empty search path
 * @param columns names of the columns that it is about, in its order
 * @param references the table that a foreign key refers to
 */
public record Constraint(
    String id,
    String name,
    Kind kind,
    String definition,
    List<String> columns,
    Optional<ObjectName> references,
    Validity validity,
    TableColumn.Origin origin,
    Optional<String> comment) {
  public Constraint {
    requireNonNull(id, "id");
    requireNonNull(name, "name");
    requireNonNull(kind, "kind");
    requireNonNull(definition, "definition");
    columns = List.copyOf(columns);
    requireNonNull(references, "references");
    requireNonNull(validity, "validity");
    requireNonNull(origin, "origin");
    requireNonNull(comment, "comment");
  }

  /** {@code pg_constraint.contype}. */
  public enum Kind {
    PRIMARY_KEY,
    UNIQUE,
    FOREIGN_KEY,
    CHECK,
    EXCLUSION,
    /** A named NOT NULL: PostgreSQL 18. */
    NOT_NULL
  }

  /** Whether rows that were there before it are known to keep it. */
  public enum Validity {
    VALID,
    NOT_VALID
  }
}
