package dev.weirkeeper.healing;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import dev.weirkeeper.testkit.TestCall;

/** Calls tools that say themselves what an input is about. */
final class Calls {
  private Calls() {}

  static Action to(ToolRegistry registry, String name, Record input) {
    return action(tool(registry, name), Json.of(input));
  }

  private static Tool<?, ?> tool(ToolRegistry registry, String name) {
    return registry.tools().stream()
        .filter(tool -> tool.spec().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static <I extends Record> Action action(Tool<I, ?> tool, Json input) {
    Asset target = tool.target().orElseThrow().apply(input.as(tool.input()));
    return new Action(tool.spec().name(), input, target);
  }

  static Outcome of(ToolRegistry registry, String name, Record input) {
    Tool<?, ?> tool = tool(registry, name);
    Action action = to(registry, name, input);
    try {
      return TestCall.of(tool, action, PausedOrders.CLOCK.instant().plusSeconds(60))
          .perform(tool, action);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  static <T> T answer(ToolRegistry registry, String name, Record input, Class<T> type) {
    Outcome outcome = of(registry, name, input);
    if (outcome instanceof Outcome.Done done) {
      return done.result().as(type);
    }
    throw new AssertionError("Not done: " + outcome);
  }

  static String refusal(ToolRegistry registry, String name, Record input) {
    Outcome outcome = of(registry, name, input);
    if (outcome instanceof Outcome.Refused refused) {
      return refused.reason();
    }
    throw new AssertionError("Not refused: " + outcome);
  }
}
