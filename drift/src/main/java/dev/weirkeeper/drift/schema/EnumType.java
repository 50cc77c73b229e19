package dev.weirkeeper.drift.schema;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * An enum type.
 *
 * @param labels in their order
 */
public record EnumType(String id, ObjectName name, List<Label> labels, Optional<String> comment) {
  public EnumType {
    requireNonNull(id, "id");
    requireNonNull(name, "name");
    labels = List.copyOf(labels);
    requireNonNull(comment, "comment");
  }

  /**
   * @param id {@code pg_enum.oid}: survives a rename
   */
  public record Label(String id, String name) {
    public Label {
      requireNonNull(id, "id");
      requireNonNull(name, "name");
    }
  }
}
