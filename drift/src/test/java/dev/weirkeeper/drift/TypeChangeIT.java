package dev.weirkeeper.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Asks a real PostgreSQL whether what the rules call harmless is harmless, over extreme values. */
class TypeChangeIT {
  /** Types with values at the edges of what they hold, as SQL literals. */
  private static final Map<String, List<String>> VALUES = new TreeMap<>();

  static {
    VALUES.put("int2", List.of("-32768", "0", "32767"));
    VALUES.put("int4", List.of("-2147483648", "0", "16777217", "2147483647"));
    VALUES.put("int8", List.of("-9223372036854775808", "9007199254740993", "9223372036854775807"));
    VALUES.put("float4", List.of("0.1", "-3.4e38", "1e-37", "NaN", "Infinity"));
    VALUES.put("float8", List.of("0.1", "1.7e308", "1e-300", "NaN", "-Infinity"));
    VALUES.put("numeric", List.of("1e400", "0.00000000001", "NaN", "Infinity"));
    VALUES.put("numeric(5,0)", List.of("-99999", "99999", "NaN"));
    VALUES.put("numeric(5)", List.of("-99999", "99999"));
    VALUES.put("numeric(10,2)", List.of("-99999999.99", "0.01", "NaN"));
    VALUES.put("numeric(12,2)", List.of("9999999999.99", "-0.01"));
    VALUES.put("numeric(12,4)", List.of("99999999.9999", "0.0001"));
    VALUES.put("numeric(11,4)", List.of("9999999.9999"));
    VALUES.put("numeric(10,0)", List.of("9999999999"));
    VALUES.put("numeric(19,0)", List.of("9999999999999999999"));
    VALUES.put("numeric(21,2)", List.of("9999999999999999999.99"));
    VALUES.put("numeric(3,-2)", List.of("99900", "-99900"));
    VALUES.put("numeric(2,4)", List.of("0.0099"));
    VALUES.put("numeric(4,6)", List.of("0.009999"));
    VALUES.put("varchar(3)", List.of("abc", "a  ", "", "äöü"));
    VALUES.put("varchar(36)", List.of("x".repeat(36), " "));
    VALUES.put("varchar", List.of("x".repeat(3000), "a  "));
    VALUES.put("text", List.of("x".repeat(3000), "a  ", ""));
    VALUES.put("bpchar(3)", List.of("abc", "a"));
    VALUES.put("bpchar(5)", List.of("abcde", "a"));
    VALUES.put("uuid", List.of("123e4567-e89b-12d3-a456-426614174000"));
    VALUES.put("date", List.of("0001-01-01 BC", "2024-02-29", "9999-12-31", "infinity"));
    VALUES.put("timestamp", List.of("2024-02-29 23:59:59.999999", "-infinity"));
    VALUES.put("timestamp(3)", List.of("2024-02-29 23:59:59.999"));
    VALUES.put("timestamptz", List.of("2024-02-29 23:59:59.999999+05"));
    VALUES.put("timestamptz(0)", List.of("2024-02-29 23:59:59+05"));
    VALUES.put("time", List.of("23:59:59.999999", "24:00"));
    VALUES.put("time(3)", List.of("23:59:59.999"));
    VALUES.put("interval", List.of("1 year 2 days 0.000001 seconds"));
    VALUES.put("interval(3)", List.of("1 year 2 days 0.001 seconds"));
    VALUES.put("bit(3)", List.of("101", "000"));
    VALUES.put("varbit(3)", List.of("101", "1", ""));
    VALUES.put("varbit", List.of("1".repeat(100)));
    VALUES.put("bool", List.of("true"));
    VALUES.put("json", List.of("{\"b\":1, \"a\": 2}"));
    VALUES.put("jsonb", List.of("{\"b\":1, \"a\": 2}"));
    VALUES.put("int4[]", List.of("{1,NULL,2147483647}", "{}"));
    VALUES.put("int8[]", List.of("{9223372036854775807}"));
    VALUES.put("text[]", List.of("{a,\"b c\"}"));
    VALUES.put("varchar(3)[]", List.of("{abc}"));
    VALUES.put("mood", List.of("sad", "ok"));
    VALUES.put("mood[]", List.of("{sad,ok}"));
  }

  private static LocalPostgres postgres;

  @BeforeAll
  static void start() throws IOException, SQLException {
    postgres = LocalPostgres.start();
    postgres.createDatabase("types");
    postgres.execute("types", "CREATE TYPE mood AS ENUM ('sad', 'ok')");
  }

  @AfterAll
  static void stop() throws IOException {
    postgres.close();
  }

  private static TypeChange change(String from, String to) {
    return TypeChange.of(
        Types.type(from.replace("mood", "enum:sad,ok")),
        Types.type(to.replace("mood", "enum:sad,ok")));
  }

  @Test
  void what_keeps_every_value_here_keeps_every_value_in_postgresql() throws SQLException {
    List<String> checked = new ArrayList<>();
    try (Connection connection = postgres.connect("types");
        Statement statement = connection.createStatement()) {
      for (String from : VALUES.keySet()) {
        for (String to : VALUES.keySet()) {
          if (from.equals(to) || !change(from, to).preserving()) {
            continue;
          }
          statement.execute("DROP TABLE IF EXISTS t");
          statement.execute("CREATE TABLE t (before " + from + ", v " + from + ")");
          for (String value : VALUES.get(from)) {
            statement.execute("INSERT INTO t VALUES ('" + value + "', '" + value + "')");
          }

          statement.execute("ALTER TABLE t ALTER COLUMN v TYPE " + to);

          try (ResultSet changed =
              statement.executeQuery(
                  "SELECT count(*) FROM t WHERE (v::" + from + ")::text <> before::text")) {
            changed.next();
            assertThat(changed.getInt(1)).describedAs("%s to %s", from, to).isZero();
          }
          checked.add(from + " to " + to);
        }
      }
    }
    assertThat(checked).hasSizeGreaterThan(60).contains("int4 to int8", "mood[] to text[]");
  }

  @Test
  void what_is_said_to_fail_unless_values_fit_fails_for_one_that_does_not() {
    for (String[] pair :
        new String[][] {
          {"int8", "int4", "2147483648"},
          {"int4", "int2", "32768"},
          {"int8", "numeric(20,2)", "9223372036854775807"},
          {"numeric(12,2)", "numeric(10,2)", "100000000.00"},
          {"numeric(10,2)", "numeric(11,4)", "10000000.00"},
          {"numeric(5,0)", "int4", "NaN"},
          {"uuid", "varchar(35)", "123e4567-e89b-12d3-a456-426614174000"},
          {"varbit", "varbit(3)", "1010"},
          {"int4", "varchar(3)", "1000"},
          {"mood", "varchar(2)", "sad"}
        }) {
      assertThat(change(pair[0], pair[1])).isEqualTo(TypeChange.NARROWED);

      assertThatThrownBy(
              () ->
                  postgres.execute(
                      "types",
                      "DROP TABLE IF EXISTS n",
                      "CREATE TABLE n (v " + pair[0] + ")",
                      "INSERT INTO n VALUES ('" + pair[2] + "')",
                      "ALTER TABLE n ALTER COLUMN v TYPE " + pair[1]),
              "%s to %s",
              pair[0],
              pair[1])
          .isInstanceOf(SQLException.class)
          .hasMessageMatching("(?s).*(out of range|overflow|too long|NaN).*");
    }
  }

  @Test
  void what_is_said_to_be_cut_without_an_error_is() throws SQLException {
    for (String[] pair :
        new String[][] {
          {"int8", "float8", "9007199254740993"},
          {"int4", "float4", "16777217"},
          {"float8", "float4", "0.1"},
          {"numeric", "float8", "0.12345678901234567890"},
          {"numeric(12,4)", "numeric(12,2)", "0.0001"},
          {"varchar(36)", "varchar(3)", "ab    "},
          {"timestamp", "timestamp(3)", "2024-02-29 23:59:59.999999"},
          {"timestamp", "date", "2024-02-29 23:59:59"},
          {"interval", "interval(3)", "0.000001 seconds"}
        }) {
      assertThat(change(pair[0], pair[1])).isEqualTo(TypeChange.ROUNDED);
      postgres.execute(
          "types",
          "DROP TABLE IF EXISTS r",
          "CREATE TABLE r (before " + pair[0] + ", v " + pair[0] + ")",
          "INSERT INTO r VALUES ('" + pair[2] + "', '" + pair[2] + "')",
          "ALTER TABLE r ALTER COLUMN v TYPE " + pair[1]);
      try (Connection connection = postgres.connect("types");
          Statement statement = connection.createStatement();
          ResultSet kept =
              statement.executeQuery("SELECT before::text = v::" + pair[0] + "::text FROM r")) {
        kept.next();
        assertThat(kept.getBoolean(1)).describedAs("%s to %s", pair[0], pair[1]).isFalse();
      }
    }
  }
}
