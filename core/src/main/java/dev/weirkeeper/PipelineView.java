package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a running pipeline looks like from outside at one moment: for tools, consoles and metrics.
 * Immutable; the {@link Mailbox} hands it out.
 *
 * @param feed id of the feed
 * @param position where the target stands
 * @param tables sorted by asset
 * @param health of the feed, as it last said; empty until it was first asked
 */
public record PipelineView(
    String feed, Position position, List<Table> tables, Map<String, Probe<String>> health) {

  /**
   * A table.
   *
   * @param counts what became of its events since the ledger began; empty where none came
   * @param incident id of the incident that is open, as far as this run knows; none while rows flow
   * @param plan the plan that waits for it, made anew of what is known now; Unknown if the planner
   *     failed
   */
  public record Table(
      TableState state, Counts counts, Optional<Hash> incident, Probe<Waiting> plan) {
    public Table {
      requireNonNull(state, "state");
      requireNonNull(counts, "counts");
      requireNonNull(incident, "incident");
      requireNonNull(plan, "plan");
    }

    public Asset asset() {
      return state.asset();
    }

    /** The table as an agent may write it: see {@link Handles#qualified}. */
    public String shown() {
      return Handles.qualified(asset().name());
    }
  }

  /**
   * A plan that waits for leave.
   *
   * @param needs what the pipeline needs for each step, in their order
   */
  public record Waiting(Plan plan, List<Need> needs) {
    public Waiting {
      requireNonNull(plan, "plan");
      needs = List.copyOf(needs);
    }
  }

  /**
   * What a step needs before the pipeline may make it.
   *
   * @param effect empty where there is no such tool
   * @param why what stands in the way; empty if nothing does
   */
  public record Need(
      String tool, Optional<Effect> effect, Optional<Undo> undo, Leave leave, String why) {
    public Need {
      requireNonNull(tool, "tool");
      requireNonNull(effect, "effect");
      requireNonNull(undo, "undo");
      requireNonNull(leave, "leave");
      requireNonNull(why, "why");
    }
  }

  /** Whether the rules let the pipeline make a step. Budgets are asked when it is made. */
  public enum Leave {
    GRANTED,
    NEEDS_APPROVAL,
    REFUSED
  }

  public PipelineView {
    requireNonNull(feed, "feed");
    requireNonNull(position, "position");
    tables = List.copyOf(tables);
    health = Map.copyOf(health);
  }

  public Optional<Table> table(Asset asset) {
    return tables.stream().filter(table -> table.asset().equals(asset)).findFirst();
  }

  /** The table that somebody calls by its name or by {@link Table#shown}. */
  public Optional<Table> called(Asset called) {
    return table(called)
        .or(
            () ->
                tables.stream()
                    .filter(table -> table.asset().system().equals(called.system()))
                    .filter(table -> table.shown().equals(called.name()))
                    .findFirst());
  }
}
