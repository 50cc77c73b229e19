package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything beside the incident that a policy may know. A decision is a function of incident and
 * situation, so this is exactly what a replay stores.
 *
 * @param tools specs of the tools that exist; they hold no code
 * @param proposed the planner's plan for the incident, where it has one
 * @param recent what recent acts on the asset came to, newest first
 * @param open ids of other open incidents
 * @param budgets what is left per action class
 * @param policy digest of the policy and its settings
 * @param breaker how the asset's drift budget stood before the incident; empty if it has none, or
 *     if nobody knows
 */
public record Situation(
    List<ToolSpec> tools,
    Autonomy autonomy,
    Tolerance tolerance,
    Optional<Plan> proposed,
    List<String> recent,
    List<Hash> open,
    Map<String, Long> budgets,
    Instant now,
    String policy,
    Optional<DriftBreaker> breaker) {

  public Situation {
    tools = List.copyOf(tools);
    requireNonNull(autonomy, "autonomy");
    requireNonNull(tolerance, "tolerance");
    requireNonNull(proposed, "proposed");
    recent = List.copyOf(recent);
    open = List.copyOf(open);
    budgets = Map.copyOf(budgets);
    requireNonNull(now, "now");
    requireNonNull(policy, "policy");
    requireNonNull(breaker, "breaker");
  }

  /** A situation in which nobody counts how fast the asset drifts. */
  public Situation(
      List<ToolSpec> tools,
      Autonomy autonomy,
      Tolerance tolerance,
      Optional<Plan> proposed,
      List<String> recent,
      List<Hash> open,
      Map<String, Long> budgets,
      Instant now,
      String policy) {
    this(
        tools, autonomy, tolerance, proposed, recent, open, budgets, now, policy, Optional.empty());
  }

  /** Where an incident is beyond what the asset bears unasked; empty: within all limits. */
  public List<Excess> exceededBy(Incident incident) {
    return Excess.of(incident, tolerance, breaker, now);
  }
}
