package dev.weirkeeper.mcp;

import dev.weirkeeper.Redaction;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpSchema.ErrorCodes;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpStreamableServerTransport;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * The body of one answer of HTTP: a JSON object if all there is to say is the response, else a
 * stream of events. Writes without waiting, so that a client that does not read holds no thread; it
 * holds at most a bounded queue, and that for a bounded time. Safe to share between threads.
 */
final class HttpStream implements McpStreamableServerTransport, WriteListener, AsyncListener {
  private static final Logger LOG = LoggerFactory.getLogger(HttpStream.class);
  private static final int QUEUED_MESSAGES = 256;
  private static final long QUEUED_BYTES = 4L * 1024 * 1024;
  private static final byte[] SIGN_OF_LIFE = ":\n\n".getBytes(StandardCharsets.UTF_8);

  /** What the stream is for. */
  enum Kind {
    /** The answer to one request. */
    ANSWER,
    /** What the client is told unasked. */
    LISTENER
  }

  private enum Form {
    UNDECIDED,
    JSON,
    EVENTS
  }

  private final Kind kind;
  private final AsyncContext async;
  private final HttpServletResponse response;
  private final ServletOutputStream out;
  private final LongSupplier nanos;
  private final Consumer<HttpStream> ended;
  private final Deque<byte[]> queue = new ArrayDeque<>();
  private Form form = Form.UNDECIDED;
  private long queuedBytes;
  // Until the container says so first, nothing may be written.
  private boolean waiting = true;
  private boolean unflushed;
  private boolean closing;
  private boolean done;
  private long lastMoved;

  /**
   * @param ended called once, when nothing more can be sent
   */
  HttpStream(
      Kind kind,
      AsyncContext async,
      HttpServletResponse response,
      LongSupplier nanos,
      Consumer<HttpStream> ended)
      throws IOException {
    this.kind = kind;
    this.async = async;
    this.response = response;
    this.out = response.getOutputStream();
    this.nanos = nanos;
    this.ended = ended;
    this.lastMoved = nanos.getAsLong();
  }

  /** Begins; to be called on the thread of the request. */
  void start() {
    async.setTimeout(0);
    async.addListener(this);
    if (kind == Kind.LISTENER) {
      synchronized (this) {
        events();
        // Without a byte some clients wait for the headers for ever.
        queue(SIGN_OF_LIFE);
      }
    }
    out.setWriteListener(this);
  }

  @Override
  public Mono<Void> sendMessage(JSONRPCMessage message) {
    return Mono.fromRunnable(() -> send(message));
  }

  @Override
  public Mono<Void> sendMessage(JSONRPCMessage message, String messageId) {
    // Streams are not resumed, so that no event needs an id that a client would ask for again.
    return sendMessage(message);
  }

  private void send(JSONRPCMessage message) {
    String json = Wire.write(message);
    synchronized (this) {
      boolean answer = message instanceof JSONRPCResponse;
      if (done || closing) {
        return;
      }
      if (!answer && (queue.size() >= QUEUED_MESSAGES || queuedBytes >= QUEUED_BYTES)) {
        throw new IllegalStateException("The client does not read what it is sent");
      }
      if (form == Form.UNDECIDED && answer) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        form = Form.JSON;
        response.setContentType("application/json");
        response.setContentLength(body.length);
        queue(body);
      } else {
        events();
        queue(("event: message\ndata: " + json + "\n\n").getBytes(StandardCharsets.UTF_8));
      }
    }
    drain();
  }

  /** Says that there is no response, without why. */
  void fail(Object id) {
    send(
        new JSONRPCResponse(
            "2.0",
            id,
            null,
            new JSONRPCResponse.JSONRPCError(
                ErrorCodes.INTERNAL_ERROR, Wire.INTERNAL_ERROR, null)));
  }

  private void events() {
    if (form == Form.UNDECIDED) {
      form = Form.EVENTS;
      response.setContentType("text/event-stream");
      // For proxies that would gather events.
      response.setHeader("X-Accel-Buffering", "no");
    }
  }

  private void queue(byte[] bytes) {
    if (queue.isEmpty()) {
      lastMoved = nanos.getAsLong();
    }
    queue.add(bytes);
    queuedBytes += bytes.length;
  }

  /** Writes what the container takes without waiting. */
  private void drain() {
    boolean over;
    synchronized (this) {
      over = !waiting && !done && drained();
      done |= over;
    }
    if (over) {
      end();
    }
  }

  /** Whether nothing is left to do. */
  private boolean drained() {
    try {
      // Where the form is JSON, the end flushes.
      while (!queue.isEmpty() || unflushed || closing) {
        if (!out.isReady()) {
          waiting = true;
          return false;
        }
        if (queue.isEmpty() && (!unflushed || form == Form.JSON)) {
          return true;
        }
        byte[] next = queue.poll();
        if (next == null) {
          unflushed = false;
          out.flush();
        } else {
          queuedBytes -= next.length;
          unflushed = true;
          out.write(next);
        }
        lastMoved = nanos.getAsLong();
      }
      return false;
    } catch (IOException | IllegalStateException e) {
      LOG.debug("A client cannot be written to any more: {}", Redaction.described(e));
      return true;
    }
  }

  @Override
  public void onWritePossible() {
    synchronized (this) {
      waiting = false;
    }
    drain();
  }

  /**
   * Looks after the stream now and then.
   *
   * @return whether it goes on
   */
  boolean tend(long heartbeat, long longestWrite) {
    boolean stuck;
    synchronized (this) {
      if (done) {
        return false;
      }
      long still = nanos.getAsLong() - lastMoved;
      boolean unread = waiting && (!queue.isEmpty() || unflushed);
      stuck = unread && still >= longestWrite;
      if (!stuck && !unread && !closing && queue.isEmpty() && still >= heartbeat) {
        events();
        if (form == Form.EVENTS) {
          queue(SIGN_OF_LIFE);
        }
      }
    }
    if (stuck) {
      LOG.debug("A client does not read what it is sent; it is given up");
      abandon();
      return false;
    }
    drain();
    return true;
  }

  /** Whether nothing more can be sent. */
  synchronized boolean isOver() {
    return done;
  }

  /** Sends nothing any more. */
  private void abandon() {
    boolean first;
    synchronized (this) {
      first = !done;
      done = true;
      queue.clear();
      queuedBytes = 0;
    }
    if (first) {
      end();
    }
  }

  private void end() {
    try {
      async.complete();
    } catch (IllegalStateException e) {
      LOG.debug("The container has ended the request already: {}", Redaction.described(e));
    }
    ended.accept(this);
  }

  /** Ends the stream once everything is written. */
  @Override
  public void close() {
    synchronized (this) {
      if (done) {
        // The response may be another request's by now.
        return;
      }
      // Without a response it is a stream that ends early, not an empty object.
      events();
      closing = true;
    }
    drain();
  }

  @Override
  public Mono<Void> closeGracefully() {
    return Mono.fromRunnable(this::close);
  }

  @Override
  public void onError(Throwable thrown) {
    LOG.debug("A client has gone: {}", Redaction.described(thrown));
    abandon();
  }

  @Override
  public void onComplete(AsyncEvent event) {
    abandon();
  }

  @Override
  public void onTimeout(AsyncEvent event) {
    abandon();
  }

  @Override
  public void onError(AsyncEvent event) {
    abandon();
  }

  @Override
  public void onStartAsync(AsyncEvent event) {}

  @Override
  public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
    return Wire.MAPPER.convertValue(data, type);
  }
}
