package dev.weirkeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.testkit.MemoryStore.Flaw;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TargetKitTest {
  private static Optional<Flaw> planted = Optional.empty();

  static class Adapter extends TargetKit {
    @Override
    protected Store store() {
      return new MemoryStore(flaw -> planted.equals(Optional.of(flaw)));
    }
  }

  /** The tests that must see a flaw. */
  private static final Map<Flaw, Set<String>> CAUGHT_BY = new EnumMap<>(Flaw.class);

  private static void caught(Flaw flaw, String... tests) {
    CAUGHT_BY.put(flaw, Set.of(tests));
  }

  static {
    caught(Flaw.INVENTS_A_POSITION, "a_feed_that_was_never_written_is_new");
    caught(Flaw.FORGETS_STATES, "invariant_6_rows_position_states_and_ledger_are_one");
    caught(Flaw.COUNTS_TWICE, "invariant_6_rows_position_states_and_ledger_are_one");
    caught(Flaw.DELETES_LAST, "the_changes_of_a_key_count_in_their_order");
    caught(Flaw.UNCHANGED_IS_NULL, "a_value_that_was_not_sent_is_kept");
    caught(Flaw.IGNORES_TRUNCATIONS, "a_truncation_empties_the_table");
    caught(Flaw.LOADS_BESIDE_OLD_ROWS, "a_load_replaces_what_was_there");
    caught(Flaw.STATES_MOVE_THE_POSITION, "a_state_is_stored_without_rows_and_the_position_stays");
    caught(Flaw.KEEPS_THE_LEDGER_IN_MIND, "invariant_6_rows_position_states_and_ledger_are_one");
    caught(Flaw.CANNOT_BE_CLOSED_TWICE, "a_target_that_is_opened_again_goes_on");
    caught(Flaw.TAKES_A_BATCH_TWICE, "invariant_6_a_batch_that_comes_again_is_there_once");
    caught(
        Flaw.LOOKS_AT_NO_POSITION,
        "invariant_6_who_expects_another_position_changes_nothing",
        "invariant_6_of_two_hosts_one_writes");
    caught(Flaw.TRUSTS_ITS_MEMORY, "invariant_6_of_two_hosts_one_writes");
    caught(
        Flaw.PUBLISHES_AS_IT_READS,
        "invariant_6_a_batch_whose_rows_cannot_be_read_leaves_nothing",
        "invariant_6_a_write_that_is_stopped_leaves_nothing",
        "invariant_6_a_host_that_dies_in_a_write_left_all_of_it_or_nothing",
        "invariant_6_whatever_happens_no_row_is_lost_or_doubled");
    caught(
        Flaw.LETS_PASS_WHAT_NOBODY_JUDGED,
        "invariant_6_a_batch_that_cannot_be_judged_leaves_nothing");
    caught(Flaw.CANNOT_BE_STOPPED, "invariant_6_a_write_that_is_stopped_leaves_nothing");
    caught(
        Flaw.ANSWERS_BEFORE_IT_IS_DURABLE,
        "invariant_6_a_host_that_dies_in_a_write_left_all_of_it_or_nothing");
    caught(
        Flaw.UPSERTS_ANYTHING,
        "invariant_8_what_contradicts_the_target_is_refused_and_leaves_nothing");
    caught(
        Flaw.PUBLISHES_WHILE_PAUSED,
        "invariant_7_rows_of_a_paused_table_wait_and_the_position_moves");
    caught(Flaw.EMPTIES_A_SPOOL_BY_READING, "reading_a_spool_removes_nothing");
    caught(Flaw.KEEPS_WHAT_WAS_DRAINED, "invariant_6_a_spool_is_emptied_in_order_and_once");
    caught(
        Flaw.LETS_NEW_ROWS_PASS_THE_SPOOL,
        "invariant_6_rows_that_come_while_a_spool_is_emptied_queue_behind_it");
    caught(Flaw.GOES_LIVE_PAST_ITS_SPOOL, "invariant_6_a_table_does_not_go_live_past_its_spool");
    caught(Flaw.QUOTES_VALUES, "invariant_10_entries_name_their_rules_and_hold_no_values");
    caught(
        Flaw.EMPTIES_A_QUARANTINE_BY_READING,
        "reading_a_quarantine_removes_nothing_and_takes_what_was_selected");
    caught(
        Flaw.REPLAYS_WHAT_NOBODY_SELECTED,
        "reading_a_quarantine_removes_nothing_and_takes_what_was_selected");
    caught(Flaw.KEEPS_OLD_ENTRIES, "invariant_6_a_newer_event_of_a_key_closes_its_entry");
    caught(
        Flaw.KEEPS_WHAT_WAS_REPLAYED, "invariant_6_a_replay_publishes_what_is_good_now_and_once");
    caught(Flaw.FORGETS_WHAT_IS_STILL_BAD, "a_replay_keeps_what_is_still_bad");
    caught(Flaw.REPLAYS_OVER_NEWER_ROWS, "invariant_6_a_replay_never_overwrites_something_newer");
    caught(Flaw.TRUNCATES_ROWS_ONLY, "a_truncation_closes_the_quarantine");
    caught(Flaw.LOSES_A_ROW_NOW_AND_THEN, "invariant_6_whatever_happens_no_row_is_lost_or_doubled");
  }

  @Test
  void a_correct_one_passes() {
    planted = Optional.empty();

    KitRun.of(Adapter.class).assertPassed();
  }

  @ParameterizedTest
  @EnumSource
  void a_flaw_is_caught(Flaw flaw) {
    planted = Optional.of(flaw);

    assertThat(CAUGHT_BY).containsKey(flaw);
    KitRun.of(Adapter.class).assertCaughtBy(CAUGHT_BY.get(flaw));
  }

  @Test
  void each_test_of_the_kit_is_seen_to_fail() {
    KitRun.assertSeenToFail(TargetKit.class, Arrays.stream(Flaw.values()).map(CAUGHT_BY::get));
  }
}
