package dev.weirkeeper.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Json;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RuleReadTest {
  private static final String ORDERS = "public.orders";

  private static List<RuleRead> reads(Rule rule) {
    return RuleRead.of(Contract.of("orders", "1", ORDERS, rule.named("r")));
  }

  private static Optional<Set<String>> columns(Rule rule) {
    return reads(rule).get(0).columns();
  }

  private static Expr over(String column) {
    return new Expr.IsNull(new Operand.Column(column));
  }

  @Test
  void a_rule_reads_the_columns_that_it_names_and_those_of_its_condition() {
    assertThat(columns(Rule.notNull("note"))).contains(Set.of("note"));
    assertThat(columns(Rule.pairEqual("a", "b", Terms.PairIgnore.NEITHER)))
        .contains(Set.of("a", "b"));
    assertThat(columns(Rule.notNull("note").where(over("paid")))).contains(Set.of("note", "paid"));
    assertThat(columns(TableRules.meanBetween("amount", Range.of(1, 2))))
        .contains(Set.of("amount"));
  }

  @Test
  void columns_in_an_expression_count_like_those_that_are_named() {
    assertThat(columns(Rule.holds(over("b"), "a"))).contains(Set.of("a", "b"));
    assertThat(columns(Rule.columnsInclude("a", "b"))).contains(Set.of("a", "b"));
  }

  @Test
  void who_counts_rows_reads_no_column() {
    assertThat(columns(Rule.rowCountBetween(Range.of(1, 2)))).contains(Set.of());
  }

  @Test
  void invariant_8_what_a_rule_of_sql_or_of_all_columns_reads_is_not_known_and_never_none() {
    assertThat(columns(TableRules.noRows("SELECT 1 FROM {batch}"))).isEmpty();
    assertThat(columns(TableRules.columnCountBetween(Range.of(1, 2)))).isEmpty();
    assertThat(columns(Rule.columnsAre("a"))).isEmpty();
    assertThat(columns(Rule.about(List.of("a"), Rule.HOLDS, Json.of("odd")))).isEmpty();
  }

  @Test
  void a_rule_that_refers_to_another_table_reads_its_keys() {
    assertThat(reads(Rule.refers(List.of("customer"), "public.customers", List.of("id"))))
        .containsExactly(
            new RuleRead("r", ORDERS, Optional.of(Set.of("customer"))),
            new RuleRead("r", "public.customers", Optional.of(Set.of("id"))));
    assertThat(reads(TableRules.rowCountEqualsTable("public.lines")))
        .extracting(RuleRead::table)
        .containsExactly(ORDERS, "public.lines");
  }
}
