package dev.weirkeeper.contracts.sql;

import java.io.IOException;

/** A validation would cost more than it may; nothing was run. */
public final class LimitException extends IOException {
  private static final long serialVersionUID = 1L;

  LimitException(String message) {
    super(message);
  }
}
