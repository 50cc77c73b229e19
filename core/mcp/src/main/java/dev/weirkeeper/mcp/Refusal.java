package dev.weirkeeper.mcp;

/**
 * A request that is answered by an error of the protocol; its words are ours and fit for clients.
 */
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int code;

  Refusal(int code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  /** Code of the JSON-RPC error. */
  int code() {
    return code;
  }
}
