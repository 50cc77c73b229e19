package dev.weirkeeper.spi;

import dev.weirkeeper.Decision;
import dev.weirkeeper.Incident;
import dev.weirkeeper.Situation;

/**
 * Decides what an incident calls for. MUST be pure: everything it may know is in the incident and
 * the situation, so that a decision can be replayed. Passed by the host by hand, never discovered.
 */
public interface HealingPolicy {
  /** Kebab-case, with a digest of the settings behind it where there are any. */
  String id();

  Decision decide(Incident incident, Situation situation);
}
