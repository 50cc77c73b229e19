package dev.weirkeeper.mcp;

import dev.weirkeeper.Asset;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Budgets;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Domain;
import dev.weirkeeper.Domains;
import dev.weirkeeper.DoorMemory;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Grant;
import dev.weirkeeper.Grants;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Inputs;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Receipt;
import dev.weirkeeper.Repeat;
import dev.weirkeeper.Secret;
import dev.weirkeeper.ToolSpec;
import dev.weirkeeper.Toolbox;
import dev.weirkeeper.Undo;
import dev.weirkeeper.spi.AuditSink;
import dev.weirkeeper.spi.CallObserver;
import dev.weirkeeper.spi.Tool;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.spec.McpSchema;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A server over a door in memory, with tools that do as a test says. */
final class TestServer {
  static final Caller AGENT = new Caller("claude", Caller.Kind.AGENT);
  static final Caller OTHER = new Caller("gemini", Caller.Kind.AGENT);
  static final Caller STRANGER = new Caller("mallory", Caller.Kind.AGENT);
  static final Caller ANA = new Caller("ana", Caller.Kind.HOST);

  record Item(String table) {}

  record Login(String table, @Secret String password) {}

  record Words(String table, String words) {}

  record Result(String done) {}

  record Nothing() {}

  /** Keeps records, or only counts them, and fails if it is told to. */
  static final class Ledger implements AuditSink {
    private final List<AuditRecord> records = new ArrayList<>();
    private final Map<String, Long> counts = new HashMap<>();
    private long written;
    volatile boolean full;
    volatile boolean forgetful;

    @Override
    public synchronized Receipt append(AuditRecord record) throws IOException {
      if (full) {
        throw new IOException("No space left on /srv/secret-volume");
      }
      if (!forgetful) {
        records.add(record);
      }
      counts.merge(record.kind(), 1L, Long::sum);
      return new Receipt(written++, record.id());
    }

    synchronized long count(String kind) {
      return counts.getOrDefault(kind, 0L);
    }

    synchronized String text() {
      return records.stream().map(record -> record.canonical().text()).toList().toString();
    }

    @Override
    public void close() {}
  }

  final Ledger ledger = new Ledger();
  final List<String> called = Collections.synchronizedList(new ArrayList<>());
  final List<Tool<?, ?>> more = new ArrayList<>();
  Grants grants =
      Grants.of(
          Grant.to(AGENT.principal(), Effect.WRITE),
          Grant.to(OTHER.principal(), Effect.READ),
          Grant.to(ANA.principal(), Effect.WRITE));
  Tool.Handler<Item> handler = (input, call) -> done(new Result("ok"));
  Budgets budgets = Budgets.STANDARD;
  UnaryOperator<McpServer.Builder> with = builder -> builder;
  CallObserver observer = call -> error -> {};

  static Outcome done(Object result) {
    return new Outcome.Done(Json.of(result), Outcome.Verification.NOT_NEEDED);
  }

  static Asset table(String name) {
    return new Asset("shop", "public." + name);
  }

  Toolbox door() {
    return Toolbox.builder()
        .journal(new Journal(ledger, clock()))
        .clock(clock())
        .memory(DoorMemory.inProcess())
        .limit(Effect.WRITE)
        .grants(grants)
        .domains(Domains.of(Domain.named("shop").owning("shop:*").approvedBy("ana", "ben")))
        .budgets(budgets)
        .tools(this::tools)
        .build();
  }

  static Clock clock() {
    return Clock.fixed(Instant.parse("2026-11-25T08:00:00Z"), ZoneOffset.UTC);
  }

  McpServer over(Toolbox door) {
    return with.apply(McpServer.builder().toolbox(door).name("test", "1").observer(observer))
        .build();
  }

  McpServer open() {
    return over(door());
  }

  private List<Tool<?, ?>> tools() {
    List<Tool<?, ?>> tools = new ArrayList<>(more);
    tools.add(tool("item_read", Effect.READ, Repeat.SAFE, Undo.EXACT));
    tools.add(tool("item_write", Effect.WRITE, Repeat.SAFE, Undo.EXACT));
    tools.add(tool("item_once", Effect.WRITE, Repeat.ONCE, Undo.NONE));
    tools.add(
        Tool.write(
                "item_word",
                "Writes words.",
                Words.class,
                Result.class,
                Repeat.SAFE,
                Undo.EXACT,
                (Words input, Tool.Call call) -> {
                  called.add("item_word " + input.words());
                  return done(new Result("written"));
                })
            .targeting(input -> table(input.table())));
    tools.add(
        Tool.write(
                "item_login",
                "Takes a secret.",
                Login.class,
                Result.class,
                Repeat.SAFE,
                Undo.EXACT,
                (Login input, Tool.Call call) -> {
                  called.add("item_login");
                  throw new IllegalStateException("password " + input.password() + " is wrong");
                })
            .takingIds()
            .targeting(input -> table(input.table())));
    return tools;
  }

  private Tool<Item, Result> tool(String name, Effect effect, Repeat repeat, Undo undo) {
    return Tool.<Item, Result>of(
            new ToolSpec(
                name,
                "For tests.",
                Json.schemaOf(Item.class),
                Json.schemaOf(Result.class),
                effect,
                repeat,
                undo,
                Inputs.IDS),
            Item.class,
            (input, call) -> {
              called.add(name + " " + input.table());
              return handler.call(input, call);
            })
        .targeting(input -> table(input.table()));
  }

  /** A tool of a name that resources and prompts look for. */
  static <I extends Record> Tool<I, Result> reading(
      String name, Class<I> input, Tool.Handler<I> handler) {
    return Tool.<I, Result>read(name, "For tests.", input, Result.class, handler)
        .targeting(ignored -> table("orders"));
  }

  static McpSyncClient client(McpServer server, Caller caller) {
    McpSyncClient client =
        McpClient.sync(InMemoryTransport.to(server, caller))
            .requestTimeout(Duration.ofSeconds(30))
            .build();
    client.initialize();
    return client;
  }

  static McpSchema.CallToolResult call(
      McpSyncClient client, String tool, Map<String, Object> arguments) {
    return client.callTool(McpSchema.CallToolRequest.builder(tool).arguments(arguments).build());
  }

  static String text(McpSchema.CallToolResult result) {
    return ((McpSchema.TextContent) result.content().get(0)).text();
  }

  static Told told(McpSchema.CallToolResult result) {
    return Json.parse(text(result)).as(Told.class);
  }

  /** Approves what a request of an id asks for. */
  static void approve(Toolbox door, Hash request) {
    door.approvals().approve(ANA, request);
  }

  static Optional<Hash> newestRequest(Toolbox door) {
    return door.approvals().list().stream().findFirst().map(one -> one.request().id());
  }
}
