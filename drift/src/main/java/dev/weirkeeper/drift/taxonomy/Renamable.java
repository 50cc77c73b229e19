package dev.weirkeeper.drift.taxonomy;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.Set;

/**
 * A thing with a name, and what of it stays when the name changes: a column, a table, an index, a
 * constraint, an enum, a label.
 *
 * @param kind what it is: {@code column}; only things of one kind are compared
 * @param scope what it lies in: the table of a column, the schema of a table; only things in one
 *     scope are compared
 * @param name its name there
 * @param shape its type, or its definition without its name
 * @param identity what stays the same whatever its name, where the system has such a thing
 * @param comment what its owner says of it
 * @param memberships what it takes part in, in words that do not depend on its name: {@code primary
 *     key 1}
 */
public record Renamable(
    String kind,
    String scope,
    String name,
    String shape,
    Optional<String> identity,
    Optional<String> comment,
    Set<String> memberships) {
  public Renamable {
    requireNonNull(kind, "kind");
    requireNonNull(scope, "scope");
    requireNonNull(name, "name");
    requireNonNull(shape, "shape");
    requireNonNull(identity, "identity");
    requireNonNull(comment, "comment");
    memberships = Set.copyOf(memberships);
  }

  /** A thing of which no more is known than its name and its shape. */
  public static Renamable of(String kind, String scope, String name, String shape) {
    return new Renamable(kind, scope, name, shape, Optional.empty(), Optional.empty(), Set.of());
  }
}
