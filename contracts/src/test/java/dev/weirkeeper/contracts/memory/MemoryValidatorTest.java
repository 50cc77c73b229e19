package dev.weirkeeper.contracts.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Asset;
import dev.weirkeeper.CallControl;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.engine.Answers;
import dev.weirkeeper.contracts.engine.ContractReport;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.engine.Judgement;
import dev.weirkeeper.contracts.engine.Options;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class MemoryValidatorTest {
  private static final Asset ORDERS = new Asset("files", "orders");
  private static final DatasetRef FROZEN = new DatasetRef(ORDERS, "sha-1");
  private static final Contract CONTRACT =
      Contract.of(
          "orders",
          "1",
          "orders",
          Rule.notNull("id").named("there"),
          Rule.unique("id").named("once"),
          Rule.between("amount", 0, 10).named("in-range"),
          Rule.notNull("nobody").named("no-column"));

  private final List<FrameSource> closed = new ArrayList<>();
  private final MemoryValidator validator = new MemoryValidator(dataset -> orders());

  private FrameSource orders() {
    Fields fields =
        new Fields(
            List.of(
                new Field("id", Form.INTEGER, "bigint"),
                new Field("amount", Form.DECIMAL, "numeric")));
    FrameSource rows =
        Frames.source(
            FROZEN,
            fields,
            List.of(List.of(1, 5), List.of(2, 11), List.of(2, 0), Arrays.<Object>asList(3, null)),
            3);
    return new FrameSource() {
      @Override
      public DatasetRef ref() {
        return rows.ref();
      }

      @Override
      public Fields fields() {
        return rows.fields();
      }

      @Override
      public Cursor open() throws IOException {
        return rows.open();
      }

      @Override
      public void close() {
        closed.add(this);
      }
    };
  }

  private ContractReport validate(String version) throws IOException {
    return validator.validate(
        CONTRACT, new DatasetRef(ORDERS, version), Options.DEFAULT, CallControl.NONE);
  }

  @Test
  void each_rule_is_answered_and_the_report_names_the_state_that_was_judged() throws Exception {
    ContractReport report = validate("");

    assertThat(report.dataset()).isEqualTo(FROZEN);
    assertThat(report.engine()).isEqualTo("memory");
    assertThat(report.results())
        .extracting(result -> result.judgement().status())
        .containsExactly(
            Judgement.Status.PASSED,
            Judgement.Status.FAILED,
            Judgement.Status.FAILED,
            Judgement.Status.ERROR);
    assertThat(closed).hasSize(1);
  }

  @Test
  void bad_rows_are_found_again_by_their_place() throws Exception {
    Judgement.Rows once = (Judgement.Rows) validate("").results().get(1).judgement().measured();
    Judgement.Rows range = (Judgement.Rows) validate("").results().get(2).judgement().measured();

    assertThat(once.unexpected()).isEqualTo(2);
    assertThat(once.sample())
        .extracting(Answers.Row::index)
        .containsExactly(OptionalLong.of(1), OptionalLong.of(2));
    assertThat(range.considered()).isEqualTo(3);
    assertThat(range.sample())
        .containsExactly(
            new Answers.Row(
                OptionalLong.of(1), List.of(Optional.of(new java.math.BigDecimal(11)))));
  }

  @Test
  void another_version_than_the_one_asked_for_is_not_judged() {
    assertThatThrownBy(() -> validate("sha-2"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("sha-1");
    assertThat(closed).hasSize(1);
  }

  @Test
  void a_table_that_rules_refer_to_is_found_by_its_name_and_closed() throws Exception {
    Contract references =
        Contract.of(
            "orders",
            "1",
            "orders",
            Rule.refers(List.of("id"), "customers", List.of("id")).named("known"));
    DatasetRef any = new DatasetRef(ORDERS, "");

    ContractReport found =
        validator
            .knowing(Map.of("customers", any))
            .validate(references, any, Options.DEFAULT, CallControl.NONE);
    ContractReport unknown = validator.validate(references, any, Options.DEFAULT, CallControl.NONE);

    assertThat(found.passed()).isTrue();
    assertThat(unknown.results().get(0).judgement().status()).isEqualTo(Judgement.Status.ERROR);
    assertThat(closed).hasSize(3);
  }
}
