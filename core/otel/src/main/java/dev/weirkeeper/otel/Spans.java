package dev.weirkeeper.otel;

/**
 * Who opens the span of a remote client's call. The API cannot tell whether somebody does already,
 * so the host says it: one call is one span.
 */
public enum Spans {
  /** Nobody else does: telemetry opens and measures it. */
  OWN,
  /**
   * An agent or framework of the host does: what is known of the call is added to the span that is
   * current, and the call's duration is left to whoever opened it.
   */
  HOST
}
