package dev.weirkeeper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.drift.dialect.Dialect;
import dev.weirkeeper.drift.dialect.MirrorPlanner;
import dev.weirkeeper.drift.plan.Identity;
import dev.weirkeeper.drift.plan.Migration;
import dev.weirkeeper.drift.plan.SchemaComparison;
import dev.weirkeeper.drift.postgres.catalog.SchemaReader;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What {@code drift plan --dialect duckdb} writes, on a real DuckDB, with rows in it. */
class DriftMirrorIT {
  private static final long SEED = 6_006;
  private static final int MIRRORS = 20;
  private static final List<String> TYPES =
      List.of(
          "smallint",
          "integer",
          "bigint",
          "real",
          "double precision",
          "numeric(10,2)",
          "numeric(14,4)",
          "text",
          "varchar(20)",
          "varchar(40)",
          "boolean",
          "date",
          "timestamp",
          "uuid",
          "jsonb",
          "integer[]",
          "mood");

  private static LocalPostgres server;

  @BeforeAll
  static void start() throws IOException {
    server = LocalPostgres.start(Map.of("fsync", "off"));
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  private static Connection open(String url) throws SQLException {
    return DriverManager.getConnection(url);
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static DatabaseSchema read(Connection source) throws SQLException {
    return SchemaReader.ofAll().read(source).schema();
  }

  /** Each step in a transaction, as it says. */
  private static void apply(Connection mirror, Migration migration) throws SQLException {
    mirror.setAutoCommit(false);
    for (Migration.Step step : migration.steps()) {
      for (String sql : step.statements()) {
        try {
          run(mirror, sql);
        } catch (SQLException e) {
          throw new SQLException(sql + ": " + e.getMessage(), e);
        }
      }
      mirror.commit();
    }
    mirror.setAutoCommit(true);
  }

  private static Map<String, String> columns(Connection mirror) throws SQLException {
    Map<String, String> found = new TreeMap<>();
    try (Statement statement = mirror.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT column_name, data_type FROM information_schema.columns"
                    + " WHERE table_name = 'orders'")) {
      while (rows.next()) {
        found.put(rows.getString(1), rows.getString(2));
      }
    }
    return found;
  }

  private static Migration fresh(DatabaseSchema schema) {
    return MirrorPlanner.of(Dialect.DUCKDB)
        .plan(
            SchemaComparison.between(
                DatabaseSchema.empty(schema.major()), schema, Identity.names()));
  }

  @Test
  void a_mirror_follows_what_it_is_not_refused_and_keeps_its_rows() throws Exception {
    int followed = 0;
    int refused = 0;
    for (int mirror = 0; mirror < MIRRORS; mirror++) {
      Random random = new Random(SEED + mirror);
      String name = "mirror_" + mirror;
      try (Connection admin = open(server.url("postgres"))) {
        run(admin, "CREATE DATABASE " + name);
      }
      try (Connection source = open(server.url(name));
          Connection target = open("jdbc:duckdb:");
          Connection wanted = open("jdbc:duckdb:")) {
        List<String> history = history(source, random);
        DatabaseSchema before = read(source);
        apply(target, fresh(before));
        run(target, "INSERT INTO public.orders (id) VALUES (1), (2)");
        alter(source, random, history);
        DatabaseSchema after = read(source);

        Migration migration =
            MirrorPlanner.of(Dialect.DUCKDB)
                .plan(SchemaComparison.between(before, after, Identity.ids()));
        String what = "seed " + (SEED + mirror) + ": " + history + "\n" + migration.steps();
        apply(target, migration);

        assertThat(rows(target)).as(what).isEqualTo(2);
        if (!migration.refusals().isEmpty()) {
          refused++;
          continue;
        }
        followed++;
        apply(wanted, fresh(after));
        Map<String, String> has = columns(target);
        columns(wanted)
            .forEach(
                (column, type) ->
                    assertThat(has.get(column))
                        .as("%s%ncolumn %s of %s", what, column, has)
                        .satisfiesAnyOf(
                            actual -> assertThat(actual).isEqualTo(type),
                            // A mirror that is wider than its source stays so, and says it.
                            actual ->
                                assertThat(migration.remarks())
                                    .anyMatch(remark -> remark.contains("orders." + column))));
      }
    }
    System.out.printf("mirrors [duckdb]: %d followed, %d refused something%n", followed, refused);
    assertThat(followed).isGreaterThan(MIRRORS / 4);
  }

  private static long rows(Connection mirror) throws SQLException {
    try (Statement statement = mirror.createStatement();
        ResultSet rows = statement.executeQuery("SELECT count(*) FROM public.orders")) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private static List<String> history(Connection source, Random random) throws SQLException {
    List<String> history = new ArrayList<>();
    StringBuilder table = new StringBuilder("CREATE TABLE orders (id integer PRIMARY KEY");
    for (int i = 0; i < 4; i++) {
      table.append(", c").append(i).append(' ').append(TYPES.get(random.nextInt(TYPES.size())));
    }
    say(source, history, "CREATE TYPE mood AS ENUM ('ok', 'sad')");
    say(source, history, table + ")");
    return history;
  }

  private static void say(Connection source, List<String> history, String sql) throws SQLException {
    run(source, sql);
    history.add(sql);
  }

  private static void alter(Connection source, Random random, List<String> history)
      throws SQLException {
    for (int i = 0; i < 3; i++) {
      String column = "c" + random.nextInt(4);
      String sql =
          switch (random.nextInt(7)) {
            case 0 ->
                "ALTER TABLE orders ADD COLUMN n"
                    + i
                    + " "
                    + TYPES.get(random.nextInt(TYPES.size()));
            case 1 -> "ALTER TABLE orders ADD COLUMN n" + i + " integer DEFAULT " + i;
            case 2 -> "ALTER TABLE orders ALTER COLUMN id TYPE bigint";
            case 3 -> "ALTER TABLE orders RENAME COLUMN " + column + " TO r" + i;
            case 4 -> "ALTER TABLE orders DROP COLUMN " + column;
            case 5 -> "ALTER TYPE mood ADD VALUE 'l" + i + "'";
            default ->
                "ALTER TABLE orders ALTER COLUMN "
                    + column
                    + " TYPE "
                    + TYPES.get(random.nextInt(TYPES.size()));
          };
      try {
        say(source, history, sql);
      } catch (SQLException e) {
        // The source refuses it: no such column any more, or no cast.
        history.add("refused at the source: " + sql);
      }
    }
  }
}
