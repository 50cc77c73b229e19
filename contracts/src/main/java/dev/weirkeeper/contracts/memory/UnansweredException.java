package dev.weirkeeper.contracts.memory;

/** A question cannot be answered on this data; the message is for people and quotes no values. */
final class UnansweredException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnansweredException(String reason) {
    // Without a stack trace: the reason says it all, and it becomes a failed metric.
    super(reason, null, false, false);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
