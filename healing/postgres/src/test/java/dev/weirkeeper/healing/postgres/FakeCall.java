package dev.weirkeeper.healing.postgres;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Hash;
import dev.weirkeeper.TableChange;
import dev.weirkeeper.spi.Tool;
import java.time.Instant;
import java.util.Optional;

/** What the door would tell a handler. */
record FakeCall(Hash actionId, Asset target, Instant deadline, Optional<String> state)
    implements Tool.Call {
  static FakeCall of(Tool<?, ?> tool, TableChange change, String system, Instant deadline) {
    Action action = change.on(system);
    return new FakeCall(action.id(tool.spec()), action.target(), deadline, Optional.empty());
  }

  @Override
  public Optional<String> stop() {
    return Optional.empty();
  }
}
