package dev.weirkeeper.drift.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Column;
import dev.weirkeeper.Default;
import dev.weirkeeper.Evidence;
import dev.weirkeeper.Nullability;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.SchemaChange;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.Type;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.testkit.LocalPostgres;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaIT {
  private static LocalPostgres server;
  private Scene scene;

  @BeforeAll
  static void start() throws Exception {
    server = LocalPostgres.start();
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @BeforeEach
  void scene() throws Exception {
    scene = new Scene(server);
    scene.run("CREATE TABLE t (id int PRIMARY KEY, a text, b text)");
  }

  @AfterEach
  void close() throws Exception {
    scene.close();
  }

  private static Column column(SchemaChange change, String name) {
    return change.after().orElseThrow().columnNamed(name).orElseThrow();
  }

  /** The one schema change of a transaction, which is applied. */
  private SchemaChange only(Transaction transaction) throws Exception {
    assertThat(transaction.schemaChanges()).hasSize(1);
    scene.apply(transaction);
    return transaction.schemaChanges().get(0);
  }

  @Test
  void types_keys_defaults_and_comments_are_read_from_the_catalog() throws Exception {
    scene.run(
        "CREATE TYPE mood AS ENUM ('sad', 'ok')",
        "ALTER TYPE mood ADD VALUE 'meh' BEFORE 'ok'",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 1'",
        "CREATE TABLE wide (k2 int, k1 text, n numeric(10,2), neg numeric(3,-2), v varchar(7),"
            + " c char(3), ts timestamptz(3), iv interval(2), m mood, ms mood[], ia int[],"
            + " s serial, i int GENERATED ALWAYS AS IDENTITY, r float8 DEFAULT random(),"
            + " f int DEFAULT mine(), k int NOT NULL DEFAULT 7,"
            + " g int GENERATED ALWAYS AS (k2 + 1) STORED, gone int, PRIMARY KEY (k1, k2))",
        "ALTER TABLE wide DROP gone",
        "INSERT INTO wide (k1, k2) VALUES ('x', 1)",
        "ALTER TABLE wide ADD late timestamptz DEFAULT '2024-01-01 00:00:00+02'",
        "COMMENT ON COLUMN wide.n IS 'money'");

    Feed.Stream stream = scene.open("public.wide");
    Relation wide = stream.relations().get(0);

    assertThat(wide.identity()).isEqualTo(new RowIdentity.Key(List.of("2", "1")));
    assertThat(wide.columns().stream().map(c -> c.name() + " " + c.type()))
        .containsExactly(
            "k2 int4",
            "k1 text",
            "n numeric(10,2)",
            "neg numeric(3,-2)",
            "v varchar(7)",
            "c bpchar(3)",
            "ts timestamptz(3)",
            "iv interval(2)",
            "m public.mood",
            "ms public.mood[]",
            "ia int4[]",
            "s int4",
            "i int4",
            "r float8",
            "f int4",
            "k int4",
            "late timestamptz");
    assertThat(wide.columnNamed("m").orElseThrow().type().labels().stream().map(Type.Label::name))
        .containsExactly("sad", "meh", "ok");
    assertThat(wide.columnNamed("ms").orElseThrow().type().isEnum()).isFalse();
    for (String name : List.of("s", "i", "r", "f")) {
      assertThat(wide.columnNamed(name).orElseThrow().defaultValue().kind())
          .as(name)
          .isEqualTo(Default.Kind.VOLATILE);
    }
    Column k = wide.columnNamed("k").orElseThrow();
    assertThat(k.defaultValue().kind()).isEqualTo(Default.Kind.CONSTANT);
    assertThat(k.nullability()).isEqualTo(Nullability.REQUIRED);
    assertThat(wide.columnNamed("n").orElseThrow().nullability()).isEqualTo(Nullability.OPTIONAL);
    assertThat(wide.columnNamed("n").orElseThrow().comment()).contains("money");
    assertThat(wide.columnNamed("n").orElseThrow().defaultValue()).isEqualTo(Default.NONE);
    assertThat(wide.columnNamed("late").orElseThrow().defaultValue())
        .isEqualTo(Default.constant("2023-12-31 22:00:00+00"));
    assertThat(wide.columnNamed("late").orElseThrow().id()).isEqualTo("19");
    assertThat(stream.health().get("blind-spots").toString())
        .contains("generated columns of public.wide", "event trigger");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void invariant_5_ddl_within_a_transaction_is_known_before_its_rows_and_rows_keep_their_version(
      boolean trigger) throws Exception {
    if (trigger) {
      scene.trigger();
    }
    Feed.Stream stream = scene.open("public.t");
    scene.run("INSERT INTO t VALUES (1, 'a1', 'b1')");
    scene.apply(Scene.next(stream));

    scene.transaction(
        "INSERT INTO t VALUES (2, 'a2', 'b2')",
        "ALTER TABLE t ADD c int DEFAULT 5",
        "INSERT INTO t VALUES (3, 'a3', 'b3', 3)",
        "ALTER TABLE t RENAME c TO d",
        "UPDATE t SET d = 33 WHERE id = 3",
        "INSERT INTO t VALUES (4, 'a4', 'b4', 4)");
    Transaction transaction = Scene.next(stream);
    SchemaChange change = transaction.schemaChanges().get(0);

    assertThat(transaction.schemaChanges()).hasSize(1);
    assertThat(column(change, "d").id()).isEqualTo("4");
    assertThat(change.evidence()).isEqualTo(trigger ? Evidence.LOGGED : Evidence.CATALOG);
    if (trigger) {
      assertThat(transaction.rows()).hasSize(3);
      assertThat(column(change, "d").defaultValue()).isEqualTo(Default.constant("5"));
      assertThat(transaction.rows().keySet())
          .allSatisfy(version -> assertThat(version.columns()).allMatch(Column::identified));
    }
    scene.apply(transaction);
    scene.run("UPDATE t SET a = 'x'");
    scene.apply(Scene.next(stream));
    scene.assertEqual("public.t");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_rename_is_a_fact(boolean trigger) throws Exception {
    if (trigger) {
      scene.trigger();
    }
    Feed.Stream stream = scene.open("public.t");

    scene.transaction("ALTER TABLE t RENAME a TO z", "INSERT INTO t VALUES (1, 'x', 'y')");
    SchemaChange change = only(Scene.next(stream));

    assertThat(column(change, "z").id()).isEqualTo("2");
    assertThat(change.before().orElseThrow().column("2").orElseThrow().name()).isEqualTo("a");
    assertThat(change.evidence()).isEqualTo(trigger ? Evidence.LOGGED : Evidence.SETTLED);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void swapped_names_are_two_renames(boolean trigger) throws Exception {
    if (trigger) {
      scene.trigger();
    }
    Feed.Stream stream = scene.open("public.t");

    scene.transaction(
        "ALTER TABLE t RENAME a TO tmp",
        "ALTER TABLE t RENAME b TO a",
        "ALTER TABLE t RENAME tmp TO b",
        "INSERT INTO t (id, a, b) VALUES (1, 'in a', 'in b')");
    SchemaChange change = only(Scene.next(stream));

    assertThat(column(change, "a").id()).isEqualTo("3");
    assertThat(column(change, "b").id()).isEqualTo("2");
    scene.assertEqual("public.t");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_column_dropped_and_added_again_is_another_column(boolean trigger) throws Exception {
    if (trigger) {
      scene.trigger();
    }
    Feed.Stream stream = scene.open("public.t");
    scene.run("INSERT INTO t VALUES (1, 'old', 'old')");
    scene.apply(Scene.next(stream));

    scene.transaction(
        "ALTER TABLE t DROP b", "ALTER TABLE t ADD b text", "INSERT INTO t VALUES (2, 'x', 'new')");
    SchemaChange change = only(Scene.next(stream));

    assertThat(column(change, "b").id()).isEqualTo("4");
    assertThat(change.evidence()).isEqualTo(trigger ? Evidence.LOGGED : Evidence.SETTLED);
  }

  @Test
  void invariant_5_a_lagging_feed_with_the_trigger_knows_every_version() throws Exception {
    scene.trigger();
    Feed.Stream stream = scene.open("public.t");
    scene.run(
        "INSERT INTO t VALUES (1, 'one', 'b')",
        "ALTER TABLE t RENAME a TO x",
        "INSERT INTO t VALUES (2, 'two', 'b')",
        "ALTER TABLE t RENAME x TO y",
        "INSERT INTO t VALUES (3, 'three', 'b')",
        "ALTER TABLE t ADD a int DEFAULT 9",
        "INSERT INTO t VALUES (4, 'four', 'b', 4)");

    scene.catchUp(stream);

    assertThat(scene.replica.changes)
        .extracting(SchemaChange::evidence)
        .containsOnly(Evidence.LOGGED);
    Relation last = scene.relation("public.t");
    assertThat(last.columnNamed("y").orElseThrow().id()).isEqualTo("2");
    assertThat(last.columnNamed("a").orElseThrow().id()).isEqualTo("4");
    assertThat(scene.replica.tables.get(last.id()).get(List.of("2"))).containsEntry("2", "two");
  }

  @Test
  void invariant_8_what_neither_log_nor_catalog_explains_is_not_guessed() throws Exception {
    Feed.Stream stream = scene.open("public.t");
    scene.run(
        "ALTER TABLE t RENAME a TO x",
        "INSERT INTO t VALUES (2, 'two', 'b')",
        "ALTER TABLE t RENAME x TO y");

    SchemaChange change = only(Scene.next(stream));

    assertThat(change.evidence()).isEqualTo(Evidence.RELATION);
    assertThat(column(change, "x").id()).isEqualTo("?x");
    assertThat(column(change, "b").id()).isEqualTo("3");
  }

  @Test
  void invariant_8_after_a_restart_the_stored_version_is_the_baseline_not_the_live_catalog()
      throws Exception {
    scene.trigger();
    Feed.Stream stream = scene.open("public.t");
    scene.run("INSERT INTO t VALUES (1, 'one', 'b')");
    scene.apply(Scene.next(stream));
    stream.close();
    scene.run(
        "INSERT INTO t VALUES (2, 'two', 'b')",
        "ALTER TABLE t RENAME a TO x",
        "INSERT INTO t VALUES (3, 'three', 'b')");

    Feed.Stream second = scene.open("public.t");
    Transaction two = Scene.next(second);
    assertThat(two.schemaChanges()).isEmpty();
    assertThat(two.rows().keySet().iterator().next().columnNamed("a")).isPresent();
    scene.apply(two);
    scene.catchUp(second);

    assertThat(scene.replica.changes).hasSize(1);
    assertThat(column(scene.replica.changes.get(0), "x").id()).isEqualTo("2");
    scene.assertEqual("public.t");
  }

  @Test
  void ddl_that_is_rolled_back_leaves_nothing() throws Exception {
    scene.trigger();
    Feed.Stream stream = scene.open("public.t");

    scene.transaction(
        "SAVEPOINT s",
        "ALTER TABLE t ADD c int",
        "INSERT INTO t VALUES (1, 'a', 'b', 1)",
        "ROLLBACK TO s",
        "INSERT INTO t VALUES (2, 'a', 'b')",
        "SAVEPOINT s2",
        "ALTER TABLE t ADD d int DEFAULT 3",
        "RELEASE s2",
        "INSERT INTO t VALUES (3, 'a', 'b', 3)");
    SchemaChange change = only(Scene.next(stream));

    assertThat(change.after().orElseThrow().columns())
        .extracting(Column::name)
        .containsExactly("id", "a", "b", "d");
    assertThat(change.evidence()).isEqualTo(Evidence.LOGGED);
    assertThat(column(change, "d").id()).isEqualTo("4");
  }

  @Test
  void ddl_without_rows_arrives_by_the_trigger() throws Exception {
    scene.run(
        "CREATE TYPE mood AS ENUM ('sad')", "ALTER TABLE t ADD m mood NOT NULL DEFAULT 'sad'");
    scene.trigger();
    Feed.Stream stream = scene.open("public.t");

    scene.run("COMMENT ON COLUMN t.a IS 'who wrote it'");
    assertThat(column(only(Scene.next(stream)), "a").comment()).contains("who wrote it");
    scene.run("ALTER TABLE t ALTER a SET NOT NULL");
    assertThat(column(only(Scene.next(stream)), "a").nullability()).isEqualTo(Nullability.REQUIRED);
    scene.run("ALTER TYPE mood ADD VALUE 'glad'");
    SchemaChange labels = only(Scene.next(stream));
    assertThat(column(labels, "m").type().labels())
        .extracting(Type.Label::name)
        .containsExactly("sad", "glad");
    assertThat(labels.evidence()).isEqualTo(Evidence.LOGGED);
    scene.run("ALTER TABLE t DROP b");
    assertThat(only(Scene.next(stream)).after().orElseThrow().columnNamed("b")).isEmpty();
    scene.run("ALTER TABLE t ALTER a TYPE varchar(20)");
    assertThat(column(only(Scene.next(stream)), "a").type()).isEqualTo(Type.of("varchar", 20));
    scene.run("ALTER TABLE t RENAME TO u");
    SchemaChange renamed = only(Scene.next(stream));
    assertThat(renamed.asset().name()).isEqualTo("public.t");
    assertThat(renamed.after().orElseThrow().asset().name()).isEqualTo("public.u");
    scene.run("DROP TABLE u");
    SchemaChange dropped = only(Scene.next(stream));
    assertThat(dropped.after()).isEmpty();
    assertThat(stream.health().get("blind-spots").toString())
        .contains("nobody looks", "partition.moved")
        .doesNotContain("no DDL event trigger", "column.nullability");
    stream.surroundings();
    assertThat(stream.health().get("blind-spots").toString())
        .doesNotContain("nobody looks", "partition.moved");
  }

  @Test
  void invariant_5_ddl_that_only_a_hint_tells_never_comes_with_rows_of_its_table()
      throws Exception {
    scene.trigger();
    Feed.Stream stream = scene.open("public.t");

    scene.transaction("INSERT INTO t VALUES (1, 'a', 'b')", "ALTER TABLE t ADD c int DEFAULT 5");
    Transaction row = Scene.next(stream);
    scene.apply(row);
    Transaction later = Scene.next(stream);
    SchemaChange change = only(later);

    assertThat(row.schemaChanges()).isEmpty();
    assertThat(later.rows()).isEmpty();
    assertThat(change.evidence()).isEqualTo(Evidence.LOGGED);
    assertThat(column(change, "c").defaultValue()).isEqualTo(Default.constant("5"));
    scene.run("INSERT INTO t VALUES (2, 'a', 'b')");
    scene.catchUp(stream);
    assertThat(scene.replica.changes).hasSize(1);
    scene.assertEqual("public.t");
  }

  @Test
  void invariant_5_a_transaction_that_is_read_again_holds_the_same_though_the_catalog_moved_on()
      throws Exception {
    scene.trigger();
    Feed.Stream stream = scene.open("public.t");
    scene.transaction("INSERT INTO t VALUES (1, 'a', 'b')", "ALTER TABLE t ADD c int DEFAULT 5");
    Transaction first = Scene.next(stream);
    stream.close();
    scene.run("ALTER TABLE t ADD d int DEFAULT 6");

    Feed.Stream second = scene.open("public.t");
    Transaction again = Scene.next(second);

    assertThat(again.position()).isEqualTo(first.position());
    assertThat(again.rows().keySet()).isEqualTo(first.rows().keySet());
    assertThat(again.schemaChanges()).isEqualTo(first.schemaChanges());
    scene.apply(again);
    assertThat(column(only(Scene.next(second)), "c").defaultValue())
        .isEqualTo(Default.constant("5"));
    scene.catchUp(second);
    scene.assertEqual("public.t");
  }

  @Test
  void ddl_whose_hint_died_with_a_stream_is_told_by_the_next() throws Exception {
    scene.trigger();
    Feed.Stream stream = scene.open("public.t");
    scene.transaction("INSERT INTO t VALUES (1, 'a', 'b')", "ALTER TABLE t ADD c int DEFAULT 5");
    scene.apply(Scene.next(stream));
    stream.close();

    SchemaChange change = only(Scene.next(scene.open("public.t")));

    assertThat(column(change, "c").id()).isEqualTo("4");
    scene.assertEqual("public.t");
  }

  @Test
  void an_error_in_the_trigger_does_not_abort_the_ddl() throws Exception {
    scene.trigger();
    Feed.Stream stream = scene.open("public.t");
    // Divides by zero where the message is named.
    scene.run(
        "ALTER EVENT TRIGGER weirkeeper_feed_end DISABLE",
        "DO $do$ DECLARE src text; BEGIN"
            + " SELECT replace(pg_get_functiondef('weirkeeper_feed.note_ddl()'::regprocedure),"
            + " 'wk.ddl''', 'wk.ddl'' || (1/(random()*0)::int)::text') INTO src;"
            + " EXECUTE src; END $do$",
        "ALTER EVENT TRIGGER weirkeeper_feed_end ENABLE ALWAYS");

    scene.run("ALTER TABLE t ADD c int", "INSERT INTO t VALUES (1, 'a', 'b', 2)");
    SchemaChange change = only(Scene.next(stream));

    assertThat(column(change, "c").id()).isEqualTo("4");
    assertThat(change.evidence()).isEqualTo(Evidence.CATALOG);
  }

  @Test
  void invariant_8_a_forged_ddl_message_is_not_believed() throws Exception {
    scene.trigger();
    Feed.Stream stream = scene.open("public.t");
    Relation t = stream.relations().get(0);
    String swapped = hint(t, "{\"num\":3,\"name\":\"a\",", "{\"num\":2,\"name\":\"b\",");
    String renamed = hint(t, "{\"num\":2,\"name\":\"evil\",", "{\"num\":3,\"name\":\"b\",");
    String dropped = "{\"dropped\":[\"" + t.id() + "\"],\"defined\":[]}";
    for (String forged :
        List.of(
            swapped,
            renamed,
            dropped,
            "not json",
            "{}",
            "[1]",
            "{\"dropped\":[\"x\"],\"defined\":[]}")) {
      scene.transaction(
          "SELECT pg_logical_emit_message(true, 'wk.ddl', '" + forged + "')",
          "INSERT INTO t VALUES ((SELECT count(*) FROM t), 'in a', 'in b')");
    }

    scene.catchUp(stream);

    assertThat(scene.replica.changes).isEmpty();
    scene.assertEqual("public.t");
  }

  private static String hint(Relation t, String a, String b) {
    String rest = "\"oid\":25,\"mod\":-1,\"type\":\"text\",\"required\":false,\"fill\":\"NONE\"}";
    return "{\"dropped\":[],\"defined\":[{\"id\":\""
        + t.id()
        + "\",\"schema\":\"public\",\"name\":\"t\",\"identity\":\"d\",\"key\":[1],\"columns\":["
        + "{\"num\":1,\"name\":\"id\",\"oid\":23,\"mod\":-1,\"type\":\"int4\",\"required\":true,"
        + "\"fill\":\"NONE\"},"
        + a
        + rest
        + ","
        + b
        + rest
        + "]}]}";
  }

  @Test
  void invariant_8_a_forged_message_cannot_rename_a_column_that_is_really_renamed()
      throws Exception {
    Feed.Stream stream = scene.open("public.t");
    Relation t = stream.relations().get(0);
    // Says that the columns x and y are 3 and 5, while they are 2 and 3.
    String forged = hint(t, "{\"num\":3,\"name\":\"x\",", "{\"num\":5,\"name\":\"y\",");
    scene.transaction(
        "ALTER TABLE t RENAME a TO x",
        "ALTER TABLE t RENAME b TO y",
        "SELECT pg_logical_emit_message(true, 'wk.ddl', '" + forged + "')",
        "INSERT INTO t VALUES (1, 'in x', 'in y')");

    SchemaChange change = only(Scene.next(stream));

    assertThat(change.evidence()).isNotEqualTo(Evidence.LOGGED);
    assertThat(change.after().orElseThrow().columns()).extracting(Column::id).doesNotContain("5");
    assertThat(stream.health().get("ignored-hints")).isEqualTo(new Probe.Value<>("1"));
  }

  @Test
  void invariant_8_a_column_replaced_behind_the_back_of_the_trigger_is_not_guessed()
      throws Exception {
    scene.trigger();
    Feed.Stream stream = scene.open("public.t");
    scene.run("INSERT INTO t VALUES (1, 'a', 'b')");
    scene.apply(Scene.next(stream));

    scene.transaction(
        "SET LOCAL event_triggers = off",
        "ALTER TABLE t DROP b",
        "ALTER TABLE t ADD b text",
        "INSERT INTO t VALUES (2, 'a', 'other b')");
    SchemaChange change = only(Scene.next(stream));

    assertThat(column(change, "b").id()).isEqualTo("?b");
    assertThat(column(change, "a").id()).isEqualTo("2");
  }

  @Test
  void the_trigger_can_be_installed_twice_and_taken_away() throws SQLException {
    scene.trigger();
    scene.trigger();
    DdlTrigger.uninstall(scene.app);
    DdlTrigger.uninstall(scene.app);

    assertThat(DdlTrigger.state(new Catalog(scene.app))).isEqualTo(DdlTrigger.State.ABSENT);
  }

  @Test
  void a_change_of_the_primary_key_changes_the_identity() throws Exception {
    Feed.Stream stream = scene.open("public.t");
    scene.transaction(
        "ALTER TABLE t DROP CONSTRAINT t_pkey",
        "ALTER TABLE t ADD PRIMARY KEY (id, a)",
        "INSERT INTO t VALUES (1, 'a', 'b')");

    SchemaChange change = only(Scene.next(stream));

    assertThat(change.after().orElseThrow().identity())
        .isEqualTo(new RowIdentity.Key(List.of("1", "2")));
  }

  @Test
  void a_look_at_the_catalog_is_settled_by_transaction_ids_or_stays_provisional() throws Exception {
    Feed.Stream stream = scene.open("public.t");
    scene.run("ALTER TABLE t RENAME a TO x");
    // Nothing to read: what is committed by now is noted.
    assertThat(stream.next(Duration.ofMillis(1200))).isEmpty();
    scene.run("INSERT INTO t VALUES (1, 'x', 'b')");
    assertThat(only(Scene.next(stream)).evidence()).isEqualTo(Evidence.SETTLED);

    scene.run(
        "INSERT INTO t VALUES (2, 'x', 'b')",
        "ALTER TABLE t ADD c int",
        "INSERT INTO t VALUES (3, 'x', 'b', 3)");
    scene.apply(Scene.next(stream));
    assertThat(only(Scene.next(stream)).evidence())
        .as("nobody noted that it was committed before the row")
        .isEqualTo(Evidence.CATALOG);

    scene.transaction("ALTER TABLE t DROP c", "INSERT INTO t VALUES (4, 'x', 'b')");
    assertThat(only(Scene.next(stream)).evidence()).isEqualTo(Evidence.SETTLED);
    scene.transaction(
        "ALTER TABLE t RENAME b TO y",
        "COMMENT ON COLUMN t.y IS 'lies elsewhere'",
        "INSERT INTO t VALUES (5, 'x', 'b')");
    assertThat(only(Scene.next(stream)).evidence())
        .as("a comment has no transaction that could be told")
        .isEqualTo(Evidence.CATALOG);
  }

  @Test
  void invariant_8_a_seal_that_is_broken_or_of_another_transaction_counts_for_nothing()
      throws Exception {
    scene.trigger();
    Feed.Stream stream = scene.open("public.t");
    Relation t = stream.relations().get(0);
    String forged = hint(t, "{\"num\":3,\"name\":\"a\",", "{\"num\":2,\"name\":\"b\",");
    scene.run(
        "SELECT pg_logical_emit_message(true, 'wk.ddl', repeat('0', 64) || ' " + forged + "')",
        "INSERT INTO t VALUES (1, 'in a', 'in b')");
    scene.catchUp(stream);
    assertThat(scene.replica.changes).isEmpty();
    assertThat(stream.health().get("ignored-hints")).isEqualTo(new Probe.Value<>("1"));

    // What the trigger wrote of a column that is gone by now, copied into another transaction.
    scene.run(
        "SELECT pg_create_logical_replication_slot('thief_"
            + scene.database
            + "', 'test_decoding')",
        "ALTER TABLE t RENAME a TO z",
        "DO $$ DECLARE stolen text; BEGIN"
            + " SELECT substring(data from 'content:(.*)') INTO stolen"
            + " FROM pg_logical_slot_get_changes('thief_"
            + scene.database
            + "', NULL, NULL) WHERE data LIKE '%wk.ddl%' LIMIT 1;"
            + " EXECUTE 'ALTER TABLE t RENAME z TO a';"
            + " PERFORM pg_logical_emit_message(true, 'wk.ddl', stolen); END $$",
        "INSERT INTO t VALUES (2, 'in a', 'in b')");
    scene.catchUp(stream);
    assertThat(stream.health().get("ignored-hints")).isEqualTo(new Probe.Value<>("2"));
    assertThat(scene.relation("public.t").columnNamed("a").orElseThrow().id()).isEqualTo("2");
    scene.assertEqual("public.t");
  }

  @Test
  void a_login_that_may_not_know_the_secret_is_told_so_and_goes_on_as_without_it()
      throws Exception {
    String role = "reader_" + scene.database;
    scene.run(
        "CREATE ROLE " + role + " LOGIN REPLICATION",
        "GRANT SELECT ON t TO " + role,
        "CREATE PUBLICATION "
            + scene.slot()
            + " FOR TABLE ONLY t WITH (publish_via_partition_root = true)",
        "CREATE PUBLICATION "
            + scene.slot()
            + "_ins WITH (publish = 'insert, truncate', publish_via_partition_root = true)");
    scene.trigger();
    Feed.Stream stream =
        scene.open(
            scene.builder("public.t"),
            builder -> builder.source("shop", server.url(scene.database, role), new Properties()));
    assertThat(stream.health().get("blind-spots").toString()).contains("weirkeeper_feed.secret");
    scene.run("ALTER TABLE t RENAME a TO z", "INSERT INTO t VALUES (1, 'z', 'b')");
    assertThat(only(Scene.next(stream)).evidence()).isEqualTo(Evidence.LOGGED);

    DdlTrigger.install(scene.app, role);
    assertThat(stream.health().get("blind-spots").toString())
        .doesNotContain("weirkeeper_feed.secret");
  }
}
