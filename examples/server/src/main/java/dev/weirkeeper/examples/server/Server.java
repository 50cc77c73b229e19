package dev.weirkeeper.examples.server;

import dev.weirkeeper.Caller;
import dev.weirkeeper.DriftHistory;
import dev.weirkeeper.Masking;
import dev.weirkeeper.PipelineEvent;
import dev.weirkeeper.mcp.McpServer;
import dev.weirkeeper.spi.Feed;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A governed stream and the ways in to it: the control socket of its folder, stdio and HTTP, all at
 * the one door. Runs until it is closed or its pipeline fails.
 */
public final class Server implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Server.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Config config;
  private final GovernedStream stream;
  private final McpServer clients;
  private final List<ControlSocket> sockets;
  private final Optional<HttpListener> http;
  private final Optional<ProfileRounds> rounds;
  private final CountDownLatch stop = new CountDownLatch(1);
  private volatile Optional<EndableInput> input = Optional.empty();
  private volatile Optional<Thread> stdio = Optional.empty();

  private Server(
      Config config,
      GovernedStream stream,
      McpServer clients,
      List<ControlSocket> sockets,
      Optional<HttpListener> http,
      Optional<ProfileRounds> rounds) {
    this.config = config;
    this.stream = stream;
    this.clients = clients;
    this.sockets = List.copyOf(sockets);
    this.http = http;
    this.rounds = rounds;
  }

  /**
   * Starts what a file configures.
   *
   * @param listener hears of what happens, on the pipeline's thread
   * @throws IOException if the file, the folder or a system cannot be used, or the file is wrong
   */
  public static Server start(Path configuration, Consumer<PipelineEvent> listener)
      throws IOException, SQLException {
    return start(configuration, listener, List.of());
  }

  /**
   * Starts what a file configures, with tools of a host beside those of the file.
   *
   * @param additions to the tools; grants and limits of the file hold for them, too
   * @throws IOException as without them
   */
  public static Server start(
      Path configuration, Consumer<PipelineEvent> listener, List<GovernedStream.Addition> additions)
      throws IOException, SQLException {
    return start(configuration, listener, additions, UnaryOperator.identity());
  }

  /**
   * Starts what a file configures, with another feed of a host in the place of the source's log.
   * The address of the source is read from by tools that compare schemas, and by nothing else.
   *
   * @param feed is given the feed of the file, which was not opened; its id is the one to have
   * @throws IOException as without them
   */
  public static Server start(
      Path configuration,
      Consumer<PipelineEvent> listener,
      List<GovernedStream.Addition> additions,
      UnaryOperator<Feed> feed)
      throws IOException, SQLException {
    try {
      return start(ConfigReader.read(configuration, Server::variable), listener, additions, feed);
    } catch (ConfigException e) {
      throw new IOException("The configuration is wrong:\n" + e.getMessage(), e);
    }
  }

  static Optional<String> variable(String name) {
    return Optional.ofNullable(System.getenv(name));
  }

  static Server start(Config config, Consumer<PipelineEvent> listener)
      throws IOException, SQLException {
    return start(config, listener, List.of(), UnaryOperator.identity());
  }

  private static Server start(
      Config config,
      Consumer<PipelineEvent> listener,
      List<GovernedStream.Addition> additions,
      UnaryOperator<Feed> feed)
      throws IOException, SQLException {
    if (Files.notExists(config.folder())) {
      Files.createDirectories(
          config.folder(),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    DriftHistory history = new DriftHistory();
    Optional<Masking> masking = masking(config, history);
    List<GovernedStream.Addition> all = new ArrayList<>(additions);
    Optional<Profiles> profiles = profiles(config, masking);
    profiles.ifPresent(all::add);
    GovernedStream stream =
        GovernedStream.start(
            config.settings(masking, history, listener, List.of(), all).reading(feed));
    boolean started = false;
    List<ControlSocket> sockets = new ArrayList<>();
    McpServer clients = null;
    try {
      clients =
          McpServer.builder()
              .toolbox(stream.toolbox())
              .name("weirkeeper-" + config.name(), version())
              .drain(PATIENCE)
              .build();
      sockets.add(ControlSocket.forPersons(config.folder(), clients));
      if (config.stdio().isPresent()) {
        sockets.add(ControlSocket.forAgents(config.folder(), clients, config.stdio().get()));
      }
      Optional<HttpListener> http =
          config.http().isPresent()
              ? Optional.of(HttpListener.open(config.http().get(), clients))
              : Optional.empty();
      Optional<ProfileRounds> rounds =
          profiles.map(
              of ->
                  new ProfileRounds(
                          of, stream.parts(), config.profiling().every(), Clock.systemUTC())
                      .start());
      Server server = new Server(config, stream, clients, sockets, http, rounds);
      server.address().ifPresent(address -> LOG.info("MCP clients call {}", address));
      started = true;
      return server;
    } finally {
      if (!started) {
        for (ControlSocket socket : sockets) {
          socket.close();
        }
        if (clients != null) {
          clients.close();
        }
        stream.close();
      }
    }
  }

  private static Optional<Masking> masking(Config config, DriftHistory history) throws IOException {
    if (config.reads().scope() == Config.Reads.Scope.NONE) {
      return Optional.empty();
    }
    Masking masking =
        Masking.with(
            MaskingKey.in(config.reads().key()),
            config.reads().rules().toArray(Masking.Rule[]::new));
    return Optional.of(config.hidesNewColumns() ? masking.hidingNewColumns(history) : masking);
  }

  private static Optional<Profiles> profiles(Config config, Optional<Masking> masking)
      throws IOException, SQLException {
    return config.profiling().tables().isEmpty() || masking.isEmpty()
        ? Optional.empty()
        : Optional.of(Profiles.open(config, masking.get(), Clock.systemUTC()));
  }

  static String version() {
    String version = Server.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  /** The stream behind the door. */
  public GovernedStream stream() {
    return stream;
  }

  /** Where clients of HTTP call, if they may. */
  public Optional<URI> address() {
    return http.map(HttpListener::address);
  }

  /**
   * Serves the process that has started this one over its standard streams, until they end or the
   * server is asked to stop.
   *
   * @throws IllegalStateException if the configuration does not say as whom it calls
   */
  void serveStdio(InputStream in) throws InterruptedException {
    Caller caller =
        new Caller(
            config
                .stdio()
                .orElseThrow(
                    () ->
                        new IllegalStateException(
                            "The configuration has no mcp.stdio.principal, so nobody knows as whom"
                                + " a client of stdio calls")),
            Caller.Kind.AGENT);
    EndableInput endable = new EndableInput(in);
    input = Optional.of(endable);
    stdio = Optional.of(Thread.currentThread());
    System.setIn(endable);
    clients.serveStdio(caller);
  }

  /**
   * Waits like {@link #await}, and takes SIGTERM and SIGINT as the wish to stop; a second one ends
   * the process at once. For programs that are nothing but this server.
   */
  public void untilAsked() throws InterruptedException, IOException {
    Signals.onTermination(this::stop);
    await();
  }

  /** Asks the server to stop; {@link #await} returns then. */
  public void stop() {
    stop.countDown();
    input.ifPresent(EndableInput::end);
  }

  /**
   * Waits until the server is asked to stop, or its pipeline has ended by itself.
   *
   * @throws IOException if the pipeline failed
   */
  public void await() throws InterruptedException, IOException {
    Thread watch = new Thread(this::watch, "watch");
    watch.setDaemon(true);
    watch.start();
    stop.await();
    if (stream.failure().isPresent()) {
      throw new IOException("The pipeline stopped", stream.failure().get());
    }
  }

  private void watch() {
    try {
      stream.join();
      stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Takes no more calls, writes the answers that are under way, stops the pipeline after its commit
   * and closes the log.
   */
  @Override
  public void close() throws IOException {
    stop();
    try {
      drain();
    } finally {
      try {
        rounds.ifPresent(ProfileRounds::close);
        http.ifPresent(HttpListener::close);
        clients.close();
        for (ControlSocket socket : sockets) {
          socket.close();
        }
      } finally {
        stream.close();
      }
    }
    LOG.info("Stopped in order");
  }

  /** While calls go on, the pipeline does too: some of them wait for it. */
  private void drain() throws IOException {
    try {
      for (ControlSocket socket : sockets) {
        socket.drain(PATIENCE.toMillis());
      }
      if (http.isPresent()) {
        http.get().drain(PATIENCE.toMillis());
      }
      Optional<Thread> serving = stdio.filter(thread -> thread != Thread.currentThread());
      if (serving.isPresent()) {
        serving.get().join(PATIENCE.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
