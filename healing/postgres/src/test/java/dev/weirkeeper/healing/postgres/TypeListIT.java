package dev.weirkeeper.healing.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Type;
import dev.weirkeeper.testkit.LocalPostgres;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The closed list of types in Java and the one in the target are the same. */
class TypeListIT {
  private static final TableName ORDERS = new TableName("public", "orders");
  private static final Map<String, Integer> MOST_ARGS =
      Map.of(
          "varchar",
          1,
          "bpchar",
          1,
          "bit",
          1,
          "varbit",
          1,
          "time",
          1,
          "timetz",
          1,
          "timestamp",
          1,
          "timestamptz",
          1,
          "interval",
          1,
          "numeric",
          2);

  private static LocalPostgres server;
  private static Connection connection;
  private static List<String> catalog;

  @BeforeAll
  static void start() throws Exception {
    server = Majors.start(18);
    connection = server.connect("postgres");
    PostgresBoundary.install(connection);
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TYPE mood AS ENUM ('sad')");
    }
    catalog = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT typname FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace"
                    + " AND typcategory <> 'A' AND typrelid = 0 ORDER BY 1")) {
      while (row.next()) {
        catalog.add(row.getString(1));
      }
    }
  }

  @AfterAll
  static void stop() throws Exception {
    connection.close();
    server.close();
  }

  @Test
  void invariant_4_the_target_takes_the_types_and_arguments_that_java_takes() throws Exception {
    long seed = 20261125;
    Random random = new Random(seed);
    int taken = 0;
    for (String name : catalog) {
      for (int i = 0; i < 40; i++) {
        Integer[] args = new Integer[i == 0 ? 0 : random.nextInt(3)];
        for (int k = 0; k < args.length; k++) {
          args[k] =
              random.nextInt(4) == 0
                  ? List.of(
                          -1000, -1001, 1000, 1001, 10_485_760, 10_485_761, 83_886_080, 83_886_081)
                      .get(random.nextInt(8))
                  : random.nextInt(12) - 2;
        }
        Optional<List<Integer>> here = here(name, args);

        assertThat(there(name, args))
            .as("seed %s: %s%s", seed, name, Arrays.toString(args))
            .isEqualTo(here);
        taken += here.isPresent() ? 1 : 0;
      }
    }
    assertThat(taken).isGreaterThan(500);
  }

  private static Optional<List<Integer>> here(String name, Integer... args) {
    try {
      return Optional.of(SqlType.of(Type.of(name, args), ORDERS).args());
    } catch (Refusal e) {
      return Optional.empty();
    }
  }

  private static Optional<List<Integer>> there(String name, Integer... args) throws SQLException {
    try (PreparedStatement ask =
        connection.prepareStatement("SELECT wk.canonical(to_regtype(?)::oid, ?, ?)")) {
      ask.setString(1, "pg_catalog.\"" + name + '"');
      ask.setObject(2, args.length > 0 ? args[0] : null, java.sql.Types.INTEGER);
      ask.setObject(3, args.length > 1 ? args[1] : null, java.sql.Types.INTEGER);
      try (ResultSet row = ask.executeQuery()) {
        row.next();
        return Optional.of(ints(row.getArray(1)));
      }
    } catch (SQLException e) {
      assertThat(e.getSQLState()).isEqualTo("WK005");
      return Optional.empty();
    }
  }

  private static List<Integer> ints(Array array) throws SQLException {
    return List.of((Integer[]) array.getArray());
  }

  @Test
  void invariant_4_the_target_widens_what_java_widens() throws Exception {
    long seed = 20261126;
    Random random = new Random(seed);
    List<SqlType> types = new ArrayList<>(List.of(enumOf("mood"), enumOf("mood[]")));
    for (String name : catalog) {
      for (String shape : List.of("", "[]")) {
        here(name).ifPresent(args -> types.add(type(name + shape)));
        for (int i = 0; i < MOST_ARGS.getOrDefault(name, 0) * 6; i++) {
          Integer[] args = new Integer[1 + random.nextInt(MOST_ARGS.get(name))];
          for (int k = 0; k < args.length; k++) {
            args[k] = random.nextInt(k == 0 ? 45 : 9) - (k == 0 ? 0 : 3);
          }
          here(name, args).ifPresent(taken -> types.add(type(name + shape, args)));
        }
      }
    }
    List<SqlType> from = new ArrayList<>();
    List<SqlType> to = new ArrayList<>();
    List<Boolean> here = new ArrayList<>();
    for (SqlType one : types) {
      for (SqlType other : types) {
        from.add(one);
        to.add(other);
        here.add(other.isWiderThan(one));
      }
    }

    List<Boolean> there = wider(from, to);

    for (int i = 0; i < from.size(); i++) {
      // An enum is never what is widened to: the target is not even asked.
      if (!to.get(i).isEnum()) {
        assertThat(there.get(i))
            .as("seed %s: %s to %s", seed, from.get(i), to.get(i))
            .isEqualTo(here.get(i));
      }
    }
    assertThat(from).hasSizeGreaterThan(20_000);
    assertThat(here).filteredOn(wider -> wider).hasSizeGreaterThan(300);
  }

  private static SqlType type(String name, Integer... args) {
    try {
      return SqlType.of(Type.of(name, args), ORDERS);
    } catch (Refusal e) {
      throw new AssertionError(name, e);
    }
  }

  private static SqlType enumOf(String name) {
    try {
      return SqlType.of(
          new Type("shop." + name, List.of(), List.of(new Type.Label("1", "sad"))), ORDERS);
    } catch (Refusal e) {
      throw new AssertionError(name, e);
    }
  }

  private static List<Boolean> wider(List<SqlType> from, List<SqlType> to) throws SQLException {
    String sql =
        """
        SELECT wk.wider(to_regtype(f)::oid, fa::int[], fs, to_regtype(t)::oid, ta::int[], ts)
        FROM unnest(?, ?, ?, ?, ?, ?) WITH ORDINALITY AS u (f, fa, fs, t, ta, ts, o) ORDER BY o
        """;
    try (PreparedStatement ask = connection.prepareStatement(sql)) {
      bind(ask, 1, from);
      bind(ask, 4, to);
      List<Boolean> answers = new ArrayList<>();
      try (ResultSet row = ask.executeQuery()) {
        while (row.next()) {
          boolean answer = row.getBoolean(1);
          assertThat(row.wasNull()).isFalse();
          answers.add(answer);
        }
      }
      return answers;
    }
  }

  private static void bind(PreparedStatement ask, int first, List<SqlType> types)
      throws SQLException {
    ask.setArray(
        first,
        connection.createArrayOf(
            "text",
            types.stream().map(type -> type.schema() + ".\"" + type.name() + '"').toArray()));
    ask.setArray(
        first + 1,
        connection.createArrayOf(
            "text",
            types.stream()
                .map(type -> type.args().toString().replace('[', '{').replace(']', '}'))
                .toArray()));
    ask.setArray(
        first + 2,
        connection.createArrayOf(
            "bool", types.stream().map(type -> type.shape() == SqlType.Shape.ARRAY).toArray()));
  }

  @Test
  void the_target_reads_the_modifiers_of_columns_as_java_does() throws Exception {
    String columns =
        "numeric(1,0), numeric(5,2), numeric(3,-2), numeric(2,5), numeric(1000,-1000),"
            + " numeric, varchar(7), varchar, bpchar(3), varbit(9), timestamp(3), timestamp(6),"
            + " interval(2), interval, interval year to month, int4, timetz(0)";
    try (Statement statement = connection.createStatement()) {
      int number = 0;
      StringBuilder body = new StringBuilder();
      for (String type : columns.split(", (?![0-9-])")) {
        body.append(number == 0 ? "" : ", ").append('c').append(number++).append(' ').append(type);
      }
      statement.execute("CREATE TABLE modified (" + body + ")");
      try (ResultSet row =
          statement.executeQuery(
              "SELECT t.typname, a.atttypmod, wk.stored_args(t.oid, a.atttypmod)"
                  + " FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
                  + " WHERE a.attrelid = 'modified'::regclass AND a.attnum > 0")) {
        int read = 0;
        while (row.next()) {
          assertThat(ints(row.getArray(3)))
              .as("%s %s", row.getString(1), row.getInt(2))
              .isEqualTo(
                  SqlType.read("pg_catalog", row.getString(1), row.getInt(2), SqlType.Shape.SCALAR)
                      .args());
          read++;
        }
        assertThat(read).isEqualTo(number);
      }
    }
  }
}
