package dev.weirkeeper.healing.postgres;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Hash;
import dev.weirkeeper.TableChange;
import dev.weirkeeper.spi.Tool;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the door would tell a handler.
 *
 * @param asks how often the handler may still ask before it is told to stop
 */
record FakeCall(
    Hash actionId, Asset target, Instant deadline, Optional<String> state, AtomicInteger asks)
    implements Tool.Call {
  static FakeCall to(Hash actionId, Asset target, Instant deadline) {
    return new FakeCall(
        actionId, target, deadline, Optional.empty(), new AtomicInteger(Integer.MAX_VALUE));
  }

  static FakeCall of(Tool<?, ?> tool, TableChange change, String system, Instant deadline) {
    Action action = change.on(system);
    return to(action.id(tool.spec()), action.target(), deadline);
  }

  FakeCall having(String seen) {
    return new FakeCall(actionId, target, deadline, Optional.of(seen), asks);
  }

  FakeCall stoppedAfter(int times) {
    return new FakeCall(actionId, target, deadline, state, new AtomicInteger(times));
  }

  @Override
  public Optional<String> stop() {
    return asks.getAndDecrement() > 0 ? Optional.empty() : Optional.of("stopped by hand");
  }
}
