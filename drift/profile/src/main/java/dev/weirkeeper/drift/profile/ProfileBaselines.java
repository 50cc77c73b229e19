package dev.weirkeeper.drift.profile;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Probe;

/**
 * Gives what is remembered of tables. What cannot be read MUST be Unknown, with a reason that holds
 * no values, and never Empty: a table whose history is lost is not one that is seen for the first
 * time. MUST be safe to share between threads.
 */
@FunctionalInterface
public interface ProfileBaselines {
  Probe<Observation> of(Asset table);
}
