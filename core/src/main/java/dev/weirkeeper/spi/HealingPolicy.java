package dev.weirkeeper.spi;

import dev.weirkeeper.Decision;
import dev.weirkeeper.Incident;
import dev.weirkeeper.Situation;

/**
 * Decides what an incident calls for. MUST be pure: everything it may know is in the incident and
 * the situation, so that a decision can be replayed. Passed by the host by hand, never discovered.
 * MUST be safe to call from many threads.
 *
 * <p>It MUST NOT answer {@code Heal} where the autonomy is less than HEAL; nor for an incident that
 * is beyond a limit of the tolerance ({@link Situation#exceededBy}); nor with a plan that is
 * another asset's or leads to another version than a finding; nor where a step's tool is missing or
 * destructive. A plan in a decision MUST be the one that was proposed. What it wants done at once
 * MUST concern the asset of the incident alone.
 *
 * <p>A decision MUST give a reason, read back equal from its canonical form, and MUST NOT quote the
 * detail of a finding, which may be text from outside. A policy that heals SHOULD leave an asset
 * alone after two recent acts on it that failed or are unknown, as {@code recent} says: what an act
 * came to, before its tool ({@code Failed table_add_column}).
 */
public interface HealingPolicy {
  /** Kebab-case, with a digest of the settings behind it where there are any. */
  String id();

  Decision decide(Incident incident, Situation situation);
}
