package dev.weirkeeper.contracts.sql;

import org.jspecify.annotations.Nullable;

/** A database refused a query. The message quotes no values; the cause may. */
final class QueryException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What it refused. */
  enum About {
    /** A computation with values that it met. */
    VALUES,
    THE_QUERY
  }

  private final About about;

  QueryException(String message, About about, @Nullable Throwable cause) {
    super(message, cause);
    this.about = about;
  }

  boolean isAboutValues() {
    return about == About.VALUES;
  }
}
