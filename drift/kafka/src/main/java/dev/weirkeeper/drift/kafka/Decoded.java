package dev.weirkeeper.drift.kafka;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * A key or a value as a tree, with its schema where it has one. Binary values are binary nodes, or
 * base64 texts where JSON wrote them.
 */
record Decoded(Optional<ConnectSchema> schema, JsonNode value) {
  Decoded {
    requireNonNull(schema, "schema");
    requireNonNull(value, "value");
  }
}
