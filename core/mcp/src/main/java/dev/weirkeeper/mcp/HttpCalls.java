package dev.weirkeeper.mcp;

import dev.weirkeeper.Redaction;
import dev.weirkeeper.RemoteCall;
import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpSchema.ErrorCodes;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpStreamableServerSession;
import io.modelcontextprotocol.spec.McpStreamableServerTransport;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * Has the requests of clients answered by threads of the endpoint, so that those of the container
 * stay free for what cancels them, and looks after the streams that carry answers. A request whose
 * client has gone is given up, and never made again. Safe to share between threads.
 */
final class HttpCalls implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpCalls.class);

  private final HttpLimits limits;
  private final Cancellations cancellations;
  private final HttpAccounts accounts;
  private final LongSupplier nanos;
  private final Semaphore room;
  private final ThreadPoolExecutor workers;
  private final Set<HttpStream> streams = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  HttpCalls(
      HttpLimits limits, Cancellations cancellations, HttpAccounts accounts, LongSupplier nanos) {
    this.limits = limits;
    this.cancellations = cancellations;
    this.accounts = accounts;
    this.nanos = nanos;
    // As many again may wait.
    this.room = new Semaphore(2 * limits.calls());
    this.workers =
        new ThreadPoolExecutor(
            limits.calls(),
            limits.calls(),
            10,
            TimeUnit.SECONDS,
            // Bounded by the semaphore.
            new LinkedBlockingQueue<>(),
            Daemons.named("weirkeeper-mcp-http"));
    workers.allowCoreThreadTimeOut(true);
  }

  /** A request with what is known of it. */
  private record Call(
      HttpVisitor visitor,
      HttpSession session,
      JSONRPCRequest message,
      Cancellations.Handle handle,
      Place place) {
    McpTransportContext context() {
      return McpTransportContext.create(
          Map.of(
              Arrival.KEY,
              new Arrival(
                  visitor.caller(),
                  RemoteCall.Transport.TCP,
                  Optional.of(session.name()),
                  Optional.of(String.valueOf(message.id())),
                  handle,
                  visitor.within())));
    }
  }

  /** One of the calls that may be under way. */
  private final class Place implements AutoCloseable {
    private final HttpVisitor visitor;
    private final HttpSession session;
    private final AtomicBoolean left = new AtomicBoolean();

    Place(HttpVisitor visitor, HttpSession session) {
      this.visitor = visitor;
      this.session = session;
      session.begun();
    }

    @Override
    public void close() {
      if (left.compareAndSet(false, true)) {
        session.ended(nanos.getAsLong());
        accounts.end(visitor.principal());
        room.release();
      }
    }
  }

  /** Begins to answer; returns at once. */
  void begin(
      HttpServletRequest request,
      HttpServletResponse response,
      HttpVisitor visitor,
      HttpSession session,
      JSONRPCRequest message)
      throws HttpRefusal, IOException {
    if (!accounts.begin(visitor.principal())) {
      throw busy(429, "You have as many calls under way as you may; wait for one of them");
    }
    boolean admitted = false;
    try {
      if (!room.tryAcquire()) {
        throw busy(503, "The server has as much to do as it can; try again later");
      }
      admitted = true;
    } finally {
      if (!admitted) {
        accounts.end(visitor.principal());
      }
    }
    Place place = new Place(visitor, session);
    boolean begun = false;
    try {
      answer(
          request, response, new Call(visitor, session, message, handle(session, message), place));
      begun = true;
    } finally {
      if (!begun) {
        place.close();
      }
    }
  }

  private Cancellations.Handle handle(HttpSession session, JSONRPCRequest message)
      throws HttpRefusal {
    return cancellations
        .begin(session.name(), Wire.idText(message.id()))
        .orElseThrow(
            () ->
                new HttpRefusal(
                    400,
                    ErrorCodes.INVALID_REQUEST,
                    "A request of the same id is under way; give each request its own"));
  }

  private void answer(HttpServletRequest request, HttpServletResponse response, Call call)
      throws IOException {
    boolean begun = false;
    try {
      HttpStream stream =
          stream(HttpStream.Kind.ANSWER, request, response, ended -> call.handle().lost());
      try {
        workers.execute(() -> answer(call, stream));
        begun = true;
      } finally {
        if (!begun) {
          stream.close();
        }
      }
    } finally {
      if (!begun) {
        call.handle().close();
      }
    }
  }

  private static HttpRefusal busy(int status, String message) {
    return new HttpRefusal(status, ErrorCodes.INTERNAL_ERROR, message, Map.of("Retry-After", "1"));
  }

  /** Opens the stream by which a client hears what it did not ask for. */
  void listen(
      HttpServletRequest request,
      HttpServletResponse response,
      HttpVisitor visitor,
      HttpSession session)
      throws IOException {
    HttpStream stream = stream(HttpStream.Kind.LISTENER, request, response, session::unlisten);
    session.listen(stream, visitor.until());
    if (stream.isOver()) {
      // It ended before the session knew of it.
      session.unlisten(stream);
    }
  }

  private HttpStream stream(
      HttpStream.Kind kind,
      HttpServletRequest request,
      HttpServletResponse response,
      Consumer<HttpStream> ended)
      throws IOException {
    AsyncContext async = request.startAsync();
    HttpStream stream = new HttpStream(kind, async, response, nanos, ended);
    streams.add(stream);
    stream.start();
    return stream;
  }

  private void answer(Call call, HttpStream stream) {
    Cancellations.Handle handle = call.handle();
    try (handle) {
      if (!closed && handle.get().isEmpty()) {
        answer(call, stream, call.session().session().responseStream(new Reply(stream, call)));
      }
    } finally {
      call.place().close();
      stream.close();
    }
  }

  private static void answer(
      Call call,
      HttpStream stream,
      McpStreamableServerSession.McpStreamableServerSessionStream answers) {
    try {
      answers
          .handle(call.message())
          .contextWrite(all -> all.put(McpTransportContext.KEY, call.context()))
          .block();
    } catch (RuntimeException e) {
      LOG.warn("An answer could not be made: {}", Redaction.described(e));
      stream.fail(call.message().id());
    } finally {
      answers.close();
    }
  }

  /** A client that has given a request up gets no response to it. */
  private record Reply(HttpStream stream, Call call) implements McpStreamableServerTransport {
    @Override
    public Mono<Void> sendMessage(JSONRPCMessage message) {
      return Mono.defer(
          () -> {
            if (message instanceof JSONRPCResponse) {
              // Its id and place are free before the client can know it.
              call.handle().close();
              call.place().close();
              if (call.handle().get().isPresent()) {
                return Mono.empty();
              }
            }
            return stream.sendMessage(message);
          });
    }

    @Override
    public Mono<Void> sendMessage(JSONRPCMessage message, String messageId) {
      return sendMessage(message);
    }

    @Override
    public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
      return stream.unmarshalFrom(data, type);
    }

    @Override
    public void close() {
      stream.close();
    }

    @Override
    public Mono<Void> closeGracefully() {
      return stream.closeGracefully();
    }
  }

  /** Sends signs of life, and gives up clients that do not read. */
  void tend() {
    long heartbeat = limits.heartbeat().toNanos();
    long write = limits.write().toNanos();
    streams.removeIf(stream -> !stream.tend(heartbeat, write));
  }

  /** How many answers and streams are open, as far as the last look went. */
  int streams() {
    return streams.size();
  }

  @Override
  public void close() {
    closed = true;
    Daemons.retire(workers);
    streams.forEach(HttpStream::close);
    streams.clear();
  }
}
