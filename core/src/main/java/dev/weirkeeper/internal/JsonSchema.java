package dev.weirkeeper.internal;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Describes records as JSON Schema. */
public final class JsonSchema {
  private JsonSchema() {}

  public static Map<String, Object> of(Type type) {
    Map<String, Object> schema = new LinkedHashMap<>();
    if (type instanceof ParameterizedType generic) {
      Class<?> raw = (Class<?>) generic.getRawType();
      Type last = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
      if (raw == Optional.class) {
        return of(last);
      }
      if (raw == List.class || raw == Set.class) {
        schema.put("type", "array");
        schema.put("items", of(last));
        return schema;
      }
      if (raw == Map.class) {
        schema.put("type", "object");
        schema.put("additionalProperties", of(last));
        return schema;
      }
      return of(raw);
    }
    Class<?> raw = (Class<?>) type;
    if (raw == boolean.class || raw == Boolean.class) {
      schema.put("type", "boolean");
    } else if (raw == int.class || raw == Integer.class || raw == long.class || raw == Long.class) {
      schema.put("type", "integer");
    } else if (Number.class.isAssignableFrom(raw) || raw == double.class) {
      schema.put("type", "number");
    } else if (raw.isEnum()) {
      schema.put("type", "string");
      schema.put(
          "enum",
          Arrays.stream(raw.getEnumConstants()).map(value -> ((Enum<?>) value).name()).toList());
    } else if (raw == String.class) {
      schema.put("type", "string");
    } else if (raw == Instant.class) {
      schema.put("type", "string");
      schema.put("format", "date-time");
    } else if (raw == Duration.class) {
      schema.put("type", "string");
      schema.put("format", "duration");
    } else if (raw == Hash.class) {
      schema.put("type", "string");
      schema.put("pattern", "^[0-9a-f]{64}$");
    } else if (raw == Json.class || raw == Object.class) {
      return schema;
    } else if (raw.isSealed()) {
      schema.put("oneOf", Arrays.stream(raw.getPermittedSubclasses()).map(JsonSchema::of).toList());
    } else if (raw.isRecord()) {
      object(raw, schema);
    } else {
      throw new IllegalArgumentException("No JSON Schema for " + raw.getName());
    }
    return schema;
  }

  private static void object(Class<?> raw, Map<String, Object> schema) {
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> required = new ArrayList<>();
    JsonWriter.kind(raw)
        .ifPresent(
            kind -> {
              properties.put("is", Map.of("const", kind));
              required.add("is");
            });
    for (RecordComponent component : raw.getRecordComponents()) {
      properties.put(component.getName(), of(component.getGenericType()));
      if (component.getType() != Optional.class) {
        required.add(component.getName());
      }
    }
    schema.put("type", "object");
    schema.put("properties", properties);
    schema.put("required", required);
    schema.put("additionalProperties", false);
  }
}
