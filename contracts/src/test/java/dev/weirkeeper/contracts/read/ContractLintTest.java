package dev.weirkeeper.contracts.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.TableRules;
import dev.weirkeeper.contracts.TableTerms;
import dev.weirkeeper.contracts.Terms;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContractLintTest {

  private static List<ContractLint.Problem> check(Rule... rules) {
    Rule[] named = new Rule[rules.length];
    for (int i = 0; i < rules.length; i++) {
      named[i] = rules[i].named("r" + i);
    }
    return ContractLint.check(Contract.of("c", "1", "t", named));
  }

  private static void contradicts(String text, Rule... rules) {
    assertThat(check(rules))
        .as(text)
        .anySatisfy(
            problem -> {
              assertThat(problem.sort()).isEqualTo(ContractLint.Sort.CONTRADICTION);
              assertThat(problem.rule()).isEqualTo("r" + (rules.length - 1));
              assertThat(problem.text()).contains("contradictory rule", text);
            });
  }

  @Test
  void rules_that_nothing_can_keep_are_found() {
    contradicts("nothing is", Rule.between("a", 5, 3));
    contradicts("nothing is", Rule.between("a", Range.moreThan(3).atMost(3)));
    contradicts("nothing is", Rule.between("a", "2021-01-01", "2020-12-31T23:00:00"));
    contradicts("nothing is", TableRules.meanBetween("a", Range.of(2, 1)));
    contradicts("nothing is", TableRules.queryBetween("SELECT 1 FROM t", Range.of(2, 1)));
    contradicts("no count is", Rule.lengthBetween("a", Range.upTo(-1)));
    contradicts("no count is", Rule.rowCountBetween(Range.moreThan(1).lessThan(2)));
    contradicts("empty", Rule.inSet("a"));
    contradicts("NULL", Rule.notNull("a"), Rule.isNull("a"));
    contradicts("NULL", Rule.isNull("a"), Rule.notNull("a"));
    contradicts("as r0 says", Rule.between("a", 1, 2), Rule.between("a", 3, 4));
    contradicts("as r0 says", Rule.lengthBetween("a", 1, 2), Rule.lengthBetween("a", 3, 4));
    contradicts("in common", Rule.inSet("a", "x"), Rule.inSet("a", "y"));
    contradicts("no member", Rule.inSet("a", 1, 2), Rule.between("a", 3, 4));
    contradicts("forbids all", Rule.inSet("a", 1, 2), Rule.notInSet("a", 2, 1, 3));
    contradicts("itself", Rule.pairGreater("a", "a", Range.Edge.EXCLUSIVE, Terms.PairIgnore.BOTH));
  }

  @Test
  void rules_that_can_be_kept_together_are_no_contradiction() {
    assertThat(
            check(
                Rule.between("a", 1, 3),
                Rule.between("a", 2, 4),
                Rule.inSet("a", 2, 9),
                Rule.notInSet("a", 9),
                Rule.lengthBetween("a", 1, 1),
                Rule.notNull("a"),
                Rule.isNull("b"),
                Rule.notNull("b").where(Conditions.read("a = 1")),
                Rule.unique("d"),
                Rule.between("d", "b", "c"),
                TableRules.rowsBetween(
                    List.of("a"),
                    Conditions.read("a = 1"),
                    Range.of(0, 0.5),
                    TableTerms.Unit.PERCENT)))
        .isEmpty();
  }

  @Test
  void a_rule_that_another_one_says_is_found() {
    assertThat(
            check(
                Rule.unique("a"),
                Rule.unique("a"),
                Rule.between("b", 1, 9),
                Rule.between("b", 2, 5)))
        .extracting(ContractLint.Problem::sort, ContractLint.Problem::rule)
        .containsExactlyInAnyOrder(
            tuple(ContractLint.Sort.SHADOWED, "r1"), tuple(ContractLint.Sort.SHADOWED, "r2"));
  }

  @Test
  void columns_that_the_data_does_not_have_are_found() {
    Contract contract =
        Contract.of(
            "c",
            "1",
            "t",
            Rule.notNull("a"),
            Rule.notNull("gone"),
            Rule.unique("a").where(Conditions.read("lost = 1")));

    assertThat(ContractLint.check(contract, new Fields(List.of(new Field("a", Form.TEXT, "text")))))
        .extracting(ContractLint.Problem::text)
        .satisfiesExactly(
            text -> assertThat(text).contains("\"gone\""),
            text -> assertThat(text).contains("\"lost\""));
  }
}
