package dev.weirkeeper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Json;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The drift commands against real databases. */
class DriftCommandIT {
  private static LocalPostgres server;
  private static int databases;

  private String is = "";
  private String wanted = "";

  @TempDir Path folder;

  @BeforeAll
  static void start() throws IOException {
    server = LocalPostgres.start(Map.of("fsync", "off"));
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @BeforeEach
  void databases() throws SQLException {
    is = "is_" + ++databases;
    wanted = "wanted_" + databases;
    sql("postgres", "CREATE DATABASE " + is, "CREATE DATABASE " + wanted);
    sql(is, "CREATE TABLE orders (id int PRIMARY KEY, note text, amount int)");
    sql(
        wanted,
        "CREATE TABLE orders (id int PRIMARY KEY, note text, amount bigint NOT NULL,"
            + " paid timestamptz)",
        "CREATE INDEX orders_paid ON orders (paid)");
  }

  private static void sql(String database, String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection(server.url(database));
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static String address(String database) {
    return "postgresql://postgres@127.0.0.1:" + server.port() + "/" + database;
  }

  @Test
  void a_difference_is_shown_with_its_verdict_and_who_bears_it_least() throws Exception {
    sql(is, "CREATE TABLE gone (id int)");
    Screen screen = new Screen();

    int exit = screen.run("drift", "diff", address(is), address(wanted));

    assertThat(exit).as(screen.err()).isZero();
    assertThat(screen.out())
        .contains("column.added")
        .contains("public.orders.paid")
        .contains("column.type-widened")
        .contains("avro: refused")
        .contains("table.removed")
        .doesNotContain("nothing to do");
  }

  @Test
  void a_script_learns_whether_it_is_too_bad() {
    assertThat(
            new Screen()
                .run("drift", "diff", address(wanted), address(is), "--fail-on", "BREAKING"))
        .isEqualTo(1);
    assertThat(new Screen().run("drift", "diff", address(is), address(is), "--fail-on", "METADATA"))
        .isZero();
  }

  @Test
  void a_plan_is_made_run_and_then_there_is_no_difference() throws Exception {
    Path plan = folder.resolve("plan.json");
    sql(is, "INSERT INTO orders VALUES (1, 'a', 7)");
    Screen planned = new Screen();
    assertThat(planned.run("drift", "plan", address(is), address(wanted), "--out", plan))
        .as(planned.err())
        .isZero();

    Screen applied = new Screen();
    int exit =
        applied.run("drift", "apply", plan, address(is), "--yes", "--log", folder.resolve("log"));

    assertThat(exit).as(applied.err() + applied.out()).isZero();
    Screen compared = new Screen();
    assertThat(compared.run("drift", "diff", address(is), address(wanted))).isZero();
    assertThat(compared.out()).contains("No difference");
  }

  @Test
  void a_plan_for_another_state_touches_nothing() throws Exception {
    Path plan = folder.resolve("plan.json");
    new Screen().run("drift", "plan", address(is), address(wanted), "--out", plan);
    sql(is, "ALTER TABLE orders ADD COLUMN meanwhile int");

    Screen applied = new Screen();
    int exit =
        applied.run("drift", "apply", plan, address(is), "--yes", "--log", folder.resolve("log"));

    assertThat(exit).isEqualTo(1);
    Screen compared = new Screen();
    compared.run("--json", "drift", "diff", address(is), address(wanted));
    assertThat(compared.out()).contains("public.orders.meanwhile").contains("column.added");
  }

  @Test
  void nobody_is_asked_so_nothing_is_run() {
    Path plan = folder.resolve("plan.json");
    new Screen().run("drift", "plan", address(is), address(wanted), "--out", plan);

    Screen screen = new Screen();

    assertThat(screen.run("drift", "apply", plan, address(is), "--log", folder.resolve("log")))
        .isEqualTo(1);
    assertThat(screen.err()).contains("nothing was done");
  }

  @Test
  void what_destroys_is_refused_by_name_unless_it_is_allowed() {
    Screen refused = new Screen();
    assertThat(refused.run("drift", "plan", address(wanted), address(is))).isEqualTo(1);
    assertThat(refused.err())
        .contains("not done", "public.orders.paid", "--allow-destructive")
        .doesNotContain("Destruction.ALLOW");
    assertThat(refused.out()).doesNotContain("DROP COLUMN");

    Screen allowed = new Screen();
    allowed.run("drift", "plan", address(wanted), address(is), "--allow-destructive", "--direct");
    assertThat(allowed.out()).contains("DROP COLUMN");
  }

  @Test
  void a_snapshot_is_compared_as_the_database_was() throws Exception {
    Path kept = folder.resolve("kept.json");
    Screen first = new Screen();
    assertThat(first.run("drift", "snapshot", address(is), "--out", kept)).as(first.err()).isZero();
    sql(is, "ALTER TABLE orders RENAME COLUMN note TO remark");

    Screen byNames = new Screen();
    byNames.run("drift", "diff", kept, address(is));
    Screen byIds = new Screen();
    byIds.run("drift", "diff", kept, address(is), "--same-database");

    assertThat(byNames.out()).contains("column.removed").doesNotContain("column.renamed");
    assertThat(byIds.out()).contains("column.renamed").doesNotContain("column.removed");
    assertThat(new Screen().run("drift", "snapshot", address(is), "--out", kept)).isEqualTo(1);
  }

  @Test
  void a_rename_is_what_somebody_says_it_is() throws Exception {
    sql(is, "ALTER TABLE orders RENAME COLUMN note TO remark");
    Screen screen = new Screen();

    screen.run(
        "drift",
        "plan",
        address(is),
        address(wanted),
        "--direct",
        "--rename",
        "public.orders.remark=note");

    assertThat(screen.out()).contains("RENAME COLUMN \"remark\" TO \"note\"");
  }

  private void lossy() throws SQLException {
    sql(
        is,
        "CREATE TYPE mood AS ENUM ('ok', 'sad', 'odd')",
        "CREATE DOMAIN code AS varchar(40)",
        "CREATE TABLE t (n bigint, d numeric(6,2), s code, m mood, ms mood[], x text, r int)",
        "INSERT INTO t VALUES (3000000000, 1.25, 'hunter2', 'sad', '{}', 'a', NULL),"
            + " (5, 1.5, 'abc', 'odd', NULL, NULL, 1), (NULL, NULL, NULL, 'ok', NULL, 'c', NULL)",
        "CREATE TABLE gone (id int)",
        "INSERT INTO gone VALUES (1), (2)",
        "CREATE TABLE secret (n bigint)",
        "INSERT INTO secret VALUES (3000000000)");
    sql(
        wanted,
        "CREATE TYPE mood AS ENUM ('ok')",
        "CREATE TABLE t (n int, d numeric(6,1), s varchar(5), m mood, ms mood[], r int NOT NULL)",
        "CREATE TABLE secret (n int)");
  }

  @Test
  void a_plan_counts_what_would_be_lost_and_shows_no_value() throws Exception {
    lossy();
    Screen screen = new Screen();

    int exit = screen.run("drift", "plan", address(is), address(wanted), "--count-losses");

    assertThat(exit).as(screen.err()).isEqualTo(1);
    assertThat(screen.err().lines().map(line -> line.replaceAll(" +", " ")))
        .contains(
            "column.type-narrowed public.t.n 1 1 of 2 values would not fit and 0 would be rounded",
            "column.precision public.t.d 1 0 of 2 values would not fit and 1 would be rounded",
            "enum.label-removed public.t.m 2 2 of 3 values would not fit and 0 would be rounded",
            "column.removed public.t.x 2 2 of 3 rows have a value",
            "column.nullability-tightened public.t.r 2 2 of 3 rows have no value",
            "table.removed public.gone 2 2 rows are in the table")
        .anyMatch(line -> line.contains("public.t.s 1 1 of 2 values would not fit"))
        .anyMatch(line -> line.startsWith("enum.label-removed public.t.ms UNKNOWN No count says"));
    assertThat(screen.err() + screen.out()).doesNotContain("hunter2", "3000000000");
    assertThat(screen.out()).doesNotContain("would not fit");
  }

  @Test
  void invariant_8_what_a_domain_checks_and_a_composite_holds_is_unknown() throws Exception {
    sql(
        is,
        "CREATE TYPE pair AS (a bigint, b int)",
        "CREATE TABLE t (s varchar(40), u varchar(40), g int)",
        "INSERT INTO t VALUES ('', 'abcdef', 1)");
    sql(
        wanted,
        "CREATE TYPE pair AS (a int, b int)",
        "CREATE DOMAIN filled AS varchar(5) CHECK (VALUE <> '')",
        "CREATE DOMAIN brief AS varchar(5)",
        "CREATE TABLE t (s filled, u brief, g int GENERATED ALWAYS AS (2) STORED)");
    Screen screen = new Screen();

    screen.run("drift", "plan", address(is), address(wanted), "--count-losses");

    assertThat(screen.err().lines().map(line -> line.replaceAll(" +", " ")))
        .anyMatch(line -> line.contains("public.t.s UNKNOWN No count says"))
        .anyMatch(line -> line.contains("public.t.u 1 1 of 1 values would not fit"))
        .anyMatch(line -> line.contains("public.pair.a UNKNOWN There is no table"))
        .contains("column.generated-added public.t.g 1 1 of 1 rows have a value");
  }

  @Test
  void invariant_8_what_a_login_may_not_count_is_unknown_and_never_zero() throws Exception {
    lossy();
    String reader = "reader_" + is;
    sql(is, "CREATE ROLE " + reader + " LOGIN", "GRANT SELECT ON t TO " + reader);
    Screen screen = new Screen();

    screen.run(
        "--json",
        "drift",
        "plan",
        address(is).replace("postgres@", reader + "@"),
        address(wanted),
        "--count-losses",
        "--count-limit",
        5);

    String text = Json.parse(screen.out()).text();
    assertThat(text)
        .contains(
            "\"plan\":{",
            "{\"kind\":\"column.type-narrowed\",\"on\":\"public.secret.n\",\"unknown\":\"The login"
                + " may not see all rows",
            "\"lost\":1,\"of\":2,\"on\":\"public.t.n\",\"rounded\":0")
        .doesNotContain("hunter2", "3000000000");
  }

  @Test
  void what_loses_nothing_is_said_and_a_file_cannot_be_asked() {
    Path kept = folder.resolve("kept.json");
    new Screen().run("drift", "snapshot", address(is), "--out", kept);
    Screen screen = new Screen();

    assertThat(screen.run("drift", "plan", address(is), address(is), "--count-losses")).isZero();
    assertThat(screen.err()).contains("No change loses a value.");
    assertThat(said(2, "drift", "plan", kept, address(is), "--count-losses"))
        .contains("FROM is none", "postgresql://");
    assertThat(said(2, "drift", "plan", kept, kept, "--count-losses", "--count-limit", "0"))
        .contains("one second");
  }

  @Test
  void a_mirror_elsewhere_has_its_own_statements() {
    Screen screen = new Screen();

    int exit = screen.run("drift", "plan", address(is), address(wanted), "--dialect", "bigquery");

    assertThat(exit).as(screen.err()).isZero();
    assertThat(screen.out())
        .contains("ALTER TABLE `public`.`orders` ADD COLUMN `paid` TIMESTAMP")
        .doesNotContain("CREATE INDEX");
    assertThat(new Screen().run("drift", "plan", address(is), address(wanted), "--dialect", "odd"))
        .isEqualTo(2);
  }

  @Test
  void a_password_in_an_argument_is_refused_and_not_repeated() {
    Screen screen = new Screen();
    String secret = "hunter2hunter2";

    int exit =
        screen.run(
            "drift", "diff", "postgresql://postgres:" + secret + "@127.0.0.1:1/x", address(wanted));

    assertThat(exit).isEqualTo(1);
    assertThat(screen.err() + screen.out()).contains("PGPASSWORD").doesNotContain(secret);
  }

  @Test
  void hostile_names_stay_in_their_place_in_the_script() throws Exception {
    sql(wanted, "CREATE TABLE \"a\nDROP TABLE orders; --\" (id int)");
    Screen screen = new Screen();

    screen.run("drift", "plan", address(is), address(wanted), "--direct");

    assertThat(screen.out().lines()).noneMatch(line -> line.startsWith("DROP TABLE orders"));
  }

  @Test
  void a_file_that_is_no_schema_and_a_server_that_is_not_there_are_told_apart() throws Exception {
    Path odd = Files.writeString(folder.resolve("odd.json"), "{\"a\":1}");
    Screen file = new Screen();
    assertThat(file.run("drift", "diff", odd, address(is))).isEqualTo(1);
    assertThat(file.err()).contains("drift snapshot");

    Screen nobody = new Screen();
    assertThat(nobody.run("drift", "diff", "postgresql://a@127.0.0.1:1/x", address(is)))
        .isEqualTo(1);
    assertThat(nobody.err()).contains("cannot be read");
  }

  @Test
  void what_is_wrong_with_a_file_is_said_and_not_only_its_name() throws Exception {
    Path none = folder.resolve("none.json");
    Path newer =
        Files.writeString(
            folder.resolve("newer.json"),
            "{\"format\":\"weirkeeper-schema-2\",\"reading\":{\"odd\":1}}");
    Path binary = Files.write(folder.resolve("binary.json"), new byte[] {(byte) 0xff, 0, 1});

    assertThat(said(1, "drift", "diff", none, address(is))).contains("there is no such file");
    assertThat(said(1, "drift", "apply", none, address(is))).contains("there is no such file");
    assertThat(said(1, "drift", "diff", newer, address(is)))
        .contains("another version", "weirkeeper-schema-2", "weirkeeper-schema-1");
    assertThat(said(1, "drift", "diff", binary, address(is))).contains("holds no text");
    assertThat(said(1, "drift", "diff", folder, address(is))).contains(folder.toString());
    assertThat(said(1, "drift", "apply", newer, address(is))).contains("is no plan");
  }

  @Test
  void where_a_database_is_not_reached_the_reason_and_the_remedy_are_said() throws Exception {
    assertThat(said(1, "drift", "diff", "postgresql://a@127.0.0.1:1/x", address(is)))
        .contains("does a server listen");
    assertThat(said(1, "drift", "diff", "postgresql://a@no-such-host.invalid/x", address(is)))
        .contains("no-such-host.invalid");
    assertThat(said(1, "drift", "diff", address("no_such_database"), address(is)))
        .contains("no_such_database");
    assertThat(said(1, "drift", "diff", "mysql://a:hunter2hunter2@h/x", address(is)))
        .contains("Only databases of PostgreSQL")
        .doesNotContain("hunter2");
    assertThat(said(1, "drift", "diff", "postgresql://127.0.0.1", address(is)))
        .contains("postgresql://USER@HOST:PORT/DATABASE");
  }

  @Test
  void wrong_use_leaves_with_2_before_anything_is_read() {
    assertThat(said(2, "drift", "diff", address(is))).contains("Missing required parameter");
    assertThat(said(2, "drift", "diff", "a", "b", "--rename", "odd")).contains("--rename takes");
    assertThat(said(2, "drift", "diff", address(is), address(is), "--consumer", "odd"))
        .contains("known are");
    assertThat(said(2, "drift", "diff", address(is), address(is), "--fail-on", "odd"))
        .contains("--fail-on");
    assertThat(said(2, "drift", "snapshot", "odd.json", "--out", folder.resolve("x")))
        .contains("postgresql://");
    assertThat(said(2, "drift", "watch", "--every", "0")).contains("one second");
    assertThat(said(2, "drift", "nothing")).contains("'nothing'", "Did you mean");
  }

  private static String said(int exit, Object... words) {
    Screen screen = new Screen();
    assertThat(screen.run(words)).as(screen.err()).isEqualTo(exit);
    assertThat(screen.err()).startsWith("weirkeeper: ").doesNotContain("\tat ", "Exception");
    return screen.err();
  }

  @Test
  void with_json_each_command_prints_one_document_and_nothing_else() {
    Path plan = folder.resolve("plan.json");
    assertThat(json("drift", "snapshot", address(is), "--out", folder.resolve("kept.json")))
        .contains("\"tables\":1", "\"fingerprint\":");
    assertThat(json("drift", "diff", address(is), address(wanted))).contains("\"changes\":[");
    assertThat(json("drift", "plan", address(is), address(wanted))).contains("\"steps\":[");
    assertThat(json("drift", "plan", address(is), address(wanted), "--out", plan))
        .contains("\"plan\":", "\"steps\":");
    assertThat(json("drift", "apply", plan, address(is), "--dry-run"))
        .contains("\"database\":\"AT_START\"", "\"inTheWay\":");
    assertThat(json("drift", "apply", plan, address(is), "--yes", "--log", folder.resolve("log")))
        .contains("\"ending\":\"DONE\"");
  }

  private static String json(Object... words) {
    Screen screen = new Screen();
    List<Object> all = new ArrayList<>(List.of(words));
    all.add("--json");
    assertThat(screen.run(all.toArray())).as(screen.err()).isZero();
    String text = screen.out().strip();
    assertThat(text.lines()).hasSize(1);
    return Json.parse(text).text();
  }
}
