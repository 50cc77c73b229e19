package dev.weirkeeper.contracts.gx;

/** Why an expectation becomes a rule that blocks by name. Not an error of the suite. */
final class UnsupportedException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param reason why it cannot be judged, and what to do
   */
  UnsupportedException(String reason) {
    super(reason, null, false, false);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
