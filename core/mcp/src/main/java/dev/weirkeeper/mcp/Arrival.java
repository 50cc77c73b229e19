package dev.weirkeeper.mcp;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Caller;
import dev.weirkeeper.RemoteCall;
import dev.weirkeeper.ToolSpec;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What a transport knows of a message that it received: it says who asks, never the message. It
 * travels in the SDK's transport context under {@link #KEY}.
 *
 * @param requestId id of the JSON-RPC request, as text
 * @param cancelled why nobody waits for the answer any more; empty: go on
 * @param within what the client's token lets it use of what the door grants its principal
 */
record Arrival(
    Caller caller,
    RemoteCall.Transport transport,
    Optional<String> session,
    Optional<String> requestId,
    Supplier<Optional<String>> cancelled,
    Predicate<ToolSpec> within) {
  static final String KEY = "weirkeeper.arrival";

  Arrival {
    requireNonNull(caller, "caller");
    requireNonNull(transport, "transport");
    requireNonNull(session, "session");
    requireNonNull(requestId, "requestId");
    requireNonNull(cancelled, "cancelled");
    requireNonNull(within, "within");
  }
}
