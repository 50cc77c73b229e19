package dev.weirkeeper.mcp;

import org.jspecify.annotations.Nullable;

/** A message that is none; says what is wrong with it in our words and quotes nothing of it. */
final class BadMessage extends Exception {
  private static final long serialVersionUID = 1L;

  private final int code;
  private final transient @Nullable Object id;

  BadMessage(int code, String message) {
    this(code, message, null);
  }

  BadMessage(int code, String message, @Nullable Object id) {
    super(message, null, false, false);
    this.code = code;
    this.id = id;
  }

  /** Code of the JSON-RPC error. */
  int code() {
    return code;
  }

  /** Id of the request that it was to be; null if it cannot be told. */
  @Nullable Object id() {
    return id;
  }
}
