package dev.weirkeeper.mcp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.weirkeeper.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The schema of a tool as clients see it: what constrains a value, and no prose. Models read
 * schemas, and a plugin's schema is no place for words to them: descriptions, examples and defaults
 * are left out, and names or labels that are not plain words are not served.
 */
final class SchemaText {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final Pattern NAME = Pattern.compile("[A-Za-z_$][A-Za-z0-9_.$-]{0,63}");
  private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9_.:/+-]{0,64}");

  private static final Set<String> PLAIN =
      Set.of(
          "type",
          "required",
          "format",
          "pattern",
          "minimum",
          "maximum",
          "exclusiveMinimum",
          "exclusiveMaximum",
          "multipleOf",
          "minLength",
          "maxLength",
          "minItems",
          "maxItems",
          "uniqueItems",
          "minProperties",
          "maxProperties",
          "writeOnly",
          "$ref");
  private static final Set<String> SCHEMAS =
      Set.of("items", "additionalProperties", "propertyNames", "not", "oneOf", "anyOf", "allOf");
  private static final Set<String> NAMED = Set.of("properties", "$defs");
  private static final Set<String> LABELS = Set.of("enum", "const");

  private SchemaText() {}

  /**
   * @throws IllegalArgumentException if it cannot be served; quotes nothing of it
   */
  static Map<String, Object> of(Json schema) {
    JsonNode node;
    try {
      node = MAPPER.readTree(schema.text());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A canonical text is JSON", e);
    }
    if (!node.path("type").asText().equals("object")) {
      throw new IllegalArgumentException("its schema is not that of an object");
    }
    return object(node);
  }

  private static Map<String, Object> object(JsonNode schema) {
    Map<String, Object> shown = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> keyword : schema.properties()) {
      String name = keyword.getKey();
      if (PLAIN.contains(name)) {
        shown.put(name, plain(keyword.getValue()));
      } else if (SCHEMAS.contains(name)) {
        shown.put(name, schema(keyword.getValue()));
      } else if (NAMED.contains(name)) {
        shown.put(name, named(keyword.getValue()));
      } else if (LABELS.contains(name)) {
        requireLabels(keyword.getValue());
        shown.put(name, plain(keyword.getValue()));
      }
    }
    return shown;
  }

  private static Object schema(JsonNode value) {
    if (value.isArray()) {
      List<Object> all = new ArrayList<>();
      value.forEach(one -> all.add(schema(one)));
      return all;
    }
    return value.isObject() ? object(value) : plain(value);
  }

  private static Map<String, Object> named(JsonNode properties) {
    Map<String, Object> shown = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> property : properties.properties()) {
      if (!NAME.matcher(property.getKey()).matches()) {
        throw new IllegalArgumentException(
            "a member in its schema has a name that is no plain one");
      }
      shown.put(property.getKey(), schema(property.getValue()));
    }
    return shown;
  }

  private static void requireLabels(JsonNode labels) {
    Iterable<JsonNode> all = labels.isArray() ? labels : List.of(labels);
    for (JsonNode label : all) {
      if (label.isContainerNode()
          || label.isTextual() && !LABEL.matcher(label.textValue()).matches()) {
        throw new IllegalArgumentException("a label in its schema is not a plain word");
      }
    }
  }

  private static Object plain(JsonNode value) {
    return MAPPER.convertValue(value, Object.class);
  }
}
