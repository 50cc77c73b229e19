package dev.weirkeeper.internal;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads JSON strictly: a member twice, unknown or of another type is an error that names it. */
public final class JsonReader {
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              com.fasterxml.jackson.core.JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(64).build())
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonParser.Feature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  private JsonReader() {}

  public static JsonNode tree(String text) {
    try {
      JsonNode node = MAPPER.readTree(text);
      if (node == null || node.isMissingNode()) {
        throw new IllegalArgumentException("Not JSON: the text is empty");
      }
      return node;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("Not JSON: " + e.getOriginalMessage(), e);
    }
  }

  public static <T> T read(String text, Class<T> type) {
    @SuppressWarnings("unchecked")
    T value = (T) read(tree(text), type, "$");
    return value;
  }

  private static Object read(JsonNode node, Type type, String at) {
    if (type instanceof ParameterizedType generic) {
      return readGeneric(node, generic, at);
    }
    if (!(type instanceof Class<?> raw)) {
      throw new IllegalArgumentException(at + ": cannot read a " + type.getTypeName());
    }
    if (raw == Json.class || raw == Object.class) {
      return Json.parse(node.toString());
    }
    if (raw == Hash.class) {
      return new Hash(text(node, at));
    }
    if (raw == String.class) {
      return text(node, at);
    }
    if (raw == Instant.class) {
      return Instant.parse(text(node, at));
    }
    if (raw == Duration.class) {
      return Duration.parse(text(node, at));
    }
    if (raw == boolean.class || raw == Boolean.class) {
      require(node.isBoolean(), at, "true or false", node);
      return node.booleanValue();
    }
    if (raw == int.class || raw == Integer.class) {
      require(node.isNumber() && node.canConvertToInt() && whole(node), at, "an integer", node);
      return node.intValue();
    }
    if (raw == long.class || raw == Long.class) {
      require(node.isNumber() && node.canConvertToLong() && whole(node), at, "an integer", node);
      return node.longValue();
    }
    if (raw == double.class || raw == Double.class) {
      require(node.isNumber(), at, "a number", node);
      return node.doubleValue();
    }
    if (raw == BigDecimal.class) {
      require(node.isNumber(), at, "a number", node);
      return node.decimalValue();
    }
    if (raw.isEnum()) {
      String name = text(node, at);
      for (Object constant : raw.getEnumConstants()) {
        if (((Enum<?>) constant).name().equals(name)) {
          return constant;
        }
      }
      throw new IllegalArgumentException(
          at + ": expected one of " + List.of(raw.getEnumConstants()));
    }
    if (raw.isSealed()) {
      return readSealed(node, raw, at);
    }
    if (raw.isRecord()) {
      return readRecord(node, raw, at, Map.of());
    }
    throw new IllegalArgumentException(at + ": cannot read a " + raw.getName());
  }

  private static Object readSealed(JsonNode node, Class<?> raw, String at) {
    require(node.isObject() && node.path("is").isTextual(), at, "an object with \"is\"", node);
    String kind = node.get("is").textValue();
    for (Class<?> permitted : raw.getPermittedSubclasses()) {
      if (JsonWriter.kind(permitted).filter(kind::equals).isPresent()) {
        return readRecord(node, permitted, at, Map.of());
      }
    }
    throw new IllegalArgumentException(
        at + ": '" + kind + "' is no kind of " + raw.getSimpleName());
  }

  private static Object readRecord(
      JsonNode node, Class<?> raw, String at, Map<String, Type> variables) {
    require(node.isObject(), at, "an object", node);
    RecordComponent[] components = raw.getRecordComponents();
    Object[] values = new Object[components.length];
    Set<String> known = new HashSet<>();
    if (JsonWriter.kind(raw).isPresent()) {
      known.add("is");
    }
    for (int i = 0; i < components.length; i++) {
      RecordComponent component = components[i];
      known.add(component.getName());
      JsonNode member = node.get(component.getName());
      boolean optional = component.getType() == Optional.class;
      if (member == null || member.isNull()) {
        if (!optional) {
          throw new IllegalArgumentException(at + ": " + component.getName() + " is missing");
        }
        values[i] = Optional.empty();
      } else {
        Type type = component.getGenericType();
        values[i] =
            read(
                member,
                variables.getOrDefault(type.getTypeName(), type),
                at + "." + component.getName());
      }
    }
    node.fieldNames()
        .forEachRemaining(
            name -> {
              if (!known.contains(name)) {
                throw new IllegalArgumentException(at + ": unknown member '" + name + "'");
              }
            });
    return Records.build(raw, values);
  }

  private static Object readGeneric(JsonNode node, ParameterizedType type, String at) {
    Class<?> raw = (Class<?>) type.getRawType();
    Type[] arguments = type.getActualTypeArguments();
    if (raw == Optional.class) {
      return Optional.of(read(node, arguments[0], at));
    }
    if (raw == List.class || raw == Set.class) {
      require(node.isArray(), at, "an array", node);
      List<Object> elements = new ArrayList<>();
      for (int i = 0; i < node.size(); i++) {
        elements.add(read(node.get(i), arguments[0], at + "[" + i + "]"));
      }
      return raw == List.class ? elements : new LinkedHashSet<>(elements);
    }
    if (raw == Map.class && arguments[0] == String.class) {
      require(node.isObject(), at, "an object", node);
      Map<String, Object> members = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> member : node.properties()) {
        members.put(
            member.getKey(), read(member.getValue(), arguments[1], at + "." + member.getKey()));
      }
      return members;
    }
    if (raw.isSealed()) {
      require(node.isObject() && node.path("is").isTextual(), at, "an object with \"is\"", node);
      String kind = node.get("is").textValue();
      for (Class<?> permitted : raw.getPermittedSubclasses()) {
        if (JsonWriter.kind(permitted).filter(kind::equals).isPresent()) {
          Map<String, Type> variables = new LinkedHashMap<>();
          for (int i = 0; i < permitted.getTypeParameters().length; i++) {
            variables.put(permitted.getTypeParameters()[i].getName(), arguments[i]);
          }
          return readRecord(node, permitted, at, variables);
        }
      }
    }
    throw new IllegalArgumentException(at + ": cannot read a " + type.getTypeName());
  }

  private static boolean whole(JsonNode node) {
    return node.isIntegralNumber() || node.doubleValue() == Math.rint(node.doubleValue());
  }

  private static String text(JsonNode node, String at) {
    require(node.isTextual(), at, "text", node);
    return node.textValue();
  }

  private static void require(boolean holds, String at, String expected, JsonNode found) {
    if (!holds) {
      throw new IllegalArgumentException(
          at + ": expected " + expected + ", found a JSON " + found.getNodeType());
    }
  }
}
