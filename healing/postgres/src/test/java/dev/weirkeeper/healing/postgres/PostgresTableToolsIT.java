package dev.weirkeeper.healing.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Caller;
import dev.weirkeeper.DoorMemory;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Receipt;
import dev.weirkeeper.TableChange;
import dev.weirkeeper.TableChange.AddColumn;
import dev.weirkeeper.TableChange.AddEnumLabel;
import dev.weirkeeper.TableChange.CommentColumn;
import dev.weirkeeper.TableChange.CreateTable;
import dev.weirkeeper.TableChange.NewColumn;
import dev.weirkeeper.TableChange.RelaxColumn;
import dev.weirkeeper.TableChange.RenameColumn;
import dev.weirkeeper.TableChange.WidenColumn;
import dev.weirkeeper.Toolbox;
import dev.weirkeeper.Type;
import dev.weirkeeper.spi.AuditSink;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.testkit.LocalPostgres;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class PostgresTableToolsIT {
  private static final String SYSTEM = "lake";
  private static final Hash V2 = Hash.of(new byte[] {2});
  private static final Hash V3 = Hash.of(new byte[] {3});
  private static final AtomicInteger DATABASES = new AtomicInteger();
  private static LocalPostgres server;

  private String database;
  private PGSimpleDataSource administrator;
  private PGSimpleDataSource source;
  private PostgresTableTools tools;

  @BeforeAll
  static void start() throws Exception {
    server = LocalPostgres.start(Map.of("fsync", "off"));
    server.createDatabase("bounded");
    try (Connection connection = server.connect("bounded")) {
      PostgresBoundary.install(connection);
      PostgresBoundary.install(connection);
      PostgresBoundary.allowSchema(connection, "public");
      PostgresBoundary.limitAtFirst(connection, new PostgresBoundary.Limits(1000, 1000));
    }
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @BeforeEach
  void open() throws Exception {
    database = "t" + DATABASES.incrementAndGet();
    // Rights on a database are not copied with it.
    server.execute(
        "postgres",
        "CREATE DATABASE " + database + " TEMPLATE bounded",
        "REVOKE TEMPORARY ON DATABASE " + database + " FROM PUBLIC");
    administrator = server.dataSource(database);
    source = server.dataSource(database, "wk_change");
    tools = new PostgresTableTools(SYSTEM, source);
  }

  // Each tool.

  @Test
  void a_mirror_is_created_with_its_enum_and_its_key() throws Exception {
    CreateTable create =
        new CreateTable(
            "public.orders",
            List.of(
                new NewColumn("region", Type.of("bpchar", 2), Optional.empty()),
                new NewColumn("id", Type.of("int8"), Optional.of("it's \\ the key")),
                new NewColumn("mood", mood("sad", "ok"), Optional.empty()),
                new NewColumn("moods", array(mood("sad", "ok")), Optional.empty()),
                new NewColumn("price", Type.of("numeric", 10, 2), Optional.empty()),
                new NewColumn("took", Type.of("interval", 3), Optional.empty()),
                new NewColumn("at", Type.of("timestamptz"), Optional.empty()),
                new NewColumn("tags", Type.of("varchar[]", 9), Optional.empty())),
            List.of("id", "region"),
            V2);

    assertDone(create, "CARRIED_OUT");

    assertThat(columns("public.orders"))
        .containsExactly(
            "region character(2) not null",
            "id bigint not null",
            "mood mood",
            "moods mood[]",
            "price numeric(10,2)",
            "took interval(3)",
            "at timestamp with time zone",
            "tags character varying(9)[]");
    assertThat(query("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'p'"))
        .contains("PRIMARY KEY (id, region)");
    assertThat(query("SELECT col_description('orders'::regclass, 2)"))
        .containsExactly("it's \\ the key");
    execute("INSERT INTO orders (id, region, mood) VALUES (1, 'eu', 'sad')");
  }

  @Test
  void a_table_without_a_key_and_one_without_columns_are_created() throws Exception {
    assertDone(
        new CreateTable(
            "public.log",
            List.of(new NewColumn("line", Type.of("text"), Optional.empty())),
            List.of(),
            V2),
        "CARRIED_OUT");
    assertDone(new CreateTable("public.nothing", List.of(), List.of(), V2), "CARRIED_OUT");
  }

  @Test
  void a_schema_is_never_created() {
    assertRefused(
        new CreateTable(
            "gold.orders",
            List.of(new NewColumn("id", Type.of("int4"), Optional.empty())),
            List.of("id"),
            V2),
        "does not exist");
  }

  @Test
  void every_type_of_the_closed_list_can_be_a_column() throws Exception {
    Stream<Type> plain =
        Stream.of(
                "bool int2 int4 int8 float4 float8 money text name char bytea date uuid json jsonb"
                    + " jsonpath xml inet cidr macaddr macaddr8 oid pg_lsn tsvector tsquery point"
                    + " line lseg box path polygon circle int4range int8range numrange tsrange"
                    + " tstzrange daterange int4multirange int8multirange nummultirange"
                    + " tsmultirange tstzmultirange datemultirange varchar bpchar varbit time"
                    + " timetz timestamp timestamptz interval numeric")
            .flatMap(all -> Stream.of(all.split(" ")))
            .flatMap(name -> Stream.of(Type.of(name), Type.of(name + "[]")));
    Stream<Type> withArgs =
        Stream.of(
            Type.of("varchar", 5),
            Type.of("bpchar", 5),
            Type.of("bit", 5),
            Type.of("varbit", 5),
            Type.of("time", 0),
            Type.of("timetz", 1),
            Type.of("timestamp", 2),
            Type.of("timestamptz", 6),
            Type.of("interval", 4),
            Type.of("interval", 6),
            Type.of("numeric", 5),
            Type.of("numeric", 5, 2),
            Type.of("numeric", 3, -2),
            Type.of("numeric", 2, 5),
            Type.of("numeric[]", 9, 3),
            Type.of("interval[]", 0));
    List<NewColumn> columns = new ArrayList<>();
    Stream.concat(plain, withArgs)
        .forEach(type -> columns.add(new NewColumn("c" + columns.size(), type, Optional.empty())));

    assertDone(new CreateTable("public.wide", columns, List.of(), V2), "CARRIED_OUT");
  }

  @Test
  void a_missing_value_is_kept_for_existing_rows_only() throws Exception {
    execute("CREATE TABLE orders (id int PRIMARY KEY)", "INSERT INTO orders VALUES (1), (2)");

    assertDone(add("state", Type.of("text"), "it's \\new {d '2020-01-01'}; ? $1"), "CARRIED_OUT");
    execute("INSERT INTO orders (id) VALUES (3)");

    assertThat(query("SELECT coalesce(state, 'NULL') FROM orders ORDER BY id"))
        .containsExactly(
            "it's \\new {d '2020-01-01'}; ? $1", "it's \\new {d '2020-01-01'}; ? $1", "NULL");
  }

  @Test
  void a_missing_value_reaches_the_rows_of_partitions() throws Exception {
    execute(
        "CREATE TABLE orders (id int) PARTITION BY RANGE (id)",
        "CREATE TABLE orders_1 PARTITION OF orders FOR VALUES FROM (0) TO (10)",
        "INSERT INTO orders VALUES (1)");

    assertDone(add("note", Type.of("varchar", 5), "old"), "CARRIED_OUT");
    execute("INSERT INTO orders (id) VALUES (2)", "INSERT INTO orders_1 (id) VALUES (3)");

    assertThat(query("SELECT coalesce(note, 'NULL') FROM orders ORDER BY id"))
        .containsExactly("old", "NULL", "NULL");
  }

  @Test
  void a_missing_value_that_does_not_fit_fails_and_is_not_cut() throws Exception {
    execute("CREATE TABLE orders (id int)");

    assertFailed(add("note", Type.of("varchar", 3), "abcdef"), "22001");
    assertFailed(add("n", Type.of("int4"), "1; DROP TABLE orders"), "22P02");
    assertFailed(add("n", Type.of("int2"), "70000"), "22003");

    assertThat(columns("orders")).containsExactly("id integer");
  }

  @Test
  void an_enum_column_is_added_with_its_type_and_its_missing_label() throws Exception {
    execute("CREATE TABLE orders (id int)", "INSERT INTO orders VALUES (1)");

    assertDone(add("mood", mood("sad", "it's"), "it's"), "CARRIED_OUT");

    assertThat(query("SELECT mood FROM orders")).containsExactly("it's");
  }

  @Test
  void widenings_keep_every_value() throws Exception {
    Object[][] pairs = {
      {Type.of("int2"), Type.of("int4"), "-32768"},
      {Type.of("int2"), Type.of("float4"), "-32767"},
      {Type.of("int4"), Type.of("int8"), "-2147483648"},
      {Type.of("int4"), Type.of("float8"), "2147483647"},
      {Type.of("int4"), Type.of("numeric", 10), "-2147483648"},
      {Type.of("int8"), Type.of("numeric", 21, 2), "-9223372036854775808"},
      {Type.of("float4"), Type.of("float8"), "0.1"},
      {Type.of("numeric", 10, 2), Type.of("numeric", 12, 4), "12345678.91"},
      {Type.of("numeric", 3, -2), Type.of("numeric", 5), "99900"},
      {Type.of("numeric", 10, 2), Type.of("numeric"), "-12345678.91"},
      {Type.of("varchar", 3), Type.of("varchar", 4), "abc"},
      {Type.of("varchar", 3), Type.of("text"), "a c"},
      {Type.of("text"), Type.of("varchar"), "abc"},
      {Type.of("date"), Type.of("timestamp"), "0001-01-01 BC"},
      {Type.of("timestamp", 3), Type.of("timestamp"), "2020-01-01 00:00:00.123"},
      {Type.of("timetz", 0), Type.of("timetz", 2), "01:02:03+05"},
      {Type.of("interval", 0), Type.of("interval", 3), "1 year 2 days 03:04:05"},
      {Type.of("uuid"), Type.of("varchar", 36), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
      {Type.of("bit", 3), Type.of("varbit", 4), "101"},
      {Type.of("int4[]"), Type.of("int8[]"), "{1,NULL,-2147483648}"},
      {Type.of("varchar[]", 3), Type.of("text[]"), "{abc,NULL}"},
      {mood("sad", "ok"), Type.of("text"), "ok"}
    };
    List<NewColumn> columns = new ArrayList<>();
    for (Object[] pair : pairs) {
      columns.add(new NewColumn("c" + columns.size(), (Type) pair[0], Optional.empty()));
    }
    assertDone(new CreateTable("public.orders", columns, List.of(), V2), "CARRIED_OUT");
    String values =
        String.join(", ", Arrays.stream(pairs).map(pair -> "'" + pair[2] + "'").toList());
    execute("INSERT INTO orders VALUES (" + values + ")", "CREATE TABLE old AS TABLE orders");

    for (int i = 0; i < pairs.length; i++) {
      Type from = (Type) pairs[i][0];
      Type to = (Type) pairs[i][1];
      assertDone(new WidenColumn("public.orders", "c" + i, from, to, V2), "CARRIED_OUT");

      String text = from.isEnum() || from.name().matches("uuid|.*\\[]") ? "::text" : "";
      assertThat(query("SELECT o.c%1$d%2$s = n.c%1$d%2$s FROM old o, orders n".formatted(i, text)))
          .as("%s to %s", from, to)
          .containsExactly("t");
    }
  }

  @Test
  void a_column_is_relaxed_renamed_and_described() throws Exception {
    execute("CREATE TABLE orders (id int PRIMARY KEY, n int NOT NULL)");

    assertDone(new RelaxColumn("public.orders", "n", V2), "CARRIED_OUT");
    assertDone(approved(new RenameColumn("public.orders", "n", "count", V2)), "CARRIED_OUT");
    assertDone(comment("count", Optional.of("how many; it's \\ a \"count\"")), "CARRIED_OUT");

    assertThat(columns("orders")).containsExactly("id integer not null", "count integer");
    assertThat(query("SELECT col_description('orders'::regclass, 2)"))
        .containsExactly("how many; it's \\ a \"count\"");
    assertDone(comment("count", Optional.empty()), "CARRIED_OUT");
    assertThat(query("SELECT col_description('orders'::regclass, 2)")).containsOnlyNulls();
  }

  private static CommentColumn comment(String column, Optional<String> text) {
    return new CommentColumn("public.orders", column, text, V2);
  }

  @Test
  void a_label_is_added_at_the_end_and_one_that_is_there_is_done() throws Exception {
    execute(
        "CREATE TYPE mood AS ENUM ('sad', 'ok')",
        "CREATE TABLE orders (id int, mood mood, moods mood[])");

    assertDone(new AddEnumLabel("public.orders", "mood", "it's; \\fine", V2), "CARRIED_OUT");
    assertDone(new AddEnumLabel("public.orders", "moods", "great", V2), "CARRIED_OUT");
    assertDone(new AddEnumLabel("public.orders", "mood", "sad", V2), "CARRIED_OUT");

    assertThat(query("SELECT unnest(enum_range(NULL::mood))"))
        .containsExactly("sad", "ok", "it's; \\fine", "great");
    execute("INSERT INTO orders VALUES (1, 'it''s; \\fine', '{great}')");
  }

  // Invariant 4: nothing but the typed change.

  @Test
  void invariant_4_hostile_names_stay_names() throws Exception {
    List<String> names =
        List.of(
            "\"",
            "a\"; DROP TABLE victim; --",
            "a'; DROP TABLE victim; --",
            "semi;colon",
            "{fn now()}",
            "? $1 :name",
            "$$ $tag$",
            "/* comment",
            "back\\slash",
            "select",
            "naïve ☃ 𝔘𝔫𝔦",
            "a.b.c",
            " ",
            "x".repeat(63),
            "é".repeat(31) + "x");
    execute("CREATE TABLE victim (id int)", "CREATE SCHEMA \"we\"\"ird;\"");
    try (Connection connection = administrator.getConnection()) {
      PostgresBoundary.allowSchema(connection, "we\"ird;");
    }
    for (String name : names) {
      String table = "we\"ird;." + name;
      CreateTable create =
          new CreateTable(
              table,
              List.of(
                  new NewColumn(name, Type.of("int4"), Optional.of(name)),
                  new NewColumn("n", enumOf("s." + flip(name), name), Optional.empty())),
              List.of(name),
              V2);

      assertDone(create, "CARRIED_OUT");
      assertDone(
          new AddColumn(table, flip(name), Type.of("text"), Optional.of(name), V2), "CARRIED_OUT");
      assertDone(new WidenColumn(table, name, Type.of("int4"), Type.of("int8"), V2), "CARRIED_OUT");
      assertDone(new AddEnumLabel(table, "n", flip(name), V2), "CARRIED_OUT");
      assertDone(new CommentColumn(table, name, Optional.of(name + name), V2), "CARRIED_OUT");
      assertDone(approved(new RenameColumn(table, name, "renamed", V2)), "CARRIED_OUT");
      assertDone(approved(new RenameColumn(table, "renamed", name, V2)), "CARRIED_OUT");
    }

    assertThat(query("SELECT relname FROM pg_class WHERE relname = 'victim'")).hasSize(1);
    assertThat(
            query(
                "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
                    + " WHERE nspname = 'we\"ird;' AND relkind = 'r'"))
        .containsExactlyInAnyOrderElementsOf(names);
  }

  /** Another name that is no longer and as hostile. */
  private static String flip(String name) {
    return name.length() == 1 ? name + "_" : "_" + name.substring(1);
  }

  @Test
  void invariant_4_types_that_carry_sql_are_refused_and_nothing_is_lost() throws Exception {
    execute("CREATE TABLE orders (id int, d int)");

    assertRefused(add("x", Type.of("int4, DROP COLUMN d")), "not one that a mirror");
    assertRefused(add("x", Type.of("int4 DEFAULT pg_sleep(9)")), "not one that a mirror");
    assertRefused(
        new WidenColumn(
            "public.orders", "d", Type.of("int4"), Type.of("text USING left(d::text, 1)"), V2),
        "not one that a mirror");

    assertThat(columns("orders")).containsExactly("id integer", "d integer");
  }

  @Test
  void invariant_4_a_column_is_never_narrowed_and_from_must_be_exact() throws Exception {
    execute("CREATE TABLE orders (v varchar(9), w varchar(10), n numeric(10,2), i int8)");

    assertRefused(widen("v", Type.of("varchar", 9), Type.of("varchar", 8)), "keep every value");
    assertRefused(widen("n", Type.of("numeric", 10, 2), Type.of("numeric", 11, 4)), "keep every");
    assertRefused(widen("i", Type.of("int8"), Type.of("int4")), "keep every value");
    assertRefused(widen("w", Type.of("varchar", 9), Type.of("varchar", 20)), "starts from");
    assertRefused(widen("w", Type.of("varchar"), Type.of("text")), "starts from");
    assertRefused(widen("n", Type.of("numeric"), Type.of("numeric", 12, 4)), "starts from");
    assertRefused(widen("i", mood("a"), Type.of("text")), "starts from");

    assertThat(columns("orders"))
        .containsExactly(
            "v character varying(9)", "w character varying(10)", "n numeric(10,2)", "i bigint");
  }

  private static WidenColumn widen(String column, Type from, Type to) {
    return new WidenColumn("public.orders", column, from, to, V2);
  }

  @Test
  void invariant_4_a_domain_or_composite_that_looks_like_an_enum_is_refused() throws Exception {
    execute(
        "CREATE DOMAIN mood AS text",
        "CREATE TABLE orders (mood mood)",
        "CREATE TABLE other (id int)");

    assertRefused(widen("mood", mood("a"), Type.of("text")), "starts from");
    assertRefused(new AddEnumLabel("public.orders", "mood", "x", V2), "no enum type");
    assertRefused(
        new AddColumn("public.other", "m", mood("a"), Optional.empty(), V2), "no enum with these");
  }

  @Test
  void invariant_4_only_tables_are_changed() throws Exception {
    execute(
        "CREATE TABLE t (id int)",
        "CREATE VIEW orders AS SELECT * FROM t",
        "CREATE TABLE p (id int) PARTITION BY LIST (id)",
        "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)",
        "CREATE TABLE parent (id int)",
        "CREATE TABLE child () INHERITS (parent)");

    assertRefused(add("x", Type.of("int4")), "no ordinary or partitioned");
    for (String table : List.of("public.p1", "public.parent")) {
      assertRefused(new AddColumn(table, "x", Type.of("int4"), Optional.empty(), V2), "partition");
    }
    assertRefused(
        new AddColumn("weirkeeper.act", "x", Type.of("int4"), Optional.empty(), V2), "bookkeeping");
    assertRefused(
        new AddColumn("pg_catalog.pg_class", "x", Type.of("int4"), Optional.empty(), V2),
        "bookkeeping");
  }

  @Test
  void invariant_4_an_action_addressed_to_another_table_or_system_is_refused() throws Exception {
    execute("CREATE TABLE orders (id int)", "CREATE TABLE other (id int)");
    List<AuditRecord> written = new ArrayList<>();
    Toolbox door = door(source, written);
    Caller pipeline = new Caller("pipeline", Caller.Kind.POLICY);
    Json change = Json.of(add("x", Type.of("int4")));

    for (Asset target :
        List.of(new Asset(SYSTEM, "public.other"), new Asset("shop", "public.orders"))) {
      Outcome outcome =
          door.perform(pipeline, new Action(AddColumn.TOOL, change, target), List.of());
      assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    }
    assertThat(written.stream().map(AuditRecord::kind))
        .containsExactly("act.refused", "act.refused");
    assertThat(columns("orders")).hasSize(1);
  }

  @Test
  void invariant_4_no_tool_takes_sql_and_there_are_exactly_seven_changes() {
    assertThat(Arrays.stream(TableChange.class.getPermittedSubclasses()).map(Class::getSimpleName))
        .containsExactlyInAnyOrder(
            "CreateTable",
            "AddColumn",
            "WidenColumn",
            "RelaxColumn",
            "RenameColumn",
            "AddEnumLabel",
            "CommentColumn");
    assertThat(tools.tools()).hasSize(7);
    for (Tool<?, ?> tool : tools.tools()) {
      assertThat(TableChange.class).as(tool.spec().name()).isAssignableFrom(tool.input());
      assertThat(tool.spec().inputSchema().text().toLowerCase(Locale.ROOT))
          .doesNotContain("\"sql\"")
          .doesNotContain("\"statement\"")
          .doesNotContain("\"query\"")
          .doesNotContain("\"expression\"");
      assertThat(tool.spec().name())
          .doesNotContain("drop", "truncate", "detach", "owner", "narrow", "rename_table");
      assertThat(tool.fingerprint()).isPresent();
      assertThat(tool.check()).isPresent();
    }
  }

  @Test
  void invariant_4_names_that_differ_only_in_case_are_refused() throws Exception {
    execute("CREATE TABLE orders (id int, \"Amount\" int)");

    assertRefused(add("amount", Type.of("int4")), "case");
    assertRefused(new RenameColumn("public.orders", "id", "AMOUNT", V2), "case");
    assertRefused(
        new CreateTable(
            "public.Orders",
            List.of(new NewColumn("id", Type.of("int4"), Optional.empty())),
            List.of(),
            V2),
        "case");
  }

  @Test
  void a_default_search_path_or_temporary_type_of_the_login_changes_nothing() throws Exception {
    execute(
        "CREATE SCHEMA evil",
        "CREATE DOMAIN evil.int4 AS text",
        "CREATE TABLE orders (id pg_catalog.int4)",
        "INSERT INTO orders VALUES (1)",
        "ALTER DATABASE " + database + " SET search_path = evil, pg_catalog",
        "ALTER DATABASE " + database + " SET standard_conforming_strings = off",
        "ALTER DATABASE " + database + " SET default_transaction_isolation = 'serializable'",
        "ALTER DATABASE " + database + " SET default_transaction_read_only = on");

    assertDone(add("x", Type.of("int4"), "7"), "CARRIED_OUT");
    assertDone(add("y", Type.of("text"), "\\', 'a\\\\"), "CARRIED_OUT");

    server.execute("postgres", "ALTER DATABASE " + database + " RESET ALL");
    assertThat(columns("public.orders")).containsExactly("id integer", "x integer", "y text");
    assertThat(query("SELECT x || y FROM public.orders")).containsExactly("7\\', 'a\\\\");
  }

  // Invariant 2: settled by the act's own row.

  @Test
  void invariant_2_the_same_action_after_a_crash_is_found_done() throws Exception {
    execute("CREATE TABLE orders (id int)", "INSERT INTO orders VALUES (1)");
    AddColumn change = add("state", Type.of("text"), "old");
    assertDone(change, "CARRIED_OUT");
    List<String> before = query("SELECT xmin FROM pg_attribute WHERE attname = 'state'");

    assertDone(change, "FOUND_DONE");

    assertThat(query("SELECT xmin FROM pg_attribute WHERE attname = 'state'")).isEqualTo(before);
    assertThat(query("SELECT op || ' ' || table_name FROM wk.act"))
        .containsExactly("add_column public.orders");
  }

  @Test
  void invariant_2_every_tool_finds_its_own_act_done() throws Exception {
    List<TableChange> changes =
        List.of(
            new CreateTable(
                "public.orders",
                List.of(
                    new NewColumn("id", Type.of("int4"), Optional.empty()),
                    new NewColumn("mood", mood("sad"), Optional.empty())),
                List.of("id"),
                V2),
            add("n", Type.of("int4"), "5"),
            widen("n", Type.of("int4"), Type.of("int8")),
            new RelaxColumn("public.orders", "n", V2),
            new RenameColumn("public.orders", "n", "m", V2),
            new AddEnumLabel("public.orders", "mood", "ok", V2),
            comment("m", Optional.of("x")));
    for (TableChange change : changes) {
      if (change instanceof RenameColumn rename) {
        approved(rename);
      }
      assertDone(change, "CARRIED_OUT");
      assertDone(change, "FOUND_DONE");
    }
    assertThat(query("SELECT count(*) FROM wk.act")).containsExactly("7");
  }

  @Test
  void the_same_action_is_carried_out_again_when_it_was_taken_back_since() throws Exception {
    execute("CREATE TABLE orders (a int)");
    RenameColumn there = new RenameColumn("public.orders", "a", "b", V2);
    RenameColumn back = new RenameColumn("public.orders", "b", "a", V3);

    assertDone(approved(there), "CARRIED_OUT");
    assertDone(approved(back), "CARRIED_OUT");
    assertDone(approved(there), "CARRIED_OUT");
    assertDone(there, "FOUND_DONE");

    assertThat(columns("orders")).containsExactly("b integer");
  }

  @Test
  void invariant_2_a_change_without_its_act_row_is_not_taken_for_its_own() throws Exception {
    execute("CREATE TABLE orders (id int, state text)");

    assertRefused(add("state", Type.of("text")), "would have the name");
  }

  @Test
  void invariant_2_a_lost_reply_to_the_commit_is_settled_by_the_act_row() throws Exception {
    execute("CREATE TABLE orders (id int)");
    DataSource losing = commits(Connection::commit);

    Outcome outcome = perform(new PostgresTableTools(SYSTEM, losing), add("x", Type.of("int4")));

    assertThat(outcome).isInstanceOf(Outcome.Done.class);
    assertThat(columns("orders")).containsExactly("id integer", "x integer");
  }

  @Test
  void invariant_2_a_commit_that_never_arrived_is_known_to_have_failed() throws Exception {
    execute("CREATE TABLE orders (id int)");
    DataSource dying = commits(Connection::close);

    Outcome outcome = perform(new PostgresTableTools(SYSTEM, dying), add("x", Type.of("int4")));

    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    assertThat(columns("orders")).containsExactly("id integer");
    assertThat(query("SELECT FROM wk.act")).isEmpty();
  }

  @Test
  void invariant_2_a_label_comes_and_goes_with_its_act_row() throws Exception {
    execute("CREATE TYPE mood AS ENUM ('sad')", "CREATE TABLE orders (mood mood)");
    AddEnumLabel change = new AddEnumLabel("public.orders", "mood", "ok", V2);

    assertThat(perform(new PostgresTableTools(SYSTEM, commits(Connection::close)), change))
        .isInstanceOf(Outcome.Failed.class);
    assertThat(query("SELECT unnest(enum_range(NULL::mood))")).containsExactly("sad");
    assertThat(query("SELECT FROM wk.act")).isEmpty();

    assertThat(perform(new PostgresTableTools(SYSTEM, commits(Connection::commit)), change))
        .isInstanceOf(Outcome.Done.class);
    execute("INSERT INTO orders VALUES ('ok')");
  }

  @Test
  void invariant_2_a_commit_still_in_flight_is_unknown_and_never_guessed() throws Exception {
    execute("CREATE TABLE orders (id int)");
    List<Connection> inFlight = new ArrayList<>();
    DataSource hanging =
        commits(
            connection -> {
              // The transaction stays open, as if its COMMIT were on the way.
              inFlight.add(connection);
            });
    PostgresTableTools patient =
        PostgresTableTools.builder(SYSTEM, hanging).lockTimeout(Duration.ofMillis(50)).build();
    AddColumn change = add("x", Type.of("int4"));

    assertThat(perform(patient, change))
        .isInstanceOf(Outcome.Unknown.class)
        .extracting(Object::toString)
        .asString()
        .contains("55P03");

    inFlight.get(0).commit();
    inFlight.get(0).close();
    assertDone(change, "FOUND_DONE");
  }

  @Test
  void invariant_2_a_target_that_is_gone_after_the_commit_is_unknown() throws Exception {
    execute("CREATE TABLE orders (id int)");
    AtomicInteger connections = new AtomicInteger();
    DataSource losing = commits(Connection::commit);
    DataSource once =
        proxy(
            DataSource.class,
            losing,
            (name, call) -> {
              if (name.equals("getConnection") && connections.incrementAndGet() > 1) {
                throw new SQLException("gone", "08001");
              }
              return call.proceed();
            });

    assertThat(perform(new PostgresTableTools(SYSTEM, once), add("x", Type.of("int4"))))
        .isEqualTo(
            new Outcome.Unknown(
                "The connection was lost while table_add_column on public.orders was committed, and"
                    + " the target does not say what became of it (SQLSTATE 08001); once it answers,"
                    + " ask for the same action again: it is never done twice"));
    assertDone(add("x", Type.of("int4")), "FOUND_DONE");
  }

  @Test
  void a_connection_goes_back_to_its_pool_as_it_came() throws Exception {
    execute("CREATE TABLE orders (id int)");
    try (Connection pooled = server.connect(database, "wk_change")) {
      pooled.setAutoCommit(false);
      DataSource pool =
          proxy(
              DataSource.class,
              server.dataSource(database, "wk_change"),
              (name, call) ->
                  proxy(
                      Connection.class,
                      pooled,
                      (method, inner) -> method.equals("close") ? pooled : inner.proceed()));

      Outcome outcome = perform(new PostgresTableTools(SYSTEM, pool), add("x", Type.of("int4")));

      assertThat(outcome).isInstanceOf(Outcome.Done.class);
      assertThat(pooled.getAutoCommit()).isFalse();
      assertThat(pooled.getNetworkTimeout()).isZero();
    }
  }

  @FunctionalInterface
  private interface CommitFault {
    void meet(Connection real) throws SQLException;
  }

  /** A source whose first connection meets a fault at its commit and then loses the answer. */
  private DataSource commits(CommitFault fault) {
    AtomicInteger connections = new AtomicInteger();
    return proxy(
        DataSource.class,
        source,
        (name, call) -> {
          Object result = call.proceed();
          if (!name.equals("getConnection") || connections.getAndIncrement() > 0) {
            return result;
          }
          Connection real = (Connection) result;
          boolean[] broken = {false};
          return proxy(
              Connection.class,
              real,
              (method, inner) -> {
                if (method.equals("commit")) {
                  fault.meet(real);
                  broken[0] = true;
                  throw new SQLException("the answer was lost", "08006");
                }
                if (broken[0]) {
                  throw new SQLException("the connection is broken", "08003");
                }
                return inner.proceed();
              });
        });
  }

  @FunctionalInterface
  private interface Proceeding {
    Object proceed() throws Throwable;
  }

  @FunctionalInterface
  private interface Around {
    Object call(String method, Proceeding proceeding) throws Throwable;
  }

  private static <T> T proxy(Class<T> type, T real, Around around) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, args) ->
                around.call(
                    method.getName(),
                    () -> {
                      try {
                        return method.invoke(real, args);
                      } catch (InvocationTargetException e) {
                        throw e.getCause();
                      }
                    })));
  }

  // Locks, failures, limits.

  @Test
  void a_table_that_others_hold_fails_after_the_tries_and_nothing_changes() throws Exception {
    execute("CREATE TABLE orders (id int)");
    PostgresTableTools hasty =
        PostgresTableTools.builder(SYSTEM, source)
            .lockTimeout(Duration.ofMillis(20))
            .retries(2)
            .build();
    try (Connection reader = administrator.getConnection();
        Statement statement = reader.createStatement()) {
      reader.setAutoCommit(false);
      statement.execute("LOCK TABLE orders IN ACCESS SHARE MODE");

      Outcome outcome = perform(hasty, add("x", Type.of("int4")));

      assertThat(outcome).isInstanceOf(Outcome.Failed.class);
      assertThat(outcome.toString()).contains("55P03");
      // A comment does not hold readers up, so they do not hold it up.
      assertThat(perform(hasty, comment("id", Optional.of("x")))).isInstanceOf(Outcome.Done.class);
      reader.rollback();
    }
    assertThat(columns("orders")).containsExactly("id integer");
    assertThat(query("SELECT op FROM wk.act")).containsExactly("comment");
  }

  @Test
  void a_table_that_is_let_go_meanwhile_is_changed_at_a_later_try() throws Exception {
    execute("CREATE TABLE orders (id int)");
    AtomicInteger tries = new AtomicInteger();
    Connection holder = administrator.getConnection();
    holder.setAutoCommit(false);
    try (Statement statement = holder.createStatement()) {
      statement.execute("LOCK TABLE orders IN ACCESS SHARE MODE");
    }
    DataSource counting =
        proxy(
            DataSource.class,
            source,
            (name, call) -> {
              if (name.equals("getConnection") && tries.incrementAndGet() == 3) {
                holder.rollback();
                holder.close();
              }
              return call.proceed();
            });
    PostgresTableTools hasty =
        PostgresTableTools.builder(SYSTEM, counting).lockTimeout(Duration.ofMillis(20)).build();

    assertThat(perform(hasty, add("x", Type.of("int4")))).isInstanceOf(Outcome.Done.class);
    assertThat(tries).hasValue(3);
  }

  @Test
  void only_a_lock_or_a_deadlock_is_tried_again() throws Exception {
    execute("CREATE TABLE orders (id int)");
    for (String state : List.of("55P03", "40P01", "08006", "57014", "23505", "40001")) {
      AtomicInteger connections = new AtomicInteger();
      DataSource failing =
          proxy(
              DataSource.class,
              source,
              (name, call) -> {
                if (name.equals("getConnection") && connections.incrementAndGet() <= 2) {
                  throw new SQLException("s3cret", state);
                }
                return call.proceed();
              });

      Outcome outcome =
          perform(new PostgresTableTools(SYSTEM, failing), add("c" + state, Type.of("int4")));

      boolean again = state.equals("55P03") || state.equals("40P01");
      assertThat(connections).as(state).hasValue(again ? 3 : 1);
      assertThat(outcome.isDone()).as(state).isEqualTo(again);
      assertThat(outcome.toString()).doesNotContain("s3cret");
    }
  }

  @Test
  void nothing_is_done_after_the_deadline() throws Exception {
    execute("CREATE TABLE orders (id int)");
    AddColumn change = add("x", Type.of("int4"));
    Tool<AddColumn, ?> tool = tool(AddColumn.TOOL);

    Outcome outcome =
        tool.handler()
            .call(change, FakeCall.of(tool, change, SYSTEM, Instant.now().minusSeconds(1)));

    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    assertThat(columns("orders")).hasSize(1);
  }

  @Test
  void two_hosts_with_the_same_action_change_the_table_once() throws Exception {
    execute("CREATE TABLE orders (id int)");
    AddColumn change = add("x", Type.of("int4"));

    List<CompletableFuture<Outcome>> both =
        Stream.of(1, 2)
            .map(
                host ->
                    CompletableFuture.supplyAsync(
                        () -> perform(new PostgresTableTools(SYSTEM, source), change)))
            .toList();
    List<String> answers = new ArrayList<>();
    for (CompletableFuture<Outcome> one : both) {
      answers.add(how(one.get(30, TimeUnit.SECONDS)));
    }

    assertThat(answers).containsExactlyInAnyOrder("CARRIED_OUT", "FOUND_DONE");
  }

  @Test
  void a_view_on_the_column_fails_the_widening_with_its_sqlstate() throws Exception {
    execute("CREATE TABLE orders (id int, n int)", "CREATE VIEW names AS SELECT n FROM orders");

    assertFailed(widen("n", Type.of("int4"), Type.of("int8")), "0A000");

    assertThat(columns("orders")).containsExactly("id integer", "n integer");
  }

  @Test
  void a_partition_that_is_not_in_care_fails_the_act_and_the_message_holds_no_values()
      throws Exception {
    execute("CREATE TABLE orders (id int) PARTITION BY RANGE (id)");
    server.execute(
        database, "CREATE TABLE orders_1 PARTITION OF orders FOR VALUES FROM (0) TO (9)");
    AddColumn change = add("x", Type.of("text"), "s3cret");

    assertFailed(change, "42501");
    assertThat(perform(tools, change).toString()).contains("wk.adopt").doesNotContain("s3cret");

    execute("SELECT wk.adopt('orders')");
    assertDone(change, "CARRIED_OUT");
  }

  @Test
  void a_target_without_the_boundary_is_refused_with_what_to_do() throws Exception {
    server.createDatabase("bare");
    server.execute("bare", "CREATE TABLE orders (id int)");

    for (DataSource bare :
        List.of(server.dataSource("bare"), server.dataSource("bare", "wk_change"))) {
      assertThat(perform(new PostgresTableTools(SYSTEM, bare), add("x", Type.of("int4"))))
          .isInstanceOf(Outcome.Refused.class)
          .extracting(Object::toString)
          .asString()
          .contains("PostgresBoundary.install");
    }
  }

  @Test
  void invariant_4_no_other_login_makes_changes() throws Exception {
    execute("CREATE TABLE orders (id int)", "GRANT USAGE ON SCHEMA wk TO wk_rows");

    for (String login : List.of("postgres", "wk_rows", "wk_approve")) {
      Outcome outcome =
          perform(
              new PostgresTableTools(SYSTEM, server.dataSource(database, login)),
              add("x", Type.of("int4"), "s3cret"));

      assertThat(outcome).as(login).isInstanceOf(Outcome.Refused.class);
      assertThat(outcome.toString()).contains("as login wk_change only").doesNotContain("s3cret");
    }
    PGSimpleDataSource disguised = server.dataSource(database);
    disguised.setOptions("-c role=wk_change");
    assertThat(perform(new PostgresTableTools(SYSTEM, disguised), add("x", Type.of("int4"))))
        .isInstanceOf(Outcome.Refused.class);
    assertThat(columns("orders")).containsExactly("id integer");
  }

  @Test
  void invariant_4_a_dangerous_login_is_refused_until_it_is_mended() throws Exception {
    execute("CREATE TABLE orders (id int)");
    execute("GRANT TRUNCATE ON orders TO wk_change");
    AddColumn change = add("x", Type.of("int4"));

    assertRefused(change, "REVOKE TRUNCATE, TRIGGER, REFERENCES");

    execute("REVOKE TRUNCATE ON orders FROM wk_change");
    assertDone(change, "CARRIED_OUT");
  }

  @Test
  void invariant_4_a_rename_waits_for_a_person_and_an_approval_is_used_once() throws Exception {
    execute("CREATE TABLE orders (a int)");
    RenameColumn rename = new RenameColumn("public.orders", "a", "b", V2);
    RenameColumn back = new RenameColumn("public.orders", "b", "a", V3);

    assertRefused(rename, "SELECT wk.approve('" + request(rename) + "', '1 hour')");
    // An approval of another rename, one that is revoked and one that ran out are none.
    approved(new RenameColumn("public.orders", "a", "c", V2));
    assertRefused(rename, "approval of a person");
    approved(rename);
    try (Connection person = server.connect(database, "wk_approve")) {
      PostgresBoundary.revoke(person, request(rename));
    }
    assertRefused(rename, "approval of a person");
    approved(rename);
    execute("UPDATE wk.approval SET expires = clock_timestamp()");
    assertRefused(rename, "approval of a person");

    assertDone(approved(rename), "CARRIED_OUT");
    assertDone(approved(back), "CARRIED_OUT");
    assertRefused(rename, "approval of a person");
    assertThat(
            query("SELECT DISTINCT approver || ' ' || used_by FROM wk.approval WHERE used_at > at"))
        .containsExactly("wk_approve wk_change");
  }

  @Test
  void invariant_4_an_approval_is_void_once_the_table_has_changed() throws Exception {
    execute("CREATE TABLE orders (a int)");
    RenameColumn rename = approved(new RenameColumn("public.orders", "a", "b", V2));
    execute("ALTER TABLE orders ADD COLUMN c int");

    assertRefused(rename, "approval of a person");
  }

  @Test
  void a_person_approves_under_his_own_name_and_a_login_of_ours_never_does() throws Exception {
    execute(
        "CREATE TABLE orders (a int)",
        "DROP ROLE IF EXISTS ana",
        "CREATE ROLE ana LOGIN IN ROLE wk_approve");
    RenameColumn rename = new RenameColumn("public.orders", "a", "b", V2);
    String request = request(rename);

    for (String login : List.of("wk_change", "wk_rows", "wk_read")) {
      try (Connection other = server.connect(database, login)) {
        assertThatThrownBy(() -> PostgresBoundary.approve(other, request, Duration.ofHours(1)))
            .as(login)
            .isInstanceOf(SQLException.class);
      }
    }
    try (Connection ana = server.connect(database, "ana")) {
      for (Duration lasting : List.of(Duration.ofDays(2), Duration.ZERO, Duration.ofHours(-1))) {
        assertThatThrownBy(() -> PostgresBoundary.approve(ana, request, lasting))
            .hasMessageContaining("at most a day");
      }
      PostgresBoundary.approve(ana, request, Duration.ofMinutes(5));
    }

    assertDone(rename, "CARRIED_OUT");
    assertThat(query("SELECT approver FROM wk.approval")).containsExactly("ana");
  }

  @Test
  void invariant_4_two_hosts_at_once_use_an_approval_once() throws Exception {
    execute("CREATE TABLE orders (a int)");
    for (int i = 0; i < 8; i++) {
      String from = "a" + i;
      execute("ALTER TABLE orders RENAME COLUMN " + (i == 0 ? "a" : "b" + (i - 1)) + " TO " + from);
      RenameColumn one = approved(new RenameColumn("public.orders", from, "b" + i, V2));
      RenameColumn other = new RenameColumn("public.orders", from, "b" + i, V3);

      List<CompletableFuture<Outcome>> both =
          Stream.of(one, other)
              .map(
                  rename ->
                      CompletableFuture.supplyAsync(
                          () -> perform(new PostgresTableTools(SYSTEM, source), rename)))
              .toList();

      assertThat(both).filteredOn(answer -> answer.join().isDone()).as("round %s", i).hasSize(1);
    }
  }

  @Test
  void invariant_4_acts_of_a_table_have_a_budget_that_other_names_do_not_stretch()
      throws Exception {
    execute("CREATE TABLE orders (id int)");
    execute("SELECT wk.set_limits('orders', 3, 0)");
    for (int i = 0; i < 3; i++) {
      assertDone(comment("id", Optional.of("c" + i)), "CARRIED_OUT");
    }

    assertRefused(comment("id", Optional.of("c0")), "acts of this hour are spent");
    // What is done already costs nothing.
    assertDone(comment("id", Optional.of("c2")), "FOUND_DONE");
  }

  @Test
  void invariant_5_a_state_that_was_seen_before_somebody_changed_the_table_is_refused()
      throws Exception {
    execute("CREATE TABLE orders (id int)");
    AddColumn change = add("x", Type.of("int4"));
    String seen = fingerprint();
    execute("ALTER TABLE orders ADD COLUMN y int");
    Tool<AddColumn, ?> tool = tool(AddColumn.TOOL);

    Outcome outcome =
        tool.handler().call(change, FakeCall.of(tool, change, SYSTEM, later()).having(seen));

    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    assertThat(outcome.toString()).contains("WK002");
    assertThat(
            tool.handler()
                .call(change, FakeCall.of(tool, change, SYSTEM, later()).having(fingerprint())))
        .isInstanceOf(Outcome.Done.class);
  }

  @Test
  void invariant_1_a_call_that_is_stopped_goes_no_further() throws Exception {
    execute("CREATE TABLE orders (id int)");
    AddColumn change = add("x", Type.of("int4"));
    Tool<AddColumn, ?> tool = tool(AddColumn.TOOL);
    for (int asks = 0; asks < 2; asks++) {
      FakeCall call = FakeCall.of(tool, change, SYSTEM, later()).stoppedAfter(asks);

      Outcome outcome = tool.handler().call(change, call);

      assertThat(outcome).isEqualTo(new Outcome.Refused("stopped by hand; nothing was done"));
    }
    assertThat(columns("orders")).containsExactly("id integer");
    assertThat(query("SELECT FROM wk.act")).isEmpty();
  }

  @Test
  void values_that_the_type_would_change_are_refused_by_the_target_too() throws Exception {
    execute("CREATE TABLE orders (id int)", "INSERT INTO orders VALUES (1)");
    Map<Type, String> changed =
        Map.ofEntries(
            Map.entry(Type.of("money"), "1.005"),
            Map.entry(Type.of("numeric[]", 10, 2), "{1.005}"),
            Map.entry(Type.of("timestamp", 3), "2020-01-01 00:00:00.1234"),
            Map.entry(Type.of("timestamp"), "2020-01-01 10:00+05"),
            Map.entry(Type.of("timestamptz"), "2020-01-01 10:00:00.1234567Z"),
            Map.entry(Type.of("date"), "2020-01-01 10:00"),
            Map.entry(Type.of("time"), "10:00+05"),
            Map.entry(Type.of("interval", 0), "1.5 seconds"),
            Map.entry(Type.of("varchar", 3), "abc  "),
            Map.entry(Type.of("char"), "qq"),
            Map.entry(Type.of("name"), "x".repeat(64)),
            Map.entry(Type.of("oid"), "-1"),
            Map.entry(Type.of("bit[]", 3), "{1010}"));

    changed.forEach(
        (type, value) -> {
          Outcome outcome = perform(tools, add("x", type, value));
          assertThat(outcome.isDone()).as("%s as %s", value, type).isFalse();
          assertThat(outcome.toString()).doesNotContain(value);
        });
    for (String word : List.of("now", "today", "[today,tomorrow)", "{yesterday}")) {
      assertThat(perform(tools, add("x", Type.of("tsrange"), word)).isDone()).isFalse();
      assertThat(perform(tools, add("x", Type.of("date[]"), word)).isDone()).isFalse();
    }
    assertThat(columns("orders")).containsExactly("id integer");
  }

  @Test
  void names_that_look_alike_or_cannot_be_seen_are_refused() throws Exception {
    execute("CREATE TABLE orders (id int, amount int)");

    for (String name :
        List.of(
            "\u0430mount", // Cyrillic a
            "am\u03bfunt", // Greek omicron
            "\uff41mount", // full width
            "amo\u200bunt",
            "amount\u202e",
            "new\nline",
            "bell\u0007")) {
      assertRefused(add(name, Type.of("int4")), "WK007");
    }
    assertRefused(
        new CreateTable(
            "public.\u043erders",
            List.of(new NewColumn("id", Type.of("int4"), Optional.empty())),
            List.of(),
            V2),
        "WK007");
    assertDone(add("\u0441\u0443\u043c\u043c\u0430", Type.of("int4")), "CARRIED_OUT");
  }

  // Where the administrator allows nothing: proposals.

  @Test
  void a_change_is_proposed_as_a_script_and_found_done_once_it_was_run() throws Exception {
    execute("CREATE TABLE orders (id int)", "INSERT INTO orders VALUES (1)");
    PostgresTableTools proposing =
        PostgresTableTools.builder(SYSTEM, server.dataSource(database, "wk_read"))
            .mode(PostgresTableTools.Mode.PROPOSE)
            .build();
    AddColumn change = add("x", Type.of("int4"), "7");

    Outcome outcome = perform(proposing, change);

    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    String script = ((Outcome.Refused) outcome).reason();
    assertThat(script).contains("ask for the same action again: BEGIN;");
    assertThat(columns("orders")).containsExactly("id integer");

    server.execute(database, script.substring(script.indexOf("BEGIN;")));
    assertThat(how(perform(proposing, change))).isEqualTo("FOUND_DONE");
    assertThat(query("SELECT x FROM orders")).containsExactly("7");
  }

  @Test
  void invariant_4_a_proposed_value_does_not_depend_on_who_runs_the_script() throws Exception {
    execute("CREATE TABLE orders (id int)", "INSERT INTO orders VALUES (1)");
    PostgresTableTools proposing =
        PostgresTableTools.builder(SYSTEM, server.dataSource(database, "wk_read"))
            .mode(PostgresTableTools.Mode.PROPOSE)
            .build();

    Outcome outcome = perform(proposing, add("since", Type.of("timestamptz"), "2020-02-01 00:00"));

    String script = ((Outcome.Refused) outcome).reason();
    server.execute(
        database, "SET TimeZone = 'Asia/Tokyo'", script.substring(script.indexOf("BEGIN;")));
    assertThat(query("SELECT (since AT TIME ZONE 'UTC')::text FROM orders"))
        .containsExactly("2020-02-01 00:00:00");
  }

  @Test
  void a_proposal_needs_no_boundary_and_refuses_what_cannot_be_done() throws Exception {
    server.createDatabase("proposing");
    PostgresTableTools proposing =
        PostgresTableTools.builder(SYSTEM, server.dataSource("proposing"))
            .mode(PostgresTableTools.Mode.PROPOSE)
            .build();

    assertThat(perform(proposing, add("x", Type.of("int4"))).toString()).contains("does not exist");
    assertThat(
            perform(
                    proposing,
                    new CreateTable(
                        "public.orders",
                        List.of(new NewColumn("id", Type.of("int4"), Optional.empty())),
                        List.of("id"),
                        V2))
                .toString())
        .contains("CREATE TABLE \"public\".\"orders\" (\"id\" \"pg_catalog\".\"int4\"");
  }

  @Test
  void a_trigger_that_meddles_is_noticed_before_the_commit() throws Exception {
    execute(
        "CREATE TABLE orders (id int)",
        """
        CREATE FUNCTION meddle() RETURNS event_trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'public.orders'::regclass
                     AND attname = 'x' AND NOT attnotnull) THEN
            ALTER TABLE public.orders ALTER COLUMN x SET NOT NULL;
          END IF;
        END $$
        """,
        "CREATE EVENT TRIGGER meddle ON ddl_command_end EXECUTE FUNCTION meddle()");

    Outcome outcome = perform(tools, add("x", Type.of("int4")));

    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    assertThat(outcome.toString()).contains("refuses NULL");
    assertThat(columns("orders")).containsExactly("id integer");
  }

  // Invariant 8 and what the door reads.

  @Test
  void invariant_8_an_unreadable_catalog_is_not_an_absent_table() {
    PGSimpleDataSource gone = new PGSimpleDataSource();
    gone.setUrl("jdbc:postgresql://127.0.0.1:1/none?user=nobody");
    AddColumn change = add("x", Type.of("int4"));
    Tool<AddColumn, ?> tool = tool(new PostgresTableTools(SYSTEM, gone), AddColumn.TOOL);
    FakeCall call = FakeCall.of(tool, change, SYSTEM, later());

    assertThatThrownBy(() -> tool.fingerprint().orElseThrow().read(change, call))
        .isInstanceOf(SQLException.class);
    assertThatThrownBy(() -> tool.check().orElseThrow().problem(change, call))
        .isInstanceOf(SQLException.class);
    assertThat(perform(new PostgresTableTools(SYSTEM, gone), change))
        .isInstanceOf(Outcome.Failed.class)
        .extracting(Object::toString)
        .asString()
        .contains("08001")
        .doesNotContain("127.0.0.1");
  }

  @Test
  void the_fingerprint_moves_with_what_a_change_depends_on_and_with_nothing_else()
      throws Exception {
    execute("CREATE TYPE mood AS ENUM ('a')", "CREATE TABLE orders (id int, mood mood)");
    List<String> seen = new ArrayList<>(List.of(fingerprint()));
    for (String ddl :
        List.of(
            "ALTER TABLE orders ADD COLUMN n int",
            "ALTER TABLE orders ALTER COLUMN n TYPE bigint",
            "ALTER TABLE orders RENAME COLUMN n TO m",
            "ALTER TABLE orders ALTER COLUMN m SET NOT NULL",
            "ALTER TYPE mood ADD VALUE 'b'",
            "ALTER TABLE orders DROP COLUMN m",
            "DROP TABLE orders",
            "CREATE VIEW orders AS SELECT 1 AS id",
            "DROP VIEW orders",
            "CREATE TABLE orders (id int, mood mood)")) {
      execute(ddl);
      seen.add(fingerprint());
    }
    // Gone is gone, however often.
    assertThat(seen.get(7)).isEqualTo(seen.get(9));
    seen.remove(9);
    assertThat(seen).doesNotHaveDuplicates();

    String before = fingerprint();
    execute("INSERT INTO orders VALUES (1, 'a')", "COMMENT ON COLUMN orders.id IS 'x'", "ANALYZE");
    assertThat(fingerprint()).isEqualTo(before);
  }

  private String fingerprint() throws Exception {
    AddColumn change = add("x", Type.of("int4"));
    Tool<AddColumn, ?> tool = tool(AddColumn.TOOL);
    return tool.fingerprint()
        .orElseThrow()
        .read(change, FakeCall.of(tool, change, SYSTEM, later()));
  }

  @Test
  void reading_back_says_what_is_not_there() throws Exception {
    execute("CREATE TABLE orders (id int)");
    AddColumn change = add("x", Type.of("int4"));
    Tool<AddColumn, ?> tool = tool(AddColumn.TOOL);
    FakeCall call = FakeCall.of(tool, change, SYSTEM, later());

    assertThat(tool.check().orElseThrow().problem(change, call))
        .contains("the column is not there");
    assertDone(change, "CARRIED_OUT");
    assertThat(tool.check().orElseThrow().problem(change, call)).isEmpty();
  }

  @Test
  void a_connection_goes_back_as_it_came() throws Exception {
    execute("CREATE TABLE orders (id int)");
    try (Connection shared = source.getConnection()) {
      shared.setNetworkTimeout(Runnable::run, 12_345);
      DataSource pool =
          proxy(
              DataSource.class,
              source,
              (name, call) ->
                  proxy(
                      Connection.class,
                      shared,
                      (method, inner) -> method.equals("close") ? null : inner.proceed()));

      assertThat(perform(new PostgresTableTools(SYSTEM, pool), add("x", Type.of("int4"))))
          .isInstanceOf(Outcome.Done.class);

      assertThat(shared.getAutoCommit()).isTrue();
      assertThat(shared.getNetworkTimeout()).isEqualTo(12_345);
      try (Statement statement = shared.createStatement();
          ResultSet row =
              statement.executeQuery(
                  "SELECT current_setting('lock_timeout'), current_setting('statement_timeout'),"
                      + " current_setting('search_path')")) {
        assertThat(row.next()).isTrue();
        assertThat(List.of(row.getString(1), row.getString(2))).containsExactly("0", "0");
        assertThat(row.getString(3)).isEqualTo("\"$user\", public");
      }
    }
  }

  // Through the door.

  @Test
  void invariant_1_a_change_goes_through_the_door_and_is_written_down_around_the_act()
      throws Exception {
    execute("CREATE TABLE orders (id int)");
    List<AuditRecord> written = new ArrayList<>();
    Toolbox door = door(source, written);
    Caller pipeline = new Caller("pipeline", Caller.Kind.POLICY);
    AddColumn change = add("x", Type.of("int4"));

    assertThat(door.perform(pipeline, change.on(SYSTEM), List.of()))
        .isInstanceOf(Outcome.Done.class);
    assertThat(how(door.perform(pipeline, change.on(SYSTEM), List.of()))).isEqualTo("FOUND_DONE");

    assertThat(columns("orders")).containsExactly("id integer", "x integer");
    assertThat(written.stream().map(AuditRecord::kind))
        .containsExactly("act.started", "act.finished", "act.started", "act.finished");
    assertThat(query("SELECT action FROM wk.act"))
        .containsExactly(change.on(SYSTEM).id(tool(AddColumn.TOOL).spec()).hex());
  }

  @Test
  void invariant_8_the_door_does_nothing_while_the_catalog_cannot_be_read() throws Exception {
    execute("CREATE TABLE orders (id int)");
    AtomicInteger connections = new AtomicInteger();
    DataSource failing =
        proxy(
            DataSource.class,
            source,
            (name, call) -> {
              if (name.equals("getConnection") && connections.incrementAndGet() == 1) {
                throw new SQLException("gone", "08006");
              }
              return call.proceed();
            });
    List<AuditRecord> written = new ArrayList<>();

    Outcome outcome =
        door(failing, written)
            .perform(
                new Caller("pipeline", Caller.Kind.POLICY),
                add("x", Type.of("int4")).on(SYSTEM),
                List.of());

    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    assertThat(columns("orders")).containsExactly("id integer");
    assertThat(written.stream().map(AuditRecord::kind)).containsExactly("act.refused");
  }

  private static Toolbox door(DataSource source, List<AuditRecord> written) {
    AuditSink sink =
        new AuditSink() {
          @Override
          public Receipt append(AuditRecord record) {
            written.add(record);
            return new Receipt(written.size() - 1, record.id());
          }

          @Override
          public void close() {}
        };
    return Toolbox.builder()
        .journal(new Journal(sink, Clock.systemUTC()))
        .clock(Clock.systemUTC())
        .tools(new PostgresTableTools(SYSTEM, source))
        .memory(DoorMemory.inProcess())
        .limit(Effect.WRITE)
        .grant("pipeline", Effect.WRITE)
        .build();
  }

  // How the tests speak.

  private static AddColumn add(String column, Type type) {
    return new AddColumn("public.orders", column, type, Optional.empty(), V2);
  }

  private static AddColumn add(String column, Type type, String missing) {
    return new AddColumn("public.orders", column, type, Optional.of(missing), V2);
  }

  private static Type mood(String... labels) {
    return enumOf("shop.mood", labels);
  }

  private static Type enumOf(String name, String... labels) {
    return new Type(
        name,
        List.of(),
        Arrays.stream(labels).map(label -> new Type.Label("1" + label.hashCode(), label)).toList());
  }

  private static Type array(Type element) {
    return new Type(element.name() + "[]", element.args(), element.labels());
  }

  private static Instant later() {
    return Instant.now().plusSeconds(60);
  }

  @SuppressWarnings("unchecked")
  private static <C extends Record> Tool<C, ?> tool(PostgresTableTools of, String name) {
    return (Tool<C, ?>)
        of.tools().stream()
            .filter(tool -> tool.spec().name().equals(name))
            .findFirst()
            .orElseThrow();
  }

  private <C extends Record> Tool<C, ?> tool(String name) {
    return tool(tools, name);
  }

  /** Calls a tool as the door would: with its input read from JSON. */
  private static <C extends Record> Outcome perform(PostgresTableTools of, TableChange change) {
    Tool<C, ?> tool = tool(of, change.tool());
    try {
      return tool.handler()
          .call(
              Json.parse(Json.of(change).text()).as(tool.input()),
              FakeCall.of(tool, change, SYSTEM, later()));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private void assertDone(TableChange change, String how) {
    Outcome outcome = perform(tools, change);
    assertThat(outcome).as(change.toString()).isInstanceOf(Outcome.Done.class);
    assertThat(how(outcome)).as(change.toString()).isEqualTo(how);
  }

  private record Answer(String table, String how, Hash state) {}

  private static String how(Outcome outcome) {
    return ((Outcome.Done) outcome).result().as(Answer.class).how();
  }

  private void assertRefused(TableChange change, String why) {
    assertThat(perform(tools, change))
        .as(change.toString())
        .isInstanceOf(Outcome.Refused.class)
        .extracting(Object::toString)
        .asString()
        .contains(why);
  }

  private void assertFailed(TableChange change, String sqlState) {
    assertThat(perform(tools, change))
        .as(change.toString())
        .isInstanceOf(Outcome.Failed.class)
        .extracting(Object::toString)
        .asString()
        .contains("SQLSTATE " + sqlState);
  }

  /** What the administrator does: whatever tables are there come into care. */
  private void execute(String... statements) throws SQLException {
    server.execute(database, statements);
    server.execute(
        database,
        "SET default_transaction_read_only = off",
        """
        DO $$ DECLARE t regclass; BEGIN
          FOR t IN SELECT c.oid FROM pg_class c JOIN wk.managed_schema s ON s.schema_oid = c.relnamespace
                   WHERE c.relkind IN ('r', 'p') AND c.relowner <> 'wk_owner'::regrole
                     AND NOT EXISTS (SELECT FROM wk.objections(c.oid))
          LOOP PERFORM wk.adopt(t); END LOOP;
        END $$
        """);
  }

  private String request(RenameColumn rename) throws SQLException {
    try (Connection person = server.connect(database, "wk_approve")) {
      return PostgresBoundary.request(person, rename);
    }
  }

  private RenameColumn approved(RenameColumn rename) throws SQLException {
    try (Connection person = server.connect(database, "wk_approve")) {
      PostgresBoundary.approve(
          person, PostgresBoundary.request(person, rename), Duration.ofHours(1));
    }
    return rename;
  }

  private List<String> query(String sql) throws SQLException {
    try (Connection connection = administrator.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(rows.getMetaData().getColumnCount() == 0 ? "" : rows.getString(1));
      }
      return values;
    }
  }

  private List<String> columns(String table) throws SQLException {
    return query(
        "SELECT attname || ' ' || format_type(atttypid, atttypmod)"
            + " || CASE WHEN attnotnull THEN ' not null' ELSE '' END FROM pg_attribute"
            + " WHERE attrelid = '"
            + table
            + "'::regclass AND attnum > 0 AND NOT attisdropped"
            + " ORDER BY attnum");
  }
}
