package dev.weirkeeper.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads JSON strictly: a member twice, unknown or of another type is an error that names it. Errors
 * quote no values, except those that the constructor of a record quotes.
 */
public final class JsonReader {
  private static final int QUOTED = 64;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(JsonWriter.MAX_DEPTH).build())
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
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
      // The parser's message quotes the text, which may hold anything.
      throw new IllegalArgumentException("Not JSON that can be read: " + problem(e));
    }
  }

  private static String problem(JsonProcessingException e) {
    if (e instanceof StreamConstraintsException) {
      return "it nests deeper than " + JsonWriter.MAX_DEPTH + " levels, or a part is too long";
    }
    String problem =
        e.getOriginalMessage().startsWith("Duplicate field") ? "a member twice" : "wrong syntax";
    return problem
        + " at line "
        + e.getLocation().getLineNr()
        + ", column "
        + e.getLocation().getColumnNr();
  }

  public static <T> T read(String text, Class<T> type) {
    @SuppressWarnings("unchecked")
    T value = (T) read(tree(text), type, "$");
    return value;
  }

  private static Object read(JsonNode node, Type type, String at) {
    Class<?> raw = TypeVariables.raw(type);
    if (raw == Json.class || raw == Object.class) {
      return Json.of(node);
    }
    if (raw == String.class) {
      return text(node, at);
    }
    if (raw == Hash.class) {
      return parsed(Hash::new, "64 lower-case hexadecimal digits", node, at);
    }
    if (raw == Instant.class) {
      return parsed(Instant::parse, "an ISO-8601 time in UTC", node, at);
    }
    if (raw == Duration.class) {
      return parsed(Duration::parse, "an ISO-8601 duration", node, at);
    }
    if (raw == LocalDate.class) {
      return parsed(LocalDate::parse, "an ISO-8601 day", node, at);
    }
    if (raw == boolean.class || raw == Boolean.class) {
      require(node.isBoolean(), at, "true or false", node);
      return node.booleanValue();
    }
    if (raw == int.class || raw == Integer.class) {
      require(node.isIntegralNumber() && node.canConvertToInt(), at, "a 32-bit integer", node);
      return node.intValue();
    }
    if (raw == long.class || raw == Long.class) {
      require(node.isIntegralNumber() && node.canConvertToLong(), at, "a 64-bit integer", node);
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
      return constant(node, raw, at);
    }
    if (raw == Optional.class) {
      return Optional.of(read(node, TypeVariables.argument(type, 0), at));
    }
    if (raw == List.class) {
      return list(node, TypeVariables.argument(type, 0), at);
    }
    if (raw == Set.class) {
      List<Object> elements = list(node, TypeVariables.argument(type, 0), at);
      Set<Object> set = new LinkedHashSet<>(elements);
      require(set.size() == elements.size(), at, "each element once", node);
      return set;
    }
    if (raw == Map.class) {
      return map(node, type, at);
    }
    if (raw.isSealed()) {
      return oneOf(node, type, at);
    }
    if (raw.isRecord()) {
      return record(node, raw, TypeVariables.of(type), at);
    }
    throw new IllegalArgumentException(at + ": cannot read a " + raw.getName());
  }

  private static Object oneOf(JsonNode node, Type type, String at) {
    require(node.isObject() && node.path("is").isTextual(), at, "an object with \"is\"", node);
    String kind = node.get("is").textValue();
    List<Class<?>> permitted = Records.permittedBy(TypeVariables.raw(type));
    for (Class<?> candidate : permitted) {
      if (Records.of(candidate).kind().filter(kind::equals).isPresent()) {
        return record(node, candidate, TypeVariables.of(candidate, type), at);
      }
    }
    throw new IllegalArgumentException(
        at
            + ".is: expected one of "
            + permitted.stream().flatMap(sub -> Records.of(sub).kind().stream()).toList());
  }

  private static Object record(JsonNode node, Class<?> raw, TypeVariables variables, String at) {
    require(node.isObject(), at, "an object", node);
    Records shape = Records.of(raw);
    Object[] values = new Object[shape.members().size()];
    int known = 0;
    if (shape.kind().isPresent()) {
      require(
          shape.kind().get().equals(node.path("is").textValue()),
          at + ".is",
          "\"" + shape.kind().get() + "\"",
          node.path("is"));
      known++;
    }
    for (Records.Member member : shape.members()) {
      JsonNode found = node.get(member.name());
      known += found == null ? 0 : 1;
      if (found != null && (!found.isNull() || member.type() == Json.class)) {
        values[member.index()] =
            read(found, variables.resolve(member.type()), at + "." + member.name());
      } else if (member.optional()) {
        values[member.index()] = Optional.empty();
      } else {
        throw new IllegalArgumentException(at + ": " + member.name() + " is missing");
      }
    }
    if (known < node.size()) {
      throw new IllegalArgumentException(at + ": unknown member " + unknown(node, shape));
    }
    try {
      return shape.build(values);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(at + ": " + e.getMessage(), e);
    }
  }

  private static String unknown(JsonNode node, Records shape) {
    return node.properties().stream()
        .map(Map.Entry::getKey)
        .filter(name -> shape.members().stream().noneMatch(known -> known.name().equals(name)))
        .filter(name -> shape.kind().isEmpty() || !name.equals("is"))
        .findFirst()
        .map(name -> Json.of(name.length() <= QUOTED ? name : name.substring(0, QUOTED)).text())
        .orElse("");
  }

  private static List<Object> list(JsonNode node, Type element, String at) {
    require(node.isArray(), at, "an array", node);
    List<Object> elements = new ArrayList<>(node.size());
    for (JsonNode found : node) {
      elements.add(read(found, element, at + "[" + elements.size() + "]"));
    }
    return elements;
  }

  private static Map<Object, Object> map(JsonNode node, Type type, String at) {
    Type keyType = TypeVariables.argument(type, 0);
    Type valueType = TypeVariables.argument(type, 1);
    Class<?> key = TypeVariables.raw(keyType);
    Map<Object, Object> map = new LinkedHashMap<>();
    if (key == String.class || key == Object.class || key == Hash.class || key.isEnum()) {
      require(node.isObject(), at, "an object", node);
      for (Map.Entry<String, JsonNode> member : node.properties()) {
        Object name =
            key == Hash.class || key.isEnum()
                ? read(TextNode.valueOf(member.getKey()), key, at)
                : member.getKey();
        map.put(name, read(member.getValue(), valueType, at + "." + brief(member.getKey())));
      }
      return map;
    }
    require(node.isArray(), at, "an array of entries", node);
    for (JsonNode entry : node) {
      require(
          entry.isObject() && entry.size() == 2 && entry.has("key") && entry.has("value"),
          at,
          "entries with key and value",
          entry);
      Object read = read(entry.get("key"), keyType, at);
      require(
          map.put(read, read(entry.get("value"), valueType, at)) == null,
          at,
          "each key once",
          entry);
    }
    return map;
  }

  private static String brief(String name) {
    return name.length() <= QUOTED ? name : name.substring(0, QUOTED) + "…";
  }

  private static Object constant(JsonNode node, Class<?> raw, String at) {
    String name = text(node, at);
    for (Object constant : raw.getEnumConstants()) {
      if (((Enum<?>) constant).name().equals(name)) {
        return constant;
      }
    }
    throw new IllegalArgumentException(
        at
            + ": expected one of "
            + Arrays.stream(raw.getEnumConstants()).map(one -> ((Enum<?>) one).name()).toList());
  }

  private interface Parser {
    Object parse(String text);
  }

  private static Object parsed(Parser parser, String expected, JsonNode node, String at) {
    try {
      return parser.parse(text(node, at));
    } catch (DateTimeException | IllegalArgumentException e) {
      throw new IllegalArgumentException(at + ": expected " + expected, e);
    }
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
