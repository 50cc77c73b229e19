package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * Where the value of a column comes from when a writer gives none.
 *
 * @param missing the value that rows older than the column read as (PostgreSQL: {@code
 *     attmissingval}), in the text form of the type; empty where such rows read NULL or were
 *     rewritten
 */
public record Default(Kind kind, Optional<String> missing) {
  /** What stands behind the column. */
  public enum Kind {
    NONE,
    /** The same value for each row. */
    CONSTANT,
    /** Evaluated per row: {@code random()}, {@code nextval(…)}; a target must never repeat it. */
    VOLATILE,
    /** Computed from other columns and stored, or computed on read. */
    GENERATED,
    /** Nobody has said. */
    UNKNOWN
  }

  public static final Default NONE = new Default(Kind.NONE, Optional.empty());
  public static final Default UNKNOWN = new Default(Kind.UNKNOWN, Optional.empty());

  public Default {
    requireNonNull(kind, "kind");
    requireNonNull(missing, "missing");
  }

  public static Default constant(String missing) {
    return new Default(Kind.CONSTANT, Optional.of(missing));
  }
}
