package dev.weirkeeper.contracts.sql;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How one system says what {@link Phrase} lists, which types it has and what it can do: a table of
 * differences from usual SQL. A further system is a further instance. Immutable.
 */
public final class Dialect {

  /** What a failed statement does to a transaction. */
  enum Failure {
    /** It goes on from a savepoint. */
    SAVEPOINT,
    /** It is over, and a new one is begun. */
    NEW_TRANSACTION
  }

  /** Whether rows come in the order of the source where nothing sorts them. */
  enum RowOrder {
    KEPT,
    NONE
  }

  /**
   * What a system bounds.
   *
   * @param decimalDigits digits of its exact numbers; 0 if they are not bounded
   * @param repeats largest count in braces of a pattern
   */
  record Bounds(int decimalDigits, int repeats) {}

  /** PostgreSQL 13 and later, in a UTF-8 database. */
  public static final Dialect POSTGRESQL =
      new Dialect(
          "postgresql",
          Map.ofEntries(
              Map.entry(Phrase.TYPE_TEXT, "text"),
              Map.entry(Phrase.CODE_POINTS, "({0} COLLATE \"C\")"),
              Map.entry(Phrase.FOUND, "(({0} COLLATE \"C\") ~ {1})"),
              // With another collation, letters may match that are not the same.
              Map.entry(Phrase.LIKE, "({0} COLLATE \"C\") LIKE {1} ESCAPE ''"),
              Map.entry(
                  Phrase.DIVIDED,
                  "(CASE WHEN {0} IS NULL OR {1} IS NULL THEN NULL WHEN {1} <> 0 THEN {0} / {1}"
                      + " WHEN {0} = 0 OR {0} = 'NaN' THEN 'NaN'"
                      + " WHEN ({0} > 0) = (CAST({1} AS text) = '0') THEN 'Infinity'"
                      + " WHEN {1} = 0 THEN '-Infinity' END)"),
              Map.entry(Phrase.COUNT_TRUE, "COUNT(*) FILTER (WHERE {0})"),
              Map.entry(Phrase.LABELS, "ARRAY_REMOVE(ARRAY[{0}]::int[], NULL)"),
              Map.entry(Phrase.STATE, "SELECT CAST(txid_current_snapshot() AS text)")),
          Map.ofEntries(
              Map.entry("int2", Form.INTEGER),
              Map.entry("int4", Form.INTEGER),
              Map.entry("int8", Form.INTEGER),
              Map.entry("smallserial", Form.INTEGER),
              Map.entry("serial", Form.INTEGER),
              Map.entry("bigserial", Form.INTEGER),
              Map.entry("oid", Form.INTEGER),
              Map.entry("numeric", Form.DECIMAL),
              Map.entry("float4", Form.FLOAT),
              Map.entry("float8", Form.FLOAT),
              Map.entry("text", Form.TEXT),
              Map.entry("varchar", Form.TEXT),
              Map.entry("name", Form.TEXT),
              Map.entry("bpchar", Form.PADDED),
              Map.entry("bool", Form.TRUTH),
              Map.entry("date", Form.DATE),
              Map.entry("timestamp", Form.TIMESTAMP),
              Map.entry("timestamptz", Form.TIMESTAMP_WITH_ZONE),
              Map.entry("uuid", Form.UUID),
              Map.entry("bytea", Form.EXACT),
              Map.entry("macaddr", Form.EXACT),
              Map.entry("macaddr8", Form.EXACT),
              Map.entry("inet", Form.EXACT),
              Map.entry("cidr", Form.EXACT),
              Map.entry("bit", Form.EXACT),
              Map.entry("varbit", Form.EXACT),
              Map.entry("time", Form.EXACT)),
          List.of(
              "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
              "SET LOCAL TimeZone = 'UTC'",
              "SET LOCAL DateStyle = 'ISO, YMD'",
              "SET LOCAL IntervalStyle = 'iso_8601'",
              "SET LOCAL extra_float_digits = 1",
              "SET LOCAL bytea_output = 'hex'",
              "SET LOCAL standard_conforming_strings = on"),
          Failure.SAVEPOINT,
          RowOrder.NONE,
          new Bounds(0, 255));

  /** DuckDB, with the time zone of the session set to UTC. */
  public static final Dialect DUCKDB =
      new Dialect(
          "duckdb",
          Map.ofEntries(
              Map.entry(Phrase.TYPE_DOUBLE, "DOUBLE"),
              Map.entry(Phrase.TYPE_WIDE, "HUGEINT"),
              Map.entry(Phrase.TYPE_DECIMAL, "DECIMAL({0}, {1})"),
              Map.entry(Phrase.LENGTH, "LENGTH({0})"),
              Map.entry(Phrase.FOUND, "REGEXP_MATCHES({0}, {1})"),
              Map.entry(Phrase.LIKE, "{0} LIKE {1}"),
              Map.entry(Phrase.IS_NAN, "ISNAN({0})"),
              Map.entry(Phrase.DIVIDED, "({0} / {1})"),
              Map.entry(Phrase.MEAN, "AVG({0})"),
              Map.entry(Phrase.MEDIAN, "MEDIAN({0})"),
              Map.entry(Phrase.AT_SHARE, "QUANTILE_DISC({0}, {1})"),
              Map.entry(Phrase.LABELS, "LIST_FILTER([{0}], lambda x: x IS NOT NULL)")),
          Map.ofEntries(
              Map.entry("TINYINT", Form.INTEGER),
              Map.entry("SMALLINT", Form.INTEGER),
              Map.entry("INTEGER", Form.INTEGER),
              Map.entry("BIGINT", Form.INTEGER),
              Map.entry("UTINYINT", Form.INTEGER),
              Map.entry("USMALLINT", Form.INTEGER),
              Map.entry("UINTEGER", Form.INTEGER),
              Map.entry("UBIGINT", Form.DECIMAL),
              Map.entry("HUGEINT", Form.DECIMAL),
              Map.entry("UHUGEINT", Form.DECIMAL),
              Map.entry("BIGNUM", Form.OTHER),
              Map.entry("DECIMAL", Form.DECIMAL),
              Map.entry("FLOAT", Form.FLOAT),
              Map.entry("DOUBLE", Form.FLOAT),
              Map.entry("VARCHAR", Form.TEXT),
              Map.entry("BOOLEAN", Form.TRUTH),
              Map.entry("DATE", Form.DATE),
              Map.entry("TIMESTAMP", Form.TIMESTAMP),
              Map.entry("TIMESTAMP_S", Form.TIMESTAMP),
              Map.entry("TIMESTAMP_MS", Form.TIMESTAMP),
              Map.entry("TIMESTAMP_NS", Form.TIMESTAMP),
              Map.entry("TIMESTAMP WITH TIME ZONE", Form.TIMESTAMP_WITH_ZONE),
              Map.entry("UUID", Form.UUID),
              Map.entry("ENUM", Form.EXACT),
              Map.entry("BLOB", Form.EXACT),
              Map.entry("BIT", Form.EXACT),
              Map.entry("TIME", Form.EXACT)),
          List.of(),
          Failure.NEW_TRANSACTION,
          RowOrder.KEPT,
          new Bounds(38, 1000));

  /** What is in a path, and how names of files end that are read where there is no such table. */
  private static final Pattern FILE =
      Pattern.compile(
          "[/\\\\:*?]|\\.(csv|tsv|txt|parquet|json|jsonl|ndjson|geojson|gz|zst|bz2|zip|xlsx?|db|duckdb"
              + "|sqlite|arrow|arrows|feather|avro|orc|shp|lance|vortex|ipc)$",
          Pattern.CASE_INSENSITIVE);

  private final String id;
  private final Map<Phrase, String> phrases = new EnumMap<>(Phrase.class);
  private final Map<String, Form> types;
  private final List<String> session;
  private final Failure failure;
  private final RowOrder rowOrder;
  private final Bounds bounds;

  private Dialect(
      String id,
      Map<Phrase, String> differences,
      Map<String, Form> types,
      List<String> session,
      Failure failure,
      RowOrder rowOrder,
      Bounds bounds) {
    this.id = id;
    for (Phrase phrase : Phrase.values()) {
      phrase.usual().ifPresent(sql -> phrases.put(phrase, sql));
    }
    phrases.putAll(differences);
    this.types = types;
    this.session = session;
    this.failure = failure;
    this.rowOrder = rowOrder;
    this.bounds = bounds;
  }

  /** Kebab-case: {@code postgresql}, {@code duckdb}. */
  public String id() {
    return id;
  }

  Failure failure() {
    return failure;
  }

  RowOrder rowOrder() {
    return rowOrder;
  }

  Bounds bounds() {
    return bounds;
  }

  /** What a transaction runs first, so that values have one text and one time zone. */
  List<String> session() {
    return session;
  }

  /** Whether there is a way to say it. */
  boolean has(Phrase phrase) {
    return phrases.containsKey(phrase);
  }

  /**
   * @throws InexactException if this system has no way to say it
   */
  String say(Phrase phrase, String... parts) {
    String pattern = phrases.get(phrase);
    if (pattern == null) {
      throw new InexactException(id + " has no exact way to say " + phrase);
    }
    StringBuilder sql = new StringBuilder(pattern.length() + 32);
    int from = 0;
    for (int at = pattern.indexOf('{'); at >= 0; at = pattern.indexOf('{', from)) {
      // One pass: what is put in may hold braces of its own.
      sql.append(pattern, from, at).append(parts[pattern.charAt(at + 1) - '0']);
      from = at + 3;
    }
    return sql.append(pattern, from, pattern.length()).toString();
  }

  /**
   * A name, quoted.
   *
   * @throws IllegalArgumentException if no system can have it
   */
  public String name(String name) {
    requireNonNull(name, "name");
    if (name.isEmpty() || name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("A name of SQL is not empty and holds no NUL");
    }
    String quote = say(Phrase.NAME_QUOTE);
    return quote + name.replace(quote, quote + quote) + quote;
  }

  /** A table's name, its parts quoted one by one: {@code public.orders}. */
  public String table(String name) {
    StringBuilder sql = new StringBuilder();
    for (String part : name.split("\\.", -1)) {
      sql.append(sql.isEmpty() ? "" : ".").append(name(part));
    }
    return sql.toString();
  }

  /**
   * A table that a contract names, as {@link #table}.
   *
   * @throws IllegalArgumentException if the system might take the name for that of a file, and read
   *     it: contracts name tables
   */
  String referred(String name) {
    if (this == DUCKDB && FILE.matcher(name).find()) {
      throw new IllegalArgumentException(
          "A contract refers to tables, and the name it gives could be that of a file; make a view"
              + " of the file, and refer to that");
    }
    return table(name);
  }

  /**
   * @throws InexactException if the text cannot be sent as it is
   */
  String text(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '\0') {
        throw new InexactException("a text with a NUL cannot be sent to " + id);
      }
      if (Character.isHighSurrogate(c)
          && i + 1 < value.length()
          && Character.isLowSurrogate(value.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw new InexactException("a text with half a character cannot be sent to " + id);
      }
    }
    return "'"
        + value.replace("\\", say(Phrase.TEXT_BACKSLASH)).replace("'", say(Phrase.TEXT_QUOTE))
        + "'";
  }

  String cast(String sql, Phrase type) {
    return "CAST(" + sql + " AS " + say(type) + ")";
  }

  String number(double value) {
    return cast("'" + value + "'", Phrase.TYPE_DOUBLE);
  }

  /** The columns of a result as rules see them. */
  Fields fields(ResultSetMetaData columns) throws SQLException {
    List<Field> all = new ArrayList<>();
    for (int i = 1; i <= columns.getColumnCount(); i++) {
      all.add(
          field(
              columns.getColumnLabel(i),
              columns.getColumnTypeName(i),
              columns.getPrecision(i),
              columns.getScale(i)));
    }
    return new Fields(all);
  }

  /** How rules see a column of a type that the driver names so. */
  public Field field(String name, String type, int precision, int scale) {
    String plain = type.replaceFirst("\\(.*\\)$", "");
    Form form =
        Optional.ofNullable(types.get(plain))
            .or(() -> Optional.ofNullable(types.get(plain.toUpperCase(Locale.ROOT))))
            .or(() -> Optional.ofNullable(types.get(plain.toLowerCase(Locale.ROOT))))
            .orElse(Form.OTHER);
    String full =
        form == Form.DECIMAL && plain.equals(type) && precision > 0 && isDecimal(plain)
            ? plain + "(" + precision + "," + scale + ")"
            : type;
    return new Field(name, form, full);
  }

  private static boolean isDecimal(String type) {
    return type.equalsIgnoreCase("numeric") || type.equalsIgnoreCase("decimal");
  }

  @Override
  public String toString() {
    return id;
  }
}
