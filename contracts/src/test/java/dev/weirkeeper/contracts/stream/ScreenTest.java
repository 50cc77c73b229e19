package dev.weirkeeper.contracts.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Asset;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Column;
import dev.weirkeeper.Evidence;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Journal;
import dev.weirkeeper.JournalException;
import dev.weirkeeper.Json;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Position;
import dev.weirkeeper.Reading;
import dev.weirkeeper.Receipt;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.Screened;
import dev.weirkeeper.Tolerance;
import dev.weirkeeper.Type;
import dev.weirkeeper.Verdict;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.spi.AuditSink;
import dev.weirkeeper.spi.ChangeWriter;
import dev.weirkeeper.spi.Detection;
import dev.weirkeeper.spi.DriftDetector;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ScreenTest {
  private static final Caller ANA = new Caller("ana", Caller.Kind.HOST);
  private static final Asset ORDERS = new Asset("shop", "public.orders");
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-25T08:00:00Z"), ZoneOffset.UTC);
  private static final Relation ONE = relation("total");
  private static final Relation TWO = relation("total", "extra");
  private static final Relation OTHER = relation("amount");

  private static Relation relation(String... columns) {
    List<Column> list = new ArrayList<>();
    list.add(Column.of("id", "id", Type.of("int4")));
    for (String column : columns) {
      list.add(Column.of(column, column, Type.of("int4")));
    }
    return Relation.of(ORDERS, "orders", new RowIdentity.Key(List.of("id")), list);
  }

  /** Anything but one more column is breaking. */
  private static final DriftDetector COLUMNS =
      new DriftDetector() {
        @Override
        public String id() {
          return "columns";
        }

        @Override
        public Detection detect(Observation baseline, Observation current) {
          if (baseline.schema().isEmpty()) {
            return new Detection(List.of(), current);
          }
          Relation from = baseline.schema().get().relation();
          Relation to = current.schema().get().relation();
          boolean more =
              to.columns().size() > from.columns().size()
                  && to.columns().containsAll(from.columns());
          return new Detection(
              List.of(
                  new Finding(
                      "columns",
                      ORDERS,
                      "columns.changed",
                      "",
                      more ? Verdict.ADDITIVE : Verdict.BREAKING,
                      Set.of(),
                      Json.empty(),
                      Optional.of(from.version()),
                      Optional.of(to.version()))),
              baseline);
        }
      };

  private static final class Log implements AuditSink {
    final List<AuditRecord> records = new ArrayList<>();
    boolean full;

    @Override
    public Receipt append(AuditRecord record) throws IOException {
      if (full) {
        throw new IOException("no room");
      }
      records.add(record);
      return new Receipt(records.size() - 1L, record.id());
    }

    List<String> kinds() {
      return records.stream().map(AuditRecord::kind).toList();
    }

    @Override
    public void close() {}
  }

  private final Log log = new Log();

  private Screen<Reading> screen() {
    return Screen.<Reading>named("orders")
        .reading(message -> message)
        .journal(new Journal(log, CLOCK), CLOCK)
        .contracts(
            Contracts.of(
                Contract.of(
                    "c", "1", "public.orders", Rule.between("total", 0, 100).named("range"))))
        .drift(COLUMNS, Tolerance.STANDARD)
        .recalling(List.copyOf(log.records))
        .build();
  }

  private static Reading.Change row(Relation relation, int id, int total, long at, long millis) {
    ChangeWriter writer =
        new ChangeWriter().begin(RowBatch.Op.INSERT).after(relation.columns().size());
    writer.value(bytes(id));
    for (int i = 1; i < relation.columns().size(); i++) {
      writer.value(bytes(total));
    }
    return new Reading.Change(
        "0",
        relation,
        Evidence.NAMES,
        writer.encoded(),
        Optional.of(new Reading.Place(at, at, millis)));
  }

  private static Reading.Change row(Relation relation, int id, int total) {
    return row(relation, id, total, id, 1000);
  }

  private static byte[] bytes(int value) {
    return Integer.toString(value).getBytes(StandardCharsets.US_ASCII);
  }

  private static Position at(int offset) {
    return new Position("kafka", "{\"orders-0\":" + offset + "}");
  }

  @Test
  void good_records_are_accepted_in_order_and_bad_ones_name_their_rules() {
    Reading.Change good = row(ONE, 1, 1);
    Reading.Change bad = row(ONE, 2, 500);
    Reading unread = new Reading.Undecodable("the record is not JSON");
    Reading nothing = new Reading.NoRow();
    Reading.Change last = row(ONE, 3, 3);

    Screening<Reading> verdict = screen().check(List.of(good, bad, unread, nothing, last), at(5));
    verdict.done();

    assertThat(verdict.accepted()).containsExactly(good, nothing, last);
    assertThat(verdict.rejected())
        .extracting(it -> it.reasons().get(0).rule())
        .containsExactly("range", Screen.UNDECODABLE);
    assertThat(verdict.rejected().toString()).doesNotContain("500");
    assertThat(log.kinds()).containsExactly("screen.checked", "screen.baseline", "screen.done");
    assertThat(log.records.get(2).body().as(Screened.Done.class).tally())
        .isEqualTo(new Screened.Tally(5, 3, 2, 0));
    assertThat(log.records.get(2).causes()).containsExactly(log.records.get(0).id());
  }

  @Test
  void invariant_2_nothing_passes_while_the_journal_cannot_be_written() {
    Screen<Reading> screen = screen();
    log.full = true;

    assertThatThrownBy(() -> screen.check(List.of(row(ONE, 1, 1)), at(1)))
        .isInstanceOf(JournalException.class);
    log.full = false;

    assertThat(screen.check(List.of(row(ONE, 1, 1)), at(1)).accepted()).hasSize(1);
  }

  @Test
  void invariant_2_a_batch_is_not_done_while_the_journal_cannot_be_written() {
    Screening<Reading> verdict = screen().check(List.of(row(ONE, 1, 1)), at(1));
    log.full = true;

    assertThatThrownBy(verdict::done).isInstanceOf(JournalException.class);
    log.full = false;
    verdict.done();

    assertThat(log.kinds()).endsWith("screen.done");
  }

  @Test
  void a_batch_is_done_once_and_in_order() {
    Screen<Reading> screen = screen();
    Screening<Reading> first = screen.check(List.of(row(ONE, 1, 1)), at(1));
    Screening<Reading> second = screen.check(List.of(row(ONE, 2, 1)), at(2));

    assertThatIllegalStateException().isThrownBy(second::done).withMessageContaining("order");
    first.done();
    assertThatIllegalStateException().isThrownBy(first::done).withMessageContaining("already");
    second.done();
    screen.close();
    assertThatIllegalStateException().isThrownBy(() -> screen.check(List.of(), at(2)));
  }

  @Test
  void tolerated_drift_is_said_and_passes() {
    Screen<Reading> screen = screen();
    screen.check(List.of(row(ONE, 1, 1)), at(1)).done();

    Screening<Reading> verdict = screen.check(List.of(row(TWO, 2, 1)), at(2));

    assertThat(verdict.paused()).isEmpty();
    assertThat(verdict.accepted()).hasSize(1);
    assertThat(verdict.drift()).hasSize(1);
  }

  @Test
  void invariant_5_drift_beyond_the_tolerance_pauses_until_a_person_resumes() {
    Screen<Reading> screen = screen();
    screen.check(List.of(row(TWO, 1, 1)), at(1)).done();

    Screening<Reading> verdict = screen.check(List.of(row(ONE, 2, 1)), at(2));
    assertThat(verdict.paused()).isPresent();
    assertThat(verdict.accepted()).isEmpty();
    assertThat(verdict.rejected()).isEmpty();
    assertThat(verdict.drift()).hasSize(1);
    assertThatIllegalStateException().isThrownBy(verdict::done);
    assertThat(screen.check(List.of(row(TWO, 3, 1)), at(2)).paused()).isPresent();

    screen.resume(ANA);
    Screening<Reading> after = screen.check(List.of(row(ONE, 2, 1)), at(2));
    assertThat(after.accepted()).hasSize(1);
    after.done();
    assertThat(log.kinds()).containsSubsequence("screen.paused", "screen.resumed", "screen.done");
  }

  @Test
  void invariant_3_neither_an_agent_nor_a_policy_resumes_a_screen() {
    Screen<Reading> screen = screen();
    screen.check(List.of(row(TWO, 1, 1)), at(1)).done();
    screen.check(List.of(row(ONE, 2, 1)), at(2));

    for (Caller.Kind kind : List.of(Caller.Kind.AGENT, Caller.Kind.POLICY)) {
      assertThatIllegalArgumentException().isThrownBy(() -> screen.resume(new Caller("ana", kind)));
    }
    assertThat(screen.paused()).isPresent();
    assertThat(log.kinds()).doesNotContain("screen.resumed");
  }

  @Test
  void invariant_5_drift_while_the_host_was_down_is_seen_after_the_restart() {
    screen().check(List.of(row(TWO, 1, 1)), at(1)).done();

    assertThat(screen().check(List.of(row(ONE, 2, 1)), at(2)).paused()).isPresent();
  }

  @Test
  void a_schema_of_a_batch_that_was_never_done_is_not_remembered() {
    screen().check(List.of(row(TWO, 1, 1)), at(1));

    assertThat(screen().check(List.of(row(ONE, 1, 1)), at(1)).paused()).isEmpty();
  }

  @Test
  void what_a_person_accepted_is_remembered_after_a_restart() {
    Screen<Reading> before = screen();
    before.check(List.of(row(TWO, 1, 1)), at(1)).done();
    before.check(List.of(row(ONE, 2, 1)), at(2));
    before.resume(ANA);

    Screen<Reading> screen = screen();

    assertThat(screen.check(List.of(row(ONE, 2, 1)), at(2)).paused()).isEmpty();
    assertThat(screen.check(List.of(row(OTHER, 3, 1)), at(3)).paused()).isPresent();
  }

  @Test
  void a_contract_that_cannot_be_judged_pauses() {
    Screening<Reading> verdict = screen().check(List.of(row(OTHER, 1, 1)), at(1));

    assertThat(verdict.paused().orElseThrow().reason()).contains("range");
    assertThat(verdict.accepted()).isEmpty();
  }

  @Test
  void a_removal_of_all_rows_pauses_and_passes_once_a_person_says_so() {
    Screen<Reading> screen = screen();
    Reading removal = new Reading.Truncated("0", ORDERS, "t1");
    assertThat(screen.check(List.of(removal), at(1)).paused()).isPresent();

    screen.resume(ANA);

    assertThat(screen.check(List.of(removal), at(1)).accepted()).containsExactly(removal);
    assertThat(screen.check(List.of(new Reading.Truncated("0", ORDERS, "t2")), at(2)).paused())
        .isPresent();
  }

  @Test
  void invariant_6_what_is_delivered_again_is_counted_and_not_judged_again() {
    Screen<Reading> screen = screen();
    screen.check(List.of(row(ONE, 1, 1), row(ONE, 2, 1)), at(2)).done();

    Screening<Reading> again =
        screen.check(List.of(row(ONE, 1, 1), row(ONE, 2, 1), row(ONE, 3, 1)), at(3));

    assertThat(again.tally()).isEqualTo(new Screened.Tally(3, 1, 0, 2));
  }

  @Test
  void invariant_6_rows_that_were_logged_as_one_are_all_new() {
    Reading a = row(ONE, 1, 1, 7, 1000);
    Reading b = row(ONE, 2, 1, 7, 1000);

    assertThat(screen().check(List.of(a, b, a), at(3)).tally())
        .isEqualTo(new Screened.Tally(3, 2, 0, 1));
  }

  @Test
  void invariant_6_a_log_that_began_anew_is_not_taken_for_delivered_again() {
    Screen<Reading> screen = screen();
    screen.check(List.of(row(ONE, 1, 1, 900, 1000)), at(1)).done();

    assertThat(screen.check(List.of(row(ONE, 2, 1, 5, 2000)), at(2)).accepted()).hasSize(1);
  }

  @Test
  void invariant_6_a_batch_that_was_forgotten_is_judged_again() {
    Screen<Reading> screen = screen();
    Screening<Reading> lost = screen.check(List.of(row(ONE, 1, 1)), at(1));
    screen.forget();

    assertThat(screen.check(List.of(row(ONE, 1, 1)), at(1)).accepted()).hasSize(1);
    assertThatIllegalStateException().isThrownBy(lost::done).withMessageContaining("forgotten");
  }

  @Test
  void what_is_missing_is_said_when_the_screen_is_built() {
    assertThatIllegalStateException()
        .isThrownBy(() -> Screen.<Reading>named("orders").reading(it -> it).build())
        .withMessageContaining("journal");
  }
}
