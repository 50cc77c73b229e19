package dev.weirkeeper.mcp;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Caller;
import dev.weirkeeper.Redaction;
import dev.weirkeeper.RemoteCall;
import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.ErrorCodes;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpServerSession;
import io.modelcontextprotocol.spec.McpServerTransport;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * One client at the other end of a pipe: takes its messages in the order in which they come, has
 * them answered by a few threads of its own, and writes the answers one after the other.
 *
 * <p>{@link #accept} never waits for a tool, so that what cancels a call gets through; it waits
 * where the client has sent more than the limit allows and does not read its answers, which is how
 * a fast client is slowed down and memory stays bounded.
 */
final class Connection implements McpServerTransport {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
  private static final String HANDLE = "weirkeeper.handle";
  private static final int WORKERS = 8;
  private static final int LARGE_MESSAGES = 8;

  /** Where answers go: one line each, called by one thread at a time. */
  @FunctionalInterface
  interface Output {
    void write(String line) throws IOException;
  }

  /**
   * What all connections of a server share.
   *
   * @param requests that are answered beside {@code initialize}
   */
  record Shared(Wire wire, Limits limits, Cancellations cancellations, Set<String> requests) {}

  private enum Phase {
    NEW,
    /** The client was answered what the server is, and has not said that it goes on. */
    INITIALIZED,
    READY
  }

  private final String name = UUID.randomUUID().toString();
  private final Caller caller;
  private final Shared shared;
  private final Output output;
  private final McpServerSession session;
  private final Set<Object> askedOfClient = ConcurrentHashMap.newKeySet();
  private final Semaphore calls;
  private final Semaphore bytes;
  private final ThreadPoolExecutor workers;
  private final Object writing = new Object();
  private volatile boolean broken;
  // Only the thread that reads uses it.
  private Phase phase = Phase.NEW;

  Connection(Caller caller, Shared shared, Output output, McpServerSession.Factory sessions) {
    this.caller = requireNonNull(caller, "caller");
    this.shared = requireNonNull(shared, "shared");
    this.output = requireNonNull(output, "output");
    this.calls = new Semaphore(shared.limits().inFlight());
    this.bytes = new Semaphore(budget());
    int threads = Math.min(WORKERS, shared.limits().inFlight());
    this.workers =
        new ThreadPoolExecutor(
            threads,
            threads,
            10,
            TimeUnit.SECONDS,
            // Bounded by the semaphores.
            new LinkedBlockingQueue<>(),
            Daemons.named("weirkeeper-mcp-call"));
    workers.allowCoreThreadTimeOut(true);
    this.session = sessions.create(this);
  }

  private int budget() {
    return (int)
        Math.min(Integer.MAX_VALUE, (long) LARGE_MESSAGES * shared.limits().messageBytes());
  }

  /** Whether the client can be written to, as far as is known. */
  boolean isOpen() {
    return !broken;
  }

  /**
   * Takes one message. To be called by one thread.
   *
   * @throws InterruptedException if it had to wait and was interrupted
   */
  void accept(byte[] line) throws InterruptedException {
    try {
      take(shared.wire().read(line), line.length);
    } catch (BadMessage e) {
      refuse(e);
    } catch (RuntimeException e) {
      // One message must not end the reading of those that follow.
      LOG.warn("A message of {} failed: {}", caller.actor(), Redaction.described(e));
      send(Wire.error(null, ErrorCodes.INTERNAL_ERROR, Wire.INTERNAL_ERROR));
    }
  }

  private void take(JSONRPCMessage message, int size) throws InterruptedException {
    if (message instanceof JSONRPCRequest request) {
      request(request, size);
    } else if (message instanceof JSONRPCNotification notification) {
      notified(notification);
    } else if (message instanceof JSONRPCResponse response) {
      if (askedOfClient.remove(response.id())) {
        session.handle(response).block();
      } else {
        LOG.debug("{} answered what it was not asked", caller.actor());
      }
    }
  }

  /** Answers that what came is no message. */
  void refuse(BadMessage bad) {
    LOG.debug("{} sent no message: {}", caller.actor(), bad.getMessage());
    send(Wire.error(bad));
  }

  private void notified(JSONRPCNotification notification) {
    switch (notification.method()) {
      case McpSchema.METHOD_NOTIFICATION_INITIALIZED -> {
        if (phase == Phase.INITIALIZED) {
          session.handle(notification).block();
          phase = Phase.READY;
        }
      }
      case "notifications/cancelled" -> {
        if (notification.params() instanceof Map<?, ?> params && params.get("requestId") != null) {
          shared
              .cancellations()
              .cancel(
                  name,
                  Wire.idText(params.get("requestId")),
                  params.get("reason") instanceof String why ? Optional.of(why) : Optional.empty());
        }
      }
      default -> LOG.debug("{} sent a notification that nobody listens to", caller.actor());
    }
  }

  private void request(JSONRPCRequest request, int size) throws InterruptedException {
    if (request.method().equals(McpSchema.METHOD_INITIALIZE)) {
      initialize(request);
    } else if (!shared.requests().contains(request.method())) {
      send(Wire.error(request.id(), ErrorCodes.METHOD_NOT_FOUND, "There is no such method here"));
    } else if (phase == Phase.READY) {
      admit(request, size);
    } else if (request.method().equals(McpSchema.METHOD_PING)) {
      send(Wire.write(new JSONRPCResponse("2.0", request.id(), Map.of(), null)));
    } else {
      send(
          Wire.error(
              request.id(),
              ErrorCodes.INVALID_REQUEST,
              phase == Phase.NEW
                  ? "The session is not initialized; send initialize first"
                  : "The session is not initialized; send notifications/initialized first"));
    }
  }

  private void initialize(JSONRPCRequest request) {
    if (phase != Phase.NEW) {
      send(
          Wire.error(
              request.id(), ErrorCodes.INVALID_REQUEST, "The session is initialized already"));
      return;
    }
    if (!isInitialize(request.params())) {
      send(
          Wire.error(
              request.id(),
              ErrorCodes.INVALID_PARAMS,
              "initialize needs protocolVersion, capabilities and clientInfo with name and"
                  + " version"));
      return;
    }
    phase = Phase.INITIALIZED;
    session.handle(request).block();
  }

  static boolean isInitialize(Object params) {
    return params instanceof Map<?, ?> members
        && members.get("protocolVersion") instanceof String
        && members.get("capabilities") instanceof Map
        && members.get("clientInfo") instanceof Map<?, ?> info
        && info.get("name") instanceof String
        && info.get("version") instanceof String;
  }

  private void admit(JSONRPCRequest request, int size) throws InterruptedException {
    int weight = Math.min(size, budget());
    calls.acquire();
    bytes.acquire(weight);
    boolean begun = false;
    Optional<Cancellations.Handle> handle = Optional.empty();
    try {
      if (broken) {
        return;
      }
      handle = shared.cancellations().begin(name, Wire.idText(request.id()));
      if (handle.isPresent()) {
        Cancellations.Handle held = handle.get();
        workers.execute(() -> answer(request, held, weight));
        begun = true;
      } else {
        // Not by that id: the client would take it for the answer of the request that has it.
        send(
            Wire.error(
                null,
                ErrorCodes.INVALID_REQUEST,
                "A request of the same id is under way; give each request its own"));
      }
    } finally {
      if (!begun) {
        handle.ifPresent(Cancellations.Handle::close);
        release(weight);
      }
    }
  }

  private void answer(JSONRPCRequest request, Cancellations.Handle handle, int weight) {
    try (handle) {
      if (!broken && handle.get().isEmpty()) {
        Arrival arrival =
            new Arrival(
                caller,
                RemoteCall.Transport.PIPE,
                Optional.empty(),
                Optional.of(String.valueOf(request.id())),
                handle,
                spec -> true);
        McpTransportContext context =
            McpTransportContext.create(Map.of(Arrival.KEY, arrival, HANDLE, handle));
        session
            .handle(request)
            .contextWrite(all -> all.put(McpTransportContext.KEY, context))
            .block();
      }
    } catch (RuntimeException e) {
      LOG.warn("An answer could not be made: {}", Redaction.described(e));
      send(Wire.error(request.id(), ErrorCodes.INTERNAL_ERROR, Wire.INTERNAL_ERROR));
    } finally {
      release(weight);
    }
  }

  private void release(int weight) {
    bytes.release(weight);
    calls.release();
  }

  @Override
  public Mono<Void> sendMessage(JSONRPCMessage message) {
    return Mono.deferContextual(
        context -> {
          McpTransportContext transport =
              context.getOrDefault(McpTransportContext.KEY, McpTransportContext.EMPTY);
          if (message instanceof JSONRPCRequest request) {
            askedOfClient.add(request.id());
          } else if (message instanceof JSONRPCResponse
              && requireNonNull(transport).get(HANDLE) instanceof Cancellations.Handle handle) {
            // Its id is free before the client can know it.
            handle.close();
            if (handle.get().isPresent()) {
              return Mono.empty();
            }
          }
          send(Wire.write(message));
          return Mono.empty();
        });
  }

  private void send(String line) {
    if (broken) {
      return;
    }
    synchronized (writing) {
      try {
        output.write(line);
      } catch (IOException e) {
        broken = true;
        LOG.debug("The client cannot be written to any more: {}", Redaction.described(e));
      }
    }
    if (broken) {
      shared.cancellations().gone(name);
    }
  }

  /**
   * The client sends no more: what it waits for is still answered, as long as that takes at most.
   *
   * @return whether all was answered
   */
  boolean drain(Duration longest) throws InterruptedException {
    int all = shared.limits().inFlight();
    boolean drained = calls.tryAcquire(all, longest.toMillis(), TimeUnit.MILLISECONDS);
    if (drained) {
      calls.release(all);
    } else {
      LOG.warn("Calls of {} were not finished {} after it had gone", caller.actor(), longest);
    }
    return drained;
  }

  /** Gives up what is under way, and sends nothing any more. */
  @Override
  public void close() {
    broken = true;
    shared.cancellations().gone(name);
    Daemons.retire(workers);
  }

  @Override
  public Mono<Void> closeGracefully() {
    return Mono.fromRunnable(this::close);
  }

  @Override
  public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
    return Wire.MAPPER.convertValue(data, type);
  }
}
