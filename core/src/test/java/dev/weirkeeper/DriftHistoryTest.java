package dev.weirkeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weirkeeper.DriftBreaker.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The breaker of a drift rate, over a log that a host writes, forgets and reads again. */
class DriftHistoryTest {
  private static final Asset ORDERS = new Asset("shop", "public.orders");
  private static final Asset MIRROR = new Asset("lake", "public.orders");
  private static final Hash V2 = Hash.of(new byte[] {2});
  private static final DriftRate RATE =
      DriftRate.of(4, Duration.ofHours(6)).coolDown(Duration.ofHours(2));

  private final TestClock clock = new TestClock();
  private final MemorySink sink = new MemorySink();
  private DriftHistory history = new DriftHistory();
  private Journal journal = new Journal(sink, clock, history);
  private DriftRate rate = RATE;
  private int transactions;

  private static Finding finding(String subject, Verdict verdict) {
    return new Finding(
        "test",
        ORDERS,
        "column.added",
        subject,
        verdict,
        Set.of(),
        Json.empty(),
        Optional.empty(),
        Optional.of(V2));
  }

  private Incident incident(Verdict... verdicts) {
    List<Finding> findings = new ArrayList<>();
    for (int i = 0; i < verdicts.length; i++) {
      findings.add(finding(String.valueOf(i), verdicts[i]));
    }
    return new Incident(ORDERS, new Position("shop", "t" + transactions++), findings);
  }

  private static Plan plan(TableChange... changes) {
    List<Plan.Step> steps = new ArrayList<>();
    for (TableChange change : changes) {
      steps.add(new Plan.Step(change.on("lake"), "", Optional.empty(), ""));
    }
    return new Plan(ORDERS, Optional.empty(), V2, steps, Json.empty());
  }

  private Situation situation(Incident incident, Tolerance tolerance, Optional<Plan> plan) {
    return new Situation(
        List.of(),
        Autonomy.HEAL,
        tolerance,
        plan,
        List.of(),
        List.of(),
        Map.of(),
        clock.instant(),
        "test",
        tolerance.rate().flatMap(budget -> history.breaker(budget, incident, clock.instant())));
  }

  /** Heals what the limits let, and contains the rest; what it decided is in the log. */
  private Hash met(Incident incident) {
    Situation situation = situation(incident, Tolerance.STANDARD.within(rate), Optional.of(plan()));
    Decision decision =
        situation.exceededBy(incident).isEmpty()
            ? new Decision.Heal(plan(), "fits")
            : new Decision.Contain(List.of(), Optional.empty(), "does not fit");
    return journal.write(
        Decided.KIND,
        "policy:test",
        Optional.of(ORDERS),
        new Decided(incident, situation, decision),
        List.of());
  }

  private boolean heals(Incident incident) {
    met(incident);
    return sink.last().body().as(Decided.class).decision() instanceof Decision.Heal;
  }

  private boolean heals(Verdict... verdicts) {
    return heals(incident(verdicts));
  }

  private State state() {
    return breaker().state();
  }

  private DriftBreaker breaker() {
    return history.breaker(rate, ORDERS, clock.instant()).orElseThrow();
  }

  private void restart() {
    history = recalled(sink.records());
    journal = new Journal(sink, clock, history);
  }

  private static DriftHistory recalled(List<AuditRecord> records) {
    DriftHistory read = new DriftHistory();
    for (int i = 0; i < records.size(); i++) {
      read.written(records.get(i), new Receipt(i, records.get(i).id()));
    }
    return read;
  }

  /** A log begins with its first record: before that, a history has heard of nothing. */
  @BeforeEach
  void began() {
    journal.write(
        Freeze.Frozen.KIND,
        "test",
        Optional.empty(),
        new Freeze.Frozen("x", "a first record"),
        List.of());
  }

  @Test
  void findings_of_the_window_add_up_and_the_one_beyond_opens_the_breaker() {
    assertThat(state()).isEqualTo(State.CLOSED);
    assertThat(heals(Verdict.ADDITIVE)).isTrue();
    clock.forward(Duration.ofHours(1));
    assertThat(heals(Verdict.COMPATIBLE, Verdict.ADDITIVE)).isTrue();
    assertThat(breaker()).isEqualTo(new DriftBreaker(State.CLOSED, Instant.EPOCH, 4));

    assertThat(heals(Verdict.ADDITIVE)).isFalse();

    assertThat(state()).isEqualTo(State.OPEN);
    clock.forward(Duration.ofHours(2).minusMillis(1));
    assertThat(heals(Verdict.METADATA)).as("an open breaker asks about everything").isFalse();
    assertThat(state()).isEqualTo(State.OPEN);
  }

  @Test
  void what_is_older_than_the_window_does_not_count() {
    assertThat(heals(Verdict.COMPATIBLE, Verdict.COMPATIBLE)).isTrue();
    clock.forward(Duration.ofHours(6).minusMillis(1));
    assertThat(breaker().spent()).isEqualTo(4);

    clock.forward(Duration.ofMillis(1));

    assertThat(breaker().spent()).isZero();
    assertThat(heals(Verdict.COMPATIBLE)).isTrue();
  }

  @Test
  void after_the_cool_down_one_probe_closes_it_and_counting_begins_there() {
    open();
    clock.forward(Duration.ofHours(2));
    assertThat(state()).isEqualTo(State.HALF_OPEN);

    assertThat(heals(Verdict.COMPATIBLE)).isTrue();

    assertThat(breaker()).isEqualTo(new DriftBreaker(State.CLOSED, clock.instant(), 2));
    assertThat(heals(Verdict.COMPATIBLE)).isTrue();
    assertThat(heals(Verdict.ADDITIVE)).isFalse();
  }

  private void open() {
    assertThat(heals(Verdict.LOSSY)).isFalse();
    assertThat(state()).isEqualTo(State.OPEN);
  }

  @Test
  void a_probe_that_is_beyond_another_limit_opens_it_again() {
    open();
    clock.forward(Duration.ofHours(2));

    assertThat(heals(Verdict.SEMANTIC)).isFalse();

    assertThat(breaker()).isEqualTo(new DriftBreaker(State.OPEN, clock.instant(), 0));
  }

  @Test
  void a_probe_that_weighs_nothing_proves_nothing() {
    open();
    clock.forward(Duration.ofHours(2));

    assertThat(heals(Verdict.METADATA)).isTrue();

    assertThat(state()).isEqualTo(State.HALF_OPEN);
  }

  @Test
  void a_probe_whose_act_fails_opens_it_again() {
    for (Outcome outcome :
        List.of(new Outcome.Failed("no"), new Outcome.Unknown("lost"), new Outcome.Refused("no"))) {
      open();
      clock.forward(Duration.ofHours(2));
      Hash decision = met(incident(Verdict.ADDITIVE));
      assertThat(state()).isEqualTo(State.CLOSED);

      act(decision, new Outcome.Done(Json.empty(), Outcome.Verification.VERIFIED));
      assertThat(state()).isEqualTo(State.CLOSED);
      act(decision, outcome);

      assertThat(state()).as("%s", outcome).isEqualTo(State.OPEN);
      assertThat(recalled(sink.records()).breaker(rate, ORDERS, clock.instant()))
          .contains(breaker());
      clock.forward(Duration.ofDays(8));
      assertThat(heals(Verdict.ADDITIVE)).isTrue();
    }
  }

  private void act(Hash decision, Outcome outcome) {
    Hash id = Hash.of(Json.of(clock.instant().toString() + outcome));
    Act.Started started =
        new Act.Started(
            id,
            "follow",
            id,
            Json.empty(),
            new Caller("pipeline", Caller.Kind.POLICY),
            Optional.empty(),
            id,
            id,
            Optional.empty(),
            Optional.empty());
    Hash begun =
        journal.write(
            Act.Started.KIND, "pipeline", Optional.of(MIRROR), started, List.of(decision));
    journal.write(
        Act.Finished.KIND,
        "pipeline",
        Optional.of(MIRROR),
        new Act.Finished(id, "follow", outcome),
        List.of(begun));
  }

  @Test
  void invariant_9_at_any_record_a_host_that_restarts_stands_where_the_other_stood() {
    Random random = new Random(26);
    for (int i = 0; i < 150; i++) {
      clock.forward(Duration.ofMinutes(random.nextInt(90)));
      Verdict[] all = Verdict.values();
      Hash decision = met(incident(all[random.nextInt(5)], all[random.nextInt(5)]));
      if (random.nextInt(4) == 0) {
        act(decision, new Outcome.Failed("no"));
      }
      if (random.nextInt(10) == 0) {
        DriftBreaker before = breaker();
        restart();
        assertThat(breaker()).as("seed 26, step %d", i).isEqualTo(before);
      }
    }

    assertThat(sink.records())
        .filteredOn(record -> record.kind().equals(Decided.KIND))
        .extracting(record -> record.body().as(Decided.class).situation().breaker().get().state())
        .contains(State.values());
  }

  /** Whoever has the log alone finds each state that a decision was made in. */
  @Test
  void invariant_9_each_recorded_state_follows_from_the_records_before_it() {
    Random random = new Random(27);
    for (int i = 0; i < 100; i++) {
      clock.forward(Duration.ofMinutes(random.nextInt(120)));
      met(incident(Verdict.values()[random.nextInt(5)]));
    }

    DriftHistory read = new DriftHistory();
    List<AuditRecord> records = sink.records();
    for (int i = 0; i < records.size(); i++) {
      if (i > 0) {
        Decided decided = records.get(i).body().as(Decided.class);
        assertThat(read.breaker(rate, decided.incident(), decided.situation().now()))
            .as("seed 27, record %d", i)
            .isEqualTo(decided.situation().breaker());
      }
      read.written(records.get(i), new Receipt(i, records.get(i).id()));
    }
  }

  @Test
  void an_incident_that_is_met_again_after_a_crash_counts_once() {
    Incident twice = incident(Verdict.COMPATIBLE, Verdict.ADDITIVE);
    assertThat(heals(twice)).isTrue();
    restart();

    assertThat(heals(twice)).isTrue();

    assertThat(breaker().spent()).isEqualTo(3);
  }

  @Test
  void a_change_back_and_forth_counts_each_time() {
    Finding same = finding("1", Verdict.ADDITIVE);
    for (int i = 0; i < 4; i++) {
      assertThat(heals(new Incident(ORDERS, new Position("shop", "flip" + i), List.of(same))))
          .isTrue();
    }

    assertThat(heals(new Incident(ORDERS, new Position("shop", "flop"), List.of(same)))).isFalse();
  }

  @Test
  void rows_that_a_contract_blocks_are_no_drift() {
    Finding blocked =
        new Finding(
            "pipeline",
            ORDERS,
            "contract.blocked",
            "",
            Verdict.BREAKING,
            Set.of(),
            Json.empty(),
            Optional.empty(),
            Optional.of(V2));
    met(new Incident(ORDERS, new Position("shop", "blocked"), List.of(blocked)));

    assertThat(breaker()).isEqualTo(DriftBreaker.NEW);
  }

  @Test
  void what_the_host_holds_back_is_the_last_word_about_a_probe() {
    open();
    clock.forward(Duration.ofHours(2));
    Incident probe = incident(Verdict.ADDITIVE);
    Hash word = met(probe);
    assertThat(state()).isEqualTo(State.CLOSED);
    Decided said = sink.last().body().as(Decided.class);

    journal.write(
        Decided.KIND,
        "pipeline",
        Optional.of(ORDERS),
        new Decided(
            probe,
            said.situation(),
            new Decision.Contain(List.of(), Optional.empty(), "held back")),
        List.of(word));

    assertThat(state()).isEqualTo(State.OPEN);
  }

  @Test
  void a_clock_that_is_set_back_opens_nothing_early() {
    open();
    clock.back(Duration.ofDays(1));

    assertThat(state()).isEqualTo(State.OPEN);
    assertThat(heals(Verdict.ADDITIVE)).isFalse();
  }

  @Test
  void drift_from_before_a_clock_was_ahead_is_not_forgotten() {
    assertThat(heals(Verdict.COMPATIBLE, Verdict.COMPATIBLE)).isTrue();
    clock.forward(Duration.ofDays(30));
    assertThat(heals(Verdict.ADDITIVE)).isTrue();
    clock.back(Duration.ofDays(30));

    assertThat(heals(Verdict.ADDITIVE)).isFalse();
  }

  @Test
  void a_probe_that_passed_while_the_clock_was_ahead_does_not_end_the_counting() {
    open();
    clock.forward(Duration.ofDays(2));
    assertThat(heals(Verdict.ADDITIVE)).isTrue();
    clock.back(Duration.ofDays(1));

    assertThat(heals(Verdict.COMPATIBLE)).isTrue();
    assertThat(heals(Verdict.COMPATIBLE)).isFalse();
  }

  @Test
  void invariant_8_a_log_that_was_not_read_from_its_beginning_is_no_empty_one() {
    heals(Verdict.ADDITIVE);
    DriftHistory late = new DriftHistory();
    Incident next = incident(Verdict.ADDITIVE);
    assertThat(late.breaker(rate, next, clock.instant())).isEmpty();
    late.written(sink.last(), new Receipt(17, sink.last().id()));

    assertThat(late.breaker(rate, next, clock.instant())).isEmpty();
    assertThat(late.isNew(MIRROR, "anything")).isTrue();
    history = late;
    assertThat(situation(next, Tolerance.STANDARD.within(rate), Optional.empty()).exceededBy(next))
        .extracting(Excess::why)
        .containsExactly("how much drift there was is not known, so its budget counts as spent");
    clock.forward(Duration.ofDays(7));
    assertThat(late.breaker(rate, next, clock.instant())).isPresent();
  }

  @Test
  void invariant_8_more_findings_than_are_kept_are_not_none() {
    history = new DriftHistory(3);
    history.written(sink.last(), new Receipt(0, sink.last().id()));
    journal = new Journal(sink, clock, history);
    rate = DriftRate.of(1000, Duration.ofHours(6));
    heals(Verdict.ADDITIVE, Verdict.ADDITIVE, Verdict.ADDITIVE);
    assertThat(breaker().spent()).isEqualTo(3);

    heals(Verdict.ADDITIVE);

    assertThat(history.breaker(rate, ORDERS, clock.instant())).isEmpty();
    clock.forward(Duration.ofHours(6));
    assertThat(history.breaker(rate, ORDERS, clock.instant())).isPresent();
  }

  @Test
  void columns_that_came_by_drift_are_known_by_both_systems_names() {
    Tolerance masked = Tolerance.STANDARD.newColumns(Tolerance.NewColumns.MASKED);
    decideWith(
        masked,
        plan(
            new TableChange.AddColumn(
                "public.orders", "note", Type.of("text"), Optional.empty(), V2),
            new TableChange.RenameColumn("public.orders", "ssn", "harmless", V2),
            new TableChange.RelaxColumn("public.orders", "amount", V2)));

    for (Asset table : List.of(ORDERS, MIRROR)) {
      assertThat(history.isNew(table, "note")).isTrue();
      assertThat(history.isNew(table, "harmless")).isTrue();
      assertThat(history.isNew(table, "amount")).isFalse();
      assertThat(history.isNew(table, "ssn")).isFalse();
    }
    restart();
    assertThat(history.isNew(MIRROR, "note")).isTrue();
  }

  @Test
  void columns_that_came_where_they_are_shown_are_as_any_other() {
    decideWith(
        Tolerance.STANDARD,
        plan(
            new TableChange.AddColumn(
                "public.orders", "note", Type.of("text"), Optional.empty(), V2)));

    assertThat(history.isNew(MIRROR, "note")).isFalse();
  }

  private void decideWith(Tolerance tolerance, Plan plan) {
    Incident incident = incident(Verdict.ADDITIVE);
    journal.write(
        Decided.KIND,
        "policy:test",
        Optional.of(ORDERS),
        new Decided(
            incident,
            situation(incident, tolerance, Optional.of(plan)),
            new Decision.Propose(plan, "asked")),
        List.of());
  }

  @Test
  void a_budget_weighs_what_is_not_named_like_the_next_milder_verdict() {
    DriftRate some =
        DriftRate.of(1, Duration.ofDays(1))
            .weighing(Map.of(Verdict.COMPATIBLE, 3L, Verdict.LOSSY, 5L));

    assertThat(some.weight(Verdict.ADDITIVE)).isZero();
    assertThat(some.weight(Verdict.SEMANTIC)).isEqualTo(3);
    assertThat(some.weight(Verdict.BREAKING)).isEqualTo(5);
  }

  @Test
  void a_budget_that_makes_no_sense_is_refused() {
    DriftRate good = DriftRate.of(1, Duration.ofDays(1));

    assertRefused(() -> DriftRate.of(-1, Duration.ofDays(1)), "at least 0");
    assertRefused(() -> DriftRate.of(1, Duration.ZERO), "longer than nothing");
    assertRefused(() -> DriftRate.of(1, Duration.ofDays(8)), "at most 7 days");
    assertRefused(() -> good.coolDown(Duration.ofSeconds(-1)), "longer than nothing");
    assertRefused(
        () -> good.weighing(Map.of(Verdict.ADDITIVE, 2L, Verdict.LOSSY, 1L)), "do not fall");
    assertRefused(() -> good.weighing(Map.of(Verdict.ADDITIVE, -1L)), "between 0 and");
    assertRefused(() -> good.weighing(Map.of(Verdict.ADDITIVE, 1L << 40)), "between 0 and");
  }

  private static void assertRefused(Runnable making, String why) {
    assertThatIllegalArgumentException().isThrownBy(making::run).withMessageContaining(why);
  }
}
