package dev.weirkeeper.contracts.sql;

import java.util.OptionalLong;

/**
 * What one validation may cost at most, as estimated before anything runs.
 *
 * @param maxBytes read by all queries together
 * @param maxRows of the data set
 */
public record Limit(OptionalLong maxBytes, OptionalLong maxRows) {
  /** No limit. */
  public static final Limit NONE = new Limit(OptionalLong.empty(), OptionalLong.empty());

  public static Limit ofBytes(long maxBytes) {
    return new Limit(OptionalLong.of(maxBytes), OptionalLong.empty());
  }

  public static Limit ofRows(long maxRows) {
    return new Limit(OptionalLong.empty(), OptionalLong.of(maxRows));
  }
}
