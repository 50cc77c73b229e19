package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/** What became of a batch. */
public sealed interface Commit {

  /** It is durable. */
  record Applied(Position position, Map<Asset, Counts> counts) implements Commit {
    public Applied {
      requireNonNull(position, "position");
      counts = Map.copyOf(counts);
    }
  }

  /** This very batch is already there. */
  record Duplicate(Position position) implements Commit {
    public Duplicate {
      requireNonNull(position, "position");
    }
  }

  /** Somebody else moved the position: stop, never retry. */
  record Conflict(Position found) implements Commit {
    public Conflict {
      requireNonNull(found, "found");
    }
  }

  /**
   * Nothing was written: the database refuses more rows of the asset than the budget allows, or the
   * asset contradicts what the target holds. Pause it and write the batch again.
   */
  record Refused(Asset asset, String reason) implements Commit {
    public Refused {
      requireNonNull(asset, "asset");
      requireNonNull(reason, "reason");
    }
  }
}
