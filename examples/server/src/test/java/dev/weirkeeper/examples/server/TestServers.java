package dev.weirkeeper.examples.server;

import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Json;
import dev.weirkeeper.Receipt;
import dev.weirkeeper.Toolbox;
import dev.weirkeeper.mcp.McpServer;
import dev.weirkeeper.spi.AuditSink;
import java.time.Clock;

/** Servers without a pipeline. */
final class TestServers {
  private TestServers() {}

  static McpServer empty() {
    return McpServer.builder()
        .toolbox(
            Toolbox.builder()
                .journal(new Journal(new Forgetful(), Clock.systemUTC()))
                .clock(Clock.systemUTC())
                .build())
        .build();
  }

  /** For doors that nobody comes through. */
  private static final class Forgetful implements AuditSink {
    private long sequence;

    @Override
    public synchronized Receipt append(AuditRecord record) {
      return new Receipt(sequence++, Hash.of(Json.of(record)));
    }

    @Override
    public void close() {}
  }
}
