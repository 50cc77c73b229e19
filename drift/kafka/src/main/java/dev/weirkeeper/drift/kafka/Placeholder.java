package dev.weirkeeper.drift.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Knows what Debezium sends for a value that did not change and was not in the log: the placeholder
 * as text, as bytes (also in base64 or hex), as the one item of an array, as key and value of a
 * map, its bytes as an array of numbers, or as a UUID made of its bytes.
 */
final class Placeholder {
  private final byte[] bytes;
  private final Set<String> texts;
  private final String uuid;

  Placeholder(String placeholder) {
    this.bytes = placeholder.getBytes(StandardCharsets.UTF_8);
    this.texts =
        Set.copyOf(
            List.of(
                placeholder,
                Base64.getEncoder().encodeToString(bytes),
                Base64.getUrlEncoder().encodeToString(bytes),
                HexFormat.of().formatHex(bytes)));
    this.uuid = UUID.nameUUIDFromBytes(bytes).toString();
  }

  boolean standsFor(JsonNode value) {
    if (value.isTextual()) {
      return texts.contains(value.textValue());
    } else if (value.isBinary()) {
      return isBinary(value);
    } else if (value.isArray()) {
      return value.size() == 1 && isItem(value.get(0)) || isNumbers(value);
    }
    return value.isObject()
        && value.size() == 1
        && value.properties().stream()
            .allMatch(entry -> texts.contains(entry.getKey()) && standsFor(entry.getValue()));
  }

  private boolean isBinary(JsonNode value) {
    try {
      return Arrays.equals(bytes, value.binaryValue());
    } catch (IOException e) {
      return false;
    }
  }

  private boolean isItem(JsonNode item) {
    return standsFor(item) || item.isTextual() && item.textValue().equals(uuid);
  }

  private boolean isNumbers(JsonNode value) {
    if (value.size() != bytes.length) {
      return false;
    }
    for (int i = 0; i < bytes.length; i++) {
      if (!value.get(i).isIntegralNumber() || value.get(i).longValue() != bytes[i]) {
        return false;
      }
    }
    return true;
  }
}
