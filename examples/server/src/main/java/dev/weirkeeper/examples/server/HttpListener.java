package dev.weirkeeper.examples.server;

import dev.weirkeeper.Caller;
import dev.weirkeeper.mcp.HttpEndpoint;
import dev.weirkeeper.mcp.McpServer;
import dev.weirkeeper.mcp.NimbusTokenVerifier;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where clients call over HTTP: a container for the endpoint, which makes all the decisions. */
public final class HttpListener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpListener.class);
  private static final int THREADS = 64;
  private static final int CLIENT_IDLE_MILLIS = 60_000;

  private final Server jetty;
  private final HttpEndpoint endpoint;
  private final Draining calls;
  private final URI address;

  private HttpListener(Server jetty, HttpEndpoint endpoint, Draining calls, URI address) {
    this.jetty = jetty;
    this.endpoint = endpoint;
    this.calls = calls;
    this.address = address;
  }

  /**
   * Listens on a loopback address, at a port that the system chooses, to whoever reaches it.
   *
   * @param principal as whom all of them call
   */
  public static HttpListener loopback(McpServer server, String principal) throws IOException {
    return open(
        new Config.Http(
            "127.0.0.1",
            Config.Http.ANY_PORT,
            "/mcp",
            List.of(),
            List.of(),
            new Config.Access.Loopback(principal)),
        server);
  }

  /**
   * @throws IOException if the address is taken or is none of this machine
   */
  static HttpListener open(Config.Http settings, McpServer server) throws IOException {
    QueuedThreadPool threads = new QueuedThreadPool(THREADS);
    threads.setName("http");
    threads.setDaemon(true);
    Server jetty = new Server(threads);
    ServerConnector connector = new ServerConnector(jetty);
    HttpConnectionFactory http = connector.getConnectionFactory(HttpConnectionFactory.class);
    http.getHttpConfiguration().setSendServerVersion(false);
    connector.setHost(settings.host());
    connector.setPort(settings.port());
    connector.setIdleTimeout(CLIENT_IDLE_MILLIS);
    jetty.addConnector(connector);
    boolean opened = false;
    try {
      connector.open();
      URI address =
          URI.create(
              "http://" + settings.host() + ":" + connector.getLocalPort() + settings.path());
      HttpEndpoint endpoint = endpoint(settings, address, server);
      ServletHolder holder = new ServletHolder(endpoint);
      holder.setAsyncSupported(true);
      ServletContextHandler context = new ServletContextHandler();
      endpoint.paths().forEach(path -> context.addServlet(holder, path));
      Draining calls = new Draining(context);
      jetty.setHandler(calls);
      jetty.start();
      opened = true;
      return new HttpListener(jetty, endpoint, calls, address);
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("The HTTP endpoint does not start", e);
    } finally {
      if (!opened) {
        connector.close();
        stop(jetty);
      }
    }
  }

  private static HttpEndpoint endpoint(Config.Http settings, URI address, McpServer server) {
    HttpEndpoint.Builder builder = HttpEndpoint.of(server);
    if (!settings.hosts().isEmpty()) {
      builder.hosts(settings.hosts().toArray(String[]::new));
    }
    if (!settings.origins().isEmpty()) {
      builder.origins(settings.origins().toArray(String[]::new));
    }
    if (settings.access() instanceof Config.Access.Tokens tokens) {
      builder
          .resource(tokens.audience())
          .authorizationServers(tokens.issuer())
          .tokens(
              NimbusTokenVerifier.builder()
                  .issuer(tokens.issuer().toString())
                  .resource(tokens.audience())
                  .keys(tokens.jwks())
                  .build());
      tokens.scopes().forEach(builder::scope);
    } else {
      builder
          .resource(address)
          .unauthenticated(
              new Caller(
                  ((Config.Access.Loopback) settings.access()).principal(), Caller.Kind.AGENT));
    }
    return builder.build();
  }

  /** Where it listens, with the port that the system chose if it was to. */
  public URI address() {
    return address;
  }

  /** Takes no more requests, and waits for those that are being answered. */
  void drain(long patienceMillis) throws InterruptedException {
    calls.drain(patienceMillis);
  }

  @Override
  public void close() {
    endpoint.close();
    stop(jetty);
  }

  private static void stop(Server jetty) {
    try {
      jetty.stop();
    } catch (Exception e) {
      LOG.warn("The HTTP endpoint did not stop in order: {}", e.getClass().getName());
    }
  }

  /**
   * Counts the calls that are being answered. Jetty's own way waits for streams on which clients
   * listen as well, and those never end by themselves.
   */
  private static final class Draining extends Handler.Wrapper {
    private int answering;
    private boolean closed;

    Draining(Handler handler) {
      super(handler);
    }

    private synchronized boolean admit() {
      if (!closed) {
        answering++;
      }
      return !closed;
    }

    private synchronized void answered() {
      answering--;
      notifyAll();
    }

    synchronized void drain(long patienceMillis) throws InterruptedException {
      closed = true;
      long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMillis);
      while (answering > 0) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
          return;
        }
        wait(left);
      }
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      if (request.getMethod().equals("GET")) {
        return super.handle(request, response, callback);
      }
      if (!admit()) {
        response.getHeaders().put(HttpHeader.RETRY_AFTER, 5);
        Response.writeError(request, response, callback, HttpStatus.SERVICE_UNAVAILABLE_503);
        return true;
      }
      Request.addCompletionListener(request, failure -> answered());
      return super.handle(request, response, callback);
    }
  }
}
