package dev.weirkeeper.spi;

import dev.weirkeeper.RemoteCall;
import java.util.Optional;

/**
 * Watches calls of remote clients, from their arrival to their answer. What it throws is logged and
 * changes nothing. MUST be safe to call from many threads.
 */
@FunctionalInterface
public interface CallObserver {
  /** A call arrived; the answer is ended once, on the same thread. */
  Observed begin(RemoteCall call);

  /** A call that is being watched. */
  @FunctionalInterface
  interface Observed {
    /**
     * @param error how it failed: the code of a JSON-RPC error as text, {@code tool_error} for a
     *     result that is an error, {@code timeout}, {@code cancelled}, or the name of an
     *     exception's class; empty if it did not fail. What the door refuses is a {@code
     *     tool_error}
     */
    void end(Optional<String> error);
  }
}
