package dev.weirkeeper;

import static dev.weirkeeper.TestDoor.AGENT;
import static dev.weirkeeper.TestDoor.ANA;
import static dev.weirkeeper.TestDoor.ONCE;
import static dev.weirkeeper.TestDoor.ORDERS;
import static dev.weirkeeper.TestDoor.POLICY;
import static dev.weirkeeper.TestDoor.START;
import static dev.weirkeeper.TestDoor.WRITE;
import static dev.weirkeeper.TestDoor.done;
import static dev.weirkeeper.TestDoor.on;
import static dev.weirkeeper.TestDoor.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Outcome.Verification;
import dev.weirkeeper.spi.Tool;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SettlingTest {
  private final TestDoor door = new TestDoor();

  @BeforeEach
  void grant() {
    door.grants.allow(Grant.to("ana", Effect.WRITE));
    door.grants.allow(Grant.to("claude", Effect.WRITE));
  }

  private Outcome.Pending pending() {
    return new Outcome.Pending("job-7", door.clock.instant().plus(Duration.ofMinutes(10)));
  }

  /** Begins an act that goes on elsewhere, and answers its id. */
  private Hash begin() {
    Outcome.Pending open = pending();
    door.handler = (input, call) -> open;
    assertThat(door.perform(ANA, on(ORDERS, START))).isEqualTo(open);
    door.handler = (input, call) -> done();
    return door.id(on(ORDERS, START));
  }

  /** An act of which nobody knows, since its host died within it. */
  private Hash die(String tool) {
    door.sink.failing.add("act.finished");
    assertThatThrownBy(() -> door.perform(ANA, on(ORDERS, tool)))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("unsettled");
    door.sink.failing.clear();
    return door.id(on(ORDERS, tool));
  }

  private List<Outcome> settled() {
    return door.sink.records().stream()
        .filter(record -> record.kind().equals(Act.Settled.KIND))
        .map(record -> record.body().as(Act.Settled.class).outcome())
        .toList();
  }

  @Test
  void a_tool_is_settled_by_a_read_tool_that_is_there_and_takes_a_query() {
    for (String settler : List.of("item_nothing", WRITE, TestDoor.READ)) {
      Tool<TestDoor.Input, TestDoor.Result> tool =
          Tool.<TestDoor.Input, TestDoor.Result>write(
                  "job_start",
                  "Starts a job.",
                  TestDoor.Input.class,
                  TestDoor.Result.class,
                  Repeat.SAFE,
                  Undo.NONE,
                  (input, call) -> pending())
              .settledBy(settler);
      Toolbox.Builder builder =
          Toolbox.builder()
              .journal(new Journal(door.sink, door.clock))
              .clock(door.clock)
              .tools(
                  () ->
                      List.of(
                          tool,
                          Tool.read(
                              TestDoor.READ,
                              "Reads.",
                              TestDoor.Input.class,
                              TestDoor.Result.class,
                              (input, call) -> done()),
                          Tool.write(
                              WRITE,
                              "Writes.",
                              Settlement.Query.class,
                              TestDoor.Result.class,
                              Repeat.SAFE,
                              Undo.NONE,
                              (input, call) -> done())));

      assertThatThrownBy(builder::build)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("job_start is settled by " + settler)
          .hasMessageContaining("READ tool");
    }
  }

  @Test
  void a_pending_act_is_not_begun_again_by_anybody_though_it_may_be_repeated() {
    Hash act = begin();
    door.called.clear();

    for (Caller caller : List.of(ANA, AGENT)) {
      assertThat(refusal(door.perform(caller, on(ORDERS, START))).orElseThrow())
          .contains("still goes on as 'job-7'")
          .contains("settle act " + act.brief());
    }
    assertThat(door.called).isEmpty();
    assertThat(door.open().unsettled()).containsExactly(act);
    assertThat(door.perform(ANA, on(ORDERS, START, "i-2")).isDone()).isTrue();
  }

  @Test
  void a_tool_says_that_it_still_goes_on() {
    Hash act = begin();
    door.settlement = pending();

    assertThat(door.open().settle(POLICY, act)).isEqualTo(door.settlement);

    assertThat(door.open().unsettled()).containsExactly(act);
    assertThat(settled()).isEmpty();
    assertThat(door.alerts).isEmpty();
  }

  static List<Outcome> ends() {
    return List.of(
        done(), new Outcome.Failed("no"), new Outcome.Partial(Json.empty(), Json.empty()));
  }

  @ParameterizedTest
  @MethodSource("ends")
  void a_tool_says_what_it_came_to(Outcome end) {
    Hash act = begin();
    door.settlement = end;

    assertThat(door.open().settle(POLICY, act)).isEqualTo(end);

    assertThat(door.open().unsettled()).isEmpty();
    assertThat(settled()).containsExactly(end);
    assertThat(door.perform(ANA, on(ORDERS, START)).isDone()).isTrue();
    assertThat(refusal(door.open().settle(POLICY, act)).orElseThrow()).contains("is pending");
  }

  @Test
  void what_a_tool_or_a_person_says_it_came_to_is_written_down_without_secrets() {
    door.settlement = new Outcome.Failed("no login with password=hunter2");

    Outcome found = door.open().settle(POLICY, begin());
    Outcome seen =
        new Outcome.Done(Json.parse("{\"password\":\"hunter2\"}"), Verification.VERIFIED);
    door.open().settle(ANA, die(ONCE), seen, "I tried password=hunter2");

    assertThat(found.toString()).contains("no login with password=").doesNotContain("hunter2");
    assertThat(settled()).hasSize(2);
    assertThat(door.sink.text()).doesNotContain("hunter2");
  }

  @Test
  void a_pending_act_that_came_to_something_unclear_alerts_without_secrets() {
    door.settlement = new Outcome.Unknown("lost password=hunter2");

    door.open().settle(POLICY, begin());

    assertThat(door.alerts).singleElement().asString().doesNotContain("hunter2");
  }

  @Test
  void a_pending_act_that_failed_is_a_failure_of_its_class() {
    door.budgets =
        Budgets.STANDARD.with(Budget.of("starts", START).freezeAfter(1, Duration.ofDays(1)));
    Hash act = begin();
    door.settlement = new Outcome.Failed("no");

    door.open().settle(POLICY, act);

    assertThat(door.open().frozen()).containsOnlyKeys("starts");
  }

  @Test
  void beyond_the_deadline_that_was_given_it_is_unknown_and_a_person_is_told_once() {
    Hash act = begin();
    door.clock.forward(Duration.ofMinutes(10));
    // The tool cannot put it off.
    door.settlement = pending();

    assertThat(door.open().settle(POLICY, act)).isInstanceOf(Outcome.Unknown.class);
    assertThat(refusal(door.open().settle(POLICY, act))).isPresent();

    assertThat(door.open().unsettled()).containsExactly(act);
    assertThat(settled()).singleElement().isInstanceOf(Outcome.Unknown.class);
    assertThat(door.alerts)
        .singleElement()
        .satisfies(
            alert -> {
              assertThat(alert.kind()).isEqualTo(Alert.Kind.UNKNOWN);
              assertThat(alert.subject()).isEqualTo(act.hex());
            });
  }

  @Test
  void invariant_8_a_settling_tool_that_fails_or_says_nothing_settles_nothing() {
    Hash act = begin();
    door.settlement = new Outcome.Refused("not tried");
    assertThat(door.open().settle(POLICY, act)).isInstanceOf(Outcome.Failed.class);
    door.killSwitch.stop("incident");
    assertThat(refusal(door.open().settle(POLICY, act)).orElseThrow()).contains("incident");
    door.killSwitch.release();

    assertThat(door.open().unsettled()).containsExactly(act);
    assertThat(settled()).isEmpty();
    assertThat(refusal(door.perform(ANA, on(ORDERS, START)))).isPresent();
  }

  @Test
  void what_names_no_settling_tool_waits_for_a_person() {
    Outcome.Pending open = pending();
    door.handler = (input, call) -> open;
    door.perform(ANA, on(ORDERS, WRITE));

    assertThat(refusal(door.open().settle(POLICY, door.id(on(ORDERS, WRITE)))).orElseThrow())
        .contains("item_write names no tool that settles it");
  }

  @Test
  void invariant_2_an_act_that_must_not_happen_twice_is_not_repeated_before_it_is_settled() {
    Hash act = die(ONCE);
    door.called.clear();

    assertThat(refusal(door.perform(ANA, on(ORDERS, ONCE))).orElseThrow())
        .contains("must not happen twice")
        .contains("settles act " + act.brief());
    assertThat(door.called).isEmpty();

    door.open().settle(ANA, act, new Outcome.Failed("nothing there"), "looked at the table");

    assertThat(door.open().unsettled()).isEmpty();
    assertThat(door.perform(ANA, on(ORDERS, ONCE)).isDone()).isTrue();
  }

  @Test
  void invariant_2_an_unknown_act_that_must_not_happen_twice_is_not_repeated_either() {
    door.handler = (input, call) -> new Outcome.Unknown("?");
    door.perform(ANA, on(ORDERS, ONCE));
    door.handler = (input, call) -> done();

    assertThat(refusal(door.perform(AGENT, on(ORDERS, ONCE)))).isPresent();
    assertThat(door.alerts).extracting(Alert::kind).containsExactly(Alert.Kind.UNKNOWN);
  }

  @Test
  void an_act_that_must_not_happen_twice_at_once_does_not_run_beside_itself() {
    door.handler =
        (input, call) -> {
          assertThat(refusal(door.perform(AGENT, on(ORDERS, ONCE))).orElseThrow())
              .contains("goes on just now");
          return done();
        };

    assertThat(door.perform(ANA, on(ORDERS, ONCE)).isDone()).isTrue();
    assertThat(door.called).hasSize(1);
  }

  @Test
  void an_act_that_may_be_repeated_is_and_both_stay_to_be_settled_by_one_word() {
    Hash act = die(WRITE);
    assertThat(die(WRITE)).isEqualTo(act);
    assertThat(door.perform(ANA, on(ORDERS, WRITE)).isDone()).isTrue();
    assertThat(door.open().unsettled()).containsExactly(act);

    door.open().settle(ANA, act, done(), "looked at the table");

    assertThat(door.open().unsettled()).isEmpty();
    assertThat(settled()).hasSize(1);
  }

  @Test
  void only_a_person_says_what_an_act_came_to_and_only_what_can_be() {
    Hash act = die(ONCE);

    for (Caller none : List.of(AGENT, POLICY)) {
      assertThatThrownBy(() -> door.open().settle(none, act, done(), "trust me"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("is no person");
    }
    for (Outcome none : List.of(new Outcome.Unknown("?"), new Outcome.Refused("no"), pending())) {
      assertThatThrownBy(() -> door.open().settle(ANA, act, none, "looked"))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> door.open().settle(ANA, Hash.of(Json.of("no act")), done(), "looked"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is unsettled");
    assertThat(door.open().unsettled()).containsExactly(act);
    assertThat(settled()).isEmpty();
  }

  @Test
  void a_person_who_settles_what_alarmed_already_does_not_alarm_again() {
    door.budgets =
        Budgets.STANDARD.with(Budget.of("writes", WRITE).freezeAfter(1, Duration.ofDays(1)));
    door.handler = (input, call) -> new Outcome.Unknown("?");
    door.perform(ANA, on(ORDERS, WRITE));
    assertThat(door.open().frozen()).containsOnlyKeys("writes");
    door.open().thaw(ANA, "writes");

    door.open().settle(ANA, door.id(on(ORDERS, WRITE)), new Outcome.Failed("no"), "looked");

    assertThat(door.open().frozen()).isEmpty();
    assertThat(door.open().unsettled()).isEmpty();
  }

  @Test
  void what_a_person_settled_while_a_tool_was_asked_stays_so() {
    door.budgets =
        Budgets.STANDARD.with(Budget.of("starts", START).freezeAfter(1, Duration.ofDays(1)));
    Hash act = begin();
    door.settling =
        () -> {
          door.open().settle(ANA, act, done(), "looked");
          return new Outcome.Failed("no");
        };

    door.open().settle(POLICY, act);

    assertThat(door.open().recent(ORDERS)).containsExactly("Done item_start");
    assertThat(door.open().frozen()).isEmpty();
  }

  @Test
  void invariant_2_what_cannot_be_written_down_is_not_settled() {
    Hash act = die(ONCE);
    door.sink.failing.add(Act.Settled.KIND);

    assertThatThrownBy(() -> door.open().settle(ANA, act, done(), "looked"))
        .isInstanceOf(JournalException.class);

    assertThat(door.open().unsettled()).containsExactly(act);
  }

  @Test
  void what_is_unsettled_outlives_its_host(@TempDir Path folder) throws IOException {
    door.memory = DoorMemory.in(folder);
    Hash died = die(ONCE);
    Hash open = begin();
    door.memory = DoorMemory.in(folder);

    assertThat(door.open().unsettled()).containsExactly(died, open);
    assertThat(refusal(door.perform(ANA, on(ORDERS, ONCE)))).isPresent();
    assertThat(refusal(door.perform(ANA, on(ORDERS, START)))).isPresent();
    assertThat(door.open().settle(POLICY, open).isDone()).isTrue();
  }

  @Test
  void a_pager_that_throws_changes_nothing() {
    door.escalation =
        alert -> {
          throw new IllegalStateException("the pager is down");
        };
    door.handler = (input, call) -> new Outcome.Unknown("?");

    assertThat(door.perform(ANA, on(ORDERS, ONCE))).isEqualTo(new Outcome.Unknown("?"));

    assertThat(door.sink.last().kind()).isEqualTo(Act.Finished.KIND);
    assertThat(door.open().unsettled()).hasSize(1);
  }
}
