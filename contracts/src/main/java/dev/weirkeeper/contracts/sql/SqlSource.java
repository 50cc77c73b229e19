package dev.weirkeeper.contracts.sql;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.contracts.Fields;
import java.util.Optional;

/**
 * A data set that SQL reads: a table, a view, a file as a table function.
 *
 * @param relation SQL of what stands behind FROM. Written by the host's code, never by a contract
 * @param rows how its rows are put into order, where they can be
 * @param stability whether it stays the same beyond a transaction
 */
public record SqlSource(
    Dialect dialect, Fields fields, String relation, Optional<Rows> rows, Stability stability) {

  /** What keeps the data in one state. */
  public enum Stability {
    /** A transaction. */
    IN_TRANSACTION,
    /** Whoever opened it: files whose digest is compared, a table that nobody else sees. */
    FOR_GOOD
  }

  /** Whether a row's number says where it is found. */
  public enum Place {
    /** The place in the data. */
    SHOWN,
    /** Only an order that was asked for. */
    NOT_SHOWN
  }

  /**
   * The same data with a number for each row.
   *
   * @param relation as above, with one more column
   * @param column its name: whole numbers from 0, no two the same
   */
  public record Rows(String relation, String column, Place place) {
    public Rows {
      requireNonNull(relation, "relation");
      requireNonNull(column, "column");
      requireNonNull(place, "place");
    }
  }

  public SqlSource {
    requireNonNull(dialect, "dialect");
    requireNonNull(fields, "fields");
    requireNonNull(relation, "relation");
    requireNonNull(rows, "rows");
    requireNonNull(stability, "stability");
    rows.ifPresent(
        row -> {
          if (fields.find(row.column()).isPresent()) {
            throw new IllegalArgumentException(
                "The data has a column \"" + row.column() + "\" already; number rows by another");
          }
        });
  }

  /** A table or view of a database, without an order of its own. */
  public static SqlSource table(Dialect dialect, Fields fields, String name) {
    return new SqlSource(
        dialect, fields, dialect.table(name), Optional.empty(), Stability.IN_TRANSACTION);
  }
}
