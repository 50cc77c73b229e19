package dev.weirkeeper.drift.postgres;

import java.util.List;

/** Reads type modifiers: what stands in parentheses behind the name of a type. */
final class TypeModifier {
  private static final int HEADER = 4;

  private TypeModifier() {}

  /**
   * @param type canonical name of the type; an array has the modifier of its elements
   * @param mod {@code atttypmod}; negative for none
   */
  static List<Integer> args(String type, int mod) {
    if (mod < 0) {
      return List.of();
    }
    String element = type.endsWith("[]") ? type.substring(0, type.length() - 2) : type;
    return switch (element) {
      case "varchar", "bpchar" -> List.of(mod - HEADER);
      case "numeric" -> {
        int bits = mod - HEADER;
        // The scale is an eleven-bit signed number since PostgreSQL 15; before, it was positive.
        yield List.of(bits >> 16 & 0xffff, ((bits & 0x7ff) ^ 1024) - 1024);
      }
      // Which fields an interval keeps is left out: a plain interval holds them all.
      case "interval" -> (mod & 0xffff) == 0xffff ? List.of() : List.of(mod & 0xffff);
      default -> List.of(mod);
    };
  }
}
