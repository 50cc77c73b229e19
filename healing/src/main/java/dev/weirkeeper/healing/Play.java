package dev.weirkeeper.healing;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Autonomy;
import java.util.Set;

/**
 * One line of the playbook: under these levels of autonomy, when all these facts hold, do this.
 *
 * @param because the reason in the decision, before the list of findings
 */
record Play(Set<Autonomy> under, Set<Fact> when, Move then, String because) {

  /** What a play does. */
  enum Move {
    DISMISS,
    /** Pause the table. */
    PAUSE,
    /** Pause the table and propose the plan, if there is one. */
    PROPOSE,
    /** Carry the plan out. */
    HEAL
  }

  Play {
    under = Set.copyOf(under);
    when = Set.copyOf(when);
    requireNonNull(then, "then");
    requireNonNull(because, "because");
  }

  boolean fits(Case met) {
    return under.contains(met.situation().autonomy())
        && when.stream().allMatch(fact -> fact.holds(met));
  }
}
