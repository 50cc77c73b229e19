package dev.weirkeeper;

import static dev.weirkeeper.TestDoor.AGENT;
import static dev.weirkeeper.TestDoor.ANA;
import static dev.weirkeeper.TestDoor.DELETE;
import static dev.weirkeeper.TestDoor.GOLD;
import static dev.weirkeeper.TestDoor.LINES;
import static dev.weirkeeper.TestDoor.ONCE;
import static dev.weirkeeper.TestDoor.ORDERS;
import static dev.weirkeeper.TestDoor.POLICY;
import static dev.weirkeeper.TestDoor.READ;
import static dev.weirkeeper.TestDoor.WIPE;
import static dev.weirkeeper.TestDoor.WRITE;
import static dev.weirkeeper.TestDoor.done;
import static dev.weirkeeper.TestDoor.on;
import static dev.weirkeeper.TestDoor.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BudgetsTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Budget WRITES = Budget.of("writes", WRITE, ONCE);
  private static final Budget DELETES = Budget.of("deletes", DELETE, WIPE);

  private final TestDoor door = new TestDoor();

  @BeforeEach
  void grant() {
    for (Caller caller : List.of(ANA, AGENT, POLICY)) {
      door.grants.allow(Grant.to(caller.principal(), Effect.DESTRUCTIVE));
    }
  }

  private void budget(Budget... budgets) {
    door.budgets = Budgets.STANDARD.freezeAllAfter(1000, HOUR);
    for (Budget budget : budgets) {
      door.budgets = door.budgets.with(budget);
    }
  }

  private void assertDone(Outcome outcome) {
    assertThat(outcome.isDone()).as(outcome.toString()).isTrue();
  }

  private void assertRefused(Outcome outcome, String why) {
    assertThat(refusal(outcome)).as(outcome.toString()).isPresent();
    assertThat(refusal(outcome).orElseThrow()).contains(why);
  }

  @Nested
  class Bounds {
    @Test
    void acts_within_any_hour_whoever_asks_and_by_whichever_tool_of_the_class() {
      budget(WRITES.acts(2));
      assertDone(door.perform(ANA, on(ORDERS, WRITE, "1")));
      door.clock.forward(Duration.ofMinutes(30));
      assertDone(door.perform(AGENT, on(LINES, ONCE, "2")));

      assertRefused(door.perform(POLICY, on(GOLD, WRITE, "3")), "2 acts an hour");
      door.clock.forward(Duration.ofMinutes(30).minusNanos(1));
      assertRefused(door.perform(POLICY, on(GOLD, WRITE, "3")), "2 acts an hour");
      door.clock.forward(Duration.ofNanos(1));
      assertDone(door.perform(POLICY, on(GOLD, WRITE, "3")));
      assertRefused(door.perform(POLICY, on(GOLD, WRITE, "4")), "2 acts an hour");
    }

    @Test
    void rows_as_the_tool_says_beforehand() {
      budget(DELETES.rows(100));
      door.rows = new Probe.Value<>(60L);
      assertDone(door.perform(ANA, on(ORDERS, DELETE)));

      assertRefused(door.perform(ANA, on(LINES, DELETE)), "100 rows an hour");
      door.rows = new Probe.Value<>(40L);
      assertDone(door.perform(ANA, on(LINES, DELETE)));
      door.rows = new Probe.Value<>(1L);
      assertRefused(door.perform(ANA, on(GOLD, DELETE)), "100 rows an hour");
      door.clock.forward(HOUR);
      assertDone(door.perform(ANA, on(GOLD, DELETE)));
    }

    @Test
    void tables_of_which_one_that_was_touched_costs_nothing_more() {
      budget(WRITES.tables(2));
      assertDone(door.perform(ANA, on(ORDERS, WRITE, "1")));
      assertDone(door.perform(ANA, on(LINES, WRITE, "2")));

      assertRefused(door.perform(ANA, on(GOLD, WRITE, "3")), "2 tables an hour");
      assertDone(door.perform(ANA, on(ORDERS, WRITE, "4")));
    }

    @Test
    void how_soon_an_asset_is_touched_again() {
      budget(WRITES.coolDown(Duration.ofMinutes(10)));
      assertDone(door.perform(ANA, on(ORDERS, WRITE)));

      assertRefused(door.perform(ANA, on(ORDERS, ONCE)), "alone for PT10M");
      assertDone(door.perform(ANA, on(LINES, ONCE)));
      door.clock.forward(Duration.ofMinutes(10).minusNanos(1));
      assertRefused(door.perform(ANA, on(ORDERS, ONCE)), "alone for PT10M");
      door.clock.forward(Duration.ofNanos(1));
      assertDone(door.perform(ANA, on(ORDERS, ONCE)));
    }

    @Test
    void a_destructive_tool_that_nobody_budgeted() {
      for (int i = 0; i < 6; i++) {
        assertDone(door.perform(ANA, on(ORDERS, DELETE, "i-" + i)));
        assertRefused(
            door.perform(ANA, on(ORDERS, DELETE, "again-" + i)), i < 5 ? "alone" : "6 acts");
        door.clock.forward(Duration.ofMinutes(10).minusNanos(1));
        door.clock.forward(Duration.ofNanos(1));
      }
      // The first is an hour ago.
      door.rows = new Probe.Value<>(100_001L);
      assertRefused(door.perform(ANA, on(ORDERS, DELETE)), "100000 rows");
    }

    @Test
    void a_writing_tool_that_nobody_budgeted() {
      for (int i = 0; i < 120; i++) {
        assertDone(door.perform(ANA, on(ORDERS, WRITE)));
      }
      assertRefused(door.perform(ANA, on(ORDERS, WRITE)), "120 acts an hour");
      assertDone(door.perform(ANA, on(ORDERS, ONCE)));
    }

    @Test
    void no_reads() {
      budget(Budget.of("all", "*").acts(0));

      assertDone(door.perform(AGENT, on(ORDERS, READ)));
      assertRefused(door.perform(AGENT, on(ORDERS, WRITE)), "0 acts an hour");
    }
  }

  @Nested
  class Rows {
    static List<Probe<Long>> unknown() {
      return List.of(
          new Probe.Unknown<>("the statistics are stale"),
          new Probe.Empty<>(),
          new Probe.Value<>(-1L),
          new Probe.Value<>(Long.MAX_VALUE));
    }

    @ParameterizedTest
    @MethodSource("unknown")
    void invariant_8_an_unknown_number_is_refused_where_it_is_bounded(Probe<Long> rows) {
      budget(DELETES.rows(1_000_000));
      door.rows = rows;

      assertRefused(door.perform(ANA, on(ORDERS, DELETE)), "How many rows it touches is not known");
      assertThat(door.called).isEmpty();
    }

    @Test
    void invariant_8_a_number_that_cannot_be_read_is_refused_and_quotes_nothing() {
      budget(DELETES.rows(1_000_000));
      door.counting =
          (input, call) -> {
            throw new SQLException("hunter2", "57014");
          };

      Outcome outcome = door.perform(ANA, on(ORDERS, DELETE));

      assertRefused(outcome, "java.sql.SQLException (SQLSTATE 57014)");
      assertThat(outcome.toString() + door.sink.text()).doesNotContain("hunter2");
    }

    @Test
    void invariant_8_a_number_that_is_not_known_is_refused_without_the_secrets_of_its_reason() {
      budget(DELETES.rows(1_000_000));
      door.rows = new Probe.Unknown<>("no login with password=hunter2");

      Outcome outcome = door.perform(ANA, on(ORDERS, DELETE));

      assertRefused(outcome, "no login with password=");
      assertThat(outcome + door.sink.text()).doesNotContain("hunter2");
    }

    @Test
    void invariant_4_a_tool_that_destroys_and_does_not_say_how_much_is_refused() {
      assertRefused(door.perform(ANA, on(ORDERS, WIPE)), "the tool does not say");
      assertThat(door.called).isEmpty();
    }

    @Test
    void an_unknown_number_is_no_matter_where_nothing_bounds_it() {
      budget(DELETES.acts(1));
      door.rows = new Probe.Unknown<>("who knows");

      assertDone(door.perform(ANA, on(ORDERS, DELETE)));
    }

    @Test
    void the_handler_is_told_the_bound_to_hold_itself_to_it() {
      budget(DELETES.rows(100));
      door.rows = new Probe.Value<>(3L);
      List<OptionalLong> told = new ArrayList<>();
      door.handler =
          (input, call) -> {
            told.add(call.rows());
            return done();
          };

      door.perform(ANA, on(ORDERS, DELETE));
      door.perform(ANA, on(ORDERS, WRITE));

      assertThat(told).containsExactly(OptionalLong.of(3), OptionalLong.empty());
    }
  }

  @Nested
  class Costs {
    @Test
    void what_the_tool_refused_costs_nothing() {
      budget(WRITES.acts(1).tables(1).coolDown(HOUR));
      door.handler = (input, call) -> new Outcome.Refused("not now");
      for (int i = 0; i < 3; i++) {
        assertRefused(door.perform(ANA, on(LINES, WRITE)), "not now");
      }
      door.handler = (input, call) -> done();

      assertDone(door.perform(ANA, on(ORDERS, WRITE)));
      assertRefused(door.perform(ANA, on(ORDERS, WRITE)), "1 acts an hour");
    }

    @Test
    void what_met_another_state_costs_nothing() {
      budget(WRITES.acts(1));
      List<String> states = new ArrayList<>(List.of("before", "after"));
      door.fingerprint = (input, call) -> states.isEmpty() ? "as ever" : states.remove(0);

      assertRefused(door.perform(ANA, on(ORDERS, WRITE)), "changed meanwhile");
      assertDone(door.perform(ANA, on(ORDERS, WRITE)));
    }

    @Test
    void invariant_2_what_cannot_be_announced_costs_nothing() {
      budget(WRITES.acts(1));
      door.sink.failing.add("act.started");
      assertThatThrownBy(() -> door.perform(ANA, on(ORDERS, WRITE)))
          .isInstanceOf(JournalException.class);
      door.sink.failing.clear();

      assertThat(door.open().unsettled()).isEmpty();
      assertDone(door.perform(ANA, on(ORDERS, WRITE)));
    }

    @ParameterizedTest
    @MethodSource("dev.weirkeeper.BudgetsTest#begun")
    void whatever_was_begun_costs_one_act(Outcome outcome) {
      budget(WRITES.acts(1).freezeAfter(9, HOUR));
      door.handler = (input, call) -> outcome;
      door.perform(ANA, on(ORDERS, WRITE, "1"));
      door.handler = (input, call) -> done();

      assertRefused(door.perform(ANA, on(ORDERS, WRITE, "2")), "1 acts an hour");
    }

    @Test
    void an_act_whose_host_died_costs_one_act() {
      budget(WRITES.acts(1));
      door.sink.failing.add("act.finished");
      assertThatThrownBy(() -> door.perform(ANA, on(ORDERS, WRITE, "1")))
          .isInstanceOf(JournalException.class);
      door.sink.failing.clear();

      assertRefused(door.perform(ANA, on(ORDERS, WRITE, "2")), "1 acts an hour");
    }
  }

  static List<Outcome> begun() {
    return List.of(
        done(),
        new Outcome.Failed("no"),
        new Outcome.Unknown("?"),
        new Outcome.Partial(Json.empty(), Json.empty()),
        new Outcome.Pending("h", new TestClock().instant()));
  }

  static List<Outcome> wrong() {
    return List.of(
        new Outcome.Failed("no"),
        new Outcome.Unknown("?"),
        new Outcome.Partial(Json.empty(), Json.empty()));
  }

  @Nested
  class Freezes {
    private void fail(Asset asset, String id) {
      door.handler = (input, call) -> new Outcome.Failed("no");
      door.perform(ANA, on(asset, WRITE, id));
      door.handler = (input, call) -> done();
    }

    @ParameterizedTest
    @MethodSource("dev.weirkeeper.BudgetsTest#wrong")
    void a_class_after_two_that_went_wrong(Outcome outcome) {
      budget(WRITES);
      door.handler = (input, call) -> outcome;
      door.perform(ANA, on(ORDERS, WRITE, "1"));
      assertThat(door.open().frozen()).isEmpty();
      door.perform(AGENT, on(ORDERS, ONCE, "2"));
      door.handler = (input, call) -> done();

      assertThat(door.open().frozen()).containsOnlyKeys("writes");
      assertRefused(door.perform(POLICY, on(GOLD, WRITE, "3")), "Acts of writes are frozen");
      assertDone(door.perform(ANA, on(ORDERS, DELETE)));
      assertDone(door.perform(ANA, on(ORDERS, READ)));
      assertThat(door.sink.kinds()).contains("door.frozen");
      assertThat(door.alerts).extracting(Alert::kind).containsOnlyOnce(Alert.Kind.FROZEN);
      assertThat(door.open().budgetsLeft()).containsEntry("writes", 0L);
    }

    @Test
    void nothing_for_failures_that_lie_apart() {
      budget(WRITES.freezeAfter(2, HOUR));
      fail(ORDERS, "1");
      door.clock.forward(HOUR);
      fail(ORDERS, "2");

      assertDone(door.perform(ANA, on(ORDERS, WRITE, "3")));
    }

    @Test
    void nothing_for_what_was_refused() {
      budget(WRITES);
      door.handler = (input, call) -> new Outcome.Refused("no");
      for (int i = 0; i < 5; i++) {
        door.perform(ANA, on(ORDERS, WRITE));
      }

      assertThat(door.open().frozen()).isEmpty();
    }

    @Test
    void until_a_person_thaws_and_nobody_else() {
      budget(WRITES);
      fail(ORDERS, "1");
      fail(ORDERS, "2");
      door.clock.forward(Duration.ofDays(30));
      assertRefused(door.perform(ANA, on(ORDERS, WRITE)), "frozen");

      for (Caller none : List.of(AGENT, POLICY)) {
        assertThatThrownBy(() -> door.open().thaw(none, "writes"))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("is no person");
      }
      assertRefused(door.perform(ANA, on(ORDERS, WRITE)), "frozen");
      assertThat(door.sink.kinds()).doesNotContain("door.thawed");

      door.open().thaw(ANA, "writes");

      assertDone(door.perform(ANA, on(ORDERS, WRITE)));
      assertThat(door.sink.kinds()).contains("door.thawed");
    }

    @Test
    void and_thawing_forgets_what_went_wrong_before_it_and_nothing_after_it() {
      budget(WRITES);
      fail(ORDERS, "1");
      fail(ORDERS, "2");
      assertThat(door.open().recent(ORDERS)).hasSize(2);
      door.open().thaw(ANA, "writes");
      assertThat(door.open().recent(ORDERS)).isEmpty();

      fail(ORDERS, "3");
      assertThat(door.open().frozen()).isEmpty();
      assertThat(door.open().recent(ORDERS)).containsExactly("Failed item_write");
      fail(ORDERS, "4");
      assertThat(door.open().frozen()).containsOnlyKeys("writes");
    }

    @Test
    void an_act_that_went_on_while_a_person_thawed_counts_when_it_fails() {
      budget(WRITES);
      fail(ORDERS, "1");
      fail(ORDERS, "2");
      door.open().thaw(ANA, "writes");
      door.handler =
          (input, call) -> {
            fail(ORDERS, "inner-1");
            fail(ORDERS, "inner-2");
            door.open().thaw(ANA, "writes");
            return new Outcome.Failed("no");
          };
      door.perform(ANA, on(ORDERS, ONCE, "outer"));

      fail(ORDERS, "3");

      assertThat(door.open().frozen()).containsOnlyKeys("writes");
    }

    @Test
    void what_is_not_frozen_is_not_thawed() {
      assertThatThrownBy(() -> door.open().thaw(ANA, "wirtes"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("Nothing named 'wirtes' is frozen");
      assertThat(door.sink.records()).isEmpty();
    }

    @Test
    void all_acts_when_several_assets_alarm() {
      budget(WRITES.freezeAfter(100, HOUR));
      door.budgets = door.budgets.freezeAllAfter(3, Duration.ofMinutes(10));
      fail(ORDERS, "1");
      fail(ORDERS, "2");
      fail(LINES, "3");
      assertDone(door.perform(ANA, on(ORDERS, WRITE)));
      fail(GOLD, "4");

      assertRefused(door.perform(ANA, on(ORDERS, WRITE)), "All acts are frozen: 3 assets alarmed");
      assertRefused(door.perform(ANA, on(ORDERS, DELETE)), "All acts are frozen");
      assertDone(door.perform(ANA, on(ORDERS, READ)));
      assertThatThrownBy(() -> door.open().thaw(ANA, "writes"))
          .isInstanceOf(IllegalArgumentException.class);

      door.open().thaw(ANA, "*");

      assertDone(door.perform(ANA, on(ORDERS, WRITE)));
      fail(GOLD, "5");
      fail(LINES, "6");
      assertThat(door.open().frozen()).isEmpty();
    }

    @Test
    void a_class_too_while_all_acts_are_frozen() {
      budget(WRITES.freezeAfter(1, HOUR));
      door.budgets = door.budgets.freezeAllAfter(1, HOUR);
      door.open().alarm(GOLD, Hash.of(Json.empty()));
      assertThat(door.open().frozen()).containsOnlyKeys("*");
      // One that was under way when all were frozen.
      door.open().thaw(ANA, "*");
      door.handler =
          (input, call) -> {
            door.open().alarm(GOLD, Hash.of(Json.empty()));
            return new Outcome.Failed("no");
          };
      door.perform(ANA, on(ORDERS, WRITE));

      assertThat(door.open().frozen()).containsOnlyKeys("*", "writes");
    }

    @Test
    void nothing_when_alarms_lie_apart() {
      budget(WRITES.freezeAfter(100, HOUR));
      door.budgets = door.budgets.freezeAllAfter(2, Duration.ofMinutes(10));
      fail(ORDERS, "1");
      door.clock.forward(Duration.ofMinutes(10));
      fail(LINES, "2");

      assertThat(door.open().frozen()).isEmpty();
    }

    @Test
    void all_acts_when_pipelines_alarm_without_an_act() {
      door.budgets = Budgets.STANDARD;
      Hash cause = Hash.of(Json.of("contained"));

      door.open().alarm(ORDERS, cause);
      door.open().alarm(LINES, cause);
      assertDone(door.perform(ANA, on(ORDERS, WRITE)));
      door.open().alarm(GOLD, cause);

      assertRefused(door.perform(ANA, on(ORDERS, WRITE)), "All acts are frozen");
      AuditRecord frozen = door.sink.records().get(door.sink.records().size() - 2);
      assertThat(frozen.kind()).isEqualTo("door.frozen");
      assertThat(frozen.causes()).containsExactly(cause);
    }

    @Test
    void one_class_by_a_name_that_also_means_the_clock() {
      budget(Budget.of("clock", WRITE));
      fail(ORDERS, "1");
      fail(ORDERS, "2");

      door.open().thaw(ANA, "clock");

      assertDone(door.perform(ANA, on(ORDERS, WRITE)));
    }

    @Test
    void though_the_journal_cannot_be_written_and_says_so() {
      budget(WRITES.freezeAfter(1, HOUR));
      door.sink.failing.add("door.frozen");
      assertThatThrownBy(() -> fail(ORDERS, "1")).isInstanceOf(JournalException.class);

      assertThat(door.alerts).extracting(Alert::kind).containsExactly(Alert.Kind.FROZEN);
      assertRefused(door.perform(ANA, on(ORDERS, WRITE)), "frozen");
    }
  }

  @Nested
  class AfterARestart {
    @TempDir Path folder;

    private void restart() throws IOException {
      door.memory = DoorMemory.in(folder);
    }

    @Test
    void what_was_spent_is_spent() throws IOException {
      budget(WRITES.acts(2).tables(1), DELETES.rows(10).coolDown(HOUR));
      restart();
      door.rows = new Probe.Value<>(10L);
      assertDone(door.perform(ANA, on(ORDERS, WRITE)));
      assertDone(door.perform(ANA, on(ORDERS, DELETE)));
      restart();

      assertRefused(door.perform(ANA, on(LINES, WRITE)), "1 tables");
      assertRefused(door.perform(ANA, on(LINES, DELETE)), "10 rows");
      door.rows = new Probe.Value<>(0L);
      assertRefused(door.perform(ANA, on(ORDERS, DELETE)), "alone");
      assertDone(door.perform(ANA, on(ORDERS, WRITE)));
      restart();
      assertRefused(door.perform(ANA, on(ORDERS, WRITE)), "2 acts");
    }

    @Test
    void what_was_frozen_is_frozen_and_what_was_thawed_is_not() throws IOException {
      budget(WRITES);
      restart();
      door.handler = (input, call) -> new Outcome.Failed("no");
      door.perform(ANA, on(ORDERS, WRITE, "1"));
      restart();
      door.perform(ANA, on(ORDERS, WRITE, "2"));
      restart();
      assertRefused(door.perform(ANA, on(ORDERS, WRITE)), "frozen");

      door.open().thaw(ANA, "writes");
      restart();
      door.perform(ANA, on(ORDERS, WRITE, "3"));

      assertThat(door.open().frozen()).isEmpty();
    }
  }

  @Nested
  class TheClock {
    @Test
    void a_little_behind_is_taken_for_what_was_remembered() {
      budget(WRITES.acts(1));
      assertDone(door.perform(ANA, on(ORDERS, WRITE)));
      door.clock.back(Duration.ofMinutes(1));

      assertRefused(door.perform(ANA, on(ORDERS, WRITE)), "1 acts an hour");
      assertDone(door.perform(ANA, on(ORDERS, DELETE)));
    }

    @Test
    void a_little_behind_frees_nothing_earlier() {
      budget(WRITES.acts(2));
      assertDone(door.perform(ANA, on(ORDERS, WRITE)));
      door.clock.back(Duration.ofMinutes(1));
      assertDone(door.perform(ANA, on(ORDERS, WRITE)));
      door.clock.forward(HOUR.plusSeconds(59));

      assertRefused(door.perform(ANA, on(ORDERS, WRITE)), "2 acts an hour");
      door.clock.forward(Duration.ofSeconds(1));
      assertDone(door.perform(ANA, on(ORDERS, WRITE)));
    }

    @Test
    void far_behind_is_refused_though_the_budget_is_not_spent() {
      assertDone(door.perform(ANA, on(ORDERS, WRITE)));
      door.clock.back(Duration.ofMinutes(1).plusNanos(1));

      assertRefused(door.perform(ANA, on(ORDERS, WRITE)), "The clock is PT1M0.000000001S behind");
      assertDone(door.perform(ANA, on(ORDERS, READ)));
    }

    @Test
    void forward_and_back_frees_nothing() {
      budget(WRITES.acts(2), DELETES.coolDown(HOUR));
      assertDone(door.perform(ANA, on(ORDERS, WRITE)));
      assertDone(door.perform(ANA, on(ORDERS, DELETE)));
      door.clock.forward(Duration.ofMinutes(50));
      assertDone(door.perform(ANA, on(ORDERS, WRITE)));
      door.clock.back(Duration.ofMinutes(50));
      assertRefused(door.perform(ANA, on(ORDERS, WRITE)), "clock");

      door.open().thaw(ANA, "clock");

      assertRefused(door.perform(ANA, on(ORDERS, WRITE)), "2 acts an hour");
      door.clock.forward(HOUR.minusNanos(1));
      assertRefused(door.perform(ANA, on(ORDERS, DELETE)), "alone");
      assertRefused(door.perform(ANA, on(ORDERS, WRITE)), "2 acts an hour");
      door.clock.forward(Duration.ofNanos(1));
      assertDone(door.perform(ANA, on(ORDERS, WRITE)));
    }

    @Test
    void set_by_a_person_and_by_nobody_else() {
      assertDone(door.perform(ANA, on(ORDERS, WRITE)));
      door.clock.back(HOUR);

      assertThatThrownBy(() -> door.open().thaw(AGENT, "clock"))
          .isInstanceOf(IllegalArgumentException.class);
      assertRefused(door.perform(ANA, on(ORDERS, WRITE)), "clock");

      door.open().thaw(ANA, "clock");
      assertDone(door.perform(ANA, on(ORDERS, WRITE)));
    }
  }

  @Test
  void a_budget_says_what_it_means() {
    assertThatThrownBy(() -> WRITES.acts(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> WRITES.rows(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> WRITES.tables(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> WRITES.coolDown(Duration.ofDays(8)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> WRITES.freezeAfter(0, HOUR))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Budget.of("*", "a")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Budgets.STANDARD.with(WRITES).with(WRITES.acts(1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Budgets.STANDARD.freezeAllAfter(0, HOUR))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
