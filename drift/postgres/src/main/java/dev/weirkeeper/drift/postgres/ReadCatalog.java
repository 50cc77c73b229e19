package dev.weirkeeper.drift.postgres;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Handles;
import dev.weirkeeper.Mask;
import dev.weirkeeper.Masking;
import dev.weirkeeper.Nullability;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Type;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The tables that agents may read, as the login of a session sees them. Only what PostgreSQL reads
 * by its own code is among them: a view, a foreign table or a row policy may run anybody's.
 * Confined to the thread of its session.
 */
final class ReadCatalog {
  private static final String TABLES = Resources.sql("read-tables.sql");
  private static final String TABLE = Resources.sql("read-table.sql");
  private static final String PARENTS = Resources.sql("read-parents.sql");
  private static final String COLUMNS = Resources.sql("read-columns.sql");
  private static final String TYPES = Resources.sql("read-types.sql");

  /** Bookkeeping, whose rows no mask knows, and the description of the database itself. */
  private static final Set<String> OFF_LIMITS = Set.of("information_schema", "weirkeeper", "wk");

  private static final String ANY = "";

  private final String system;
  private final Masking masking;
  private final Catalog catalog;

  ReadCatalog(String system, Masking masking, Catalog catalog) {
    this.system = system;
    this.masking = masking;
    this.catalog = catalog;
  }

  /** A table in a list. */
  record Listed(String shown, ReadTable.Kind kind, Probe<Long> estimatedRows) {}

  /** Tables of one schema or of all, sorted by what they are called. */
  List<Listed> tables(Optional<String> calledSchema) throws SQLException, RefusedRead {
    String schema = calledSchema.isPresent() ? schema(calledSchema.get()) : ANY;
    Map<String, List<List<String>>> bySchema = new TreeMap<>();
    for (List<String> row :
        catalog.rows(TABLES, OFF_LIMITS.toArray(String[]::new), schema, schema)) {
      bySchema.computeIfAbsent(row.get(0), name -> new ArrayList<>()).add(row);
    }
    Handles schemas = Handles.over(bySchema.keySet());
    List<Listed> listed = new ArrayList<>();
    for (Map.Entry<String, List<List<String>>> entry : bySchema.entrySet()) {
      Handles names = Handles.over(entry.getValue().stream().map(row -> row.get(1)).toList());
      for (List<String> row : entry.getValue()) {
        listed.add(
            new Listed(
                schemas.shown(entry.getKey()) + "." + names.shown(row.get(1)),
                ReadTable.Kind.of(row.get(2)),
                estimate(row.get(3).startsWith("-") ? "" : row.get(3))));
      }
    }
    listed.sort(Comparator.comparing(Listed::shown));
    return listed;
  }

  private String schema(String called) throws SQLException, RefusedRead {
    String schema =
        named(
                called,
                "SELECT nspname FROM pg_namespace WHERE nspname = ?::text",
                "SELECT nspname FROM pg_namespace")
            .orElseThrow(
                () ->
                    new RefusedRead(
                        "There is no schema that is called so; take the names that"
                            + " catalog_list_tables shows"));
    if (OFF_LIMITS.contains(schema) || schema.startsWith("pg_")) {
      throw new RefusedRead(
          "That schema is the database's own or holds bookkeeping; agents do not read it");
    }
    return schema;
  }

  /** The name that is called so: asked for as it is if it is plain, looked for among all if not. */
  private Optional<String> named(String called, String one, String all, Object... parameters)
      throws SQLException {
    if (Handles.isPlain(called)) {
      Object[] more = Arrays.copyOf(parameters, parameters.length + 1);
      more[parameters.length] = called;
      return catalog.value(one, more);
    }
    if (!Handles.isHandle(called)) {
      return Optional.empty();
    }
    return Handles.over(catalog.rows(all, parameters).stream().map(row -> row.get(0)).toList())
        .named(called);
  }

  /** The table that is called so, if agents may read it. */
  ReadTable table(String called) throws SQLException, RefusedRead {
    int dot = called.indexOf('.');
    if (dot < 0 || called.indexOf('.', dot + 1) >= 0) {
      throw new RefusedRead(
          "A table is called by its schema and its name, as in public.orders; take the names that"
              + " catalog_list_tables shows");
    }
    String schema = schema(called.substring(0, dot));
    String name =
        named(
                called.substring(dot + 1),
                "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                    + " WHERE n.nspname = ?::text AND c.relname = ?::text",
                "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                    + " WHERE n.nspname = ?::text",
                schema)
            .orElseThrow(
                () ->
                    new RefusedRead(
                        "There is no table that is called so, or two have the same handle; take"
                            + " the names that catalog_list_tables shows"));
    long oid =
        catalog
            .value(
                "SELECT c.oid::bigint FROM pg_class c JOIN pg_namespace n"
                    + " ON n.oid = c.relnamespace WHERE n.nspname = ?::text AND c.relname = ?::text",
                schema,
                name)
            .map(Long::parseLong)
            .orElseThrow(() -> new RefusedRead("The table is gone; list the tables again"));
    return table(oid, schema, name, called);
  }

  private ReadTable table(long oid, String schema, String name, String called)
      throws SQLException, RefusedRead {
    List<String> row =
        catalog
            .row(TABLE, oid, oid, oid)
            .orElseThrow(() -> new RefusedRead("The table is gone; list the tables again"));
    requireSafe(row);
    ReadTable.Kind kind = ReadTable.Kind.of(row.get(0));
    List<Asset> hiddenBy = new ArrayList<>(List.of(new Asset(system, schema + "." + name)));
    for (List<String> parent : catalog.rows(PARENTS, oid)) {
      hiddenBy.add(new Asset(system, parent.get(0) + "." + parent.get(1)));
    }
    return new ReadTable(
        schema,
        name,
        called,
        kind,
        estimate(row.get(7)),
        Optional.of(row.get(8)).filter(comment -> !comment.isEmpty()),
        columns(oid, kind, hiddenBy));
  }

  private static void requireSafe(List<String> row) throws RefusedRead {
    String kind = row.get(0);
    if (!Set.of("r", "p", "m").contains(kind)) {
      String what =
          switch (kind) {
            case "v" -> "a view, and to read it runs whatever functions it calls";
            case "f" -> "a foreign table, and to read it reaches out to another server or a file";
            default -> "no table";
          };
      throw new RefusedRead("It is " + what + "; read the tables beneath it instead");
    }
    if (row.get(1).equals("t")) {
      throw new RefusedRead("It is a temporary table of some session");
    }
    if (isTrue(row.get(2))) {
      throw new RefusedRead(
          "The table has row security, whose policies run functions at each read; agents do not"
              + " read such tables");
    }
    if (isTrue(row.get(3))) {
      throw new RefusedRead("A rule stands in for reading the table; agents do not read such ones");
    }
    if (isTrue(row.get(4))) {
      throw new RefusedRead(
          "A part of the table is a foreign table, and to read it reaches out to another server or"
              + " a file; read its other parts one by one");
    }
    if (isTrue(row.get(5))) {
      throw new RefusedRead(
          "An index, a statistic or the partition key of the table calls a function or operator"
              + " that the login may execute, and planning a read may call it; the DBA can REVOKE"
              + " EXECUTE on it from PUBLIC and from the login");
    }
    if (!isTrue(row.get(6))) {
      throw new RefusedRead(
          "The login that reads for agents may not read the table; the DBA can GRANT SELECT on it"
              + " and USAGE on its schema");
    }
  }

  private List<ReadColumn> columns(long oid, ReadTable.Kind kind, List<Asset> hiddenBy)
      throws SQLException {
    Map<Long, ReadType.Entry> types = new HashMap<>();
    for (List<String> row : catalog.rows(TYPES, oid)) {
      types.put(
          Long.parseLong(row.get(0)),
          new ReadType.Entry(
              row.get(1),
              row.get(2),
              row.get(3),
              Long.parseLong(row.get(4)),
              Long.parseLong(row.get(5))));
    }
    List<List<String>> rows = catalog.rows(COLUMNS, oid);
    Handles names = Handles.over(rows.stream().map(row -> row.get(1)).toList());
    List<ReadColumn> columns = new ArrayList<>();
    for (List<String> row : rows) {
      long type = Long.parseLong(row.get(2));
      ReadType base = ReadType.of(type, types);
      columns.add(
          new ReadColumn(
              row.get(1),
              names.shown(row.get(1)),
              typeName(type, Integer.parseInt(row.get(3)), types),
              isTrue(row.get(4)) ? Nullability.REQUIRED : Nullability.OPTIONAL,
              row.get(7).isEmpty() ? 0 : Integer.parseInt(row.get(7)),
              Optional.of(row.get(8)).filter(comment -> !comment.isEmpty()),
              mask(row.get(1), kind, hiddenBy),
              access(row, base),
              base));
    }
    return columns;
  }

  private static ReadColumn.Access access(List<String> row, ReadType base) {
    if (!isTrue(row.get(6))) {
      return ReadColumn.Access.NO_PRIVILEGE;
    }
    if (row.get(5).equals("v")) {
      return ReadColumn.Access.COMPUTED;
    }
    return base.kind() == ReadType.Kind.OTHER
        ? ReadColumn.Access.TYPE_NOT_SHOWN
        : ReadColumn.Access.READ;
  }

  /**
   * What hides most counts, of the table itself and of those that it is a part of: a partition must
   * not tell what its table hides. What a materialized view holds comes from elsewhere under any
   * name, so the host has to open it.
   */
  private Mask mask(String column, ReadTable.Kind kind, List<Asset> hiddenBy) {
    return hiddenBy.stream()
        .map(
            table ->
                kind == ReadTable.Kind.MATERIALIZED_VIEW
                    ? masking.said(table, column).orElse(Mask.REDACT)
                    : masking.of(table, column))
        .max(Comparator.naturalOrder())
        .orElse(Mask.REDACT);
  }

  /** Never {@code format_type}, which asks functions of the type how to write its modifier. */
  private static String typeName(long oid, int modifier, Map<Long, ReadType.Entry> types) {
    ReadType.Entry type = types.get(oid);
    if (type == null) {
      return "unknown";
    }
    ReadType.Entry element = type.element() == 0 ? null : types.get(type.element());
    String brackets = element == null ? "" : "[]";
    ReadType.Entry named = element == null ? type : element;
    if (named.schema().equals("pg_catalog")) {
      return new Type(named.name(), TypeModifier.args(named.name(), modifier), List.of())
          + brackets;
    }
    return Handles.over(List.of(named.schema())).shown(named.schema())
        + "."
        + Handles.over(List.of(named.name())).shown(named.name())
        + brackets;
  }

  private static Probe<Long> estimate(String rows) {
    return rows.isEmpty()
        ? new Probe.Unknown<>("the table was never analysed")
        : new Probe.Value<>(Long.parseLong(rows));
  }

  private static boolean isTrue(String value) {
    return value.equals("true");
  }
}
