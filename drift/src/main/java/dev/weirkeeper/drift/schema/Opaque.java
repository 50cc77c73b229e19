package dev.weirkeeper.drift.schema;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Hash;
import java.util.List;
import java.util.Optional;

/**
 * Something of a database that is known to be there and is not modelled.
 *
 * @param kind {@code function}, {@code trigger}, {@code policy}, {@code extension}, …
 * @param identity as {@code pg_identify_object} writes it
 * @param definition hash of all that the catalog says of it
 * @param uses the relations that it depends on, so that a change of one of them is not made blindly
 * @param of the relation that it is a part of and goes with: that of a trigger, policy, grant
 * @param make a statement that makes it again just as it is; empty where there is none
 */
public record Opaque(
    String kind,
    String identity,
    Hash definition,
    List<ObjectName> uses,
    Optional<ObjectName> of,
    Optional<String> make) {
  public Opaque {
    requireNonNull(kind, "kind");
    requireNonNull(identity, "identity");
    requireNonNull(definition, "definition");
    uses = List.copyOf(uses);
    requireNonNull(of, "of");
    requireNonNull(make, "make");
  }
}
