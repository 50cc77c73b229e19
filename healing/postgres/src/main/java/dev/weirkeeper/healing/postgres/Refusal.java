package dev.weirkeeper.healing.postgres;

/** A precondition of an act does not hold: nothing is done, and the message says what to do. */
final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  Refusal(String message) {
    super(message);
  }
}
