package dev.weirkeeper.mcp;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Caller;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Redaction;
import dev.weirkeeper.ToolSpec;
import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.ErrorCodes;
import io.modelcontextprotocol.spec.McpSchema.InitializeRequest;
import io.modelcontextprotocol.spec.McpSchema.InitializeResult;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpStreamableServerSession;
import io.modelcontextprotocol.spec.McpStreamableServerTransportProvider;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Serves clients of the Model Context Protocol over streamable HTTP: a servlet that a host mounts
 * at each of {@link #paths}, with {@code async-supported}. Knows whom it serves before it reads a
 * message, takes messages only in the form that the protocol gives them, and holds bounded memory
 * whatever clients do.
 *
 * <p>Every request says by a token who sends it; a token narrows what the door grants its
 * principal, and a session belongs to the principal that opened it. {@link #close} ends all
 * sessions, and so does the container with {@link #destroy}. Safe to share between threads.
 */
@SuppressWarnings("serial") // Of servlets only by descent: no container writes one down.
public final class HttpEndpoint extends HttpServlet
    implements McpStreamableServerTransportProvider, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpEndpoint.class);
  private static final String CANCELLED = "notifications/cancelled";
  private static final String READ = "weirkeeper.read";

  /** A session keeps what its client says of itself for as long as it lasts. */
  private static final int INITIALIZE_CHARACTERS = 16 * 1024;

  private static final Set<String> HEARD_BY_SDK =
      Set.of(
          McpSchema.METHOD_NOTIFICATION_INITIALIZED,
          McpSchema.METHOD_NOTIFICATION_ROOTS_LIST_CHANGED);

  /**
   * What stands behind the endpoint.
   *
   * @param tools what a caller may be shown, by name
   * @param heard notifications of clients that go on to the session
   */
  private record Behind(
      Wire wire,
      Limits limits,
      Cancellations cancellations,
      BiFunction<Caller, String, Optional<ToolSpec>> tools,
      Set<String> heard) {}

  private final Behind behind;
  private final HttpAccess access;
  private final HttpAccounts accounts;
  private final HttpLeftovers leftovers;
  private final HttpSessions sessions;
  private final HttpCalls calls;
  private final Clock clock;
  private final List<String> paths;
  private final ScheduledExecutorService sweeper;
  private final ScheduledFuture<?> sweeping;
  private volatile McpStreamableServerSession.@Nullable Factory factory;
  private volatile boolean closed;

  private HttpEndpoint(Builder built, Behind behind, HttpAccess access, List<String> paths) {
    this.behind = behind;
    this.access = access;
    this.paths = paths;
    this.clock = built.clock;
    this.accounts = new HttpAccounts(built.limits, built.nanos);
    this.leftovers = new HttpLeftovers(built.nanos);
    this.sessions = new HttpSessions(built.limits, built.nanos);
    this.calls = new HttpCalls(built.limits, behind.cancellations(), accounts, built.nanos);
    this.sweeper =
        Executors.newSingleThreadScheduledExecutor(Daemons.named("weirkeeper-mcp-sweep"));
    long every = Math.min(1_000, Math.max(10, built.limits.heartbeat().toMillis() / 2));
    this.sweeping =
        sweeper.scheduleWithFixedDelay(this::sweep, every, every, TimeUnit.MILLISECONDS);
  }

  /** Serves what a server serves over other transports too; closing the server closes it. */
  public static Builder of(McpServer server) {
    return new Builder(requireNonNull(server, "server"));
  }

  /**
   * For a server that was made with the SDK: the endpoint is then handed to it as its transport. It
   * has the same checks, but no door behind it.
   */
  public static Builder ofSdk() {
    return new Builder(null);
  }

  /** Where the servlet is to be mounted; each is a pattern of a servlet mapping. */
  public List<String> paths() {
    return paths;
  }

  @Override
  public void setSessionFactory(McpStreamableServerSession.Factory sessionFactory) {
    factory = requireNonNull(sessionFactory, "sessionFactory");
  }

  @Override
  public List<String> protocolVersions() {
    return Protocol.VERSIONS;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("X-Content-Type-Options", "nosniff");
    try {
      access.requireNames(request);
      if (request.getRequestURI().startsWith(HttpAccess.WELL_KNOWN)) {
        describe(request, response);
      } else {
        serve(request, response);
      }
    } catch (HttpRefusal e) {
      LOG.debug("{} is answered {}: {}", request.getMethod(), e.status(), e.getMessage());
      e.headers().forEach(response::setHeader);
      if (request.getAttribute(READ) == null && !leftovers.take(request)) {
        // What was not read ends the connection; a client that is not told would use it again.
        response.setHeader("Connection", "close");
      }
      write(response, e.status(), Wire.error(null, e.code(), String.valueOf(e.getMessage())));
    } catch (RuntimeException e) {
      LOG.warn("A request could not be answered: {}", Redaction.described(e));
      if (!request.isAsyncStarted() && !response.isCommitted()) {
        response.reset();
        write(response, 500, Wire.error(null, ErrorCodes.INTERNAL_ERROR, Wire.INTERNAL_ERROR));
      }
    }
  }

  /** Says by RFC 9728 whose tokens are taken; anybody may ask. */
  private void describe(HttpServletRequest request, HttpServletResponse response)
      throws HttpRefusal, IOException {
    if (!request.getMethod().equals("GET")) {
      throw notAllowed("GET");
    }
    Map<String, Object> document =
        access
            .metadata()
            .orElseThrow(
                () ->
                    new HttpRefusal(404, ErrorCodes.INVALID_REQUEST, "The server takes no tokens"));
    write(response, 200, Wire.MAPPER.writeValueAsString(document));
  }

  private void serve(HttpServletRequest request, HttpServletResponse response)
      throws HttpRefusal, IOException {
    HttpVisitor visitor = access.visitor(request);
    requireRate(visitor);
    if (closed) {
      throw HttpSessions.closing();
    }
    HttpHeaders.requireVersion(request);
    switch (request.getMethod()) {
      case "POST" -> post(request, response, visitor);
      case "GET" -> {
        HttpHeaders.requireAccept(request, "text/event-stream");
        calls.listen(request, response, visitor, session(request, visitor));
      }
      case "DELETE" -> {
        end(session(request, visitor));
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
      }
      default -> throw notAllowed("GET, POST, DELETE");
    }
  }

  private void requireRate(HttpVisitor visitor) throws HttpRefusal {
    Optional<Duration> wait = accounts.take(visitor.principal());
    if (wait.isPresent()) {
      throw new HttpRefusal(
          429,
          ErrorCodes.INVALID_REQUEST,
          "You ask too often; wait as long as Retry-After says",
          Map.of("Retry-After", String.valueOf(wait.get().toSeconds() + 1)));
    }
  }

  private static HttpRefusal notAllowed(String methods) {
    return new HttpRefusal(
        405,
        ErrorCodes.INVALID_REQUEST,
        "There is no such method here; there is " + methods,
        Map.of("Allow", methods));
  }

  private void post(HttpServletRequest request, HttpServletResponse response, HttpVisitor visitor)
      throws HttpRefusal, IOException {
    HttpHeaders.requireJson(request);
    HttpHeaders.requireAccept(request, "application/json", "text/event-stream");
    JSONRPCMessage message = read(request, visitor);
    HttpHeaders.requireAgreement(request, message);
    if (message instanceof JSONRPCRequest asked
        && asked.method().equals(McpSchema.METHOD_INITIALIZE)) {
      initialize(request, response, visitor, asked);
      return;
    }
    HttpSession session = session(request, visitor);
    if (message instanceof JSONRPCRequest asked) {
      requireScope(visitor, asked);
      calls.begin(request, response, visitor, session, asked);
    } else if (message instanceof JSONRPCNotification told) {
      hear(session, told);
      response.setStatus(HttpServletResponse.SC_ACCEPTED);
    } else if (message instanceof JSONRPCResponse answer) {
      hear(session, answer);
      response.setStatus(HttpServletResponse.SC_ACCEPTED);
    }
  }

  private JSONRPCMessage read(HttpServletRequest request, HttpVisitor visitor)
      throws HttpRefusal, IOException {
    if (!accounts.beginReading(visitor.principal())) {
      throw new HttpRefusal(
          429,
          ErrorCodes.INVALID_REQUEST,
          "As many messages are on the way as may be; send fewer at a time",
          Map.of("Retry-After", "1"));
    }
    try {
      return read(request);
    } finally {
      accounts.endReading(visitor.principal());
    }
  }

  private JSONRPCMessage read(HttpServletRequest request) throws HttpRefusal, IOException {
    int most = behind.limits().messageBytes();
    if (request.getContentLengthLong() > most) {
      throw tooLarge();
    }
    byte[] body = request.getInputStream().readNBytes(most + 1);
    if (body.length > most) {
      throw tooLarge();
    }
    request.setAttribute(READ, true);
    try {
      return behind.wire().read(body);
    } catch (BadMessage e) {
      throw new HttpRefusal(400, e.code(), String.valueOf(e.getMessage()));
    }
  }

  private HttpRefusal tooLarge() {
    BadMessage bad = behind.wire().tooLarge();
    return new HttpRefusal(413, bad.code(), String.valueOf(bad.getMessage()));
  }

  private void initialize(
      HttpServletRequest request,
      HttpServletResponse response,
      HttpVisitor visitor,
      JSONRPCRequest message)
      throws HttpRefusal, IOException {
    McpStreamableServerSession.Factory sessionFactory = factory;
    if (sessionFactory == null) {
      throw new IllegalStateException("No server was given to the endpoint; hand it to one");
    }
    if (HttpHeaders.session(request).isPresent()) {
      throw refused("The session is initialized already");
    }
    if (Wire.write(message).length() > INITIALIZE_CHARACTERS) {
      throw new HttpRefusal(
          413,
          ErrorCodes.INVALID_REQUEST,
          "An initialize has at most " + INITIALIZE_CHARACTERS + " characters");
    }
    InitializeRequest initialize = initializeRequest(message);
    McpStreamableServerSession.McpStreamableServerSessionInit[] started =
        new McpStreamableServerSession.McpStreamableServerSessionInit[1];
    HttpSession session =
        sessions.open(
            visitor.principal(),
            () -> {
              started[0] = sessionFactory.startSession(initialize);
              return started[0].session();
            });
    boolean initialized = false;
    try {
      InitializeResult result = started[0].initResult().block();
      response.setHeader(HttpHeaders.SESSION, session.id());
      write(response, 200, Wire.write(new JSONRPCResponse("2.0", message.id(), result, null)));
      initialized = true;
    } finally {
      if (!initialized) {
        end(session);
      }
    }
  }

  private static InitializeRequest initializeRequest(JSONRPCRequest message) throws HttpRefusal {
    if (Connection.isInitialize(message.params())) {
      try {
        return Wire.MAPPER.convertValue(message.params(), InitializeRequest.class);
      } catch (IllegalArgumentException e) {
        LOG.debug("An initialize has members of the wrong form");
      }
    }
    throw new HttpRefusal(
        400,
        ErrorCodes.INVALID_PARAMS,
        "initialize needs protocolVersion, capabilities and clientInfo with name and version");
  }

  /**
   * @throws HttpRefusal the same for a session that does not exist and for one of somebody else
   */
  private HttpSession session(HttpServletRequest request, HttpVisitor visitor) throws HttpRefusal {
    String id =
        HttpHeaders.session(request)
            .orElseThrow(
                () ->
                    refused(
                        HttpHeaders.SESSION + " is missing; send initialize first, without it"));
    return sessions
        .find(id, visitor.principal())
        .orElseThrow(
            () ->
                new HttpRefusal(
                    404,
                    ErrorCodes.INVALID_REQUEST,
                    "There is no such session; send initialize for a new one"));
  }

  private void requireScope(HttpVisitor visitor, JSONRPCRequest message) throws HttpRefusal {
    if (message.method().equals(McpSchema.METHOD_TOOLS_CALL)
        && message.params() instanceof Map<?, ?> params
        && params.get("name") instanceof String name) {
      Optional<ToolSpec> outside =
          behind.tools().apply(visitor.caller(), name).filter(visitor.within().negate());
      if (outside.isPresent()) {
        LOG.warn(
            "{} called {}, for which its token has no scope",
            visitor.caller().actor(),
            outside.get().name());
        throw access.outOfScope(outside.get());
      }
    }
  }

  private void hear(HttpSession session, JSONRPCNotification told) {
    if (told.method().equals(CANCELLED)) {
      if (told.params() instanceof Map<?, ?> params && params.get("requestId") != null) {
        behind
            .cancellations()
            .cancel(
                session.name(),
                Wire.idText(params.get("requestId")),
                params.get("reason") instanceof String why ? Optional.of(why) : Optional.empty());
      }
    } else if (behind.heard().contains(told.method())) {
      session
          .session()
          .accept(told)
          .contextWrite(all -> all.put(McpTransportContext.KEY, McpTransportContext.EMPTY))
          .block();
    } else {
      LOG.debug("A client sent a notification that nobody listens to");
    }
  }

  private static void hear(HttpSession session, JSONRPCResponse answer) throws HttpRefusal {
    try {
      session.session().accept(answer).block();
    } catch (RuntimeException e) {
      LOG.debug("A client answered what it was not asked: {}", Redaction.described(e));
      throw refused("You were not asked this");
    }
  }

  private static HttpRefusal refused(String message) {
    return new HttpRefusal(400, ErrorCodes.INVALID_REQUEST, message);
  }

  private void end(HttpSession session) {
    sessions.remove(session);
    behind.cancellations().gone(session.name());
    session.close();
  }

  private static void write(HttpServletResponse response, int status, String json)
      throws IOException {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    response.setStatus(status);
    response.setContentType("application/json");
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }

  private void sweep() {
    try {
      calls.tend();
      sessions.sweep();
      sessions.expire(clock.instant());
      accounts.sweep();
    } catch (RuntimeException e) {
      // Thrown on, it would be the last time.
      LOG.warn("Sessions could not be looked after: {}", Redaction.described(e));
    }
  }

  /** How many sessions are open. */
  int openSessions() {
    return sessions.size();
  }

  int openStreams() {
    return calls.streams();
  }

  int messagesBeingRead() {
    return accounts.readings();
  }

  int knownPrincipals() {
    return accounts.size();
  }

  @Override
  public Mono<Void> notifyClients(String method, @Nullable Object params) {
    return Flux.fromIterable(sessions.all())
        .flatMap(session -> notified(session, method, params))
        .then();
  }

  @Override
  public Mono<Void> notifyClient(String sessionId, String method, @Nullable Object params) {
    return Flux.fromIterable(sessions.all())
        .filter(session -> session.name().equals(sessionId))
        .flatMap(session -> notified(session, method, params))
        .then();
  }

  /** Who does not listen is not told. */
  private static Mono<Void> notified(HttpSession session, String method, @Nullable Object params) {
    return session
        .session()
        .sendNotification(method, params)
        .onErrorResume(
            e -> {
              LOG.debug("A client is not told of {}: {}", method, Redaction.described(e));
              return Mono.empty();
            });
  }

  @Override
  public Mono<Void> closeGracefully() {
    return Mono.fromRunnable(this::close);
  }

  /** Ends all sessions and streams; calls that are under way are told that nobody waits. */
  @Override
  public void close() {
    closed = true;
    sweeping.cancel(false);
    sweeper.shutdownNow();
    sessions.close().forEach(session -> behind.cancellations().gone(session.name()));
    calls.close();
  }

  @Override
  public void destroy() {
    close();
  }

  /** Says who is served. Confined to one thread. */
  public static final class Builder {
    private final @Nullable McpServer server;
    private @Nullable TokenVerifier verifier;
    private @Nullable Caller everybody;
    private @Nullable URI resource;
    private List<URI> authorizationServers = List.of();
    private TokenScopes scopes = TokenScopes.none();
    private @Nullable HttpNames hosts;
    private HttpNames origins = HttpNames.loopbackOrigins();
    private HttpLimits limits = HttpLimits.USUAL;
    private Clock clock = Clock.systemUTC();
    private LongSupplier nanos = System::nanoTime;

    private Builder(@Nullable McpServer server) {
      this.server = server;
    }

    /** The address by which clients know the endpoint; tokens are issued for it. */
    public Builder resource(URI address) {
      if (address.getHost() == null
          || address.getRawUserInfo() != null
          || address.getRawQuery() != null
          || address.getRawFragment() != null
          || !Set.of("http", "https").contains(address.getScheme())) {
        throw new IllegalArgumentException(
            "The address of an endpoint is http(s)://host[:port][/path], and no more");
      }
      resource = address;
      return this;
    }

    /** Who says whose a token is. */
    public Builder tokens(TokenVerifier tokenVerifier) {
      verifier = requireNonNull(tokenVerifier, "tokenVerifier");
      return this;
    }

    /** Where clients get tokens. */
    public Builder authorizationServers(URI... issuers) {
      authorizationServers = List.of(issuers);
      return this;
    }

    /**
     * A token with the scope may be used for tools of at most this effect. Once one scope is named,
     * a token is good for what its scopes say and no more; what the door does not grant to its
     * principal, no scope gives.
     */
    public Builder scope(String name, Effect upTo) {
      requireNonNull(upTo, "upTo");
      return scope(name, spec -> spec.effect().compareTo(upTo) <= 0);
    }

    /**
     * A token with the scope may be used for the tools of these names, whatever their effect; a
     * {@code *} at the end stands for any end.
     */
    public Builder scope(String name, String... tools) {
      List<String> patterns = List.of(tools);
      return scope(
          name, spec -> patterns.stream().anyMatch(pattern -> matches(pattern, spec.name())));
    }

    private Builder scope(String name, Predicate<ToolSpec> tools) {
      if (!name.matches("[\\x21\\x23-\\x5b\\x5d-\\x7e]+")) {
        throw new IllegalArgumentException("A scope is printable ASCII without space, \" and \\");
      }
      scopes = scopes.with(name, tools);
      return this;
    }

    private static boolean matches(String pattern, String name) {
      return pattern.endsWith("*")
          ? name.startsWith(pattern.substring(0, pattern.length() - 1))
          : name.equals(pattern);
    }

    /**
     * Serves whoever can reach it as this caller, instead of asking for tokens. Only for clients of
     * the same machine: other addresses are refused, and so are other names of the server.
     *
     * @param caller of kind AGENT: nothing says that a client is a person
     */
    public Builder unauthenticated(Caller caller) {
      if (requireNonNull(caller, "caller").kind() != Caller.Kind.AGENT) {
        throw new IllegalArgumentException(
            "Whoever reaches the server would be "
                + caller.actor()
                + "; name a caller of kind AGENT");
      }
      everybody = caller;
      return this;
    }

    /**
     * What {@code Host} may say, character by character: {@code host}, {@code host:port} or {@code
     * host:*}. Default: the names of the own machine, and that of the resource.
     */
    public Builder hosts(String... names) {
      hosts = HttpNames.hosts(names);
      return this;
    }

    /**
     * From which pages browsers may use the server: {@code https://host[:port]}, or {@code :*}.
     * Default: those of the own machine. Clients that are no browsers name no origin.
     */
    public Builder origins(String... names) {
      origins = HttpNames.origins(names);
      return this;
    }

    /** How many sessions may be open, in all and of one principal. Default: 1,024 and 64. */
    public Builder sessions(int all, int each) {
      limits = limits.sessions(all, each);
      return this;
    }

    /** How often one principal may ask, in the long run and at once. Default: 100/s and 400. */
    public Builder rate(int perSecond, int burst) {
      limits = limits.rate(perSecond, burst);
      return this;
    }

    /** How many requests are answered at a time; half of them of one principal. Default: 32. */
    public Builder calls(int atATime) {
      limits = limits.calls(atATime);
      return this;
    }

    /** How long a session that nobody uses is kept. Default: 30 min. */
    public Builder idle(Duration longest) {
      limits = limits.idle(longest);
      return this;
    }

    /**
     * How long a client may leave unread what was sent to it, and after what silence it is sent a
     * sign of life, by which one that has gone is noticed. Default: 30 s and 5 s.
     */
    public Builder streams(Duration unread, Duration heartbeat) {
      limits = limits.streams(unread, heartbeat);
      return this;
    }

    /** By what tokens expire. */
    public Builder clock(Clock value) {
      clock = requireNonNull(value, "value");
      return this;
    }

    /** By what time passes for limits. */
    Builder nanos(LongSupplier value) {
      nanos = value;
      return this;
    }

    /**
     * @throws IllegalStateException if nothing says who clients are, or they are unauthenticated
     *     where others than clients of the machine can reach it
     */
    public HttpEndpoint build() {
      HttpNames allowed = allowedHosts();
      HttpAccess.Identity identity = identity(allowed);
      HttpEndpoint endpoint =
          new HttpEndpoint(
              this,
              behind(),
              new HttpAccess(new HttpAccess.Names(allowed, origins), identity, clock),
              mounts(identity));
      if (server != null) {
        server.attach(endpoint);
      }
      return endpoint;
    }

    private HttpNames allowedHosts() {
      if (hosts != null) {
        return hosts;
      }
      HttpNames loopback = HttpNames.loopbackHosts();
      return resource == null ? loopback : loopback.with(resource.getRawAuthority());
    }

    private HttpAccess.Identity identity(HttpNames allowed) {
      if (everybody != null) {
        if (verifier != null) {
          throw new IllegalStateException("Clients have tokens or not; do not call both");
        }
        if (!allowed.areLoopback()) {
          throw new IllegalStateException(
              "Unauthenticated clients are served under names of this machine only; call"
                  + " tokens(…), or leave hosts(…) and resource(…) to localhost");
        }
        return new HttpAccess.Everybody(everybody);
      }
      if (verifier == null) {
        throw new IllegalStateException(
            "Nothing says who a client is; call tokens(…), or unauthenticated(…) for clients of"
                + " this machine");
      }
      if (resource == null || authorizationServers.isEmpty()) {
        throw new IllegalStateException(
            "Clients must be told for what address they need tokens and who issues them; call"
                + " resource(…) and authorizationServers(…)");
      }
      return new HttpAccess.Tokens(verifier, resource, authorizationServers, scopes);
    }

    private Behind behind() {
      return server == null
          ? new Behind(
              new Wire(Limits.USUAL),
              Limits.USUAL,
              new Cancellations(),
              (caller, name) -> Optional.empty(),
              HEARD_BY_SDK)
          : new Behind(
              server.wire(), server.limits(), server.cancellations(), server::tool, Set.of());
    }

    private List<String> mounts(HttpAccess.Identity identity) {
      String path = resource == null ? "/mcp" : HttpAccess.path(resource);
      String mount = path.isEmpty() ? "/*" : path;
      return identity instanceof HttpAccess.Tokens
          ? List.of(mount, HttpAccess.WELL_KNOWN + path)
          : List.of(mount);
    }
  }
}
