package dev.weirkeeper.contracts.sql;

import org.jspecify.annotations.Nullable;

/** A database refused a query. The message quotes no values; the cause may. */
final class QueryException extends Exception {
  private static final long serialVersionUID = 1L;

  QueryException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
