package dev.weirkeeper.mcp;

import java.util.Map;

/** An answer of HTTP that ends a request; its words are ours and fit for clients. */
final class HttpRefusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final int code;
  private final transient Map<String, String> headers;

  HttpRefusal(int status, int code, String message, Map<String, String> headers) {
    super(message, null, false, false);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }

  HttpRefusal(int status, int code, String message) {
    this(status, code, message, Map.of());
  }

  int status() {
    return status;
  }

  /** Code of the JSON-RPC error. */
  int code() {
    return code;
  }

  Map<String, String> headers() {
    return headers;
  }
}
