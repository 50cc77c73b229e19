package dev.weirkeeper.spi;

import dev.weirkeeper.Incident;
import dev.weirkeeper.Plan;
import dev.weirkeeper.Relation;
import java.util.Optional;

/**
 * Makes the plan that lets a target follow a relation from one version to another. MUST be pure, as
 * a detector is. MUST answer empty where it knows no safe way, and also where the incident holds a
 * finding that it does not know, is of another asset, or leads to another version: a plan for a
 * part of what happened is none.
 *
 * <p>A plan MUST lead from the one version to the other, read back equal from its canonical form,
 * and hold each action once. Its actions and their undoing MUST address the asset, at its source or
 * at the target, and nothing else. Each step MUST say to people what it needs and how it is
 * verified.
 */
public interface Planner {
  /** Kebab-case, stable across versions. */
  String id();

  /**
   * @param from the version that the target follows; empty when it has no such table yet
   * @param to the version that the source has now
   */
  Optional<Plan> plan(Incident incident, Optional<Relation> from, Relation to);
}
