package dev.weirkeeper.contracts.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Literal;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A part of a document with its place, so that what is wrong can be pointed at. Asking for what is
 * not there, or is something else, throws with line and path.
 */
sealed interface Node {
  int line();

  /** {@code $.schema[0].name}. */
  String path();

  /** What a scalar is. */
  enum Sort {
    TEXT,
    NUMBER,
    TRUTH,
    /** Null, or not there at all. */
    NOTHING
  }

  record Scalar(int line, String path, Sort sort, String text) implements Node {}

  record Many(int line, String path, List<Node> all) implements Node {
    public Many {
      all = List.copyOf(all);
    }
  }

  /** In the order of the document. */
  record Mapping(int line, String path, Map<String, Node> members) implements Node {}

  /** Something is wrong at this place. */
  default IllegalArgumentException malformed(String problem) {
    return new IllegalArgumentException("line " + line() + ", " + path() + ": " + problem);
  }

  default boolean isNothing() {
    return this instanceof Scalar scalar && scalar.sort() == Sort.NOTHING;
  }

  default boolean isMapping() {
    return this instanceof Mapping;
  }

  default boolean isMany() {
    return this instanceof Many;
  }

  default boolean isText() {
    return this instanceof Scalar scalar && scalar.sort() == Sort.TEXT;
  }

  default boolean isNumber() {
    return this instanceof Scalar scalar && scalar.sort() == Sort.NUMBER;
  }

  /** The members of a mapping; none if nothing is there. */
  default Map<String, Node> members() {
    if (this instanceof Mapping mapping) {
      return mapping.members();
    }
    if (isNothing()) {
      return Map.of();
    }
    throw malformed("this should be a mapping of names to values");
  }

  default boolean has(String name) {
    return !at(name).isNothing();
  }

  /** A member; nothing if it is not there. */
  default Node at(String name) {
    Node found = members().get(name);
    return found == null
        ? new Scalar(line(), Documents.below(path(), name), Sort.NOTHING, "")
        : found;
  }

  /** The items of a list; none if nothing is there. */
  default List<Node> items() {
    if (this instanceof Many many) {
      return many.all();
    }
    if (isNothing()) {
      return List.of();
    }
    throw malformed("this should be a list");
  }

  /** Text, and only if it is written as such. */
  default String text() {
    if (this instanceof Scalar scalar && scalar.sort() == Sort.TEXT) {
      return scalar.text();
    }
    throw malformed(isNothing() ? "this is missing; write a text" : "this should be a text");
  }

  /** Text that says something, also a number: {@code version: 1.0}. */
  default String word() {
    if (this instanceof Scalar scalar
        && scalar.sort() != Sort.NOTHING
        && !scalar.text().isBlank()) {
      return scalar.text();
    }
    throw malformed(
        isNothing() ? "this is missing; write a text" : "this should be a text, not empty");
  }

  default Optional<String> wordIfAny() {
    return isNothing() ? Optional.empty() : Optional.of(word());
  }

  default List<String> words() {
    return items().stream().map(Node::word).toList();
  }

  /** A list of words, or one of them alone. */
  default List<String> oneOrMore() {
    return isMany() ? words() : List.of(word());
  }

  default BigDecimal number() {
    if (this instanceof Scalar scalar && scalar.sort() == Sort.NUMBER) {
      return new BigDecimal(scalar.text());
    }
    throw malformed(isNothing() ? "this is missing; write a number" : "this should be a number");
  }

  /** True or false; false if nothing is there. */
  default boolean truth() {
    if (this instanceof Scalar scalar && scalar.sort() == Sort.TRUTH) {
      return scalar.text().equals("true");
    }
    if (isNothing()) {
      return false;
    }
    throw malformed("this should be true or false");
  }

  /** The scalar as a value that rules compare with; empty if it is null. */
  default Optional<Literal> literal() {
    if (!(this instanceof Scalar scalar)) {
      throw malformed("this should be a single value");
    }
    try {
      return switch (scalar.sort()) {
        case TEXT -> Optional.of(new Literal.Text(scalar.text()));
        case NUMBER -> Optional.of(new Literal.Numeric(scalar.text()));
        case TRUTH -> Optional.of(new Literal.Truth(scalar.text().equals("true")));
        case NOTHING -> Optional.empty();
      };
    } catch (IllegalArgumentException e) {
      throw malformed(String.valueOf(e.getMessage()));
    }
  }

  /** The part as JSON. */
  default JsonNode tree() {
    JsonNodeFactory make = JsonNodeFactory.instance;
    if (this instanceof Mapping mapping) {
      ObjectNode object = make.objectNode();
      mapping.members().forEach((name, value) -> object.set(name, value.tree()));
      return object;
    }
    if (this instanceof Many many) {
      ArrayNode array = make.arrayNode();
      many.all().forEach(item -> array.add(item.tree()));
      return array;
    }
    Scalar scalar = (Scalar) this;
    return switch (scalar.sort()) {
      case TEXT -> make.textNode(scalar.text());
      case NUMBER -> number(scalar.text());
      case TRUTH -> make.booleanNode(scalar.text().equals("true"));
      case NOTHING -> make.nullNode();
    };
  }

  private static JsonNode number(String written) {
    BigDecimal number = new BigDecimal(written);
    return number.scale() <= 0 && Math.abs(number.scale()) < 400
        ? JsonNodeFactory.instance.numberNode(number.toBigIntegerExact())
        : JsonNodeFactory.instance.numberNode(number);
  }

  /**
   * The part in canonical form.
   *
   * @throws IllegalArgumentException if it has none: a number that no double holds
   */
  default Json json() {
    try {
      return Json.of(tree());
    } catch (IllegalArgumentException e) {
      throw malformed(String.valueOf(e.getMessage()));
    }
  }
}
