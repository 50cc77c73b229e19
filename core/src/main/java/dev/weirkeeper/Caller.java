package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Who calls a tool.
 *
 * @param principal the authenticated name, at most 128 printable ASCII characters without spaces;
 *     limits and taint go by it, never by a connection
 */
public record Caller(String principal, Kind kind) {
  private static final Pattern PRINCIPAL = Pattern.compile("[\\x21-\\x7e]{1,128}");

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
    requireNonNull(kind, "kind");
    if (!PRINCIPAL.matcher(requireNonNull(principal, "principal")).matches()) {
      throw new IllegalArgumentException(
          "A principal is 1 to 128 printable ASCII characters without spaces, so that no two look"
              + " alike; map other names to such an id");
    }
  }

  /** The caller as the journal names actors: {@code policy:playbook}. */
  public String actor() {
    return kind.name().toLowerCase(Locale.ROOT) + ":" + principal;
  }
}
