package dev.weirkeeper.internal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes values in the canonical form of RFC 8785. */
public final class JsonWriter {
  /** Objects and arrays within each other; what is written can also be read. */
  static final int MAX_DEPTH = 64;

  private static final long MAX_EXACT = 1L << 53;
  private static final BigDecimal MAX_EXACT_DECIMAL = BigDecimal.valueOf(MAX_EXACT);
  private static final String HEX = "0123456789abcdef";

  private final StringBuilder out = new StringBuilder();
  private int depth;
  private int deepest;

  private JsonWriter() {}

  /** A canonical text and how deep it nests. */
  public record Written(String text, int depth) {}

  /**
   * @throws IllegalArgumentException if the value has no canonical form
   */
  public static Written canonical(Object value) {
    JsonWriter writer = new JsonWriter();
    writer.write(value);
    return new Written(writer.out.toString(), writer.deepest);
  }

  /** ECMAScript's Number::toString, which RFC 8785 section 3.2.2.3 prescribes. */
  public static String number(double value) {
    JsonWriter writer = new JsonWriter();
    writer.real(value);
    return writer.out.toString();
  }

  private void write(@Nullable Object value) {
    if (value instanceof String text) {
      string(text);
    } else if (value instanceof Record record && !(value instanceof Hash)) {
      record(record);
    } else if (value instanceof Hash hash) {
      string(hash.hex());
    } else if (value instanceof Json json) {
      embed(json);
    } else if (value instanceof Enum<?> constant) {
      string(constant.name());
    } else if (value instanceof Boolean) {
      out.append(value);
    } else if (value instanceof Number number) {
      number(number);
    } else if (value instanceof Instant
        || value instanceof Duration
        || value instanceof LocalDate) {
      string(value.toString());
    } else if (value instanceof Map<?, ?> map) {
      map(map);
    } else if (value instanceof Set<?> set) {
      list(sorted(set));
    } else if (value instanceof Collection<?> collection) {
      list(collection);
    } else if (value instanceof JsonNode node) {
      node(node);
    } else if (value instanceof Optional<?> optional && optional.isPresent()) {
      write(optional.get());
    } else {
      throw new IllegalArgumentException(
          "No canonical form for a " + (value == null ? "null" : value.getClass().getName()));
    }
  }

  private void embed(Json json) {
    deepen(json.depth());
    depth -= json.depth();
    out.append(json.text());
  }

  private void deepen(int levels) {
    depth += levels;
    deepest = Math.max(deepest, depth);
    if (depth > MAX_DEPTH) {
      throw new IllegalArgumentException(
          "No canonical form for what nests deeper than " + MAX_DEPTH + " levels");
    }
  }

  private void open(char bracket) {
    deepen(1);
    out.append(bracket);
  }

  private void close(char bracket) {
    depth--;
    out.append(bracket);
  }

  private void record(Record record) {
    Records shape = Records.of(record.getClass());
    Optional<String> kind = shape.kind();
    boolean kindWritten = kind.isEmpty();
    open('{');
    boolean first = true;
    for (Records.Member member : shape.members()) {
      if (!kindWritten && member.name().compareTo("is") > 0) {
        first = member("is", kind.get(), first);
        kindWritten = true;
      }
      Object value = member.of(record);
      if (!(value instanceof Optional<?> optional) || optional.isPresent()) {
        first = member(member.name(), value, first);
      }
    }
    if (!kindWritten) {
      member("is", kind.get(), first);
    }
    close('}');
  }

  private boolean member(String name, @Nullable Object value, boolean first) {
    if (!first) {
      out.append(',');
    }
    string(name);
    out.append(':');
    write(value);
    return false;
  }

  /** One entry of a map whose keys are no names. */
  private record Entry(Object key, Object value) {}

  private void map(Map<?, ?> map) {
    if (map.keySet().stream().allMatch(JsonWriter::isName)) {
      TreeMap<String, Object> members = new TreeMap<>();
      map.forEach((key, value) -> members.put(nameOf(key), value));
      object(members);
    } else {
      List<Entry> entries = new ArrayList<>();
      map.forEach((key, value) -> entries.add(new Entry(key, value)));
      list(sorted(entries));
    }
  }

  private static boolean isName(@Nullable Object key) {
    return key instanceof String || key instanceof Enum<?> || key instanceof Hash;
  }

  private static String nameOf(Object key) {
    return key instanceof Enum<?> constant ? constant.name() : key.toString();
  }

  private static List<Json> sorted(Collection<?> elements) {
    List<Json> sorted = new ArrayList<>(elements.size());
    elements.forEach(element -> sorted.add(Json.of(element)));
    sorted.sort(null);
    return sorted;
  }

  private void object(TreeMap<String, Object> members) {
    open('{');
    boolean first = true;
    for (Map.Entry<String, Object> member : members.entrySet()) {
      first = member(member.getKey(), member.getValue(), first);
    }
    close('}');
  }

  private void list(Iterable<?> elements) {
    open('[');
    boolean first = true;
    for (Object element : elements) {
      if (!first) {
        out.append(',');
      }
      first = false;
      write(element);
    }
    close(']');
  }

  private void node(JsonNode node) {
    if (node.isObject()) {
      TreeMap<String, Object> members = new TreeMap<>();
      node.properties().forEach(entry -> members.put(entry.getKey(), entry.getValue()));
      object(members);
    } else if (node.isArray()) {
      list(node);
    } else if (node.isTextual()) {
      string(node.textValue());
    } else if (node.isIntegralNumber()) {
      integer(node);
    } else if (node.isNumber()) {
      // RFC 8785 numbers are IEEE doubles, whatever precision the text had.
      real(node.doubleValue());
    } else if (node.isBoolean()) {
      out.append(node.booleanValue());
    } else if (node.isNull()) {
      out.append("null");
    } else {
      throw new IllegalArgumentException("No canonical form for a JSON " + node.getNodeType());
    }
  }

  /** An integer of a text. A rounded one would be another integer, so it is refused. */
  private void integer(JsonNode node) {
    if (node.canConvertToLong() && Math.abs(node.longValue()) <= MAX_EXACT) {
      out.append(node.longValue());
    } else {
      exact(new BigDecimal(node.bigIntegerValue()), Double.MAX_VALUE);
    }
  }

  private void number(Number number) {
    if (number instanceof Integer || number instanceof Short || number instanceof Byte) {
      out.append(number.intValue());
    } else if (number instanceof Long exact) {
      if (exact < -MAX_EXACT || exact > MAX_EXACT) {
        throw new IllegalArgumentException(doesNotSurvive());
      }
      out.append(exact.longValue());
    } else if (number instanceof Double || number instanceof Float) {
      real(number.doubleValue());
    } else if (number instanceof BigDecimal decimal) {
      exact(decimal, MAX_EXACT);
    } else if (number instanceof BigInteger integer) {
      exact(new BigDecimal(integer), MAX_EXACT);
    } else {
      throw new IllegalArgumentException("No canonical form for a " + number.getClass().getName());
    }
  }

  private void exact(BigDecimal number, double atMost) {
    double nearest = number.doubleValue();
    if (Math.abs(nearest) > atMost
        || new BigDecimal(number(nearest)).compareTo(number) != 0
        || atMost == MAX_EXACT && number.abs().compareTo(MAX_EXACT_DECIMAL) > 0) {
      throw new IllegalArgumentException(doesNotSurvive());
    }
    real(nearest);
  }

  private static String doesNotSurvive() {
    return "A number with more digits than a double holds, or an integer beyond 2^53, does not"
        + " survive as a JSON number; write it as text";
  }

  private void real(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("JSON has no number beyond the range of a double");
    }
    if (value == Math.rint(value) && Math.abs(value) < MAX_EXACT) {
      out.append((long) value);
    } else {
      ShortestDecimal.append(value, out);
    }
  }

  private void string(String text) {
    out.append('"');
    int plainFrom = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x20 && c != '"' && c != '\\' && !Character.isSurrogate(c)) {
        continue;
      }
      if (Character.isSurrogate(c)) {
        boolean paired =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!paired) {
          throw new IllegalArgumentException("Text with a lone surrogate has no canonical form");
        }
        i++;
        continue;
      }
      out.append(text, plainFrom, i);
      plainFrom = i + 1;
      escape(c);
    }
    out.append(text, plainFrom, text.length()).append('"');
  }

  private void escape(char c) {
    switch (c) {
      case '"' -> out.append("\\\"");
      case '\\' -> out.append("\\\\");
      case '\b' -> out.append("\\b");
      case '\f' -> out.append("\\f");
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      default -> out.append("\\u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
    }
  }
}
