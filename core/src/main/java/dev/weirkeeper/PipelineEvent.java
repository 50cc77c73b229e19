package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Map;

/** What a pipeline tells its host while it runs. Facts for people and metrics, never a seam. */
public sealed interface PipelineEvent {

  /** It reads from here. */
  record Started(Position position, boolean resumed) implements PipelineEvent {
    public Started {
      requireNonNull(position, "position");
    }
  }

  /**
   * Something has to be settled before the first row of a transaction: a change of schema, rows
   * that a contract blocks. The decisions about it follow.
   *
   * @param sourceCommit when the transaction was committed at its source
   */
  record Met(Position position, Instant sourceCommit) implements PipelineEvent {
    public Met {
      requireNonNull(position, "position");
      requireNonNull(sourceCommit, "sourceCommit");
    }
  }

  /** A policy decided about an incident. */
  record Decided(Incident incident, Decision decision) implements PipelineEvent {
    public Decided {
      requireNonNull(incident, "incident");
      requireNonNull(decision, "decision");
    }
  }

  /** A step of a plan came to this. */
  record Acted(Action action, Outcome outcome) implements PipelineEvent {
    public Acted {
      requireNonNull(action, "action");
      requireNonNull(outcome, "outcome");
    }
  }

  /** A table is routed differently from now on. */
  record Routed(TableState before, TableState after) implements PipelineEvent {
    public Routed {
      requireNonNull(before, "before");
      requireNonNull(after, "after");
    }
  }

  /** A chunk of a snapshot is durable. */
  record Loaded(Load load) implements PipelineEvent {
    public Loaded {
      requireNonNull(load, "load");
    }
  }

  /**
   * A batch is durable.
   *
   * @param sourceCommit when the newest transaction in it was committed at its source
   * @param durable when the target's commit was known
   */
  record Committed(
      Transaction.Origin origin,
      Position position,
      int transactions,
      Map<Asset, Counts> counts,
      Instant sourceCommit,
      Instant durable)
      implements PipelineEvent {
    public Committed {
      requireNonNull(origin, "origin");
      requireNonNull(position, "position");
      counts = Map.copyOf(counts);
      requireNonNull(sourceCommit, "sourceCommit");
      requireNonNull(durable, "durable");
    }
  }

  /** It stopped reading, for good or until it is run again. */
  record Stopped(Position position) implements PipelineEvent {
    public Stopped {
      requireNonNull(position, "position");
    }
  }
}
