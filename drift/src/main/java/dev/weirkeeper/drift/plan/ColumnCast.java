package dev.weirkeeper.drift.plan;

import dev.weirkeeper.drift.TypeChange;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * How the values of a column become those of another type: by the assignment that PostgreSQL makes
 * itself, by a cast, or by way of their text. A cast that fails stops the statement; one that would
 * round or cut without an error needs a guard that compares each value with what becomes of it.
 *
 * @param work measured on PostgreSQL 12 to 18, which agree
 */
record ColumnCast(Way way, TypeChange change, Guard guard, Work work, Set<Hazard> hazards) {
  private static final Set<String> NUMBERS =
      Set.of("int2", "int4", "int8", "float4", "float8", "numeric");

  /** Casts that an assignment makes, beside those of numbers and to text. */
  private static final Map<String, Set<String>> ASSIGNED =
      Map.ofEntries(
          Map.entry("date", Set.of("timestamp", "timestamptz")),
          Map.entry("timestamp", Set.of("date", "time", "timestamptz")),
          Map.entry("timestamptz", Set.of("date", "time", "timetz", "timestamp")),
          Map.entry("time", Set.of("interval", "timetz")),
          Map.entry("timetz", Set.of("time")),
          Map.entry("interval", Set.of("time")),
          Map.entry("json", Set.of("jsonb")),
          Map.entry("jsonb", Set.of("json")),
          Map.entry("bit", Set.of("varbit")),
          Map.entry("varbit", Set.of("bit")),
          Map.entry("cidr", Set.of("inet")),
          Map.entry("inet", Set.of("cidr")),
          Map.entry("macaddr", Set.of("macaddr8")),
          Map.entry("macaddr8", Set.of("macaddr")),
          Map.entry("int4", Set.of("money", "oid")),
          Map.entry("int8", Set.of("money", "oid")),
          Map.entry("numeric", Set.of("money")),
          Map.entry("money", Set.of("numeric")),
          Map.entry("oid", Set.of("int4", "int8")));

  /** Casts that have to be asked for. */
  private static final Map<String, Set<String>> CAST =
      Map.of(
          "int4", Set.of("bool", "bit"),
          "int8", Set.of("bit"),
          "bool", Set.of("int4"),
          "bit", Set.of("int4", "int8"));

  private static final Set<String> TIMES = Set.of("time", "timetz", "timestamp", "timestamptz");

  ColumnCast {
    hazards = Set.copyOf(hazards);
  }

  /** How values get from one type to the other. */
  enum Way {
    ASSIGNMENT,
    CAST,
    TEXT
  }

  /** Whether each value has to be compared with what becomes of it. */
  enum Guard {
    NONE,
    UNCHANGED
  }

  /** Types as {@code format_type} writes them; domains by what they are made of. */
  static ColumnCast of(String from, String to) {
    TypeText a = TypeText.of(from);
    TypeText b = TypeText.of(to);
    TypeChange change = change(a, b);
    Way way = way(a, b);
    boolean cuts = change == TypeChange.ROUNDED || change == TypeChange.NARROWED && b.isText();
    boolean collapses = way == Way.CAST;
    Work work = work(a, b, change);
    EnumSet<Hazard> hazards = EnumSet.noneOf(Hazard.class);
    switch (change) {
      case NARROWED -> hazards.add(Hazard.NARROWS_DATA);
      case ROUNDED -> hazards.add(Hazard.ROUNDS_DATA);
      case REPLACED -> hazards.add(Hazard.NARROWS_DATA);
      default -> {
        // Every value stays.
      }
    }
    if (zoned(a) != zoned(b) && timed(a) && timed(b)) {
      hazards.add(Hazard.SESSION_TIMEZONE_DEPENDENT);
    }
    return new ColumnCast(
        way, change, cuts || collapses ? Guard.UNCHANGED : Guard.NONE, work, hazards);
  }

  private static boolean zoned(TypeText type) {
    return type.base().equals("timestamptz") || type.base().equals("timetz");
  }

  private static boolean timed(TypeText type) {
    return type.base().startsWith("time") || type.base().equals("date");
  }

  private static TypeChange change(TypeText a, TypeText b) {
    TypeChange change = a.to(b);
    boolean unbounded =
        b.isText()
            && b.args().isEmpty()
            && !b.base().equals("bpchar")
            && !b.base().equals("name")
            && !b.base().equals("\"char\"");
    return change == TypeChange.REPLACED && unbounded && !a.array() ? TypeChange.WIDENED : change;
  }

  private static Way way(TypeText a, TypeText b) {
    if (a.array() != b.array()) {
      return b.isText() ? Way.ASSIGNMENT : Way.TEXT;
    }
    boolean assigned =
        a.base().equals(b.base())
            || NUMBERS.contains(a.base()) && NUMBERS.contains(b.base())
            || b.isText()
            || ASSIGNED.getOrDefault(a.base(), Set.of()).contains(b.base());
    if (assigned) {
      return Way.ASSIGNMENT;
    }
    return CAST.getOrDefault(a.base(), Set.of()).contains(b.base()) ? Way.CAST : Way.TEXT;
  }

  private static Work work(TypeText a, TypeText b, TypeChange change) {
    if (a.array() || b.array()) {
      return a.equals(b) ? Work.CATALOG_ONLY : Work.REWRITE;
    }
    boolean harmless = change == TypeChange.SAME || change == TypeChange.WIDENED;
    if (a.base().equals("varchar") && (b.base().equals("varchar") || b.base().equals("text"))
        || a.base().equals("text") && b.base().equals("varchar") && b.args().isEmpty()
        || a.base().equals("numeric") && b.base().equals("numeric") && sameScale(a, b)
        || a.base().equals(b.base()) && (TIMES.contains(a.base()) || a.base().equals("varbit"))) {
      return harmless ? Work.CATALOG_ONLY : Work.REWRITE;
    }
    if (a.base().startsWith("timestamp")
        && b.base().startsWith("timestamp")
        && a.args().equals(b.args())) {
      return Work.INDEX_BUILD;
    }
    return a.equals(b) ? Work.CATALOG_ONLY : Work.REWRITE;
  }

  private static boolean sameScale(TypeText a, TypeText b) {
    if (b.args().isEmpty()) {
      return true;
    }
    int scale = a.args().size() > 1 ? a.args().get(1) : 0;
    int next = b.args().size() > 1 ? b.args().get(1) : 0;
    return !a.args().isEmpty() && scale == next;
  }

  /** The {@code USING} clause; empty where an assignment does it. */
  String using(String column, String type) {
    String name = Sql.name(column);
    return switch (way) {
      case ASSIGNMENT -> "";
      case CAST -> " USING " + name + "::" + type;
      case TEXT -> " USING " + name + "::text::" + type;
    };
  }

  /** What each value becomes, as an expression. */
  private String converted(String name, String type) {
    return way == Way.TEXT ? name + "::text::" + type : name + "::" + type;
  }

  /** A statement that fails if a value would be another one; empty where none can. */
  String guard(String table, String column, String from, String to) {
    if (guard == Guard.NONE) {
      return "";
    }
    String name = Sql.name(column);
    String now = converted(name, to);
    String condition =
        "("
            + now
            + ")::"
            + from
            + " IS DISTINCT FROM "
            + name
            + " AND ("
            + now
            + ")::text IS DISTINCT FROM "
            + name
            + "::text";
    return Guards.noRow(
        table,
        condition,
        "values of column " + name + " would be rounded or cut by the type " + to);
  }

  /** Whether somebody has to allow it. */
  boolean destructive() {
    return switch (change) {
      case SAME, WIDENED, RERENDERED -> false;
      case REINTERPRETED, NARROWED, ROUNDED, REPLACED -> true;
    };
  }
}
