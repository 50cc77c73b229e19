package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Set;

/**
 * How much drift one asset bears without a person, set by the host.
 *
 * @param apply the worst verdict that is applied without asking
 * @param ask kinds that are always asked about, whatever their verdict; see {@link #asksAbout}
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

  /**
   * Whether a kind is always asked about. An entry of {@link #ask} is a kind, or the beginning of
   * kinds if it ends in a dot: {@code column.} means all that happens to columns.
   */
  public boolean asksAbout(Finding finding) {
    return ask.stream()
        .anyMatch(
            entry ->
                entry.endsWith(".")
                    ? finding.kind().startsWith(entry)
                    : finding.kind().equals(entry));
  }

  /** Findings that the asset does not bear without a person. */
  public List<Finding> exceededBy(Incident incident) {
    return incident.findings().stream()
        .filter(finding -> finding.verdict().worseThan(apply) || asksAbout(finding))
        .toList();
  }
}
