package dev.weirkeeper.examples.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * Lays a tool's answer out for a person, whatever its shape: members as lines, lists of objects as
 * tables. A tool that learns to say more is shown in full without a change here.
 */
final class Sheet {
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
  private static final int BRIEF = 12;
  private static final Set<String> BAD =
      Set.of("FAILED", "UNKNOWN", "REFUSED", "STOPPED", "RESYNC_NEEDED", "BREAKING", "false");
  private static final Set<String> WARNING =
      Set.of("PAUSED", "OPEN", "PENDING", "SPOOLING", "WAITING", "PROPOSE", "CONTAIN");
  private static final Set<String> GOOD = Set.of("FLOWING", "RUNNING", "DONE", "VERIFIED", "HEAL");

  /** How a list of objects is laid out. */
  private enum Lists {
    TABLES,
    /** A member a line: nothing has to be cut, and long texts are read. */
    BLOCKS
  }

  private final Output output;
  private final Lists lists;
  private final List<String> first;

  /**
   * @param first names of members that stand before others, in this order
   */
  Sheet(Output output, String... first) {
    this(output, Lists.TABLES, List.of(first));
  }

  private Sheet(Output output, Lists lists, List<String> first) {
    this.output = output;
    this.lists = lists;
    this.first = first;
  }

  /** The same for what somebody has to read to its end. */
  Sheet inFull() {
    return new Sheet(output, Lists.BLOCKS, first);
  }

  void print(JsonNode answer) {
    print(answer, "");
  }

  private void print(JsonNode object, String indent) {
    List<String> names = names(List.of(object));
    for (String name : names) {
      JsonNode value = object.get(name);
      if (isScalar(value)) {
        String text = text(value);
        output.field(indent + words(name), style(text), text);
      }
    }
    for (String name : names) {
      JsonNode value = object.get(name);
      if (!isScalar(value)) {
        nested(name, value, indent);
      }
    }
  }

  private void nested(String name, JsonNode value, String indent) {
    if (value.isEmpty()) {
      output.field(indent + words(name), Style.FAINT, "none");
      return;
    }
    output.line("");
    output.line(Style.STRONG, indent + words(name));
    if (value.isArray() && lists == Lists.TABLES && isFlat(value)) {
      table(value);
    } else if (value.isArray()) {
      boolean next = false;
      for (JsonNode element : value) {
        if (next) {
          output.line("");
        }
        if (element.isObject()) {
          print(element, indent + "  ");
        } else {
          output.line(indent + "  " + text(element));
        }
        next = true;
      }
    } else {
      print(value, indent + "  ");
    }
  }

  /** A list of objects whose members are all short enough for cells. */
  private boolean isFlat(JsonNode list) {
    return elements(list).stream()
        .allMatch(
            element -> element.isObject() && elements(element).stream().allMatch(Sheet::isScalar));
  }

  void table(JsonNode list) {
    List<JsonNode> rows = elements(list);
    List<String> names = names(rows);
    Table table = new Table(names.stream().map(Sheet::words).toList());
    rows.forEach(row -> table.add(names.stream().map(name -> cell(row.path(name))).toList()));
    output.table(table, (column, text) -> style(text));
  }

  private List<String> names(List<JsonNode> objects) {
    Set<String> all = new LinkedHashSet<>();
    objects.forEach(object -> object.fieldNames().forEachRemaining(all::add));
    List<String> ordered = new ArrayList<>(first);
    ordered.retainAll(all);
    all.stream().filter(name -> !first.contains(name)).forEach(ordered::add);
    return ordered;
  }

  private static List<JsonNode> elements(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).toList();
  }

  /** A value for one line: a list of words is one too, and so is a text from outside. */
  private static boolean isScalar(JsonNode value) {
    return value.isValueNode()
        || isMarked(value)
        || value.isArray() && elements(value).stream().allMatch(Sheet::isWord);
  }

  private static boolean isWord(JsonNode value) {
    return value.isValueNode() || isMarked(value);
  }

  /** An alternative with a single member beside its name: {@code {"is":"outside","text":"…"}}. */
  private static boolean isMarked(JsonNode value) {
    return value.isObject()
        && value.has("is")
        && value.size() <= 3
        && elements(value).stream().allMatch(Sheet::isScalar);
  }

  private static String cell(JsonNode value) {
    String text = isScalar(value) || value.isMissingNode() ? text(value) : value.toString();
    return HASH.matcher(text).matches() ? text.substring(0, BRIEF) : text;
  }

  /** A value in one line. */
  static String text(JsonNode value) {
    if (value.isArray()) {
      return elements(value).stream().map(Sheet::text).collect(Collectors.joining(", "));
    }
    if (isMarked(value)) {
      if (value.has("text")) {
        return value.path("text").asText() + (value.has("cut") ? "\u2026" : "");
      }
      List<String> parts = new ArrayList<>();
      for (Map.Entry<String, JsonNode> member : value.properties()) {
        if (!member.getKey().equals("is")) {
          parts.add(text(member.getValue()));
        }
      }
      String kind = value.path("is").asText();
      return kind.equals("value") || kind.equals("name")
          ? String.join(" ", parts)
          : (kind + " " + String.join(" ", parts)).strip();
    }
    return value.asText("");
  }

  /** How a word is set off that says how something is. */
  static Style style(String text) {
    String word = text.contains(" ") ? text.substring(0, text.indexOf(' ')) : text;
    String upper = word.toUpperCase(Locale.ROOT);
    if (BAD.contains(upper) || BAD.contains(word)) {
      return Style.BAD;
    }
    return WARNING.contains(upper)
        ? Style.WARNING
        : GOOD.contains(upper) ? Style.GOOD : Style.PLAIN;
  }

  /** A component's name in words: {@code spooledRows} is "spooled rows". */
  static String words(String name) {
    return name.replaceAll("([A-Z])", " $1").replace('_', ' ').toLowerCase(Locale.ROOT);
  }
}
