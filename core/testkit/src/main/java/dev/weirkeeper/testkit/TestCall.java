package dev.weirkeeper.testkit;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.spi.Tool;
import java.time.Instant;
import java.util.Optional;

/**
 * A call of a tool without the door, as the door would make it: for the tests of a tool, never for
 * a host.
 */
public record TestCall(
    Hash actionId, Asset target, Optional<String> state, Optional<String> stop, Instant deadline)
    implements Tool.Call {

  public TestCall {
    requireNonNull(actionId, "actionId");
    requireNonNull(target, "target");
    requireNonNull(state, "state");
    requireNonNull(stop, "stop");
    requireNonNull(deadline, "deadline");
  }

  /** A call that nobody has stopped. */
  public static TestCall of(Tool<?, ?> tool, Action action, Instant deadline) {
    return new TestCall(
        action.id(tool.spec()), action.target(), Optional.empty(), Optional.empty(), deadline);
  }

  public TestCall stopped(String why) {
    return new TestCall(actionId, target, state, Optional.of(why), deadline);
  }

  /** Reads what the act depends on, as the door does before it, and calls the handler. */
  public <I extends Record> Outcome perform(Tool<I, ?> tool, Action action) throws Exception {
    I input = action.input().as(tool.input());
    TestCall informed = this;
    if (tool.fingerprint().isPresent()) {
      String read = tool.fingerprint().get().read(input, this);
      informed = new TestCall(actionId, target, Optional.of(read), stop, deadline);
    }
    return requireNonNull(tool.handler().call(input, informed), "outcome");
  }
}
