package dev.weirkeeper.contracts.dbt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelectionTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "orders",
        "+orders",
        "orders+",
        "2+orders+3",
        "@orders",
        "*",
        "tag:nightly",
        "tag:nightly,orders+",
        "path:models/staging",
        "models/staging/orders.sql",
        "source:raw.orders",
        "config.materialized:table",
        "config.meta.owner:ana",
        "test_type:singular",
        "exposure:board",
        "shop.marts.*"
      })
  void what_chooses_nodes_is_taken(String criterion) {
    assertThat(new Selection(List.of(criterion)).criteria()).containsExactly(criterion);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "-s",
        "--full-refresh",
        "--vars={a: b}",
        "orders --full-refresh",
        "orders\n--full-refresh",
        "orders; rm -rf /",
        "$(id)",
        "`id`",
        "orders|id",
        "path:../other",
        "path:/etc",
        "../../etc/passwd",
        "state:modified",
        "result:fail",
        "source_status:fresher",
        "selector:all",
        "config.:x",
        "orders,",
        ",orders",
        "orders,--full-refresh",
        "+",
        "++orders",
        "9999+orders",
        "{{ env_var('SECRET') }}",
        "\u043erders",
        "a\u0000b"
      })
  void what_could_do_more_is_not(String criterion) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Selection(List.of(criterion)))
        .withMessageContaining("a criterion is a name");
  }

  @Test
  void there_are_few_and_short_criteria() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Selection(Collections.nCopies(21, "orders")));
    assertThatIllegalArgumentException().isThrownBy(() -> new Selection(List.of("x".repeat(201))));
  }

  @Test
  void nothing_that_is_taken_can_be_read_as_an_option_or_a_way_out() {
    String alphabet = "ab-+@:.,*/ _=$\n'\"2";
    long taken = 0;
    for (int seed = 0; seed < 30_000; seed++) {
      Random random = new Random(seed);
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(8); i >= 0; i--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      String criterion = text.toString();
      try {
        new Selection(List.of(criterion));
      } catch (IllegalArgumentException refused) {
        continue;
      }
      taken++;
      assertThat(criterion)
          .as("seed %s", seed)
          .doesNotStartWith("-")
          .doesNotContain("..", ",-")
          .doesNotStartWith("/")
          .doesNotContainAnyWhitespaces()
          .doesNotContain("=", "$", "'", "\"");
    }
    assertThat(taken).isPositive();
  }
}
