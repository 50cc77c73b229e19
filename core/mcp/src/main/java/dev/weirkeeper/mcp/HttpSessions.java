package dev.weirkeeper.mcp;

import io.modelcontextprotocol.spec.McpSchema.ErrorCodes;
import io.modelcontextprotocol.spec.McpStreamableServerSession;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The sessions of an endpoint: at most so many in all and of each principal, and none that nobody
 * uses. A session that is in use is never ended to make room. Safe to share between threads.
 */
final class HttpSessions {
  private static final int ID_BYTES = 24;
  private static final String RETRY_SECONDS = "60";

  private final HttpLimits limits;
  private final LongSupplier nanos;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, HttpSession> open = new HashMap<>();
  private boolean closed;

  HttpSessions(HttpLimits limits, LongSupplier nanos) {
    this.limits = limits;
    this.nanos = nanos;
  }

  /**
   * @throws HttpRefusal if there is no room
   */
  synchronized HttpSession open(String principal, Supplier<McpStreamableServerSession> session)
      throws HttpRefusal {
    if (closed) {
      throw closing();
    }
    requireRoom(principal);
    byte[] bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    HttpSession opened = new HttpSession(id, principal, session.get(), nanos.getAsLong());
    open.put(id, opened);
    return opened;
  }

  static HttpRefusal closing() {
    return new HttpRefusal(
        503, ErrorCodes.INTERNAL_ERROR, "The server is shutting down", Map.of("Retry-After", "5"));
  }

  private void requireRoom(String principal) throws HttpRefusal {
    if (open.size() >= limits.sessions()) {
      sweep();
    }
    if (open.size() >= limits.sessions()) {
      throw new HttpRefusal(
          503,
          ErrorCodes.INTERNAL_ERROR,
          "There is no room for another session; try again later",
          Map.of("Retry-After", RETRY_SECONDS));
    }
    long same = open.values().stream().filter(session -> session.isOf(principal)).count();
    if (same >= limits.sessionsEach()) {
      throw new HttpRefusal(
          429,
          ErrorCodes.INVALID_REQUEST,
          "You have "
              + limits.sessionsEach()
              + " sessions, which is as many as you may; end one with DELETE",
          Map.of("Retry-After", RETRY_SECONDS));
    }
  }

  /** The principal's session of the id; somebody else's is none. */
  synchronized Optional<HttpSession> find(String id, String principal) {
    Optional<HttpSession> found =
        Optional.ofNullable(open.get(id)).filter(session -> session.isOf(principal));
    found.ifPresent(session -> session.used(nanos.getAsLong()));
    return found;
  }

  synchronized void remove(HttpSession session) {
    open.remove(session.id());
  }

  synchronized List<HttpSession> all() {
    return List.copyOf(open.values());
  }

  /** Ends the sessions that nobody uses. */
  synchronized void sweep() {
    long now = nanos.getAsLong();
    List<HttpSession> idle = new ArrayList<>();
    open.values()
        .removeIf(session -> session.isIdle(now, limits.idle().toNanos()) && idle.add(session));
    idle.forEach(HttpSession::close);
  }

  synchronized void expire(Instant now) {
    open.values().forEach(session -> session.expire(now));
  }

  synchronized int size() {
    return open.size();
  }

  /** Ends all, and opens none any more. */
  List<HttpSession> close() {
    List<HttpSession> ended;
    synchronized (this) {
      closed = true;
      ended = List.copyOf(open.values());
      open.clear();
    }
    ended.forEach(HttpSession::close);
    return ended;
  }
}
