package dev.weirkeeper.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Repeat;
import dev.weirkeeper.Settlement;
import dev.weirkeeper.ToolSpec;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * What each {@link ToolRegistry} and its tools hold to. Tools are called without the door, with all
 * kinds of inputs: give them a world that may be harmed.
 */
public abstract class ToolRegistryKit {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** The tools over a world as it was at first: nothing that an earlier call did is left. */
  protected abstract ToolRegistry registry() throws Exception;

  /** Calls that succeed in such a world, each when it is the first. At least one for each tool. */
  protected abstract List<Action> accepted();

  /** Calls with valid inputs that do not succeed in such a world. At least one. */
  protected abstract List<Action> refused();

  /** What the tools take for the time. */
  protected Clock clock() {
    return Clock.systemUTC();
  }

  private Instant soon() {
    return clock().instant().plus(PATIENCE);
  }

  private static Tool<?, ?> named(ToolRegistry registry, String name) {
    return registry.tools().stream()
        .filter(tool -> tool.spec().name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("There is no tool " + name));
  }

  private Outcome perform(Action action) throws Exception {
    Tool<?, ?> tool = named(registry(), action.tool());
    return TestCall.of(tool, action, soon()).perform(tool, action);
  }

  @Test
  void names_are_unique_and_tools_are_described() throws Exception {
    List<? extends Tool<?, ?>> tools = registry().tools();

    assertThat(tools).isNotEmpty();
    assertThat(tools.stream().map(tool -> tool.spec().name())).doesNotHaveDuplicates();
    assertThat(tools).allSatisfy(tool -> assertThat(tool.spec().description()).isNotBlank());
  }

  @Test
  void the_tools_are_the_same_each_time() throws Exception {
    ToolRegistry registry = registry();

    List<ToolSpec> first = specs(registry);

    assertThat(specs(registry)).isEqualTo(first);
    assertThat(specs(registry())).isEqualTo(first);
  }

  private static List<ToolSpec> specs(ToolRegistry registry) {
    return registry.tools().stream().map(Tool::spec).toList();
  }

  @Test
  void the_schema_of_an_input_is_that_of_its_record() throws Exception {
    for (Tool<?, ?> tool : registry().tools()) {
      assertThat(tool.spec().inputSchema())
          .as(tool.spec().name())
          .isEqualTo(Json.schemaOf(tool.input()));
    }
  }

  @Test
  void reading_may_be_repeated() throws Exception {
    for (Tool<?, ?> tool : registry().tools()) {
      if (tool.spec().effect() == Effect.READ) {
        assertThat(tool.spec().repeat()).as(tool.spec().name()).isEqualTo(Repeat.SAFE);
      }
    }
  }

  @Test
  void what_is_pending_is_settled_by_a_tool_that_reads() throws Exception {
    ToolRegistry registry = registry();
    for (Tool<?, ?> tool : registry.tools()) {
      if (tool.settledBy().isPresent()) {
        Tool<?, ?> settling = named(registry, tool.settledBy().get());
        assertThat(settling.spec().effect()).as(settling.spec().name()).isEqualTo(Effect.READ);
        assertThat(settling.input()).isEqualTo(Settlement.Query.class);
      }
    }
    for (Action action : accepted()) {
      if (perform(action) instanceof Outcome.Pending) {
        assertThat(named(registry, action.tool()).settledBy()).as(action.tool()).isPresent();
      }
    }
  }

  @Test
  void each_tool_does_what_it_is_for() throws Exception {
    assertThat(accepted().stream().map(Action::tool))
        .as("accepted() calls each tool")
        .containsAll(registry().tools().stream().map(tool -> tool.spec().name()).toList());
    for (Action action : accepted()) {
      Tool<?, ?> tool = named(registry(), action.tool());

      assertDone(tool, action);
    }
  }

  private <I extends Record> void assertDone(Tool<I, ?> tool, Action action) throws Exception {
    TestCall call = TestCall.of(tool, action, soon());
    Outcome outcome = call.perform(tool, action);

    assertThat(outcome)
        .as(action.toString())
        .isInstanceOfAny(Outcome.Done.class, Outcome.Partial.class, Outcome.Pending.class);
    if (outcome instanceof Outcome.Done done) {
      assertThat(problem(tool, action, call)).as("read back: %s", action).isEmpty();
      assertFits(done.result(), tool.spec().outputSchema(), action);
    }
  }

  private static <I extends Record> Optional<String> problem(
      Tool<I, ?> tool, Action action, TestCall call) throws Exception {
    return tool.check().isPresent()
        ? tool.check().get().problem(action.input().as(tool.input()), call)
        : Optional.empty();
  }

  /** The members of a result are those of its schema. */
  private static void assertFits(Json result, Json schema, Action action) {
    Map<String, Json> rules = WrongInputs.members(schema);
    if (!rules.containsKey("properties")) {
      return;
    }
    Set<String> members = WrongInputs.members(result).keySet();
    assertThat(WrongInputs.members(WrongInputs.member(rules, "properties")).keySet())
        .as("members of a result by its schema: %s", action)
        .containsAll(members);
    assertThat(members)
        .as("members that a result must have: %s", action)
        .containsAll(
            WrongInputs.elements(WrongInputs.member(rules, "required")).stream()
                .map(name -> name.as(String.class))
                .collect(Collectors.toSet()));
  }

  @Test
  void what_an_input_is_about_follows_from_the_input_alone() throws Exception {
    List<Action> all = new ArrayList<>(accepted());
    all.addAll(refused());
    for (Action action : all) {
      Tool<?, ?> tool = named(registry(), action.tool());
      Optional<Asset> first = target(tool, action.input());

      first.ifPresent(
          target -> assertThat(target).as("what %s is about", action).isEqualTo(action.target()));
      assertThat(target(tool, action.input())).as(action.toString()).isEqualTo(first);
      assertThat(target(named(registry(), action.tool()), action.input()))
          .as("of another registry: %s", action)
          .isEqualTo(first);
    }
  }

  /** What a tool says that an input is about; empty where it says nothing. */
  private static <I extends Record> Optional<Asset> target(Tool<I, ?> tool, Json input) {
    return tool.target().map(about -> about.apply(input.as(tool.input())));
  }

  @Test
  void inputs_that_the_schema_forbids_do_not_reach_a_handler() throws Exception {
    ToolRegistry registry = registry();
    for (Action action : accepted()) {
      Tool<?, ?> tool = named(registry, action.tool());
      for (Json wrong : WrongInputs.of(action.input(), tool.spec().inputSchema())) {
        assertThatThrownBy(() -> wrong.as(tool.input()))
            .as("%s with %s", action.tool(), wrong)
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  @Test
  void what_cannot_be_done_is_an_outcome_and_nothing_happened() throws Exception {
    assertThat(refused()).as("refused()").isNotEmpty();
    for (Action action : refused()) {
      assertThat(perform(action))
          .as(action.toString())
          .isInstanceOfAny(Outcome.Refused.class, Outcome.Failed.class);
    }
  }

  @Test
  void hostile_text_is_answered_and_never_thrown_at() throws Exception {
    for (Action action : accepted()) {
      for (Json hostile : WrongInputs.hostile(action.input())) {
        Optional<Action> bad = addressed(action, hostile);
        if (bad.isPresent()) {
          assertThat(perform(bad.get()))
              .as(bad.get().toString())
              .isNotInstanceOf(Outcome.Unknown.class);
        }
      }
    }
  }

  /** The same call with another input, addressed as the door wants it; empty if it is not valid. */
  private Optional<Action> addressed(Action action, Json input) throws Exception {
    Tool<?, ?> tool = named(registry(), action.tool());
    try {
      requireNonNull(input.as(tool.input()), "input");
      return Optional.of(
          new Action(action.tool(), input, target(tool, input).orElse(action.target())));
    } catch (IllegalArgumentException refusedByTheDoor) {
      return Optional.empty();
    }
  }

  @Test
  void nothing_begins_after_the_deadline() throws Exception {
    for (Action action : accepted()) {
      Tool<?, ?> tool = named(registry(), action.tool());
      TestCall late =
          TestCall.of(tool, action, clock().instant().minus(PATIENCE))
              .stopped("The deadline of the call is over");

      assertNothingBegan(tool, late.perform(tool, action));
    }
  }

  @Test
  void invariant_1_nothing_begins_once_it_is_stopped() throws Exception {
    for (Action action : accepted()) {
      Tool<?, ?> tool = named(registry(), action.tool());
      TestCall stopped = TestCall.of(tool, action, soon()).stopped("All acts are stopped: kit");

      assertNothingBegan(tool, stopped.perform(tool, action));
    }
  }

  private static void assertNothingBegan(Tool<?, ?> tool, Outcome outcome) {
    if (tool.spec().effect() == Effect.READ) {
      assertThat(outcome)
          .as(tool.spec().name())
          .isNotInstanceOfAny(Outcome.Unknown.class, Outcome.Pending.class);
    } else {
      assertThat(outcome)
          .as(tool.spec().name())
          .isInstanceOfAny(Outcome.Refused.class, Outcome.Failed.class);
    }
  }
}
