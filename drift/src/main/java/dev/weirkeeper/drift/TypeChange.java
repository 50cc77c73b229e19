package dev.weirkeeper.drift;

import dev.weirkeeper.Type;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a change of a PostgreSQL type means for stored values, from harmless to worst. A change that
 * no rule here knows is {@link #REPLACED}: unknown is never harmless.
 */
public enum TypeChange {
  /** The same type, perhaps written differently: {@code numeric(10)} and {@code numeric(10,0)}. */
  SAME,
  /** Every value of the old type is a value of the new one. */
  WIDENED,
  /** As {@link #WIDENED}, but the text of a value has other digits. */
  RERENDERED,
  /** Every value survives the cast and means or reads as something else. */
  REINTERPRETED,
  /** Values that do not fit make the change fail; those that do fit stay as they are. */
  NARROWED,
  /** Values are rounded or cut without an error. */
  ROUNDED,
  /** Another kind of type: only an expression leads from one to the other. */
  REPLACED;

  private static final String ARRAY = "[]";
  private static final int UNBOUNDED = Integer.MAX_VALUE;
  private static final int UUID_LENGTH = 36;

  /** Digits before the point that hold every value of an integer type. */
  private static final Map<String, Integer> INTEGER_DIGITS =
      Map.of("int2", 5, "int4", 10, "int8", 19);

  private static final Set<String> FLOATS = Set.of("float4", "float8");

  /** Types whose one argument is a number of digits after the second, at most and by default 6. */
  private static final Set<String> TIMES =
      Set.of("time", "timetz", "timestamp", "timestamptz", "interval");

  private static final Set<String> TEXTS = Set.of("text", "varchar", "bpchar");
  private static final Set<String> BITS = Set.of("bit", "varbit");

  /** Built-in types whose text is what the source's session settings make of them. */
  private static final Set<String> PRINTABLE =
      Set.of(
          "int2",
          "int4",
          "int8",
          "float4",
          "float8",
          "numeric",
          "bool",
          "date",
          "time",
          "timetz",
          "timestamp",
          "timestamptz",
          "interval",
          "json",
          "jsonb",
          "bytea",
          "inet",
          "cidr",
          "macaddr",
          "macaddr8",
          "money",
          "xml",
          "name",
          "oid",
          "bit",
          "varbit");

  /** Changes between two types that depend on no argument. */
  private static final Map<String, TypeChange> PAIRS = pairs();

  private static Map<String, TypeChange> pairs() {
    Map<String, TypeChange> pairs = new HashMap<>();
    put(pairs, WIDENED, "int2>int4", "int2>int8", "int4>int8");
    put(pairs, NARROWED, "int8>int4", "int8>int2", "int4>int2");
    // A float4 holds integers up to 2^24 exactly, a float8 up to 2^53.
    put(pairs, WIDENED, "int2>float4", "int2>float8", "int4>float8");
    put(pairs, ROUNDED, "int4>float4", "int8>float4", "int8>float8");
    put(pairs, RERENDERED, "float4>float8");
    put(pairs, ROUNDED, "float8>float4");
    put(pairs, ROUNDED, "float4>int2", "float4>int4", "float4>int8");
    put(pairs, ROUNDED, "float8>int2", "float8>int4", "float8>int8");
    put(pairs, REINTERPRETED, "bool>int2", "bool>int4", "bool>int8");
    put(pairs, WIDENED, "date>timestamp");
    // Which instant it is depends on the time zone of the session that made the change.
    put(pairs, REINTERPRETED, "date>timestamptz", "timestamp>timestamptz", "timestamptz>timestamp");
    put(pairs, ROUNDED, "timestamp>date", "timestamptz>date", "timestamp>time", "timestamptz>time");
    put(pairs, ROUNDED, "timestamptz>timetz", "time>timetz", "timetz>time");
    put(pairs, REINTERPRETED, "json>jsonb", "jsonb>json");
    return Map.copyOf(pairs);
  }

  private static void put(Map<String, TypeChange> pairs, TypeChange change, String... keys) {
    for (String key : keys) {
      pairs.put(key, change);
    }
  }

  /** What a change of type does. Labels of an enum are no part of it: they change by themselves. */
  public static TypeChange of(Type from, Type to) {
    boolean array = from.name().endsWith(ARRAY);
    if (array != to.name().endsWith(ARRAY)) {
      return REPLACED;
    }
    return array ? scalar(element(from), element(to)) : scalar(from, to);
  }

  /** Whether a target that casts its own values ends up with those of the source. */
  public boolean preserving() {
    return this == SAME || this == WIDENED || this == RERENDERED;
  }

  /** The type in the one form that all its spellings share. */
  static String canonical(Type type) {
    String array = type.name().endsWith(ARRAY) ? ARRAY : "";
    Type element = array.isEmpty() ? type : element(type);
    return Type.of(element.name(), args(element).toArray(Integer[]::new)) + array;
  }

  /** Whether both are one enum type: by name, or by a label that both have. */
  static boolean sameEnum(Type from, Type to) {
    if (!from.isEnum() && !to.isEnum()) {
      return false;
    }
    return from.name().equals(to.name())
        || from.labels().stream()
            .anyMatch(label -> to.labels().stream().anyMatch(l -> l.id().equals(label.id())));
  }

  /** Name of the type of a value, or of an element where the value is an array. */
  static String elementName(Type type) {
    return type.name().endsWith(ARRAY) ? element(type).name() : type.name();
  }

  private static Type element(Type array) {
    String name = array.name().substring(0, array.name().length() - ARRAY.length());
    return new Type(name, array.args(), array.labels());
  }

  private static List<Integer> args(Type type) {
    List<Integer> args = type.args();
    if (type.name().equals("numeric") && args.size() == 1) {
      return List.of(args.get(0), 0);
    }
    if (TIMES.contains(type.name()) && args.equals(List.of(6))) {
      return List.of();
    }
    if (type.name().equals("bit") && args.isEmpty()) {
      return List.of(1);
    }
    return args;
  }

  private static TypeChange scalar(Type from, Type to) {
    if (sameEnum(from, to)) {
      return SAME;
    }
    if (from.isEnum()) {
      return TEXTS.contains(to.name()) ? printed(longestLabel(from), to) : REPLACED;
    }
    if (to.isEnum() || !known(from) || !known(to)) {
      return canonical(from).equals(canonical(to)) ? SAME : REPLACED;
    }
    String source = from.name();
    String target = to.name();
    if (canonical(from).equals(canonical(to))) {
      return SAME;
    }
    if (TEXTS.contains(source) && TEXTS.contains(target)) {
      return texts(from, to);
    }
    if (TEXTS.contains(target)) {
      return source.equals("uuid") ? printed(UUID_LENGTH, to) : anyToText(from, to);
    }
    if (source.equals("numeric") || target.equals("numeric")) {
      return numerics(from, to);
    }
    if (BITS.contains(source) && BITS.contains(target)) {
      return bits(from, to);
    }
    TypeChange change =
        source.equals(target) ? WIDENED : PAIRS.getOrDefault(source + ">" + target, REPLACED);
    boolean cut =
        TIMES.contains(source) && TIMES.contains(target) && precision(to) < precision(from);
    return cut && change.compareTo(ROUNDED) < 0 ? ROUNDED : change;
  }

  /** Whether the arguments are what the rules expect of a type of this name. */
  private static boolean known(Type type) {
    int most =
        type.name().equals("numeric")
            ? 2
            : TIMES.contains(type.name())
                    || BITS.contains(type.name())
                    || type.name().equals("varchar")
                    || type.name().equals("bpchar")
                ? 1
                : 0;
    return type.args().size() <= most;
  }

  private static int precision(Type time) {
    return time.args().isEmpty() ? 6 : time.args().get(0);
  }

  private static int length(Type type) {
    List<Integer> args = args(type);
    return args.isEmpty() ? UNBOUNDED : args.get(0);
  }

  private static TypeChange texts(Type from, Type to) {
    if (length(to) < length(from)) {
      // Blanks beyond the length are cut without an error.
      return ROUNDED;
    }
    // A bpchar is padded and its blanks do not count.
    return from.name().equals("bpchar") == to.name().equals("bpchar") ? WIDENED : REINTERPRETED;
  }

  private static TypeChange printed(int longest, Type to) {
    if (longest > length(to)) {
      return NARROWED;
    }
    return to.name().equals("bpchar") ? REINTERPRETED : WIDENED;
  }

  private static TypeChange anyToText(Type from, Type to) {
    if (!PRINTABLE.contains(from.name())) {
      return REPLACED;
    }
    return length(to) == UNBOUNDED ? REINTERPRETED : NARROWED;
  }

  private static int longestLabel(Type type) {
    return type.labels().stream()
        .mapToInt(label -> label.name().codePointCount(0, label.name().length()))
        .max()
        .orElse(0);
  }

  private static TypeChange bits(Type from, Type to) {
    // A bit(n) takes exactly n bits, a varbit(n) at most n.
    return to.name().equals("varbit") && length(to) >= length(from) ? WIDENED : NARROWED;
  }

  private static TypeChange numerics(Type from, Type to) {
    boolean decimals = from.name().equals("numeric") && to.name().equals("numeric");
    if (decimals) {
      if (scale(to).isEmpty()) {
        return WIDENED;
      }
      if (scale(from).isEmpty() || scale(to).getAsInt() < scale(from).getAsInt()) {
        return ROUNDED;
      }
      return whole(to) >= whole(from) ? WIDENED : NARROWED;
    }
    if (FLOATS.contains(from.name()) || FLOATS.contains(to.name())) {
      return ROUNDED;
    }
    Integer digits = INTEGER_DIGITS.get(from.name());
    if (digits != null) {
      if (scale(to).isEmpty()) {
        return WIDENED;
      }
      if (scale(to).getAsInt() < 0) {
        return ROUNDED;
      }
      return whole(to) >= digits ? WIDENED : NARROWED;
    }
    if (INTEGER_DIGITS.containsKey(to.name())) {
      // Even where all digits fit, a numeric can be NaN.
      return scale(from).isPresent() && scale(from).getAsInt() <= 0 ? NARROWED : ROUNDED;
    }
    return REPLACED;
  }

  private static OptionalInt scale(Type numeric) {
    List<Integer> args = args(numeric);
    return args.isEmpty() ? OptionalInt.empty() : OptionalInt.of(args.get(1));
  }

  /** Digits before the point. */
  private static int whole(Type numeric) {
    List<Integer> args = args(numeric);
    return args.get(0) - args.get(1);
  }
}
