package dev.weirkeeper.mcp;

import io.modelcontextprotocol.spec.McpStreamableServerSession;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A session of one principal: nobody else's token opens it. */
final class HttpSession {
  private final String id;
  private final String principal;
  private final McpStreamableServerSession session;
  private final AtomicInteger calls = new AtomicInteger();
  private volatile long used;
  private volatile @Nullable HttpStream listener;
  private volatile Instant until = Instant.MAX;
  private volatile boolean closed;

  HttpSession(String id, String principal, McpStreamableServerSession session, long now) {
    this.id = id;
    this.principal = principal;
    this.session = session;
    this.used = now;
  }

  /** What the client sends with each message; a secret. */
  String id() {
    return id;
  }

  /** By what it is known where others may see it, and among calls under way. */
  String name() {
    return session.getId();
  }

  boolean isOf(String who) {
    return principal.equals(who);
  }

  String principal() {
    return principal;
  }

  McpStreamableServerSession session() {
    return session;
  }

  void used(long now) {
    used = now;
  }

  void begun() {
    calls.incrementAndGet();
  }

  void ended(long now) {
    used = now;
    calls.decrementAndGet();
  }

  /** From now on the client hears by this stream what it did not ask for; an older one ends. */
  synchronized void listen(HttpStream stream, Instant tokenExpires) {
    // Known before the older one ends, or that end would be taken for the end of this one.
    until = tokenExpires;
    listener = stream;
    session.listeningStream(stream);
    if (closed) {
      stream.close();
    }
  }

  /** The stream is no more; the session's next one is not touched. */
  synchronized void unlisten(HttpStream stream) {
    if (listener == stream) {
      listener = null;
      session.releaseListeningStream();
    }
  }

  /** Ends the stream of a client whose token does not hold any more. */
  void expire(Instant now) {
    HttpStream stream = listener;
    if (stream != null && !now.isBefore(until)) {
      stream.close();
    }
  }

  boolean isIdle(long now, long longest) {
    return calls.get() == 0 && listener == null && now - used >= longest;
  }

  void close() {
    closed = true;
    HttpStream stream = listener;
    if (stream != null) {
      stream.close();
    }
    session.close();
  }
}
