package dev.weirkeeper.drift.postgres.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.drift.plan.Hazard;
import dev.weirkeeper.drift.plan.Identity;
import dev.weirkeeper.drift.plan.LockMode;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.plan.MigrationPlanner;
import dev.weirkeeper.drift.plan.PlanOptions;
import dev.weirkeeper.drift.plan.Refusal;
import dev.weirkeeper.drift.plan.SchemaComparison;
import dev.weirkeeper.drift.plan.Work;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.testkit.LocalPostgres;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Plans whose way matters as much as their end, each on a real server. */
class PlannedOnServerIT {
  private static final PlanOptions DIRECT =
      PlanOptions.direct().with(PlanOptions.Destruction.ALLOW);
  private static final PlanOptions ONLINE =
      PlanOptions.online().with(PlanOptions.Destruction.ALLOW);

  private static LocalPostgres server;
  private static Workbench here;
  private static Workbench there;

  @BeforeAll
  static void start() throws Exception {
    server = Majors.start(Majors.NEW);
    here = Workbench.open(server, "here");
    there = Workbench.open(server, "there");
    server.execute(
        "postgres", "CREATE ROLE reader", "CREATE ROLE \"re'ad\"\"er\"", "CREATE ROLE keeper");
  }

  @AfterAll
  static void stop() throws Exception {
    here.close();
    there.close();
    server.close();
  }

  @BeforeEach
  void empty() throws SQLException {
    here.clear();
    there.clear();
  }

  private static DatabaseSchema read(Workbench bench) throws SQLException {
    return SchemaReader.ofAll().read(bench.connection()).schema();
  }

  private static Migration plan(PlanOptions options, Identity.Rename... renames)
      throws SQLException {
    return MigrationPlanner.plan(
        SchemaComparison.between(read(here), read(there), Identity.names(List.of(renames))),
        options);
  }

  private static void perform(List<Migration.Step> steps) throws SQLException {
    StepRun run = new StepRun(here);
    run.perform(steps);
    assertThat(run.undeclared()).isEmpty();
  }

  /** All the way, with nothing refused and nothing left. */
  private static void converge(Migration migration) throws SQLException {
    assertThat(migration.refusals()).isEmpty();
    perform(migration.steps());
    assertThat(
            CatalogOracle.read(here.connection())
                .differences(CatalogOracle.read(there.connection())))
        .isEmpty();
  }

  private static String value(String sql) throws SQLException {
    try (Statement statement = here.connection().createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return String.valueOf(row.getString(1));
    }
  }

  private static ObjectName name(String table) {
    return new ObjectName("public", table);
  }

  private static Identity.Rename table(String old, String now) {
    return new Identity.Rename(
        Item.of(Item.Kind.TABLE, name(old)), Item.of(Item.Kind.TABLE, name(now)));
  }

  private static Identity.Rename column(String old, String now) {
    return new Identity.Rename(Item.column(name("t"), old), Item.column(name("t"), now));
  }

  @Test
  void a_trigger_on_a_column_that_gets_another_type_is_never_away() throws Exception {
    String function =
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';";
    String trigger =
        "CREATE TRIGGER tr BEFORE UPDATE OF a ON t FOR EACH ROW WHEN (NEW.a > 1) EXECUTE FUNCTION"
            + " f();";
    here.script("CREATE TABLE t (a integer, b integer);" + function + trigger);
    there.script("CREATE TABLE t (a bigint, b bigint);" + function + trigger);

    for (PlanOptions options : List.of(DIRECT, ONLINE)) {
      Migration migration = plan(options);
      assertThat(migration.steps())
          .filteredOn(step -> String.join(";", step.statements()).contains("TRIGGER"))
          .singleElement()
          .satisfies(
              step -> {
                assertThat(step.statements()).hasSize(3);
                assertThat(step.statements().get(1)).contains("TYPE bigint");
                assertThat(step.hazards()).doesNotContain(Hazard.UNPROTECTED_WINDOW);
                assertThat(step.work()).isEqualTo(Work.REWRITE);
              });
    }
    converge(plan(DIRECT));
  }

  @Test
  void a_view_that_is_made_again_keeps_its_owner_its_rights_and_its_defaults() throws Exception {
    // Whatever a name holds, it stays a name.
    String v = "\"v'\"\"$wk$ %s\\\"";
    String views =
        "CREATE VIEW "
            + v
            + " WITH (security_barrier = true) AS SELECT a, b AS \"se\"\"l'ect\" FROM t;"
            + "CREATE VIEW w AS SELECT a FROM "
            + v
            + "; COMMENT ON VIEW w IS 'it''s'; ALTER VIEW "
            + v
            + " ALTER COLUMN \"se\"\"l'ect\" SET DEFAULT 'x';";
    here.script("CREATE TABLE t (a integer, b text);" + views);
    here.execute("GRANT ALL ON SCHEMA public TO keeper");
    here.execute(
        "ALTER VIEW "
            + v
            + " OWNER TO keeper; GRANT SELECT ON "
            + v
            + " TO PUBLIC; GRANT UPDATE (\"se\"\"l'ect\") ON "
            + v
            + " TO \"re'ad\"\"er\"; GRANT SELECT ON w TO \"re'ad\"\"er\" WITH GRANT OPTION");
    there.script("CREATE TABLE t (a bigint, b text);" + views);
    there.execute("GRANT ALL ON SCHEMA public TO keeper");
    there.execute("ALTER VIEW " + v + " OWNER TO keeper");
    String rights =
        "SELECT string_agg(concat_ws('/', c.relname, pg_get_userbyid(c.relowner), (SELECT"
            + " string_agg(x::text, ',' ORDER BY x::text) FROM unnest(c.relacl) x), (SELECT"
            + " string_agg(a.attname || a.attacl::text, ',') FROM pg_attribute a WHERE a.attrelid ="
            + " c.oid), (SELECT string_agg(pg_get_expr(d.adbin, d.adrelid), ',') FROM pg_attrdef d"
            + " WHERE d.adrelid = c.oid)), ' ' ORDER BY c.relname) FROM pg_class c WHERE c.relkind ="
            + " 'v' AND c.relnamespace = 'public'::regnamespace";
    String before = value(rights);
    assertThat(before).contains("keeper").contains("re'ad").contains("'x'");

    Migration migration = plan(ONLINE);
    assertThat(migration.steps())
        .filteredOn(step -> String.join(";", step.statements()).contains(" VIEW "))
        .filteredOn(step -> !step.statements().get(0).startsWith("COMMENT"))
        .hasSize(1);
    converge(migration);

    assertThat(value(rights)).isEqualTo(before);
  }

  @Test
  void triggers_of_a_view_come_back_with_it() throws Exception {
    String rest =
        "CREATE VIEW v AS SELECT a FROM t; CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS"
            + " 'BEGIN RETURN NEW; END'; CREATE TRIGGER tr INSTEAD OF INSERT ON v FOR EACH ROW"
            + " EXECUTE FUNCTION f();";
    here.script("CREATE TABLE t (a integer);" + rest);
    there.script("CREATE TABLE t (a bigint);" + rest);

    converge(plan(DIRECT));
  }

  @Test
  void a_table_in_use_becomes_a_partition_without_being_read_under_its_lock() throws Exception {
    String tables =
        "CREATE TABLE p (k integer NOT NULL, r text) PARTITION BY RANGE (k);"
            + "CREATE TABLE q (\"Key\" text, v integer) PARTITION BY LIST (\"Key\");"
            + "CREATE TABLE s (k integer NOT NULL, r text) PARTITION BY LIST (r);";
    String parts =
        "CREATE TABLE p1 (k integer NOT NULL, r text); CREATE TABLE q1 (\"Key\" text, v integer);"
            + "CREATE TABLE s1 (k integer NOT NULL, r text);";
    here.script(tables + parts);
    here.execute("INSERT INTO p1 SELECT i, 'x' FROM generate_series(1, 90) i");
    here.execute("INSERT INTO q1 VALUES ('it''s', 1), (NULL, 2), ('b', 3)");
    here.execute("INSERT INTO s1 SELECT i, 'x' FROM generate_series(1, 90) i");
    here.execute("ALTER TABLE p ATTACH PARTITION s FOR VALUES FROM (0) TO (1000)");
    there.script(tables + parts);
    there.execute("ALTER TABLE p ATTACH PARTITION s FOR VALUES FROM (0) TO (1000)");
    there.execute("ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (MINVALUE) TO (0)");
    there.execute("ALTER TABLE q ATTACH PARTITION q1 FOR VALUES IN ('it''s', 'b', NULL)");
    there.execute("ALTER TABLE s ATTACH PARTITION s1 FOR VALUES IN ('x')");
    here.execute("UPDATE p1 SET k = -k");

    Migration migration = plan(ONLINE);

    List<Migration.Step> attaching =
        migration.steps().stream()
            .filter(step -> step.statements().get(0).contains("ATTACH PARTITION"))
            .toList();
    assertThat(attaching)
        .hasSize(3)
        .allSatisfy(step -> assertThat(step.hazards()).doesNotContain(Hazard.FULL_SCAN));
    // What is measured beside it would be undeclared.
    converge(migration);
  }

  @Test
  void a_default_partition_is_looked_through_and_that_is_declared() throws Exception {
    String tables =
        "CREATE TABLE p (k integer) PARTITION BY RANGE (k); CREATE TABLE rest PARTITION OF p"
            + " DEFAULT; CREATE TABLE p1 (k integer);";
    here.script(tables);
    there.script(tables);
    there.execute("ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (1) TO (9)");

    Migration migration = plan(ONLINE);

    assertThat(migration.steps())
        .filteredOn(step -> step.statements().get(0).contains("ATTACH PARTITION"))
        .singleElement()
        .satisfies(step -> assertThat(step.locks()).containsKey("public.rest"));
    converge(migration);
  }

  @Test
  void renames_that_were_made_before_a_plan_was_broken_off_are_not_made_again() throws Exception {
    here.script("CREATE TABLE t (a integer, b text, c date);");
    here.execute("INSERT INTO t VALUES (1, 'one', '2026-01-01')");
    there.script("CREATE TABLE n (b integer, a text, d date, e integer);");
    Identity.Rename[] renames = {
      table("t", "n"),
      new Identity.Rename(Item.column(name("t"), "a"), Item.column(name("n"), "b")),
      new Identity.Rename(Item.column(name("t"), "b"), Item.column(name("n"), "a")),
      new Identity.Rename(Item.column(name("t"), "c"), Item.column(name("n"), "d"))
    };

    Migration first = plan(DIRECT, renames);
    List<Migration.Step> begun =
        first.steps().stream().filter(step -> step.kind().equals("table.renamed")).toList();
    assertThat(begun).hasSize(1);
    perform(begun);
    converge(plan(DIRECT, renames));

    assertThat(value("SELECT concat_ws(' ', b, a, d) FROM n")).isEqualTo("1 one 2026-01-01");
  }

  @Test
  void names_passed_on_in_a_row_are_passed_on_at_once() throws Exception {
    here.script("CREATE TABLE t (a integer, b integer);");
    here.execute("INSERT INTO t VALUES (1, 2)");
    there.script("CREATE TABLE t (b integer, c integer, x text);");
    Identity.Rename[] renames = {column("a", "b"), column("b", "c")};

    List<Migration.Step> steps = new ArrayList<>(plan(DIRECT, renames).steps());
    assertThat(steps.get(0).statements()).hasSize(2);
    perform(steps.subList(0, 1));
    converge(plan(DIRECT, renames));

    assertThat(value("SELECT concat_ws(' ', b, c) FROM t")).isEqualTo("1 2");
  }

  @Test
  void a_name_whose_owner_may_not_be_dropped_is_not_given_away() throws Exception {
    here.script("CREATE TABLE a (x integer); CREATE TABLE b (y integer); CREATE TABLE c (z date);");
    there.script("CREATE TABLE b (x integer, more text); CREATE TABLE c (z timestamp);");

    Migration migration = plan(PlanOptions.direct(), table("a", "b"));

    assertThat(migration.steps()).isEmpty();
    assertThat(migration.refusals())
        .singleElement()
        .satisfies(refusal -> assertThat(refusal.subject()).isEqualTo("public.b"));
  }

  @Test
  void what_belongs_to_a_dropped_table_is_not_taken_for_what_belongs_to_its_successor()
      throws Exception {
    here.script(
        "CREATE TABLE a (x integer, y integer); CREATE TABLE b (x integer); CREATE INDEX i ON b"
            + " (x); CREATE VIEW v AS SELECT x FROM b;");
    here.execute("INSERT INTO a VALUES (1, 2)");
    there.script(
        "CREATE TABLE b (x integer); CREATE INDEX i ON b (x); CREATE VIEW v AS SELECT x FROM b;");

    converge(plan(DIRECT, table("a", "b")));

    assertThat(value("SELECT x FROM v")).isEqualTo("1");
  }

  @Test
  void a_column_of_a_dropped_type_gets_the_type_that_has_its_name_now() throws Exception {
    here.script(
        "CREATE TYPE e AS ENUM ('one', 'two'); CREATE TYPE n AS ENUM ('two', 'one', 'six'); CREATE"
            + " TABLE t (m e);");
    here.execute("INSERT INTO t VALUES ('two')");
    there.script("CREATE TYPE e AS ENUM ('two', 'one', 'six'); CREATE TABLE t (m e);");

    converge(
        plan(
            DIRECT,
            new Identity.Rename(
                Item.of(Item.Kind.ENUM, name("n")), Item.of(Item.Kind.ENUM, name("e")))));

    assertThat(value("SELECT m FROM t")).isEqualTo("two");
  }

  @Test
  void an_index_can_get_the_name_that_a_key_gives_up() throws Exception {
    here.script(
        "CREATE TABLE t (a integer CONSTRAINT k PRIMARY KEY, b integer); CREATE INDEX i ON t (b);");
    there.script(
        "CREATE TABLE t (a integer CONSTRAINT k2 PRIMARY KEY, b integer); CREATE INDEX k ON t (b);");

    converge(
        plan(
            DIRECT,
            new Identity.Rename(
                new Item(Item.Kind.CONSTRAINT, name("t"), "k"),
                new Item(Item.Kind.CONSTRAINT, name("t"), "k2")),
            new Identity.Rename(
                Item.of(Item.Kind.INDEX, name("i")), Item.of(Item.Kind.INDEX, name("k")))));
  }

  @Test
  void only_another_collation_is_not_done_before_it_is_done() throws Exception {
    here.script("CREATE TABLE t (a text);");
    there.script("CREATE TABLE t (a text COLLATE \"C\");");

    Migration migration = plan(DIRECT);

    assertThat(migration.steps()).singleElement().extracting(Migration.Step::probe).isNotNull();
    String probe = migration.steps().get(0).probe().orElse("SELECT false");
    assertThat(value(probe)).isEqualTo("f");
    converge(migration);
  }

  @Test
  void who_plans_for_a_database_in_use_is_told_of_the_other_way() throws Exception {
    here.script(
        "CREATE TABLE t (a json, b integer, c integer); CREATE INDEX ON t (b); CREATE TABLE o (x"
            + " integer);");
    there.script(
        "CREATE TABLE t (a text, b bigint, d integer); CREATE INDEX ON t (b); CREATE TABLE n (x"
            + " integer);");

    assertThat(plan(ONLINE, column("c", "d"), table("o", "n")).remarks())
        .anyMatch(told -> told.contains("t.a") && told.contains("changeType is the other way"))
        .anyMatch(
            told -> told.contains("t.b") && told.contains("changeType cannot do it: an index"))
        .anyMatch(told -> told.contains("t.c") && told.contains("renameColumn is the other way"))
        .anyMatch(told -> told.contains("public.o") && told.contains("renameTable is the other"));
  }

  @Test
  void a_check_of_a_domain_says_which_tables_it_reads() throws Exception {
    here.script("CREATE DOMAIN d AS integer; CREATE DOMAIN dd AS d; CREATE TABLE t (a dd, b d);");
    there.script(
        "CREATE DOMAIN d AS integer NOT NULL CONSTRAINT positive CHECK (VALUE > 0); CREATE DOMAIN dd"
            + " AS d; CREATE TABLE t (a dd, b d);");

    assertThat(plan(ONLINE).steps())
        .filteredOn(step -> step.kind().equals("domain.changed"))
        .hasSize(2)
        .allSatisfy(step -> assertThat(step.locks()).containsEntry("public.t", LockMode.SHARE))
        .allSatisfy(step -> assertThat(step.hazards()).contains(Hazard.LOCK_SHARE));
    converge(plan(ONLINE));
  }

  @Test
  void a_type_is_known_by_its_name_whatever_has_to_be_quoted() throws Exception {
    here.script(
        "CREATE DOMAIN \"order\" AS varchar(5); CREATE TABLE t (a \"order\"); INSERT INTO t VALUES"
            + " ('x');");
    there.script("CREATE DOMAIN \"order\" AS varchar(5); CREATE TABLE t (a text);");

    converge(plan(DIRECT));
    assertThat(value("SELECT a FROM t")).isEqualTo("x");
  }

  @Test
  void extended_statistics_are_in_nobodys_way() throws Exception {
    String statistics = "CREATE STATISTICS s ON a, b FROM t;";
    here.script("CREATE TABLE t (a integer, b integer);" + statistics);
    there.script("CREATE TABLE t (a bigint, b integer);" + statistics);

    converge(plan(DIRECT));
  }

  @Test
  void a_type_that_needs_a_rewrite_is_reached_by_a_second_column_wherever_it_is_broken_off()
      throws Exception {
    here.execute("GRANT ALL ON SCHEMA public TO keeper");
    String before =
        "CREATE SEQUENCE s AS integer; CREATE TABLE t (id integer, a integer NOT NULL DEFAULT"
            + " nextval('s'), b date); ALTER SEQUENCE s OWNED BY t.a; ALTER TABLE t ALTER a SET"
            + " STATISTICS 50; COMMENT ON COLUMN t.a IS 'it''s'; INSERT INTO t SELECT i, 2 * i FROM"
            + " generate_series(1, 30) i; GRANT UPDATE (a) ON t TO reader;";
    there.script(
        "CREATE SEQUENCE s AS bigint; CREATE TABLE t (id integer, a bigint NOT NULL DEFAULT"
            + " nextval('s'), b date); ALTER SEQUENCE s OWNED BY t.a; ALTER TABLE t ALTER a SET"
            + " STATISTICS 50; COMMENT ON COLUMN t.a IS 'it''s';");
    here.script(before);
    int steps = plan(PlanOptions.online()).steps().size();
    assertThat(plan(PlanOptions.online()).steps())
        .allSatisfy(step -> assertThat(step.work()).isNotEqualTo(Work.REWRITE));

    for (int done = 0; done < steps; done++) {
      here.clear();
      here.script(before);
      perform(plan(PlanOptions.online()).steps().subList(0, done));
      converge(plan(PlanOptions.online()));

      assertThat(value("SELECT sum(a) FROM t")).isEqualTo("930");
      assertThat(
              value(
                  "SELECT attacl::text FROM pg_attribute WHERE attrelid = 't'::regclass AND attname"
                      + " = 'a'"))
          .contains("reader=w/");
    }
    for (int done = 0; done < steps; done++) {
      here.clear();
      here.script(before);
      perform(plan(PlanOptions.online()).steps().subList(0, done));
      converge(plan(PlanOptions.direct()));
    }
  }

  @Test
  void a_table_leaves_its_key_before_that_goes() throws Exception {
    here.script(
        "CREATE TABLE a (x integer CONSTRAINT k PRIMARY KEY); CREATE TABLE b (y integer REFERENCES"
            + " a);");
    there.script("CREATE TABLE a (x integer NOT NULL);");

    Migration kept = plan(PlanOptions.direct());
    perform(kept.steps());
    assertThat(kept.refusals()).extracting(Refusal::kind).contains("pk.removed", "table.removed");
    converge(plan(DIRECT));
  }

  @Test
  void columns_that_a_partition_has_no_more_go_before_it_becomes_one() throws Exception {
    String whole = "CREATE TABLE p (k integer) PARTITION BY RANGE (k);";
    here.script(whole + "CREATE TABLE t (k integer, old text); INSERT INTO t VALUES (1, 'x');");
    there.script(whole + "CREATE TABLE t PARTITION OF p FOR VALUES FROM (0) TO (9);");

    converge(plan(DIRECT));
  }

  @Test
  void checks_are_made_anew_when_a_type_changes_and_that_reads_the_table() throws Exception {
    here.script("CREATE TABLE t (a varchar(9) CONSTRAINT c CHECK (a IS NOT NULL));");
    there.script("CREATE TABLE t (a text CONSTRAINT c CHECK (a IS NOT NULL));");

    converge(plan(ONLINE));
  }

  @Test
  void a_column_can_get_the_not_null_whose_name_another_one_had() throws Exception {
    here.script("CREATE TABLE t (a integer CONSTRAINT n NOT NULL);");
    there.script("CREATE TABLE t (b text CONSTRAINT n NOT NULL);");

    converge(plan(DIRECT));
  }

  @Test
  void a_rename_of_which_nothing_tells_whether_it_was_made_is_not_made() throws Exception {
    here.script("CREATE TABLE t (a integer, b integer);");
    there.script("CREATE TABLE t (a text, b integer);");

    Migration migration = plan(DIRECT, column("a", "b"));

    assertThat(migration.steps()).isEmpty();
    assertThat(migration.refusals())
        .singleElement()
        .satisfies(refusal -> assertThat(refusal.why()).contains("renamed already"));
  }
}
