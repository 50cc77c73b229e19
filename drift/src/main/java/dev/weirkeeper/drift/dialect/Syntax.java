package dev.weirkeeper.drift.dialect;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.drift.schema.ObjectName;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The statements of one system as patterns: {@code %1$s} is the table, {@code %2$s} the column,
 * {@code %3$s} a type, a new name or a text.
 *
 * @param quote what stands around names
 * @param escape what a quote within a name becomes
 * @param backslash whether a backslash in a text escapes what follows
 * @param longest characters of a name
 */
record Syntax(
    String quote,
    String escape,
    Backslash backslash,
    int longest,
    String createSchema,
    String renameTable,
    String addColumn,
    String renameColumn,
    String changeType,
    String relax,
    String commentTable,
    String commentColumn) {

  /** What a backslash is in a text. */
  enum Backslash {
    PLAIN,
    ESCAPES
  }

  private static final String ALTER_RENAME = "ALTER TABLE %1$s RENAME COLUMN %2$s TO %3$s";
  private static final String ALTER_ADD = "ALTER TABLE %1$s ADD COLUMN %2$s %3$s";
  private static final String DROP_NOT_NULL = "ALTER TABLE %1$s ALTER COLUMN %2$s DROP NOT NULL";
  private static final String COMMENT_TABLE = "COMMENT ON TABLE %1$s IS %3$s";
  private static final String COMMENT_COLUMN = "COMMENT ON COLUMN %1$s.%2$s IS %3$s";
  private static final String RENAME_TABLE = "ALTER TABLE %1$s RENAME TO %3$s";
  private static final String CREATE_SCHEMA = "CREATE SCHEMA IF NOT EXISTS %1$s";
  private static final String SET_TYPE = "ALTER TABLE %1$s ALTER COLUMN %2$s SET DATA TYPE %3$s";

  private static final Syntax SPARK =
      new Syntax(
          "`",
          "``",
          Backslash.ESCAPES,
          255,
          CREATE_SCHEMA,
          RENAME_TABLE,
          "ALTER TABLE %1$s ADD COLUMNS (%2$s %3$s)",
          ALTER_RENAME,
          "ALTER TABLE %1$s ALTER COLUMN %2$s TYPE %3$s",
          DROP_NOT_NULL,
          COMMENT_TABLE,
          "ALTER TABLE %1$s ALTER COLUMN %2$s COMMENT %3$s");

  private static final Map<Dialect, Syntax> ALL =
      Map.of(
          Dialect.DUCKDB,
          new Syntax(
              "\"",
              "\"\"",
              Backslash.PLAIN,
              255,
              CREATE_SCHEMA,
              RENAME_TABLE,
              ALTER_ADD,
              ALTER_RENAME,
              SET_TYPE,
              DROP_NOT_NULL,
              COMMENT_TABLE,
              COMMENT_COLUMN),
          Dialect.SNOWFLAKE,
          new Syntax(
              "\"",
              "\"\"",
              Backslash.ESCAPES,
              255,
              CREATE_SCHEMA,
              RENAME_TABLE,
              ALTER_ADD,
              ALTER_RENAME,
              SET_TYPE,
              DROP_NOT_NULL,
              COMMENT_TABLE,
              COMMENT_COLUMN),
          Dialect.BIGQUERY,
          new Syntax(
              "`",
              "\\`",
              Backslash.ESCAPES,
              300,
              CREATE_SCHEMA,
              RENAME_TABLE,
              ALTER_ADD,
              ALTER_RENAME,
              SET_TYPE,
              DROP_NOT_NULL,
              "ALTER TABLE %1$s SET OPTIONS (description = %3$s)",
              "ALTER TABLE %1$s ALTER COLUMN %2$s SET OPTIONS (description = %3$s)"),
          Dialect.DELTA,
          SPARK,
          Dialect.ICEBERG_V2,
          SPARK,
          Dialect.ICEBERG_V3,
          SPARK,
          Dialect.MYSQL,
          new Syntax(
              "`",
              "``",
              Backslash.ESCAPES,
              64,
              CREATE_SCHEMA,
              RENAME_TABLE,
              ALTER_ADD,
              ALTER_RENAME,
              "ALTER TABLE %1$s MODIFY COLUMN %2$s %3$s",
              // The type has to be said again, so this is filled as a change of type is.
              "ALTER TABLE %1$s MODIFY COLUMN %2$s %3$s",
              "ALTER TABLE %1$s COMMENT = %3$s",
              "ALTER TABLE %1$s MODIFY COLUMN %2$s %3$s"));

  Syntax {
    requireNonNull(quote, "quote");
    requireNonNull(escape, "escape");
    requireNonNull(backslash, "backslash");
    requireNonNull(createSchema, "createSchema");
    requireNonNull(renameTable, "renameTable");
    requireNonNull(addColumn, "addColumn");
    requireNonNull(renameColumn, "renameColumn");
    requireNonNull(changeType, "changeType");
    requireNonNull(relax, "relax");
    requireNonNull(commentTable, "commentTable");
    requireNonNull(commentColumn, "commentColumn");
  }

  static Syntax of(Dialect dialect) {
    return requireNonNull(ALL.get(dialect), dialect.id());
  }

  /** Why a name cannot be written; empty if it can. */
  Optional<String> fault(String name) {
    if (name.isEmpty() || name.codePointCount(0, name.length()) > longest) {
      return Optional.of(
          "a name there has 1 to "
              + longest
              + " characters and this one has "
              + name.codePointCount(0, name.length())
              + ": name it otherwise at the target");
    }
    boolean hidden =
        name.codePoints()
            .anyMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT);
    if (hidden) {
      return Optional.of(
          "its name holds characters that cannot be seen, which hide in scripts and logs");
    }
    // BigQuery has no way to write it; elsewhere it would be right and read wrongly.
    return name.contains("\\") && backslash == Backslash.ESCAPES
        ? Optional.of("its name holds a backslash, which begins an escape there")
        : Optional.empty();
  }

  String name(String identifier) {
    return quote + identifier.replace(quote, escape) + quote;
  }

  String name(ObjectName name) {
    return name.schema().isEmpty()
        ? name(name.name())
        : name(name.schema()) + "." + name(name.name());
  }

  String text(String value) {
    if (backslash == Backslash.ESCAPES) {
      return "'"
          + value
              .replace("\\", "\\\\")
              .replace("'", "\\'")
              .replace("\n", "\\n")
              .replace("\r", "\\r")
          + "'";
    }
    return "'" + value.replace("'", "''") + "'";
  }

  String fill(String pattern, ObjectName table, String column, String third) {
    return String.format(Locale.ROOT, pattern, name(table), column, third);
  }
}
