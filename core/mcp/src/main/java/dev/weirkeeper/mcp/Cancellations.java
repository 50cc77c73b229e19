package dev.weirkeeper.mcp;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets a client give up requests that are under way, which the SDK does not do: the transport
 * begins each request here, hands the handle on as {@link Arrival#cancelled}, and ends it once the
 * request is answered. Holds only what is under way, so that nobody can fill it. Safe to share
 * between threads.
 */
final class Cancellations {
  private static final int REASON_LENGTH = 256;

  private record Key(String session, String requestId) {}

  private final ConcurrentMap<Key, Handle> underWay = new ConcurrentHashMap<>();

  /** A request that is under way; asked, it says why nobody waits for it any more. */
  final class Handle implements Supplier<Optional<String>>, AutoCloseable {
    private final Key key;
    private volatile @Nullable String reason;

    private Handle(Key key) {
      this.key = key;
    }

    /** Why the request was given up; empty: go on. */
    @Override
    public Optional<String> get() {
      return Optional.ofNullable(reason);
    }

    /** The request is answered, or never will be: its id is free again. */
    @Override
    public void close() {
      underWay.remove(key, this);
    }

    /** Nobody reads the answer any more. */
    void lost() {
      cancel("The client has gone");
    }

    private void cancel(String why) {
      // The first reason stays: a client that goes away after it cancelled has cancelled.
      if (reason == null) {
        reason = why;
      }
    }
  }

  /**
   * Begins a request.
   *
   * @param session any name of the connection or session that no other has at the same time
   * @param requestId id of the JSON-RPC request as its JSON text, so that 1 and "1" differ
   * @return empty if a request of that id is under way in the session: it must not be made again
   */
  Optional<Handle> begin(String session, String requestId) {
    Key key = new Key(requireNonNull(session, "session"), requireNonNull(requestId, "requestId"));
    Handle handle = new Handle(key);
    return underWay.putIfAbsent(key, handle) == null ? Optional.of(handle) : Optional.empty();
  }

  /**
   * The client does not want the answer any more. What is not under way is passed over: it may just
   * have been answered.
   *
   * @param why in the client's words; shown cut, with nothing hidden in it
   */
  void cancel(String session, String requestId, Optional<String> why) {
    Handle handle = underWay.get(new Key(session, requestId));
    if (handle != null) {
      handle.cancel(
          why.filter(words -> !words.isBlank())
              .map(words -> "The client cancelled the call: " + Shown.text(words, REASON_LENGTH))
              .orElse("The client cancelled the call"));
    }
  }

  /** The client has gone: nobody waits for any of its requests. */
  void gone(String session) {
    underWay.forEach(
        (key, handle) -> {
          if (key.session().equals(session)) {
            handle.lost();
          }
        });
  }

  /** How many requests are under way in all sessions. */
  int underWay() {
    return underWay.size();
  }
}
