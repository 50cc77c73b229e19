package dev.weirkeeper.examples.cli;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.weirkeeper.Json;
import dev.weirkeeper.Mask;
import dev.weirkeeper.Masking;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.TableRules;
import dev.weirkeeper.contracts.engine.DatasetRef;
import java.util.Optional;
import java.util.Set;

/**
 * How much of the values of bad rows a person sees. Unless they ask for values they see shapes:
 * letters become {@code a} and {@code A}, digits become 9, so that {@code 12-b} is {@code 99-a}. Of
 * columns whose names sound sensitive not even that is shown.
 */
final class Privacy {
  /** Whether somebody asked for values. */
  enum Values {
    SHOWN,
    MASKED
  }

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String HIDDEN = "\u2022\u2022\u2022";
  private static final int LONGEST_SHAPE = 40;
  private static final int LONGEST_VALUE = 200;

  /** Kinds that measure no value that a row has, but how many there are. */
  private static final Set<String> COUNTS =
      Set.of(
          Rule.ROW_COUNT_BETWEEN,
          Rule.COLUMN_EXISTS,
          Rule.COLUMNS_MATCH,
          Rule.OF_TYPE,
          Rule.OF_FORM,
          TableRules.ROW_COUNT_EQUALS_TABLE,
          TableRules.COLUMN_COUNT_BETWEEN,
          TableRules.COLUMNS_ORDERED,
          TableRules.DISTINCT_COUNT_BETWEEN,
          TableRules.DISTINCT_SHARE_BETWEEN,
          TableRules.NON_NULL_SHARE_BETWEEN,
          TableRules.DIVERGENCE_BELOW,
          TableRules.ROWS_BETWEEN,
          TableRules.NO_ROWS);

  /** No pseudonyms are made, so the key is of no consequence. */
  private static final Masking SENSITIVE = Masking.with(new byte[16]);

  private final Values values;
  private final DatasetRef dataset;

  Privacy(Values values, DatasetRef dataset) {
    this.values = requireNonNull(values, "values");
    this.dataset = requireNonNull(dataset, "dataset");
  }

  boolean shows() {
    return values == Values.SHOWN;
  }

  /** Whether nothing at all is shown of a column's values. */
  boolean hides(String column) {
    return !shows() && SENSITIVE.of(dataset.asset(), column) != Mask.NONE;
  }

  /** A value of a column. */
  String cell(String column, Optional<Object> value) {
    if (value.isEmpty()) {
      return "NULL";
    }
    String text = text(value.get());
    if (shows()) {
      return cut(text, LONGEST_VALUE);
    }
    // The shape of true is not that of false.
    boolean isTruth = text.equals("true") || text.equals("false");
    return hides(column) || isTruth ? HIDDEN : shape(text);
  }

  /** What a rule measured. */
  String observed(Rule rule, Json value) {
    String text = value.text();
    if (shows() || COUNTS.contains(rule.kind())) {
      return cut(text, LONGEST_VALUE);
    }
    return rule.columns().stream().anyMatch(this::hides)
        ? HIDDEN
        : cut(shapes(text), LONGEST_VALUE);
  }

  /** Whether what the rule measured is no value of the data. */
  static boolean isCount(Rule rule) {
    return COUNTS.contains(rule.kind());
  }

  /** JSON with the shapes of its values: the names in it are those of measures. */
  private static String shapes(String json) {
    try {
      return masked(MAPPER.readTree(json)).toString();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("What a rule measured is not JSON", e);
    }
  }

  private static JsonNode masked(JsonNode node) {
    if (node.isObject()) {
      ObjectNode all = MAPPER.createObjectNode();
      node.properties().forEach(member -> all.set(member.getKey(), masked(member.getValue())));
      return all;
    }
    if (node.isArray()) {
      ArrayNode all = MAPPER.createArrayNode();
      node.forEach(element -> all.add(masked(element)));
      return all;
    }
    return node.isNull()
        ? node
        : TextNode.valueOf(node.isBoolean() ? HIDDEN : shape(node.asText()));
  }

  private static String text(Object value) {
    return value instanceof byte[] bytes ? bytes.length + " bytes" : value.toString();
  }

  /** The shape of a text. */
  static String shape(String text) {
    StringBuilder shape = new StringBuilder();
    text.codePoints().limit(LONGEST_SHAPE).map(Privacy::shape).forEach(shape::appendCodePoint);
    return text.codePointCount(0, text.length()) > LONGEST_SHAPE
        ? shape.append('\u2026').toString()
        : shape.toString();
  }

  private static int shape(int character) {
    if (Character.isDigit(character)) {
      return '9';
    }
    if (Character.isLetter(character)) {
      return Character.isUpperCase(character) ? 'A' : 'a';
    }
    return character >= 0x20 && character < 0x7f ? character : 0x2022;
  }

  private static String cut(String text, int longest) {
    return text.codePointCount(0, text.length()) <= longest
        ? text
        : text.substring(0, text.offsetByCodePoints(0, longest)) + "\u2026";
  }
}
