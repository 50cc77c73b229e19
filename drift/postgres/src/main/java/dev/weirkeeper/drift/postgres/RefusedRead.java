package dev.weirkeeper.drift.postgres;

/** A read that is not tried: the reason says what to do and quotes nothing. */
final class RefusedRead extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;

  RefusedRead(String reason) {
    super(reason);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}
