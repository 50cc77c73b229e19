package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

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
}
