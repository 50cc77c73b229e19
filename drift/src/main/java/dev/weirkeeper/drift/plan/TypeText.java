package dev.weirkeeper.drift.plan;

import dev.weirkeeper.Type;
import dev.weirkeeper.drift.TypeChange;
import dev.weirkeeper.drift.schema.ColumnTypes;
import java.util.List;
import java.util.Set;

/**
 * A type as {@code format_type} writes it, taken apart.
 *
 * @param base the internal name of a built-in type ({@code int4}); the text itself for all others
 */
record TypeText(String base, List<Integer> args, boolean array) {
  private static final String ARRAY = "[]";

  private static final Set<String> TEXTS = Set.of("text", "varchar", "bpchar", "name", "\"char\"");

  TypeText {
    args = List.copyOf(args);
  }

  static TypeText of(String formatted) {
    Type type = ColumnTypes.of(formatted);
    boolean array = type.name().endsWith(ARRAY);
    String base =
        array ? type.name().substring(0, type.name().length() - ARRAY.length()) : type.name();
    return new TypeText(base, type.args(), array);
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
    return Type.of(array ? base + ARRAY : base, args.toArray(Integer[]::new));
  }
}
