package dev.weirkeeper.drift.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Json;
import dev.weirkeeper.Observation;
import dev.weirkeeper.drift.SettingsDrift;
import dev.weirkeeper.drift.Visibility;
import dev.weirkeeper.testkit.LocalPostgres;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.replication.PGReplicationStream;

/**
 * Runs each DDL of the ledger on a live server and holds what pgoutput, the DDL trigger and a look
 * at the catalog show of it against the ledger and, where it lies beside the repository, against
 * the corpus of what was measured before.
 */
class VisibilityCorpusIT {
  private static final Path CORPUS =
      Path.of(System.getProperty("corpus.dir", "none"))
          .resolve("drift")
          .resolve("pgoutput-visibility.jsonl");

  private static Majors majors;

  @BeforeAll
  static void start() {
    majors = new Majors();
  }

  @AfterAll
  static void stop() throws Exception {
    majors.close();
  }

  /** The DDL of a case, with what must be there before it. */
  private record Case(List<String> before, List<String> ddl, String row) {}

  private static final String ROW = "INSERT INTO t (id) VALUES (2)";

  private static Case ddl(String... statements) {
    return new Case(List.of(), List.of(statements), ROW);
  }

  private static Case after(String before, String... statements) {
    return new Case(List.of(before), List.of(statements), ROW);
  }

  private static final Map<String, Case> CASES = new LinkedHashMap<>();

  static {
    CASES.put("add_column", ddl("ALTER TABLE t ADD x int"));
    CASES.put("add_column_default", ddl("ALTER TABLE t ADD x int DEFAULT 5"));
    CASES.put("drop_column", ddl("ALTER TABLE t DROP i"));
    CASES.put("rename_column", ddl("ALTER TABLE t RENAME i TO j"));
    CASES.put(
        "drop_then_add_same_name_type", ddl("ALTER TABLE t DROP i", "ALTER TABLE t ADD i int"));
    CASES.put(
        "swap_rename",
        ddl(
            "ALTER TABLE t RENAME c TO z",
            "ALTER TABLE t RENAME d TO c",
            "ALTER TABLE t RENAME z TO d"));
    CASES.put(
        "rename_table",
        new Case(
            List.of(), List.of("ALTER TABLE t RENAME TO tt"), "INSERT INTO tt (id) VALUES (2)"));
    CASES.put("type_widen", ddl("ALTER TABLE t ALTER i TYPE bigint"));
    CASES.put("varchar_len", ddl("ALTER TABLE t ALTER v TYPE varchar(20)"));
    CASES.put("numeric_scale", ddl("ALTER TABLE t ALTER n TYPE numeric(12,4)"));
    CASES.put("ts_to_tstz", ddl("ALTER TABLE t ALTER ts TYPE timestamptz"));
    CASES.put("set_default", ddl("ALTER TABLE t ALTER i SET DEFAULT 5"));
    CASES.put("drop_default", ddl("ALTER TABLE t ALTER i DROP DEFAULT"));
    CASES.put(
        "set_not_null",
        new Case(
            List.of(),
            List.of("ALTER TABLE t ALTER i SET NOT NULL"),
            "INSERT INTO t (id, i) VALUES (2, 2)"));
    CASES.put(
        "drop_not_null",
        after("ALTER TABLE t ALTER i SET NOT NULL", "ALTER TABLE t ALTER i DROP NOT NULL"));
    CASES.put("add_check", ddl("ALTER TABLE t ADD CONSTRAINT k CHECK (i > 0)"));
    CASES.put(
        "add_fk",
        after(
            "CREATE TABLE r (id int PRIMARY KEY)",
            "ALTER TABLE t ADD FOREIGN KEY (d) REFERENCES r"));
    CASES.put("add_unique", ddl("ALTER TABLE t ADD CONSTRAINT u UNIQUE (i)"));
    CASES.put("drop_pk", ddl("ALTER TABLE t DROP CONSTRAINT t_pkey"));
    CASES.put(
        "replace_pk",
        new Case(
            List.of(),
            List.of("ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (id, i)"),
            "INSERT INTO t (id, i) VALUES (2, 2)"));
    CASES.put("replica_identity_full", ddl("ALTER TABLE t REPLICA IDENTITY FULL"));
    CASES.put("replica_identity_nothing", ddl("ALTER TABLE t REPLICA IDENTITY NOTHING"));
    CASES.put("enum_add_value", ddl("ALTER TYPE mood ADD VALUE 'glad'"));
    CASES.put("enum_rename_value", ddl("ALTER TYPE mood RENAME VALUE 'ok' TO 'fine'"));
    CASES.put("rename_type", ddl("ALTER TYPE mood RENAME TO temper"));
    CASES.put("comment", ddl("COMMENT ON COLUMN t.i IS 'said'"));
    CASES.put("collation", ddl("ALTER TABLE t ALTER c TYPE text COLLATE \"C\""));
    CASES.put("storage", ddl("ALTER TABLE t ALTER c SET STORAGE EXTERNAL"));
    CASES.put(
        "add_generated_stored", ddl("ALTER TABLE t ADD g int GENERATED ALWAYS AS (i + 1) STORED"));
    CASES.put("add_identity", ddl("ALTER TABLE t ADD s int GENERATED ALWAYS AS IDENTITY"));
    CASES.put("enable_rls", ddl("ALTER TABLE t ENABLE ROW LEVEL SECURITY"));
    CASES.put("revoke", after("GRANT SELECT ON t TO reader", "REVOKE SELECT ON t FROM reader"));
    // The corpus knows DDLs by name only; what it measured of these two is what they show where
    // they change nothing.
    CASES.put("owner", ddl("ALTER TABLE t OWNER TO CURRENT_USER"));
    CASES.put("disable_trigger", ddl("ALTER TABLE t DISABLE TRIGGER ALL"));
    CASES.put("owner_other", ddl("ALTER TABLE t OWNER TO reader"));
    CASES.put("create_index", ddl("CREATE INDEX x ON t (i)"));
    CASES.put("pub_drop_table", ddl("ALTER PUBLICATION wk DROP TABLE t"));
    CASES.put("pub_column_list", ddl("ALTER PUBLICATION wk SET TABLE t (id, i)"));
    CASES.put("pub_row_filter", ddl("ALTER PUBLICATION wk SET TABLE t WHERE (id < 0)"));
    CASES.put("pub_no_delete", ddl("ALTER PUBLICATION wk SET (publish = 'insert, update')"));
    CASES.put("truncate", ddl("TRUNCATE t"));
    CASES.put("drop_table", new Case(List.of(), List.of("DROP TABLE t"), "SELECT 1"));
    CASES.put(
        "new_table",
        new Case(
            List.of(),
            List.of("CREATE TABLE t2 (id int PRIMARY KEY)", "ALTER PUBLICATION wk ADD TABLE t2"),
            "INSERT INTO t2 VALUES (1)"));
    CASES.put(
        "alter_schema",
        new Case(
            List.of("CREATE SCHEMA s"),
            List.of("ALTER TABLE t SET SCHEMA s"),
            "INSERT INTO s.t (id) VALUES (2)"));
    CASES.put("cluster_rewrite", ddl("CLUSTER t USING t_pkey"));
    CASES.put("inherit_child", ddl("CREATE TABLE k () INHERITS (t)"));
  }

  /** What was shown of a DDL. */
  private record Shown(String alone, String next, boolean changed, boolean noted, boolean looked) {}

  @ParameterizedTest
  @ValueSource(ints = {18, 15})
  void each_ddl_shows_what_the_ledger_says(int major) throws Exception {
    LocalPostgres server = majors.server(major);
    server.createDatabase("seen");
    Map<String, String> ledger = new TreeMap<>();
    Map<String, String> live = new TreeMap<>();
    Map<String, Shown> all = new LinkedHashMap<>();
    try (Lab lab = new Lab(server)) {
      for (Map.Entry<String, Case> each : CASES.entrySet()) {
        Shown shown = lab.run(each.getValue());
        all.put(each.getKey(), shown);
        live.put(each.getKey(), sights(shown));
        ledger.put(
            each.getKey(),
            Visibility.postgres()
                .measured(each.getKey())
                .map(entry -> entry.stream() + " " + entry.trigger() + " " + entry.catalog())
                .orElse("not in the ledger"));
      }
    }

    assertThat(live).isEqualTo(ledger);
    compare(major, all);
  }

  private static String sights(Shown shown) {
    Visibility.Sight stream =
        shown.alone().isEmpty()
            ? shown.changed() ? Visibility.Sight.NEXT_ROW : Visibility.Sight.NEVER
            : Visibility.Sight.AT_ONCE;
    return stream
        + " "
        + (shown.noted() ? Visibility.Sight.AT_ONCE : Visibility.Sight.NEVER)
        + " "
        + (shown.looked() ? Visibility.Sight.NEXT_LOOK : Visibility.Sight.NEVER);
  }

  /** A line of the corpus. Key and replica identity are looked at elsewhere. */
  private static void compare(int major, Map<String, Shown> all) throws Exception {
    if (!Files.exists(CORPUS)) {
      System.out.println("visibility: no corpus at " + CORPUS + "; set -Dcorpus.dir");
      return;
    }
    int equal = 0;
    List<String> differences = new ArrayList<>();
    for (String line : Files.readAllLines(CORPUS)) {
      Map<?, ?> record = Json.parse(line).as(Map.class);
      if (!text(record, "pg").equals(String.valueOf(major))) {
        continue;
      }
      String ddl = text(record, "ddl");
      if (!record.containsKey("sent_by_ddl_alone")) {
        // Refused by the server: HardCasesIT holds that.
        assertThat(ddl).isEqualTo("set_unlogged");
        equal++;
        continue;
      }
      String measured =
          sorted(text(record, "sent_by_ddl_alone"))
              + "/"
              + sorted(text(record, "sent_with_next_dml"))
              + "/"
              + text(record, "relation_changed").equals("true");
      Shown shown = all.get(ddl);
      String now = shown == null ? "" : shown.alone() + "/" + shown.next() + "/" + shown.changed();
      if (measured.equals(now)) {
        equal++;
      } else {
        differences.add(ddl + ": measured " + measured + ", now " + now);
      }
    }
    System.out.println(
        "corpus pgoutput-visibility "
            + major
            + ": equal "
            + equal
            + ", different "
            + differences.size()
            + (differences.isEmpty() ? "" : " " + differences));
    assertThat(differences).isEmpty();
  }

  private static String text(Map<?, ?> record, String member) {
    return String.valueOf(record.get(member)).replace("\"", "");
  }

  private static String sorted(String letters) {
    return new TreeSet<>(Arrays.asList(letters.split(""))).stream().collect(Collectors.joining());
  }

  /** One slot over one database, and a fresh table for each case. */
  private static final class Lab implements AutoCloseable {
    private final Connection app;
    private final Connection replication;
    private final PGReplicationStream log;
    private final Catalog catalog;
    private final SettingsReader reader;
    private int marks;

    Lab(LocalPostgres server) throws Exception {
      app = server.connect("seen");
      catalog = new Catalog(app);
      run("CREATE ROLE reader", "CREATE PUBLICATION wk");
      DdlTrigger.install(app);
      run("SELECT pg_create_logical_replication_slot('seen', 'pgoutput')");
      replication = new Sessions(server.url("seen"), new Properties()).replication();
      log =
          replication
              .unwrap(PGConnection.class)
              .getReplicationAPI()
              .replicationStream()
              .logical()
              .withSlotName("seen")
              .withSlotOption("proto_version", "1")
              .withSlotOption("messages", "true")
              .withSlotOption("publication_names", "wk")
              .start();
      PostgresFeed.Options options =
          new PostgresFeed.Options(
              "seen",
              "shop",
              new Sessions(server.url("seen"), new Properties()),
              java.util.Set.of(),
              java.util.Set.of(),
              "seen",
              "wk",
              Path.of("."),
              1,
              1,
              java.time.Duration.ZERO,
              1,
              1,
              java.time.Duration.ZERO,
              Clock.systemUTC());
      reader = new SettingsReader(options, catalog);
    }

    private void run(String... statements) throws SQLException {
      try (Statement statement = app.createStatement()) {
        for (String sql : statements) {
          statement.execute(sql);
        }
      }
    }

    /** What came up to a mark: kinds of messages, the last description of a relation, and notes. */
    private record Seen(String kinds, Optional<String> relation, List<String> notes) {}

    private Seen drain() throws Exception {
      String mark = "mark " + ++marks;
      run("SELECT pg_logical_emit_message(true, 'mark', '" + mark + "')");
      TreeSet<String> kinds = new TreeSet<>();
      Optional<String> relation = Optional.empty();
      List<String> notes = new ArrayList<>();
      while (true) {
        ByteBuffer message = log.read();
        char kind = (char) message.get(message.position());
        String text =
            new String(
                message.array(),
                message.arrayOffset() + message.position(),
                message.remaining(),
                StandardCharsets.ISO_8859_1);
        if (kind == 'M') {
          if (text.contains(mark)) {
            return new Seen(String.join("", kinds), relation, notes);
          } else if (text.contains("wk.ddl")) {
            notes.add(text.substring(text.indexOf('{')));
          }
        } else if (kind != 'B' && kind != 'C') {
          kinds.add(String.valueOf(kind));
          if (kind == 'R') {
            relation = Optional.of(text);
          }
        }
      }
    }

    Shown run(Case each) throws Exception {
      run(
          "ALTER PUBLICATION wk SET (publish = 'insert, update, delete, truncate')",
          "DROP SCHEMA IF EXISTS s CASCADE",
          "DROP TABLE IF EXISTS t, tt, t2, r, k CASCADE",
          "DROP TYPE IF EXISTS mood, temper CASCADE",
          "CREATE TYPE mood AS ENUM ('sad', 'ok')",
          "CREATE TABLE t (id int PRIMARY KEY, i int, c text, d int, v varchar(10),"
              + " n numeric(10,2), ts timestamp, en mood)",
          "ALTER PUBLICATION wk ADD TABLE t");
      run(each.before().toArray(String[]::new));
      run("INSERT INTO t (id, i) VALUES (1, 1)");
      Optional<String> before = drain().relation();
      long oid = Long.parseLong(catalog.value("SELECT 't'::regclass::oid::bigint").orElseThrow());
      Shape shape = catalog.relation(oid).orElseThrow();
      Table table = new Table((int) oid, Publishes.ALL, shape.relation("shop", Publishes.ALL));
      Observation around = look(table);

      run(each.ddl().toArray(String[]::new));
      Seen alone = drain();
      Optional<Shape> live = catalog.relation(oid);
      boolean looked =
          !live.equals(Optional.of(shape))
              || !new SettingsDrift().detect(around, look(table)).findings().isEmpty();
      boolean noted =
          alone.notes().stream()
              .map(DdlHint::parse)
              .anyMatch(
                  hint ->
                      hint.dropped().contains(String.valueOf(oid))
                          || hint.defined().stream()
                              .anyMatch(
                                  defined ->
                                      !defined.id().equals(shape.id()) || !defined.equals(shape)));
      run(each.row());
      Seen next = drain();
      boolean changed = next.relation().isPresent() && !next.relation().equals(before);
      return new Shown(alone.kinds(), next.kinds(), changed, noted, looked);
    }

    /** By somebody whose rights can be taken away. */
    private Observation look(Table table) throws SQLException {
      run("SET ROLE reader");
      try {
        return reader.read(List.of(table)).values().iterator().next();
      } finally {
        run("RESET ROLE");
      }
    }

    @Override
    public void close() throws SQLException {
      replication.close();
      run("SELECT pg_terminate_backend(active_pid, 10000) FROM pg_replication_slots WHERE active");
      app.close();
    }
  }
}
