package dev.weirkeeper.drift.plan;

import static java.util.Objects.requireNonNull;

/**
 * A change that a migration does not make.
 *
 * @param kind the change's kind in the taxonomy
 * @param subject what it is about, as the catalog names it
 * @param why what stands in the way and what to do
 */
public record Refusal(String kind, String subject, String why) {
  public Refusal {
    requireNonNull(kind, "kind");
    requireNonNull(subject, "subject");
    requireNonNull(why, "why");
  }
}
