package dev.weirkeeper.drift.taxonomy;

import dev.weirkeeper.Type;
import dev.weirkeeper.drift.taxonomy.TypeExpr.Family;
import dev.weirkeeper.drift.taxonomy.TypeExpr.ListOf;
import dev.weirkeeper.drift.taxonomy.TypeExpr.Scalar;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What PostgreSQL's types are. */
final class PostgresTypes {
  private static final String ARRAY = "[]";
  private static final int UUID_LENGTH = 36;
  private static final Pattern TEXT =
      Pattern.compile("([^()]+?)(?:\\((-?[0-9]{1,9}(?:, ?-?[0-9]{1,9})?)\\))?(\\[\\])?");

  private static final Map<String, Scalar> FIXED =
      Map.ofEntries(
          Map.entry("bool", Scalar.of(Family.BOOLEAN)),
          Map.entry("int2", Scalar.of(Family.INTEGER, 16)),
          Map.entry("int4", Scalar.of(Family.INTEGER, 32)),
          Map.entry("int8", Scalar.of(Family.INTEGER, 64)),
          Map.entry("float4", Scalar.of(Family.FLOAT, 32)),
          Map.entry("float8", Scalar.of(Family.FLOAT, 64)),
          Map.entry("text", Scalar.of(Family.TEXT)),
          Map.entry("bytea", Scalar.of(Family.BINARY)),
          Map.entry("date", Scalar.of(Family.DATE)),
          Map.entry("json", Scalar.of(Family.JSON)),
          Map.entry("jsonb", Scalar.of(Family.JSON_BINARY)),
          Map.entry(
              "uuid", new Scalar(Family.UUID, List.of(), "uuid", OptionalInt.of(UUID_LENGTH))));

  private static final Map<String, Family> SIZED =
      Map.of(
          "numeric", Family.DECIMAL,
          "varchar", Family.TEXT,
          "bpchar", Family.CHAR,
          "bit", Family.BIT,
          "varbit", Family.BIT_VARYING,
          "time", Family.TIME,
          "timetz", Family.TIME_TZ,
          "timestamp", Family.TIMESTAMP,
          "timestamptz", Family.TIMESTAMP_TZ,
          "interval", Family.INTERVAL);

  private PostgresTypes() {}

  static TypeExpr parse(String text) {
    Matcher parts = TEXT.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException("Not the text of a PostgreSQL type");
    }
    Integer[] args =
        parts.group(2) == null
            ? new Integer[0]
            : Arrays.stream(parts.group(2).split(", ?"))
                .map(Integer::valueOf)
                .toArray(Integer[]::new);
    String name = parts.group(1);
    return of(Type.of(parts.group(3) == null ? name : name + ARRAY, args));
  }

  static TypeExpr of(Type type) {
    if (type.name().endsWith(ARRAY)) {
      String element = type.name().substring(0, type.name().length() - ARRAY.length());
      return new ListOf(of(new Type(element, type.args(), type.labels())));
    }
    if (type.isEnum()) {
      int longest =
          type.labels().stream()
              .mapToInt(label -> label.name().codePointCount(0, label.name().length()))
              .max()
              .orElse(0);
      return new Scalar(Family.ENUM, List.of(), type.name(), OptionalInt.of(longest));
    }
    Scalar fixed = FIXED.get(type.name());
    if (fixed != null && type.args().isEmpty()) {
      return fixed;
    }
    Family family = SIZED.get(type.name());
    if (family == null || type.args().size() > (family == Family.DECIMAL ? 2 : 1)) {
      return new Scalar(Family.OTHER, type.args(), type.name(), OptionalInt.empty());
    }
    return new Scalar(family, args(family, type.args()), "", OptionalInt.empty());
  }

  private static List<Integer> args(Family family, List<Integer> args) {
    return switch (family) {
      case DECIMAL -> args.size() == 1 ? List.of(args.get(0), 0) : args;
      case CHAR, BIT -> args.isEmpty() ? List.of(1) : args;
      case TIME, TIME_TZ, TIMESTAMP, TIMESTAMP_TZ, INTERVAL -> args.isEmpty() ? List.of(6) : args;
      default -> args;
    };
  }
}
