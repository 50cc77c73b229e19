package dev.weirkeeper.drift.taxonomy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Type;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Asks a real PostgreSQL how many values would be lost, and holds it against who knows. */
class LossQuestionIT {
  private static final long SEED = 6_1964;
  private static final int VALUES = 200;

  /** Numbers: the count is held against exact arithmetic and against the server's own cast. */
  private static final String[][] NUMBERS = {
    {"int8", "int4"},
    {"int8", "int2"},
    {"int4", "int2"},
    {"int8", "float8"},
    {"int8", "float4"},
    {"int4", "float4"},
    {"int8", "numeric(20,2)"},
    {"int4", "numeric(6,0)"},
    {"int4", "numeric(10,-2)"},
    {"float8", "float4"},
    {"float8", "int8"},
    {"float8", "int4"},
    {"float4", "int2"},
    {"float8", "numeric"},
    {"float8", "numeric(12,3)"},
    {"float4", "numeric(9,2)"},
    {"numeric", "numeric(10,2)"},
    {"numeric", "numeric(3,5)"},
    {"numeric", "numeric(4,-2)"},
    {"numeric", "float8"},
    {"numeric", "float4"},
    {"numeric", "int8"},
    {"numeric", "int4"},
    {"numeric(12,4)", "numeric(10,4)"},
    {"numeric(12,4)", "numeric(12,2)"},
    {"numeric(12,2)", "numeric(12,4)"},
    {"numeric(9,0)", "int2"}
  };

  /** All others: the count is held against the server's own cast. */
  private static final Map<String, List<String>> OTHERS =
      Map.of(
          "text>varchar(3)", List.of("", "abc", "abcd", "abc   ", "ab  ", "äöü", "äöüß", "    "),
          "varchar(9)>varchar(3)", List.of("abc", "abc ", "abcdefghi", "   x"),
          "text>bpchar(3)", List.of("", "abc", "abcd", "abc   ", "a"),
          "bpchar(6)>varchar(3)", List.of("abc", "abcd", "abc   ", ""),
          "int4>varchar(3)", List.of("1", "-99", "999", "-999", "1000"),
          "mood>varchar(2)", List.of("ok", "sad"),
          "uuid>varchar(35)", List.of("123e4567-e89b-12d3-a456-426614174000"),
          "varbit>varbit(3)", List.of("", "101", "1010"),
          "bit(3)>bit(4)", List.of("101"),
          "timestamp>date",
              List.of("2024-02-29", "2024-02-29 00:00:00.000001", "infinity", "-infinity"));

  private static LocalPostgres postgres;
  private static Connection connection;

  @BeforeAll
  static void start() throws IOException, SQLException {
    postgres = LocalPostgres.start(Map.of("fsync", "off"));
    postgres.createDatabase("loss");
    connection = postgres.connect("loss");
    postgres.execute("loss", "CREATE TYPE mood AS ENUM ('sad', 'ok')");
  }

  @AfterAll
  static void stop() throws IOException, SQLException {
    connection.close();
    postgres.close();
  }

  private static Type type(String text) {
    if (text.equals("mood")) {
      return new Type(
          "public.mood", List.of(), List.of(new Type.Label("1", "sad"), new Type.Label("2", "ok")));
    }
    int open = text.indexOf('(');
    return open < 0
        ? Type.of(text)
        : Type.of(
            text.substring(0, open),
            Stream.of(text.substring(open + 1, text.length() - 1).split(","))
                .map(Integer::valueOf)
                .toArray(Integer[]::new));
  }

  @Test
  void numbers_are_counted_as_exact_arithmetic_and_the_server_count_them() throws SQLException {
    Random random = new Random(SEED);
    for (String[] pair : NUMBERS) {
      String about = pair[0] + " to " + pair[1] + ", seed " + SEED;
      List<String> values = fill(pair[0], Numbers.of(pair[0], VALUES, random));

      LossAnswer answer = ask(pair[0], pair[1]);

      long overflowing = 0;
      long rounded = 0;
      for (String value : values) {
        LossOracle.Fate fate = LossOracle.fate(pair[0], pair[1], value);
        overflowing += fate == LossOracle.Fate.OVERFLOWS ? 1 : 0;
        rounded += fate == LossOracle.Fate.ROUNDED ? 1 : 0;
      }
      assertThat(answer)
          .as(about)
          .isEqualTo(new LossAnswer(values.size() + 1, values.size(), overflowing, rounded));
      assertThat(refused(pair[1])).as(about).isEqualTo(overflowing);
      assertThat(answer.lost()).as("nothing to find in %s", about).isPositive();
    }
  }

  @Test
  void texts_bits_and_times_are_counted_as_the_server_casts_them() throws SQLException {
    for (Map.Entry<String, List<String>> entry : OTHERS.entrySet()) {
      String[] pair = entry.getKey().split(">");
      fill(pair[0], entry.getValue());

      LossAnswer answer = ask(pair[0], pair[1]);

      assertThat(answer.values()).isEqualTo(entry.getValue().size());
      assertThat(answer.overflowing()).as(entry.getKey()).isEqualTo(refused(pair[1]));
      assertThat(answer.rounded()).as(entry.getKey()).isEqualTo(changed(pair[0]));
    }
  }

  @Test
  void digits_of_a_second_are_counted() throws SQLException {
    for (String type : List.of("timestamp", "timestamptz", "time", "timetz", "interval")) {
      boolean day = type.startsWith("timestamp");
      String prefix = day ? "2024-02-29 " : "";
      fill(
          type,
          List.of(prefix + "23:59:59.999999", prefix + "12:00:00.5", prefix + "12:00:00.123"));

      LossAnswer answer = ask(type, type + "(3)");

      assertThat(answer).as(type).isEqualTo(new LossAnswer(4, 3, 0, 1));
    }
  }

  @Test
  void values_with_a_label_that_goes_are_counted() throws SQLException {
    String quoted = "it''s \\ gone";
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TYPE state AS ENUM ('new', 'old', '" + quoted + "', 'kept')");
    }
    fill("state", List.of("new", "new", "old", "it's \\ gone", "kept"));
    Type before = state("1 new", "2 old", "3 it's \\ gone", "4 kept");

    assertThat(answer(new LossQuestion("public", "t", "v", before, state("1 fresh", "9 kept"))))
        .as("a label that is called otherwise and one of another type are there")
        .isEqualTo(new LossAnswer(6, 5, 2, 0));
    assertThat(LossQuestion.answers(before, state("1 a", "2 b", "3 c", "4 d", "5 e"))).isFalse();
  }

  private static Type state(String... labels) {
    return new Type(
        "public.state",
        List.of(),
        Stream.of(labels)
            .map(label -> label.split(" ", 2))
            .map(label -> new Type.Label(label[0], label[1]))
            .toList());
  }

  @Test
  void names_that_would_be_sql_are_names() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE SCHEMA \"s\"\"; DROP\"");
      statement.execute(
          "CREATE TABLE \"s\"\"; DROP\".\"t'\"\".x\" (\"c\"\"),(SELECT\" int8, v int4)");
      statement.execute("INSERT INTO \"s\"\"; DROP\".\"t'\"\".x\" VALUES (1, 1), (3000000000, 1)");
    }
    LossQuestion question =
        new LossQuestion("s\"; DROP", "t'\".x", "c\"),(SELECT", type("int8"), type("int4"));

    assertThat(answer(question)).isEqualTo(new LossAnswer(2, 2, 1, 0));
  }

  @Test
  void an_empty_table_loses_nothing() throws SQLException {
    fill("int8", List.of());

    LossAnswer answer = ask("int8", "int4");

    assertThat(answer).isEqualTo(new LossAnswer(1, 0, 0, 0));
    assertThat(answer.fits()).isTrue();
    assertThat(answer).hasToString("0 of 0 values would not fit and 0 would be rounded");
  }

  @Test
  void what_cannot_be_counted_has_no_question() {
    for (String[] pair :
        new String[][] {
          {"int4", "int8"},
          {"text", "int4"},
          {"json", "jsonb"},
          {"int4", "int4"},
          {"timestamptz", "date"},
          {"timestamp", "timestamptz"},
          {"public.geometry", "text"}
        }) {
      assertThat(LossQuestion.answers(type(pair[0]), type(pair[1])))
          .as(pair[0] + " to " + pair[1])
          .isFalse();
    }
    assertThat(LossQuestion.answers(Type.of("int8[]"), Type.of("int4[]"))).isFalse();
    assertThatThrownBy(() -> new LossQuestion("s", "t", "c", type("int4"), type("int8")).sql())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("int4 to int8");
    assertThatThrownBy(() -> new LossQuestion("s", "t\0", "c", type("int8"), type("int4")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new LossAnswer(1, 1, 1, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** A table with these values and one NULL; gives the values as the server shows them. */
  private static List<String> fill(String type, List<String> values) throws SQLException {
    List<String> stored = new ArrayList<>();
    try (Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE IF EXISTS t");
      statement.execute("CREATE TABLE t (id serial, v " + type + ", w text)");
      statement.execute("INSERT INTO t (v) VALUES (NULL)");
    }
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO t (v) VALUES (CAST(?::text AS " + type + "))")) {
      for (String value : values) {
        insert.setString(1, value);
        insert.addBatch();
      }
      insert.executeBatch();
    }
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT v::text FROM t WHERE v IS NOT NULL")) {
      while (rows.next()) {
        stored.add(rows.getString(1));
      }
    }
    return stored;
  }

  private static LossAnswer ask(String from, String to) throws SQLException {
    return answer(new LossQuestion("public", "t", "v", type(from), type(to)));
  }

  private static LossAnswer answer(LossQuestion question) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(question.sql())) {
      row.next();
      assertThat(row.getMetaData().getColumnCount()).isEqualTo(4);
      return new LossAnswer(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4));
    }
  }

  /** How many values the server's own cast, the one that ALTER makes, refuses. */
  private static long refused(String to) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE IF EXISTS kept");
      statement.execute("CREATE TABLE kept (id int, v " + to + ")");
      statement.execute(
          """
          DO $$
          DECLARE r record;
          BEGIN
            FOR r IN SELECT id, v FROM t WHERE v IS NOT NULL LOOP
              BEGIN
                INSERT INTO kept VALUES (r.id, r.v);
              EXCEPTION WHEN data_exception OR feature_not_supported THEN NULL;
              END;
            END LOOP;
          END $$
          """);
      try (ResultSet row =
          statement.executeQuery("SELECT (SELECT count(v) FROM t) - (SELECT count(*) FROM kept)")) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  /** How many of the values that the cast took are others now, blanks included. */
  private static long changed(String from) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT count(*) FROM t JOIN kept USING (id) WHERE kept.v::text <> t.v::text"
                    + (from.startsWith("timestamp") ? " AND kept.v::timestamp <> t.v" : "")
                    + (from.equals("text") ? " AND pg_typeof(kept.v) <> 'bpchar'::regtype" : ""))) {
      row.next();
      return row.getLong(1);
    }
  }

  /** Numbers at and around every edge, and random ones of every size. */
  private static final class Numbers {
    private static final List<String> EDGES =
        List.of(
            "0",
            "1",
            "-1",
            "127",
            "128",
            "32767",
            "32768",
            "-32768",
            "-32769",
            "999999",
            "1000000",
            "16777216",
            "16777217",
            "-16777217",
            "2147483647",
            "2147483648",
            "-2147483648",
            "-2147483649",
            "9007199254740992",
            "9007199254740993",
            "-9007199254740993",
            "9223372036854775807",
            "-9223372036854775808",
            "9223372036854775296",
            "49",
            "50",
            "51");

    private static final List<String> FRACTIONS =
        List.of(
            "0.1",
            "0.5",
            "1.5",
            "2.5",
            "-0.5",
            "0.005",
            "0.004999",
            "99999999.99",
            "99999999.994",
            "99999999.995",
            "32767.4",
            "32767.5",
            "-32768.5",
            "-32768.51",
            "2147483647.5",
            "0.0009995",
            "0.00999",
            "0.000004",
            "3.4028234e38",
            "3.4028236e38",
            "1e-45",
            "7e-46",
            "1e38",
            "0.12345678901234567",
            "123456789012345678",
            "NaN",
            "Infinity",
            "-Infinity");

    private static final List<String> DECIMALS =
        List.of(
            "0.12345678901234567890",
            "1e308",
            "1.7976931348623157e308",
            "1.7976931348623159e308",
            "1e400",
            "5e-324",
            "2.5e-324",
            "2.4e-324",
            "1e-400",
            "9223372036854775807.4",
            "9223372036854775807.5",
            "999949",
            "999950");

    static List<String> of(String type, int count, Random random) {
      List<String> numbers = new ArrayList<>();
      Stream<String> edges = EDGES.stream();
      if (!type.startsWith("int")) {
        edges = Stream.concat(edges, FRACTIONS.stream());
      }
      if (type.equals("numeric")) {
        edges = Stream.concat(edges, DECIMALS.stream());
      }
      edges.filter(edge -> holds(type, edge)).forEach(numbers::add);
      while (numbers.size() < count) {
        String number = random(type, random);
        if (holds(type, number)) {
          numbers.add(number);
        }
      }
      return numbers;
    }

    private static String random(String type, Random random) {
      if (type.startsWith("int")) {
        return BigInteger.valueOf(random.nextLong() >> random.nextInt(63)).toString();
      }
      if (type.equals("float8") && random.nextInt(4) == 0) {
        return String.valueOf(Double.longBitsToDouble(random.nextLong()));
      }
      if (type.equals("float4")) {
        return String.valueOf(Float.intBitsToFloat(random.nextInt()));
      }
      BigInteger digits = new BigInteger(1 + random.nextInt(70), random);
      BigDecimal number = new BigDecimal(digits, random.nextInt(12));
      return (random.nextBoolean() ? number : number.negate()).toPlainString();
    }

    private static boolean holds(String type, String number) {
      boolean finite = !List.of("NaN", "Infinity", "-Infinity").contains(number);
      if (type.startsWith("int")) {
        int bits = 8 * Integer.parseInt(type.substring(3));
        return new BigInteger(number).bitLength() < bits;
      }
      if (type.startsWith("numeric(")) {
        String[] args = type.substring(8, type.length() - 1).split(",");
        int whole = Integer.parseInt(args[0]) - Integer.parseInt(args[1]);
        return finite
            && new BigDecimal(number)
                    .abs()
                    .compareTo(BigDecimal.TEN.pow(whole).subtract(BigDecimal.ONE))
                < 0;
      }
      if (!finite || type.equals("numeric")) {
        return true;
      }
      double there = Double.parseDouble(number);
      if (type.equals("float4")) {
        float single = (float) there;
        return !Float.isInfinite(single) && (single != 0 || there == 0);
      }
      return !Double.isInfinite(there) && (there != 0 || new BigDecimal(number).signum() == 0);
    }
  }
}
