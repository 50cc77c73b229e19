package dev.weirkeeper.contracts.sql;

import static java.util.Objects.requireNonNull;

import java.util.OptionalLong;

/**
 * How large a data set is, as far as is known without reading it.
 *
 * @param bytes of one pass over all of it
 */
public record Cost(OptionalLong rows, OptionalLong bytes) {
  public Cost {
    requireNonNull(rows, "rows");
    requireNonNull(bytes, "bytes");
  }
}
