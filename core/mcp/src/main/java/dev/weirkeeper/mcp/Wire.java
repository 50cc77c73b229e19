package dev.weirkeeper.mcp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.jackson2.JacksonMcpJsonMapper;
import io.modelcontextprotocol.spec.McpSchema.ErrorCodes;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse.JSONRPCError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the messages of all transports. Reads strictly, so that no two readers of a
 * message see different ones: a member twice, what nests too deep, is too large or has the wrong
 * form is no message. Writes no words of exceptions.
 */
final class Wire {
  /** Of everything that the SDK converts. */
  static final McpJsonMapper MAPPER = new JacksonMcpJsonMapper(new JsonMapper());

  static final String INTERNAL_ERROR =
      "The server could not answer; its log says why. Nothing in the request is known to be wrong";

  private static final int ID_LENGTH = 256;
  private static final int METHOD_LENGTH = 128;
  private static final long LARGEST_ID = 1L << 53;

  private final Limits limits;
  private final ObjectMapper reader;

  Wire(Limits limits) {
    this.limits = limits;
    this.reader =
        JsonMapper.builder(
                JsonFactory.builder()
                    .streamReadConstraints(
                        StreamReadConstraints.builder()
                            .maxNestingDepth(limits.depth())
                            .maxStringLength(limits.messageBytes())
                            .maxNumberLength(128)
                            .build())
                    // Names come from anybody: interned they would stay for ever.
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonParser.Feature.INCLUDE_SOURCE_IN_LOCATION)
            .build();
  }

  JSONRPCMessage read(byte[] utf8) throws BadMessage {
    if (utf8.length > limits.messageBytes()) {
      throw tooLarge();
    }
    try {
      return read(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString());
    } catch (CharacterCodingException e) {
      throw new BadMessage(ErrorCodes.PARSE_ERROR, "The message is not UTF-8");
    }
  }

  /** The same for a message that was decoded already; its size is the transport's to bound. */
  JSONRPCMessage read(String text) throws BadMessage {
    Object value = parsed(text);
    if (!(value instanceof Map<?, ?> members)) {
      throw new BadMessage(
          ErrorCodes.INVALID_REQUEST,
          value instanceof Iterable
              ? "Batches of messages are not taken; send one message at a time"
              : "A message is a JSON object");
    }
    return message(members);
  }

  /** What is answered to a message that is larger than the limit and was not read. */
  BadMessage tooLarge() {
    return new BadMessage(
        ErrorCodes.INVALID_REQUEST,
        "The message is larger than " + limits.messageBytes() + " bytes");
  }

  private @Nullable Object parsed(String text) throws BadMessage {
    try {
      return reader.readValue(text, Object.class);
    } catch (StreamConstraintsException e) {
      throw new BadMessage(
          ErrorCodes.INVALID_REQUEST,
          "The message nests deeper than "
              + limits.depth()
              + " levels, or a text or number in it is too long");
    } catch (NumberFormatException e) {
      // A number may have the form of one and an exponent that no number has.
      throw new BadMessage(ErrorCodes.INVALID_REQUEST, "A number in the message is too large");
    } catch (JsonProcessingException e) {
      // The parser's own words quote the message.
      boolean twice = e.getOriginalMessage().startsWith("Duplicate");
      throw twice
          ? new BadMessage(ErrorCodes.INVALID_REQUEST, "The message names a member twice")
          : new BadMessage(ErrorCodes.PARSE_ERROR, "The message is not JSON");
    }
  }

  private static JSONRPCMessage message(Map<?, ?> members) throws BadMessage {
    Object id = members.get("id");
    boolean identified = isId(id);
    Object answered = identified ? id : null;
    if (!"2.0".equals(members.get("jsonrpc"))) {
      throw new BadMessage(
          ErrorCodes.INVALID_REQUEST, "A message says \"jsonrpc\": \"2.0\"", answered);
    } else if (members.containsKey("id") && !identified) {
      throw new BadMessage(
          ErrorCodes.INVALID_REQUEST,
          "An id is a text of at most " + ID_LENGTH + " characters or an integer below 2^53");
    } else if (!members.containsKey("method")) {
      return response(members, answered);
    } else if (!(members.get("method") instanceof String method)
        || method.isEmpty()
        || method.length() > METHOD_LENGTH
        || members.containsKey("result")
        || members.containsKey("error")) {
      throw new BadMessage(
          ErrorCodes.INVALID_REQUEST,
          "A method is a text of at most " + METHOD_LENGTH + " characters, without a result",
          answered);
    } else if (members.containsKey("params") && !(members.get("params") instanceof Map)) {
      throw new BadMessage(ErrorCodes.INVALID_REQUEST, "Params are a JSON object", answered);
    } else if (answered == null) {
      return new JSONRPCNotification("2.0", method, members.get("params"));
    } else {
      return new JSONRPCRequest("2.0", method, answered, members.get("params"));
    }
  }

  private static JSONRPCMessage response(Map<?, ?> members, @Nullable Object id) throws BadMessage {
    boolean result = members.containsKey("result");
    if (id == null || result == members.containsKey("error")) {
      throw new BadMessage(
          ErrorCodes.INVALID_REQUEST, "A message has a method, or an id with a result or an error");
    } else if (result) {
      return new JSONRPCResponse("2.0", id, members.get("result"), null);
    } else if (members.get("error") instanceof Map<?, ?> error
        && error.get("code") instanceof Integer code
        && error.get("message") instanceof String message) {
      return new JSONRPCResponse(
          "2.0", id, null, new JSONRPCError(code, message, error.get("data")));
    }
    throw new BadMessage(ErrorCodes.INVALID_REQUEST, "An error has a code and a message", null);
  }

  private static boolean isId(@Nullable Object id) {
    return id instanceof String text
        ? text.length() <= ID_LENGTH
        : id instanceof Integer
            || id instanceof Long number && number <= LARGEST_ID && number >= -LARGEST_ID;
  }

  /** An id as its JSON text, so that 1 and "1" differ. */
  static String idText(Object id) {
    return json(id);
  }

  /** A message in one line. */
  static String write(JSONRPCMessage message) {
    if (message instanceof JSONRPCResponse response && response.error() != null) {
      JSONRPCError error = response.error();
      return error(
          response.id(),
          error.code(),
          error.code() == ErrorCodes.INTERNAL_ERROR ? INTERNAL_ERROR : error.message());
    }
    return json(message);
  }

  /**
   * An error in one line.
   *
   * @param id null if the message that was wrong has none that can be told
   */
  static String error(@Nullable Object id, int code, String message) {
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("code", code);
    error.put("message", message);
    Map<String, @Nullable Object> response = new LinkedHashMap<>();
    response.put("jsonrpc", "2.0");
    response.put("id", id);
    response.put("error", error);
    return json(response);
  }

  static String error(BadMessage bad) {
    return error(bad.id(), bad.code(), String.valueOf(bad.getMessage()));
  }

  private static String json(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (IOException e) {
      throw new UncheckedIOException("A message cannot be written as JSON", e);
    }
  }
}
