package dev.weirkeeper.contracts.gx;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares values of answers: numbers by value, moments by time, lists of bad rows in any order.
 */
final class GxValue {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** Lists whose order is that of an engine, or says nothing. */
  private static final Set<String> UNORDERED =
      Set.of(
          "unexpected_list",
          "partial_unexpected_list",
          "unexpected_index_list",
          "partial_unexpected_index_list",
          "partial_unexpected_counts",
          "unexpected_rows");

  private static final Pattern MOMENT =
      Pattern.compile("(\\d{4}-\\d\\d-\\d\\d)[T ](\\d\\d:\\d\\d:\\d\\d)(\\.\\d+)?(Z|[+-]00:?00)?");

  /** How near two numbers must be. */
  record Tolerance(double relative, double absolute) {
    static final Tolerance EXACT = new Tolerance(1e-9, 1e-9);

    boolean near(double left, double right) {
      return Math.abs(left - right) <= absolute + relative * Math.abs(right);
    }
  }

  private GxValue() {}

  static double real(String text) {
    return switch (text) {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      default -> Double.NEGATIVE_INFINITY;
    };
  }

  /** Without numbers that JSON does not know: NaN is null, infinite ones are text. */
  static JsonNode plain(JsonNode node) {
    if (node.isObject() && node.has("$float")) {
      String text = node.get("$float").asText();
      return text.equals("NaN") ? NODES.nullNode() : NODES.textNode(text);
    }
    if (node.isObject()) {
      ObjectNode plain = NODES.objectNode();
      node.properties().forEach(entry -> plain.set(entry.getKey(), plain(entry.getValue())));
      return plain;
    }
    if (node.isArray()) {
      ArrayNode plain = NODES.arrayNode();
      node.forEach(element -> plain.add(plain(element)));
      return plain;
    }
    return node;
  }

  /** Whether ours is what is wanted, under this key of the answer. */
  static boolean same(String key, JsonNode wanted, JsonNode ours, Tolerance tolerance) {
    if (wanted.isNumber() || wanted.isBoolean()) {
      boolean comparable = ours.isNumber() || ours.isBoolean();
      return comparable && tolerance.near(number(ours), number(wanted));
    }
    if (wanted.isTextual()) {
      return ours.isTextual() && moment(wanted.textValue()).equals(moment(ours.textValue()));
    }
    if (wanted.isArray() && ours.isArray()) {
      return list(wanted, ours, UNORDERED.contains(key), tolerance);
    }
    if (wanted.isObject() && ours.isObject()) {
      return object(wanted, ours, tolerance);
    }
    return wanted.isNull() && ours.isNull();
  }

  private static double number(JsonNode node) {
    return node.isBoolean() ? node.booleanValue() ? 1 : 0 : node.doubleValue();
  }

  private static boolean object(JsonNode wanted, JsonNode ours, Tolerance tolerance) {
    if (wanted.size() != ours.size()) {
      return false;
    }
    Iterator<Map.Entry<String, JsonNode>> entries = wanted.properties().iterator();
    while (entries.hasNext()) {
      Map.Entry<String, JsonNode> entry = entries.next();
      JsonNode other = ours.path(entry.getKey());
      if (!same(entry.getKey(), entry.getValue(), other, tolerance)) {
        return false;
      }
    }
    return true;
  }

  private static boolean list(
      JsonNode wanted, JsonNode ours, boolean unordered, Tolerance tolerance) {
    if (wanted.size() != ours.size()) {
      return false;
    }
    List<JsonNode> left = elements(wanted, unordered);
    List<JsonNode> right = elements(ours, unordered);
    for (int i = 0; i < left.size(); i++) {
      if (!same("", left.get(i), right.get(i), tolerance)) {
        return false;
      }
    }
    return true;
  }

  private static List<JsonNode> elements(JsonNode list, boolean sorted) {
    List<JsonNode> elements = new ArrayList<>();
    list.forEach(elements::add);
    if (sorted) {
      elements.sort((a, b) -> canonical(a).compareTo(canonical(b)));
    }
    return elements;
  }

  /** Text by which equal values are neighbours. */
  private static String canonical(JsonNode node) {
    if (node.isNumber() || node.isBoolean()) {
      return new BigDecimal(number(node)).round(new MathContext(9)).stripTrailingZeros().toString();
    }
    if (node.isTextual()) {
      return '"' + moment(node.textValue());
    }
    StringBuilder text = new StringBuilder();
    if (node.isObject()) {
      List<String> names = new ArrayList<>();
      node.fieldNames().forEachRemaining(names::add);
      names.sort(null);
      names.forEach(name -> text.append(name).append(':').append(canonical(node.get(name))));
      return text.append('}').toString();
    }
    node.forEach(element -> text.append(canonical(element)).append(','));
    return node.isArray() ? text.append(']').toString() : node.toString();
  }

  /** SQLite writes times with a blank and six digits behind the seconds. */
  private static String moment(String text) {
    Matcher matcher = MOMENT.matcher(text);
    if (!matcher.matches()) {
      return text;
    }
    String fraction = matcher.group(3) == null ? "" : matcher.group(3).replaceAll("0+$", "");
    return matcher.group(1) + 'T' + matcher.group(2) + (fraction.equals(".") ? "" : fraction);
  }
}
