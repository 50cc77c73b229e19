package dev.weirkeeper.contracts.postgres;

import static dev.weirkeeper.contracts.postgres.Rows.ITEMS;
import static dev.weirkeeper.contracts.postgres.Rows.ITEMS_V1;
import static dev.weirkeeper.contracts.postgres.Rows.UNCHANGED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Commit;
import dev.weirkeeper.Counts;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.spi.Target;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class QuarantineIT {
  private TargetFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = TargetFixture.items();
  }

  @AfterEach
  void stop() throws Exception {
    fixture.close();
  }

  /** How the events of a case are cut. */
  enum Cut {
    ONE_BATCH,
    EACH_A_BATCH,
    EACH_A_BATCH_AND_A_NEW_HOST
  }

  private record Case(
      String name, List<UnaryOperator<Rows.Tx>> events, List<String> table, List<String> entries) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Stream<Case> cases() {
    UnaryOperator<Rows.Tx> good = tx -> tx.insert(ITEMS_V1, "1", "one", "note", "1");
    UnaryOperator<Rows.Tx> badInsert = tx -> tx.insert(ITEMS_V1, "1", "bad", "note", "1");
    UnaryOperator<Rows.Tx> badUpdate = tx -> tx.update(ITEMS_V1, "1", "bad", UNCHANGED, "2");
    UnaryOperator<Rows.Tx> goodUpdate = tx -> tx.update(ITEMS_V1, "1", "uno", UNCHANGED, "3");
    UnaryOperator<Rows.Tx> delete = tx -> tx.delete(ITEMS_V1, "1");
    UnaryOperator<Rows.Tx> rekey = tx -> tx.rekey(ITEMS_V1, "1", "9", "nine", UNCHANGED, "4");
    UnaryOperator<Rows.Tx> badRekey = tx -> tx.rekey(ITEMS_V1, "1", "9", "bad", UNCHANGED, "4");
    return Stream.of(
        new Case(
            "a bad insert is only in quarantine",
            List.of(badInsert),
            List.of(),
            List.of("OPEN|1|INSERT")),
        new Case(
            "a bad update leaves the last good version",
            List.of(good, badUpdate),
            List.of("1|one|note|1"),
            List.of("OPEN|1|UPDATE")),
        new Case(
            "a good update publishes what was never there",
            List.of(badInsert, goodUpdate),
            List.of("1|uno|note|3"),
            List.of("SUPERSEDED|1|INSERT")),
        new Case(
            "a good update after a bad one publishes",
            List.of(good, badUpdate, goodUpdate),
            List.of("1|uno|note|3"),
            List.of("SUPERSEDED|1|UPDATE")),
        new Case(
            "a second bad event supersedes the first",
            List.of(badInsert, badUpdate),
            List.of(),
            List.of("SUPERSEDED|1|INSERT", "OPEN|1|UPDATE")),
        new Case(
            "unchanged values survive two bad events",
            List.of(badInsert, badUpdate, badUpdate, goodUpdate),
            List.of("1|uno|note|3"),
            List.of("SUPERSEDED|1|INSERT", "SUPERSEDED|1|UPDATE", "SUPERSEDED|1|UPDATE")),
        new Case(
            "unchanged values that only the target has",
            List.of(good, badUpdate, badUpdate, goodUpdate),
            List.of("1|uno|note|3"),
            List.of("SUPERSEDED|1|UPDATE", "SUPERSEDED|1|UPDATE")),
        new Case(
            "a delete closes a key that was never published",
            List.of(badInsert, delete),
            List.of(),
            List.of("SUPERSEDED|1|INSERT")),
        new Case(
            "a delete closes the key and removes the last good version",
            List.of(good, badUpdate, delete),
            List.of(),
            List.of("SUPERSEDED|1|UPDATE")),
        new Case(
            "a deleted key may come again",
            List.of(good, badUpdate, delete, badInsert, delete, good),
            List.of("1|one|note|1"),
            List.of("SUPERSEDED|1|UPDATE", "SUPERSEDED|1|INSERT")),
        new Case(
            "a change of the key closes the old one",
            List.of(badInsert, rekey),
            List.of("9|nine|note|4"),
            List.of("SUPERSEDED|1|INSERT")),
        new Case(
            "a change of the key removes the last good version",
            List.of(good, badUpdate, rekey),
            List.of("9|nine|note|4"),
            List.of("SUPERSEDED|1|UPDATE")),
        new Case(
            "a bad change of the key waits under the new one",
            List.of(good, badRekey),
            List.of(),
            List.of("OPEN|9|UPDATE")),
        new Case(
            "a bad change of an open key supersedes it",
            List.of(badInsert, badRekey, tx -> tx.update(ITEMS_V1, "9", "nueve", UNCHANGED, "5")),
            List.of("9|nueve|note|5"),
            List.of("SUPERSEDED|1|INSERT", "SUPERSEDED|9|UPDATE")),
        new Case(
            "a change of the key that the database refuses takes the old row away",
            List.of(good, tx -> tx.rekey(ITEMS_V1, "1", "9", "nine", UNCHANGED, "1000000")),
            List.of(),
            List.of("OPEN|9|UPDATE")));
  }

  private static Stream<Arguments> transitions() {
    return cases().flatMap(c -> Stream.of(Cut.values()).map(cut -> Arguments.of(c, cut)));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("transitions")
  void invariant_6_the_state_of_a_key_is_the_target_overridden_by_its_open_entry(Case c, Cut cut)
      throws Exception {
    Counts sum = Counts.ZERO;
    if (cut == Cut.ONE_BATCH) {
      Rows.Tx tx = fixture.next();
      for (UnaryOperator<Rows.Tx> event : c.events) {
        tx = event.apply(tx);
      }
      sum = fixture.applied(tx);
    } else {
      for (UnaryOperator<Rows.Tx> event : c.events) {
        sum = sum.plus(fixture.applied(event.apply(fixture.next())));
        if (cut == Cut.EACH_A_BATCH_AND_A_NEW_HOST) {
          fixture.reopen(fixture.builder());
        }
      }
    }

    assertThat(fixture.table()).isEqualTo(c.table);
    assertThat(fixture.entries()).isEqualTo(c.entries);
    assertThat(sum.in()).isEqualTo(c.events.size());
    assertThat(sum.quarantined()).isEqualTo(c.entries.size());
    assertThat(fixture.target.ledger("pg")).isEqualTo(Map.of(ITEMS, sum));
  }

  @Test
  void a_refused_row_is_published_when_it_is_good_again() throws Exception {
    fixture.applied(fixture.next().insert(ITEMS_V1, "1", "one", "note", "1000000"));
    fixture.applied(fixture.next().update(ITEMS_V1, "1", UNCHANGED, UNCHANGED, "7"));

    assertThat(fixture.table()).containsExactly("1|one|note|7");
    assertThat(fixture.entries()).containsExactly("SUPERSEDED|1|INSERT");
  }

  @Test
  void a_refused_version_that_is_gone_within_the_batch_is_no_refusal() throws Exception {
    Counts counts =
        fixture.applied(
            fixture
                .next()
                .insert(ITEMS_V1, "1", "one", "note", "1000000")
                .update(ITEMS_V1, "1", UNCHANGED, UNCHANGED, "7"));

    assertThat(counts).isEqualTo(Counts.of(2, 0, 0));
    assertThat(fixture.table()).containsExactly("1|one|note|7");
  }

  @Test
  void an_entry_says_what_was_wrong_and_nothing_of_the_row() throws Exception {
    fixture.applied(
        fixture
            .next()
            .insert(ITEMS_V1, "1", "bad secret", "n", "1")
            .insert(ITEMS_V1, "2", "secret", "n", "99999999999")
            .insert(ITEMS_V1, "3", "good", "n", "1"));

    List<Target.Quarantined> page = fixture.target.quarantined("pg", ITEMS, 0, 10);

    assertThat(page)
        .extracting(Target.Quarantined::rules)
        .containsExactlyInAnyOrder(List.of("good-name"), List.of("target-refused"));
    assertThat(page)
        .extracting(Target.Quarantined::reason)
        .containsExactlyInAnyOrder(
            "the name must be good", "the database refused the row, SQLSTATE 22003");
    assertThat(fixture.target.quarantined("pg", ITEMS, page.get(0).id(), 10)).hasSize(1);
    assertThat(fixture.query("SELECT DISTINCT first_seen FROM weirkeeper.quarantine"))
        .singleElement()
        .asString()
        .startsWith("2026-01-02 03:04:05");
  }

  @Test
  void a_replay_publishes_what_is_good_now_and_keeps_what_is_not() throws Exception {
    fixture.applied(
        fixture
            .next()
            .insert(ITEMS_V1, "1", "bad", "n1", "1")
            .insert(ITEMS_V1, "2", "two", "n2", "2")
            .insert(ITEMS_V1, "3", "bad", "n3", "9999999"));
    fixture.applied(fixture.next().update(ITEMS_V1, "2", "bad", UNCHANGED, "22"));

    Commit still = fixture.writeWaiting(fixture.quarantine().get(0));
    Commit now = fixture.writeWaiting(fixture.quarantine().get(0), Rows.nothing());

    assertThat(((Commit.Applied) still).counts()).isEqualTo(Map.of(ITEMS, Counts.of(0, 3, 0)));
    assertThat(((Commit.Applied) now).counts()).isEqualTo(Map.of(ITEMS, Counts.of(2, 1, 0)));
    assertThat(fixture.table()).containsExactly("1|bad|n1|1", "2|bad|n2|22");
    assertThat(
            fixture.query(
                "SELECT key[1], status, attempts, sqlstate FROM weirkeeper.quarantine ORDER BY 1"))
        .containsExactly("1|REPLAYED|2|null", "2|REPLAYED|2|null", "3|OPEN|2|23514");
    assertThat(fixture.target.ledger("pg")).isEqualTo(Map.of(ITEMS, Counts.of(1, 3, 0)));
  }

  @Test
  void the_same_replay_again_is_a_duplicate_and_a_new_one_is_not() throws Exception {
    fixture.applied(fixture.next().insert(ITEMS_V1, "1", "bad", "n1", "1"));
    Transaction replay = fixture.quarantine().get(0);

    assertThat(fixture.writeWaiting(replay)).isInstanceOf(Commit.Applied.class);
    assertThat(fixture.writeWaiting(replay)).isInstanceOf(Commit.Duplicate.class);
    assertThat(fixture.writeWaiting(fixture.quarantine().get(0)))
        .isInstanceOf(Commit.Applied.class);
  }

  @Test
  void invariant_6_a_replay_never_overwrites_something_newer() throws Exception {
    fixture.applied(
        fixture
            .next()
            .insert(ITEMS_V1, "1", "bad", "old", "1")
            .insert(ITEMS_V1, "2", "bad", "old", "1")
            .insert(ITEMS_V1, "3", "bad", "old", "1"));
    Transaction replay = fixture.quarantine().get(0);
    fixture.applied(
        fixture.next().update(ITEMS_V1, "1", "newer", "new", "2").delete(ITEMS_V1, "2"));

    Commit commit = fixture.writeWaiting(replay, Rows.nothing());

    assertThat(((Commit.Applied) commit).counts()).isEqualTo(Map.of(ITEMS, Counts.of(1, 0, 0)));
    assertThat(fixture.table()).containsExactly("1|newer|new|2", "3|bad|old|1");
  }

  @Test
  void a_replay_takes_only_what_was_selected() throws Exception {
    fixture.applied(
        fixture
            .next()
            .insert(ITEMS_V1, "1", "bad", "n", "1")
            .insert(ITEMS_V1, "2", "fine", "n", "1000001")
            .insert(ITEMS_V1, "3", "bad", "n", "1"));

    List<Transaction> refused =
        fixture.waiting(
            fixture.target.quarantine(
                "pg", ITEMS, new Target.Selection(Optional.of("target-refused"), 10)));
    List<Transaction> first =
        fixture.waiting(
            fixture.target.quarantine("pg", ITEMS, new Target.Selection(Optional.empty(), 1)));

    assertThat(refused).hasSize(1);
    assertThat(refused.get(0).rows()).isEqualTo(Map.of(ITEMS_V1, 1L));
    assertThat(first).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"ONE_BATCH", "EACH_A_BATCH"})
  void a_bad_value_that_waits_in_quarantine_is_not_published_by_an_update_that_leaves_it_out(
      Cut cut) throws Exception {
    List<UnaryOperator<Rows.Tx>> events =
        List.of(
            tx -> tx.insert(ITEMS_V1, "1", "bad", "note", "1"),
            tx -> tx.update(ITEMS_V1, "1", UNCHANGED, "other", "2"));
    Rows.Tx tx = fixture.next();
    for (UnaryOperator<Rows.Tx> event : events) {
      if (cut == Cut.ONE_BATCH) {
        tx = event.apply(tx);
      } else {
        fixture.applied(event.apply(fixture.next()));
      }
    }
    if (cut == Cut.ONE_BATCH) {
      fixture.applied(tx);
    }

    assertThat(fixture.table()).isEmpty();
    assertThat(fixture.entries()).containsExactly("SUPERSEDED|1|INSERT", "OPEN|1|UPDATE");

    fixture.applied(fixture.next().update(ITEMS_V1, "1", "good", UNCHANGED, "3"));

    assertThat(fixture.table()).containsExactly("1|good|other|3");
  }

  @Test
  void a_value_that_was_not_sent_and_is_nowhere_is_never_null() throws Exception {
    fixture.applied(fixture.next().insert(ITEMS_V1, "1", "one", "note", "1"));
    fixture.applied(fixture.next().update(ITEMS_V1, "1", "bad", UNCHANGED, "2"));
    fixture.execute("DELETE FROM public.items");

    Counts counts = fixture.applied(fixture.next().update(ITEMS_V1, "1", "uno", UNCHANGED, "3"));

    assertThat(counts).isEqualTo(Counts.of(0, 1, 0));
    assertThat(fixture.table()).isEmpty();
    assertThat(fixture.target.quarantined("pg", ITEMS, 0, 10))
        .singleElement()
        .extracting(Target.Quarantined::rules)
        .isEqualTo(List.of("unchanged-unknown"));
  }

  @ParameterizedTest
  @EnumSource(names = {"ONE_BATCH", "EACH_A_BATCH"})
  void good_inserts_are_copied_beside_bad_ones(Cut cut) throws Exception {
    for (int batch = 0; batch < (cut == Cut.ONE_BATCH ? 1 : 3); batch++) {
      Rows.Tx tx = fixture.next();
      for (int i = 0; i < 6000; i++) {
        tx.insert(ITEMS_V1, "" + (batch * 10_000 + i), i % 5 == 0 ? "bad" : "ok", "n", "1");
      }
      assertThat(fixture.applied(tx)).isEqualTo(Counts.of(4800, 1200, 0));
    }
    assertThat(fixture.query("SELECT count(*) FROM public.items WHERE name = 'bad'"))
        .containsExactly("0");
  }
}
