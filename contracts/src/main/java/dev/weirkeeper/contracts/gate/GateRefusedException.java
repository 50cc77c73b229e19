package dev.weirkeeper.contracts.gate;

/**
 * The target, or its quarantine, does not take the batch as it is; nothing is published. The
 * message says what, why and what to do, and quotes no values.
 */
public final class GateRefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  public GateRefusedException(String message) {
    super(message);
  }

  public GateRefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}
