package dev.weirkeeper.otel;

import dev.weirkeeper.Outcome;
import java.util.Locale;
import java.util.Set;

/** Outcomes as labels, without what they say. */
final class Outcomes {
  static final String DONE = "done";
  static final String PENDING = "pending";
  static final String REFUSED = "refused";

  private static final Set<String> WRONG = Set.of("partial", "failed", "unknown");

  private Outcomes() {}

  static String label(Outcome outcome) {
    return outcome.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  static boolean wentWrong(String label) {
    return WRONG.contains(label);
  }
}
