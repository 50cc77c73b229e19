package dev.weirkeeper.contracts.engine;

import java.util.Map;
import java.util.Set;

/**
 * Names of SQL types as Great Expectations asks for them: those of the classes that SQLAlchemy's
 * dialect exports. None of these classes is a kind of another, so a type is asked for by one name.
 */
final class SqlTypes {
  /** Classes of PostgreSQL's dialect by the names in its catalogue, which are in small letters. */
  private static final Map<String, String> POSTGRESQL =
      Map.ofEntries(
          Map.entry("int2", "SMALLINT"),
          Map.entry("int4", "INTEGER"),
          Map.entry("int8", "BIGINT"),
          Map.entry("smallserial", "SMALLINT"),
          Map.entry("serial", "INTEGER"),
          Map.entry("bigserial", "BIGINT"),
          Map.entry("float4", "REAL"),
          Map.entry("float8", "DOUBLE_PRECISION"),
          Map.entry("numeric", "NUMERIC"),
          Map.entry("text", "TEXT"),
          Map.entry("varchar", "VARCHAR"),
          Map.entry("bpchar", "CHAR"),
          Map.entry("citext", "CITEXT"),
          Map.entry("bool", "BOOLEAN"),
          Map.entry("date", "DATE"),
          Map.entry("time", "TIME"),
          Map.entry("timetz", "TIME"),
          Map.entry("timestamp", "TIMESTAMP"),
          Map.entry("timestamptz", "TIMESTAMP"),
          Map.entry("interval", "INTERVAL"),
          Map.entry("bytea", "BYTEA"),
          Map.entry("uuid", "UUID"),
          Map.entry("json", "JSON"),
          Map.entry("jsonb", "JSONB"),
          Map.entry("bit", "BIT"),
          Map.entry("varbit", "BIT"),
          Map.entry("inet", "INET"),
          Map.entry("cidr", "CIDR"),
          Map.entry("macaddr", "MACADDR"),
          Map.entry("macaddr8", "MACADDR8"),
          Map.entry("money", "MONEY"),
          Map.entry("oid", "OID"),
          Map.entry("tsvector", "TSVECTOR"),
          Map.entry("hstore", "HSTORE"));

  /** Classes of the dialect for SQLite, whose answers the mode gives on any other system. */
  private static final Set<String> SQLITE =
      Set.of(
          "BLOB",
          "BOOLEAN",
          "CHAR",
          "DATE",
          "DATETIME",
          "DECIMAL",
          "FLOAT",
          "INTEGER",
          "JSON",
          "NUMERIC",
          "REAL",
          "SMALLINT",
          "TEXT",
          "TIME",
          "TIMESTAMP",
          "VARCHAR");

  private SqlTypes() {}

  /** The name of a type's class, without its length or precision. */
  static String shown(String type) {
    String name = plain(type);
    return POSTGRESQL.getOrDefault(name, name);
  }

  /** Whether a type is of the class that the name stands for where the type comes from. */
  static boolean is(String type, String name) {
    String plain = plain(type);
    return POSTGRESQL.containsKey(plain)
        ? name.equals(POSTGRESQL.get(plain))
        : SQLITE.contains(name) && plain.equals(name);
  }

  private static String plain(String type) {
    int open = type.indexOf('(');
    return (open < 0 ? type : type.substring(0, open)).trim();
  }
}
