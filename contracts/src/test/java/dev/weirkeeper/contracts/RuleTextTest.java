package dev.weirkeeper.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.engine.RuleKinds;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RuleTextTest {
  private static String said(Rule rule) {
    return RuleText.of(rule).text();
  }

  @Test
  void a_rule_is_said_in_plain_english() {
    assertThat(said(Rule.notNull("a"))).isEqualTo("a is never missing.");
    assertThat(said(Rule.between("a", Range.moreThan(0)))).isEqualTo("a is more than 0.");
    assertThat(
            said(
                Rule.inSet("a", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
                    .mostly(0.995)
                    .where(new Expr.IsNull(Operand.column("b")))))
        .isEqualTo(
            "a is one of 1, 2, 3, 4, 5, 6, 7, 8 and 2 more, where b is null, in at least 99.5 % of"
                + " the rows.");
    assertThat(said(TableRules.meanBetween("a", Range.of(1, 2))))
        .isEqualTo("The mean of a is at least 1 and at most 2.");
    assertThat(said(TableRules.noRows("SELECT 1"))).isEqualTo("No row is found by SELECT 1.");
    assertThat(said(Rule.refers(List.of("a"), "b", List.of("id"))))
        .isEqualTo("a is found in b as id.");
  }

  @Test
  void a_share_is_said_as_the_contract_has_it() {
    assertThat(said(Rule.notNull("a").mostly(0.9999999)))
        .isEqualTo("a is never missing, in at least 99.99999 % of the rows.");
    assertThat(said(Rule.notNull("a").mostly(0)))
        .isEqualTo("a is never missing, in at least 0 % of the rows.");
  }

  @Test
  void what_the_author_of_a_contract_wrote_is_told_apart_and_cut() {
    RuleText text = RuleText.of(Rule.matches("a", "x".repeat(300)));

    assertThat(text.pieces())
        .containsExactly(
            new RuleText.Piece(RuleText.Sort.QUOTED, "a"),
            new RuleText.Piece(RuleText.Sort.WORDS, " matches "),
            new RuleText.Piece(RuleText.Sort.QUOTED, "x".repeat(240) + "\u2026"),
            new RuleText.Piece(RuleText.Sort.WORDS, "."));
  }

  @Test
  void an_expression_without_end_is_cut() {
    Expr expr = new Expr.IsNull(Operand.column("a"));
    for (int i = 0; i < 9; i++) {
      expr = new Expr.Not(new Expr.And(List.of(expr, new Expr.IsNull(Operand.column("b")))));
    }

    assertThat(said(Rule.holds(expr, "a", "b"))).contains("\u2026").hasSizeLessThan(400);
  }

  @Test
  void every_kind_has_words_and_wrong_terms_have_some_too() {
    for (String kind : new TreeSet<>(RuleKinds.standard().names())) {
      assertThat(said(rule(kind))).as(kind).endsWith(".").isNotBlank();
    }
    assertThat(said(Rule.about("a", "of-the-future", Json.empty())))
        .isEqualTo("Rule of-the-future about a.");
  }

  private static Rule rule(String kind) {
    return IntStream.of(1, 2, 0)
        .mapToObj(count -> List.of("a", "b").subList(0, count))
        .flatMap(
            columns -> {
              try {
                return Stream.of(Rule.about(columns, kind, Json.empty()));
              } catch (IllegalArgumentException e) {
                // Another number of columns, then.
                assertThat(e).hasMessageContaining("column");
                return Stream.<Rule>of();
              }
            })
        .toList()
        .get(0);
  }
}
