package dev.weirkeeper.contracts.postgres;

import static dev.weirkeeper.contracts.postgres.Rows.ITEMS;
import static dev.weirkeeper.contracts.postgres.Rows.ITEMS_V1;
import static dev.weirkeeper.contracts.postgres.Rows.UNCHANGED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Column;
import dev.weirkeeper.Commit;
import dev.weirkeeper.Counts;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.TableState;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SpoolIT {
  private TargetFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = TargetFixture.items();
    fixture.applied(fixture.next().insert(ITEMS_V1, "1", "one", "note", "1"));
    fixture.change(Rows.paused(ITEMS_V1));
  }

  @AfterEach
  void stop() throws Exception {
    fixture.close();
  }

  @Test
  void invariant_7_rows_of_a_paused_table_are_spooled_and_the_position_moves() throws Exception {
    Counts counts =
        fixture.applied(
            fixture.next().insert(ITEMS_V1, "2", "bad", "n", "1").delete(ITEMS_V1, "1"));

    assertThat(counts).isEqualTo(Counts.of(0, 0, 2));
    assertThat(fixture.table()).containsExactly("1|one|note|1");
    assertThat(fixture.target.resume("pg").orElseThrow().position()).isEqualTo(Rows.at("0/2"));
    assertThat(fixture.target.spooled("pg")).isEqualTo(Map.of(ITEMS, 2L));
    assertThat(fixture.target.spooledBytes("pg", ITEMS)).isPositive();
  }

  @Test
  void invariant_6_a_drained_spool_is_what_the_stream_would_have_been() throws Exception {
    fixture.applied(
        fixture
            .next()
            .insert(ITEMS_V1, "2", "bad", "n2", "1")
            .update(ITEMS_V1, "1", "uno", UNCHANGED, "11"));
    fixture.applied(
        fixture
            .next()
            .update(ITEMS_V1, "2", "two", UNCHANGED, "2")
            .rekey(ITEMS_V1, "1", "5", "five", UNCHANGED, "5")
            .insert(ITEMS_V1, "6", "bad", "n6", "6"));

    Counts counts = fixture.drain();

    assertThat(counts).isEqualTo(Counts.of(3, 2, 0));
    assertThat(fixture.table()).containsExactly("2|two|n2|2", "5|five|note|5");
    assertThat(fixture.entries()).containsExactly("SUPERSEDED|2|INSERT", "OPEN|6|INSERT");
    assertThat(fixture.target.spooled("pg")).isEmpty();
    assertThat(fixture.target.spooledBytes("pg", ITEMS)).isZero();
    assertThat(fixture.target.ledger("pg")).isEqualTo(Map.of(ITEMS, Counts.of(1, 0, 5)));
    assertThat(fixture.change(Rows.live(ITEMS_V1))).isInstanceOf(Commit.Applied.class);
    assertThat(fixture.applied(fixture.next().delete(ITEMS_V1, "2"))).isEqualTo(Counts.of(1, 0, 0));
  }

  @Test
  void a_large_spool_is_drained_in_slices_and_new_rows_queue_behind_it() throws Exception {
    Rows.Tx tx = fixture.next();
    for (int i = 0; i < 25_000; i++) {
      tx.update(ITEMS_V1, "1", "v" + i, UNCHANGED, "" + i);
    }
    fixture.applied(tx);
    fixture.set(Rows.live(ITEMS_V1).in(TableState.Mode.DRAINING));

    List<Transaction> slices = fixture.waiting(fixture.target.spool("pg", ITEMS));
    assertThat(slices).hasSize(3);
    assertThat(slices.get(0).id()).isEqualTo("drain:shop:public.items:1-10000");
    assertThat(slices.get(2).id()).isEqualTo("drain:shop:public.items:20001-25000");
    fixture.writeWaiting(slices.get(0));
    assertThat(fixture.table()).containsExactly("1|v9999|note|9999");
    assertThat(fixture.applied(fixture.next().update(ITEMS_V1, "1", "last", UNCHANGED, "0")))
        .isEqualTo(Counts.of(0, 0, 1));
    fixture.drain();

    assertThat(fixture.table()).containsExactly("1|last|note|0");
  }

  @Test
  void a_drained_slice_again_is_a_duplicate_or_refused() throws Exception {
    fixture.applied(fixture.next().insert(ITEMS_V1, "2", "two", "n", "1"));
    fixture.applied(fixture.next().insert(ITEMS_V1, "3", "three", "n", "1"));
    Transaction slice = fixture.waiting(fixture.target.spool("pg", ITEMS)).get(0);
    fixture.writeWaiting(slice);

    Commit again = fixture.writeWaiting(slice);
    fixture.applied(fixture.next().insert(ITEMS_V1, "4", "four", "n", "1"));
    Commit later = fixture.writeWaiting(slice);

    assertThat(again).isInstanceOf(Commit.Duplicate.class);
    assertThat(later).isInstanceOf(Commit.Refused.class);
    assertThat(fixture.table()).hasSize(3);
  }

  @Test
  void truncations_wait_in_their_place() throws Exception {
    fixture.applied(fixture.next().truncate(ITEMS_V1).truncate(ITEMS_V1));
    fixture.applied(
        fixture
            .next()
            .insert(ITEMS_V1, "2", "two", "n", "1")
            .insert(ITEMS_V1, "3", "bad", "n", "1")
            .truncate(ITEMS_V1)
            .insert(ITEMS_V1, "4", "four", "n", "1"));
    fixture.applied(fixture.next().truncate(ITEMS_V1));
    fixture.applied(fixture.next().truncate(ITEMS_V1).insert(ITEMS_V1, "5", "five", "n", "1"));
    fixture.reopen(fixture.builder());

    assertThat(fixture.target.spooled("pg")).isEqualTo(Map.of(ITEMS, 4L));
    Counts counts = fixture.drain();

    assertThat(counts).isEqualTo(Counts.of(3, 1, 0));
    assertThat(fixture.table()).containsExactly("5|five|n|1");
    assertThat(fixture.entries()).containsExactly("SUPERSEDED|3|INSERT");
  }

  @Test
  void a_truncation_alone_is_drained_too() throws Exception {
    fixture.applied(fixture.next().truncate(ITEMS_V1));
    assertThat(fixture.change(Rows.live(ITEMS_V1))).isInstanceOf(Commit.Refused.class);

    fixture.drain();

    assertThat(fixture.table()).isEmpty();
    assertThat(fixture.change(Rows.live(ITEMS_V1))).isInstanceOf(Commit.Applied.class);
  }

  @Test
  void relation_versions_that_come_and_go_keep_the_order_of_a_key() throws Exception {
    Relation renamed =
        Relation.of(
            ITEMS,
            "16400",
            new RowIdentity.Key(List.of("1")),
            List.of(
                Column.of("1", "id", Type.of("int4")),
                Column.of("2", "title", Type.of("text")),
                Column.of("3", "note", Type.of("text")),
                Column.of("4", "price", Type.of("int4"))));
    fixture.applied(fixture.next().update(ITEMS_V1, "1", "first", UNCHANGED, "1"));
    fixture.applied(fixture.next().update(renamed, "1", "second", UNCHANGED, "2"));
    fixture.applied(fixture.next().update(ITEMS_V1, "1", "third", UNCHANGED, "3"));
    fixture.applied(fixture.next().update(renamed, "1", "fourth", UNCHANGED, "4"));

    fixture.drain();

    assertThat(fixture.table()).containsExactly("1|fourth|note|4");
  }

  @Test
  void a_spool_beyond_its_budget_refuses_the_table() throws Exception {
    fixture.reopen(fixture.builder().spoolBudget(200));
    fixture.applied(fixture.next().insert(ITEMS_V1, "2", "two", "n", "1"));

    Commit commit = fixture.write(fixture.next().insert(ITEMS_V1, "3", "x".repeat(200), "n", "1"));

    assertThat(((Commit.Refused) commit).reason()).startsWith("spool budget");
    assertThat(fixture.target.spooled("pg")).isEqualTo(Map.of(ITEMS, 1L));
  }

  @Test
  void invariant_7_a_table_does_not_go_live_past_its_spool() throws Exception {
    fixture.applied(fixture.next().insert(ITEMS_V1, "2", "two", "n", "1"));

    Commit commit = fixture.change(Rows.live(ITEMS_V1));

    assertThat(((Commit.Refused) commit).reason()).contains("spool is not empty");
  }

  @Test
  void invariant_6_spool_rows_that_vanish_or_appear_stop_the_table() throws Exception {
    List<String> attacks = new ArrayList<>();
    attacks.add("DELETE FROM weirkeeper.spool WHERE seq = (SELECT max(seq) FROM weirkeeper.spool)");
    attacks.add("DELETE FROM weirkeeper.spool WHERE seq = (SELECT min(seq) FROM weirkeeper.spool)");
    attacks.add(
        "INSERT INTO weirkeeper.spool SELECT asset, seq + 1000, marker, relation_id, version,"
            + " position, transaction, ordinal, image FROM weirkeeper.spool LIMIT 1");
    for (String attack : attacks) {
      try (TargetFixture attacked = TargetFixture.items()) {
        attacked.change(Rows.paused(ITEMS_V1));
        Rows.Tx tx = attacked.next();
        for (int i = 0; i < 5; i++) {
          tx.insert(ITEMS_V1, "" + i, "n", "n", "1");
        }
        attacked.applied(tx);
        attacked.execute(attack);

        Commit next = attacked.write(attacked.next().insert(ITEMS_V1, "9", "n", "n", "1"));
        attacked.reopen(attacked.builder());
        Commit restarted = attacked.write(attacked.next().insert(ITEMS_V1, "9", "n", "n", "1"));

        assertThat(next).as(attack).isInstanceOf(Commit.Refused.class);
        assertThat(restarted).as(attack).isInstanceOf(Commit.Refused.class);
      }
    }
  }

  @Test
  void invariant_6_a_hole_in_the_spool_is_found_when_it_is_drained() throws Exception {
    Rows.Tx tx = fixture.next();
    for (int i = 10; i < 15; i++) {
      tx.insert(ITEMS_V1, "" + i, "n", "n", "1");
    }
    fixture.applied(tx);
    Transaction slice = fixture.waiting(fixture.target.spool("pg", ITEMS)).get(0);
    fixture.execute("DELETE FROM weirkeeper.spool WHERE seq = 3");

    Commit read = fixture.writeWaiting(slice);
    Commit readAgain =
        fixture.writeWaiting(fixture.waiting(fixture.target.spool("pg", ITEMS)).get(0));

    assertThat(read).isInstanceOf(Commit.Refused.class);
    assertThat(readAgain).isInstanceOf(Commit.Refused.class);
    assertThat(fixture.table()).hasSize(1);
  }

  @Test
  void tables_spool_apart() throws Exception {
    Relation other =
        Relation.of(
            new Asset("shop", "public.other"), "16999", ITEMS_V1.identity(), ITEMS_V1.columns());
    fixture.execute("CREATE TABLE public.other (LIKE public.items INCLUDING ALL)");
    fixture.set(Rows.paused(other));

    Counts counts =
        fixture.applied(
            fixture
                .next()
                .insert(ITEMS_V1, "2", "a", "n", "1")
                .insert(other, "2", "b", "n", "1")
                .insert(other, "3", "b", "n", "1"));
    fixture.drain();

    assertThat(counts).isEqualTo(Counts.of(0, 0, 3));
    assertThat(fixture.target.spooled("pg")).isEqualTo(Map.of(other.asset(), 2L));
    assertThat(fixture.table()).hasSize(2);
  }
}
