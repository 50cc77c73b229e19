package dev.weirkeeper.drift.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Plan;
import dev.weirkeeper.TableChange;
import dev.weirkeeper.TableChange.NewColumn;
import dev.weirkeeper.Type;
import dev.weirkeeper.drift.plan.Identity;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.plan.SchemaComparison;
import dev.weirkeeper.drift.postgres.catalog.SchemaReader;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.healing.postgres.PostgresBoundary;
import dev.weirkeeper.healing.postgres.PostgresTableTools;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.testkit.LocalPostgres;
import dev.weirkeeper.testkit.TestCall;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What a rehearsal takes for the statements of the boundary's functions, against those functions:
 * both make the same catalog of every typed change.
 */
class BoundaryStepsIT {
  private static final Hash TOWARD = Hash.of(new byte[] {1});
  private static final String TABLE = "app.orders";

  /** All that a mirror may have, with their arguments in more than one spelling. */
  private static final List<Type> TYPES =
      Stream.of(
              Stream.of(
                      "bool int2 int4 int8 float4 float8 money text name char bytea date uuid json"
                          + " jsonb jsonpath xml inet cidr macaddr macaddr8 oid pg_lsn tsvector"
                          + " tsquery point line lseg box path polygon circle int4range int8range"
                          + " numrange tsrange tstzrange daterange int4multirange int8multirange"
                          + " nummultirange tsmultirange tstzmultirange datemultirange varchar"
                          + " bpchar bit varbit time timetz timestamp timestamptz interval numeric"
                          + " text[] int4[] numeric[] bpchar[] char[] bit[] interval[]")
                  .flatMap(names -> Stream.of(names.split(" ")))
                  .map(Type::of),
              Stream.of(
                  Type.of("varchar", 7),
                  Type.of("bpchar", 1),
                  Type.of("bpchar", 3),
                  Type.of("bit", 1),
                  Type.of("bit", 5),
                  Type.of("varbit", 5),
                  Type.of("numeric", 10),
                  Type.of("numeric", 10, 2),
                  Type.of("numeric", 3, 5),
                  Type.of("numeric", 5, -2),
                  Type.of("varchar[]", 9),
                  Type.of("numeric[]", 6, 2),
                  Type.of("interval[]", 3)),
              Stream.of("time", "timetz", "timestamp", "timestamptz", "interval")
                  .flatMap(name -> Stream.of(0, 3, 6).map(digits -> Type.of(name, digits))))
          .flatMap(types -> types)
          .toList();

  private static LocalPostgres server;
  private static Map<String, Tool<?, ?>> tools;

  @BeforeAll
  static void start() throws Exception {
    server = LocalPostgres.start(Map.of("fsync", "off"));
    for (String database : List.of("real", "told")) {
      server.createDatabase(database);
      server.execute(
          database,
          "CREATE SCHEMA app",
          "CREATE TYPE app.mood AS ENUM ('ok')",
          "CREATE TABLE app.orders (id bigint PRIMARY KEY, small int2 NOT NULL, one int4,"
              + " code varchar(5) COLLATE \"C\" NOT NULL, codes varchar(5)[] COLLATE \"C\","
              + " price numeric(6,2), mood app.mood, moods app.mood[],"
              + " \"Odd \"\" na\\me\" real NOT NULL, at timestamp(3))",
          "CREATE INDEX by_code ON app.orders (code)",
          "CREATE TABLE app.parts (id int NOT NULL, kind text NOT NULL, n int4)"
              + " PARTITION BY LIST (kind)",
          "CREATE TABLE app.part PARTITION OF app.parts FOR VALUES IN ('a')");
    }
    server.execute("postgres", "REVOKE TEMPORARY ON DATABASE real FROM PUBLIC");
    try (Connection administrator = server.connect("real")) {
      PostgresBoundary.install(administrator);
      PostgresBoundary.allowSchema(administrator, "app");
      PostgresBoundary.limitAtFirst(administrator, new PostgresBoundary.Limits(1000, 1000));
      PostgresBoundary.adopt(administrator, TABLE);
      PostgresBoundary.adopt(administrator, "app.parts");
    }
    tools =
        new PostgresTableTools("lake", server.dataSource("real", "wk_change"))
            .tools().stream().collect(Collectors.toMap(tool -> tool.spec().name(), tool -> tool));
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  private static DatabaseSchema read(String database) throws SQLException {
    try (Connection connection = server.connect(database)) {
      DatabaseSchema all = SchemaReader.of(List.of("app")).read(connection).schema();
      // The boundary counts deletes by a trigger, which is none of its changes.
      return new DatabaseSchema(
          all.major(),
          all.namespaces(),
          all.enums(),
          all.domains(),
          all.sequences(),
          all.tables(),
          all.indexes(),
          all.views(),
          List.of(),
          all.dependencies());
    }
  }

  private static Outcome act(TableChange change) throws Exception {
    Action action = change.on("lake");
    if (change instanceof TableChange.RenameColumn rename) {
      try (Connection person = server.connect("real", "wk_approve")) {
        PostgresBoundary.approve(
            person, PostgresBoundary.request(person, rename), Duration.ofHours(1));
      }
    }
    Tool<?, ?> tool = tools.get(action.tool());
    return TestCall.of(tool, action, Instant.now().plusSeconds(60)).perform(tool, action);
  }

  private static Migration told(TableChange... changes) throws SQLException {
    return BoundarySteps.migration(
        read("told"),
        new Plan(
            new Asset("lake", TABLE),
            Optional.empty(),
            TOWARD,
            Stream.of(changes)
                .map(change -> new Plan.Step(change.on("lake"), "", Optional.empty(), ""))
                .toList(),
            Json.empty()));
  }

  private static void carryOut(Migration migration) throws SQLException {
    try (Connection connection = server.connect("told")) {
      Sql.execute(connection, "SET search_path = ''");
      connection.setAutoCommit(false);
      for (Migration.Step step : migration.steps()) {
        for (String sql : step.statements()) {
          Sql.execute(connection, sql);
        }
      }
      connection.commit();
    }
  }

  private static List<TableChange> changes() {
    List<TableChange> changes = new ArrayList<>();
    List<NewColumn> columns = new ArrayList<>();
    columns.add(new NewColumn("id", Type.of("int8"), Optional.of("it's \\ the key")));
    for (Type type : TYPES) {
      columns.add(new NewColumn("c" + columns.size(), type, Optional.empty()));
    }
    columns.add(new NewColumn("feel", mood("app.feel", "a'b", "c\\d"), Optional.of("")));
    columns.add(new NewColumn("feels", mood("app.feel[]", "a'b", "c\\d"), Optional.empty()));
    changes.add(new TableChange.CreateTable("app.every", columns, List.of("id"), TOWARD));
    changes.add(
        new TableChange.CreateTable(
            "app.pair",
            List.of(
                new NewColumn("B", Type.of("text"), Optional.empty()),
                new NewColumn("a", Type.of("int4"), Optional.empty())),
            List.of("a", "B"),
            TOWARD));
    changes.add(new TableChange.CreateTable("app.none", List.of(), List.of(), TOWARD));
    changes.add(add("n1", Type.of("numeric", 10, 2), "1.50"));
    changes.add(add("n2", Type.of("timestamptz", 6), "2026-01-02 03:04:05.678901+00"));
    changes.add(add("n3", Type.of("bpchar"), null));
    changes.add(add("n4", mood("public.other", "x"), "x"));
    changes.add(add("n5", mood("app.mood[]", "ok"), null));
    changes.add(add("n6", Type.of("text"), "a\\'b"));
    changes.add(add("n7", Type.of("interval"), "1 day"));
    changes.add(add("odd \" \\ name", Type.of("varchar", 3), "abc"));
    changes.add(widen("small", Type.of("int2"), Type.of("int8")));
    changes.add(widen("code", Type.of("varchar", 5), Type.of("varchar", 9)));
    changes.add(widen("code", Type.of("varchar", 9), Type.of("text")));
    changes.add(widen("codes", Type.of("varchar[]", 5), Type.of("varchar[]", 8)));
    changes.add(widen("price", Type.of("numeric", 6, 2), Type.of("numeric", 9, 4)));
    changes.add(widen("at", Type.of("timestamp", 3), Type.of("timestamp", 6)));
    changes.add(widen("Odd \" na\\me", Type.of("float4"), Type.of("float8")));
    changes.add(
        new TableChange.WidenColumn("app.parts", "n", Type.of("int4"), Type.of("int8"), TOWARD));
    changes.add(new TableChange.RelaxColumn(TABLE, "code", TOWARD));
    changes.add(new TableChange.RelaxColumn("app.parts", "kind", TOWARD));
    changes.add(new TableChange.AddEnumLabel(TABLE, "mood", "it's \\ odd", TOWARD));
    changes.add(new TableChange.AddEnumLabel(TABLE, "moods", "more", TOWARD));
    changes.add(new TableChange.CommentColumn(TABLE, "code", Optional.of("a */ ' \\ b"), TOWARD));
    changes.add(new TableChange.CommentColumn(TABLE, "code", Optional.of(""), TOWARD));
    changes.add(new TableChange.CommentColumn(TABLE, "price", Optional.empty(), TOWARD));
    changes.add(new TableChange.RenameColumn(TABLE, "price", "the \" Price", TOWARD));
    changes.add(new TableChange.RenameColumn("app.parts", "n", "m", TOWARD));
    return changes;
  }

  private static TableChange add(String column, Type type, @Nullable String missing) {
    return new TableChange.AddColumn(TABLE, column, type, Optional.ofNullable(missing), TOWARD);
  }

  private static TableChange widen(String column, Type from, Type to) {
    return new TableChange.WidenColumn(TABLE, column, from, to, TOWARD);
  }

  private static Type mood(String name, String... labels) {
    return new Type(
        name, List.of(), Stream.of(labels).map(label -> new Type.Label(label, label)).toList());
  }

  @Test
  void each_typed_change_makes_of_the_catalog_what_the_boundary_makes_of_it() throws Exception {
    List<String> differences = new ArrayList<>();
    for (TableChange change : changes()) {
      Outcome outcome = act(change);
      assertThat(outcome).as("%s", change).isInstanceOf(Outcome.Done.class);
      carryOut(told(change));

      DatabaseSchema real = read("real");
      DatabaseSchema told = read("told");
      if (!real.fingerprint().equals(told.fingerprint())) {
        SchemaComparison.between(told, real, Identity.names())
            .changes()
            .forEach(difference -> differences.add(change.tool() + ": " + difference));
      }
    }
    assertThat(differences).isEmpty();
    assertThat(read("real").fingerprint()).isEqualTo(read("told").fingerprint());
  }

  @Test
  void what_is_not_there_or_belongs_to_a_key_is_refused_by_both() throws Exception {
    List<TableChange> refused =
        List.of(
            new TableChange.RelaxColumn(TABLE, "id", TOWARD),
            new TableChange.RelaxColumn(TABLE, "nothing", TOWARD),
            new TableChange.AddEnumLabel(TABLE, "id", "x", TOWARD),
            add("id", Type.of("int4"), null),
            add("x", Type.of("int4"), "text"),
            widen("nothing", Type.of("int4"), Type.of("int8")));
    for (TableChange change : refused) {
      assertThat(act(change)).as("%s", change).isNotInstanceOf(Outcome.Done.class);
      assertThatThrownBy(() -> carryOut(told(change))).as("%s", change).isNotNull();
    }
  }
}
