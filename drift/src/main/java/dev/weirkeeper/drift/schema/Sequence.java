package dev.weirkeeper.drift.schema;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * A sequence. Numbers are text: they reach beyond what JSON numbers hold.
 *
 * @param owner the column that it belongs to
 */
public record Sequence(
    String id,
    ObjectName name,
    String type,
    String start,
    String increment,
    String min,
    String max,
    String cache,
    Cycle cycle,
    Table.Persistence persistence,
    Optional<Owner> owner,
    Optional<String> comment) {
  public Sequence {
    requireNonNull(id, "id");
    requireNonNull(name, "name");
    requireNonNull(type, "type");
    requireNonNull(start, "start");
    requireNonNull(increment, "increment");
    requireNonNull(min, "min");
    requireNonNull(max, "max");
    requireNonNull(cache, "cache");
    requireNonNull(cycle, "cycle");
    requireNonNull(persistence, "persistence");
    requireNonNull(owner, "owner");
    requireNonNull(comment, "comment");
  }

  /** What happens at the end. */
  public enum Cycle {
    NO_CYCLE,
    CYCLE
  }

  /** Whose it is. */
  public record Owner(ObjectName table, String column, Bond bond) {
    public Owner {
      requireNonNull(table, "table");
      requireNonNull(column, "column");
      requireNonNull(bond, "bond");
    }
  }

  /** How it belongs to the column. */
  public enum Bond {
    /** {@code OWNED BY}, as serial columns have it. */
    OWNED,
    /** It is the sequence of an identity column and has no life of its own. */
    IDENTITY
  }
}
