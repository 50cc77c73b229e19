package dev.weirkeeper.drift.postgres.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Nullability;
import dev.weirkeeper.drift.plan.Identity;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.plan.MigrationPlanner;
import dev.weirkeeper.drift.plan.PlanOptions;
import dev.weirkeeper.drift.plan.SchemaComparison;
import dev.weirkeeper.drift.schema.Constraint;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.Index;
import dev.weirkeeper.drift.schema.Item;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Opaque;
import dev.weirkeeper.drift.schema.Sequence;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.drift.schema.TableColumn;
import dev.weirkeeper.testkit.LocalPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A catalog read as values, and a database made again from them. */
class SchemaReaderIT {
  private static LocalPostgres server;
  private static int databases;

  @BeforeAll
  static void start() throws Exception {
    server = LocalPostgres.start(Map.of("fsync", "off", "full_page_writes", "off"));
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  private static Connection database(String... statements) throws SQLException {
    String name = "reader_" + databases++;
    server.createDatabase(name);
    Connection connection = server.connect(name);
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
    return connection;
  }

  private static DatabaseSchema read(Connection connection) throws SQLException {
    return SchemaReader.ofAll().read(connection).schema();
  }

  private static ObjectName name(String name) {
    return new ObjectName("public", name);
  }

  private static final String[] SHOP = {
    "CREATE TYPE mood AS ENUM ('bad', 'it''s ok')",
    "CREATE DOMAIN price AS numeric(9,2) NOT NULL DEFAULT 0 CONSTRAINT up CHECK (VALUE >= 0)",
    "CREATE TYPE place AS (street text, zip varchar(9))",
    "CREATE TABLE customers (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, \"E-Mail\" text"
        + " UNIQUE, m mood DEFAULT 'bad', home place)",
    "CREATE TABLE orders (id bigserial PRIMARY KEY, customer int REFERENCES customers ON DELETE"
        + " CASCADE, cost price, twice numeric GENERATED ALWAYS AS (id * 2) STORED, s varchar(9)"
        + " CHECK (s IN ('a', 'b')))",
    "CREATE INDEX ON orders (customer, lower(s)) WITH (fillfactor = 70) WHERE id > 5",
    "CREATE TABLE logs (at timestamptz NOT NULL, what text, PRIMARY KEY (at)) PARTITION BY RANGE"
        + " (at)",
    "CREATE TABLE logs_2026 PARTITION OF logs FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
    "CREATE INDEX logs_what ON logs (what)",
    "CREATE TABLE special (more int) INHERITS (orders)",
    "CREATE VIEW cheap AS SELECT id, cost FROM orders WHERE cost < 5",
    "CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM cheap",
    "CREATE INDEX ON counted (n)",
    "COMMENT ON COLUMN orders.s IS 'it''s */ $$ -- a \\ comment'",
    "ALTER TABLE orders ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE orders REPLICA IDENTITY FULL"
  };

  @Test
  void constraints_and_indexes_name_their_columns() throws Exception {
    try (Connection connection =
        database(
            "CREATE TABLE t (gone int, a int, b int, r int4range, CONSTRAINT k PRIMARY KEY (b, a),"
                + " CONSTRAINT c CHECK (b > a AND tableoid <> 0), CONSTRAINT x EXCLUDE USING gist"
                + " (int4range(a, a + 1) WITH &&, r WITH &&))",
            "ALTER TABLE t DROP gone",
            "CREATE INDEX i ON t ((b * 2), a)")) {
      DatabaseSchema schema = read(connection);

      assertThat(schema.table(name("t")).orElseThrow().constraints())
          .filteredOn(constraint -> constraint.kind() != Constraint.Kind.NOT_NULL)
          .extracting(Constraint::name, Constraint::columns)
          .containsExactly(
              tuple("c", List.of("b", "a", "tableoid")),
              tuple("k", List.of("b", "a")),
              tuple("x", List.of("r")));
      assertThat(schema.indexes())
          .filteredOn(index -> index.name().equals(name("i")))
          .extracting(Index::columns)
          .containsExactly(List.of("a", "b"));
    }
  }

  @Test
  void everything_that_is_modelled_is_read() throws Exception {
    try (Connection connection = database(SHOP)) {
      DatabaseSchema schema = read(connection);

      Table orders = schema.table(name("orders")).orElseThrow();
      assertThat(orders.columns())
          .extracting(TableColumn::name, TableColumn::type)
          .contains(tuple("s", "character varying(9)"), tuple("cost", "public.price"));
      assertThat(orders.column("twice").orElseThrow().filling())
          .isEqualTo(TableColumn.Filling.GENERATED_STORED);
      assertThat(orders.rowSecurity()).isEqualTo(Table.RowSecurity.ON);
      assertThat(orders.replica().identity()).isEqualTo(Table.Identity.FULL);
      assertThat(orders.constraints())
          .extracting(Constraint::kind)
          .contains(
              Constraint.Kind.PRIMARY_KEY, Constraint.Kind.FOREIGN_KEY, Constraint.Kind.CHECK);
      assertThat(schema.enums().get(0).labels()).hasSize(2);
      assertThat(schema.domains().get(0).nullability()).isEqualTo(Nullability.REQUIRED);
      assertThat(schema.sequences())
          .extracting(each -> each.owner().orElseThrow().bond())
          .containsExactlyInAnyOrder(Sequence.Bond.IDENTITY, Sequence.Bond.OWNED);
      assertThat(schema.indexes())
          .filteredOn(index -> index.name().equals(name("orders_customer_lower_idx")))
          .singleElement()
          .satisfies(
              index -> {
                assertThat(index.options()).containsExactly("fillfactor=70");
                assertThat(index.body())
                    .isEqualTo("USING btree (customer, lower((s)::text)) WHERE (id > 5)");
                assertThat(index.columns()).contains("customer", "s", "id");
              });
      assertThat(schema.table(name("logs_2026")).orElseThrow().parents())
          .containsExactly(name("logs"));
      assertThat(schema.views().get(0).reads())
          .extracting(read -> read.column())
          .contains("id", "cost");
    }
  }

  @Test
  void a_database_is_made_again_from_what_was_read() throws Exception {
    try (Connection original = database(SHOP);
        Connection copy = database()) {
      DatabaseSchema wanted = read(original);

      Migration migration = migrate(copy, wanted, PlanOptions.direct());

      assertThat(migration.refusals()).isEmpty();
      assertThat(read(copy).fingerprint()).isEqualTo(wanted.fingerprint());
    }
  }

  @Test
  void an_online_migration_that_stops_after_any_step_is_finished_by_the_next() throws Exception {
    try (Connection goal =
            database(
                "CREATE TABLE r (id int PRIMARY KEY)",
                "CREATE TABLE t (id bigint PRIMARY KEY, a int NOT NULL CONSTRAINT c CHECK (a > 1),"
                    + " b uuid NOT NULL DEFAULT gen_random_uuid(), r int CONSTRAINT f REFERENCES r,"
                    + " CONSTRAINT u UNIQUE (a, r))",
                "CREATE INDEX i ON t USING hash (a)");
        Connection now =
            database(
                "CREATE TABLE r (id int PRIMARY KEY)",
                "CREATE TABLE t (id int PRIMARY KEY, a int CONSTRAINT c CHECK (a > 0), r int,"
                    + " gone text NOT NULL, CONSTRAINT u UNIQUE (a))",
                "CREATE INDEX i ON t (a)",
                "INSERT INTO r VALUES (1)",
                "INSERT INTO t VALUES (1, 5, 1, 'x'), (2, 6, 1, 'y')")) {
      DatabaseSchema wanted = read(goal);
      PlanOptions options = PlanOptions.online().with(PlanOptions.Destruction.ALLOW);
      int rounds = 0;

      while (true) {
        Migration migration =
            MigrationPlanner.plan(
                SchemaComparison.between(read(now), wanted, Identity.names()), options);
        if (migration.steps().isEmpty() || rounds == 60) {
          assertThat(migration.refusals()).isEmpty();
          break;
        }
        // A step further each time, so that every state in between is met.
        int last = Math.min(rounds++ / 8, migration.steps().size() - 1);
        for (Migration.Step step : migration.steps().subList(0, last + 1)) {
          run(now, step);
        }
      }

      assertThat(read(now).fingerprint()).isEqualTo(wanted.fingerprint());
      try (Statement statement = now.createStatement();
          var rows = statement.executeQuery("SELECT count(*), count(b), sum(a) FROM t")) {
        rows.next();
        assertThat(List.of(rows.getInt(1), rows.getInt(2), rows.getInt(3)))
            .isEqualTo(List.of(2, 2, 11));
      }
    }
  }

  @Test
  void a_value_that_would_be_rounded_stops_the_step_and_nothing_is_lost() throws Exception {
    try (Connection goal = database("CREATE TABLE t (a numeric(9,1), s varchar(3))");
        Connection now =
            database(
                "CREATE TABLE t (a numeric(9,2), s text)",
                "INSERT INTO t VALUES (1.25, 'abcde')")) {
      DatabaseSchema wanted = read(goal);
      PlanOptions options = PlanOptions.direct().with(PlanOptions.Destruction.ALLOW);
      Hash before = read(now).fingerprint();

      assertThatThrownBy(() -> migrate(now, wanted, options))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("would be rounded or cut")
          .hasMessageNotContaining("1.25");
      assertThat(read(now).fingerprint()).isEqualTo(before);

      try (Statement statement = now.createStatement()) {
        statement.execute("UPDATE t SET a = 1.20, s = 'abc'");
      }
      migrate(now, wanted, options);
      assertThat(read(now).fingerprint()).isEqualTo(wanted.fingerprint());
    }
  }

  @Test
  void renames_are_told_from_drops_within_one_database() throws Exception {
    try (Connection connection = database("CREATE TABLE t (a int, b int, CHECK (a > 0))")) {
      DatabaseSchema before = read(connection);
      try (Statement statement = connection.createStatement()) {
        statement.execute("ALTER TABLE t RENAME a TO c");
        statement.execute("ALTER TABLE t RENAME TO u");
        statement.execute("ALTER TABLE u DROP b, ADD b int");
      }

      assertThat(SchemaComparison.between(before, read(connection), Identity.ids()).changes())
          .extracting(change -> change.kind() + " " + change.subject())
          .containsExactly(
              "table.renamed public.u",
              "column.removed public.t.b",
              "column.dropped-and-readded public.u.b",
              "column.renamed public.u.c");
    }
  }

  @Test
  void only_the_schemas_asked_for_are_read_and_a_missing_one_is_said() throws Exception {
    try (Connection connection =
        database("CREATE SCHEMA s", "CREATE TABLE s.t (a int)", "CREATE TABLE x ()")) {
      assertThat(SchemaReader.of(List.of("s")).read(connection).schema().tables())
          .extracting(Table::name)
          .containsExactly(new ObjectName("s", "t"));
      assertThatThrownBy(() -> SchemaReader.of(List.of("s", "nowhere")).read(connection))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("nowhere");
      assertThatThrownBy(() -> SchemaReader.of(List.of()))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(connection.getAutoCommit()).isTrue();
    }
  }

  @Test
  void an_open_transaction_is_read_with_what_it_did_and_keeps_its_search_path() throws Exception {
    try (Connection connection = database("CREATE SCHEMA s", "SET search_path = s, public")) {
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.execute("CREATE TABLE t (a int)");
      }

      assertThat(read(connection).tables())
          .extracting(Table::name)
          .containsExactly(new ObjectName("s", "t"));

      try (Statement statement = connection.createStatement();
          var path = statement.executeQuery("SHOW search_path")) {
        path.next();
        assertThat(path.getString(1)).isEqualTo("s, public");
      }
      connection.rollback();
      assertThat(read(connection).tables()).isEmpty();
    }
  }

  @Test
  void what_is_not_modelled_is_named_with_what_it_uses() throws Exception {
    try (Connection connection =
        database(
            "CREATE TABLE t (a int)",
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
            "CREATE TRIGGER g BEFORE UPDATE OF a ON t FOR EACH ROW EXECUTE FUNCTION f()",
            "CREATE POLICY p ON t USING (a > 0)",
            "CREATE PUBLICATION all_of FOR TABLE t")) {
      DatabaseSchema schema = read(connection);

      assertThat(schema.others())
          .extracting(Opaque::kind)
          .containsExactlyInAnyOrder("function", "trigger", "policy", "publication");
      assertThat(schema.others())
          .filteredOn(each -> each.kind().equals("policy"))
          .singleElement()
          .satisfies(each -> assertThat(each.uses()).contains(name("t")));
      assertThat(schema.dependencies())
          .anyMatch(
              each ->
                  each.dependent().part().equals("trigger")
                      && each.on().equals(Item.column(name("t"), "a")));
    }
  }

  @Test
  void a_stamp_says_which_snapshot_it_was() throws Exception {
    try (Connection connection = database()) {
      SchemaReading reading = SchemaReader.ofAll().read(connection);

      assertThat(reading.snapshot()).matches("\\d+:\\d+:.*");
      assertThat(reading.lsn()).matches("[0-9A-F]+/[0-9A-F]+");
      assertThat(reading.systemIdentifier()).matches("\\d+");
      assertThat(reading.timeline()).isEqualTo(1);
    }
  }

  @Test
  void a_login_without_rights_reads_the_catalog_all_the_same() throws Exception {
    try (Connection connection =
        database("CREATE ROLE nobody_much LOGIN", "CREATE TABLE t (a int)")) {
      String database = connection.getCatalog();
      try (Connection poor = server.connect(database, "nobody_much")) {
        assertThat(read(poor).tables()).hasSize(1);
      }
    }
  }

  private static Migration migrate(Connection connection, DatabaseSchema goal, PlanOptions options)
      throws SQLException {
    Migration migration =
        MigrationPlanner.plan(
            SchemaComparison.between(read(connection), goal, Identity.names()), options);
    for (Migration.Step step : migration.steps()) {
      run(connection, step);
    }
    return migration;
  }

  private static void run(Connection connection, Migration.Step step) throws SQLException {
    connection.setAutoCommit(step.commit() == Migration.Commit.ALONE);
    try (Statement statement = connection.createStatement()) {
      for (String sql : step.statements()) {
        statement.execute(sql);
      }
      if (!connection.getAutoCommit()) {
        connection.commit();
      }
    } catch (SQLException e) {
      if (!connection.getAutoCommit()) {
        connection.rollback();
      }
      throw e;
    } finally {
      connection.setAutoCommit(true);
    }
  }
}
