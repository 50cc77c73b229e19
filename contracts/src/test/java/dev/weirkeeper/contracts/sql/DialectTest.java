package dev.weirkeeper.contracts.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Expr.Comparison;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Operand;
import dev.weirkeeper.contracts.RowTest;
import dev.weirkeeper.contracts.engine.Metric;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DialectTest {
  private static final Fields FIELDS =
      new Fields(
          List.of(
              new Field("i", Form.INTEGER, "INTEGER"),
              new Field("n", Form.DECIMAL, "DECIMAL(5,2)"),
              new Field("f", Form.FLOAT, "DOUBLE"),
              new Field("s", Form.TEXT, "VARCHAR"),
              new Field("d", Form.DATE, "DATE")));

  private static String duck(Expr expr) {
    return new Conditions(Dialect.DUCKDB, FIELDS, List.of()).of(expr);
  }

  private static String postgres(Expr expr) {
    return new Conditions(Dialect.POSTGRESQL, FIELDS, List.of()).of(expr);
  }

  private static Expr compare(String column, Comparison how, Object constant) {
    return new Expr.Compare(Operand.column(column), how, Operand.constant(constant));
  }

  @Test
  void a_quote_in_a_name_or_a_text_stays_within_it() {
    assertThat(Dialect.POSTGRESQL.name("a\" OR \"1")).isEqualTo("\"a\"\" OR \"\"1\"");
    assertThat(Dialect.DUCKDB.text("it's {0} \\ ?")).isEqualTo("'it''s {0} \\ ?'");
    assertThat(Dialect.POSTGRESQL.table("public.a\"b")).isEqualTo("\"public\".\"a\"\"b\"");
  }

  @Test
  void what_cannot_be_sent_is_refused_or_left_to_memory() {
    assertThatThrownBy(() -> Dialect.DUCKDB.name("a\0b"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Dialect.POSTGRESQL.text("a\0b")).isInstanceOf(InexactException.class);
    assertThatThrownBy(() -> Dialect.DUCKDB.text("\ud83d")).isInstanceOf(InexactException.class);
  }

  @Test
  void braces_of_a_value_are_not_places_of_a_phrase() {
    assertThat(Dialect.DUCKDB.say(Phrase.LIKE, "x", "'{0}{1}'")).isEqualTo("x LIKE '{0}{1}'");
  }

  @Test
  void a_constant_becomes_one_of_the_columns_own_type() {
    assertThat(duck(compare("i", Comparison.LESS, 5.5))).isEqualTo("(t.\"i\" <= 5)");
    assertThat(duck(compare("i", Comparison.MORE, 5.5))).isEqualTo("(t.\"i\" >= 6)");
    assertThat(duck(compare("i", Comparison.EQUAL, 5.5)))
        .isEqualTo("(CASE WHEN t.\"i\" IS NOT NULL THEN FALSE END)");
    assertThat(duck(compare("i", Comparison.LESS, 3_000_000_000L)))
        .isEqualTo("(CASE WHEN t.\"i\" IS NOT NULL THEN TRUE END)");
    assertThat(duck(compare("n", Comparison.AT_LEAST, -1))).isEqualTo("(t.\"n\" >= (-1.00))");
    assertThat(duck(compare("n", Comparison.MORE, 1000)))
        .isEqualTo("(CASE WHEN t.\"n\" IS NOT NULL THEN FALSE END)");
    assertThat(duck(compare("d", Comparison.LESS, "2020-01-01T12:00")))
        .isEqualTo("(t.\"d\" <= CAST('2020-01-01' AS DATE))");
    assertThat(duck(compare("f", Comparison.EQUAL, 0.1)))
        .isEqualTo("(t.\"f\" = CAST('0.1' AS DOUBLE))");
  }

  @Test
  void text_compares_by_code_point_in_every_database() {
    assertThat(postgres(compare("s", Comparison.LESS, "b")))
        .isEqualTo("((t.\"s\" COLLATE \"C\") < 'b')");
    assertThat(duck(compare("s", Comparison.LESS, "b"))).isEqualTo("(t.\"s\" < 'b')");
  }

  @Test
  void members_that_a_column_cannot_hold_are_left_out() {
    Expr in =
        new Expr.In(
            Operand.column("i"), List.of(Literal.of(1), Literal.of(1.5), Literal.of(1L << 40)));

    assertThat(duck(in)).isEqualTo("(t.\"i\" IN (1))");
    assertThat(duck(new Expr.In(Operand.column("i"), List.of())))
        .isEqualTo("(CASE WHEN t.\"i\" IS NOT NULL THEN FALSE END)");
  }

  @Test
  void a_pattern_is_written_only_if_it_means_the_same() {
    assertThat(SharedRegex.of("^[a-z]+@x\\.de$", 255)).isEqualTo("^[a-z]+\\@x\\.de(?:\n)?$");
    assertThat(SharedRegex.of("(a|b){2,3}?.", 255)).isEqualTo("(?:a|b){2,3}[^\n]");
    for (String pattern :
        List.of(
            "\\bword",
            "(?i)x",
            "(a)\\1",
            "a(?=b)",
            "x^",
            "$a",
            "a**",
            "(",
            ")",
            "[z-a]",
            "a{300}",
            "(?P<n>a)",
            "a++",
            "",
            "a|",
            "[[:alpha:]]",
            "\\x41",
            "(a{200}){200}")) {
      assertThatThrownBy(() -> SharedRegex.of(pattern, 255))
          .as(pattern)
          .isInstanceOf(InexactException.class);
    }
  }

  @Test
  void what_follows_from_the_rest_is_not_asked() {
    Expr present = Expr.not(new Expr.IsNull(Operand.column("i")));
    Expr range = Expr.not(Expr.all(compare("i", Comparison.LESS, 5)));

    assertThat(Exprs.conjuncts(Expr.all(Expr.all(), present, range))).containsExactly(range);
    assertThat(Exprs.conjuncts(Expr.all(present, new Expr.IsNull(Operand.column("s")))))
        .contains(present);
  }

  @Test
  void numbers_about_all_rows_share_a_query_and_copies_have_their_own() {
    Expr present = Expr.not(new Expr.IsNull(Operand.column("i")));
    Expr copies = new Expr.Repeated(List.of("i"), Expr.Nulls.DISTINCT, present);
    Planner planner = new Planner(SqlSource.table(Dialect.DUCKDB, FIELDS, "t"));

    Planner.Plan plan =
        planner.plan(
            Set.of(
                new Metric.Count(Expr.all()),
                new Metric.Count(present),
                new Metric.Aggregate(Metric.Fold.MAX, "n", Expr.all()),
                new Metric.Count(Expr.all(present, copies)),
                new Metric.Count(new Expr.Matches(Operand.column("s"), "\\bx")),
                new Metric.Count(
                    new Expr.OutOfOrder(
                        "i", Expr.Direction.INCREASING, Expr.Strictness.LOOSE, Expr.all()))));

    assertThat(plan.first()).hasSize(2);
    assertThat(plan.first().get(1).sql())
        .contains("WHERE (NOT (t.\"i\" IS NULL)) GROUP BY t.\"i\" HAVING COUNT(*) > 1");
    assertThat(plan.inexact()).hasSize(1);
    assertThat(plan.failed().values()).singleElement().asString().contains("index columns");
  }

  @Test
  void rows_are_labelled_by_what_sql_can_say_and_the_rest_is_named() {
    Expr all = Expr.all();
    RowTest exact =
        new RowTest(
            all, all, compare("i", Comparison.LESS, 0), List.of("i"), RowTest.Missing.COUNTED);
    RowTest inexact =
        new RowTest(
            all,
            all,
            new Expr.Matches(Operand.column("s"), "\\bx"),
            List.of("s"),
            RowTest.Missing.COUNTED);

    SqlLabels labels =
        SqlLabels.of(
            SqlSource.table(Dialect.POSTGRESQL, FIELDS, "t"),
            Map.of("exact", exact, "inexact", inexact));

    assertThat(labels.rules()).containsExactly("exact");
    assertThat(labels.inexact()).containsOnlyKeys("inexact");
    assertThat(labels.select())
        .contains("ARRAY_REMOVE(ARRAY[CASE WHEN (t.\"i\" < 0) THEN 0 END]::int[], NULL)");
  }

  @Test
  void a_column_that_numbers_rows_must_not_be_one_of_the_data() {
    assertThatThrownBy(
            () ->
                new SqlSource(
                    Dialect.DUCKDB,
                    FIELDS,
                    "t",
                    Optional.of(new SqlSource.Rows("t", "i", SqlSource.Place.SHOWN)),
                    SqlSource.Stability.FOR_GOOD))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_table_that_a_contract_refers_to_is_no_file() {
    for (String file :
        List.of(
            "/etc/secret.csv",
            "secret.parquet",
            "https://elsewhere/x.JSON",
            "C:\\secret",
            "folder/*",
            "a.b.csv.gz")) {
      assertThatIllegalArgumentException()
          .as(file)
          .isThrownBy(() -> Dialect.DUCKDB.referred(file))
          .withMessageContaining("could be that of a file");
    }
    assertThat(Dialect.DUCKDB.referred("main.csv_files")).isEqualTo("\"main\".\"csv_files\"");
    assertThat(Dialect.POSTGRESQL.referred("stage.json")).isEqualTo("\"stage\".\"json\"");
  }
}
