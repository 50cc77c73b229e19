package dev.weirkeeper.healing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Cell;
import dev.weirkeeper.Mask;
import dev.weirkeeper.Masking;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Outside;
import dev.weirkeeper.Position;
import dev.weirkeeper.testkit.TestCell;
import dev.weirkeeper.testkit.TestTransaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class QuarantineToolsTest {
  private static final String TABLE = "public.orders";

  private final PausedOrders scene = new PausedOrders();
  private Masking masking = Masking.with(new byte[16]);

  private QuarantineTools tools() {
    return new QuarantineTools("shop", scene.mailbox, masking, PausedOrders.CLOCK);
  }

  private QuarantineTools.Entries list(Optional<String> rule, Optional<String> cursor) {
    return Calls.answer(
        tools(),
        QuarantineTools.LIST,
        new QuarantineTools.ListEntries(TABLE, rule, cursor, Optional.of(3)),
        QuarantineTools.Entries.class);
  }

  private QuarantineTools.Sample sample(int limit) {
    return Calls.answer(
        tools(),
        QuarantineTools.SAMPLE,
        new QuarantineTools.SampleEntries(TABLE, Optional.empty(), Optional.of(limit)),
        QuarantineTools.Sample.class);
  }

  private void keep(String id, TestCell email, TestCell note) {
    scene.target.keep(
        () ->
            TestTransaction.at(new Position("shop", id))
                .insert(PausedOrders.AFTER, List.of(TestCell.of(id), email, note)));
  }

  @Test
  void entries_are_listed_page_by_page_without_values() {
    for (int i = 0; i < 7; i++) {
      scene.target.keep(PausedOrders.ORDERS, i % 2 == 0 ? "r1" : "r2");
    }
    scene.running();
    List<Long> seen = new ArrayList<>();
    Optional<String> cursor = Optional.empty();
    do {
      QuarantineTools.Entries page = list(Optional.empty(), cursor);
      page.entries().forEach(entry -> seen.add(entry.entry()));
      cursor = page.next();
    } while (cursor.isPresent());

    assertThat(seen).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
  }

  @Test
  void entries_of_one_rule_are_found_between_others() {
    for (int i = 0; i < 250; i++) {
      scene.target.keep(PausedOrders.ORDERS, i % 100 == 99 ? "rare" : "common");
    }
    scene.running();

    QuarantineTools.Entries page = list(Optional.of("rare"), Optional.empty());

    assertThat(page.entries()).extracting(QuarantineTools.Line::entry).containsExactly(100L, 200L);
    assertThat(page.rules()).containsExactly(new QuarantineTools.Broken(Outside.of("rare"), 2));
    assertThat(page.next()).isEmpty();
  }

  @Test
  void a_rule_that_is_not_among_the_first_thousand_goes_on_with_next() {
    for (int i = 0; i < 1_200; i++) {
      scene.target.keep(PausedOrders.ORDERS, i == 1_150 ? "rare" : "common");
    }
    scene.running();

    QuarantineTools.Entries first = list(Optional.of("rare"), Optional.empty());
    QuarantineTools.Entries second = list(Optional.of("rare"), first.next());

    assertThat(first.entries()).isEmpty();
    assertThat(first.advice()).contains("go on with next");
    assertThat(second.entries()).extracting(QuarantineTools.Line::entry).containsExactly(1_151L);
  }

  @Test
  void invariant_10_values_are_masked_by_the_column_at_the_source() {
    masking =
        Masking.with(
            new byte[16],
            new Masking.Rule("shop:public.orders", "note", Mask.PARTIAL),
            new Masking.Rule("shop:public.orders", "id", Mask.HASH));
    keep("7", TestCell.of("ana@example.com"), TestCell.of("4111222233334444"));
    scene.running();

    List<QuarantineTools.Field> fields = sample(5).rows().get(0).fields();

    assertThat(fields.get(0).value().orElseThrow()).isInstanceOf(Cell.Masked.class);
    assertThat(fields.get(1).value()).contains(new Cell.Masked(Mask.REDACT, Optional.empty()));
    assertThat(fields.get(2).value()).contains(new Cell.Masked(Mask.PARTIAL, Optional.of("4444")));
  }

  @Test
  void invariant_10_a_column_that_was_sensitive_under_its_old_name_stays_hidden() {
    scene.target.keep(
        () ->
            TestTransaction.at(new Position("shop", "1"))
                .insert(
                    PausedOrders.relation(PausedOrders.ORDERS, "id", "plain", "api_token"),
                    List.of(
                        TestCell.of("1"), TestCell.of("ana@example.com"), TestCell.of("tk-1"))));
    scene.running();

    List<QuarantineTools.Field> fields = sample(5).rows().get(0).fields();

    // Column 2 is email by now, and column 3 was api_token.
    assertThat(fields.get(1).value()).contains(new Cell.Masked(Mask.REDACT, Optional.empty()));
    assertThat(fields.get(2).value()).contains(new Cell.Masked(Mask.REDACT, Optional.empty()));
  }

  @Test
  void a_value_that_was_not_sent_is_neither_null_nor_empty() {
    keep("7", TestCell.NULL, TestCell.UNCHANGED);
    masking = Masking.with(new byte[16], new Masking.Rule("*", "email", Mask.NONE));
    scene.running();

    List<QuarantineTools.Field> fields = sample(5).rows().get(0).fields();

    assertThat(fields.get(0).value()).contains(Outside.of("7"));
    assertThat(fields.get(1).value()).contains(new Cell.Null());
    assertThat(fields.get(2).value()).isEmpty();
  }

  @Test
  void a_sample_is_bounded_by_rows_and_by_size() {
    for (int i = 0; i < 8; i++) {
      keep("" + i, TestCell.NULL, TestCell.of("n"));
    }
    scene.running();

    QuarantineTools.Sample some = sample(3);

    assertThat(some.rows()).hasSize(3);
    assertThat(some.end()).isEqualTo(QuarantineTools.End.LIMIT);
    assertThat(sample(20).end()).isEqualTo(QuarantineTools.End.QUARANTINE);
  }

  @Test
  void invariant_8_a_quarantine_that_cannot_be_read_is_not_an_empty_one() {
    scene.target.fail("password=hunter2 is wrong");
    scene.running();

    Outcome outcome =
        Calls.of(
            tools(),
            QuarantineTools.LIST,
            new QuarantineTools.ListEntries(
                TABLE, Optional.empty(), Optional.empty(), Optional.empty()));

    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    assertThat(((Outcome.Failed) outcome).error()).contains("not known").doesNotContain("hunter2");
  }

  @Test
  void invariant_8_without_a_pipeline_nobody_knows_what_is_kept_back() {
    assertThat(
            Calls.refusal(
                tools(),
                QuarantineTools.LIST,
                new QuarantineTools.ListEntries(
                    TABLE, Optional.empty(), Optional.empty(), Optional.empty())))
        .contains("nobody knows");
  }
}
