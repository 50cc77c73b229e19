package dev.weirkeeper.healing;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Effect;
import dev.weirkeeper.Excess;
import dev.weirkeeper.Finding;
import dev.weirkeeper.Flag;
import dev.weirkeeper.Incident;
import dev.weirkeeper.Plan;
import dev.weirkeeper.Situation;
import dev.weirkeeper.ToolSpec;
import dev.weirkeeper.Verdict;
import java.util.List;
import java.util.Optional;

/** An incident in its situation, and the questions that the playbook asks about it. */
record Case(Incident incident, Situation situation) {
  Case {
    requireNonNull(incident, "incident");
    requireNonNull(situation, "situation");
  }

  List<Finding> findings() {
    return incident.findings();
  }

  /** The proposed plan, unless it is another asset's or contradicts a finding. */
  Optional<Plan> plan() {
    return situation
        .proposed()
        .filter(plan -> plan.asset().equals(incident.asset()))
        .filter(
            plan ->
                findings().stream()
                    .flatMap(finding -> finding.to().stream())
                    .allMatch(plan.to()::equals));
  }

  /** Names of the tools that the plan calls, in order; empty without a plan. */
  List<String> planned() {
    return plan().stream()
        .flatMap(plan -> plan.steps().stream())
        .map(step -> step.action().tool())
        .toList();
  }

  /** Whether no finding is worse, and none says that stored values changed without a row event. */
  boolean atMost(Verdict verdict) {
    return !incident.verdict().worseThan(verdict) && !stale();
  }

  boolean stale() {
    return findings().stream().anyMatch(finding -> finding.flags().contains(Flag.RESYNC));
  }

  /** Whether a person wants to be asked, for the table or for one who reads it. */
  boolean asked(Finding finding) {
    return situation.tolerance().asksAbout(finding) || situation.tolerance().burdens(finding);
  }

  /** Each limit that the incident goes beyond. */
  List<Excess> limits() {
    return situation.exceededBy(incident);
  }

  /** Findings that the table does not bear without a person. */
  List<Finding> exceeding() {
    return situation.tolerance().exceededBy(incident);
  }

  /** Whether the tool exists and is not destructive. */
  boolean usable(String tool) {
    List<ToolSpec> named =
        situation.tools().stream().filter(spec -> spec.name().equals(tool)).toList();
    return !named.isEmpty()
        && named.stream().allMatch(spec -> spec.effect().compareTo(Effect.WRITE) <= 0);
  }

  /** How many recent acts on the asset failed or may have happened. */
  long wentWrong() {
    return situation.recent().stream()
        .filter(act -> act.startsWith("Failed ") || act.startsWith("Unknown "))
        .count();
  }
}
