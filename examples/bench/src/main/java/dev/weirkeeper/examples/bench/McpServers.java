package dev.weirkeeper.examples.bench;

import dev.weirkeeper.Asset;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Budget;
import dev.weirkeeper.Budgets;
import dev.weirkeeper.Caller;
import dev.weirkeeper.DoorMemory;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Grant;
import dev.weirkeeper.Inputs;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Receipt;
import dev.weirkeeper.Repeat;
import dev.weirkeeper.ToolSpec;
import dev.weirkeeper.Toolbox;
import dev.weirkeeper.Undo;
import dev.weirkeeper.audit.JsonLinesSink;
import dev.weirkeeper.mcp.McpServer;
import dev.weirkeeper.spi.AuditSink;
import dev.weirkeeper.spi.Tool;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.server.McpServer.SyncSpecification;
import io.modelcontextprotocol.server.McpSyncServer;
import io.modelcontextprotocol.server.McpSyncServerExchange;
import io.modelcontextprotocol.server.transport.StdioServerTransportProvider;
import io.modelcontextprotocol.spec.McpSchema;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One trivial tool, served twice: by the SDK alone, and by our server behind a door with a journal.
 * The main method serves either over standard input and output.
 */
final class McpServers {
  static final String READ = "row_count";
  static final String WRITE = "row_mark";
  static final Caller AGENT = new Caller("claude", Caller.Kind.AGENT);
  static final Map<String, Object> ARGUMENTS = Map.of("table", "orders");

  /** Who serves. */
  enum Side {
    /** The SDK, and the tool's own code in its handler. */
    BARE,
    /** Our server, with a journal that is kept in memory. */
    GUARDED,
    /** Our server, with a journal in a folder; each record is on disk before the call goes on. */
    DURABLE
  }

  private record Table(String table) {}

  private record Answer(String table, long rows) {}

  private McpServers() {}

  /**
   * @param arguments the side, and for {@link Side#DURABLE} a folder
   */
  public static void main(String[] arguments) throws Exception {
    Side side = Side.valueOf(arguments[0]);
    if (side == Side.BARE) {
      StdioServerTransportProvider transport =
          new StdioServerTransportProvider(McpJsonDefaults.getMapper());
      McpSyncServer server = bare(io.modelcontextprotocol.server.McpServer.sync(transport));
      Runtime.getRuntime().addShutdownHook(new Thread(server::close));
      new CountDownLatch(1).await();
    }
    try (AuditSink sink =
            side == Side.DURABLE
                ? JsonLinesSink.open(Path.of(arguments[1]), Clock.systemUTC())
                : new Counting();
        McpServer server = ours(sink)) {
      server.serveStdio(AGENT);
    }
  }

  static McpSyncServer bare(SyncSpecification<?> server) {
    return server
        .serverInfo("bench", "1")
        .capabilities(McpSchema.ServerCapabilities.builder().tools(false).build())
        .toolCall(described(READ), McpServers::answer)
        .toolCall(described(WRITE), McpServers::answer)
        .build();
  }

  private static McpSchema.Tool described(String name) {
    McpJsonMapper mapper = McpJsonDefaults.getMapper();
    return McpSchema.Tool.builder(name, mapper, Json.schemaOf(Table.class).text())
        .description("For the benchmark.")
        .outputSchema(mapper, Json.schemaOf(Answer.class).text())
        .build();
  }

  private static McpSchema.CallToolResult answer(
      McpSyncServerExchange exchange, McpSchema.CallToolRequest request) {
    String table = String.valueOf(request.arguments().get("table"));
    return McpSchema.CallToolResult.builder()
        .structuredContent(Map.of("table", table, "rows", 7))
        .addTextContent("{\"rows\":7,\"table\":\"" + table + "\"}")
        .isError(false)
        .build();
  }

  static McpServer ours(AuditSink sink) {
    Clock clock = Clock.systemUTC();
    Toolbox door =
        Toolbox.builder()
            .journal(new Journal(sink, clock))
            .clock(clock)
            .memory(DoorMemory.inProcess())
            .limit(Effect.WRITE)
            .grant(Grant.to(AGENT.principal(), Effect.WRITE))
            .budgets(Budgets.STANDARD.with(Budget.of("bench", WRITE)))
            .tools(() -> List.of(tool(READ, Effect.READ), tool(WRITE, Effect.WRITE)))
            .build();
    return McpServer.builder().toolbox(door).name("bench", "1").build();
  }

  private static Tool<Table, Answer> tool(String name, Effect effect) {
    return Tool.<Table, Answer>of(
            new ToolSpec(
                name,
                "For the benchmark.",
                Json.schemaOf(Table.class),
                Json.schemaOf(Answer.class),
                effect,
                Repeat.SAFE,
                Undo.EXACT,
                Inputs.IDS),
            Table.class,
            (input, call) ->
                new Outcome.Done(
                    Json.of(new Answer(input.table(), 7)), Outcome.Verification.NOT_NEEDED))
        .targeting(input -> new Asset("shop", "public." + input.table()));
  }

  /** Makes the record and its hash, as every sink does, and keeps the number only. */
  static final class Counting implements AuditSink {
    private final AtomicLong records = new AtomicLong();

    @Override
    public Receipt append(AuditRecord record) throws IOException {
      return new Receipt(records.getAndIncrement(), record.id());
    }

    @Override
    public void close() {}
  }
}
