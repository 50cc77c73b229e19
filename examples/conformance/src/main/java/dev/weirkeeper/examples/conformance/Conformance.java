package dev.weirkeeper.examples.conformance;

import dev.weirkeeper.mcp.HttpEndpoint;
import io.modelcontextprotocol.server.McpSyncServer;
import java.io.IOException;
import java.nio.file.Path;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** Serves what the scripts beside it let the official tools loose on, until it is stopped. */
public final class Conformance {
  private static final int RATE = 10_000;

  private Conformance() {}

  /**
   * @param args {@code fixture PORT}, {@code door PORT}, {@code door} for standard streams, or
   *     {@code dbt EXECUTABLE PROJECT} to have a real dbt test a project
   */
  public static void main(String[] args) throws Exception {
    if (args.length == 3 && args[0].equals("dbt")) {
      System.exit(DbtCheck.run(Path.of(args[1]), Path.of(args[2])));
    }
    String what = String.join(" ", args).replaceAll("[0-9]+", "PORT");
    switch (what) {
      case "fixture PORT" -> {
        HttpEndpoint endpoint =
            HttpEndpoint.ofSdk().unauthenticated(Door.CLIENT).rate(RATE, RATE).build();
        McpSyncServer server = Fixture.over(endpoint);
        Runtime.getRuntime().addShutdownHook(new Thread(server::close));
        serve(endpoint, Integer.parseInt(args[1]));
      }
      case "door PORT" -> {
        Door door = new Door();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(door)));
        serve(
            HttpEndpoint.of(door.server()).unauthenticated(Door.CLIENT).rate(RATE, RATE).build(),
            Integer.parseInt(args[1]));
      }
      case "door" -> {
        try (Door door = new Door()) {
          door.server().serveStdio(Door.CLIENT);
        }
      }
      default -> {
        System.err.println(
            "Say what to do: fixture PORT, door PORT, door, or dbt EXECUTABLE PROJECT");
        System.exit(2);
      }
    }
  }

  private static void close(Door door) {
    try {
      door.close();
    } catch (IOException e) {
      System.err.println("The journal was not closed: " + e.getMessage());
    }
  }

  private static void serve(HttpEndpoint endpoint, int port) throws Exception {
    Server jetty = new Server();
    ServerConnector connector = new ServerConnector(jetty);
    connector.setHost("127.0.0.1");
    connector.setPort(port);
    jetty.addConnector(connector);
    ServletContextHandler context = new ServletContextHandler();
    ServletHolder holder = new ServletHolder(endpoint);
    holder.setAsyncSupported(true);
    endpoint.paths().forEach(path -> context.addServlet(holder, path));
    jetty.setHandler(context);
    jetty.start();
    System.err.println("Serving at http://127.0.0.1:" + connector.getLocalPort() + "/mcp");
    jetty.join();
  }
}
