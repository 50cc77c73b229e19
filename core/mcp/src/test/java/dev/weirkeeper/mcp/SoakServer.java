package dev.weirkeeper.mcp;

import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;

/** A process that serves over standard input and output, and whose tools write there as well. */
final class SoakServer {
  private SoakServer() {}

  public static void main(String[] args) throws InterruptedException {
    TestServer world = new TestServer();
    world.ledger.forgetful = true;
    world.handler =
        (input, call) -> {
          if (input.table().endsWith("00")) {
            System.out.println("Something that a library prints");
          }
          return new Outcome.Done(
              Json.of(new TestServer.Result(input.table())), Outcome.Verification.NOT_NEEDED);
        };
    try (McpServer server = world.open()) {
      server.serveStdio(TestServer.AGENT);
    }
    System.err.println(
        "served "
            + world.called.size()
            + " started "
            + world.ledger.count("act.started")
            + " finished "
            + world.ledger.count("act.finished"));
  }
}
