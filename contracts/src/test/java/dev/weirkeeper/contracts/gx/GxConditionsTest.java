package dev.weirkeeper.contracts.gx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Expr.Comparison;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Mode;
import dev.weirkeeper.contracts.Operand;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GxConditionsTest {

  private static Expr compare(String column, Comparison how, Object value) {
    return new Expr.Compare(Operand.column(column), how, Operand.constant(value));
  }

  private static Expr read(String condition, String parser, Mode mode) throws UnsupportedException {
    ObjectNode kwargs = JsonNodeFactory.instance.objectNode();
    if (condition.startsWith("{")) {
      kwargs.set("row_condition", Located.read(condition).root());
    } else {
      kwargs.put("row_condition", condition);
    }
    if (!parser.isEmpty()) {
      kwargs.put("condition_parser", parser);
    }
    return GxConditions.read(new Kwargs(kwargs, "$.kwargs", Located.read("{}"), mode))
        .orElseThrow();
  }

  private static void refused(String condition, String parser, Mode mode, String reason) {
    assertThatExceptionOfType(UnsupportedException.class)
        .as(condition)
        .isThrownBy(() -> read(condition, parser, mode))
        .withMessageContaining(reason);
  }

  @Test
  void the_own_grammar_is_one_comparison() throws UnsupportedException {
    String own = "great_expectations";

    assertThat(read("col(\"a b\") >= -1.5", own, Mode.GX_SQL))
        .isEqualTo(compare("a b", Comparison.AT_LEAST, -1.5));
    assertThat(read("col('u') == \"dup\"", own, Mode.STRICT))
        .isEqualTo(compare("u", Comparison.EQUAL, "dup"));
    assertThat(read("col(\"d\") < date(\"2020-01-01\")", own, Mode.GX_SQL))
        .isEqualTo(compare("d", Comparison.LESS, "2020-01-01"));
    assertThat(read("COL(\"i\").NOTNULL()", "great_expectations__experimental__", Mode.GX_SQL))
        .isEqualTo(Expr.not(new Expr.IsNull(Operand.column("i"))));
    refused("col(\"a\") > 1 and col(\"b\") > 2", own, Mode.GX_SQL, "unable to parse");
    refused("a > 1", own, Mode.GX_SQL, "unable to parse");
  }

  @Test
  void a_query_of_pandas_has_its_precedence() throws UnsupportedException {
    Expr a = compare("x", Comparison.NOT_EQUAL, 1);
    Expr b = compare("w", Comparison.NOT_EQUAL, 6);

    assertThat(read("x!=1 & w!=6", "pandas", Mode.GX_PANDAS)).isEqualTo(Expr.all(a, b));
    assertThat(read("x != 1 or w != 6 and x != 1", "pandas", Mode.GX_PANDAS))
        .isEqualTo(Expr.any(a, Expr.all(b, a)));
    assertThat(read("~(x != 1 | w != 6)", "pandas", Mode.GX_PANDAS))
        .isEqualTo(Expr.not(Expr.any(a, b)));
    assertThat(read("1 < x <= 3", "pandas", Mode.GX_PANDAS))
        .isEqualTo(
            Expr.all(
                new Expr.Compare(Operand.constant(1), Comparison.LESS, Operand.column("x")),
                compare("x", Comparison.AT_MOST, 3)));
    assertThat(read("`a b` not in [1, 2]", "pandas", Mode.GX_PANDAS))
        .isEqualTo(
            Expr.not(new Expr.In(Operand.column("a b"), List.of(Literal.of(1), Literal.of(2)))));
    assertThat(read("i.notnull()", "pandas", Mode.GX_PANDAS))
        .isEqualTo(Expr.not(new Expr.IsMissing(Operand.column("i"))));
    assertThat(read("y == \"it\\\"s\"", "pandas", Mode.GX_PANDAS))
        .isEqualTo(compare("y", Comparison.EQUAL, "it\"s"));
  }

  @Test
  void what_is_no_such_query_is_refused() {
    for (String query :
        List.of(
            "x ==",
            "x == 1)",
            "(x == 1",
            "x == @y",
            "x.str.contains('a')",
            "x == 'a",
            "x == 1 2",
            "x in 3",
            "5",
            "__import__('os').system('x')",
            "not ".repeat(200) + "x == 1")) {
      refused(query, "pandas", Mode.GX_PANDAS, "no query of pandas");
    }
  }

  @Test
  void the_objects_of_later_releases_nest_as_they_may() throws UnsupportedException {
    String a =
        "{\"type\":\"comparison\",\"column\":{\"name\":\"a\"},\"operator\":\">\",\"parameter\":1}";
    String b = "{\"type\":\"nullity\",\"column\":{\"name\":\"b\"},\"is_null\":false}";
    Expr isA = compare("a", Comparison.MORE, 1);
    Expr isB = Expr.not(new Expr.IsNull(Operand.column("b")));

    assertThat(read("{\"type\":\"or\",\"conditions\":[" + a + "," + b + "]}", "", Mode.GX_SQL))
        .isEqualTo(Expr.any(isA, isB));
    assertThat(
            read(
                "{\"type\":\"comparison\",\"column\":{\"name\":\"a\"},\"operator\":\"NOT_IN\","
                    + "\"parameter\":[1,2.5]}",
                "",
                Mode.STRICT))
        .isEqualTo(
            Expr.not(new Expr.In(Operand.column("a"), List.of(Literal.of(1), Literal.of(2.5)))));
    for (String malformed :
        List.of(
            "{\"type\":\"and\",\"conditions\":[{\"type\":\"or\",\"conditions\":[" + a + "]}]}",
            "{\"type\":\"and\",\"conditions\":[]}",
            "{\"type\":\"nullity\",\"column\":{},\"is_null\":true}",
            "{\"type\":\"comparison\",\"column\":{\"name\":\"a\"},\"operator\":\"==\","
                + "\"parameter\":null}",
            "{\"type\":\"comparison\",\"column\":{\"name\":\"a\"},\"operator\":\"IN\","
                + "\"parameter\":[1,\"x\"]}",
            "{\"type\":\"odd\"}")) {
      assertThatExceptionOfType(MalformedException.class)
          .as(malformed)
          .isThrownBy(() -> read(malformed, "", Mode.STRICT))
          .withMessageContaining("$.kwargs.row_condition");
    }
  }

  @Test
  void each_engine_of_great_expectations_takes_its_own_parser() throws UnsupportedException {
    refused("x > 1", "pandas", Mode.GX_SQL, "only supports the great_expectations");
    refused("x > 1", "", Mode.GX_SQL, "only supports the great_expectations");
    refused("col(\"x\") > 1", "great_expectations", Mode.GX_PANDAS, "condition_parser for Pandas");
    refused("x > 1", "bad_parser", Mode.GX_PANDAS, "not a valid enumeration member");
    refused("x > 1", "spark", Mode.STRICT, "Spark");
    assertThat(read("x > 1", "", Mode.STRICT)).isEqualTo(compare("x", Comparison.MORE, 1));
    assertThat(read("col(\"x\") > 1", "", Mode.STRICT)).isEqualTo(compare("x", Comparison.MORE, 1));
  }

  @Test
  void without_a_condition_there_is_none() throws UnsupportedException {
    ObjectNode kwargs = JsonNodeFactory.instance.objectNode().putNull("row_condition");

    assertThat(GxConditions.read(new Kwargs(kwargs, "$", Located.read("{}"), Mode.STRICT)))
        .isEqualTo(Optional.empty());
  }
}
