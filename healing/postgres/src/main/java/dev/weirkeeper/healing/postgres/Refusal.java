package dev.weirkeeper.healing.postgres;

/** A precondition of an act does not hold: nothing is done, and the reason says what to do. */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final String reason;

  Refusal(String reason) {
    super(reason);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}
