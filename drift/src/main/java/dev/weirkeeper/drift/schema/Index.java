package dev.weirkeeper.drift.schema;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * An index, also one that a constraint keeps.
 *
 * @param definition as {@code pg_get_indexdef} writes it with an empty search path
 * @param columns names of the columns that it reads, also in expressions and its predicate
 * @param constraint name of the constraint that it belongs to
 * @param parent the index of the partitioned table that it is attached to
 * @param body what of the definition follows the name of the table, without storage parameters
 */
public record Index(
    String id,
    ObjectName name,
    ObjectName table,
    String definition,
    List<String> columns,
    Uniqueness uniqueness,
    Constraint.Validity validity,
    Optional<String> constraint,
    Optional<ObjectName> parent,
    List<String> options,
    Optional<String> tablespace,
    Optional<String> comment,
    String body) {
  public Index {
    requireNonNull(id, "id");
    requireNonNull(name, "name");
    requireNonNull(table, "table");
    requireNonNull(definition, "definition");
    columns = List.copyOf(columns);
    requireNonNull(uniqueness, "uniqueness");
    requireNonNull(validity, "validity");
    requireNonNull(constraint, "constraint");
    requireNonNull(parent, "parent");
    options = List.copyOf(options);
    requireNonNull(tablespace, "tablespace");
    requireNonNull(comment, "comment");
    requireNonNull(body, "body");
  }

  /** Whether it refuses a second row with the same key. */
  public enum Uniqueness {
    UNIQUE,
    NOT_UNIQUE
  }
}
