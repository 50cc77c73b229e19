package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * A column by identity: two columns are one if and only if their ids are equal, whatever their
 * names.
 *
 * @param id PostgreSQL: {@code attnum}; Iceberg: field id; Avro: path. An id that starts with
 *     {@code ?} means that the identity could not be found out.
 */
public record Column(
    String id,
    String name,
    Type type,
    Nullability nullability,
    Default defaultValue,
    Optional<String> comment) {

  public Column {
    requireNonNull(id, "id");
    requireNonNull(name, "name");
    requireNonNull(type, "type");
    requireNonNull(nullability, "nullability");
    requireNonNull(defaultValue, "defaultValue");
    requireNonNull(comment, "comment");
  }

  /** A column of which no more than identity, name and type is known. */
  public static Column of(String id, String name, Type type) {
    return new Column(id, name, type, Nullability.UNKNOWN, Default.UNKNOWN, Optional.empty());
  }

  public boolean identified() {
    return !id.startsWith("?");
  }
}
