package dev.weirkeeper.contracts;

import dev.weirkeeper.Type;

/** How the values of a column are read: what equality and order mean for them. */
public enum Form {
  INTEGER,
  DECIMAL,
  FLOAT,
  TEXT,
  /** {@code char(n)}: judged without the spaces that it is padded with, as PostgreSQL compares. */
  PADDED,
  TRUTH,
  DATE,
  TIMESTAMP,
  TIMESTAMP_WITH_ZONE,
  UUID,
  /** Equal values have equal text; no order is known. */
  EXACT,
  /** Neither equality nor order of the text is known to be that of the values. */
  OTHER;

  public static Form of(Type type) {
    if (type.isEnum()) {
      return EXACT;
    }
    return switch (type.name()) {
      case "int2", "int4", "int8", "oid" -> INTEGER;
      case "numeric" -> DECIMAL;
      case "float4", "float8" -> FLOAT;
      case "text", "varchar", "name", "char" -> TEXT;
      case "bpchar" -> PADDED;
      case "bool" -> TRUTH;
      case "date" -> DATE;
      case "timestamp" -> TIMESTAMP;
      case "timestamptz" -> TIMESTAMP_WITH_ZONE;
      case "uuid" -> UUID;
      case "bytea", "macaddr", "macaddr8", "inet", "cidr", "bit", "varbit", "time" -> EXACT;
      default -> OTHER;
    };
  }

  public boolean isNumber() {
    return this == INTEGER || this == DECIMAL || this == FLOAT;
  }

  public boolean isText() {
    return this == TEXT || this == PADDED;
  }

  public boolean isMoment() {
    return this == DATE || this == TIMESTAMP || this == TIMESTAMP_WITH_ZONE;
  }

  public boolean hasEquality() {
    return this != OTHER;
  }

  /** Length of the slice without what does not count: padding, zeros that end a fraction. */
  public int significant(byte[] data, int offset, int length) {
    return switch (this) {
      case DECIMAL, FLOAT -> Numbers.withoutTrailingZeros(data, offset, length);
      case PADDED -> {
        int end = length;
        while (end > 0 && data[offset + end - 1] == ' ') {
          end--;
        }
        yield end;
      }
      default -> length;
    };
  }
}
