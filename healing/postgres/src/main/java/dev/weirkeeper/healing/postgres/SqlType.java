package dev.weirkeeper.healing.postgres;

import dev.weirkeeper.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A type of the target: one of a closed list, or an enum in the schema of the table. Only values of
 * this record become SQL, so a type cannot carry anything else into a statement.
 *
 * @param args arguments as written, but {@code numeric} has none or two, and the finest fraction of
 *     a second, which is the usual one, is left out
 */
record SqlType(String schema, String name, List<Integer> args, Shape shape) {
  enum Shape {
    SCALAR,
    ARRAY
  }

  /** Bounds of the arguments that a type takes. */
  private record Args(int most, int lowest, int highest) {
    static final Args LENGTH = new Args(1, 1, 10_485_760);
    static final Args BITS = new Args(1, 1, 83_886_080);
    static final Args FRACTION = new Args(1, 0, FINEST);
  }

  private static final String CATALOG = "pg_catalog";
  private static final int MAX_PRECISION = 1000;
  private static final int UNBOUNDED = Integer.MAX_VALUE;
  private static final int UUID_LENGTH = 36;

  /** Digits behind the second, at most and by default. */
  private static final int FINEST = 6;

  private static final Set<String> TIMES =
      Set.of("time", "timetz", "timestamp", "timestamptz", "interval");

  private static final Set<String> TIME_RANGES =
      Set.of(
          "daterange", "tsrange", "tstzrange", "datemultirange", "tsmultirange", "tstzmultirange");

  private static final int INTERVAL_FULL_RANGE = 0x7FFF;
  private static final int INTERVAL_FULL_PRECISION = 0xFFFF;

  /** {@code wk.canonical} in boundary-1.sql has the same list; a test compares them. */
  private static final Set<String> PLAIN =
      Set.of(
          "bool",
          "int2",
          "int4",
          "int8",
          "float4",
          "float8",
          "money",
          "text",
          "name",
          "char",
          "bytea",
          "date",
          "uuid",
          "json",
          "jsonb",
          "jsonpath",
          "xml",
          "inet",
          "cidr",
          "macaddr",
          "macaddr8",
          "oid",
          "pg_lsn",
          "tsvector",
          "tsquery",
          "point",
          "line",
          "lseg",
          "box",
          "path",
          "polygon",
          "circle",
          "int4range",
          "int8range",
          "numrange",
          "tsrange",
          "tstzrange",
          "daterange",
          "int4multirange",
          "int8multirange",
          "nummultirange",
          "tsmultirange",
          "tstzmultirange",
          "datemultirange");

  private static final Map<String, Args> WITH_ARGS =
      Map.of(
          "varchar", Args.LENGTH,
          "bpchar", Args.LENGTH,
          "bit", Args.BITS,
          "varbit", Args.BITS,
          "time", Args.FRACTION,
          "timetz", Args.FRACTION,
          "timestamp", Args.FRACTION,
          "timestamptz", Args.FRACTION,
          "interval", Args.FRACTION,
          "numeric", new Args(2, -MAX_PRECISION, MAX_PRECISION));

  SqlType {
    args = List.copyOf(args);
  }

  /**
   * Finds a type in the closed list.
   *
   * @param table the table that the type is for: enums live in its schema
   */
  static SqlType of(Type type, TableName table) throws Refusal {
    Shape shape = type.name().endsWith("[]") ? Shape.ARRAY : Shape.SCALAR;
    String base =
        shape == Shape.ARRAY ? type.name().substring(0, type.name().length() - 2) : type.name();
    if (type.isEnum()) {
      String local = base.substring(base.indexOf('.') + 1);
      Sql.name(local);
      if (local.length() == base.length() || !type.args().isEmpty()) {
        throw new Refusal(
            "An enum type is named with its schema and takes no arguments, as in public.mood");
      }
      return new SqlType(table.schema(), local, List.of(), shape);
    }
    if (!PLAIN.contains(base) && !WITH_ARGS.containsKey(base)) {
      throw new Refusal(
          "Type "
              + Sql.shown(base)
              + " is not one that a mirror may have; give the column a"
              + " built-in type or an enum at the source, or change the target by hand");
    }
    return new SqlType(CATALOG, base, args(base, type.args()), shape);
  }

  private static List<Integer> args(String base, List<Integer> args) throws Refusal {
    Args bounds = WITH_ARGS.getOrDefault(base, new Args(0, 0, 0));
    boolean within =
        args.size() <= bounds.most()
            && args.stream().allMatch(arg -> arg >= bounds.lowest() && arg <= bounds.highest());
    if (!within || (base.equals("numeric") && !args.isEmpty() && args.get(0) < 1)) {
      throw new Refusal("Type " + base + " does not take the arguments " + args);
    }
    return canonical(base, args);
  }

  /** The arguments in the one form that all their spellings share. */
  private static List<Integer> canonical(String base, List<Integer> args) {
    if (base.equals("numeric") && args.size() == 1) {
      return List.of(args.get(0), 0);
    }
    return TIMES.contains(base) && args.equals(List.of(FINEST)) ? List.of() : args;
  }

  /**
   * The type of a column as the catalog has it. Need not be one of the closed list; then it equals
   * none of them.
   */
  static SqlType read(String schema, String name, int modifier, Shape shape) {
    List<Integer> args = new ArrayList<>();
    if (modifier >= 0 && schema.equals(CATALOG)) {
      switch (name) {
        case "varchar", "bpchar" -> args.add(modifier - 4);
        case "numeric" -> {
          int packed = modifier - 4;
          args.add((packed >> 16) & 0xFFFF);
          args.add(((packed & 0x7FF) ^ 1024) - 1024);
        }
        case "interval" -> {
          int range = (modifier >> 16) & INTERVAL_FULL_RANGE;
          int precision = modifier & INTERVAL_FULL_PRECISION;
          // Fields, as in "year to month", are no argument that anybody could ask for.
          args.add(range == INTERVAL_FULL_RANGE ? precision : modifier);
        }
        default -> args.add(modifier);
      }
    }
    return new SqlType(schema, name, schema.equals(CATALOG) ? canonical(name, args) : args, shape);
  }

  /** The type in SQL. */
  String sql() throws Refusal {
    StringBuilder sql = new StringBuilder();
    if (name.equals("interval") && schema.equals(CATALOG)) {
      // Written with its schema, the argument would be read as a mask of fields.
      sql.append("interval");
    } else {
      sql.append(Sql.name(schema)).append('.').append(Sql.name(name));
    }
    for (int i = 0; i < args.size(); i++) {
      sql.append(i == 0 ? '(' : ',').append((int) args.get(i));
    }
    sql.append(args.isEmpty() ? "" : ")").append(shape == Shape.ARRAY ? "[]" : "");
    return sql.toString();
  }

  /** Whether it holds moments, or ranges of them. */
  boolean isTime() {
    return schema.equals(CATALOG)
        && (name.equals("date") || TIMES.contains(name) || TIME_RANGES.contains(name));
  }

  boolean isNumeric() {
    return schema.equals(CATALOG) && name.equals("numeric") && shape == Shape.SCALAR;
  }

  boolean isEnum() {
    return !schema.equals(CATALOG);
  }

  /**
   * Whether this type holds each value of the other one, and PostgreSQL assigns one to the other
   * without an expression. Of a closed list: what is not known to keep values is no widening.
   */
  boolean isWiderThan(SqlType from) {
    if (shape != from.shape || equals(from) || isEnum()) {
      return false;
    }
    if (from.isEnum()) {
      return holdsText(UNBOUNDED);
    }
    if (TIMES.contains(from.name)) {
      return name.equals(from.name) && first(FINEST) >= from.first(FINEST);
    }
    return switch (from.name) {
      case "int2" -> Set.of("int4", "int8", "float4", "float8").contains(name) || holdsDigits(5, 0);
      case "int4" -> Set.of("int8", "float8").contains(name) || holdsDigits(10, 0);
      case "int8" -> holdsDigits(19, 0);
      case "float4" -> name.equals("float8");
      case "numeric" ->
          from.args.isEmpty()
              ? false
              : holdsDigits(from.args.get(0) - from.args.get(1), from.args.get(1));
      case "date" -> name.equals("timestamp");
      case "uuid" -> holdsText(UUID_LENGTH);
      case "text" -> holdsText(UNBOUNDED);
      case "varchar" -> holdsText(from.first(UNBOUNDED));
      case "bpchar" -> name.equals("bpchar") && !from.args.isEmpty() && first(0) >= from.first(0);
      case "bit", "varbit" -> name.equals("varbit") && first(UNBOUNDED) >= from.first(UNBOUNDED);
      default -> false;
    };
  }

  private int first(int otherwise) {
    return args.isEmpty() ? otherwise : args.get(0);
  }

  private boolean holdsText(int length) {
    return name.equals("text") || (name.equals("varchar") && first(UNBOUNDED) >= length);
  }

  /**
   * @param whole digits before the point
   * @param scale digits behind it; negative where the last digits before it are always 0
   */
  private boolean holdsDigits(int whole, int scale) {
    return name.equals("numeric")
        && (args.isEmpty() || (args.get(1) >= scale && args.get(0) - args.get(1) >= whole));
  }
}
