package dev.weirkeeper.drift.postgres.migrate;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Hash;
import dev.weirkeeper.drift.plan.LockMode;
import dev.weirkeeper.drift.schema.ObjectName;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a run of a migration would meet.
 *
 * @param state fingerprint of the schema now
 * @param fit whether a run would begin, and where
 */
public record Explanation(Hash migration, Hash state, Fit fit, List<Item> items) {
  public Explanation {
    requireNonNull(migration, "migration");
    requireNonNull(state, "state");
    requireNonNull(fit, "fit");
    items = List.copyOf(items);
  }

  /** How the schema stands to the migration. */
  public enum Fit {
    /** It is where the migration begins. */
    AT_START,
    /** It is where the migration leads. */
    AT_END,
    /** It is neither; a run that was interrupted may be on its way, or somebody changed it. */
    ELSEWHERE
  }

  /**
   * A step.
   *
   * @param isDone what its probe says now; empty if it has none, or the probe cannot be asked yet
   * @param locks relations that it locks and that are there now
   * @param rows how many rows those have, as the server estimates; empty where it never counted
   * @param bytes how large they are
   */
  public record Item(
      int step,
      String kind,
      ObjectName on,
      Optional<Boolean> isDone,
      SortedMap<ObjectName, LockMode> locks,
      Optional<Long> rows,
      long bytes,
      List<Obstacle> obstacles) {
    public Item {
      requireNonNull(kind, "kind");
      requireNonNull(on, "on");
      requireNonNull(isDone, "isDone");
      locks = Collections.unmodifiableSortedMap(new TreeMap<>(locks));
      requireNonNull(rows, "rows");
      obstacles = List.copyOf(obstacles);
    }
  }
}
