package dev.weirkeeper.contracts.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Operand;
import dev.weirkeeper.contracts.Range;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.Rule.Severity;
import dev.weirkeeper.contracts.TableRules;
import dev.weirkeeper.contracts.TableTerms;
import dev.weirkeeper.contracts.Terms;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DbtSchemaReaderTest {

  /** The only rule of a test below the column {@code amount}. */
  private static Imported column(String test) {
    return DbtSchemaReader.read(
        """
        version: 2
        models:
          - name: orders
            columns:
              - name: amount
                data_tests:
                  - %s
        """
            .formatted(test));
  }

  private static Rule rule(String test) {
    List<Rule> rules = column(test).contract().rules();
    assertThat(rules).as(test).hasSize(1);
    return rules.get(0);
  }

  @Test
  void models_and_sources_become_contracts() {
    Imported imported =
        DbtSchemaReader.read(
            """
            version: 2
            models:
              - name: orders
                config: {alias: orders_v2}
                tests:
                  - dbt_utils.unique_combination_of_columns:
                      combination_of_columns: [day, shop]
                columns:
                  - name: id
                    tests: [not_null, unique]
                  - name: status
                    tests:
                      - accepted_values: {values: [open, paid], config: {severity: warn}}
                  - name: customer
                    tests:
                      - relationships: {to: ref('customers'), field: id}
                      - relationships: {to: "{{ source('raw', 'people') }}", field: key}
            seeds:
              - name: customers
                config: {alias: dim_customers}
            sources:
              - name: raw
                schema: landing
                freshness: {warn_after: {count: 12, period: hour}}
                tables:
                  - name: people
                    identifier: people_raw
                    columns:
                      - {name: key, data_tests: [unique]}
            """);

    assertThat(imported.contracts())
        .extracting(Contract::asset)
        .containsExactly("orders_v2", "dim_customers", "landing.people_raw");
    assertThat(imported.contract("orders_v2").rules())
        .containsExactly(
            Rule.compoundUnique(Terms.Ignore.NEVER, "day", "shop"),
            Rule.notNull("id"),
            Rule.unique("id"),
            Rule.inSet("status", "open", "paid").graded(Severity.WARNING),
            Rule.refers(List.of("customer"), "dim_customers", List.of("id")),
            Rule.refers(List.of("customer"), "landing.people_raw", List.of("key"))
                .named("refers.customer-2"));
    assertThat(imported.report().unsupported()).isEmpty();
    assertThat(imported.report().remarks()).hasSize(1);
  }

  @Test
  void both_forms_of_arguments_are_the_same_rule() {
    Rule expected = Rule.inSet("amount", 1, 2).named("few");
    for (String test :
        List.of(
            "accepted_values: {name: few, values: [1, 2]}",
            "accepted_values: {name: few, arguments: {values: [1, 2]}}",
            "{name: few, test_name: accepted_values, values: [1, 2]}",
            "{name: few, test_name: accepted_values, arguments: {values: [1, 2]}}")) {
      assertThat(rule(test)).as(test).isEqualTo(expected);
    }
  }

  @Test
  void conditions_and_thresholds_are_kept() {
    assertThat(rule("not_null: {config: {where: \"status = 'paid'\"}}"))
        .isEqualTo(Rule.notNull("amount").where(Conditions.read("status = 'paid'")));
    Expr missing = new Expr.IsNull(Operand.column("amount"));
    assertThat(rule("not_null: {config: {error_if: '> 10'}}"))
        .isEqualTo(
            TableRules.rowsBetween(
                List.of("amount"), missing, Range.upTo(10), TableTerms.Unit.ROWS));
    List<Rule> both =
        column("not_null: {config: {error_if: '>= 10', warn_if: '!= 0'}}").contract().rules();
    assertThat(both)
        .containsExactly(
            TableRules.rowsBetween(
                List.of("amount"), missing, Range.below(10), TableTerms.Unit.ROWS),
            Rule.notNull("amount").graded(Severity.WARNING));
    assertThat(column("not_null: {config: {enabled: false}}").contract().rules()).isEmpty();
    assertThat(column("unique: {error_if: '> 3'}").report().approximated()).hasSize(1);
  }

  @Test
  void tests_of_the_packages_become_rules() {
    Map<String, Rule> rules =
        Map.ofEntries(
            Map.entry(
                "dbt_utils.accepted_range: {min_value: 0, max_value: 5, inclusive: false}",
                Rule.between("amount", Range.moreThan(0).lessThan(5))),
            Map.entry(
                "dbt_utils.accepted_range: {max_value: \"'2020-01-01'\"}",
                Rule.between("amount", Range.upTo("2020-01-01"))),
            Map.entry(
                "dbt_utils.accepted_range: {min_value: other}",
                Rule.holds(Conditions.read("amount >= other"), "amount", "other")),
            Map.entry(
                "dbt_utils.expression_is_true: {expression: '>= 0'}",
                Rule.holds(Conditions.read("amount >= 0"), "amount")),
            Map.entry(
                "dbt_utils.not_null_proportion: {at_least: 0.95}",
                TableRules.nonNullShareBetween("amount", Range.atLeast(0.95))),
            Map.entry("dbt_utils.not_empty_string", Rule.notMatches("amount", "\\A *\\Z")),
            Map.entry(
                "dbt_utils.equal_rowcount: {compare_model: ref('x')}",
                TableRules.rowCountEqualsTable("x")),
            Map.entry(
                "dbt_expectations.expect_column_values_to_be_between:"
                    + " {min_value: 1, max_value: 9, row_condition: 'b is not null'}",
                Rule.between("amount", 1, 9).where(Conditions.read("b is not null"))),
            Map.entry(
                "dbt_expectations.expect_column_mean_to_be_between: {min_value: 1, strictly: true}",
                TableRules.meanBetween("amount", Range.moreThan(1))),
            Map.entry(
                "dbt_expectations.expect_column_value_lengths_to_equal: {value: 3}",
                Rule.lengthBetween("amount", 3, 3)),
            Map.entry(
                "dbt_expectations.expect_column_distinct_values_to_be_in_set: {value_set: [a]}",
                TableRules.distinctInSet("amount", "a")),
            Map.entry(
                "dbt_expectations.expect_column_pair_values_A_to_be_greater_than_B:"
                    + " {column_A: a, column_B: b, or_equal: true}",
                Rule.pairGreater("a", "b", Range.Edge.INCLUSIVE, Terms.PairIgnore.BOTH)));
    rules.forEach((test, rule) -> assertThat(rule(test)).as(test).isEqualTo(rule));
  }

  @Test
  void an_enforced_contract_is_judged_and_another_one_told() {
    String model =
        """
        models:
          - name: orders
            config: {contract: {enforced: %s}}
            constraints:
              - {type: primary_key, columns: [id]}
              - {type: foreign_key, columns: [c], expression: "customers (id)"}
            columns:
              - {name: id, data_type: bigint}
              - name: c
                data_type: varchar(3)
                constraints: [{type: not_null}, {type: check, expression: "c <> ''"}]
        """;

    Imported enforced = DbtSchemaReader.read(model.formatted("true"));
    Imported told = DbtSchemaReader.read(model.formatted("false"));

    assertThat(enforced.contract().rules())
        .containsExactly(
            Rule.columns(List.of("id", "c"), Terms.Match.EXACT),
            Rule.unique("id"),
            Rule.notNull("id"),
            Rule.refers(List.of("c"), "customers", List.of("id")),
            Rule.ofForm("id", Form.INTEGER),
            Rule.ofForm("c", Form.TEXT, Form.PADDED),
            Rule.notNull("c"),
            Rule.holds(Conditions.read("c <> ''"), "c"));
    assertThat(told.contract().rules()).isEmpty();
    assertThat(told.report().remarks()).hasSize(6);
  }

  @Test
  void what_no_rule_says_blocks_by_name() {
    Map<String, String> reasons =
        Map.of(
            "my_own_test", "no rule says",
            "other_package.thing: {a: 1}", "no rule says",
            "dbt_utils.recency: {datepart: day, interval: 1}", "no rule says",
            "not_null: {where: \"day > {{ var('x') }}\"}", "Jinja",
            "not_null: {where: \"day > (select max(d) from t)\"}", "condition",
            "not_null: {fail_calc: sum(x)}", "fail_calc",
            "relationships: {to: \"{{ my_macro() }}\", field: id}", "Jinja",
            "dbt_utils.not_constant: {error_if: '> 3'}", "as a whole",
            "dbt_expectations.expect_column_values_to_match_regex: {regex: '(', flags: i}",
                "flags");
    reasons.forEach(
        (test, reason) -> {
          Imported imported = column(test);

          assertThat(imported.report().unsupported())
              .as(test)
              .hasSize(1)
              .allSatisfy(entry -> assertThat(entry.reason()).contains(reason));
          assertThat(imported.contract().rules())
              .hasSize(1)
              .allSatisfy(rule -> assertThat(rule.kind()).isEqualTo(Rule.UNSUPPORTED));
        });
  }

  @Test
  void a_malformed_document_is_refused_with_line_and_path() {
    Map<String, String> problems =
        Map.of(
            "accepted_values: {values: 5}", "line 7, $.models[0].columns[0].data_tests[0]",
            "accepted_values", "this should be a list of values",
            "not_null: {severity: fatal}", "error, warn",
            "{a: 1, b: 2}", "a test has one name",
            "5", "a test is a name",
            "dbt_utils.accepted_range: {min_value: 5, max_value: 3}", "contradictory rule");
    problems.forEach(
        (test, problem) ->
            assertThatIllegalArgumentException()
                .as(test)
                .isThrownBy(() -> column(test))
                .withMessageContaining(problem));
  }
}
