package dev.weirkeeper.drift.kafka;

import static java.util.Objects.requireNonNull;

/** A record that cannot be understood. The reason quotes nothing of it. */
final class UnreadableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String reason;

  UnreadableException(String reason) {
    super(reason, null, false, false);
    this.reason = requireNonNull(reason, "reason");
  }

  String reason() {
    return reason;
  }
}
