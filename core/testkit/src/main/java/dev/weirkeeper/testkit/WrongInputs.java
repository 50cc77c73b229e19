package dev.weirkeeper.testkit;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Makes of a valid input all kinds of invalid ones, by its schema. */
final class WrongInputs {
  private static final int LONG = 8 * 1024;

  private static final List<String> HOSTILE =
      List.of(
          "",
          " ",
          "x".repeat(LONG),
          "'; DROP TABLE orders; --",
          "../../etc/passwd",
          "a\u0000b",
          "a\nb",
          "\u202egnp.exe",
          "\u043erders",
          "null",
          "%s%n${jndi:x}");

  private WrongInputs() {}

  /** Values that the schema forbids, each wrong in one place. */
  static List<Json> of(Json valid, Json schema) {
    List<Json> wrong = new ArrayList<>();
    Map<String, Json> rules = members(schema);
    String type = rules.containsKey("type") ? member(rules, "type").as(String.class) : "";
    switch (type) {
      case "object" -> {
        wrong.add(Json.of(List.of()));
        wrong.add(Json.of("text"));
        if (rules.containsKey("properties")) {
          object(valid, rules, wrong);
        }
      }
      case "array" -> {
        wrong.add(Json.of("text"));
        wrong.add(Json.of(Map.of("a", 1)));
        List<Json> elements = elements(valid);
        for (int i = 0; i < elements.size(); i++) {
          for (Json element : of(elements.get(i), member(rules, "items"))) {
            List<Json> copy = new ArrayList<>(elements);
            copy.set(i, element);
            wrong.add(Json.of(copy));
          }
        }
      }
      case "string" -> {
        wrong.add(Json.of(7));
        wrong.add(Json.of(List.of("text")));
        if (rules.containsKey("enum") || rules.containsKey("pattern")) {
          wrong.add(Json.of("KIT_NO_SUCH_VALUE"));
        }
      }
      case "integer" -> {
        wrong.add(Json.of("7"));
        wrong.add(Json.parse("1.5"));
        if (rules.containsKey("maximum")) {
          wrong.add(Json.parse("1e10"));
        }
      }
      case "number", "boolean" -> wrong.add(Json.of("text"));
      default -> {
        // What any value is right for has no wrong one.
      }
    }
    return wrong;
  }

  private static void object(Json valid, Map<String, Json> rules, List<Json> wrong) {
    Map<String, Json> properties = members(member(rules, "properties"));
    Map<String, Json> given = members(valid);
    wrong.add(with(given, "kit_unknown", Json.of(1)));
    for (Json name : elements(member(rules, "required"))) {
      Map<String, Json> without = new TreeMap<>(given);
      without.remove(name.as(String.class));
      wrong.add(Json.of(without));
    }
    given.forEach(
        (name, value) -> {
          for (Json bad : of(value, properties.getOrDefault(name, Json.empty()))) {
            wrong.add(with(given, name, bad));
          }
        });
  }

  /** Valid or not, what somebody who means harm would send: each text of the input replaced. */
  static List<Json> hostile(Json valid) {
    List<Json> hostile = new ArrayList<>();
    if (valid.text().startsWith("\"")) {
      HOSTILE.forEach(text -> hostile.add(Json.of(text)));
    } else if (valid.text().startsWith("{")) {
      Map<String, Json> given = members(valid);
      given.forEach(
          (name, value) -> hostile(value).forEach(bad -> hostile.add(with(given, name, bad))));
    } else if (valid.text().startsWith("[")) {
      List<Json> elements = elements(valid);
      for (int i = 0; i < elements.size(); i++) {
        for (Json bad : hostile(elements.get(i))) {
          List<Json> copy = new ArrayList<>(elements);
          copy.set(i, bad);
          hostile.add(Json.of(copy));
        }
      }
    }
    return hostile;
  }

  private static Json with(Map<String, Json> members, String name, Json value) {
    Map<String, Json> copy = new TreeMap<>(members);
    copy.put(name, value);
    return Json.of(copy);
  }

  static Map<String, Json> members(Json object) {
    Map<String, Json> members = new TreeMap<>();
    Map<?, ?> read = object.as(Map.class);
    read.forEach((name, value) -> members.put((String) name, Json.of(value)));
    return members;
  }

  /** A member that a schema of this shape has. */
  static Json member(Map<String, Json> members, String name) {
    return requireNonNull(members.get(name), name);
  }

  static List<Json> elements(Json array) {
    List<?> read = array.as(List.class);
    return read.stream().map(Json::of).toList();
  }
}
