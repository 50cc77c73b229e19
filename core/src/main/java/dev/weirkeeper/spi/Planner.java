package dev.weirkeeper.spi;

import dev.weirkeeper.Incident;
import dev.weirkeeper.Plan;
import dev.weirkeeper.Relation;
import java.util.Optional;

/**
 * Makes the plan that lets a target follow a relation from one version to another. MUST be pure, as
 * a detector is. MUST answer empty where it knows no safe way.
 */
public interface Planner {
  String id();

  /**
   * @param from the version that the target follows; empty when it has no such table yet
   * @param to the version that the source has now
   */
  Optional<Plan> plan(Incident incident, Optional<Relation> from, Relation to);
}
