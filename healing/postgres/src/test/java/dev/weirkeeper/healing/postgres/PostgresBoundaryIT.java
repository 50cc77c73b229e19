package dev.weirkeeper.healing.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.healing.postgres.PostgresBoundary.Danger;
import dev.weirkeeper.healing.postgres.PostgresBoundary.Limits;
import dev.weirkeeper.healing.postgres.PostgresBoundary.Login;
import dev.weirkeeper.testkit.LocalPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The boundary as its administrator has to do with it. */
class PostgresBoundaryIT {
  private static final AtomicInteger DATABASES = new AtomicInteger();
  private static LocalPostgres server;

  private String database;

  @BeforeAll
  static void start() throws Exception {
    server = Majors.start(18);
    server.execute("postgres", "CREATE ROLE mallory", "CREATE ROLE app LOGIN");
    server.createDatabase("bounded");
    try (Connection administrator = server.connect("bounded")) {
      PostgresBoundary.install(administrator);
    }
    server.execute("bounded", "CREATE SCHEMA gold", "SELECT wk.allow_schema('gold')");
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @BeforeEach
  void open() throws Exception {
    database = "b" + DATABASES.incrementAndGet();
    server.execute(
        "postgres",
        "CREATE DATABASE " + database + " TEMPLATE bounded",
        "REVOKE TEMPORARY ON DATABASE " + database + " FROM PUBLIC");
  }

  // Installing and taking out.

  @Test
  void two_administrators_install_at_once_in_two_databases_of_a_cluster() throws Exception {
    try (LocalPostgres fresh = Majors.start(18)) {
      fresh.createDatabase("one");
      fresh.createDatabase("two");
      List<CompletableFuture<Void>> installs =
          Stream.of("one", "two", "one", "two")
              .map(
                  name ->
                      CompletableFuture.runAsync(
                          () -> {
                            try (Connection administrator = fresh.connect(name)) {
                              PostgresBoundary.install(administrator);
                              PostgresBoundary.installGuard(administrator);
                              PostgresBoundary.harden(administrator);
                            } catch (SQLException e) {
                              throw new CompletionException(e);
                            }
                          }))
              .toList();
      for (CompletableFuture<Void> install : installs) {
        install.get(60, TimeUnit.SECONDS);
      }
      for (String name : List.of("one", "two")) {
        try (Connection administrator = fresh.connect(name)) {
          assertThat(PostgresBoundary.check(administrator, Login.CHANGE))
              .isEqualTo(new PostgresBoundary.Report(Login.CHANGE, List.of(), List.of()));
        }
      }
    }
  }

  @Test
  void a_boundary_of_a_newer_library_is_left_alone() throws Exception {
    execute("INSERT INTO wk.installed (version) VALUES (99)");

    try (Connection administrator = server.connect(database)) {
      assertThatThrownBy(() -> PostgresBoundary.install(administrator))
          .hasMessageContaining("version 99")
          .hasMessageContaining("upgrade the library");
    }
  }

  @Test
  void invariant_4_functions_that_lie_in_wait_do_not_run_as_the_administrator() throws Exception {
    server.createDatabase("trapped");
    server.execute(
        "trapped",
        "CREATE TABLE public.caught (who name)",
        "CREATE FUNCTION public.format(text, name) RETURNS text LANGUAGE plpgsql AS"
            + " 'BEGIN INSERT INTO public.caught VALUES (current_user); RETURN ''SELECT 1''; END'",
        "CREATE FUNCTION public.current_setting(varchar) RETURNS text LANGUAGE plpgsql AS"
            + " 'BEGIN INSERT INTO public.caught VALUES (current_user); RETURN $1; END'");

    try (Connection administrator = server.connect("trapped")) {
      administrator.setAutoCommit(false);
      PostgresBoundary.install(administrator);
      PostgresBoundary.installGuard(administrator);
      PostgresBoundary.allowSchema(administrator, "public");
      PostgresBoundary.adopt(administrator, "public.caught");
      assertThat(values(administrator, "SHOW search_path")).containsExactly("\"$user\", public");
      PostgresBoundary.uninstall(administrator);
      administrator.commit();
      assertThat(values(administrator, "SELECT who FROM public.caught")).isEmpty();
    }
  }

  @Test
  void invariant_4_an_event_trigger_of_somebody_else_stops_all_changes() throws Exception {
    execute(
        "CREATE TABLE gold.orders (id int)",
        "SELECT wk.adopt('gold.orders')",
        "CREATE FUNCTION public.e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'",
        "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION public.e()",
        "ALTER FUNCTION public.e() OWNER TO mallory");

    assertThatThrownBy(
            () ->
                execute(
                    "SET SESSION AUTHORIZATION wk_change",
                    "SELECT wk.change(repeat('2', 64), 'comment', c.oid, 'id', NULL, NULL, NULL,"
                        + " false, NULL, NULL, 'x', wk.fingerprint('gold', 'orders'))"
                        + " FROM pg_class c WHERE c.relname = 'orders'"))
        .hasMessageContaining("event trigger runs code");
    assertThat(dangers(Login.CHANGE))
        .containsExactly(
            new Danger(
                "event trigger e runs code of somebody who is not the administrator",
                "ALTER EVENT TRIGGER e DISABLE"));
  }

  @Test
  void a_schema_of_this_name_that_is_somebody_elses_is_not_taken() throws Exception {
    server.createDatabase("foreign");
    server.execute("foreign", "CREATE SCHEMA wk", "CREATE TABLE wk.precious (id int)");

    try (Connection administrator = server.connect("foreign")) {
      assertThatThrownBy(() -> PostgresBoundary.install(administrator))
          .hasMessageContaining("a schema wk of somebody else");
      assertThat(administrator.getAutoCommit()).isTrue();
    }
  }

  @Test
  void an_administrator_without_superuser_installs_uses_and_takes_out_on_18() throws Exception {
    try (LocalPostgres fresh = Majors.start(18)) {
      manage(fresh);
    }
  }

  @Test
  void an_administrator_without_superuser_installs_uses_and_takes_out_on_14() throws Exception {
    try (LocalPostgres fresh = Majors.start(14)) {
      manage(fresh);
    }
  }

  /** As where PostgreSQL is rented: no superuser, no event triggers, names of all kinds. */
  private static void manage(LocalPostgres fresh) throws Exception {
    fresh.execute("postgres", "CREATE ROLE \"dba-1\" LOGIN CREATEROLE CREATEDB");
    try (Connection dba = fresh.connect("postgres", "dba-1");
        Statement statement = dba.createStatement()) {
      statement.execute("CREATE DATABASE rented");
    }
    // On 14 it does not belong to the owner of the database.
    fresh.execute("rented", "REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    try (Connection dba = fresh.connect("rented", "dba-1");
        Statement statement = dba.createStatement()) {
      PostgresBoundary.install(dba);
      PostgresBoundary.install(dba);
      statement.execute("CREATE SCHEMA gold");
      statement.execute("CREATE TABLE gold.orders (id serial PRIMARY KEY, n int NOT NULL)");
      statement.execute("INSERT INTO gold.orders (n) VALUES (1), (2)");
      PostgresBoundary.allowSchema(dba, "gold");
      PostgresBoundary.adopt(dba, "gold.orders");
      PostgresBoundary.adopt(dba, "gold.orders");
      for (Login login : Login.values()) {
        assertThat(PostgresBoundary.check(dba, login).dangers()).as(login.role()).isEmpty();
      }
      assertThatThrownBy(() -> statement.execute("ALTER TABLE gold.orders DROP COLUMN n"))
          .hasMessageContaining("must be owner");

      try (Connection change = fresh.connect("rented", "wk_change");
          Statement act = change.createStatement()) {
        act.execute(
            "SELECT wk.create_table(repeat('1', 64), 'gold', 'mirror',"
                + " '[{\"name\": \"id\", \"typ\": 20}]', '{id}', wk.fingerprint('gold', 'mirror'))");
        act.execute(
            "SELECT wk.change(repeat('2', 64), 'drop_not_null', c.oid, 'n', NULL, NULL, NULL, false,"
                + " NULL, NULL, NULL, wk.fingerprint('gold', 'orders')) FROM pg_class c"
                + " WHERE c.relname = 'orders'");
      }
      try (Connection rows = fresh.connect("rented", "wk_rows");
          Statement write = rows.createStatement()) {
        write.execute("INSERT INTO gold.orders (n) VALUES (NULL)");
        write.execute("DELETE FROM gold.orders WHERE id = 1");
        write.execute("INSERT INTO gold.mirror VALUES (7)");
      }
      // Who reads a mirror is for the administrator to say.
      statement.execute("GRANT SELECT ON gold.mirror TO PUBLIC");

      PostgresBoundary.release(dba, "gold.orders", "dba-1");
      statement.execute("ALTER TABLE gold.orders ADD COLUMN mine int");
      PostgresBoundary.uninstall(dba);
      assertThat(values(dba, "SELECT count(*)::text FROM gold.orders")).containsExactly("2");
      assertThat(values(dba, "SELECT id::text FROM gold.mirror")).containsExactly("7");
      assertThat(
              values(
                  dba,
                  "SELECT relname || ' ' || relowner::regrole FROM pg_class"
                      + " WHERE relnamespace = 'gold'::regnamespace AND relkind = 'r' ORDER BY 1"))
          .containsExactly("mirror \"dba-1\"", "orders \"dba-1\"");
      assertThat(values(dba, "SELECT rolname FROM pg_roles WHERE rolname LIKE 'wk\\_%'")).isEmpty();
    }
  }

  @Test
  void taking_out_gives_tables_back_with_their_rows_and_leaves_other_databases_alone()
      throws Exception {
    execute(
        "CREATE TYPE gold.mood AS ENUM ('ok')",
        "CREATE TABLE gold.orders (id int, mood gold.mood)",
        "INSERT INTO gold.orders VALUES (1, 'ok')",
        "SELECT wk.adopt('gold.orders')");

    try (Connection administrator = server.connect(database)) {
      PostgresBoundary.installGuard(administrator);
      PostgresBoundary.uninstall(administrator);
      PostgresBoundary.uninstall(administrator);
    }

    assertThat(query("SELECT id || ' ' || mood FROM gold.orders")).containsExactly("1 ok");
    assertThat(query("SELECT to_regnamespace('wk')::text")).containsOnlyNulls();
    assertThat(
            query(
                "SELECT relowner::regrole::text FROM pg_class WHERE relname = 'orders' UNION ALL"
                    + " SELECT typowner::regrole::text FROM pg_type WHERE typname = 'mood'"))
        .containsExactly("postgres", "postgres");
    assertThat(query("SELECT tgname FROM pg_trigger")).isEmpty();
    // The template and the other databases still need the roles.
    assertThat(query("SELECT count(*)::text FROM pg_roles WHERE rolname LIKE 'wk\\_%'"))
        .containsExactly("5");
  }

  // Taking tables into care.

  @Test
  void invariant_4_a_table_that_leans_on_others_is_not_taken_into_care() throws Exception {
    execute(
        "CREATE FUNCTION public.f(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1'",
        "ALTER FUNCTION public.f(int) OWNER TO mallory",
        "CREATE FUNCTION public.t() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "ALTER FUNCTION public.t() OWNER TO mallory",
        "CREATE DOMAIN public.d AS int CHECK (public.f(VALUE) > 0)",
        "CREATE TABLE public.elsewhere (id int)",
        "CREATE TABLE gold.checks (id int CHECK (public.f(id) > 0))",
        "CREATE TABLE gold.defaults (id int DEFAULT public.f(1))",
        "CREATE TABLE gold.generated (id int, g int GENERATED ALWAYS AS (public.f(id)) STORED)",
        "CREATE TABLE gold.indexed (id int)",
        "CREATE INDEX ON gold.indexed (public.f(id))",
        "CREATE TABLE gold.partial (id int)",
        "CREATE INDEX ON gold.partial (id) WHERE public.f(id) > 0",
        "CREATE TABLE gold.counted (id int, n int)",
        "CREATE STATISTICS gold.s ON (public.f(n)), id FROM gold.counted",
        "CREATE TABLE gold.triggered (id int)",
        "CREATE TRIGGER t BEFORE INSERT ON gold.triggered FOR EACH ROW EXECUTE FUNCTION public.t()",
        "CREATE TABLE gold.policied (id int)",
        "CREATE POLICY p ON gold.policied USING (public.f(id) > 0)",
        "CREATE TABLE gold.domained (id public.d)",
        "CREATE TABLE gold.domains (ids public.d[])",
        "CREATE TABLE gold.parted (id int CHECK (id > 0)) PARTITION BY RANGE (id)",
        "CREATE TABLE gold.parted_1 PARTITION OF gold.parted (CHECK (public.f(id) > 0)) DEFAULT",
        "CREATE TABLE gold.ruled (id int)",
        "CREATE RULE r AS ON INSERT TO gold.ruled DO ALSO NOTHING",
        "CREATE TABLE gold.parent (id int)",
        "CREATE TABLE gold.child () INHERITS (gold.parent)",
        "CREATE UNLOGGED TABLE gold.unlogged (id int)",
        "CREATE TYPE gold.c AS (id int)",
        "CREATE TABLE gold.typed OF gold.c",
        "CREATE VIEW gold.v AS SELECT 1",
        "CREATE TABLE gold.open (id int)",
        "GRANT TRUNCATE ON gold.open TO PUBLIC",
        "CREATE TABLE gold.half_open (id int, n int)",
        "GRANT UPDATE (n) ON gold.half_open TO PUBLIC",
        "CREATE TABLE gold.referenced (id int PRIMARY KEY)",
        "CREATE TABLE gold.referencing (id int REFERENCES gold.referenced ON DELETE CASCADE)");

    Map<String, String> reasons =
        Map.ofEntries(
            Map.entry("gold.checks", "function public.f(integer), owned by mallory"),
            Map.entry("gold.defaults", "owned by mallory"),
            Map.entry("gold.generated", "owned by mallory"),
            Map.entry("gold.indexed", "owned by mallory"),
            Map.entry("gold.partial", "owned by mallory"),
            Map.entry("gold.counted", "function public.f(integer), owned by mallory"),
            Map.entry("gold.triggered", "function public.t(), owned by mallory"),
            Map.entry("gold.policied", "owned by mallory"),
            Map.entry("gold.domained", "owned by mallory"),
            Map.entry("gold.domains", "owned by mallory"),
            Map.entry("gold.parted", "owned by mallory"),
            Map.entry("gold.parted_1", "it is a partition"),
            Map.entry("gold.ruled", "it has rules"),
            Map.entry("gold.parent", "inherits or is inherited"),
            Map.entry("gold.child", "inherits or is inherited"),
            Map.entry("gold.unlogged", "unlogged"),
            Map.entry("gold.typed", "composite type"),
            Map.entry("gold.v", "no ordinary or partitioned table"),
            Map.entry("gold.open", "everybody has TRUNCATE"),
            Map.entry("gold.half_open", "everybody has UPDATE"),
            Map.entry("gold.referenced", "cascades to gold.referencing"),
            Map.entry("public.elsewhere", "SELECT wk.allow_schema('public')"),
            Map.entry("wk.managed", "bookkeeping"));
    try (Connection administrator = server.connect(database)) {
      reasons.forEach(
          (table, reason) ->
              assertThatThrownBy(() -> PostgresBoundary.adopt(administrator, table))
                  .as(table)
                  .isInstanceOfSatisfying(
                      SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("WK012"))
                  .hasMessageContaining(reason));
    }
    assertThat(query("SELECT relid::text FROM wk.managed")).isEmpty();
  }

  @Test
  void invariant_4_code_that_is_put_behind_a_table_later_stops_its_changes() throws Exception {
    execute(
        "CREATE TABLE gold.orders (id int)",
        "SELECT wk.adopt('gold.orders')",
        "CREATE FUNCTION public.f(int) RETURNS boolean LANGUAGE plpgsql AS"
            + " 'BEGIN RAISE EXCEPTION ''ran''; END'",
        "ALTER FUNCTION public.f(int) OWNER TO mallory",
        "ALTER TABLE gold.orders ADD CHECK (public.f(id)) NOT VALID");

    assertThatThrownBy(
            () ->
                execute(
                    "SET SESSION AUTHORIZATION wk_change",
                    "SELECT wk.change(repeat('2', 64), 'widen', c.oid, 'id', 'int8'::regtype, NULL,"
                        + " NULL, false, NULL, NULL, NULL, wk.fingerprint('gold', 'orders'))"
                        + " FROM pg_class c WHERE c.relname = 'orders'"))
        .hasMessageContaining("leans on code");
    try (Connection administrator = server.connect(database)) {
      assertThat(PostgresBoundary.check(administrator, Login.CHANGE).dangers())
          .extracting(Danger::what)
          .containsExactly(
              "table gold.orders leans on function public.f(integer), owned by mallory");
    }
  }

  @Test
  void a_table_changes_hands_with_its_partitions_and_types_and_comes_back() throws Exception {
    execute(
        "CREATE TYPE gold.mood AS ENUM ('ok')",
        "CREATE TABLE gold.events (id int, mood gold.mood, moods gold.mood[])"
            + " PARTITION BY RANGE (id)",
        "CREATE TABLE gold.events_1 PARTITION OF gold.events DEFAULT",
        "ALTER TABLE gold.events OWNER TO app",
        "ALTER TABLE gold.events_1 OWNER TO app",
        "GRANT ALL ON gold.events, gold.events_1 TO wk_rows",
        "GRANT UPDATE (mood) ON gold.events_1 TO wk_read");
    String owners =
        "SELECT relname || ' ' || relowner::regrole FROM pg_class WHERE relname LIKE 'events%'"
            + " UNION ALL SELECT typname || ' ' || typowner::regrole FROM pg_type"
            + " WHERE typname = 'mood' ORDER BY 1";

    try (Connection administrator = server.connect(database)) {
      PostgresBoundary.adopt(administrator, "gold.events");
      assertThat(query(owners))
          .containsExactly("events wk_owner", "events_1 wk_owner", "mood wk_owner");
      for (Login login : Login.values()) {
        assertThat(PostgresBoundary.check(administrator, login).dangers()).isEmpty();
      }
      assertThatThrownBy(
              () -> PostgresBoundary.release(administrator, "gold.events", Login.ROWS.role()))
          .hasMessageContaining("not given to a login of ours");

      PostgresBoundary.release(administrator, "gold.events", "app");
    }

    assertThat(query(owners)).containsExactly("events app", "events_1 app", "mood app");
    assertThat(query("SELECT relid::text FROM wk.managed")).isEmpty();
    assertThat(query("SELECT tgname FROM pg_trigger")).isEmpty();
    assertThat(query("SELECT has_table_privilege('wk_rows', 'gold.events', 'SELECT')::text"))
        .containsExactly("false");
  }

  @Test
  void a_schema_that_others_could_drop_tables_from_is_not_allowed() throws Exception {
    execute(
        "CREATE SCHEMA apps AUTHORIZATION app",
        "CREATE SCHEMA shared",
        "GRANT CREATE ON SCHEMA shared TO app",
        "CREATE SCHEMA everybodys",
        "GRANT CREATE ON SCHEMA everybodys TO PUBLIC");

    Map<String, String> reasons =
        Map.of(
            "apps", "belongs to app",
            "shared", "app may create objects",
            "everybodys", "PUBLIC may create objects",
            "wk", "bookkeeping",
            "pg_catalog", "bookkeeping",
            "nowhere", "does not exist");
    try (Connection administrator = server.connect(database)) {
      reasons.forEach(
          (schema, reason) ->
              assertThatThrownBy(() -> PostgresBoundary.allowSchema(administrator, schema))
                  .as(schema)
                  .hasMessageContaining(reason));
      PostgresBoundary.allowSchema(administrator, "public");
    }
  }

  // Judging logins.

  @Test
  void invariant_4_every_way_around_is_found_and_gone_once_it_is_mended() throws Exception {
    execute(
        "CREATE TABLE gold.orders (id int)",
        "SELECT wk.adopt('gold.orders')",
        "CREATE TABLE public.other (id int)",
        "CREATE FUNCTION public.power() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        "REVOKE EXECUTE ON FUNCTION public.power() FROM PUBLIC",
        "CREATE SCHEMA mine");
    for (Login login : List.of(Login.CHANGE, Login.ROWS)) {
      String role = login.role();
      for (String danger :
          List.of(
              "ALTER ROLE " + role + " SUPERUSER",
              "ALTER ROLE " + role + " CREATEROLE",
              "ALTER ROLE " + role + " CREATEDB",
              "ALTER ROLE " + role + " REPLICATION",
              "ALTER ROLE " + role + " BYPASSRLS",
              "GRANT pg_read_all_data TO " + role,
              "GRANT mallory TO " + role,
              "GRANT wk_owner TO " + role,
              "GRANT wk_owner TO mallory",
              "GRANT CREATE ON DATABASE " + database + " TO " + role,
              "GRANT TEMPORARY ON DATABASE " + database + " TO PUBLIC",
              "GRANT CREATE ON SCHEMA gold TO " + role,
              "GRANT CREATE ON SCHEMA public TO PUBLIC",
              "ALTER SCHEMA mine OWNER TO " + role,
              "ALTER TABLE public.other OWNER TO " + role,
              "GRANT TRUNCATE ON gold.orders TO " + role,
              "GRANT TRIGGER ON gold.orders TO PUBLIC",
              "GRANT REFERENCES ON gold.orders TO " + role,
              "GRANT MAINTAIN ON gold.orders TO " + role,
              "GRANT TRUNCATE ON public.other TO " + role,
              "GRANT EXECUTE ON FUNCTION public.power() TO PUBLIC",
              "GRANT SET ON PARAMETER session_replication_role TO " + role,
              "ALTER TABLE gold.orders DISABLE TRIGGER wk_deletes",
              "ALTER TABLE gold.orders ENABLE TRIGGER wk_deletes")) {
        assertThat(dangers(login)).as("before %s", danger).isEmpty();

        execute(danger);

        List<Danger> found = dangers(login);
        assertThat(found).as(danger).isNotEmpty();
        for (Danger one : found) {
          execute(one.mend().replace("the administrator", "postgres"));
        }
        assertThat(dangers(login)).as("mended %s", danger).isEmpty();
      }
    }
    execute("GRANT UPDATE (id) ON public.other TO wk_change, wk_read");
    assertThat(dangers(Login.CHANGE)).extracting(Danger::what).hasSize(1);
    assertThat(dangers(Login.ROWS)).isEmpty();
    execute("REVOKE UPDATE (id) ON public.other FROM wk_change, wk_read");
  }

  @Test
  void invariant_4_a_right_to_delete_from_a_partition_is_a_danger() throws Exception {
    execute(
        "CREATE TABLE gold.parted (id int) PARTITION BY RANGE (id)",
        "CREATE TABLE gold.parted_1 PARTITION OF gold.parted DEFAULT",
        "SELECT wk.adopt('gold.parted')",
        "GRANT DELETE ON gold.parted_1 TO wk_rows");

    Danger danger =
        new Danger(
            "wk_rows may delete from partition gold.parted_1, which is not counted",
            "REVOKE DELETE ON gold.parted_1 FROM PUBLIC, wk_rows");
    assertThat(dangers(Login.ROWS)).containsExactly(danger);
    execute(danger.mend());
    assertThat(dangers(Login.ROWS)).isEmpty();
  }

  private List<Danger> dangers(Login login) throws SQLException {
    try (Connection administrator = server.connect(database)) {
      return PostgresBoundary.check(administrator, login).dangers();
    }
  }

  @Test
  void a_missing_second_wall_is_a_warning() throws Exception {
    try (Connection administrator = server.connect(database)) {
      assertThat(PostgresBoundary.check(administrator, Login.CHANGE).warnings())
          .extracting(Danger::mend)
          .containsExactly(
              "have a superuser run guard-1.sql",
              "have a superuser run guard-1.sql",
              "have a superuser run harden-1.sql");

      PostgresBoundary.installGuard(administrator);
      execute("ALTER EVENT TRIGGER wk_guard_drop ENABLE");

      assertThat(PostgresBoundary.check(administrator, Login.CHANGE).warnings())
          .extracting(Danger::what)
          .contains("event trigger wk_guard_drop is not in place: the second wall is missing");
    }
  }

  @Test
  void the_second_wall_does_not_stand_in_the_way_of_the_administrator() throws Exception {
    try (Connection administrator = server.connect(database)) {
      PostgresBoundary.installGuard(administrator);
    }

    execute(
        "CREATE TABLE gold.orders (id int, n int NOT NULL)",
        "SELECT wk.adopt('gold.orders')",
        "ALTER TABLE gold.orders ALTER COLUMN n DROP NOT NULL",
        "ALTER TABLE gold.orders DROP COLUMN n",
        "DROP TABLE gold.orders");
  }

  // Rows.

  @Test
  void invariant_4_deletes_have_a_budget_across_transactions_and_connections() throws Exception {
    execute(
        "CREATE TABLE gold.orders (id int)",
        "INSERT INTO gold.orders SELECT generate_series(1, 100)",
        "SELECT wk.adopt('gold.orders')");
    try (Connection administrator = server.connect(database);
        Connection one = server.connect(database, "wk_rows");
        Connection other = server.connect(database, "wk_rows");
        Statement here = one.createStatement();
        Statement there = other.createStatement()) {
      PostgresBoundary.limit(administrator, "gold.orders", new Limits(30, 10));

      assertThat(here.executeUpdate("DELETE FROM gold.orders WHERE id <= 6")).isEqualTo(6);
      one.setAutoCommit(false);
      assertThat(here.executeUpdate("DELETE FROM gold.orders WHERE id = 7")).isEqualTo(1);
      one.rollback();
      assertThat(there.executeUpdate("DELETE FROM gold.orders WHERE id <= 10")).isEqualTo(4);
      // What the target's writer takes for a table that does not take the rows.
      assertThatThrownBy(() -> there.executeUpdate("DELETE FROM gold.orders WHERE id = 11"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"))
          .hasMessageContaining("delete budget of gold.orders")
          .hasMessageContaining("wk.set_limits");
      // A delete of nothing costs nothing.
      assertThat(there.executeUpdate("DELETE FROM gold.orders WHERE id = 10")).isZero();

      PostgresBoundary.limit(administrator, "gold.orders", new Limits(30, 11));
      assertThat(there.executeUpdate("DELETE FROM gold.orders WHERE id = 11")).isEqualTo(1);
      // The administrator is not bound.
      execute("DELETE FROM gold.orders WHERE id <= 50");
    }
    assertThat(query("SELECT count(*)::text FROM gold.orders")).containsExactly("50");
  }

  @Test
  void two_writers_at_once_do_not_stretch_the_budget() throws Exception {
    execute(
        "CREATE TABLE gold.orders (id int)",
        "INSERT INTO gold.orders SELECT generate_series(1, 200)",
        "SELECT wk.adopt('gold.orders'), wk.set_limits('gold.orders', 0, 50)");

    List<CompletableFuture<Integer>> writers =
        Stream.of(0, 1, 2, 3)
            .map(writer -> CompletableFuture.supplyAsync(() -> deleteEach(writer * 50 + 1)))
            .toList();
    int deleted = 0;
    for (CompletableFuture<Integer> writer : writers) {
      deleted += writer.get(60, TimeUnit.SECONDS);
    }

    assertThat(deleted).isEqualTo(50);
    assertThat(query("SELECT count(*)::text FROM gold.orders")).containsExactly("150");
  }

  private int deleteEach(int first) {
    int deleted = 0;
    try (Connection rows = server.connect(database, "wk_rows");
        Statement statement = rows.createStatement()) {
      for (int id = first; id < first + 50; id++) {
        try {
          deleted += statement.executeUpdate("DELETE FROM gold.orders WHERE id = " + id);
        } catch (SQLException e) {
          assertThat(e.getSQLState()).isEqualTo("42501");
        }
      }
      return deleted;
    } catch (SQLException e) {
      throw new CompletionException(e);
    }
  }

  // Acts.

  @Test
  void invariant_4_an_old_snapshot_neither_stretches_a_budget_nor_revives_an_approval()
      throws Exception {
    execute(
        "CREATE TABLE gold.orders (id int, note text)",
        "SELECT wk.adopt('gold.orders'), wk.set_limits('gold.orders', 1, 0)",
        "SET SESSION AUTHORIZATION wk_approve",
        "SELECT wk.approve(wk.rename_request('gold', 'orders', 'note', 'remark'), '1 hour')");

    for (String level : List.of("REPEATABLE READ", "SERIALIZABLE")) {
      try (Connection change = server.connect(database, "wk_change")) {
        change.setAutoCommit(false);
        try (Statement statement = change.createStatement()) {
          statement.execute("SET TRANSACTION ISOLATION LEVEL " + level);
        }
        values(change, "SELECT action FROM wk.act");
        if (level.equals("REPEATABLE READ")) {
          execute(
              "SET SESSION AUTHORIZATION wk_change",
              act("1", "add_column", "'more', 23, NULL", "NULL"));
        }
        for (String late :
            List.of(
                act("2", "rename_column", "'note', NULL, NULL", "'remark'"),
                act("3", "comment", "'id', NULL, NULL", "'x'"))) {
          Savepoint before = change.setSavepoint();
          assertThatThrownBy(() -> values(change, late))
              .isInstanceOf(SQLException.class)
              .extracting(e -> ((SQLException) e).getSQLState())
              .isEqualTo("WK011");
          change.rollback(before);
        }
        change.commit();
      }
    }
    assertThat(query("SELECT op FROM wk.act")).containsExactly("add_column");
  }

  @Test
  void invariant_4_a_widening_runs_no_cast_of_others() throws Exception {
    execute(
        "CREATE TYPE public.size AS ENUM ('s')",
        "CREATE FUNCTION public.cast_size(public.size) RETURNS text IMMUTABLE LANGUAGE sql AS"
            + " 'SELECT current_user::text'",
        "CREATE CAST (public.size AS text) WITH FUNCTION public.cast_size AS ASSIGNMENT",
        "ALTER FUNCTION public.cast_size OWNER TO mallory",
        "CREATE TABLE gold.orders (size public.size, sizes public.size[])",
        "INSERT INTO gold.orders VALUES ('s', '{s}')",
        "SELECT wk.adopt('gold.orders')");

    for (String column : List.of("size", "sizes")) {
      assertThatThrownBy(
              () ->
                  execute(
                      "SET SESSION AUTHORIZATION wk_change",
                      act(
                          "1",
                          "widen",
                          "'" + column + "', 25, NULL",
                          "NULL",
                          column.equals("sizes") ? "true" : "false")))
          .hasMessageContaining("a cast that is not one of PostgreSQL");
    }
    assertThat(query("SELECT pg_typeof(size) || ' ' || pg_typeof(sizes) FROM gold.orders"))
        .containsExactly("size size[]");
  }

  @Test
  void invariant_4_a_widening_keeps_the_collation_and_with_it_the_key() throws Exception {
    execute(
        "CREATE COLLATION gold.\"any Case\""
            + " (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
        "CREATE TABLE gold.orders (code varchar(5) COLLATE gold.\"any Case\" PRIMARY KEY,"
            + " note varchar(5))",
        "INSERT INTO gold.orders VALUES ('a', 'b')",
        "SELECT wk.adopt('gold.orders')",
        "SET SESSION AUTHORIZATION wk_change",
        act("1", "widen", "'code', 25, NULL", "NULL"),
        act("2", "widen", "'note', 25, NULL", "NULL"));

    assertThatThrownBy(() -> execute("INSERT INTO gold.orders VALUES ('A')"))
        .hasMessageContaining("duplicate key");
    assertThat(
            query(
                "SELECT attname || ' ' || attcollation::regcollation FROM pg_attribute"
                    + " WHERE attrelid = 'gold.orders'::regclass AND attnum > 0 ORDER BY attnum"))
        .containsExactly("code gold.\"any Case\"", "note \"default\"");
  }

  private static String act(String digit, String op, String columnAndType, String value) {
    return act(digit, op, columnAndType, value, "false");
  }

  /** A change of gold.orders as it is then. */
  private static String act(
      String digit, String op, String columnAndType, String value, String isArray) {
    return "SELECT wk.change(repeat('%s', 64), '%s', c.oid, %s, NULL, %s, NULL, NULL, %s,"
            .formatted(digit, op, columnAndType, isArray, value)
        + " wk.fingerprint('gold', 'orders')) FROM pg_class c WHERE c.relname = 'orders'";
  }

  @Test
  void the_reading_login_reads_under_time_outs() throws Exception {
    execute(
        "CREATE TABLE gold.orders (id int)",
        "INSERT INTO gold.orders VALUES (1)",
        "SELECT wk.adopt('gold.orders')");

    try (Connection reader = server.connect(database, "wk_read")) {
      assertThat(values(reader, "SELECT id::text FROM gold.orders")).containsExactly("1");
      assertThat(
              values(
                  reader,
                  "SELECT concat_ws(' ', current_setting('transaction_read_only'),"
                      + " current_setting('statement_timeout'), current_setting('lock_timeout'),"
                      + " current_setting('idle_in_transaction_session_timeout'))"))
          .containsExactly("on 5s 1s 10s");
      assertThatThrownBy(() -> values(reader, "DELETE FROM gold.orders RETURNING id::text"))
          .isInstanceOf(SQLException.class);
    }
  }

  private void execute(String... statements) throws SQLException {
    try (Connection administrator = server.connect(database);
        Statement statement = administrator.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private List<String> query(String sql) throws SQLException {
    try (Connection administrator = server.connect(database)) {
      return values(administrator, sql);
    }
  }

  private static List<String> values(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      List<String> values = new ArrayList<>();
      while (row.next()) {
        values.add(row.getString(1));
      }
      return values;
    }
  }
}
