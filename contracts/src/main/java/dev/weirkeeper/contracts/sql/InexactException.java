package dev.weirkeeper.contracts.sql;

/** A dialect cannot say something with exactly its meaning; memory answers it instead. */
final class InexactException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InexactException(String reason) {
    super(reason);
  }
}
