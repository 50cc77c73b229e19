package dev.weirkeeper.drift.postgres;

import java.util.Map;
import java.util.Set;

/**
 * What a column's values are and how they become text by PostgreSQL's own code alone. A type, a
 * cast and an operator may be anybody's function; those that {@code initdb} made are not.
 *
 * @param name of a type of PostgreSQL itself; empty for others
 * @param sql the type as it is written in SQL
 */
record ReadType(Kind kind, String name, String sql) {
  /** First object id that {@code initdb} does not give. */
  private static final long FIRST_NORMAL_OID = 16384;

  /** Types that PostgreSQL itself compares and orders, with text that means one value. */
  private static final Set<String> COMPARED =
      Set.of(
          "bool",
          "int2",
          "int4",
          "int8",
          "float4",
          "float8",
          "numeric",
          "text",
          "varchar",
          "bpchar",
          "name",
          "date",
          "time",
          "timetz",
          "timestamp",
          "timestamptz",
          "interval",
          "uuid",
          "inet",
          "cidr",
          "macaddr",
          "oid");

  /** Of those, what has no smallest and largest value in every supported version. */
  private static final Set<String> UNORDERED =
      Set.of("bool", "uuid", "inet", "cidr", "macaddr", "name");

  enum Kind {
    /** PostgreSQL's own, arrays of them too. */
    BUILTIN,
    ENUM,
    /** An array of enums, or of domains over what is shown. */
    LIST,
    /** Base types of extensions, composite types, ranges that somebody made. */
    OTHER
  }

  /** A row of {@code pg_type}. */
  record Entry(String schema, String name, String typtype, long base, long element) {}

  static final ReadType OTHER = new ReadType(Kind.OTHER, "", "");

  static ReadType of(long oid, Map<Long, Entry> types) {
    long at = oid;
    Entry type = types.get(at);
    while (type != null && type.typtype().equals("d")) {
      at = type.base();
      type = types.get(at);
    }
    if (type == null) {
      return OTHER;
    }
    String sql = Catalog.quoted(type.schema()) + "." + Catalog.quoted(type.name());
    if (at < FIRST_NORMAL_OID
        && type.schema().equals("pg_catalog")
        && Set.of("b", "r", "m").contains(type.typtype())) {
      return new ReadType(Kind.BUILTIN, type.name(), sql);
    }
    if (type.typtype().equals("e")) {
      return new ReadType(Kind.ENUM, "", sql);
    }
    if (type.element() != 0 && of(type.element(), types).kind != Kind.OTHER) {
      return new ReadType(Kind.LIST, "", sql);
    }
    return OTHER;
  }

  boolean isCompared() {
    return kind == Kind.ENUM || kind == Kind.BUILTIN && COMPARED.contains(name);
  }

  boolean isOrdered() {
    return kind == Kind.BUILTIN && COMPARED.contains(name) && !UNORDERED.contains(name);
  }

  boolean isText() {
    return kind == Kind.BUILTIN && Set.of("text", "varchar", "bpchar", "name").contains(name);
  }

  /**
   * A value as text. Types that somebody made are not cast: a cast can be somebody's function too,
   * while {@code format} asks the type's own output function.
   */
  String text(String column) {
    return switch (kind) {
      case BUILTIN -> "CAST(" + column + " AS pg_catalog.text)";
      case ENUM, LIST ->
          "CASE WHEN " + column + " IS NOT NULL THEN pg_catalog.format('%s', " + column + ") END";
      case OTHER -> throw new IllegalStateException("Values of such a type are not read");
    };
  }

  /** A value as one of this type, without the domain that it may be of. */
  String plain(String column) {
    return "CAST(" + column + " AS " + sql + ")";
  }
}
