package dev.weirkeeper.drift.schema;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * A view.
 *
 * @param definition as {@code pg_get_viewdef} writes it with an empty search path
 * @param reads the columns that it depends on
 * @param columns its columns in their order, with their comments
 */
public record View(
    String id,
    ObjectName name,
    Kind kind,
    String definition,
    List<String> options,
    List<ColumnRef> reads,
    Optional<String> comment,
    List<Column> columns) {
  public View {
    requireNonNull(id, "id");
    requireNonNull(name, "name");
    requireNonNull(kind, "kind");
    requireNonNull(definition, "definition");
    options = List.copyOf(options);
    reads = List.copyOf(reads);
    requireNonNull(comment, "comment");
    columns = List.copyOf(columns);
  }

  /** Whether it holds rows of its own. */
  public enum Kind {
    VIEW,
    MATERIALIZED
  }

  /** A column of the view itself. */
  public record Column(String name, String type, Optional<String> comment) {
    public Column {
      requireNonNull(name, "name");
      requireNonNull(type, "type");
      requireNonNull(comment, "comment");
    }
  }

  /** A column of a table or of another view. */
  public record ColumnRef(ObjectName relation, String column) {
    public ColumnRef {
      requireNonNull(relation, "relation");
      requireNonNull(column, "column");
    }
  }
}
