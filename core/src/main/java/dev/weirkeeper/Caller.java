package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

/**
 * Who calls a tool.
 *
 * @param principal the authenticated name; limits and taint go by it, never by a connection
 */
public record Caller(String principal, Kind kind) {
  /** What kind of caller it is. */
  public enum Kind {
    /** Code of the host or a person at its console. */
    HOST,
    /** A policy, by the pipeline. */
    POLICY,
    /** A model or a remote client. Always tainted. */
    AGENT
  }

  public Caller {
    requireNonNull(principal, "principal");
    requireNonNull(kind, "kind");
  }
}
