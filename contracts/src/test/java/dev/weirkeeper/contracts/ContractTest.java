package dev.weirkeeper.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.Rule.Answer;
import dev.weirkeeper.contracts.Rule.Severity;
import dev.weirkeeper.contracts.stream.Contracts;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContractTest {

  @Test
  void equal_content_has_equal_digests_and_any_change_another() {
    Contract contract = Contract.of("orders", "1", "public.orders", Rule.notNull("id"));

    assertThat(contract.digest())
        .isEqualTo(Contract.of("orders", "1", "public.orders", Rule.notNull("id")).digest())
        .isNotEqualTo(Contract.of("orders", "2", "public.orders", Rule.notNull("id")).digest())
        .isNotEqualTo(
            Contract.of("orders", "1", "public.orders", Rule.notNull("id").whenEmpty(Answer.FAIL))
                .digest());
    assertThat(Contracts.of(contract).digest())
        .isEqualTo(Contracts.of(List.of(contract)).digest())
        .isNotEqualTo(Contracts.none().digest());
  }

  @Test
  void numbers_are_one_literal_however_they_are_written() {
    assertThat(Rule.inSet("n", 5, "a").digest())
        .isEqualTo(Rule.inSet("n", 5.0, "a").digest())
        .isEqualTo(Rule.inSet("n", new BigDecimal("5.000"), "a").digest())
        .isNotEqualTo(Rule.inSet("n", "5", "a").digest());
    assertThat(Rule.between("n", Range.atLeast(Long.MAX_VALUE)).digest())
        .isNotEqualTo(Rule.between("n", Range.atLeast(Long.MAX_VALUE - 1)).digest());
  }

  @Test
  void a_rule_reads_back_from_its_json() {
    Rule rule =
        Rule.between("day", Range.moreThan(LocalDate.of(2020, 1, 1)).lessThan("2021-01-01"))
            .graded(Severity.WARNING);

    Rule read = Json.parse(Json.of(rule).text()).as(Rule.class);

    assertThat(read).isEqualTo(rule);
    assertThat(read.terms().as(Range.class))
        .hasToString("more than '2020-01-01' and less than '2021-01-01'");
  }

  @Test
  void two_rules_of_one_id_are_refused_and_named_apart() {
    Rule low = Rule.between("n", Range.atLeast(0));
    Rule high = Rule.between("n", Range.upTo(9));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Contract.of("c", "1", "public.t", low, high))
        .withMessageContaining("between.n")
        .withMessageContaining("Rule.named");
    assertThat(Contract.of("c", "1", "public.t", low, high.named("high")).rules()).hasSize(2);
  }

  @Test
  void two_contracts_for_one_table_are_refused() {
    Contract one = Contract.of("one", "1", "public.t", Rule.notNull("a"));
    Contract two = Contract.of("two", "1", "public.t", Rule.notNull("b"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Contracts.of(one, two))
        .withMessageContainingAll("one", "two", "public.t");
  }

  @Test
  void wrong_use_is_refused_at_once() {
    assertThatIllegalArgumentException().isThrownBy(() -> Contract.of(" ", "1", "public.t"));
    assertThatIllegalArgumentException().isThrownBy(() -> Rule.notNull("a").named(""));
    assertThatIllegalArgumentException().isThrownBy(() -> Rule.inSet("a", new Object()));
    assertThatIllegalArgumentException().isThrownBy(() -> Rule.inSet("a", Double.NaN));
    assertThatIllegalArgumentException().isThrownBy(() -> Range.atLeast(true));
    assertThatIllegalArgumentException().isThrownBy(() -> Rule.matches("a", "(?m)^x$"));
    assertThatIllegalArgumentException().isThrownBy(() -> new Literal.Numeric("1e999999"));
    assertThatIllegalArgumentException().isThrownBy(() -> new Literal.Numeric("five"));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new Rule(
                    "x",
                    Rule.NOT_NULL,
                    List.of(),
                    Json.empty(),
                    Severity.INFO,
                    Answer.FAIL,
                    Answer.PASS));
  }
}
