package dev.weirkeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ToolboxTest {
  private static final String SECRET = "hunter2-correct-horse";
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-23T08:00:00Z"), ZoneOffset.UTC);
  private static final Asset ORDERS = new Asset("mirror", "public.orders");
  private static final Caller HOST = new Caller("ana", Caller.Kind.HOST);
  private static final Caller POLICY = new Caller("playbook", Caller.Kind.POLICY);
  private static final Caller AGENT = new Caller("claude", Caller.Kind.AGENT);
  private static final Caller STRANGER = new Caller("stranger", Caller.Kind.AGENT);

  private record Input(String table, Optional<String> note) {}

  private record Result(String done) {}

  private final MemorySink sink = new MemorySink();
  private final List<String> called = new ArrayList<>();
  private DoorMemory memory = DoorMemory.inProcess();
  private final KillSwitch killSwitch = KillSwitch.inProcess();

  /** What the world looks like; each read takes one. */
  private final Deque<String> states = new ArrayDeque<>();

  private Tool.Handler<Input> handler =
      (input, call) ->
          new Outcome.Done(Json.of(new Result(input.table())), Outcome.Verification.NOT_NEEDED);
  private Tool.Check<Input> check = (input, call) -> Optional.empty();
  private Tool.Fingerprint<Input> fingerprint =
      (input, call) -> states.isEmpty() ? "as ever" : states.remove();

  private Tool<Input, Result> tool(String name, Effect effect) {
    return Tool.<Input, Result>of(
            new ToolSpec(
                name,
                "For tests",
                Json.schemaOf(Input.class),
                Json.schemaOf(Result.class),
                effect,
                Repeat.ONCE,
                Undo.NONE,
                Inputs.IDS),
            Input.class,
            (input, call) -> {
              called.add(name);
              return handler.call(input, call);
            })
        .observing((input, call) -> fingerprint.read(input, call))
        .verifying((input, call) -> check.problem(input, call));
  }

  private Toolbox.Builder door() {
    ToolRegistry registry =
        () ->
            List.of(
                tool("thing_write", Effect.WRITE),
                tool("thing_destroy", Effect.DESTRUCTIVE),
                tool("thing_read", Effect.READ));
    return Toolbox.builder()
        .journal(new Journal(sink, CLOCK))
        .clock(CLOCK)
        .tools(registry)
        .killSwitch(killSwitch)
        .memory(memory)
        .limit(Effect.WRITE)
        .grant("ana", Effect.WRITE)
        .grant("playbook", Effect.WRITE)
        .grant("claude", Effect.READ);
  }

  private static Action action(String tool) {
    return new Action(tool, Json.of(new Input("orders", Optional.empty())), ORDERS);
  }

  private Outcome perform(Caller caller, String tool) {
    return door().build().perform(caller, action(tool), List.of());
  }

  @Test
  void an_act_is_announced_done_verified_and_written_down() {
    Hash cause = Hash.of(Json.of("cause"));

    Outcome outcome = door().build().perform(POLICY, action("thing_write"), List.of(cause));

    assertThat(outcome)
        .isEqualTo(new Outcome.Done(Json.of(new Result("orders")), Outcome.Verification.VERIFIED));
    assertThat(sink.kinds()).containsExactly("act.started", "act.finished");
    AuditRecord started = sink.records().get(0);
    AuditRecord finished = sink.records().get(1);
    assertThat(started.actor()).isEqualTo("policy:playbook");
    assertThat(started.asset()).contains(ORDERS);
    assertThat(started.causes()).containsExactly(cause);
    assertThat(finished.causes()).containsExactly(started.id());
    Act.Started announced = started.body().as(Act.Started.class);
    assertThat(announced.input()).isEqualTo(action("thing_write").input());
    assertThat(announced.inputHash()).isEqualTo(Hash.of(announced.input()));
    assertThat(announced.caller()).isEqualTo(POLICY);
    assertThat(announced.state()).contains(Hash.of(Json.of("as ever")));
    assertThat(finished.body().as(Act.Finished.class))
        .isEqualTo(
            new Act.Finished(
                announced.action(), "thing_write", outcome, Optional.of(CLOCK.instant())));
  }

  @Test
  void where_nothing_is_read_back_no_time_of_an_answer_is_written_down() {
    handler = (input, call) -> new Outcome.Failed("no");

    perform(HOST, "thing_write");

    assertThat(sink.last().body().as(Act.Finished.class).answered()).isEmpty();
    assertThat(sink.last().body().text()).doesNotContain("answered");
  }

  @Test
  void an_input_is_made_canonical_before_it_is_an_action() {
    Action loose =
        new Action("thing_write", Json.parse("{\"note\":null,\"table\":\"orders\"}"), ORDERS);

    door().build().perform(HOST, loose, List.of());
    door().build().perform(HOST, action("thing_write"), List.of());

    assertThat(sink.records())
        .filteredOn(record -> record.kind().equals("act.started"))
        .extracting(record -> record.body().as(Act.Started.class).action())
        .containsOnly(action("thing_write").id(door().build().specs().get(2)));
  }

  @Test
  void the_tool_is_told_what_the_call_is() {
    List<Object> told = new ArrayList<>();
    handler =
        (input, call) -> {
          told.addAll(List.of(call.actionId(), call.target(), call.deadline()));
          return new Outcome.Refused("enough");
        };

    door().deadline(Duration.ofSeconds(7)).build().perform(HOST, action("thing_write"), List.of());

    assertThat(told)
        .containsExactly(
            action("thing_write").id(door().build().specs().get(2)),
            ORDERS,
            CLOCK.instant().plusSeconds(7));
  }

  @Nested
  class Refuses {
    private void assertRefused(Outcome outcome, String why) {
      assertThat(outcome).isInstanceOf(Outcome.Refused.class);
      assertThat(((Outcome.Refused) outcome).reason()).contains(why);
      assertThat(called).isEmpty();
      assertThat(sink.kinds()).containsExactly("act.refused");
    }

    @Test
    void a_tool_that_it_does_not_know() {
      assertRefused(perform(HOST, "thing_drop"), "no tool 'thing_drop'");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "{}",
          "{\"table\":1}",
          "{\"table\":\"orders\",\"sql\":\"drop table orders\"}",
          "[]",
          "null",
          "\"orders\""
        })
    void an_input_that_is_not_the_tool_s(String input) {
      Action action = new Action("thing_write", Json.parse(input), ORDERS);

      assertRefused(door().build().perform(HOST, action, List.of()), "not valid");
    }

    static List<Json> oversized() {
      Object deep = 1;
      for (int i = 0; i < 17; i++) {
        deep = List.of(deep);
      }
      return List.of(
          Json.of(Map.of("table", "x".repeat(8 * 1024 + 1))),
          Json.of(Map.of("x".repeat(8 * 1024 + 1), "table")),
          Json.of(Map.of("table", deep)),
          Json.of(java.util.Collections.nCopies(70_000, 1)),
          Json.of(java.util.Collections.nCopies(8, "\u20ac".repeat(8 * 1024))));
    }

    @ParameterizedTest
    @MethodSource("oversized")
    void an_input_beyond_its_bounds(Json input) {
      Outcome outcome =
          door().build().perform(HOST, new Action("thing_write", input, ORDERS), List.of());

      assertRefused(outcome, "not valid");
      assertThat(sink.text()).hasSizeLessThan(2_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\u0000b", "a\nb", "\ud800", "a\u202eb"})
    void a_target_that_is_no_plain_name(String name) {
      Action action =
          new Action("thing_write", action("thing_write").input(), new Asset("mirror", name));

      assertRefused(door().build().perform(HOST, action, List.of()), "not valid");
      assertThat(sink.last().asset()).isEmpty();
    }

    @Test
    void an_act_beyond_the_host_s_limit_whatever_was_granted() {
      Toolbox door = door().grant("ana", Effect.DESTRUCTIVE).build();

      assertRefused(
          door.perform(HOST, action("thing_destroy"), List.of()), "the host's limit is WRITE");
    }

    @Test
    void an_act_of_a_caller_without_a_grant() {
      assertRefused(perform(new Caller("bob", Caller.Kind.HOST), "thing_write"), "no grant");
    }

    @Test
    void invariant_1_an_agent_beyond_its_grant() {
      assertRefused(perform(AGENT, "thing_write"), "'claude' has no grant beyond READ");
    }

    @Test
    void invariant_3_an_agent_whom_the_host_does_not_know_may_not_even_read() {
      assertRefused(perform(STRANGER, "thing_read"), "granted nothing to agent 'stranger'");
    }

    @ParameterizedTest
    @EnumSource(Effect.class)
    void invariant_3_what_a_tool_says_of_itself_grants_nothing(Effect effect) {
      ToolRegistry plugin = () -> List.of(tool("plugin_act", effect));
      Toolbox door =
          Toolbox.builder().journal(new Journal(sink, CLOCK)).clock(CLOCK).tools(plugin).build();

      assertRefused(door.perform(STRANGER, action("plugin_act"), List.of()), "granted nothing");
      assertThat(door.specs(STRANGER)).isEmpty();
    }

    @Test
    void nothing_that_a_person_reads_to_see_why_the_switch_was_thrown() {
      killSwitch.stop("incident 7");

      assertThat(perform(HOST, "thing_read").isDone()).isTrue();
    }

    @Test
    void all_acts_while_the_switch_is_thrown() {
      killSwitch.stop("incident 7");

      assertRefused(perform(POLICY, "thing_read"), "incident 7");

      killSwitch.release();
      assertThat(perform(HOST, "thing_write").isDone()).isTrue();
    }

    @Test
    void invariant_8_an_act_whose_state_cannot_be_read() {
      fingerprint =
          (input, call) -> {
            throw new IOException(SECRET);
          };

      assertRefused(perform(HOST, "thing_write"), "could not be read, so nothing was done");
      assertNoSecret(new Outcome.Refused(""));
    }
  }

  @Test
  void an_act_whose_state_moved_is_not_done() {
    states.addAll(List.of("before", "after"));

    Outcome outcome = perform(HOST, "thing_write");

    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    assertThat(called).isEmpty();
    assertThat(sink.kinds()).containsExactly("act.started", "act.finished");
    assertThat(sink.last().body().as(Act.Finished.class).outcome()).isEqualTo(outcome);
  }

  @Test
  void invariant_8_an_act_whose_state_cannot_be_read_again_is_not_done() {
    fingerprint =
        (input, call) -> {
          if (states.isEmpty()) {
            states.add("read once");
            return "before";
          }
          throw new IOException(SECRET);
        };

    Outcome outcome = perform(HOST, "thing_write");

    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    assertThat(called).isEmpty();
    assertNoSecret(outcome);
  }

  @Test
  void a_switch_thrown_while_the_act_is_announced_still_stops_it() {
    fingerprint =
        (input, call) -> {
          killSwitch.stop("now");
          return "as ever";
        };

    assertThat(perform(HOST, "thing_write")).isInstanceOf(Outcome.Refused.class);
    assertThat(called).isEmpty();
  }

  @Nested
  class Outcomes {
    @Test
    void a_failed_check_is_unknown() {
      check = (input, call) -> Optional.of("the column is not there");

      assertThat(perform(HOST, "thing_write"))
          .isEqualTo(new Outcome.Unknown("Read back after the act: the column is not there"));
    }

    @Test
    void a_check_that_breaks_is_unknown() {
      check =
          (input, call) -> {
            throw new SQLException(SECRET, "57P01");
          };

      Outcome outcome = perform(HOST, "thing_write");

      assertThat(outcome).isInstanceOf(Outcome.Unknown.class);
      assertThat(outcome.toString()).contains("java.sql.SQLException (SQLSTATE 57P01)");
      assertNoSecret(outcome);
    }

    @Test
    void what_is_not_done_is_not_checked() {
      check =
          (input, call) -> {
            throw new AssertionError("not to be asked");
          };
      List<Outcome> all =
          List.of(
              new Outcome.Refused("no"),
              new Outcome.Failed("no"),
              new Outcome.Unknown("?"),
              new Outcome.Pending("h", CLOCK.instant()),
              new Outcome.Partial(Json.empty(), Json.empty()));
      for (Outcome outcome : all) {
        memory = DoorMemory.inProcess();
        handler = (input, call) -> outcome;

        assertThat(perform(HOST, "thing_write")).isEqualTo(outcome);
        assertThat(sink.last().body().as(Act.Finished.class).outcome()).isEqualTo(outcome);
      }
    }

    static List<Throwable> thrown() {
      return List.of(
          new SQLException("duplicate key value (email)=(" + SECRET + ")", "23505"),
          new SQLException(SECRET, SECRET),
          new RuntimeException("jdbc:postgresql://u:" + SECRET + "@h/db", new SQLException(SECRET)),
          new IllegalStateException(new IOException(SECRET)),
          new InterruptedException(SECRET),
          new StackOverflowError(SECRET),
          new NoClassDefFoundError(SECRET),
          new AssertionError(SECRET));
    }

    @ParameterizedTest
    @MethodSource("thrown")
    void what_a_writing_tool_throws_is_unknown_and_tells_no_secret(Throwable thrown) {
      handler =
          (input, call) -> {
            throw sneaky(thrown);
          };

      Outcome outcome = perform(HOST, "thing_write");
      boolean interrupted = Thread.interrupted();

      assertThat(outcome).isInstanceOf(Outcome.Unknown.class);
      assertThat(outcome.toString()).contains(thrown.getClass().getName());
      assertThat(interrupted).isEqualTo(thrown instanceof InterruptedException);
      assertThat(sink.kinds()).containsExactly("act.started", "act.finished");
      assertNoSecret(outcome);
    }

    @ParameterizedTest
    @MethodSource("thrown")
    void what_a_reading_tool_throws_is_failed_and_tells_no_secret(Throwable thrown) {
      handler =
          (input, call) -> {
            throw sneaky(thrown);
          };

      Outcome outcome = perform(HOST, "thing_read");
      Thread.interrupted();

      assertThat(outcome).isInstanceOf(Outcome.Failed.class);
      assertNoSecret(outcome);
    }

    @Test
    void a_process_that_is_out_of_memory_leaves_the_act_unsettled() {
      handler =
          (input, call) -> {
            throw new OutOfMemoryError();
          };

      assertThatThrownBy(() -> perform(HOST, "thing_write")).isInstanceOf(OutOfMemoryError.class);
      assertThat(sink.kinds()).containsExactly("act.started");
    }

    @Test
    @SuppressWarnings("NullAway")
    void a_writing_tool_that_answers_nothing_is_unknown() {
      handler = (input, call) -> null;

      assertThat(perform(HOST, "thing_write")).isInstanceOf(Outcome.Unknown.class);
    }

    @Test
    void invariant_10_what_a_tool_read_is_answered_and_never_written_down() {
      handler =
          (input, call) ->
              new Outcome.Done(Json.of(new Result(SECRET)), Outcome.Verification.NOT_NEEDED);

      Outcome outcome = perform(AGENT, "thing_read");

      assertThat(outcome.toString()).contains(SECRET);
      assertThat(sink.kinds()).containsExactly("act.started", "act.finished");
      assertThat(sink.text()).doesNotContain(SECRET);
    }
  }

  @Test
  void what_is_wrong_with_an_input_is_told_to_the_caller_and_not_written_down() {
    Json input = Json.of(Map.of("table", "orders", SECRET, 1));

    Outcome outcome =
        door().build().perform(HOST, new Action("thing_write", input, ORDERS), List.of());

    assertThat(outcome.toString()).contains("unknown member");
    assertThat(sink.text()).doesNotContain(SECRET);
  }

  @Nested
  class TheJournal {
    @Test
    void invariant_2_an_act_that_cannot_be_announced_is_not_done() {
      sink.failing.add("act.started");

      for (Caller caller : List.of(HOST, POLICY)) {
        for (String tool : List.of("thing_write", "thing_read")) {
          assertThatThrownBy(() -> perform(caller, tool))
              .isInstanceOf(JournalException.class)
              .hasMessageContaining("nothing is done");
        }
      }
      assertThat(called).isEmpty();
      assertThat(sink.records()).isEmpty();
    }

    @Test
    void invariant_2_an_act_whose_outcome_cannot_be_written_is_said_to_be_unsettled() {
      sink.failing.add("act.finished");

      assertThatThrownBy(() -> perform(HOST, "thing_write"))
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("thing_write was called and came to Done")
          .hasMessageContaining("unsettled");
      assertThat(sink.kinds()).containsExactly("act.started");
    }

    @Test
    void invariant_2_a_refusal_that_cannot_be_written_stops_too() {
      sink.failing.add("act.refused");

      assertThatThrownBy(() -> perform(AGENT, "thing_write")).isInstanceOf(JournalException.class);
      assertThat(called).isEmpty();
    }

    @Test
    void invariant_2_the_act_is_announced_before_the_tool_is_called() {
      List<String> atCall = new ArrayList<>();
      handler =
          (input, call) -> {
            atCall.addAll(sink.kinds());
            return new Outcome.Failed("no");
          };

      perform(HOST, "thing_write");

      assertThat(atCall).containsExactly("act.started");
    }

    @Test
    void invariant_2_a_journal_that_fails_within_a_tool_stops_the_caller() {
      handler =
          (input, call) -> {
            throw new JournalException("full", new IOException("full"));
          };

      assertThatThrownBy(() -> perform(HOST, "thing_write")).isInstanceOf(JournalException.class);
      assertThat(sink.kinds()).containsExactly("act.started");
    }
  }

  @Test
  void tools_are_listed_by_name_and_to_each_caller_its_own() {
    Toolbox door = door().build();

    assertThat(door.specs())
        .extracting(ToolSpec::name)
        .containsExactly("thing_destroy", "thing_read", "thing_write");
    assertThat(door.specs(HOST))
        .extracting(ToolSpec::name)
        .containsExactly("thing_read", "thing_write");
    assertThat(door.specs(AGENT)).extracting(ToolSpec::name).containsExactly("thing_read");
    assertThat(door.specs(STRANGER)).isEmpty();
  }

  @Nested
  class Building {
    @Test
    void without_a_journal_or_a_clock_says_what_to_call() {
      assertThatThrownBy(() -> Toolbox.builder().clock(CLOCK).build())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("call journal(");
      assertThatThrownBy(() -> Toolbox.builder().journal(new Journal(sink, CLOCK)).build())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("call clock(");
    }

    @Test
    void with_two_tools_of_one_name_is_refused() {
      ToolRegistry again = () -> List.of(tool("thing_read", Effect.READ));

      assertThatThrownBy(() -> door().tools(again).build())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("Two tools are named thing_read");
    }

    @Test
    void a_registry_that_throws_is_named() {
      ToolRegistry broken =
          () -> {
            throw new IllegalStateException("x");
          };

      assertThatThrownBy(() -> door().tools(broken).build())
          .isInstanceOf(PluginException.class)
          .hasMessageContaining("listing its tools");
    }

    @Test
    void a_deadline_is_positive() {
      assertThatThrownBy(() -> door().deadline(Duration.ZERO))
          .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void what_is_not_said_is_the_safe_thing() {
      Toolbox door =
          Toolbox.builder()
              .journal(new Journal(sink, CLOCK))
              .clock(CLOCK)
              .tools(() -> List.of(tool("thing_write", Effect.WRITE)))
              .grant("ana", Effect.DESTRUCTIVE)
              .build();

      assertThat(door.perform(HOST, action("thing_write"), List.of()))
          .isInstanceOf(Outcome.Refused.class);
    }
  }

  @Test
  void a_file_throws_the_switch_while_it_is_there(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("stop");
    Toolbox door = door().killSwitch(KillSwitch.watching(file)).build();
    assertThat(door.perform(HOST, action("thing_write"), List.of()).isDone()).isTrue();

    Files.createFile(file);
    assertThat(door.perform(HOST, action("thing_write"), List.of()))
        .isEqualTo(new Outcome.Refused("All acts are stopped: the file stop is there"));

    Files.delete(file);
    assertThat(door.perform(HOST, action("thing_write"), List.of()).isDone()).isTrue();
  }

  @Test
  void many_threads_use_one_door() throws Exception {
    List<Callable<Outcome>> work = new ArrayList<>();
    handler = (input, call) -> new Outcome.Failed("no");
    Tool<Input, Result> quiet =
        Tool.write(
            "quiet_write",
            "For tests",
            Input.class,
            Result.class,
            Repeat.SAFE,
            Undo.NONE,
            (input, call) -> new Outcome.Failed("no"));
    Budgets patient =
        Budgets.STANDARD.with(
            Budget.of("quiet", "quiet_write").freezeAfter(1000, Duration.ofDays(1)));
    Toolbox door = door().budgets(patient).tools(() -> List.of(quiet)).build();
    for (int i = 0; i < 100; i++) {
      work.add(() -> door.perform(HOST, action("quiet_write"), List.of()));
      work.add(() -> door.perform(AGENT, action("quiet_write"), List.of()));
    }
    ExecutorService pool = Executors.newFixedThreadPool(8);
    for (Future<Outcome> outcome : pool.invokeAll(work)) {
      assertThat(outcome.get()).isInstanceOfAny(Outcome.Failed.class, Outcome.Refused.class);
    }
    pool.shutdown();

    assertThat(sink.kinds()).filteredOn("act.finished"::equals).hasSize(100);
    assertThat(sink.kinds()).filteredOn("act.refused"::equals).hasSize(100);
  }

  @Test
  void a_caller_has_a_plain_name() {
    for (String name : List.of("", " ", "a b", "a\nb", "caf\u00e9", "a\u202e", "x".repeat(129))) {
      assertThatThrownBy(() -> new Caller(name, Caller.Kind.AGENT))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private void assertNoSecret(Outcome outcome) {
    assertThat(outcome.toString()).doesNotContain(SECRET);
    assertThat(sink.text()).doesNotContain(SECRET);
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> Exception sneaky(Throwable thrown) throws T {
    throw (T) thrown;
  }
}
