package dev.weirkeeper.spi;

import dev.weirkeeper.Action;
import dev.weirkeeper.Caller;
import dev.weirkeeper.ToolSpec;
import java.time.Instant;
import java.util.Optional;

/**
 * A rule of the host beside limits, grants and budgets: closing hours, a release freeze. It can
 * only narrow: what it lets through still has to pass everything else. MUST be quick and free of
 * side effects; one that throws refuses. Passed by the host by hand, never discovered.
 */
public interface Guard {
  /** Kebab-case, with a digest of the settings behind it: approvals are bound to it. */
  String id();

  /** Why the act must not be made now; empty: this rule has nothing against it. */
  Optional<String> objection(Caller caller, ToolSpec tool, Action action, Instant now);
}
