package dev.weirkeeper.contracts.sql;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What a validation would run and cost, told before anything runs. A rule whose question depends on
 * an answer may ask more than this.
 *
 * @param rows of the data set, as estimated
 * @param bytes read by all queries together, as estimated
 * @param unjudged rules that ask nothing of the data, by their ids, and why
 */
public record Explanation(
    List<Query> queries, OptionalLong rows, OptionalLong bytes, Map<String, String> unjudged) {

  /** Where a query's rows go. */
  public enum Kind {
    /** The database answers. */
    PUSHED_DOWN,
    /** Only if there are rows to show. */
    IF_ROWS_ARE_BAD,
    /** Rows are streamed to where the answer is found in memory. */
    STREAMED
  }

  /** A query and what it is for. */
  public record Query(String what, String sql, Kind kind) {
    public Query {
      requireNonNull(what, "what");
      requireNonNull(sql, "sql");
      requireNonNull(kind, "kind");
    }
  }

  public Explanation {
    queries = List.copyOf(queries);
    requireNonNull(rows, "rows");
    requireNonNull(bytes, "bytes");
    unjudged = Map.copyOf(unjudged);
  }

  /**
   * @throws LimitException if this costs more than it may, or the cost is not known
   */
  public void require(Limit limit) throws LimitException {
    require("bytes", limit.maxBytes(), bytes);
    require("rows", limit.maxRows(), rows);
  }

  private static void require(String what, OptionalLong most, OptionalLong estimate)
      throws LimitException {
    if (most.isEmpty()) {
      return;
    }
    if (estimate.isEmpty()) {
      throw new LimitException(
          "It is not known how many "
              + what
              + " would be read, and the limit is "
              + most.getAsLong()
              + "; nothing was run. Gather statistics of the table, or lift the limit");
    }
    if (estimate.getAsLong() > most.getAsLong()) {
      throw new LimitException(
          "About "
              + estimate.getAsLong()
              + " "
              + what
              + " would be read, more than the limit of "
              + most.getAsLong()
              + "; nothing was run. Judge less data, or raise the limit");
    }
  }
}
