package dev.weirkeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.spi.AuditSink;
import dev.weirkeeper.spi.ChangeBuffer;
import dev.weirkeeper.spi.Detection;
import dev.weirkeeper.spi.DriftDetector;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.spi.HealingPolicy;
import dev.weirkeeper.spi.JournalListener;
import dev.weirkeeper.spi.Judges;
import dev.weirkeeper.spi.Planner;
import dev.weirkeeper.spi.RowJudge;
import dev.weirkeeper.spi.Target;
import dev.weirkeeper.spi.Tool;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The order of things on the pipeline's thread, with parts that remember what they were asked. */
class PipelineTest {
  private static final Asset ORDERS = new Asset("shop", "public.orders");
  private static final Asset LINES = new Asset("shop", "public.lines");
  private static final Relation ORDERS_1 = relation(ORDERS, "1", "id", "amount");
  private static final Relation ORDERS_2 = relation(ORDERS, "1", "id", "amount", "note");
  private static final Relation LINES_1 = relation(LINES, "2", "id", "amount");
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-23T00:00:00Z"), ZoneOffset.UTC);

  private final List<String> story = new ArrayList<>();
  private final FakeFeed feed = new FakeFeed();
  private final FakeTarget target = new FakeTarget();
  private final Mailbox mailbox = new Mailbox(CLOCK);
  private Outcome act = new Outcome.Done(Json.empty(), Outcome.Verification.NOT_NEEDED);
  private HealingPolicy policy = policy((incident, situation) -> heal(situation));
  private Appends sink = record -> receipt(record);
  private RowJudge judge = judge(List.of());
  private Tolerance tolerance = Tolerance.STANDARD;
  private Domains domains = Domains.none();
  private UnaryOperator<Pipeline.Builder> limits =
      builder -> builder.autonomy(Autonomy.HEAL).tolerance(ORDERS, tolerance);
  private final List<AuditRecord> records = new ArrayList<>();
  private List<JournalListener> listeners = List.of();
  private FakePlanner planner = new FakePlanner("follow");
  private FutureTask<Outcome> answer = new FutureTask<>(() -> new Outcome.Refused("not asked"));

  @Test
  void a_new_table_is_created_through_the_door_and_then_loaded() throws Exception {
    feed.relations.add(ORDERS_1);

    run();

    assertThat(story)
        .containsSubsequence("decision", "act.started", "act follow", "act.finished", "write []");
    assertThat(feed.loads).containsExactly(Load.begin(ORDERS));
    assertThat(target.states.get(ORDERS).mode()).isEqualTo(TableState.Mode.LOADING);
  }

  @Test
  void invariant_5_a_schema_change_is_acted_on_before_the_first_row_of_its_transaction()
      throws Exception {
    target.live(ORDERS_1);
    feed.add(transaction("t1").change(ORDERS_1, ORDERS_2).insert(ORDERS_2, "7", "1", "x"));

    run();

    assertThat(story)
        .containsSubsequence(
            "decision", "act.started", "act follow", "act.finished", "write [t1: 1 PUBLISH]");
    assertThat(target.states.get(ORDERS).accepted()).contains(ORDERS_2);
  }

  @Test
  void invariant_5_rows_of_the_whole_transaction_are_spooled_when_the_act_is_not_done()
      throws Exception {
    target.live(ORDERS_1);
    target.live(LINES_1);
    act = new Outcome.Failed("no");
    feed.add(
        transaction("t1")
            .insert(ORDERS_1, "6", "1")
            .insert(LINES_1, "1", "1")
            .change(ORDERS_1, ORDERS_2)
            .insert(ORDERS_2, "7", "1", "x"));

    run();

    assertThat(story).contains("write [t1: 2 SPOOL 1 PUBLISH]");
    assertThat(target.states.get(ORDERS).mode()).isEqualTo(TableState.Mode.PAUSED);
    assertThat(target.states.get(ORDERS).accepted()).contains(ORDERS_1);
    assertThat(target.states.get(LINES).mode()).isEqualTo(TableState.Mode.LIVE);
  }

  @Test
  void invariant_5_what_a_transaction_changes_is_stored_with_it_and_not_before() throws Exception {
    target.live(ORDERS_1);
    policy =
        policy(
            (incident, situation) ->
                new Decision.Contain(
                    List.of(new Action("table_pause", Json.of(new Named("public.orders")), ORDERS)),
                    Optional.empty(),
                    "too much"));
    feed.add(transaction("t1").change(ORDERS_1, ORDERS_2).insert(ORDERS_2, "7", "1", "x"));

    run();

    assertThat(target.firstStored(ORDERS_2)).isEqualTo("t1");
  }

  @Test
  void a_policy_that_throws_leaves_the_table_paused() throws Exception {
    target.live(ORDERS_1);
    policy =
        policy(
            (incident, situation) -> {
              throw new IllegalStateException("secret");
            });
    feed.add(transaction("t1").change(ORDERS_1, ORDERS_2).insert(ORDERS_2, "7", "1", "x"));

    run();

    assertThat(story).contains("write [t1: 1 SPOOL]");
    assertThat(target.states.get(ORDERS).reason().orElseThrow()).doesNotContain("secret");
  }

  @Test
  void abstaining_is_no_leave_to_go_on() throws Exception {
    target.live(ORDERS_1);
    policy = policy((incident, situation) -> new Decision.Abstain("no opinion"));
    feed.add(transaction("t1").change(ORDERS_1, ORDERS_2).insert(ORDERS_2, "7", "1", "x"));

    run();

    assertThat(story).contains("write [t1: 1 SPOOL]");
  }

  @Test
  void a_dismissed_change_becomes_the_baseline() throws Exception {
    target.live(ORDERS_1);
    policy = policy((incident, situation) -> new Decision.Dismiss("harmless"));
    feed.add(transaction("t1").change(ORDERS_1, ORDERS_2).insert(ORDERS_2, "7", "1", "x"));

    run();

    assertThat(story).contains("write [t1: 1 PUBLISH]").doesNotContain("act follow");
    assertThat(target.states.get(ORDERS).accepted()).contains(ORDERS_2);
  }

  @Test
  void invariant_2_without_a_journal_nothing_is_decided_acted_or_written() {
    target.live(ORDERS_1);
    feed.add(transaction("t1").change(ORDERS_1, ORDERS_2).insert(ORDERS_2, "7", "1", "x"));
    sink =
        record -> {
          if (record.kind().equals("decision")) {
            throw new IOException("disk full");
          }
          return receipt(record);
        };

    assertThatThrownBy(this::run).isInstanceOf(JournalException.class);

    assertThat(story).noneMatch(line -> line.startsWith("act") || line.startsWith("write"));
    assertThat(feed.confirmed).isEmpty();
  }

  @Test
  void invariant_2_an_unwritable_anchor_stops_the_pipeline_before_the_next_commit() {
    target.live(ORDERS_1);
    feed.add(transaction("t1").insert(ORDERS_1, "1", "1"));
    feed.pause();
    feed.add(transaction("t2").insert(ORDERS_1, "2", "1"));
    sink =
        record -> {
          if (record.kind().equals("ledger.anchored")) {
            throw new IOException("disk full");
          }
          return receipt(record);
        };

    assertThatThrownBy(this::run).isInstanceOf(JournalException.class);

    assertThat(story).contains("write [t1: 1 PUBLISH]").noneMatch(line -> line.contains("t2"));
  }

  @Test
  void invariant_6_a_second_host_stops_this_one_without_a_second_write() {
    target.live(ORDERS_1);
    target.answers.add(new Commit.Conflict(at("somewhere else")));
    feed.add(transaction("t1").insert(ORDERS_1, "1", "1"));

    assertThatThrownBy(this::run)
        .isInstanceOf(PipelineException.class)
        .hasMessageContaining("Another host");

    assertThat(story).filteredOn(line -> line.startsWith("write")).hasSize(1);
    assertThat(feed.confirmed).isEmpty();
  }

  @Test
  void a_table_that_the_target_refuses_is_spooled_and_the_others_flow() throws Exception {
    target.live(ORDERS_1);
    target.live(LINES_1);
    target.answers.add(new Commit.Refused(ORDERS, "too many rows"));
    feed.add(transaction("t1").insert(ORDERS_1, "1", "1").insert(LINES_1, "1", "1"));

    run();

    assertThat(story).contains("write [t1: 1 SPOOL 1 PUBLISH]");
  }

  @Test
  void invariant_7_a_table_whose_spool_is_full_is_marked_and_never_silently_lost()
      throws Exception {
    target.live(ORDERS_1);
    target.answers.add(new Commit.Refused(ORDERS, "too many rows"));
    target.answers.add(new Commit.Refused(ORDERS, "spool budget"));
    feed.add(transaction("t1").insert(ORDERS_1, "1", "1"));

    run();

    assertThat(target.states.get(ORDERS).mode()).isEqualTo(TableState.Mode.RESYNC_NEEDED);
    assertThat(target.states.get(ORDERS).reason()).contains("spool budget");
    assertThat(feed.confirmed).contains(at("t1"));
  }

  @Test
  void invariant_7_only_what_the_target_stored_is_confirmed() throws Exception {
    target.live(ORDERS_1);
    feed.add(transaction("t1").insert(ORDERS_1, "1", "1"));
    feed.add(transaction("t2").insert(ORDERS_1, "2", "1"));

    run();

    assertThat(feed.confirmed).containsExactly(at("t2"));
    assertThat(target.position).isEqualTo(at("t2"));
  }

  @Test
  void a_contract_that_blocks_spools_the_rows_of_the_transaction() throws Exception {
    target.live(ORDERS_1);
    target.live(LINES_1);
    judge = judge(List.of(new Violation("columns", "a column is missing")));
    feed.add(transaction("t1").insert(ORDERS_1, "1", "1"));

    run();

    assertThat(story).contains("write [t1: 1 SPOOL]");
    assertThat(target.states.get(ORDERS).reason().orElseThrow()).contains("columns");
  }

  @Test
  void a_truncate_pauses_the_table_unless_it_is_tolerated() throws Exception {
    target.live(ORDERS_1);
    policy = policy((incident, situation) -> new Decision.Abstain("a truncate"));
    feed.add(transaction("t1").truncate(ORDERS_1));

    run();

    assertThat(story).contains("write [t1: truncate SPOOL]");
  }

  @Test
  void a_tolerated_truncate_is_applied() throws Exception {
    target.live(ORDERS_1);
    tolerance = new Tolerance(Verdict.COMPATIBLE, Set.of(), Tolerance.Truncation.APPLY);
    feed.add(transaction("t1").truncate(ORDERS_1));

    run();

    assertThat(story).contains("write [t1: truncate PUBLISH]");
  }

  @Test
  void a_command_waits_for_one_batch_and_not_for_the_end_of_a_backlog() throws Exception {
    target.live(ORDERS_1);
    target.live(LINES_1);
    policy = policy((incident, situation) -> new Decision.Dismiss("harmless"));
    for (int i = 0; i < 50; i++) {
      boolean even = i % 2 == 0;
      feed.add(
          transaction("t" + i)
              .change(even ? ORDERS_1 : ORDERS_2, even ? ORDERS_2 : ORDERS_1)
              .insert(
                  even ? ORDERS_2 : ORDERS_1,
                  even ? new String[] {"1", "2", "3"} : new String[] {"1", "2"}));
    }
    feed.beforeThird = () -> ask(new PipelineCommand.Pause(LINES, "now"));

    run();

    int paused = story.indexOf("write [] LINES paused");
    assertThat(paused).isPositive();
    assertThat(story.subList(0, paused)).noneMatch(line -> line.contains("t9:"));
  }

  @Test
  void a_chunk_may_bring_a_change_of_schema_that_the_log_does_not_show() throws Exception {
    target.states.put(
        ORDERS, TableState.unseen(ORDERS_1, "").accepting(ORDERS_1).loading(Load.begin(ORDERS)));
    feed.add(
        transaction("h1")
            .change(ORDERS_1, ORDERS_2)
            .insert(ORDERS_2, "7", "1", "x")
            .chunk(new Load(ORDERS, Optional.of("7"), 1, 1, true)));

    run();

    assertThat(story).containsSubsequence("act follow", "act.finished", "write [h1: 1 PUBLISH]");
    assertThat(target.states.get(ORDERS).accepted()).contains(ORDERS_2);
    assertThat(target.states.get(ORDERS).mode()).isEqualTo(TableState.Mode.LIVE);
  }

  @Test
  void a_chunk_of_a_table_that_cannot_follow_is_dropped_and_counted_nowhere() throws Exception {
    target.states.put(
        ORDERS, TableState.unseen(ORDERS_1, "").accepting(ORDERS_1).loading(Load.begin(ORDERS)));
    policy = policy((incident, situation) -> new Decision.Abstain("no opinion"));
    feed.add(
        transaction("h1")
            .change(ORDERS_1, ORDERS_2)
            .insert(ORDERS_2, "7", "1", "x")
            .chunk(new Load(ORDERS, Optional.of("7"), 1, 1, true)));

    run();

    assertThat(story).noneMatch(line -> line.startsWith("write [h1"));
    assertThat(target.states.get(ORDERS).mode()).isEqualTo(TableState.Mode.PAUSED);
    assertThat(target.states.get(ORDERS).load()).contains(Load.begin(ORDERS));
    assertThat(target.position).isEqualTo(at("h1"));
  }

  @Test
  void a_load_that_a_chunk_makes_begin_anew_is_not_ended_by_that_chunk() throws Exception {
    planner = new FakePlanner("follow", "table_resync");
    target.states.put(
        ORDERS, TableState.unseen(ORDERS_1, "").accepting(ORDERS_1).loading(Load.begin(ORDERS)));
    feed.add(
        transaction("h1")
            .change(ORDERS_1, ORDERS_2)
            .insert(ORDERS_2, "7", "1", "x")
            .chunk(new Load(ORDERS, Optional.of("7"), 1, 1, true)));

    run();

    assertThat(story).noneMatch(line -> line.startsWith("write [h1"));
    assertThat(target.states.get(ORDERS).mode()).isEqualTo(TableState.Mode.LOADING);
    assertThat(target.states.get(ORDERS).load()).contains(Load.begin(ORDERS));
    assertThat(target.states.get(ORDERS).accepted()).contains(ORDERS_2);
    assertThat(feed.loads).containsExactly(Load.begin(ORDERS), Load.begin(ORDERS));
  }

  @Test
  void a_load_that_a_transaction_makes_begin_is_started() throws Exception {
    target.states.put(ORDERS, TableState.unseen(ORDERS_1, "the act was refused"));
    feed.add(transaction("t1").change(ORDERS_1, ORDERS_2).insert(ORDERS_2, "7", "1", "x"));

    run();

    assertThat(target.states.get(ORDERS).mode()).isEqualTo(TableState.Mode.LOADING);
    assertThat(feed.loads).containsExactly(Load.begin(ORDERS));
  }

  @Test
  void a_load_that_goes_on_is_not_begun_anew_by_a_change_of_schema() throws Exception {
    Load half = new Load(ORDERS, Optional.of("5"), 5, 10, false);
    target.states.put(ORDERS, TableState.unseen(ORDERS_1, "").accepting(ORDERS_1).loading(half));
    feed.add(transaction("t1").change(ORDERS_1, ORDERS_2).insert(ORDERS_2, "7", "1", "x"));

    run();

    assertThat(feed.loads).containsExactly(half);
    assertThat(target.states.get(ORDERS).load()).contains(half);
  }

  @Test
  void a_resync_is_no_way_around_a_change_that_nobody_decided() throws Exception {
    target.live(LINES_1);
    target.states.put(
        ORDERS,
        TableState.unseen(ORDERS_2, "").accepting(ORDERS_1).paused("a person has to decide"));
    feed.beforeThird = () -> ask(new PipelineCommand.Resync(ORDERS));
    feed.add(transaction("t1").insert(LINES_1, "1", "1"));
    feed.pause();
    feed.add(transaction("t2").insert(LINES_1, "2", "1"));

    run();

    assertThat(answer.get()).isInstanceOf(Outcome.Refused.class);
    assertThat(target.states.get(ORDERS).mode()).isEqualTo(TableState.Mode.PAUSED);
  }

  @Test
  void an_applied_plan_is_stored_whole_with_the_load_that_it_begins() throws Exception {
    planner = new FakePlanner("follow", "table_resync");
    target.live(LINES_1);
    TableState paused =
        TableState.unseen(ORDERS_2, "").accepting(ORDERS_1).paused("a person has to decide");
    target.states.put(ORDERS, paused);
    Plan plan = planner.plan(null, Optional.of(ORDERS_1), ORDERS_2).orElseThrow();
    feed.beforeThird = () -> ask(new PipelineCommand.Apply(ORDERS, plan.id()));
    feed.add(transaction("t1").insert(LINES_1, "1", "1"));
    feed.pause();
    feed.add(transaction("t2").insert(LINES_1, "2", "1"));

    run();

    assertThat(answer.get().isDone()).isTrue();
    assertThat(target.history.get(ORDERS))
        .extracting(state -> state.mode() + " " + state.accepted().equals(Optional.of(ORDERS_2)))
        .containsExactly("APPLYING false", "LOADING true");
    assertThat(feed.loads).containsExactly(Load.begin(ORDERS));
  }

  @Test
  void a_plan_that_is_not_the_one_that_waits_any_more_is_refused() throws Exception {
    planner = new FakePlanner("follow", "table_resync");
    target.states.put(
        ORDERS,
        TableState.unseen(ORDERS_2, "").accepting(ORDERS_1).paused("a person has to decide"));
    Plan older = planner.plan(null, Optional.of(ORDERS_2), ORDERS_1).orElseThrow();
    feed.beforeThird = () -> ask(new PipelineCommand.Apply(ORDERS, older.id()));
    feed.pause();
    feed.pause();
    feed.pause();

    run();

    assertThat(answer.get().toString()).contains("is not the plan that waits");
    assertThat(target.states.get(ORDERS).mode()).isEqualTo(TableState.Mode.PAUSED);
  }

  @Test
  void a_plan_in_whose_middle_the_host_died_is_finished_before_the_next_change_is_met()
      throws Exception {
    Relation newest = relation(ORDERS, "1", "id", "amount", "note", "more");
    target.states.put(
        ORDERS, TableState.unseen(ORDERS_2, "").accepting(ORDERS_1).in(TableState.Mode.APPLYING));
    feed.add(transaction("t1").change(ORDERS_2, newest).insert(newest, "7", "1", "x", "y"));

    run();

    assertThat(story).filteredOn(line -> line.equals("act follow")).isNotEmpty();
    assertThat(target.history.get(ORDERS).get(0).goal()).contains(ORDERS_2);
    assertThat(target.history.get(ORDERS).get(1).accepted()).contains(ORDERS_2);
    assertThat(story.indexOf("act follow")).isLessThan(story.indexOf("write [t1: 1 PUBLISH]"));
  }

  @Test
  void a_plan_of_the_stream_is_finished_after_a_kill_though_the_source_was_altered_again()
      throws Exception {
    Relation newest = relation(ORDERS, "1", "id", "amount", "note", "more");
    target.live(ORDERS_1);
    target.diesAfterActs = true;
    feed.add(transaction("t1").change(ORDERS_1, ORDERS_2));

    assertThatThrownBy(this::run).hasMessageContaining("killed");

    TableState begun = target.states.get(ORDERS);
    assertThat(begun.mode()).isEqualTo(TableState.Mode.APPLYING);
    assertThat(begun.goal()).contains(ORDERS_2);
    assertThat(begun.latest()).as("what the feed goes on with").isEqualTo(ORDERS_1);
    target.diesAfterActs = false;
    planner.planned.clear();
    feed.add(transaction("t2").change(ORDERS_1, newest).insert(newest, "7", "1", "x", "y"));

    run();

    assertThat(planner.planned).containsSubsequence("2 columns to 3", "3 columns to 4");
    assertThat(planner.planned).doesNotContain("2 columns to 4");
    assertThat(target.states.get(ORDERS).accepted()).contains(newest);
    assertThat(target.states.get(ORDERS).goal()).isEmpty();
    assertThat(target.states.get(ORDERS).mode()).isEqualTo(TableState.Mode.LIVE);
  }

  @Test
  void a_table_whose_making_was_interrupted_is_made_by_the_plan_that_was_begun() throws Exception {
    feed.relations.add(ORDERS_1);
    target.live(LINES_1);
    target.diesAfterActs = true;

    assertThatThrownBy(this::run).hasMessageContaining("killed");
    target.diesAfterActs = false;
    planner.planned.clear();
    feed.relations.clear();
    feed.relations.add(ORDERS_2);
    run();

    assertThat(planner.planned).contains("none to 2").doesNotContain("none to 3");
    assertThat(target.states.get(ORDERS).mode()).isEqualTo(TableState.Mode.LOADING);
  }

  @Test
  void a_plan_that_failed_halfway_comes_before_any_other_and_by_a_persons_word() throws Exception {
    Relation newest = relation(ORDERS, "1", "id", "amount", "note", "more");
    planner = new FakePlanner("follow", "broken");
    target.live(ORDERS_1);
    feed.add(transaction("t1").change(ORDERS_1, ORDERS_2));
    feed.add(transaction("t2").change(ORDERS_2, newest));

    run();

    TableState after = target.states.get(ORDERS);
    assertThat(after.mode()).isEqualTo(TableState.Mode.PAUSED);
    assertThat(after.goal()).contains(ORDERS_2);
    assertThat(after.latest()).isEqualTo(newest);
    assertThat(planner.planned).doesNotContain("2 columns to 4");
  }

  @Test
  void invariant_6_rows_without_a_key_are_not_brought_by_the_log_and_by_the_load()
      throws Exception {
    Relation keyless = Relation.of(ORDERS, "1", new RowIdentity.None(), ORDERS_1.columns());
    target.states.put(
        ORDERS, TableState.unseen(keyless, "").accepting(keyless).loading(Load.begin(ORDERS)));
    feed.add(transaction("t1").insert(keyless, "1", "1"));

    run();

    assertThat(story).contains("write [t1:]");
  }

  private void ask(PipelineCommand command) {
    answer = new FutureTask<>(() -> mailbox.send(command, CLOCK.instant().plusSeconds(60)));
    new Thread(answer).start();
    while (mailbox.isEmpty()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void a_command_before_the_run_is_refused_and_the_table_is_untouched() {
    Outcome outcome =
        mailbox.send(new PipelineCommand.Pause(ORDERS, "now"), CLOCK.instant().plusSeconds(1));

    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
  }

  @Test
  void a_pipeline_that_runs_shows_its_tables_counts_and_the_plan_that_waits() throws Exception {
    target.live(ORDERS_1);
    target.live(LINES_1);
    target.applied = Map.of(LINES, Counts.of(1, 0, 0));
    limits = builder -> builder;
    policy = policy((incident, situation) -> new Decision.Abstain("a person decides"));
    feed.add(transaction("t1").change(ORDERS_1, ORDERS_2).insert(LINES_1, "1", "1"));
    feed.pause();
    feed.pause();
    List<PipelineView> seen = new ArrayList<>();
    feed.beforeThird = () -> mailbox.view().ifPresent(seen::add);

    run();

    PipelineView.Table orders = seen.get(0).table(ORDERS).orElseThrow();
    assertThat(orders.state().mode()).isEqualTo(TableState.Mode.PAUSED);
    assertThat(orders.incident()).isPresent();
    assertThat(orders.plan()).isInstanceOf(Probe.Value.class);
    PipelineView.Waiting waiting = ((Probe.Value<PipelineView.Waiting>) orders.plan()).value();
    assertThat(waiting.needs())
        .extracting(PipelineView.Need::leave)
        .containsExactly(PipelineView.Leave.GRANTED);
    PipelineView.Table lines = seen.get(0).table(LINES).orElseThrow();
    assertThat(lines.counts()).isEqualTo(Counts.of(1, 0, 0));
    assertThat(lines.incident()).isEmpty();
    assertThat(mailbox.view()).isEmpty();
  }

  @Test
  void invariant_8_a_planner_that_fails_leaves_the_plan_unknown_and_the_pipeline_running()
      throws Exception {
    target.states.put(
        ORDERS,
        TableState.unseen(ORDERS_1, "").accepting(ORDERS_1).observed(ORDERS_2).paused("asked"));
    planner = new FakePlanner("follow");
    planner.broken = true;
    feed.pause();
    feed.pause();
    feed.pause();
    List<PipelineView> seen = new ArrayList<>();
    feed.beforeThird = () -> mailbox.view().ifPresent(seen::add);

    run();

    assertThat(seen.get(0).table(ORDERS).orElseThrow().plan()).isInstanceOf(Probe.Unknown.class);
  }

  @Test
  void invariant_8_a_question_that_fails_is_unknown_and_the_pipeline_goes_on() throws Exception {
    target.live(ORDERS_1);
    feed.pause();
    feed.pause();
    feed.pause();
    List<Probe<?>> answers = new ArrayList<>();
    feed.beforeThird =
        () -> {
          answers.add(
              mailbox.ask(
                  backlog -> {
                    throw new IOException("password=hunter2");
                  },
                  CLOCK.instant(),
                  CallControl.NONE));
          answers.add(mailbox.ask(Backlog::spooled, CLOCK.instant(), CallControl.NONE));
        };

    run();

    assertThat(answers.get(0)).isInstanceOf(Probe.Unknown.class);
    assertThat(answers.get(0).toString()).doesNotContain("hunter2");
    assertThat(answers.get(1)).isEqualTo(new Probe.Value<>(Map.of()));
  }

  @Test
  void whoever_applies_a_plan_hears_of_its_steps() throws Exception {
    target.states.put(
        ORDERS,
        TableState.unseen(ORDERS_1, "").accepting(ORDERS_1).observed(ORDERS_2).paused("asked"));
    planner = new FakePlanner("follow");
    feed.pause();
    feed.pause();
    feed.pause();
    List<String> heard = new ArrayList<>();
    CallControl control =
        new CallControl(
            Optional::empty,
            (done, total, what) -> heard.add(done + " of " + total.getAsLong() + " " + what));
    feed.beforeThird =
        () -> {
          Plan plan =
              ((Probe.Value<PipelineView.Waiting>)
                      mailbox.view().orElseThrow().table(ORDERS).orElseThrow().plan())
                  .value()
                  .plan();
          mailbox.send(new PipelineCommand.Apply(ORDERS, plan.id()), CLOCK.instant(), control);
        };

    run();

    assertThat(heard).containsExactly("1 of 1 steps of the plan are done");
  }

  /** What the journal keeps of a decision. */
  private record Decided(Incident incident, Situation situation, Decision decision) {}

  private List<Decision> decisions() {
    return decisionRecords().stream()
        .map(record -> record.body().as(Decided.class).decision())
        .toList();
  }

  private List<AuditRecord> decisionRecords() {
    return records.stream().filter(record -> record.kind().equals("decision")).toList();
  }

  @Nested
  class APolicyThatGoesBeyondTheHostsLimits {
    private void changeOrders() throws Exception {
      target.live(ORDERS_1);
      feed.add(transaction("t1").change(ORDERS_1, ORDERS_2).insert(ORDERS_2, "7", "1", "x"));
      run();
    }

    private void assertHeldBack(Decision said, String why) {
      assertThat(story).contains("write [t1: 1 SPOOL]").doesNotContain("act follow", "act.started");
      assertThat(target.states.get(ORDERS).mode()).isEqualTo(TableState.Mode.PAUSED);
      assertThat(target.states.get(ORDERS).accepted()).contains(ORDERS_1);
      // What the policy said stays as it said it; what the host made of it follows from that.
      assertThat(decisions()).hasSize(2);
      assertThat(decisions().get(0)).isEqualTo(said);
      assertThat(decisions().get(1)).isInstanceOf(Decision.Contain.class);
      assertThat(decisions().get(1).reason()).contains("Policy test").contains(why);
      AuditRecord first = decisionRecords().get(0);
      AuditRecord second = decisionRecords().get(1);
      assertThat(first.actor()).isEqualTo("policy:test");
      assertThat(second.actor()).isEqualTo("pipeline");
      assertThat(second.causes()).containsExactly(first.id());
    }

    private Decision saying(Decides decides) {
      Decision[] said = new Decision[1];
      policy =
          policy(
              (incident, situation) -> {
                said[0] = decides.decide(incident, situation);
                return said[0];
              });
      try {
        changeOrders();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
      return said[0];
    }

    @Test
    void invariant_3_by_healing_where_it_may_propose() {
      limits = builder -> builder;

      Decision said = saying((incident, situation) -> heal(situation));

      assertHeldBack(said, "autonomy here is PROPOSE");
    }

    @Test
    void invariant_3_by_healing_where_it_may_observe() {
      limits = builder -> builder.autonomy(ORDERS, Autonomy.OBSERVE).autonomy(Autonomy.HEAL);

      Decision said = saying((incident, situation) -> heal(situation));

      assertHeldBack(said, "autonomy here is OBSERVE");
    }

    @Test
    void invariant_3_by_healing_beyond_the_tolerance() {
      tolerance = new Tolerance(Verdict.METADATA, Set.of(), Tolerance.Truncation.PAUSE);

      Decision said = saying((incident, situation) -> heal(situation));

      assertHeldBack(said, "beyond the tolerance");
    }

    @Test
    void invariant_3_by_inventing_a_plan() {
      Decision said =
          saying(
              (incident, situation) -> {
                Plan plan = situation.proposed().orElseThrow();
                Plan invented =
                    new Plan(plan.asset(), plan.from(), plan.to(), List.of(), plan.proof());
                return new Decision.Heal(invented, "better");
              });

      assertHeldBack(said, "the plan is not the planner's");
    }

    @Test
    void invariant_3_by_containing_elsewhere() {
      Decision said =
          saying(
              (incident, situation) ->
                  new Decision.Contain(
                      List.of(new Action("table_pause", Json.of(new Named("public.lines")), LINES)),
                      Optional.empty(),
                      "all of it"));

      assertHeldBack(said, "nowhere else");
    }

    @Test
    void invariant_3_by_healing_under_the_name_of_containing() {
      limits = builder -> builder;

      Decision said =
          saying(
              (incident, situation) ->
                  new Decision.Contain(
                      List.of(new Action("follow", Json.of(new Named("public.orders")), ORDERS)),
                      Optional.empty(),
                      "contained"));

      assertHeldBack(said, "taken back exactly");
    }

    @Test
    void invariant_3_by_dismissing_what_touches_rows() {
      limits = builder -> builder;

      Decision said = saying((incident, situation) -> new Decision.Dismiss("harmless"));

      assertHeldBack(said, "autonomy here is PROPOSE");
    }
  }

  @Test
  void what_a_domain_bears_and_lets_policies_do_reaches_its_tables() throws Exception {
    target.live(ORDERS_1);
    target.live(LINES_1);
    Tolerance nothing = new Tolerance(Verdict.NOOP, Set.of(), Tolerance.Truncation.PAUSE);
    domains =
        Domains.of(
            Domain.named("orders").owning("shop:public.o*").autonomy(Autonomy.HEAL),
            Domain.named("lines")
                .owning("shop:public.l*")
                .autonomy(Autonomy.HEAL)
                .bearing(nothing));
    limits = builder -> builder;
    feed.add(
        transaction("t1")
            .change(ORDERS_1, ORDERS_2)
            .change(LINES_1, relation(LINES, "2", "id", "amount", "note")));

    run();

    assertThat(target.states.get(ORDERS).mode()).isEqualTo(TableState.Mode.LIVE);
    assertThat(target.states.get(LINES).mode()).isEqualTo(TableState.Mode.PAUSED);
    assertThat(decisions().get(decisions().size() - 1).reason()).contains("tolerance");
  }

  @Test
  void what_is_said_of_a_table_itself_comes_before_its_domain() throws Exception {
    target.live(ORDERS_1);
    domains = Domains.of(Domain.named("all").owning("*").autonomy(Autonomy.HEAL));
    limits = builder -> builder.autonomy(ORDERS, Autonomy.OBSERVE);
    feed.add(transaction("t1").change(ORDERS_1, ORDERS_2));

    run();

    assertThat(target.states.get(ORDERS).mode()).isEqualTo(TableState.Mode.PAUSED);
  }

  @Test
  void tables_that_are_contained_at_once_freeze_all_acts_of_the_door() throws Exception {
    for (int i = 1; i <= 3; i++) {
      Relation table = relation(new Asset("shop", "public.t" + i), "t" + i, "id");
      target.live(table);
      feed.add(transaction("t" + i).insert(table, "1"));
    }
    judge = judge(List.of(new Violation("columns", "a column is missing")));
    target.live(ORDERS_1);
    feed.add(transaction("t4").change(ORDERS_1, ORDERS_2));

    run();

    assertThat(story).containsOnlyOnce("door.frozen").doesNotContain("act follow");
    assertThat(target.states.get(ORDERS).reason().orElseThrow())
        .contains("All acts are frozen: 3 assets alarmed");
  }

  private void run() throws Exception {
    Journal journal =
        new Journal(
            new AuditSink() {
              @Override
              public Receipt append(AuditRecord record) throws IOException {
                Receipt receipt = sink.append(record);
                records.add(record);
                story.add(record.kind());
                return receipt;
              }

              @Override
              public void close() {}
            },
            CLOCK,
            listeners.toArray(JournalListener[]::new));
    Toolbox toolbox =
        Toolbox.builder()
            .journal(journal)
            .clock(CLOCK)
            .memory(DoorMemory.inProcess())
            .domains(domains)
            .limit(Effect.WRITE)
            .grant("pipeline", Effect.WRITE)
            .tools(
                () ->
                    List.of(
                        Tool.write(
                            "follow",
                            "Follows the source.",
                            Named.class,
                            Named.class,
                            Repeat.SAFE,
                            Undo.NONE,
                            (input, call) -> {
                              story.add("act follow");
                              return act;
                            }),
                        Tool.write(
                            "table_resync",
                            "Loads a table again.",
                            Named.class,
                            Named.class,
                            Repeat.SAFE,
                            Undo.NONE,
                            (input, call) ->
                                mailbox.send(new PipelineCommand.Resync(ORDERS), call.deadline())),
                        Tool.write(
                            "table_pause",
                            "Pauses a table.",
                            Named.class,
                            Named.class,
                            Repeat.SAFE,
                            Undo.EXACT,
                            (input, call) ->
                                mailbox.send(
                                    new PipelineCommand.Pause(ORDERS, "asked"), call.deadline()))))
            .build();
    Pipeline.Builder builder =
        Pipeline.builder()
            .feed(feed)
            .target(target)
            .judges(new FakeJudges(judge))
            .detector(new FakeDetector())
            .planner(planner)
            .policy(policy)
            .toolbox(toolbox)
            .mailbox(mailbox)
            .journal(journal)
            .clock(CLOCK)
            .anchorEvery(Duration.ZERO);
    Pipeline pipeline = limits.apply(builder).build();
    feed.whenEmpty = pipeline::stop;
    pipeline.run();
  }

  /** What happens around a table at its source, told by a fake look at it. */
  @Nested
  class Settings {
    private static final String PUBLISHED = "published";
    private Verdict verdict = Verdict.BREAKING;
    private Set<Flag> flags = Set.of(Flag.RESYNC);

    private void look(String published) {
      feed.surroundings.put(
          "1",
          new Observation(
              ORDERS,
              CLOCK.instant(),
              Optional.empty(),
              List.of(new Facet.Settings(Map.of(PUBLISHED, new Probe.Value<>(published))))));
    }

    private void watch() throws Exception {
      limits =
          builder ->
              builder
                  .autonomy(Autonomy.HEAL)
                  .settings(new FakeSettings(verdict, flags))
                  .lookEvery(Duration.ZERO);
      run();
    }

    private long findings() {
      return decisions().size();
    }

    @Test
    void what_is_seen_first_is_the_baseline() throws Exception {
      target.live(ORDERS_1);
      look("yes");

      watch();

      assertThat(findings()).isZero();
      assertThat(target.states.get(ORDERS).settings().orElseThrow().values())
          .containsEntry(PUBLISHED, new Probe.Value<>("yes"));
    }

    @Test
    void invariant_7_lost_changes_need_a_resync_and_are_told_once_even_over_a_restart()
        throws Exception {
      target.live(ORDERS_1);
      look("yes");
      watch();
      look("no");
      watch();

      TableState after = target.states.get(ORDERS);
      assertThat(findings()).isEqualTo(1);
      assertThat(after.mode()).isEqualTo(TableState.Mode.RESYNC_NEEDED);

      look("yes");
      feed.add(transaction("t1").insert(ORDERS_1, "7", "1"));
      watch();

      assertThat(findings()).isEqualTo(1);
      assertThat(target.states.get(ORDERS).mode()).isEqualTo(TableState.Mode.RESYNC_NEEDED);
    }

    @Test
    void invariant_7_a_plan_does_not_bring_back_what_was_lost() throws Exception {
      target.states.put(
          ORDERS, TableState.unseen(ORDERS_2, "").accepting(ORDERS_1).lost("not published"));
      Plan plan = planner.plan(null, Optional.of(ORDERS_1), ORDERS_2).orElseThrow();
      feed.beforeThird = () -> ask(new PipelineCommand.Apply(ORDERS, plan.id()));
      feed.pause();
      feed.pause();
      feed.pause();
      target.live(LINES_1);
      feed.add(transaction("t2").insert(LINES_1, "2", "1"));

      run();

      assertThat(answer.get().isDone()).isTrue();
      assertThat(target.states.get(ORDERS).accepted()).contains(ORDERS_2);
      assertThat(target.states.get(ORDERS).mode()).isEqualTo(TableState.Mode.RESYNC_NEEDED);
    }

    @Test
    void what_the_tolerance_bears_is_noted_and_rows_flow_on() throws Exception {
      verdict = Verdict.METADATA;
      flags = Set.of();
      target.live(ORDERS_1);
      look("yes");
      watch();
      look("no");
      watch();

      assertThat(decisions()).singleElement().isInstanceOf(Decision.Dismiss.class);
      assertThat(records.get(records.size() - 1).actor()).isEqualTo("pipeline");
      assertThat(target.states.get(ORDERS).mode()).isEqualTo(TableState.Mode.LIVE);
    }

    @Test
    void what_is_beyond_the_tolerance_pauses_the_table() throws Exception {
      verdict = Verdict.SEMANTIC;
      flags = Set.of(Flag.GOVERNANCE);
      target.live(ORDERS_1);
      look("yes");
      watch();
      look("no");
      policy = policy((incident, situation) -> new Decision.Abstain("ask a person"));
      watch();

      assertThat(target.states.get(ORDERS).mode()).isEqualTo(TableState.Mode.PAUSED);
    }

    @Test
    void a_policy_cannot_dismiss_that_changes_were_lost() throws Exception {
      target.live(ORDERS_1);
      look("yes");
      watch();
      look("no");
      policy = policy((incident, situation) -> new Decision.Dismiss("harmless"));
      watch();

      assertThat(target.states.get(ORDERS).mode()).isEqualTo(TableState.Mode.RESYNC_NEEDED);
    }

    @Test
    void invariant_8_columns_that_the_log_leaves_out_are_no_removed_columns() throws Exception {
      target.live(ORDERS_2);
      feed.add(transaction("t1").part(ORDERS_2, ORDERS_1).insert(ORDERS_1, "7", "1"));

      run();

      assertThat(story).doesNotContain("act follow");
      assertThat(target.states.get(ORDERS).mode()).isEqualTo(TableState.Mode.RESYNC_NEEDED);
      assertThat(target.states.get(ORDERS).latest()).isEqualTo(ORDERS_2);
      assertThat(target.states.get(ORDERS).reason().orElseThrow()).contains("publish all of them");
    }
  }

  /** What a host found of a table by other means than the feed. */
  @Nested
  class Reports {
    private Finding finding(Verdict verdict) {
      return new Finding(
          "profile-drift",
          ORDERS,
          "semantic.unit",
          "amount",
          verdict,
          Set.of(),
          Json.empty(),
          Optional.empty(),
          Optional.empty());
    }

    private Outcome report(Verdict verdict, Asset asset) throws Exception {
      target.live(LINES_1);
      feed.beforeThird = () -> ask(new PipelineCommand.Report(asset, List.of(finding(verdict))));
      feed.pause();
      feed.pause();
      feed.pause();
      feed.add(transaction("t2").insert(LINES_1, "2", "1"));

      run();

      return answer.get();
    }

    @Test
    void what_the_tolerance_bears_is_noted_and_rows_flow_on() throws Exception {
      target.live(ORDERS_1);

      assertThat(report(Verdict.METADATA, ORDERS).isDone()).isTrue();

      assertThat(decisions()).singleElement().isInstanceOf(Decision.Dismiss.class);
      assertThat(target.states.get(ORDERS).mode()).isEqualTo(TableState.Mode.LIVE);
    }

    @Test
    void what_is_beyond_the_tolerance_pauses_the_table() throws Exception {
      target.live(ORDERS_1);
      policy = policy((incident, situation) -> new Decision.Abstain("ask a person"));

      assertThat(report(Verdict.SEMANTIC, ORDERS).isDone()).isTrue();

      assertThat(decisions()).singleElement().isInstanceOf(Decision.Abstain.class);
      assertThat(target.states.get(ORDERS).mode()).isEqualTo(TableState.Mode.PAUSED);
    }

    @Test
    void what_is_of_another_table_or_of_one_that_is_paused_is_refused() throws Exception {
      target.live(ORDERS_1);

      assertThat(report(Verdict.SEMANTIC, LINES)).isInstanceOf(Outcome.Refused.class);

      target.states.put(ORDERS, target.states.get(ORDERS).paused("a person said so"));
      assertThat(report(Verdict.SEMANTIC, ORDERS)).isInstanceOf(Outcome.Refused.class);
      assertThat(decisions()).isEmpty();
    }
  }

  private record FakeSettings(Verdict verdict, Set<Flag> flags) implements DriftDetector {
    @Override
    public String id() {
      return "settings";
    }

    @Override
    public Detection detect(Observation baseline, Observation current) {
      boolean same = baseline.facets().isEmpty() || baseline.facets().equals(current.facets());
      Finding finding =
          new Finding(
              id(),
              current.asset(),
              "publication",
              "",
              verdict,
              flags,
              Json.empty(),
              Optional.empty(),
              Optional.empty());
      return new Detection(same ? List.of() : List.of(finding), current);
    }
  }

  record Named(String table) {}

  private interface Appends {
    Receipt append(AuditRecord record) throws IOException;
  }

  private static Decision heal(Situation situation) {
    return new Decision.Heal(situation.proposed().orElseThrow(), "it fits");
  }

  private static Receipt receipt(AuditRecord record) {
    return new Receipt(0, record.id());
  }

  private static Position at(String transaction) {
    return new Position("shop", transaction);
  }

  private static Relation relation(Asset asset, String id, String... columns) {
    List<Column> built = new ArrayList<>();
    for (int i = 0; i < columns.length; i++) {
      built.add(Column.of(String.valueOf(i + 1), columns[i], Type.of("text")));
    }
    return Relation.of(asset, id, new RowIdentity.Key(List.of("1")), built);
  }

  private static RowJudge judge(List<Violation> blocks) {
    return new RowJudge() {
      @Override
      public List<Violation> block(long rows) {
        return blocks;
      }

      @Override
      public Labels label(RowBatch batch) {
        return Labels.none();
      }
    };
  }

  /** How much and when, beside what. */
  @Nested
  class Limits {
    private final DriftRate one = DriftRate.of(1, Duration.ofDays(1));

    private void bearing(Tolerance drift, DriftHistory history) {
      limits =
          builder -> builder.autonomy(Autonomy.HEAL).tolerance(ORDERS, drift).driftHistory(history);
      listeners = List.of(history);
    }

    private DriftHistory recalled() {
      DriftHistory history = new DriftHistory();
      for (int i = 0; i < records.size(); i++) {
        history.written(records.get(i), new Receipt(i, records.get(i).id()));
      }
      return history;
    }

    private String lastReason() {
      return decisions().get(decisions().size() - 1).reason();
    }

    @Test
    void drift_beyond_its_budget_pauses_the_table_and_opens_the_breaker_across_a_restart()
        throws Exception {
      target.live(ORDERS_1);
      bearing(Tolerance.STANDARD.within(one), new DriftHistory());
      feed.add(transaction("t1").change(ORDERS_1, ORDERS_2));
      feed.add(transaction("t2").change(ORDERS_2, ORDERS_1));
      run();

      assertThat(story).containsOnlyOnce("act follow");
      assertThat(lastReason()).contains("drift of weight 2 within PT24H is beyond its budget of 1");
      assertThat(target.states.get(ORDERS).mode()).isEqualTo(TableState.Mode.PAUSED);

      bearing(Tolerance.STANDARD.within(one), recalled());
      feed.add(
          transaction("t3")
              .change(ORDERS_1, relation(ORDERS, "1", "id", "amount", "note", "more")));
      run();

      assertThat(story).containsOnlyOnce("act follow");
      assertThat(lastReason()).contains("its drift breaker is open until 2026-11-24T00:00:00Z");
    }

    @Test
    void each_table_has_a_budget_of_its_own() throws Exception {
      target.live(ORDERS_1);
      target.live(LINES_1);
      DriftHistory history = new DriftHistory();
      bearing(Tolerance.STANDARD.within(one), history);
      limits =
          builder ->
              builder
                  .autonomy(Autonomy.HEAL)
                  .tolerance(ORDERS, Tolerance.STANDARD.within(one))
                  .tolerance(LINES, Tolerance.STANDARD.within(one))
                  .driftHistory(history);
      feed.add(transaction("t1").change(ORDERS_1, ORDERS_2));
      feed.add(transaction("t2").change(LINES_1, relation(LINES, "2", "id", "amount", "note")));

      run();

      assertThat(story).filteredOn("act follow"::equals).hasSize(2);
    }

    @Test
    void in_quiet_hours_nothing_is_carried_out_and_rows_wait_in_the_spool() throws Exception {
      target.live(ORDERS_1);
      QuietHours night = QuietHours.of(ZoneOffset.UTC, LocalTime.of(22, 0), LocalTime.of(6, 0));
      limits =
          builder ->
              builder.autonomy(Autonomy.HEAL).tolerance(ORDERS, Tolerance.STANDARD.quietIn(night));
      feed.add(transaction("t1").change(ORDERS_1, ORDERS_2).insert(ORDERS_2, "7", "1", "x"));

      run();

      assertThat(story).contains("write [t1: 1 SPOOL]").doesNotContain("act follow");
      assertThat(lastReason()).contains("quiet hours (every day 22:00 to 06:00 Z)");
    }

    @Test
    void a_truncate_that_is_tolerated_waits_in_quiet_hours_too() throws Exception {
      target.live(ORDERS_1);
      policy = policy((incident, situation) -> new Decision.Abstain("a truncate"));
      QuietHours night = QuietHours.of(ZoneOffset.UTC, LocalTime.of(22, 0), LocalTime.of(6, 0));
      tolerance =
          new Tolerance(Verdict.COMPATIBLE, Set.of(), Tolerance.Truncation.APPLY).quietIn(night);
      feed.add(transaction("t1").truncate(ORDERS_1));

      run();

      assertThat(story).contains("write [t1: truncate SPOOL]");
    }

    @Test
    void a_truncate_that_is_tolerated_waits_while_the_breaker_is_open() throws Exception {
      target.live(ORDERS_1);
      Tolerance applied = new Tolerance(Verdict.COMPATIBLE, Set.of(), Tolerance.Truncation.APPLY);
      bearing(applied.within(DriftRate.of(0, Duration.ofDays(1))), new DriftHistory());
      feed.add(transaction("t1").truncate(ORDERS_1));
      run();
      assertThat(story).contains("write [t1: truncate PUBLISH]");

      feed.add(transaction("t2").change(ORDERS_1, ORDERS_2));
      policy = policy((incident, situation) -> new Decision.Dismiss("let go by mistake"));
      run();
      target.live(ORDERS_2);
      feed.add(transaction("t3").truncate(ORDERS_2));
      run();

      assertThat(story).contains("write [t3: truncate SPOOL]");
    }

    @Test
    void what_looks_back_needs_the_log() {
      for (Tolerance drift :
          List.of(
              Tolerance.STANDARD.within(one),
              Tolerance.STANDARD.newColumns(Tolerance.NewColumns.MASKED))) {
        limits = builder -> builder.tolerance(ORDERS, drift);
        assertThatThrownBy(PipelineTest.this::run)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("call driftHistory(…)");
        limits = builder -> builder;
        domains = Domains.of(Domain.named("all").owning("*").bearing(drift));
        assertThatThrownBy(PipelineTest.this::run)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("call driftHistory(…)");
        domains = Domains.none();
      }
    }

    @Test
    void a_history_that_does_not_listen_stops_the_pipeline() {
      target.live(ORDERS_1);
      bearing(Tolerance.STANDARD.within(one), new DriftHistory());
      listeners = List.of();
      feed.add(transaction("t1").change(ORDERS_1, ORDERS_2));

      assertThatThrownBy(PipelineTest.this::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("pass it to the Journal");
      assertThat(story).doesNotContain("act follow");
    }
  }

  private interface Decides {
    Decision decide(Incident incident, Situation situation);
  }

  private static HealingPolicy policy(Decides decides) {
    return new HealingPolicy() {
      @Override
      public String id() {
        return "test";
      }

      @Override
      public Decision decide(Incident incident, Situation situation) {
        return decides.decide(incident, situation);
      }
    };
  }

  private record FakeJudges(RowJudge judge) implements Judges {
    @Override
    public Hash digest() {
      return Hash.of(Json.empty());
    }

    @Override
    public RowJudge on(Relation relation) {
      return judge;
    }
  }

  private static final class FakeDetector implements DriftDetector {
    @Override
    public String id() {
      return "fake";
    }

    @Override
    public Detection detect(Observation baseline, Observation current) {
      return new Detection(
          List.of(
              new Finding(
                  id(),
                  current.asset(),
                  "changed",
                  "",
                  Verdict.ADDITIVE,
                  Set.of(),
                  Json.empty(),
                  Optional.empty(),
                  Optional.empty())),
          baseline);
    }
  }

  private static final class FakePlanner implements Planner {
    private final List<String> tools;
    private final List<String> planned = new ArrayList<>();
    private boolean broken;

    FakePlanner(String... tools) {
      this.tools = List.of(tools);
    }

    @Override
    public String id() {
      return "fake";
    }

    @Override
    public Optional<Plan> plan(Incident incident, Optional<Relation> from, Relation to) {
      if (broken) {
        throw new IllegalStateException("secret");
      }
      planned.add(
          from.map(known -> known.columns().size() + " columns").orElse("none")
              + " to "
              + to.columns().size());
      List<Plan.Step> steps = new ArrayList<>();
      for (String tool : tools) {
        Action action =
            new Action(tool, Json.of(new Named(to.asset().name())), new Asset("dw", "public.t"));
        steps.add(new Plan.Step(action, "", Optional.empty(), ""));
      }
      return Optional.of(
          new Plan(to.asset(), from.map(Relation::version), to.version(), steps, Json.empty()));
    }
  }

  private static FakeTransaction transaction(String id) {
    return new FakeTransaction(id);
  }

  private static final class FakeTransaction implements Transaction {
    private final String id;
    private final ChangeBuffer rows = ChangeBuffer.inMemory();
    private final List<SchemaChange> changes = new ArrayList<>();
    private Optional<Load> load = Optional.empty();

    FakeTransaction(String id) {
      this.id = id;
    }

    FakeTransaction insert(Relation relation, String... values) {
      java.io.ByteArrayOutputStream image = new java.io.ByteArrayOutputStream();
      image.write('A');
      image.write(0);
      image.write(values.length);
      for (String value : values) {
        byte[] bytes = value.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        image.write('t');
        image.writeBytes(java.nio.ByteBuffer.allocate(4).putInt(bytes.length).array());
        image.writeBytes(bytes);
      }
      byte[] images = image.toByteArray();
      try {
        rows.add(relation, RowBatch.Op.INSERT, images, 0, images.length);
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
      return this;
    }

    FakeTransaction chunk(Load progress) {
      load = Optional.of(progress);
      return this;
    }

    FakeTransaction truncate(Relation relation) {
      try {
        rows.addTruncate(relation);
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
      return this;
    }

    FakeTransaction part(Relation before, Relation after) {
      changes.add(
          new SchemaChange(
              after.asset(),
              after.id(),
              Optional.of(before),
              Optional.of(after),
              Evidence.RELATION,
              SchemaChange.Coverage.PART));
      return this;
    }

    FakeTransaction change(Relation before, Relation after) {
      changes.add(
          new SchemaChange(
              after.asset(), after.id(), Optional.of(before), Optional.of(after), Evidence.LOGGED));
      return this;
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public Origin origin() {
      return load.isPresent() ? Origin.SNAPSHOT : Origin.STREAM;
    }

    @Override
    public Position position() {
      return at(id);
    }

    @Override
    public Instant committedAt() {
      return CLOCK.instant();
    }

    @Override
    public List<SchemaChange> schemaChanges() {
      return changes;
    }

    @Override
    public Map<Relation, Long> rows() {
      return rows.rows();
    }

    @Override
    public List<Relation> truncated() {
      return rows.truncated();
    }

    @Override
    public Optional<Load> load() {
      return load;
    }

    @Override
    public Changes changes() {
      return rows.changes();
    }

    @Override
    public void close() {
      rows.close();
    }
  }

  private static final class FakeFeed implements Feed, Feed.Stream {
    private final Deque<Optional<Transaction>> waiting = new ArrayDeque<>();
    private final List<Relation> relations = new ArrayList<>();
    private final List<Position> confirmed = new ArrayList<>();
    private final List<Load> loads = new ArrayList<>();
    private final Map<String, Observation> surroundings = new HashMap<>();
    private Runnable whenEmpty = () -> {};
    private Runnable beforeThird = () -> {};
    private int asked;

    void add(Transaction transaction) {
      waiting.add(Optional.of(transaction));
    }

    /** Once there is nothing for a while. */
    void pause() {
      waiting.add(Optional.empty());
    }

    @Override
    public String id() {
      return "shop";
    }

    @Override
    public Stream open(Optional<Position> after, Map<String, Relation> known) {
      return this;
    }

    @Override
    public Position start() {
      return at("start");
    }

    @Override
    public List<Relation> relations() {
      return relations;
    }

    @Override
    public Optional<Transaction> next(Duration atMost) {
      if (++asked == 3) {
        beforeThird.run();
      }
      if (waiting.isEmpty()) {
        whenEmpty.run();
        return Optional.empty();
      }
      return waiting.poll();
    }

    @Override
    public Map<String, Observation> surroundings() {
      return surroundings;
    }

    @Override
    public boolean exhausted() {
      return false;
    }

    @Override
    public void confirm(Position durable) {
      confirmed.add(durable);
    }

    @Override
    public void keepAlive() {}

    @Override
    public void load(Load from) {
      loads.add(from);
    }

    @Override
    public void stopLoad(Asset asset) {}

    @Override
    public Map<String, Probe<String>> health() {
      return Map.of();
    }

    @Override
    public void close() {}
  }

  private final class FakeTarget implements Target {
    private final Map<Asset, TableState> states = new LinkedHashMap<>();
    private Map<Asset, Counts> applied = Map.of();
    private final Map<Asset, List<TableState>> history = new HashMap<>();
    private final Deque<Commit> answers = new ArrayDeque<>();
    private final Map<Relation, String> stored = new HashMap<>();
    private boolean diesAfterActs;
    private Position position = at("start");

    void live(Relation relation) {
      states.put(
          relation.asset(),
          TableState.unseen(relation, "").accepting(relation).in(TableState.Mode.LIVE));
    }

    String firstStored(Relation latest) {
      return stored.get(latest);
    }

    @Override
    public Capability capability() {
      return Capability.TRANSACTIONAL;
    }

    @Override
    public Optional<Resume> resume(String feedId) {
      return states.isEmpty() ? Optional.empty() : Optional.of(new Resume(position, states));
    }

    @Override
    public Commit write(Batch batch, Progress progress) throws IOException {
      boolean paused =
          batch.changedStates().stream()
              .anyMatch(
                  state -> state.asset().equals(LINES) && state.mode() == TableState.Mode.PAUSED);
      story.add("write " + routes(batch) + (paused ? " LINES paused" : ""));
      if (diesAfterActs && story.contains("act follow")) {
        throw new IOException("killed");
      }
      Commit answer = answers.poll();
      if (answer != null) {
        return answer;
      }
      batch.changedStates().forEach(state -> states.put(state.asset(), state));
      batch
          .changedStates()
          .forEach(
              state -> history.computeIfAbsent(state.asset(), key -> new ArrayList<>()).add(state));
      batch
          .changedStates()
          .forEach(state -> stored.putIfAbsent(state.latest(), batch.next().text()));
      position = batch.next();
      return new Commit.Applied(position, applied);
    }

    private List<String> routes(Batch batch) throws IOException {
      Map<String, String> texts = new LinkedHashMap<>();
      batch.transactions().forEach(from -> texts.put(from.id(), ""));
      try (Batch.Parts parts = batch.parts()) {
        for (Optional<Batch.Part> part = parts.next(); part.isPresent(); part = parts.next()) {
          if (part.get() instanceof Batch.Part.Rows rows) {
            texts.merge(
                rows.transaction().id(),
                " " + rows.rows().rows() + " " + rows.route(0),
                String::concat);
          } else if (part.get() instanceof Batch.Part.Truncated truncated) {
            texts.merge(
                truncated.transaction().id(), " truncate " + truncated.route(), String::concat);
          }
        }
      }
      List<String> lines = new ArrayList<>();
      texts.forEach((id, text) -> lines.add(merged(id, text)));
      return lines;
    }

    /** Sums the rows of each route: batches of two versions of a relation count together. */
    private String merged(String id, String text) {
      if (text.contains("truncate")) {
        return id + ":" + text;
      }
      Map<String, Integer> sums = new LinkedHashMap<>();
      String[] words = text.strip().split(" ");
      for (int i = 0; i + 1 < words.length; i += 2) {
        sums.merge(words[i + 1], Integer.parseInt(words[i]), Integer::sum);
      }
      StringBuilder line = new StringBuilder(id).append(':');
      sums.forEach((route, rows) -> line.append(' ').append(rows).append(' ').append(route));
      return line.toString();
    }

    @Override
    public Feed spool(String feedId, Asset asset) {
      return new FakeFeed();
    }

    @Override
    public Feed quarantine(String feedId, Asset asset, Selection selection) {
      throw new AssertionError("Nothing is replayed here");
    }

    @Override
    public Map<Asset, Long> spooled(String feedId) {
      return Map.of();
    }

    @Override
    public long spooledBytes(String feedId, Asset asset) {
      return 0;
    }

    @Override
    public List<Quarantined> quarantined(String feedId, Asset asset, long afterId, int limit) {
      return List.of();
    }

    @Override
    public Map<Asset, Counts> ledger(String feedId) {
      return Map.of();
    }

    @Override
    public void close() {}
  }
}
