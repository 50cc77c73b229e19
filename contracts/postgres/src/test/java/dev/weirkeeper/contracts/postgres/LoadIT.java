package dev.weirkeeper.contracts.postgres;

import static dev.weirkeeper.contracts.postgres.Rows.ITEMS;
import static dev.weirkeeper.contracts.postgres.Rows.ITEMS_V1;
import static dev.weirkeeper.contracts.postgres.Rows.UNCHANGED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Commit;
import dev.weirkeeper.Counts;
import dev.weirkeeper.Load;
import dev.weirkeeper.TableState;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoadIT {
  private TargetFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = TargetFixture.items();
  }

  @AfterEach
  void stop() throws Exception {
    fixture.close();
  }

  private static Load chunk(long rows) {
    return new Load(ITEMS, Optional.of("" + rows), rows, 0, false);
  }

  private static Load last(long rows) {
    return new Load(ITEMS, Optional.of("" + rows), rows, 0, true);
  }

  @Test
  void a_first_load_copies_and_takes_rows_that_the_stream_brought() throws Exception {
    fixture.change(Rows.loading(ITEMS_V1));

    fixture.applied(fixture.next().insert(ITEMS_V1, "3", "streamed", "n", "3"));
    Counts counts =
        fixture.applied(
            fixture
                .read(chunk(3))
                .read(ITEMS_V1, "1", "one", "n", "1")
                .read(ITEMS_V1, "2", "bad", "n", "2")
                .read(ITEMS_V1, "3", "three", "n", "3"));
    fixture.applied(fixture.read(last(4)).read(ITEMS_V1, "4", "four", "n", "4"));

    assertThat(counts).isEqualTo(Counts.of(2, 1, 0));
    assertThat(fixture.table()).containsExactly("1|one|n|1", "3|three|n|3", "4|four|n|4");
    assertThat(fixture.entries()).containsExactly("OPEN|2|READ");
    assertThat(fixture.target.ledger("pg")).isEqualTo(Map.of(ITEMS, Counts.of(4, 1, 0)));
  }

  @Test
  void changes_of_rows_that_the_load_has_not_met_touch_nothing() throws Exception {
    fixture.change(Rows.loading(ITEMS_V1));

    Counts counts =
        fixture.applied(
            fixture
                .next()
                .update(ITEMS_V1, "1", "uno", UNCHANGED, "1")
                .delete(ITEMS_V1, "2")
                .update(ITEMS_V1, "3", "tre", "whole", "3"));

    assertThat(counts).isEqualTo(Counts.of(3, 0, 0));
    assertThat(fixture.table()).containsExactly("3|tre|whole|3");
  }

  @Test
  void a_spool_that_filled_while_a_load_was_paused_drains_over_rows_that_are_not_there_yet()
      throws Exception {
    fixture.change(Rows.loading(ITEMS_V1));
    fixture.applied(fixture.read(chunk(1)).read(ITEMS_V1, "1", "one", "n", "1"));
    TableState half = Rows.loading(ITEMS_V1).loading(chunk(1));
    fixture.change(half.paused("asked to"));
    fixture.applied(
        fixture.next().update(ITEMS_V1, "2", "due", UNCHANGED, "2").delete(ITEMS_V1, "3"));
    fixture.change(half.in(TableState.Mode.DRAINING));

    Counts counts = fixture.drain();

    assertThat(counts).isEqualTo(Counts.of(2, 0, 0));
    assertThat(fixture.table()).containsExactly("1|one|n|1");
  }

  @Test
  void a_new_load_removes_what_the_source_no_longer_has() throws Exception {
    fixture.applied(
        fixture
            .next()
            .insert(ITEMS_V1, "1", "one", "n", "1")
            .insert(ITEMS_V1, "2", "two", "n", "2")
            .insert(ITEMS_V1, "3", "three", "n", "3")
            .insert(ITEMS_V1, "4", "four", "n", "4")
            .insert(ITEMS_V1, "5", "five", "n", "5")
            .insert(ITEMS_V1, "6", "bad", "n", "6"));
    fixture.change(Rows.loading(ITEMS_V1));
    fixture.reopen(fixture.builder());

    fixture.applied(fixture.read(chunk(1)).read(ITEMS_V1, "1", "uno", "n", "1"));
    fixture.applied(
        fixture
            .next()
            .update(ITEMS_V1, "2", "due", UNCHANGED, "2")
            .rekey(ITEMS_V1, "5", "50", "fifty", UNCHANGED, "5"));
    assertThat(fixture.table()).hasSize(5);
    fixture.applied(fixture.read(last(2)).read(ITEMS_V1, "4", "bad", "n", "4"));

    assertThat(fixture.table())
        .containsExactly("1|uno|n|1", "2|due|n|2", "4|four|n|4", "50|fifty|n|5");
    assertThat(fixture.entries()).containsExactly("SUPERSEDED|6|INSERT", "OPEN|4|READ");
    assertThat(fixture.query("SELECT * FROM weirkeeper.stale")).isEmpty();
  }

  @Test
  void invariant_8_a_load_that_read_nothing_deletes_nothing() throws Exception {
    fixture.applied(fixture.next().insert(ITEMS_V1, "1", "one", "n", "1"));
    fixture.change(Rows.loading(ITEMS_V1));

    Commit commit = fixture.write(fixture.read(last(0)));

    assertThat(((Commit.Refused) commit).reason()).contains("read no row at all");
    assertThat(fixture.table()).containsExactly("1|one|n|1");
  }

  @Test
  void a_load_of_an_empty_table_into_an_empty_one_is_fine() throws Exception {
    fixture.change(Rows.loading(ITEMS_V1));

    assertThat(fixture.write(fixture.read(last(0)))).isInstanceOf(Commit.Applied.class);
  }

  @Test
  void a_table_that_was_emptied_while_it_was_loaded_is_empty() throws Exception {
    fixture.applied(
        fixture
            .next()
            .insert(ITEMS_V1, "1", "one", "n", "1")
            .insert(ITEMS_V1, "2", "two", "n", "2"));
    fixture.change(Rows.loading(ITEMS_V1));
    fixture.applied(fixture.next().delete(ITEMS_V1, "1").delete(ITEMS_V1, "2"));

    assertThat(fixture.write(fixture.read(last(0)))).isInstanceOf(Commit.Applied.class);
    assertThat(fixture.table()).isEmpty();
  }

  @Test
  void a_truncation_while_it_is_loaded_leaves_no_stale_keys() throws Exception {
    fixture.applied(fixture.next().insert(ITEMS_V1, "1", "one", "n", "1"));
    fixture.change(Rows.loading(ITEMS_V1));
    fixture.applied(fixture.next().truncate(ITEMS_V1).insert(ITEMS_V1, "1", "again", "n", "1"));

    assertThat(fixture.write(fixture.read(last(0)))).isInstanceOf(Commit.Applied.class);
    assertThat(fixture.table()).containsExactly("1|again|n|1");
  }

  @Test
  void a_new_load_makes_spool_and_quarantine_worthless() throws Exception {
    fixture.applied(fixture.next().insert(ITEMS_V1, "1", "bad", "n", "1"));
    fixture.change(Rows.paused(ITEMS_V1));
    fixture.applied(
        fixture
            .next()
            .insert(ITEMS_V1, "2", "two", "n", "1")
            .insert(ITEMS_V1, "3", "three", "n", "1"));
    fixture.change(Rows.loading(ITEMS_V1));

    assertThat(fixture.target.spooled("pg")).isEmpty();
    assertThat(fixture.entries()).containsExactly("SUPERSEDED|1|INSERT");
    assertThat(fixture.query("SELECT n_rows FROM weirkeeper.discarded")).containsExactly("2");
    fixture.applied(fixture.read(last(1)).read(ITEMS_V1, "2", "two", "n", "1"));
    assertThat(fixture.change(Rows.live(ITEMS_V1))).isInstanceOf(Commit.Applied.class);
    fixture.change(Rows.paused(ITEMS_V1));
    fixture.applied(fixture.next().insert(ITEMS_V1, "3", "spooled", "n", "1"));
    fixture.reopen(fixture.builder());
    fixture.drain();
    assertThat(fixture.table()).containsExactly("2|two|n|1", "3|spooled|n|1");
  }
}
