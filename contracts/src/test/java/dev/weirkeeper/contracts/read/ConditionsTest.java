package dev.weirkeeper.contracts.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Expr.Comparison;
import dev.weirkeeper.contracts.Literal;
import dev.weirkeeper.contracts.Operand;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionsTest {

  @Test
  void sql_becomes_an_expression() {
    assertThat(
            Conditions.read("amount >= 0 and status not in ('a', 'it''s') and \"Due Day\" is null"))
        .isEqualTo(
            Expr.all(
                new Expr.Compare(
                    Operand.column("amount"), Comparison.AT_LEAST, Operand.constant(0)),
                Expr.not(
                    new Expr.In(
                        Operand.column("status"),
                        List.of(new Literal.Text("a"), new Literal.Text("it's")))),
                new Expr.IsNull(Operand.column("Due Day"))));
    assertThat(Conditions.read("is_open"))
        .isEqualTo(
            new Expr.Compare(Operand.column("is_open"), Comparison.EQUAL, Operand.constant(true)));
    assertThat(Conditions.read("x not between -1 and 2.50 or length(name) < 3"))
        .isEqualTo(
            Expr.any(
                Expr.not(
                    Expr.all(
                        new Expr.Compare(
                            Operand.column("x"), Comparison.AT_LEAST, Operand.constant(-1)),
                        new Expr.Compare(
                            Operand.column("x"), Comparison.AT_MOST, Operand.constant(2.5)))),
                new Expr.Compare(
                    new Operand.Length(Operand.column("name")),
                    Comparison.LESS,
                    Operand.constant(3))));
  }

  @Test
  void and_binds_closer_than_or_wherever_an_in_stands() {
    Expr a = Conditions.read("a IN (1)");
    Expr b = Conditions.read("b = 2");
    Expr c = Conditions.read("c NOT IN (3)");
    Expr d = Conditions.read("d IS NULL");

    assertThat(Conditions.read("b = 2 and a in (1) or d is null"))
        .isEqualTo(Expr.any(Expr.all(b, a), d));
    assertThat(Conditions.read("a in (1) or b = 2 and c not in (3) and d is null or a in (1)"))
        .isEqualTo(Expr.any(a, Expr.all(b, c, d), a));
    assertThat(Conditions.read("not a in (1) and (b = 2 or c not in (3) and d is null)"))
        .isEqualTo(Expr.all(Expr.not(a), Expr.any(b, Expr.all(c, d))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a = ",
        "a = 1; DROP TABLE t",
        "a = 1 -- x",
        "a = 1 /* x */",
        "a IN (SELECT b FROM c)",
        "EXISTS (SELECT 1 FROM t)",
        "a = (SELECT max(a) FROM t)",
        "pg_sleep(1) IS NULL",
        "a > current_date",
        "a > now()",
        "t.a = 1",
        "a ILIKE 'x'",
        "a ~ 'x'",
        "a LIKE 'x' ESCAPE '!'",
        "a * 2 > 1",
        "a IN (NULL, 1)",
        "a IN (b, 1)",
        "a = ?",
        "a = :x",
        "CASE WHEN a THEN b END = 1",
        "a = 'x\\' OR 1=1"
      })
  void what_no_expression_says_is_refused(String condition) {
    assertThatIllegalArgumentException().isThrownBy(() -> Conditions.read(condition));
  }

  @Test
  void a_condition_that_is_made_to_be_slow_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Conditions.read("(".repeat(60) + "a = 1" + ")".repeat(60)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Conditions.read("a = 1" + " OR a = 1".repeat(2000)));
  }

  @Test
  void what_is_written_is_read_back_the_same() {
    long seed = 11;
    Random random = new Random(seed);
    int said = 0;
    for (int i = 0; i < 150; i++) {
      Expr expr = expr(random, 3);
      var text = Conditions.written(expr);
      if (text.isPresent()) {
        said++;
        assertThat(Conditions.read(text.get())).as("seed %s: %s", seed, text.get()).isEqualTo(expr);
      }
    }
    assertThat(said).isGreaterThan(100);
  }

  static Expr expr(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 9 : 6)) {
      case 0 ->
          new Expr.Compare(
              operand(random, 2), Comparison.values()[random.nextInt(6)], operand(random, 1));
      case 1 ->
          new Expr.In(
              Operand.column("a b"), List.of(Literal.of("x'y"), Literal.of(random.nextInt(9))));
      case 2 -> new Expr.IsNull(operand(random, 0));
      case 3 -> new Expr.Like(Operand.column("select"), "a%\"_");
      case 4 -> new Expr.Matches(Operand.column("c"), "^\\d+'$");
      case 5 -> new Expr.Same(operand(random, 1), operand(random, 1));
      case 6 -> Expr.not(expr(random, depth - 1));
      case 7 -> new Expr.And(several(random, depth));
      default -> new Expr.Or(several(random, depth));
    };
  }

  private static List<Expr> several(Random random, int depth) {
    List<Expr> parts = new ArrayList<>();
    for (int i = 0; i < 2 + random.nextInt(2); i++) {
      parts.add(expr(random, depth - 1));
    }
    return parts;
  }

  private static Operand operand(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 8 : 4)) {
      case 0 -> Operand.column("a");
      case 1 -> Operand.column("Größe");
      case 2 -> Operand.constant(random.nextInt(100) - 50);
      case 3 -> Operand.constant("t" + random.nextInt(5));
      case 4 -> new Operand.Length(operand(random, depth - 1));
      case 5 -> new Operand.Sum(List.of(operand(random, depth - 1), operand(random, depth - 1)));
      case 6 -> new Operand.Minus(operand(random, depth - 1), operand(random, depth - 1));
      default -> new Operand.Over(operand(random, depth - 1), operand(random, depth - 1));
    };
  }

  @Test
  void the_columns_that_are_named_are_told() {
    assertThat(Conditions.columns(Conditions.read("b = 1 or (a < c and length(d) = 2)")))
        .containsExactly("b", "a", "c", "d");
  }
}
