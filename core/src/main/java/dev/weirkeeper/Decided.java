package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.spi.HealingPolicy;
import java.util.List;

/**
 * What a policy was asked and what it said: the body of the journal's decision records. It holds
 * everything the policy may have known, so that anybody can ask it again later.
 */
public record Decided(Incident incident, Situation situation, Decision decision) {
  public static final String KIND = "decision";

  public Decided {
    requireNonNull(incident, "incident");
    requireNonNull(situation, "situation");
    requireNonNull(decision, "decision");
  }

  /**
   * Asks a policy. A policy that fails has decided to contain: the host and a replay must both make
   * the same of it.
   */
  public static Decided by(HealingPolicy policy, Incident incident, Situation situation) {
    Decision decision;
    try {
      decision = requireNonNull(policy.decide(incident, situation), "decision");
    } catch (RuntimeException e) {
      decision =
          new Decision.Contain(
              List.of(),
              situation.proposed(),
              "The policy " + policy.id() + " failed with " + e.getClass().getSimpleName());
    }
    return new Decided(incident, situation, decision);
  }
}
