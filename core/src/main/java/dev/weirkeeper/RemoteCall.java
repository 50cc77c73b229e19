package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Optional;

/**
 * A message of a remote client that is being answered, as telemetry may know it: no arguments and
 * no results.
 *
 * @param method of the protocol: {@code tools/call}
 * @param target name of the tool or prompt; only names that exist here, so that nobody can fill a
 *     time series with names of his own
 * @param requestId as the client chose it
 * @param session id of the session, where there is one
 * @param protocolVersion as it was agreed upon
 * @param caller who asks; empty before that is known
 * @param trace {@code traceparent}, {@code tracestate}, {@code baggage} as the client sent them
 */
public record RemoteCall(
    String method,
    Optional<String> target,
    Optional<String> requestId,
    Optional<String> session,
    Optional<String> protocolVersion,
    Transport transport,
    Optional<Caller> caller,
    Map<String, String> trace) {

  /** How the message came. */
  public enum Transport {
    /** Standard input and output of a process, or a socket of the machine. */
    PIPE,
    /** HTTP. */
    TCP
  }

  public RemoteCall {
    requireNonNull(method, "method");
    requireNonNull(target, "target");
    requireNonNull(requestId, "requestId");
    requireNonNull(session, "session");
    requireNonNull(protocolVersion, "protocolVersion");
    requireNonNull(transport, "transport");
    requireNonNull(caller, "caller");
    trace = Map.copyOf(trace);
  }
}
