package dev.weirkeeper.contracts.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Rule;
import java.util.List;
import org.junit.jupiter.api.Test;

class OfFormTest {
  private static final Fields FIELDS =
      new Fields(List.of(new Field("a", Form.INTEGER, "whatever")));

  private static Judgement judge(Rule rule) {
    Step step =
        RuleKinds.standard().find(rule.kind()).orElseThrow().begin(rule, FIELDS, Options.DEFAULT);
    return ((Step.Done) step).judgement();
  }

  @Test
  void the_form_of_the_values_decides_whatever_their_type_is_called() {
    assertThat(judge(Rule.ofForm("a", Form.DECIMAL, Form.INTEGER)).status())
        .isEqualTo(Judgement.Status.PASSED);
    assertThat(judge(Rule.ofForm("a", Form.TEXT)))
        .satisfies(
            judgement -> {
              assertThat(judgement.status()).isEqualTo(Judgement.Status.FAILED);
              assertThat(judgement.reason())
                  .hasValueSatisfying(reason -> assertThat(reason).contains("INTEGER", "TEXT"));
            });
  }

  @Test
  void a_column_that_is_not_there_has_no_form() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> judge(Rule.ofForm("gone", Form.TEXT)))
        .withMessageContaining("gone");
    assertThatIllegalArgumentException().isThrownBy(() -> Rule.ofForm("a"));
  }
}
