package dev.weirkeeper.contracts.gx;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.Range;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The arguments of one expectation, with its parameters filled in. An argument that is null is as
 * one that is not there. Names place and line in errors.
 */
final class Kwargs {
  private final JsonNode node;
  private final String path;
  private final Located located;
  private final Mode mode;

  Kwargs(JsonNode node, String path, Located located, Mode mode) {
    this.node = node;
    this.path = path;
    this.located = located;
    this.mode = mode;
  }

  /** Whose answers are wanted: some arguments mean something in one mode only. */
  Mode mode() {
    return mode;
  }

  /** What to throw if an argument is not what it must be. */
  MalformedException malformed(String name, String problem) {
    return located.malformed(path + "." + name, problem);
  }

  Optional<JsonNode> value(String name) {
    JsonNode value = node.path(name);
    return value.isNull() || value.isMissingNode() ? Optional.empty() : Optional.of(value);
  }

  List<String> names() {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** The argument {@code column}. */
  String column() {
    return text("column");
  }

  String text(String name) {
    return textIfGiven(name).orElseThrow(() -> malformed(name, "missing or not text"));
  }

  Optional<String> textIfGiven(String name) {
    Optional<JsonNode> value = value(name);
    return value.map(found -> text(found, name, "missing or not text"));
  }

  private String text(JsonNode value, String name, String problem) {
    if (!value.isTextual()) {
      throw malformed(name, problem);
    }
    try {
      Json.of(value.textValue());
    } catch (IllegalArgumentException e) {
      throw malformed(name, String.valueOf(e.getMessage()));
    }
    return value.textValue();
  }

  /** An array of text. */
  Optional<List<String>> texts(String name) {
    return array(name, member -> text(member, name, "holds something that is not text"));
  }

  private <T> Optional<List<T>> array(String name, Function<JsonNode, T> read) {
    Optional<JsonNode> value = value(name);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    if (!value.get().isArray()) {
      throw malformed(name, "not an array");
    }
    List<T> members = new ArrayList<>();
    value.get().forEach(member -> members.add(read.apply(member)));
    return Optional.of(members);
  }

  /** True or false; false if it is not given. */
  boolean flag(String name) {
    Optional<JsonNode> value = value(name);
    if (value.isPresent() && !value.get().isBoolean()) {
      throw malformed(name, "not true or false");
    }
    return value.map(JsonNode::booleanValue).orElse(false);
  }

  Optional<Integer> integer(String name) {
    Optional<JsonNode> value = value(name);
    if (value.isPresent() && !value.get().canConvertToExactIntegral()) {
      throw malformed(name, "not an integer");
    }
    return value.map(JsonNode::intValue);
  }

  Optional<Double> number(String name) {
    Optional<JsonNode> value = value(name);
    if (value.isPresent() && !value.get().isNumber()) {
      throw malformed(name, "not a number");
    }
    return value.map(JsonNode::doubleValue);
  }

  /** {@code min_value} and {@code max_value}, with {@code strict_min} and {@code strict_max}. */
  Range range() throws UnsupportedException {
    return new Range(bound("min_value", "strict_min"), bound("max_value", "strict_max"));
  }

  private Optional<Range.Bound> bound(String name, String strict) throws UnsupportedException {
    Range.Edge edge = flag(strict) ? Range.Edge.EXCLUSIVE : Range.Edge.INCLUSIVE;
    Optional<JsonNode> value = value(name);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    Literal literal = literal(value.get(), name);
    if (literal instanceof Literal.Truth) {
      throw malformed(name, "a boolean has no order");
    }
    return Optional.of(new Range.Bound(literal, edge));
  }

  /** An array of values; those that are null are left out, for NULL equals nothing. */
  Optional<List<Literal>> literals(String name) throws UnsupportedException {
    Optional<List<JsonNode>> nodes = array(name, member -> member);
    if (nodes.isEmpty()) {
      return Optional.empty();
    }
    List<Literal> literals = new ArrayList<>();
    for (JsonNode member : nodes.get()) {
      if (!member.isNull()) {
        literals.add(literal(member, name));
      }
    }
    return Optional.of(literals);
  }

  /** A value that columns can be compared with. */
  Literal literal(JsonNode value, String name) throws UnsupportedException {
    if (value.isTextual()) {
      return new Literal.Text(text(value, name, "not text"));
    }
    if (value.isBoolean()) {
      return new Literal.Truth(value.booleanValue());
    }
    if (value.isNumber()) {
      try {
        return new Literal.Numeric(value.decimalValue().toString());
      } catch (IllegalArgumentException e) {
        throw new UnsupportedException("'" + name + "': " + e.getMessage());
      }
    }
    throw new UnsupportedException(
        "'" + name + "' holds a JSON " + value.getNodeType() + ", which no column can equal");
  }

  /** Any JSON. */
  Optional<Json> json(String name) {
    return value(name).map(value -> canonical(value, name));
  }

  /** All arguments, for rules that say what they could not judge. */
  Json all() {
    return canonical(node, "");
  }

  private Json canonical(JsonNode value, String name) {
    try {
      return Json.of(value);
    } catch (IllegalArgumentException e) {
      throw located.malformed(
          name.isEmpty() ? path : path + "." + name, String.valueOf(e.getMessage()));
    }
  }
}
