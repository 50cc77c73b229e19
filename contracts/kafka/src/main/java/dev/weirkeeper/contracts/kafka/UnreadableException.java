package dev.weirkeeper.contracts.kafka;

/** A record is not what it should be; never leaves this package. */
final class UnreadableException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final String reason;

  /**
   * @param reason without anything of the record's content
   */
  UnreadableException(String reason) {
    super(reason, null, false, false);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}
