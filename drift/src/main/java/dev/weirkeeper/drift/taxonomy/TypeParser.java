package dev.weirkeeper.drift.taxonomy;

import dev.weirkeeper.Nullability;
import dev.weirkeeper.drift.taxonomy.TypeExpr.Family;
import dev.weirkeeper.drift.taxonomy.TypeExpr.Field;
import dev.weirkeeper.drift.taxonomy.TypeExpr.ListOf;
import dev.weirkeeper.drift.taxonomy.TypeExpr.MapOf;
import dev.weirkeeper.drift.taxonomy.TypeExpr.Scalar;
import dev.weirkeeper.drift.taxonomy.TypeExpr.Struct;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads nested types as lakehouse formats spell them. Used once. */
final class TypeParser {
  private static final int MAX_DEPTH = 64;

  private static final Map<String, Scalar> ICEBERG =
      Map.ofEntries(
          Map.entry("boolean", Scalar.of(Family.BOOLEAN)),
          Map.entry("int", Scalar.of(Family.INTEGER, 32)),
          Map.entry("long", Scalar.of(Family.INTEGER, 64)),
          Map.entry("float", Scalar.of(Family.FLOAT, 32)),
          Map.entry("double", Scalar.of(Family.FLOAT, 64)),
          Map.entry("date", Scalar.of(Family.DATE)),
          Map.entry("time", Scalar.of(Family.TIME, 6)),
          Map.entry("timestamp", Scalar.of(Family.TIMESTAMP, 6)),
          Map.entry("timestamptz", Scalar.of(Family.TIMESTAMP_TZ, 6)),
          Map.entry("timestamp_ns", Scalar.of(Family.TIMESTAMP, 9)),
          Map.entry("timestamptz_ns", Scalar.of(Family.TIMESTAMP_TZ, 9)),
          Map.entry("string", Scalar.of(Family.TEXT)),
          Map.entry("uuid", Scalar.of(Family.UUID)),
          Map.entry("binary", Scalar.of(Family.BINARY)),
          Map.entry("unknown", Scalar.of(Family.VOID)));

  private static final Map<String, Scalar> DELTA =
      Map.ofEntries(
          Map.entry("boolean", Scalar.of(Family.BOOLEAN)),
          Map.entry("byte", Scalar.of(Family.INTEGER, 8)),
          Map.entry("tinyint", Scalar.of(Family.INTEGER, 8)),
          Map.entry("short", Scalar.of(Family.INTEGER, 16)),
          Map.entry("smallint", Scalar.of(Family.INTEGER, 16)),
          Map.entry("int", Scalar.of(Family.INTEGER, 32)),
          Map.entry("integer", Scalar.of(Family.INTEGER, 32)),
          Map.entry("long", Scalar.of(Family.INTEGER, 64)),
          Map.entry("bigint", Scalar.of(Family.INTEGER, 64)),
          Map.entry("float", Scalar.of(Family.FLOAT, 32)),
          Map.entry("double", Scalar.of(Family.FLOAT, 64)),
          Map.entry("decimal", Scalar.of(Family.DECIMAL, 10, 0)),
          Map.entry("date", Scalar.of(Family.DATE)),
          // Spark calls an instant a timestamp.
          Map.entry("timestamp", Scalar.of(Family.TIMESTAMP_TZ, 6)),
          Map.entry("timestamp_ntz", Scalar.of(Family.TIMESTAMP, 6)),
          Map.entry("string", Scalar.of(Family.TEXT)),
          Map.entry("binary", Scalar.of(Family.BINARY)),
          Map.entry("void", Scalar.of(Family.VOID)));

  private final String text;
  private final TypeNotation notation;
  private int at;

  TypeParser(String text, TypeNotation notation) {
    this.text = text;
    this.notation = notation;
  }

  TypeExpr parse() {
    TypeExpr type = type(0);
    if (at < text.length()) {
      throw wrong("an end");
    }
    return type;
  }

  private TypeExpr type(int depth) {
    if (depth > MAX_DEPTH) {
      throw new IllegalArgumentException(
          "Not a type that can be read: it nests deeper than " + MAX_DEPTH + " levels");
    }
    String name = word().toLowerCase(Locale.ROOT);
    switch (name) {
      case "list", "array" -> {
        expect('<');
        TypeExpr element = type(depth + 1);
        expect('>');
        return new ListOf(element);
      }
      case "map" -> {
        expect('<');
        TypeExpr key = type(depth + 1);
        expect(',');
        TypeExpr value = type(depth + 1);
        expect('>');
        return new MapOf(key, value);
      }
      case "struct" -> {
        return struct(depth);
      }
      default -> {
        return scalar(name);
      }
    }
  }

  private Struct struct(int depth) {
    List<Field> fields = new ArrayList<>();
    expect('<');
    while (!take('>')) {
      if (!fields.isEmpty()) {
        expect(',');
      }
      String first = word();
      expect(':');
      Optional<String> id = Optional.empty();
      if (notation == TypeNotation.ICEBERG && first.chars().allMatch(c -> c >= '0' && c <= '9')) {
        id = Optional.of(first);
        first = word();
        expect(':');
      }
      Nullability nullability = Nullability.OPTIONAL;
      if (notation == TypeNotation.ICEBERG) {
        int before = at;
        String demand = word();
        if (demand.equals("required")) {
          nullability = Nullability.REQUIRED;
        } else if (!demand.equals("optional")) {
          at = before;
        }
      }
      TypeExpr type = type(depth + 1);
      if (notation == TypeNotation.DELTA && takeWords("not", "null")) {
        nullability = Nullability.REQUIRED;
      }
      fields.add(new Field(id, first, type, nullability));
    }
    return new Struct(fields);
  }

  private Scalar scalar(String name) {
    List<Integer> args = args();
    if (args.isEmpty()) {
      Scalar known = (notation == TypeNotation.ICEBERG ? ICEBERG : DELTA).get(name);
      return known == null ? new Scalar(Family.OTHER, List.of(), name, OptionalInt.empty()) : known;
    }
    if (name.equals("decimal") && args.size() <= 2) {
      return Scalar.of(Family.DECIMAL, args.get(0), args.size() == 2 ? args.get(1) : 0);
    }
    if (args.size() == 1) {
      if (name.equals("fixed")) {
        return Scalar.of(Family.FIXED, args.get(0));
      }
      if (name.equals("varchar")) {
        return Scalar.of(Family.TEXT, args.get(0));
      }
      if (name.equals("char")) {
        return Scalar.of(Family.CHAR, args.get(0));
      }
    }
    return new Scalar(Family.OTHER, args, name, OptionalInt.empty());
  }

  private List<Integer> args() {
    char close;
    if (take('(')) {
      close = ')';
    } else if (take('[')) {
      close = ']';
    } else {
      return List.of();
    }
    List<Integer> args = new ArrayList<>();
    do {
      args.add(number());
    } while (take(','));
    expect(close);
    return args;
  }

  private int number() {
    String word = word();
    try {
      return Integer.parseInt(word);
    } catch (NumberFormatException e) {
      throw wrong("a number");
    }
  }

  private String word() {
    blanks();
    int from = at;
    if (at < text.length() && text.charAt(at) == '`') {
      int end = text.indexOf('`', at + 1);
      if (end < 0) {
        throw wrong("the end of a quoted name");
      }
      at = end + 1;
      return text.substring(from + 1, end);
    }
    while (at < text.length() && "<>(),:[] \t\n".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    if (from == at) {
      throw wrong("a name");
    }
    String word = text.substring(from, at);
    blanks();
    return word;
  }

  private boolean takeWords(String first, String second) {
    blanks();
    int before = at;
    if (at < text.length()
        && Character.isLetter(text.charAt(at))
        && word().equalsIgnoreCase(first)
        && word().equalsIgnoreCase(second)) {
      return true;
    }
    at = before;
    return false;
  }

  private boolean take(char expected) {
    blanks();
    if (at < text.length() && text.charAt(at) == expected) {
      at++;
      blanks();
      return true;
    }
    return false;
  }

  private void expect(char expected) {
    if (!take(expected)) {
      throw wrong("a " + expected);
    }
  }

  private void blanks() {
    while (at < text.length() && " \t\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private IllegalArgumentException wrong(String expected) {
    return new IllegalArgumentException(
        "Not a type that can be read: expected " + expected + " at character " + at);
  }
}
