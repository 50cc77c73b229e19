package dev.weirkeeper.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Writes values in the canonical form of RFC 8785. */
public final class JsonWriter {
  private static final long MAX_EXACT = 1L << 53;

  private JsonWriter() {}

  public static String canonical(Object value) {
    StringBuilder out = new StringBuilder();
    write(value, out);
    return out.toString();
  }

  private static void write(Object value, StringBuilder out) {
    if (value instanceof Json json) {
      out.append(json.text());
    } else if (value instanceof Hash hash) {
      string(hash.hex(), out);
    } else if (value instanceof CharSequence || value instanceof Instant
        || value instanceof Duration) {
      string(value.toString(), out);
    } else if (value instanceof Boolean) {
      out.append(value);
    } else if (value instanceof Number number) {
      number(number, out);
    } else if (value instanceof Enum<?> constant) {
      string(constant.name(), out);
    } else if (value instanceof Record record) {
      record(record, out);
    } else if (value instanceof Map<?, ?> map) {
      map(map, out);
    } else if (value instanceof Set<?> set) {
      List<Json> sorted = new ArrayList<>();
      set.forEach(element -> sorted.add(Json.of(element)));
      sorted.sort(null);
      list(sorted, out);
    } else if (value instanceof Collection<?> collection) {
      list(collection, out);
    } else if (value instanceof JsonNode node) {
      node(node, out);
    } else if (value instanceof Optional<?> optional && optional.isPresent()) {
      write(optional.get(), out);
    } else {
      throw new IllegalArgumentException(
          "No canonical form for a " + (value == null ? "null" : value.getClass().getName()));
    }
  }

  private static void record(Record record, StringBuilder out) {
    TreeMap<String, Object> members = new TreeMap<>();
    kind(record.getClass()).ifPresent(kind -> members.put("is", kind));
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      Object value = Records.value(record, component);
      if (value instanceof Optional<?> optional && optional.isEmpty()) {
        continue;
      }
      members.put(component.getName(), value);
    }
    object(members, out);
  }

  /** The discriminator of a record that a sealed interface permits. */
  static Optional<String> kind(Class<?> type) {
    for (Class<?> parent : type.getInterfaces()) {
      if (parent.isSealed()) {
        return Optional.of(
            type.getSimpleName().replaceAll("(?<=.)([A-Z])", "-$1").toLowerCase(Locale.ROOT));
      }
    }
    return Optional.empty();
  }

  private static void map(Map<?, ?> map, StringBuilder out) {
    TreeMap<String, Object> members = new TreeMap<>();
    map.forEach((key, value) -> members.put(key.toString(), value));
    object(members, out);
  }

  private static void object(TreeMap<String, Object> members, StringBuilder out) {
    out.append('{');
    boolean first = true;
    for (Map.Entry<String, Object> member : members.entrySet()) {
      if (!first) {
        out.append(',');
      }
      first = false;
      string(member.getKey(), out);
      out.append(':');
      write(member.getValue(), out);
    }
    out.append('}');
  }

  private static void list(Collection<?> elements, StringBuilder out) {
    out.append('[');
    boolean first = true;
    for (Object element : elements) {
      if (!first) {
        out.append(',');
      }
      first = false;
      write(element, out);
    }
    out.append(']');
  }

  private static void node(JsonNode node, StringBuilder out) {
    if (node.isObject()) {
      TreeMap<String, Object> members = new TreeMap<>();
      node.properties().forEach(entry -> members.put(entry.getKey(), entry.getValue()));
      object(members, out);
    } else if (node.isArray()) {
      List<JsonNode> elements = new ArrayList<>();
      node.forEach(elements::add);
      list(elements, out);
    } else if (node.isTextual()) {
      string(node.textValue(), out);
    } else if (node.isNumber()) {
      // RFC 8785 numbers are IEEE doubles, whatever precision the text had.
      out.append(number(node.doubleValue()));
    } else if (node.isBoolean()) {
      out.append(node.booleanValue());
    } else if (node.isNull()) {
      out.append("null");
    } else {
      throw new IllegalArgumentException("No canonical form for a JSON " + node.getNodeType());
    }
  }

  private static void number(Number number, StringBuilder out) {
    if (number instanceof Double || number instanceof Float) {
      out.append(number(number.doubleValue()));
      return;
    }
    BigDecimal exact =
        number instanceof BigDecimal decimal
            ? decimal
            : number instanceof BigInteger integer
                ? new BigDecimal(integer)
                : BigDecimal.valueOf(number.longValue());
    if (exact.abs().compareTo(BigDecimal.valueOf(MAX_EXACT)) > 0
        || new BigDecimal(number(exact.doubleValue())).compareTo(exact) != 0) {
      throw new IllegalArgumentException(
          "The number " + exact + " does not survive as a JSON number; write it as text");
    }
    out.append(number(exact.doubleValue()));
  }

  /** ECMAScript's Number::toString, which RFC 8785 section 3.2.2.3 prescribes. */
  public static String number(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("JSON has no number " + value);
    }
    if (value == 0) {
      return "0";
    }
    if (value == Math.rint(value) && Math.abs(value) < MAX_EXACT) {
      return Long.toString((long) value);
    }
    BigDecimal exact = new BigDecimal(Math.abs(value));
    BigDecimal shortest = exact;
    for (int precision = 1; precision <= 17; precision++) {
      shortest = exact.round(new MathContext(precision, RoundingMode.HALF_EVEN));
      if (shortest.doubleValue() == Math.abs(value)) {
        break;
      }
    }
    shortest = shortest.stripTrailingZeros();
    String digits = shortest.unscaledValue().toString();
    int point = digits.length() - shortest.scale();
    StringBuilder out = new StringBuilder(value < 0 ? "-" : "");
    if (digits.length() <= point && point <= 21) {
      out.append(digits).append("0".repeat(point - digits.length()));
    } else if (0 < point && point <= 21) {
      out.append(digits, 0, point).append('.').append(digits, point, digits.length());
    } else if (-6 < point && point <= 0) {
      out.append("0.").append("0".repeat(-point)).append(digits);
    } else {
      out.append(digits.charAt(0));
      if (digits.length() > 1) {
        out.append('.').append(digits, 1, digits.length());
      }
      out.append('e').append(point - 1 >= 0 ? "+" : "-").append(Math.abs(point - 1));
    }
    return out.toString();
  }

  private static void string(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean paired =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!paired) {
          throw new IllegalArgumentException("Text with a lone surrogate has no canonical form");
        }
        out.append(c).append(text.charAt(++i));
        continue;
      }
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
