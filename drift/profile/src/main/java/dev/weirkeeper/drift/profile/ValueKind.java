package dev.weirkeeper.drift.profile;

import dev.weirkeeper.Type;
import java.util.Set;

/** What the values of a column are, as far as profiles tell them apart. */
public enum ValueKind {
  /** Numbers: their quantiles are compared, and their unit. */
  NUMBER,
  /** Dates and moments: their quantiles are compared. */
  INSTANT,
  /** True or false. */
  FLAG,
  /** Texts and all else: lengths, shapes, and the labels where there are few. */
  TEXT,
  /** What the host hides: whether there is a value, and how many different ones. */
  HIDDEN;

  private static final Set<String> NUMBERS =
      Set.of(
          "int2",
          "int4",
          "int8",
          "float4",
          "float8",
          "numeric",
          "oid",
          "smallint",
          "integer",
          "bigint",
          "tinyint",
          "decimal",
          "number",
          "real",
          "double",
          "float",
          "int",
          "long");

  private static final Set<String> INSTANTS = Set.of("date", "timestamp", "timestamptz");
  private static final Set<String> FLAGS = Set.of("bool", "boolean");

  /** By the name of a type, as {@link Type#name} has it; whatever is not known is text. */
  public static ValueKind of(String type) {
    if (NUMBERS.contains(type)) {
      return NUMBER;
    }
    if (INSTANTS.contains(type)) {
      return INSTANT;
    }
    return FLAGS.contains(type) ? FLAG : TEXT;
  }
}
