package dev.weirkeeper.spi;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Probe;
import java.util.List;
import java.util.Optional;

/**
 * Hands out rows of a table for others to work on, masked as the host said. MUST NOT let a value
 * out that the host hides. MUST keep to the bounds and to the deadline of the call. MUST answer
 * {@code Unknown} with a reason that holds no values where the table cannot or may not be read.
 * Safe to share between threads.
 */
public interface TableReader {
  /**
   * @param rows how many rows at most
   * @param characters how many their values may have together; the row that goes beyond is left out
   */
  Probe<Rows> read(Asset table, int rows, long characters, Tool.Call call);

  /**
   * Rows of a table.
   *
   * @param values for each row the text of each field, empty for NULL
   */
  record Rows(List<Field> fields, List<List<Optional<String>>> values, Extent extent) {
    public Rows {
      fields = List.copyOf(fields);
      values = List.copyOf(values);
      requireNonNull(extent, "extent");
    }
  }

  /**
   * A column.
   *
   * @param name as an agent may write it, see {@link dev.weirkeeper.Handles}
   * @param type what its values are texts of: {@code int4}, {@code numeric}, {@code timestamptz};
   *     {@code text} for masked values and for all that has no simpler type
   */
  record Field(String name, String type) {
    public Field {
      requireNonNull(name, "name");
      requireNonNull(type, "type");
    }
  }

  /** How much of the table it is. */
  enum Extent {
    WHOLE,
    PART
  }
}
