package dev.weirkeeper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Operand;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.TableRules;
import dev.weirkeeper.contracts.engine.RuleKinds;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class RuleWordsTest {
  @Test
  void a_rule_is_said_in_plain_english() {
    assertThat(RuleWords.of(Rule.notNull("a")).text()).isEqualTo("a is never missing.");
    assertThat(RuleWords.of(Rule.between("a", Range.moreThan(0))).text())
        .isEqualTo("a is more than 0.");
    assertThat(
            RuleWords.of(
                    Rule.inSet("a", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
                        .mostly(0.995)
                        .where(new Expr.IsNull(Operand.column("b"))))
                .text())
        .isEqualTo(
            "a is one of 1, 2, 3, 4, 5, 6, 7, 8 and 2 more, where b is null, in at least 99.5 % of"
                + " the rows.");
    assertThat(RuleWords.of(TableRules.meanBetween("a", Range.of(1, 2))).text())
        .isEqualTo("The mean of a is at least 1 and at most 2.");
    assertThat(RuleWords.of(TableRules.noRows("SELECT 1")).text())
        .isEqualTo("No row is found by SELECT 1.");
  }

  @Test
  void every_kind_has_words_and_wrong_terms_have_some_too() {
    for (String kind : new TreeSet<>(RuleKinds.standard().names())) {
      Rule rule = rule(kind);

      String words = RuleWords.of(rule).text();

      assertThat(words).as(kind).endsWith(".").isNotBlank();
    }
  }

  private static Rule rule(String kind) {
    for (List<String> columns : List.of(List.of("a"), List.of("a", "b"), List.<String>of())) {
      try {
        return new Rule(
            "r",
            kind,
            columns,
            Json.empty(),
            Rule.Severity.INFO,
            Rule.Answer.FAIL,
            Rule.Answer.FAIL);
      } catch (IllegalArgumentException e) {
        // Another number of columns, then.
        assertThat(e).hasMessageContaining("column");
      }
    }
    throw new AssertionError("No rule of the kind " + kind);
  }

  @Test
  void shapes_tell_no_value() {
    assertThat(Privacy.shape("Zoe-12\u00e9 \n")).isEqualTo("Aaa-99a \u2022");
    assertThat(Privacy.shape("x".repeat(50))).isEqualTo("a".repeat(40) + "\u2026");
  }

  @Test
  void shares_are_never_rounded_to_none_or_all() {
    assertThat(Figures.percent(0)).isEqualTo("0 %");
    assertThat(Figures.percent(0.000001)).isEqualTo("< 0.01 %");
    assertThat(Figures.percent(0.999999)).isEqualTo("> 99.99 %");
    assertThat(Figures.percent(0.125)).isEqualTo("12.5 %");
    assertThat(Figures.percent(1)).isEqualTo("100 %");
    assertThat(Figures.count(1234567)).isEqualTo("1,234,567");
  }
}
