package dev.weirkeeper.mcp;

import io.modelcontextprotocol.spec.McpSchema.ErrorCodes;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads what the headers of a request say of its message, and refuses what cannot be meant. */
final class HttpHeaders {
  static final String SESSION = "Mcp-Session-Id";
  static final String VERSION = "MCP-Protocol-Version";

  private static final int HEADER_MISMATCH = -32020;
  private static final String METHOD = "Mcp-Method";
  private static final String NAME = "Mcp-Name";
  private static final String ENCODED = "=?base64?";
  private static final String ENCODED_END = "?=";

  private HttpHeaders() {}

  /**
   * @throws HttpRefusal 415
   */
  static void requireJson(HttpServletRequest request) throws HttpRefusal {
    String type = request.getContentType();
    // With a limit, a header of nothing but ";" has a first part too.
    String[] parts = (type == null ? "" : type.toLowerCase(Locale.ROOT)).split(";", -1);
    boolean json = parts[0].trim().equals("application/json");
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].trim().replace("\"", "");
      json &= !parameter.startsWith("charset=") || parameter.equals("charset=utf-8");
    }
    if (!json) {
      throw refused(415, "A message is application/json in UTF-8");
    }
    String encoding = request.getHeader("Content-Encoding");
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw refused(415, "A message is sent as it is, without a Content-Encoding");
    }
  }

  /**
   * @throws HttpRefusal 406
   */
  static void requireAccept(HttpServletRequest request, String... types) throws HttpRefusal {
    String accept =
        String.join(",", Collections.list(request.getHeaders("Accept"))).toLowerCase(Locale.ROOT);
    for (String type : types) {
      if (!accepts(accept, type)) {
        throw refused(406, "Accept must name " + String.join(" and ", types));
      }
    }
  }

  private static boolean accepts(String accept, String type) {
    String family = type.substring(0, type.indexOf('/')) + "/*";
    for (String range : accept.split(",")) {
      String[] parts = range.split(";", -1);
      String name = parts[0].trim();
      if (name.equals(type) || name.equals(family) || name.equals("*/*")) {
        return true;
      }
    }
    return false;
  }

  /**
   * @throws HttpRefusal 400 if the client speaks a version that the server does not
   */
  static void requireVersion(HttpServletRequest request) throws HttpRefusal {
    List<String> versions = Collections.list(request.getHeaders(VERSION));
    if (versions.size() > 1
        || versions.size() == 1 && !Protocol.VERSIONS.contains(versions.get(0))) {
      throw refused(
          400,
          "The server does not speak this "
              + VERSION
              + "; it speaks "
              + String.join(", ", Protocol.VERSIONS)
              + ", agreed upon by initialize");
    }
  }

  /** The one session that the client names. */
  static Optional<String> session(HttpServletRequest request) throws HttpRefusal {
    List<String> ids = Collections.list(request.getHeaders(SESSION));
    if (ids.size() > 1) {
      throw refused(400, "A message belongs to one session");
    }
    return ids.isEmpty() ? Optional.empty() : Optional.of(ids.get(0));
  }

  /**
   * Refuses a message whose headers say something else than its body: what stands in between goes
   * by the headers.
   *
   * @throws HttpRefusal 400
   */
  static void requireAgreement(HttpServletRequest request, JSONRPCMessage message)
      throws HttpRefusal {
    Optional<String> method = Optional.empty();
    @Nullable Object params = null;
    if (message instanceof JSONRPCRequest asked) {
      method = Optional.of(asked.method());
      params = asked.params();
    } else if (message instanceof JSONRPCNotification told) {
      method = Optional.of(told.method());
      params = told.params();
    }
    agree(request, METHOD, method);
    agree(request, NAME, name(params));
  }

  private static Optional<String> name(@Nullable Object params) {
    if (params instanceof Map<?, ?> members) {
      Object name = members.containsKey("name") ? members.get("name") : members.get("uri");
      return name instanceof String text ? Optional.of(text) : Optional.empty();
    }
    return Optional.empty();
  }

  private static void agree(HttpServletRequest request, String header, Optional<String> body)
      throws HttpRefusal {
    List<String> values = Collections.list(request.getHeaders(header));
    if (values.isEmpty()) {
      return;
    }
    Optional<String> value = values.size() == 1 ? decoded(values.get(0)) : Optional.empty();
    if (value.isEmpty() || !value.equals(body)) {
      throw new HttpRefusal(
          400, HEADER_MISMATCH, "The header " + header + " does not say what the message says");
    }
  }

  private static Optional<String> decoded(String value) {
    if (!value.startsWith(ENCODED)
        || !value.endsWith(ENCODED_END)
        || value.length() < ENCODED.length() + ENCODED_END.length()) {
      return Optional.of(value);
    }
    try {
      byte[] bytes =
          Base64.getDecoder()
              .decode(value.substring(ENCODED.length(), value.length() - ENCODED_END.length()));
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (IllegalArgumentException | CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static HttpRefusal refused(int status, String message) {
    return new HttpRefusal(status, ErrorCodes.INVALID_REQUEST, message);
  }
}
