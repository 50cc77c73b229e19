package dev.weirkeeper.drift.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads what Connect's {@code JsonConverter} writes: a pair of schema and payload, or the payload
 * alone ({@code schemas.enable=false}).
 */
final class JsonDecoder implements Decoder {
  private static final int KEPT = 1000;

  private final Map<JsonNode, ConnectSchema> schemas = new HashMap<>();

  @Override
  public Decoded decode(byte[] bytes) {
    JsonNode whole = Trees.read(bytes);
    if (!whole.isObject() || whole.size() != 2 || !whole.has("schema") || !whole.has("payload")) {
      return new Decoded(Optional.empty(), whole);
    }
    JsonNode schema = whole.get("schema");
    if (schema.isNull()) {
      return new Decoded(Optional.empty(), whole.get("payload"));
    }
    ConnectSchema known = schemas.get(schema);
    if (known == null) {
      if (schemas.size() >= KEPT) {
        schemas.clear();
      }
      known = schema(schema);
      schemas.put(schema, known);
    }
    return new Decoded(Optional.of(known), whole.get("payload"));
  }

  private static ConnectSchema schema(JsonNode node) {
    if (!node.isObject() || !node.path("type").isTextual()) {
      throw new UnreadableException("its schema is none that Connect writes");
    }
    Map<String, ConnectSchema> fields = new LinkedHashMap<>();
    for (JsonNode field : node.path("fields")) {
      String name = field.path("field").asText("");
      if (name.isEmpty() || fields.put(name, schema(field)) != null) {
        throw new UnreadableException("its schema has a field without a name, or one twice");
      }
    }
    Map<String, String> parameters = new HashMap<>();
    node.path("parameters")
        .properties()
        .forEach(entry -> parameters.put(entry.getKey(), entry.getValue().asText("")));
    JsonNode items = node.path(node.path("type").asText().equals("map") ? "values" : "items");
    JsonNode name = node.path("name");
    return new ConnectSchema(
        canonical(node.path("type").asText()),
        name.isTextual() ? Optional.of(name.textValue()) : Optional.empty(),
        node.path("optional").asBoolean(false)
            ? ConnectSchema.Nullable.YES
            : ConnectSchema.Nullable.NO,
        parameters,
        fields,
        items.isObject() ? Optional.of(schema(items)) : Optional.empty(),
        List.of(),
        node.path("doc").isTextual() ? Optional.of(node.path("doc").textValue()) : Optional.empty(),
        node.path("default").isMissingNode() || node.path("default").isNull()
            ? ConnectSchema.Filled.NO
            : ConnectSchema.Filled.YES);
  }

  private static String canonical(String type) {
    return switch (type) {
      case "float" -> "float32";
      case "double" -> "float64";
      default -> type;
    };
  }
}
