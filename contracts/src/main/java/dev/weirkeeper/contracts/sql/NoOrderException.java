package dev.weirkeeper.contracts.sql;

/** A question about the order of rows where the rows have none. */
final class NoOrderException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NoOrderException() {
    super(
        "Rows of a table have no order of their own, so none can be out of it; name index columns"
            + " to order them by");
  }
}
