package dev.weirkeeper.mcp;

import dev.weirkeeper.Json;
import java.time.Instant;
import java.util.Optional;

/**
 * What a client is told of a call that has no result to show: always in this form, so that models
 * and programs can rely on it.
 *
 * @param outcome what the call came to
 * @param reason in the door's or the tool's words; text from outside
 * @param next what to do now, in our own words
 * @param approvalRequest arguments for {@code approval_request}, if an approval would help
 */
record Told(
    Came outcome,
    String reason,
    String next,
    Optional<String> handle,
    Optional<Instant> deadline,
    Optional<Ask> approvalRequest,
    Optional<Json> done,
    Optional<Json> notDone) {

  /** What a call came to. */
  enum Came {
    DONE,
    PARTIAL,
    PENDING,
    REFUSED,
    FAILED,
    UNKNOWN
  }

  /** What to ask persons for. */
  record Ask(String tool, Json input) {}

  static Told of(Came outcome, String reason, String next) {
    return new Told(
        outcome,
        reason,
        next,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  Told asking(Ask ask) {
    return new Told(outcome, reason, next, handle, deadline, Optional.of(ask), done, notDone);
  }
}
