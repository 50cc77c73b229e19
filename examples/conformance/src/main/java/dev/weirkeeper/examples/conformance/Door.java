package dev.weirkeeper.examples.conformance;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Budgets;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Domain;
import dev.weirkeeper.Domains;
import dev.weirkeeper.DoorMemory;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Grant;
import dev.weirkeeper.Grants;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Repeat;
import dev.weirkeeper.Toolbox;
import dev.weirkeeper.Undo;
import dev.weirkeeper.audit.JsonLinesSink;
import dev.weirkeeper.mcp.McpServer;
import dev.weirkeeper.spi.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A small door with a real journal, for clients that list and call what a server has. */
final class Door implements AutoCloseable {
  static final Caller CLIENT = new Caller("inspector", Caller.Kind.AGENT);

  /** What both tools are about. */
  record Table(String table) {}

  record State(String table, String state) {}

  private final Set<String> paused = ConcurrentHashMap.newKeySet();
  private final JsonLinesSink sink;
  private final McpServer server;

  Door() throws IOException {
    this.sink =
        JsonLinesSink.open(Files.createTempDirectory("conformance-journal"), Clock.systemUTC());
    Toolbox door =
        Toolbox.builder()
            .journal(new Journal(sink, Clock.systemUTC()))
            .clock(Clock.systemUTC())
            .memory(DoorMemory.inProcess())
            .limit(Effect.WRITE)
            .grants(Grants.of(Grant.to(CLIENT.principal(), Effect.WRITE)))
            .domains(Domains.of(Domain.named("shop").owning("shop:*").approvedBy("ana", "ben")))
            .budgets(Budgets.STANDARD)
            .tools(this::tools)
            .build();
    this.server = McpServer.builder().toolbox(door).name("weirkeeper-door", "1").build();
  }

  McpServer server() {
    return server;
  }

  private List<Tool<?, ?>> tools() {
    return List.of(
        Tool.read(
                "table_status",
                "Says whether a table flows or is paused.",
                Table.class,
                State.class,
                (Table input, Tool.Call call) -> done(input.table()))
            .targeting(Door::asset),
        Tool.write(
                "table_pause",
                "Pauses a table, until it is resumed.",
                Table.class,
                State.class,
                Repeat.SAFE,
                Undo.EXACT,
                (Table input, Tool.Call call) -> {
                  paused.add(input.table());
                  return done(input.table());
                })
            .takingIds()
            .targeting(Door::asset));
  }

  private static Asset asset(Table input) {
    return new Asset("shop", "public." + input.table());
  }

  private Outcome done(String table) {
    return new Outcome.Done(
        Json.of(new State(table, paused.contains(table) ? "paused" : "flowing")),
        Outcome.Verification.NOT_NEEDED);
  }

  @Override
  public void close() throws IOException {
    server.close();
    sink.close();
  }
}
