package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.spi.Target;
import java.util.List;
import java.util.Optional;

/** Something a pipeline is asked to do between two commits, on its own thread. */
public sealed interface PipelineCommand {
  Asset asset();

  /** Sends rows of the table to the spool from now on. */
  record Pause(Asset asset, String reason) implements PipelineCommand {
    public Pause {
      requireNonNull(asset, "asset");
      requireNonNull(reason, "reason");
    }
  }

  /** Drains the spool and lets rows flow again. Refused while the schema does not fit. */
  record Resume(Asset asset) implements PipelineCommand {
    public Resume {
      requireNonNull(asset, "asset");
    }
  }

  /** Reads the table from its source again. */
  record Resync(Asset asset) implements PipelineCommand {
    public Resync {
      requireNonNull(asset, "asset");
    }
  }

  /** Carries out the plan that waits for this table, if it still is the one with this id. */
  record Apply(Asset asset, Hash plan) implements PipelineCommand {
    public Apply {
      requireNonNull(asset, "asset");
      requireNonNull(plan, "plan");
    }
  }

  /** Puts rows from quarantine through the gate again. */
  record Replay(Asset asset, Target.Selection selection) implements PipelineCommand {
    public Replay {
      requireNonNull(asset, "asset");
      requireNonNull(selection, "selection");
    }

    public static Replay all(Asset asset) {
      return new Replay(asset, new Target.Selection(Optional.empty(), Integer.MAX_VALUE));
    }
  }

  /**
   * Takes in what the host found of a table by other means than the feed: what its values mean.
   * What the table's tolerance bears is noted; beyond it the policy decides and the table is
   * paused. Refused where rows of the table do not flow, or a finding is of another table.
   */
  record Report(Asset asset, List<Finding> findings) implements PipelineCommand {
    public Report {
      requireNonNull(asset, "asset");
      findings = List.copyOf(findings);
    }
  }
}
