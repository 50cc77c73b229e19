package dev.weirkeeper.drift.schema;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Nullability;
import java.util.List;
import java.util.Optional;

/**
 * A domain.
 *
 * @param base the type below it as {@code format_type} writes it
 * @param defaultValue as the catalog writes the expression
 */
public record DomainType(
    String id,
    ObjectName name,
    String base,
    Nullability nullability,
    Optional<String> defaultValue,
    Optional<String> collation,
    List<Check> checks,
    Optional<String> comment) {
  public DomainType {
    requireNonNull(id, "id");
    requireNonNull(name, "name");
    requireNonNull(base, "base");
    requireNonNull(nullability, "nullability");
    requireNonNull(defaultValue, "defaultValue");
    requireNonNull(collation, "collation");
    checks = List.copyOf(checks);
    requireNonNull(comment, "comment");
  }

  /**
   * @param definition as {@code pg_get_constraintdef} writes it
   */
  public record Check(String name, String definition, Constraint.Validity validity) {
    public Check {
      requireNonNull(name, "name");
      requireNonNull(definition, "definition");
      requireNonNull(validity, "validity");
    }
  }
}
