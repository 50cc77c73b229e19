package dev.weirkeeper.contracts.engine;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.contracts.Fields;
import java.util.List;

/**
 * Some rows of a data set, column by column. Immutable.
 *
 * @param columns one for each field, in their order, each with at least {@code rows} values
 */
public record Frame(Fields fields, int rows, List<Vec> columns) {
  public Frame {
    requireNonNull(fields, "fields");
    columns = List.copyOf(columns);
    if (columns.size() != fields.all().size()) {
      throw new IllegalArgumentException(
          "A frame has a column for each field: " + columns.size() + " for " + fields.all().size());
    }
  }
}
