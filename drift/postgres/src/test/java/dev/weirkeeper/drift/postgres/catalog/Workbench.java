package dev.weirkeeper.drift.postgres.catalog;

import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.core.NativeQuery;
import org.postgresql.core.Parser;

/**
 * A database that many schemas are laid on, one after the other. It is emptied by dropping what is
 * in it, which is ten times as fast as a new database; where something stays, a new one is made.
 */
final class Workbench implements AutoCloseable {
  /** No durability, no JIT: many small databases that nobody needs tomorrow. */
  static final Map<String, String> SETTINGS =
      Map.of(
          "fsync", "off",
          "synchronous_commit", "off",
          "full_page_writes", "off",
          "autovacuum", "off",
          "jit", "off",
          "max_prepared_transactions", "0");

  /** Nobody vacuums its catalogs. */
  private static final int MOST_USES = 40;

  private static final String IN_TRANSACTION = "25001";
  private static final String UNDEFINED_OBJECT = "42704";
  private static final Pattern ROLE = Pattern.compile("role \"(.+)\" does not exist");
  private static final Pattern COPY =
      Pattern.compile("(?ims)^(COPY\\s[^;]*?FROM\\s+stdin[^;]*);[^\\n]*\\n(.*?)^\\\\\\.[ \\r]*$");

  /** Catalogs whose rows a schema may leave behind. */
  private static final List<String> CATALOGS =
      List.of(
          "class",
          "type",
          "proc",
          "namespace",
          "constraint",
          "extension",
          "cast",
          "language",
          "operator",
          "opclass",
          "opfamily",
          "collation",
          "conversion",
          "ts_config",
          "ts_dict",
          "ts_parser",
          "ts_template",
          "publication",
          "event_trigger",
          "foreign_server",
          "foreign_data_wrapper",
          "default_acl",
          "am",
          "transform",
          "statistic_ext");

  private static final String CENSUS =
      CATALOGS.stream()
          .map(each -> "SELECT '" + each + "', count(*) FROM pg_" + each + " WHERE oid >= 16384")
          .collect(
              Collectors.joining(
                  " UNION ALL ",
                  "SELECT string_agg(c || ' ' || n, ', ' ORDER BY c) FROM (",
                  " UNION ALL SELECT 'setting', count(*) FROM pg_db_role_setting UNION ALL"
                      + " SELECT 'large', count(*) FROM pg_largeobject_metadata) x (c, n)"));

  private static final String CLEAR =
      """
      DO $clear$
      DECLARE each record;
      BEGIN
        SET LOCAL client_min_messages = error;
        FOR each IN SELECT evtname n FROM pg_event_trigger LOOP
          EXECUTE format('DROP EVENT TRIGGER %I CASCADE', each.n);
        END LOOP;
        FOR each IN SELECT pubname n FROM pg_publication LOOP
          EXECUTE format('DROP PUBLICATION %I', each.n);
        END LOOP;
        FOR each IN SELECT extname n FROM pg_extension WHERE extname <> 'plpgsql' LOOP
          EXECUTE format('DROP EXTENSION IF EXISTS %I CASCADE', each.n);
        END LOOP;
        FOR each IN SELECT nspname n FROM pg_namespace
            WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
          EXECUTE format('DROP SCHEMA %I CASCADE', each.n);
        END LOOP;
        FOR each IN SELECT fdwname n FROM pg_foreign_data_wrapper LOOP
          EXECUTE format('DROP FOREIGN DATA WRAPPER %I CASCADE', each.n);
        END LOOP;
        CREATE SCHEMA public AUTHORIZATION pg_database_owner;
        GRANT USAGE ON SCHEMA public TO PUBLIC;
        COMMENT ON SCHEMA public IS 'standard public schema';
      END $clear$
      """;

  private static final String FRESH_SESSION =
      "RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; DISCARD TEMP; CLOSE ALL;"
          + " SELECT pg_advisory_unlock_all()";

  private final LocalPostgres server;
  private final String name;
  private Connection connection;
  private String empty;
  private int uses;

  private Workbench(LocalPostgres server, String name) throws SQLException {
    this.server = server;
    this.name = name;
    this.connection = create();
    this.empty = census();
  }

  static Workbench open(LocalPostgres server, String name) throws SQLException {
    return new Workbench(server, name);
  }

  Connection connection() {
    return connection;
  }

  /** Empties it, and gives the session the settings that it began with. */
  void clear() throws SQLException {
    if (++uses % MOST_USES == 0) {
      recreate();
      return;
    }
    try {
      connection.rollback();
    } catch (SQLException already) {
      if (connection.isClosed()) {
        recreate();
      }
    }
    try {
      connection.setAutoCommit(true);
      execute(FRESH_SESSION);
      execute(CLEAR);
      if (census().equals(empty)) {
        return;
      }
    } catch (SQLException cannot) {
      // What cannot be dropped goes with its database.
    }
    recreate();
  }

  private void recreate() throws SQLException {
    connection.close();
    server.execute("postgres", "DROP DATABASE \"" + name + "\" WITH (FORCE)");
    connection = create();
    empty = census();
  }

  private Connection create() throws SQLException {
    server.createDatabase(name);
    Connection opened = server.connect(name);
    try (Statement statement = opened.createStatement()) {
      statement.execute(CLEAR);
    }
    return opened;
  }

  private String census() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(CENSUS)) {
      row.next();
      return row.getString(1);
    }
  }

  /**
   * Runs a script on an empty database: at one go where the server lets it, else one statement
   * after the other. Roles that it names and does not make are made; settings of its session end.
   */
  void script(String sql) throws SQLException, IOException {
    while (true) {
      try {
        if (COPY.matcher(sql).find()) {
          oneByOne(sql);
        } else {
          execute(sql);
        }
        execute(FRESH_SESSION);
        return;
      } catch (SQLException refused) {
        Matcher role = ROLE.matcher(String.valueOf(refused.getMessage()));
        if (UNDEFINED_OBJECT.equals(refused.getSQLState()) && role.find()) {
          clear();
          execute("CREATE ROLE \"" + role.group(1).replace("\"", "\"\"") + "\"");
        } else if (IN_TRANSACTION.equals(refused.getSQLState())
            || "55P04".equals(refused.getSQLState())) {
          clear();
          oneByOne(sql);
          execute(FRESH_SESSION);
          return;
        } else {
          throw refused;
        }
      }
    }
  }

  private void oneByOne(String sql) throws SQLException, IOException {
    Matcher copy = COPY.matcher(sql);
    int at = 0;
    while (copy.find()) {
      statements(sql.substring(at, copy.start()));
      connection
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyIn(copy.group(1), new StringReader(copy.group(2)));
      at = copy.end();
    }
    statements(sql.substring(at));
  }

  void statements(String sql) throws SQLException {
    List<NativeQuery> parts = Parser.parseJdbcSql(sql, true, false, true, false, false);
    for (NativeQuery part : parts) {
      if (!part.nativeSql.isBlank()) {
        execute(part.nativeSql);
      }
    }
  }

  void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
