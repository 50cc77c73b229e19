package dev.weirkeeper.drift.plan;

import dev.weirkeeper.Type;
import dev.weirkeeper.drift.TypeChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A type as {@code format_type} writes it, taken apart.
 *
 * @param base the internal name of a built-in type ({@code int4}); the text itself for all others
 */
record TypeText(String base, List<Integer> args, boolean array) {
  private static final Pattern ARGS = Pattern.compile("\\((-?\\d+(?:,-?\\d+)*)\\)");

  private static final Map<String, String> INTERNAL =
      Map.ofEntries(
          Map.entry("smallint", "int2"),
          Map.entry("integer", "int4"),
          Map.entry("bigint", "int8"),
          Map.entry("real", "float4"),
          Map.entry("double precision", "float8"),
          Map.entry("boolean", "bool"),
          Map.entry("character varying", "varchar"),
          Map.entry("character", "bpchar"),
          Map.entry("timestamp without time zone", "timestamp"),
          Map.entry("timestamp with time zone", "timestamptz"),
          Map.entry("time without time zone", "time"),
          Map.entry("time with time zone", "timetz"),
          Map.entry("bit varying", "varbit"));

  private static final Set<String> TEXTS = Set.of("text", "varchar", "bpchar", "name", "\"char\"");

  TypeText {
    args = List.copyOf(args);
  }

  static TypeText of(String formatted) {
    boolean array = formatted.endsWith("[]");
    String element = array ? formatted.substring(0, formatted.length() - 2) : formatted;
    if (element.startsWith("\"") || element.contains(".")) {
      return new TypeText(element, List.of(), array);
    }
    List<Integer> args = new ArrayList<>();
    Matcher matcher = ARGS.matcher(element);
    if (matcher.find()) {
      for (String arg : matcher.group(1).split(",")) {
        args.add(Integer.valueOf(arg));
      }
      element = matcher.replaceFirst("");
    }
    return new TypeText(INTERNAL.getOrDefault(element, element), args, array);
  }

  boolean isText() {
    return TEXTS.contains(base) && !array;
  }

  boolean isBuiltIn() {
    return !base.contains(".");
  }

  /** What a change to another type means for the values. */
  TypeChange to(TypeText other) {
    return TypeChange.of(type(), other.type());
  }

  /** As the vocabulary names it; only for built-in types. */
  Type type() {
    return Type.of(array ? base + "[]" : base, args.toArray(Integer[]::new));
  }
}
