package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.Set;

/**
 * How much drift one asset bears without a person, set by the host.
 *
 * @param apply the worst verdict that is applied without asking
 * @param ask kinds that are always asked about, whatever their verdict
 * @param truncate what a TRUNCATE at the source means here
 */
public record Tolerance(Verdict apply, Set<String> ask, Truncation truncate) {
  /** What to do when the source truncates a table. */
  public enum Truncation {
    /** Pause the table and ask. */
    PAUSE,
    /** Delete the rows of the target. The target's login needs no TRUNCATE right. */
    APPLY
  }

  /** Applies up to COMPATIBLE, asks before a rename, pauses on TRUNCATE. */
  public static final Tolerance STANDARD =
      new Tolerance(
          Verdict.COMPATIBLE, Set.of("column.renamed", "table.renamed"), Truncation.PAUSE);

  public Tolerance {
    requireNonNull(apply, "apply");
    ask = Set.copyOf(ask);
    requireNonNull(truncate, "truncate");
  }
}
