package dev.weirkeeper;

import java.util.Optional;

/**
 * What the host holds every policy to, whichever it is: a policy may narrow what the host allows
 * and never widen it. Pure.
 */
final class Bounds {
  private Bounds() {}

  /** Where a decision goes beyond what the host allows; empty: it may be followed. */
  static Optional<String> exceededBy(Decision decision, Incident incident, Situation situation) {
    if (decision instanceof Decision.Dismiss) {
      return dismissed(incident, situation);
    } else if (decision instanceof Decision.Heal heal) {
      return healed(heal.plan(), incident, situation);
    } else if (decision instanceof Decision.Propose propose) {
      return invented(Optional.of(propose.plan()), situation);
    } else if (decision instanceof Decision.Contain contain) {
      return contained(contain, incident, situation);
    }
    return Optional.empty();
  }

  /** To dismiss is to write rows of the new version as if nothing were. */
  private static Optional<String> dismissed(Incident incident, Situation situation) {
    if (incident.findings().stream().anyMatch(finding -> finding.flags().contains(Flag.RESYNC))) {
      return Optional.of("stored values changed, and nobody reads them again");
    }
    return incident.verdict().worseThan(Verdict.METADATA)
        ? beyondPolicies(incident, situation)
        : beyondTolerance(incident, situation);
  }

  /** Nothing is applied by looking away, so how much was applied and when does not count. */
  private static Optional<String> beyondTolerance(Incident incident, Situation situation) {
    int beyond = situation.tolerance().exceededBy(incident).size();
    return beyond > 0
        ? Optional.of(beyond + " findings are beyond the tolerance of this asset")
        : Optional.empty();
  }

  /** What no policy settles by itself. */
  private static Optional<String> beyondPolicies(Incident incident, Situation situation) {
    return situation.autonomy() == Autonomy.HEAL
        ? beyondTolerance(incident, situation).or(() -> beyondLimits(incident, situation))
        : Optional.of("autonomy here is " + situation.autonomy());
  }

  private static Optional<String> beyondLimits(Incident incident, Situation situation) {
    return situation.exceededBy(incident).stream().map(Excess::why).findFirst();
  }

  private static Optional<String> healed(Plan plan, Incident incident, Situation situation) {
    return beyondPolicies(incident, situation).or(() -> invented(Optional.of(plan), situation));
  }

  private static Optional<String> contained(
      Decision.Contain contain, Incident incident, Situation situation) {
    if (contain.now().stream().anyMatch(action -> !action.target().equals(incident.asset()))) {
      return Optional.of("damage is contained at the asset of the incident and nowhere else");
    }
    // Else a policy that may not heal would heal by this name.
    return contain.now().stream().allMatch(action -> isTakenBack(action, situation))
        ? invented(contain.plan(), situation)
        : Optional.of("damage is contained by acts that can be taken back exactly");
  }

  private static boolean isTakenBack(Action action, Situation situation) {
    return situation.tools().stream()
        .filter(tool -> tool.name().equals(action.tool()))
        .allMatch(tool -> tool.undo() == Undo.EXACT && tool.effect() != Effect.DESTRUCTIVE);
  }

  private static Optional<String> invented(Optional<Plan> plan, Situation situation) {
    return plan.isPresent() && !plan.equals(situation.proposed())
        ? Optional.of("the plan is not the planner's")
        : Optional.empty();
  }
}
