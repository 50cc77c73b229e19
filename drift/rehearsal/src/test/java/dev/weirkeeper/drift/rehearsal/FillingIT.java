package dev.weirkeeper.drift.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Hash;
import dev.weirkeeper.drift.postgres.catalog.SchemaReader;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.schema.ObjectName;
import dev.weirkeeper.drift.schema.Table;
import dev.weirkeeper.testkit.LocalPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random tables are filled, the same way each time. */
class FillingIT {
  private static final long SEED = 20261130;
  private static final int SCHEMAS = 4;
  private static final List<String> TYPES =
      List.of(
          "smallint",
          "integer",
          "bigint",
          "numeric(6,2)",
          "numeric(3,3)",
          "real",
          "double precision",
          "money",
          "text",
          "varchar(4)",
          "char(3)",
          "\"char\"",
          "boolean",
          "date",
          "timestamp(3)",
          "timestamptz",
          "time",
          "timetz",
          "interval",
          "uuid",
          "json",
          "jsonb",
          "xml",
          "bytea",
          "inet",
          "cidr",
          "macaddr",
          "macaddr8",
          "bit(5)",
          "varbit(9)",
          "point",
          "box",
          "circle",
          "polygon",
          "path",
          "lseg",
          "line",
          "int4range",
          "numrange",
          "daterange",
          "tstzrange",
          "int4multirange",
          "tsvector",
          "tsquery",
          "pg_lsn",
          "integer[]",
          "text[]",
          "app.mood",
          "app.mood[]",
          "app.positive",
          "app.\"Odd Name\"",
          "app.pair");

  @Test
  void tables_of_any_types_and_constraints_get_rows_and_the_same_rows_each_time() throws Exception {
    try (LocalPostgres server = LocalPostgres.start(Map.of("fsync", "off"));
        Connection connection = server.connect("postgres")) {
      Random random = new Random(SEED);
      for (int i = 0; i < SCHEMAS; i++) {
        List<String> ddl = ddl(random);

        Hash once = fill(connection, ddl, i);
        Hash again = fill(connection, ddl, i);

        assertThat(again).as("seed %d, schema %d: %s", SEED, i, ddl).isEqualTo(once);
      }
    }
  }

  private static Hash fill(Connection connection, List<String> ddl, int number)
      throws SQLException {
    for (String sql : ddl) {
      Sql.execute(connection, sql);
    }
    DatabaseSchema schema = SchemaReader.of(List.of("app")).read(connection).schema();
    List<ObjectName> tables =
        schema.tables().stream()
            .filter(table -> table.kind() != Table.Kind.COMPOSITE)
            .map(Table::name)
            .toList();
    Filling filling =
        new Filling(
            connection,
            schema,
            RowSource.synthetic(SEED, 5),
            new Budget(Duration.ofMinutes(5), Optional::empty));
    filling.fill(tables);
    Contents contents = Contents.read(connection, schema, tables);

    assertThat(filling.unproven()).as("seed %d, schema %d: %s", SEED, number, ddl).isEmpty();
    assertThat(contents.count()).as("seed %d, schema %d", SEED, number).isGreaterThan(12);
    return contents.hash();
  }

  private static List<String> ddl(Random random) {
    List<String> ddl =
        new ArrayList<>(
            List.of(
                "DROP SCHEMA IF EXISTS app CASCADE",
                "CREATE SCHEMA app",
                "CREATE TYPE app.mood AS ENUM ('it''s', 'b\\c', '')",
                "CREATE DOMAIN app.positive AS integer NOT NULL CHECK (VALUE > 0)",
                "CREATE DOMAIN app.\"Odd Name\" AS text CHECK (VALUE IN ('one', 'two'))",
                "CREATE TYPE app.pair AS (a integer, b text)",
                "CREATE TABLE app.parts (id integer, kind text NOT NULL, at date NOT NULL)"
                    + " PARTITION BY RANGE (at)",
                "CREATE TABLE app.parts_1 PARTITION OF app.parts"
                    + " FOR VALUES FROM ('1901-01-01') TO ('1901-02-01')",
                "CREATE TABLE app.parts_2 PARTITION OF app.parts"
                    + " FOR VALUES FROM ('1901-02-01') TO ('1901-03-01')"));
    for (int table = 0; table < 3; table++) {
      StringBuilder columns = new StringBuilder();
      for (int column = 0; column < 6; column++) {
        String type = TYPES.get(random.nextInt(TYPES.size()));
        columns
            .append(", c")
            .append(column)
            .append(' ')
            .append(type)
            .append(random.nextBoolean() ? " NOT NULL" : "");
      }
      String key =
          switch (random.nextInt(3)) {
            case 0 -> "id integer PRIMARY KEY";
            case 1 -> "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY";
            default -> "id serial, code varchar(8), PRIMARY KEY (id, code), UNIQUE (id)";
          };
      String reference =
          table == 0
              ? ""
              : ", up integer "
                  + (random.nextBoolean() ? "NOT NULL " : "")
                  + "REFERENCES app.t"
                  + random.nextInt(table)
                  + " (id)";
      String check =
          random.nextBoolean()
              ? ", state varchar(9) NOT NULL CHECK (state IN ('open', 'it''s', 'shut'))"
              : ", n numeric CHECK (n > 1000 AND n < 1003), g integer GENERATED ALWAYS AS (1)"
                  + " STORED";
      ddl.add("CREATE TABLE app.t" + table + " (" + key + columns + reference + check + ")");
    }
    return ddl;
  }
}
