package dev.weirkeeper;

import java.util.Optional;
import java.util.function.Function;

/**
 * What happens when something is found of a table that no plan follows, for there is nothing that
 * the target could do: settings around it, or what its values mean. What the table's tolerance
 * bears is noted; beyond it the policy decides and the table is paused. Runs on the pipeline's
 * thread.
 */
final class FindingsStep {
  private static final String WITHIN =
      "Within the tolerance of the table; there is nothing for the target to follow";

  private final SchemaStep schema;
  private final Tables tables;
  private final Function<Asset, Tolerance> tolerances;

  FindingsStep(Pipeline.Parts parts, SchemaStep schema, Tables tables) {
    this.schema = schema;
    this.tables = tables;
    this.tolerances = parts.tolerances();
  }

  /** Where changes may have been lost, only a resync makes the table right. */
  void meet(Incident incident) {
    TableState state = tables.of(incident.asset()).orElseThrow();
    boolean lost =
        incident.findings().stream().anyMatch(finding -> finding.flags().contains(Flag.RESYNC));
    if (!lost && tolerances.apply(state.asset()).exceededBy(incident).isEmpty()) {
      schema.note(state, incident, new Decision.Dismiss(WITHIN));
      return;
    }
    SchemaStep.Judged judged = schema.judge(state, incident, Optional.empty());
    if (judged.decision() instanceof Decision.Dismiss) {
      return;
    }
    schema.contain(state, judged);
    if (lost) {
      TableState after = tables.of(state.asset()).orElseThrow();
      tables.put(after.lost(after.reason().orElse(judged.decision().reason())));
    }
  }
}
