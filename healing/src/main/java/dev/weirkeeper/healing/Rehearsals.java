package dev.weirkeeper.healing;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.LogBook;
import dev.weirkeeper.Migrated;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Rehearsals of plans, as far as the book of the log reaches. Safe to share between threads. */
final class Rehearsals {
  /** Each step did what it declares, wherever it could be shown. */
  private static final Set<String> GOOD = Set.of("PROVEN", "PARTLY");

  private final LogBook book;

  Rehearsals(LogBook book) {
    this.book = book;
  }

  /** A rehearsal follows from the plan that was rehearsed. */
  Optional<Migrated.Rehearsed> newest(Hash plan) {
    return book.following(plan).stream()
        .flatMap(entry -> entry.body(Migrated.Rehearsed.class).stream())
        .filter(rehearsed -> rehearsed.migration().equals(plan))
        .reduce((earlier, later) -> later);
  }

  /** What it came to, in the words of whoever rehearsed. */
  static String standing(Migrated.Rehearsed rehearsed) {
    try {
      Object standing = rehearsed.body().as(Map.class).get("standing");
      return standing == null ? "unknown" : Json.of(standing).as(String.class);
    } catch (IllegalArgumentException e) {
      // It was written by another version, and the log keeps what it was given.
      return "unknown";
    }
  }

  static boolean isGood(Migrated.Rehearsed rehearsed) {
    return GOOD.contains(standing(rehearsed));
  }

  /** Why a plan is not proven by this; empty if it is. */
  Optional<String> problem(Hash plan, Hash proof) {
    Optional<Migrated.Rehearsed> newest = newest(plan);
    if (newest.filter(rehearsed -> rehearsed.proof().equals(proof)).isEmpty()) {
      return Optional.of(
          "The log has no rehearsal of plan "
              + plan.brief()
              + " with proof "
              + proof.brief()
              + ", or a newer one; plan_propose says which it has");
    }
    return isGood(newest.get())
        ? Optional.empty()
        : Optional.of(
            "The rehearsal of plan "
                + plan.brief()
                + " came to "
                + standing(newest.get())
                + ", which proves nothing; a person looks at it");
  }
}
