package dev.weirkeeper.drift.postgres;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Receipt;
import dev.weirkeeper.Toolbox;
import dev.weirkeeper.spi.AuditSink;
import dev.weirkeeper.spi.ToolRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An agent that reads through the door, and what the journal keeps of it. */
final class JournalledReads {
  private static final Caller AGENT = new Caller("claude", Caller.Kind.AGENT);

  private final List<String> written = new ArrayList<>();
  private final Toolbox door;

  JournalledReads(ToolRegistry tools) {
    AuditSink sink =
        new AuditSink() {
          @Override
          public Receipt append(AuditRecord record) {
            written.add(record.canonical().text());
            return new Receipt(written.size() - 1, record.id());
          }

          @Override
          public void close() {}
        };
    this.door =
        Toolbox.builder()
            .journal(new Journal(sink, Clock.systemUTC()))
            .clock(Clock.systemUTC())
            .tools(tools)
            .grant(AGENT.principal(), Effect.READ)
            .build();
  }

  Outcome perform(Action action) {
    return door.perform(AGENT, action, List.of());
  }

  /** The result of a call that must succeed. */
  String done(String tool, String table, Map<String, ?> input) {
    Outcome outcome = perform(new Action(tool, Json.of(input), new Asset("shop", table)));
    if (outcome instanceof Outcome.Done done) {
      return done.result().text();
    }
    throw new AssertionError(tool + " came to " + outcome);
  }

  String journal() {
    return written.toString();
  }
}
