package dev.weirkeeper.examples.redteam;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Everything that an attack could change, as the administrator sees it: catalogs, rows, settings,
 * roles, files. What the boundary itself writes down in schema {@code wk} is left out.
 *
 * @param parts the entries of each part
 * @param tables which tables there are, with their columns
 */
record World(Map<String, Set<String>> parts, Map<String, String> tables) {
  /** How closely to look. */
  enum Grain {
    /** One hash for each part: says that something changed, and is quick. */
    HASHES("md5(string_agg(x::text, E'\\n' ORDER BY x::text))"),
    /** Each entry: says whether what was there is still there. */
    ENTRIES("x::text || '#' || row_number() OVER (PARTITION BY x::text)");

    private final String sql;

    Grain(String sql) {
      this.sql = sql;
    }
  }

  private static final Path FILES = Path.of("/var/tmp/wk-redteam");
  private static final String ROWS = "rows of ";
  private static final String UNREADABLE = "unreadable: ";

  private static final Map<String, String> CATALOGS =
      Map.ofEntries(
          Map.entry(
              "relations",
              "SELECT oid, relname, relnamespace, relowner, relkind, relpersistence, relispartition,"
                  + " relreplident, relrowsecurity, reltablespace, relacl::text, reloptions::text"
                  + " FROM pg_class WHERE relnamespace <> 'pg_toast'::regnamespace"),
          Map.entry(
              "columns",
              "SELECT attrelid, attnum, attname, atttypid, atttypmod, attnotnull, attisdropped,"
                  + " attacl::text FROM pg_attribute"),
          Map.entry("defaults", "SELECT adrelid, adnum, adbin::text FROM pg_attrdef"),
          Map.entry(
              "comments", "SELECT objoid, classoid, objsubid, description FROM pg_description"),
          Map.entry("types", "SELECT oid, typname, typowner, typtype, typacl::text FROM pg_type"),
          Map.entry("labels", "SELECT enumtypid, enumlabel FROM pg_enum"),
          Map.entry(
              "functions", "SELECT oid, proname, proowner, md5(prosrc), proacl::text FROM pg_proc"),
          Map.entry("constraints", "SELECT oid, conname, conrelid, contype FROM pg_constraint"),
          Map.entry("indexes", "SELECT indexrelid, indrelid, indisvalid FROM pg_index"),
          Map.entry("triggers", "SELECT oid, tgname, tgrelid, tgenabled FROM pg_trigger"),
          Map.entry("rules", "SELECT oid, rulename, ev_class FROM pg_rewrite"),
          Map.entry("policies", "SELECT oid, polname, polrelid FROM pg_policy"),
          Map.entry("schemas", "SELECT oid, nspname, nspowner, nspacl::text FROM pg_namespace"),
          Map.entry("databases", "SELECT datname, datdba, datacl::text FROM pg_database"),
          Map.entry(
              "roles",
              "SELECT oid, rolname, rolsuper, rolcreaterole, rolcreatedb, rolreplication,"
                  + " rolbypassrls, rolcanlogin, rolpassword FROM pg_authid"),
          Map.entry("members", "SELECT roleid, member FROM pg_auth_members"),
          Map.entry(
              "settings",
              "SELECT d.datname, s.setrole, s.setconfig::text FROM pg_db_role_setting s"
                  + " LEFT JOIN pg_database d ON d.oid = s.setdatabase"),
          Map.entry("file settings", "SELECT name, setting FROM pg_file_settings"),
          Map.entry("default rights", "SELECT oid, defaclacl::text FROM pg_default_acl"),
          Map.entry("publications", "SELECT oid, pubname FROM pg_publication"),
          Map.entry("published", "SELECT prpubid, prrelid FROM pg_publication_rel"),
          Map.entry("subscriptions", "SELECT oid, subname FROM pg_subscription"),
          Map.entry("slots", "SELECT slot_name FROM pg_replication_slots"),
          Map.entry("large objects", "SELECT oid, lomowner FROM pg_largeobject_metadata"),
          Map.entry("event triggers", "SELECT oid, evtname, evtenabled FROM pg_event_trigger"),
          Map.entry("extensions", "SELECT oid, extname FROM pg_extension"),
          Map.entry("foreign servers", "SELECT oid, srvname FROM pg_foreign_server"),
          Map.entry("prepared", "SELECT gid FROM pg_prepared_xacts"));

  /**
   * @param tables which to look at, with their columns, as {@link #tables(Connection)} found them
   *     before
   */
  static World look(Connection administrator, Grain grain, Map<String, String> tables)
      throws IOException {
    Map<String, Set<String>> parts = new TreeMap<>();
    for (Map.Entry<String, String> catalog : CATALOGS.entrySet()) {
      parts.put(catalog.getKey(), entries(administrator, grain, catalog.getValue()));
    }
    for (Map.Entry<String, String> table : tables.entrySet()) {
      parts.put(
          ROWS + table.getKey(),
          entries(administrator, grain, "SELECT " + table.getValue() + " FROM " + table.getKey()));
    }
    parts.put("files", files());
    return new World(parts, tables);
  }

  /** What cannot be read any more is not what it was. */
  private static Set<String> entries(Connection administrator, Grain grain, String query) {
    Set<String> entries = new HashSet<>();
    try (Statement statement = administrator.createStatement();
        ResultSet row = statement.executeQuery("SELECT " + grain.sql + " FROM (" + query + ") x")) {
      while (row.next()) {
        entries.add(String.valueOf(row.getString(1)));
      }
      return entries;
    } catch (SQLException e) {
      return Set.of(UNREADABLE + e.getSQLState());
    }
  }

  static Map<String, String> tables(Connection administrator) throws SQLException {
    Map<String, String> tables = new TreeMap<>();
    try (Statement statement = administrator.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT format('%I.%I', n.nspname, c.relname), CASE c.relkind WHEN 'S' THEN"
                    + " 'last_value' ELSE (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY"
                    + " a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND"
                    + " NOT a.attisdropped) END FROM pg_class c"
                    + " JOIN pg_namespace n ON n.oid = c.relnamespace"
                    + " WHERE c.relkind IN ('r', 'm', 'S') AND n.nspname <> 'wk'"
                    + " AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'")) {
      while (row.next()) {
        tables.put(row.getString(1), row.getString(2));
      }
    }
    return tables;
  }

  private static Set<String> files() throws IOException {
    if (!Files.exists(FILES)) {
      return Set.of();
    }
    try (Stream<Path> found = Files.walk(FILES)) {
      return found.map(Path::toString).collect(Collectors.toSet());
    }
  }

  /** Names of the parts that could not be read: what was never seen cannot be seen to change. */
  Set<String> unseen() {
    Set<String> unseen = new TreeSet<>();
    parts.forEach(
        (part, entries) -> {
          if (entries.stream().anyMatch(entry -> entry.startsWith(UNREADABLE))) {
            unseen.add(part);
          }
        });
    return unseen;
  }

  /** Names of the parts that are not as they were. */
  Set<String> changedSince(World before) {
    Set<String> changed = new TreeSet<>();
    before.parts.forEach(
        (part, entries) -> {
          if (!parts.get(part).equals(entries)) {
            changed.add(part);
          }
        });
    return changed;
  }

  /**
   * Names of the parts in which something that was there is gone or another; additions do not
   * count.
   */
  Set<String> damagedSince(World before) {
    Set<String> damaged = new TreeSet<>();
    before.parts.forEach(
        (part, entries) -> {
          if (!parts.get(part).containsAll(entries)) {
            damaged.add(part);
          }
        });
    return damaged;
  }

  /** Whether these parts are rows of these tables and nothing else. */
  static boolean onlyRowsOf(Set<String> parts, List<String> tables) {
    return parts.stream()
        .allMatch(part -> part.startsWith(ROWS) && tables.contains(part.substring(ROWS.length())));
  }
}
