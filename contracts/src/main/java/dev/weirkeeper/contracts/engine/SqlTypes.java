package dev.weirkeeper.contracts.engine;

import java.util.Map;
import java.util.Set;

/**
 * Names of SQL types as SQLAlchemy knows them: classes that are kinds of others. Asked for by name
 * are those of its dialect for SQLite, whose answers the mode for SQL gives.
 */
final class SqlTypes {
  /** A class and the one that it is a kind of. */
  private static final Map<String, String> PARENTS =
      Map.ofEntries(
          Map.entry("BIGINT", "BigInteger"),
          Map.entry("BigInteger", "Integer"),
          Map.entry("INTEGER", "Integer"),
          Map.entry("INT", "Integer"),
          Map.entry("SMALLINT", "SmallInteger"),
          Map.entry("SmallInteger", "Integer"),
          Map.entry("FLOAT", "Float"),
          Map.entry("REAL", "Float"),
          Map.entry("DOUBLE", "Float"),
          Map.entry("DOUBLE_PRECISION", "Float"),
          Map.entry("Float", "Numeric"),
          Map.entry("NUMERIC", "Numeric"),
          Map.entry("DECIMAL", "Numeric"),
          Map.entry("VARCHAR", "String"),
          Map.entry("CHAR", "String"),
          Map.entry("NVARCHAR", "String"),
          Map.entry("TEXT", "Text"),
          Map.entry("CLOB", "Text"),
          Map.entry("Text", "String"),
          Map.entry("Unicode", "String"),
          Map.entry("BOOLEAN", "Boolean"),
          Map.entry("DATETIME", "DateTime"),
          Map.entry("TIMESTAMP", "DateTime"),
          Map.entry("DATE", "Date"),
          Map.entry("TIME", "Time"),
          Map.entry("BLOB", "LargeBinary"));

  /** Classes that SQLAlchemy's dialect for SQLite knows by these names. */
  private static final Set<String> KNOWN =
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

  /** The name of a type without its length or precision. */
  static String shown(String type) {
    int open = type.indexOf('(');
    return (open < 0 ? type : type.substring(0, open)).trim();
  }

  /** Whether a type is of the class, or of a kind of it. */
  static boolean is(String type, String name) {
    if (!KNOWN.contains(name)) {
      return false;
    }
    String at = shown(type);
    while (at != null) {
      if (at.equals(name)) {
        return true;
      }
      at = PARENTS.get(at);
    }
    return false;
  }
}
