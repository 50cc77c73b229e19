package dev.weirkeeper.examples.bench;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.audit.JsonLinesSink;
import dev.weirkeeper.examples.bench.McpServers.Side;
import dev.weirkeeper.mcp.HttpEndpoint;
import dev.weirkeeper.mcp.InMemoryTransport;
import dev.weirkeeper.mcp.McpServer;
import dev.weirkeeper.spi.AuditSink;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.client.transport.ServerParameters;
import io.modelcontextprotocol.client.transport.StdioClientTransport;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.server.transport.HttpServletStreamableServerTransportProvider;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema;
import jakarta.servlet.Servlet;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * What guard and journal cost a tool call: the same trivial tool, called by the same client over
 * the same wire, by the SDK alone and behind our door. Sides take turns within a round; a figure is
 * the ratio of their medians in one round.
 */
final class McpOverhead {
  /** What is between client and server. */
  enum Wire {
    IN_PROCESS(2000, 1.5),
    STDIO(1000, 1.2),
    HTTP(300, 1.2);

    private final int calls;
    private final double most;

    Wire(int calls, double most) {
      this.calls = calls;
      this.most = most;
    }
  }

  private static final int WARM_UP = 4;

  private final Path folder;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  private McpOverhead(Path folder) {
    this.folder = folder;
  }

  static void measure(int rounds, PrintStream out) throws Exception {
    for (Wire wire : Wire.values()) {
      McpOverhead overhead = new McpOverhead(Files.createTempDirectory("weirkeeper-bench"));
      try {
        overhead.measure(wire, rounds, out);
      } finally {
        overhead.end();
      }
    }
  }

  private void measure(Wire wire, int rounds, PrintStream out) throws Exception {
    Map<Side, McpSyncClient> clients = new EnumMap<>(Side.class);
    for (Side side : Side.values()) {
      McpSyncClient client =
          McpClient.sync(transport(wire, side)).requestTimeout(Duration.ofSeconds(30)).build();
      client.initialize();
      open.push(client);
      clients.put(side, client);
    }
    for (String tool : List.of(McpServers.READ, McpServers.WRITE)) {
      Map<Side, List<Double>> micros = new EnumMap<>(Side.class);
      Map<Side, List<Double>> ratios = new EnumMap<>(Side.class);
      for (int round = -WARM_UP; round < rounds; round++) {
        Map<Side, Double> medians = new EnumMap<>(Side.class);
        for (Side side : order(round)) {
          medians.put(side, median(of(clients, side), tool, wire.calls));
        }
        if (round >= 0) {
          double bare = of(medians, Side.BARE);
          medians.forEach(
              (side, median) -> {
                micros.computeIfAbsent(side, key -> new ArrayList<>()).add(median);
                ratios.computeIfAbsent(side, key -> new ArrayList<>()).add(median / bare);
              });
        }
      }
      String what = wire.name().toLowerCase(Locale.ROOT) + " " + tool;
      Bench.print(out, what + ", bare SDK, us a call", of(micros, Side.BARE));
      Bench.print(
          out,
          what + ", guard and journal in memory (aim " + wire.most + ")",
          of(ratios, Side.GUARDED));
      Bench.print(out, what + ", guard and journal on disk", of(ratios, Side.DURABLE));
    }
  }

  private static <T> T of(Map<Side, T> each, Side side) {
    return requireNonNull(each.get(side), side.name());
  }

  /** Nobody always comes first. */
  private static List<Side> order(int round) {
    List<Side> sides = new ArrayList<>(List.of(Side.values()));
    Collections.rotate(sides, round);
    return sides;
  }

  private static double median(McpSyncClient client, String tool, int calls) {
    double[] micros = new double[calls];
    McpSchema.CallToolRequest request =
        McpSchema.CallToolRequest.builder(tool).arguments(McpServers.ARGUMENTS).build();
    for (int i = 0; i < calls; i++) {
      long began = System.nanoTime();
      McpSchema.CallToolResult result = client.callTool(request);
      micros[i] = (System.nanoTime() - began) / 1e3;
      if (Boolean.TRUE.equals(result.isError())) {
        throw new IllegalStateException("A call of " + tool + " failed: " + result.content());
      }
    }
    Arrays.sort(micros);
    return micros[calls / 2];
  }

  private McpClientTransport transport(Wire wire, Side side) throws Exception {
    return switch (wire) {
      case IN_PROCESS -> inProcess(side);
      case STDIO ->
          new StdioClientTransport(
              ServerParameters.builder(StdioStart.java())
                  .args(StdioStart.arguments(side, folder.resolve("stdio")))
                  .build(),
              McpJsonDefaults.getMapper());
      case HTTP -> http(side);
    };
  }

  private McpClientTransport inProcess(Side side) throws Exception {
    if (side == Side.BARE) {
      BareTransport transport = new BareTransport();
      open.push(McpServers.bare(io.modelcontextprotocol.server.McpServer.sync(transport))::close);
      return transport.client();
    }
    return InMemoryTransport.to(ours(side), McpServers.AGENT);
  }

  private McpServer ours(Side side) throws Exception {
    AuditSink sink =
        side == Side.DURABLE
            ? JsonLinesSink.open(folder.resolve("journal"), Clock.systemUTC())
            : new McpServers.Counting();
    open.push(sink);
    McpServer server = McpServers.ours(sink);
    open.push(server);
    return server;
  }

  private McpClientTransport http(Side side) throws Exception {
    Server jetty = new Server();
    ServerConnector connector = new ServerConnector(jetty);
    connector.setHost("127.0.0.1");
    connector.open();
    jetty.addConnector(connector);
    URI address = URI.create("http://127.0.0.1:" + connector.getLocalPort());
    ServletContextHandler context = new ServletContextHandler();
    ServletHolder holder = new ServletHolder(servlet(side, address.resolve("/mcp")));
    holder.setAsyncSupported(true);
    context.addServlet(holder, "/mcp");
    jetty.setHandler(context);
    jetty.start();
    open.push(jetty::stop);
    return HttpClientStreamableHttpTransport.builder(address.toString()).endpoint("/mcp").build();
  }

  private Servlet servlet(Side side, URI resource) throws Exception {
    if (side == Side.BARE) {
      HttpServletStreamableServerTransportProvider servlet =
          HttpServletStreamableServerTransportProvider.builder()
              .jsonMapper(McpJsonDefaults.getMapper())
              .mcpEndpoint("/mcp")
              .build();
      open.push(McpServers.bare(io.modelcontextprotocol.server.McpServer.sync(servlet))::close);
      return servlet;
    }
    HttpEndpoint endpoint =
        HttpEndpoint.of(ours(side))
            .resource(resource)
            .unauthenticated(McpServers.AGENT)
            .rate(1_000_000, 1_000_000)
            .build();
    open.push(endpoint);
    return endpoint;
  }

  private void end() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Collections.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
