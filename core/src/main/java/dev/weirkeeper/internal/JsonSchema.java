package dev.weirkeeper.internal;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Describes records as JSON Schema (draft 2020-12): what {@link JsonReader} takes. */
public final class JsonSchema {
  private final Deque<Class<?>> within = new ArrayDeque<>();

  private JsonSchema() {}

  public static Map<String, Object> of(Class<? extends Record> type) {
    return new JsonSchema().schema(type);
  }

  private Map<String, Object> schema(Type type) {
    Class<?> raw = TypeVariables.raw(type);
    Map<String, Object> schema = new LinkedHashMap<>();
    if (raw == Json.class || raw == Object.class) {
      return schema;
    } else if (raw == boolean.class || raw == Boolean.class) {
      schema.put("type", "boolean");
    } else if (raw == int.class || raw == Integer.class) {
      schema.put("type", "integer");
      schema.put("minimum", Integer.MIN_VALUE);
      schema.put("maximum", Integer.MAX_VALUE);
    } else if (raw == long.class || raw == Long.class) {
      schema.put("type", "integer");
    } else if (raw == double.class || raw == Double.class || raw == BigDecimal.class) {
      schema.put("type", "number");
    } else if (raw == String.class) {
      schema.put("type", "string");
    } else if (raw.isEnum()) {
      schema.put("type", "string");
      schema.put("enum", names(raw));
    } else if (raw == Instant.class) {
      schema.put("type", "string");
      schema.put("format", "date-time");
    } else if (raw == Duration.class) {
      schema.put("type", "string");
      schema.put("format", "duration");
    } else if (raw == LocalDate.class) {
      schema.put("type", "string");
      schema.put("format", "date");
    } else if (raw == Hash.class) {
      schema.put("type", "string");
      schema.put("pattern", "^[0-9a-f]{64}$");
    } else if (raw == Optional.class) {
      return schema(TypeVariables.argument(type, 0));
    } else if (raw == List.class || raw == Set.class) {
      schema.put("type", "array");
      schema.put("items", schema(TypeVariables.argument(type, 0)));
      if (raw == Set.class) {
        schema.put("uniqueItems", true);
      }
    } else if (raw == Map.class) {
      map(type, schema);
    } else if (raw.isSealed()) {
      schema.put(
          "oneOf",
          Records.permittedBy(raw).stream()
              .map(sub -> object(sub, TypeVariables.of(sub, type)))
              .toList());
    } else if (raw.isRecord()) {
      return object(raw, TypeVariables.of(type));
    } else {
      throw new IllegalArgumentException("No JSON Schema for " + raw.getName());
    }
    return schema;
  }

  private static List<String> names(Class<?> constants) {
    return Arrays.stream(constants.getEnumConstants())
        .map(constant -> ((Enum<?>) constant).name())
        .toList();
  }

  private void map(Type type, Map<String, Object> schema) {
    Class<?> key = TypeVariables.raw(TypeVariables.argument(type, 0));
    Map<String, Object> values = schema(TypeVariables.argument(type, 1));
    if (key == String.class || key == Object.class || key == Hash.class || key.isEnum()) {
      schema.put("type", "object");
      schema.put("additionalProperties", values);
      if (key == Hash.class || key.isEnum()) {
        schema.put("propertyNames", schema(key));
      }
    } else {
      schema.put("type", "array");
      schema.put(
          "items", closed(Map.of("key", schema(key), "value", values), List.of("key", "value")));
    }
  }

  private Map<String, Object> object(Class<?> raw, TypeVariables variables) {
    if (within.contains(raw)) {
      throw new IllegalArgumentException(
          "No JSON Schema for " + raw.getName() + ": it contains itself");
    }
    within.push(raw);
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> required = new ArrayList<>();
    Records shape = Records.of(raw);
    shape
        .kind()
        .ifPresent(
            kind -> {
              properties.put("is", Map.of("const", kind));
              required.add("is");
            });
    for (Records.Member member : shape.members()) {
      Map<String, Object> property = schema(variables.resolve(member.type()));
      if (member.secret()) {
        property.put("writeOnly", true);
      }
      properties.put(member.name(), property);
      if (!member.optional()) {
        required.add(member.name());
      }
    }
    within.pop();
    return closed(properties, required);
  }

  private static Map<String, Object> closed(Map<String, Object> properties, List<String> required) {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "object");
    schema.put("properties", properties);
    schema.put("required", required);
    schema.put("additionalProperties", false);
    return schema;
  }
}
