package dev.weirkeeper.drift.dialect;

import dev.weirkeeper.drift.taxonomy.TypeExpr;
import dev.weirkeeper.drift.taxonomy.TypeExpr.Family;
import dev.weirkeeper.drift.taxonomy.TypeExpr.ListOf;
import dev.weirkeeper.drift.taxonomy.TypeExpr.Scalar;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What carries each type of the source in each system without losing a value. A type that nothing
 * carries is none: it is never put into something that nearly fits.
 */
final class MirrorTypes {
  private static final int MOST_DIGITS = 38;
  private static final int MYSQL_DIGITS = 65;
  private static final int MYSQL_SCALE = 30;
  private static final int MYSQL_VARCHAR = 16_383;
  private static final int MYSQL_CHAR = 255;
  private static final int MYSQL_BITS = 64;
  private static final int SNOWFLAKE_TEXT = 16_777_216;

  /** Digits of BigQuery's NUMERIC before and behind the point, and of BIGNUMERIC. */
  private static final int NUMERIC_WHOLE = 29;

  private static final int NUMERIC_SCALE = 9;

  /** Types without arguments, by family. */
  private static final Map<Dialect, Map<Family, String>> PLAIN = new EnumMap<>(Dialect.class);

  static {
    PLAIN.put(
        Dialect.DUCKDB,
        Map.ofEntries(
            Map.entry(Family.BOOLEAN, "BOOLEAN"),
            Map.entry(Family.TEXT, "VARCHAR"),
            Map.entry(Family.CHAR, "VARCHAR"),
            Map.entry(Family.BINARY, "BLOB"),
            Map.entry(Family.DATE, "DATE"),
            Map.entry(Family.TIME, "TIME"),
            Map.entry(Family.TIME_TZ, "TIMETZ"),
            Map.entry(Family.TIMESTAMP, "TIMESTAMP"),
            Map.entry(Family.TIMESTAMP_TZ, "TIMESTAMPTZ"),
            Map.entry(Family.INTERVAL, "INTERVAL"),
            Map.entry(Family.UUID, "UUID"),
            // DuckDB's JSON is an extension, which is not loaded here.
            Map.entry(Family.JSON, "VARCHAR"),
            Map.entry(Family.JSON_BINARY, "VARCHAR")));
    PLAIN.put(
        Dialect.SNOWFLAKE,
        Map.of(
            Family.BOOLEAN, "BOOLEAN",
            Family.BINARY, "BINARY",
            Family.DATE, "DATE",
            Family.UUID, "VARCHAR",
            Family.JSON, "VARIANT",
            Family.JSON_BINARY, "VARIANT",
            Family.ENUM, "VARCHAR"));
    PLAIN.put(
        Dialect.BIGQUERY,
        Map.ofEntries(
            Map.entry(Family.BOOLEAN, "BOOL"),
            Map.entry(Family.INTEGER, "INT64"),
            Map.entry(Family.FLOAT, "FLOAT64"),
            Map.entry(Family.CHAR, "STRING"),
            Map.entry(Family.BINARY, "BYTES"),
            Map.entry(Family.DATE, "DATE"),
            Map.entry(Family.TIME, "TIME"),
            Map.entry(Family.TIMESTAMP, "DATETIME"),
            Map.entry(Family.TIMESTAMP_TZ, "TIMESTAMP"),
            Map.entry(Family.UUID, "STRING"),
            Map.entry(Family.JSON, "JSON"),
            Map.entry(Family.JSON_BINARY, "JSON"),
            Map.entry(Family.ENUM, "STRING")));
    Map<Family, String> spark =
        Map.ofEntries(
            Map.entry(Family.BOOLEAN, "BOOLEAN"),
            Map.entry(Family.BINARY, "BINARY"),
            Map.entry(Family.DATE, "DATE"),
            Map.entry(Family.TIMESTAMP, "TIMESTAMP_NTZ"),
            Map.entry(Family.TIMESTAMP_TZ, "TIMESTAMP"),
            Map.entry(Family.UUID, "STRING"),
            Map.entry(Family.JSON, "STRING"),
            Map.entry(Family.JSON_BINARY, "STRING"),
            Map.entry(Family.ENUM, "STRING"));
    PLAIN.put(Dialect.DELTA, spark);
    PLAIN.put(Dialect.ICEBERG_V2, spark);
    PLAIN.put(Dialect.ICEBERG_V3, spark);
    PLAIN.put(
        Dialect.MYSQL,
        Map.of(
            Family.BOOLEAN, "TINYINT(1)",
            Family.BINARY, "LONGBLOB",
            Family.DATE, "DATE",
            Family.UUID, "CHAR(36)",
            Family.JSON, "JSON",
            Family.JSON_BINARY, "JSON"));
  }

  private final Dialect dialect;
  private final Syntax syntax;

  MirrorTypes(Dialect dialect) {
    this.dialect = dialect;
    this.syntax = Syntax.of(dialect);
  }

  /**
   * @param labels of an enum; empty for all other types
   */
  Optional<String> of(TypeExpr type, List<String> labels) {
    if (type instanceof ListOf list) {
      return of(list.element(), labels).flatMap(this::array);
    }
    return type instanceof Scalar scalar ? scalar(scalar, labels) : Optional.empty();
  }

  private Optional<String> array(String element) {
    return switch (dialect) {
      case DUCKDB -> Optional.of(element + "[]");
      case SNOWFLAKE -> Optional.of("ARRAY");
      case BIGQUERY, DELTA, ICEBERG_V2, ICEBERG_V3 -> Optional.of("ARRAY<" + element + ">");
      case MYSQL -> Optional.empty();
    };
  }

  private Optional<String> scalar(Scalar type, List<String> labels) {
    String plain = PLAIN.getOrDefault(dialect, Map.of()).get(type.family());
    if (plain != null) {
      return Optional.of(plain);
    }
    return switch (type.family()) {
      case INTEGER -> integer(type.args().get(0));
      case FLOAT -> Optional.of(real(type.args().get(0) == 32));
      case DECIMAL -> decimal(type.args());
      case TEXT -> text(type.args());
      case CHAR -> padded(type.args().get(0));
      case BIT, BIT_VARYING -> bits(type);
      case TIME, TIMESTAMP, TIMESTAMP_TZ -> clock(type);
      case ENUM -> labels.isEmpty() ? Optional.empty() : Optional.of(labelled(labels));
      default -> Optional.empty();
    };
  }

  private Optional<String> integer(int bits) {
    return switch (dialect) {
      // All integers are one type there.
      case SNOWFLAKE -> Optional.of("NUMBER(38,0)");
      case ICEBERG_V2, ICEBERG_V3 -> Optional.of(bits == 64 ? "BIGINT" : "INT");
      case DELTA, MYSQL -> Optional.of(bits == 64 ? "BIGINT" : bits == 32 ? "INT" : "SMALLINT");
      default -> Optional.of(bits == 64 ? "BIGINT" : bits == 32 ? "INTEGER" : "SMALLINT");
    };
  }

  private String real(boolean single) {
    return switch (dialect) {
      case DUCKDB -> single ? "REAL" : "DOUBLE";
      case SNOWFLAKE -> "FLOAT";
      default -> single ? "FLOAT" : "DOUBLE";
    };
  }

  private Optional<String> decimal(List<Integer> args) {
    if (args.isEmpty()) {
      return Optional.empty();
    }
    int digits = args.get(0);
    int scale = args.get(1);
    // PostgreSQL takes a scale below zero or above the precision; nobody else does.
    if (scale < 0 || scale > digits) {
      return Optional.empty();
    }
    String arguments = "(" + digits + "," + scale + ")";
    return switch (dialect) {
      case BIGQUERY -> bigDecimal(digits, scale, arguments);
      case MYSQL ->
          digits <= MYSQL_DIGITS && scale <= MYSQL_SCALE
              ? Optional.of("DECIMAL" + arguments)
              : Optional.empty();
      case SNOWFLAKE ->
          digits <= MOST_DIGITS ? Optional.of("NUMBER" + arguments) : Optional.empty();
      default -> digits <= MOST_DIGITS ? Optional.of("DECIMAL" + arguments) : Optional.empty();
    };
  }

  private static Optional<String> bigDecimal(int digits, int scale, String arguments) {
    if (scale <= NUMERIC_SCALE && digits - scale <= NUMERIC_WHOLE) {
      return Optional.of("NUMERIC" + arguments);
    }
    return scale <= MOST_DIGITS && digits - scale <= MOST_DIGITS
        ? Optional.of("BIGNUMERIC" + arguments)
        : Optional.empty();
  }

  private Optional<String> text(List<Integer> args) {
    if (args.isEmpty()) {
      return Optional.of(
          switch (dialect) {
            case DUCKDB, SNOWFLAKE -> "VARCHAR";
            case MYSQL -> "LONGTEXT";
            default -> "STRING";
          });
    }
    int length = args.get(0);
    return Optional.of(
        switch (dialect) {
          case SNOWFLAKE -> length <= SNOWFLAKE_TEXT ? "VARCHAR(" + length + ")" : "VARCHAR";
          case BIGQUERY -> "STRING(" + length + ")";
          case DELTA -> "VARCHAR(" + length + ")";
          case MYSQL -> length <= MYSQL_VARCHAR ? "VARCHAR(" + length + ")" : "LONGTEXT";
          case DUCKDB -> "VARCHAR";
          case ICEBERG_V2, ICEBERG_V3 -> "STRING";
        });
  }

  private Optional<String> padded(int length) {
    return Optional.of(
        switch (dialect) {
          case SNOWFLAKE -> length <= SNOWFLAKE_TEXT ? "VARCHAR(" + length + ")" : "VARCHAR";
          case DELTA -> "CHAR(" + length + ")";
          case MYSQL -> length <= MYSQL_CHAR ? "CHAR(" + length + ")" : "LONGTEXT";
          case DUCKDB -> "VARCHAR";
          case BIGQUERY, ICEBERG_V2, ICEBERG_V3 -> "STRING";
        });
  }

  private Optional<String> bits(Scalar type) {
    if (dialect == Dialect.DUCKDB) {
      return Optional.of("BIT");
    }
    return dialect == Dialect.MYSQL
            && type.family() == Family.BIT
            && type.args().get(0) <= MYSQL_BITS
        ? Optional.of("BIT(" + type.args().get(0) + ")")
        : Optional.empty();
  }

  private Optional<String> clock(Scalar type) {
    String digits = "(" + type.args().get(0) + ")";
    return switch (dialect) {
      case SNOWFLAKE ->
          Optional.of(
              (type.family() == Family.TIME
                      ? "TIME"
                      : type.family() == Family.TIMESTAMP ? "TIMESTAMP_NTZ" : "TIMESTAMP_TZ")
                  + digits);
      // MySQL's TIMESTAMP ends in 2038, so instants have no type there that holds them all.
      case MYSQL ->
          type.family() == Family.TIMESTAMP_TZ
              ? Optional.empty()
              : Optional.of((type.family() == Family.TIME ? "TIME" : "DATETIME") + digits);
      default -> Optional.empty();
    };
  }

  private String labelled(List<String> labels) {
    return labels.stream().map(syntax::text).collect(Collectors.joining(", ", "ENUM(", ")"));
  }
}
