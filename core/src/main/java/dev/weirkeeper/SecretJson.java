package dev.weirkeeper;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weirkeeper.internal.JsonReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Blanks secrets in JSON: by what a schema says, by names, by values. */
final class SecretJson {
  /** JSON within texts within JSON; deeper it is looked at as text. */
  private static final int NESTED_TEXTS = 4;

  /** References and alternatives within each other. */
  private static final int NESTED_SCHEMAS = 64;

  private final JsonNode root;

  private SecretJson(JsonNode root) {
    this.root = root;
  }

  static Json redacted(Json value) {
    return redacted(Json.empty(), value);
  }

  static Json redacted(Json schema, Json value) {
    JsonNode root = JsonReader.tree(schema.text());
    return Json.of(
        new SecretJson(root).value(JsonReader.tree(value.text()), List.of(root), NESTED_TEXTS));
  }

  private Object value(JsonNode value, List<JsonNode> schemas, int nested) {
    // By identity: a schema may refer to itself, and is looked at once.
    Set<JsonNode> applicable = Collections.newSetFromMap(new IdentityHashMap<>());
    schemas.forEach(schema -> expand(schema, value, applicable, NESTED_SCHEMAS));
    if (applicable.stream().anyMatch(schema -> schema.path("writeOnly").asBoolean())) {
      return Redaction.MARK;
    }
    if (value.isObject()) {
      return object(value, applicable, nested);
    }
    if (value.isArray()) {
      List<Object> elements = new ArrayList<>(value.size());
      for (JsonNode element : value) {
        elements.add(value(element, items(applicable, elements.size()), nested));
      }
      return elements;
    }
    return value.isTextual() ? text(value.textValue(), nested) : value;
  }

  private Map<String, Object> object(JsonNode object, Set<JsonNode> schemas, int nested) {
    boolean named = namesSecret(object);
    Map<String, Object> members = new TreeMap<>();
    for (Map.Entry<String, JsonNode> member : object.properties()) {
      String name = member.getKey();
      JsonNode value = member.getValue();
      boolean secret =
          SecretNames.isSecret(name) && !isCount(name, value) || named && SecretNames.isValue(name);
      Object kept =
          secret && !value.isNull() && !value.isBoolean()
              ? Redaction.MARK
              : value(value, properties(schemas, name), nested);
      // A name may hold a secret, and two may be alike without theirs.
      String shown = SecretText.redacted(name);
      for (int i = 2; members.containsKey(shown) || !shown.equals(name) && object.has(shown); i++) {
        shown = SecretText.redacted(name) + " " + i;
      }
      members.put(shown, kept);
    }
    return members;
  }

  private static boolean isCount(String name, JsonNode value) {
    return value.isNumber() && SecretNames.counts(name, value.asText());
  }

  private static boolean namesSecret(JsonNode object) {
    return object.properties().stream()
        .anyMatch(
            member ->
                SecretNames.names(member.getKey())
                    && member.getValue().isTextual()
                    && SecretNames.isSecret(member.getValue().textValue()));
  }

  private String text(String text, int nested) {
    String trimmed = text.strip();
    if (nested > 0 && (trimmed.startsWith("{") || trimmed.startsWith("["))) {
      try {
        JsonNode tree = JsonReader.tree(trimmed);
        Json before = Json.of(tree);
        Json after = Json.of(value(tree, List.of(), nested - 1));
        return after.equals(before) ? text : after.text();
      } catch (IllegalArgumentException e) {
        // No JSON, or none that has a canonical form: a text like any other.
        return SecretText.redacted(text);
      }
    }
    return SecretText.redacted(text);
  }

  /** The schemas that say something of a value, with the alternatives that it may be. */
  private void expand(JsonNode schema, JsonNode value, Set<JsonNode> into, int depth) {
    if (!schema.isObject() || depth == 0 || isAnother(schema, value) || !into.add(schema)) {
      return;
    }
    String reference = schema.path("$ref").asText();
    if (reference.equals("#") || reference.startsWith("#/")) {
      expand(root.at(reference.substring(1)), value, into, depth - 1);
    }
    for (String combined : List.of("oneOf", "anyOf", "allOf")) {
      schema.path(combined).forEach(each -> expand(each, value, into, depth - 1));
    }
    for (String conditional : List.of("then", "else")) {
      expand(schema.path(conditional), value, into, depth - 1);
    }
  }

  /** Whether the value has a member that is not the constant of this alternative. */
  private static boolean isAnother(JsonNode schema, JsonNode value) {
    return schema.path("properties").properties().stream()
        .anyMatch(
            property ->
                property.getValue().has("const")
                    && value.has(property.getKey())
                    && !value.get(property.getKey()).equals(property.getValue().get("const")));
  }

  private static List<JsonNode> properties(Set<JsonNode> schemas, String name) {
    List<JsonNode> found = new ArrayList<>();
    for (JsonNode schema : schemas) {
      JsonNode property = schema.path("properties").path(name);
      if (property.isMissingNode()) {
        schema.path("patternProperties").forEach(found::add);
        found.add(schema.path("additionalProperties"));
      } else {
        found.add(property);
      }
    }
    return found;
  }

  private static List<JsonNode> items(Set<JsonNode> schemas, int index) {
    List<JsonNode> found = new ArrayList<>();
    for (JsonNode schema : schemas) {
      found.add(schema.path("prefixItems").path(index));
      found.add(schema.path("items"));
    }
    return found;
  }
}
