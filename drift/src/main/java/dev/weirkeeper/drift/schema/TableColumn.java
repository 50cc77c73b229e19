package dev.weirkeeper.drift.schema;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Nullability;
import java.util.List;
import java.util.Optional;

/**
 * A column of a table.
 *
 * @param id its attnum: survives a rename, and is never given again
 * @param type as {@code format_type} writes it with an empty search path
 * @param defaultValue as {@code pg_get_expr} writes it; the expression of a generated column
 * @param collation where it is not that of the type
 * @param statistics where it is set
 * @param options sorted
 * @param foreignOptions options of a foreign table's column, sorted
 * @param origin whether the table itself says it, or a parent does
 * @param typeStorage the storage that the type has where nobody says another
 */
public record TableColumn(
    String id,
    String name,
    String type,
    Nullability nullability,
    Optional<String> defaultValue,
    Filling filling,
    Optional<ObjectName> collation,
    String storage,
    String compression,
    Optional<Integer> statistics,
    List<String> options,
    List<String> foreignOptions,
    Origin origin,
    Optional<String> comment,
    String typeStorage) {
  public TableColumn {
    requireNonNull(id, "id");
    requireNonNull(name, "name");
    requireNonNull(type, "type");
    requireNonNull(nullability, "nullability");
    requireNonNull(defaultValue, "defaultValue");
    requireNonNull(filling, "filling");
    requireNonNull(collation, "collation");
    requireNonNull(storage, "storage");
    requireNonNull(compression, "compression");
    requireNonNull(statistics, "statistics");
    options = List.copyOf(options);
    foreignOptions = List.copyOf(foreignOptions);
    requireNonNull(origin, "origin");
    requireNonNull(comment, "comment");
    requireNonNull(typeStorage, "typeStorage");
  }

  /** Who fills it where the writer does not. */
  public enum Filling {
    /** The default, if there is one. */
    PLAIN,
    IDENTITY_ALWAYS,
    IDENTITY_BY_DEFAULT,
    GENERATED_STORED,
    GENERATED_VIRTUAL
  }

  /** Where a part of a table comes from. */
  public enum Origin {
    LOCAL,
    INHERITED,
    /** Inherited, and said here again. */
    BOTH
  }
}
