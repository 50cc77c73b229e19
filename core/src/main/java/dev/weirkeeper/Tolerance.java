package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * How much drift one asset bears without a person, set by the host. Each part narrows: what one of
 * them forbids no other allows.
 *
 * @param apply the worst verdict that is applied without asking
 * @param ask kinds that are always asked about, whatever their verdict; see {@link #asksAbout}
 * @param truncate what a TRUNCATE at the source means here
 * @param consumers the worst verdict that each consumer bears without asking, by its id. A finding
 *     that nobody judged for such a consumer is asked about: name only those that the detector
 *     judges for
 * @param rate how much drift is applied unasked within a window, whatever its verdict
 * @param quiet when nothing is applied unasked: the table is paused, and its rows wait in the
 *     spool, until a person decides
 * @param newColumns what tools show of columns that came by drift; empty: as of any other
 */
public record Tolerance(
    Verdict apply,
    Set<String> ask,
    Truncation truncate,
    Optional<Map<String, Verdict>> consumers,
    Optional<DriftRate> rate,
    Optional<List<QuietHours>> quiet,
    Optional<NewColumns> newColumns) {
  /** What to do when the source truncates a table. */
  public enum Truncation {
    /** Pause the table and ask. */
    PAUSE,
    /** Delete the rows of the target. The target's login needs no TRUNCATE right. */
    APPLY
  }

  /** What tools show of a column that came by drift. */
  public enum NewColumns {
    /** What they show of any column of its name. */
    SHOWN,
    /** Nothing, until a rule of the host's {@link Masking} names the column. */
    MASKED
  }

  /** Applies up to COMPATIBLE, asks before a rename, pauses on TRUNCATE. */
  public static final Tolerance STANDARD =
      new Tolerance(
          Verdict.COMPATIBLE, Set.of("column.renamed", "table.renamed"), Truncation.PAUSE);

  public Tolerance {
    requireNonNull(apply, "apply");
    ask = Set.copyOf(ask);
    requireNonNull(truncate, "truncate");
    consumers = consumers.filter(some -> !some.isEmpty()).map(Map::copyOf);
    consumers.ifPresent(some -> some.keySet().forEach(Finding::requireConsumer));
    requireNonNull(rate, "rate");
    quiet = quiet.filter(some -> !some.isEmpty()).map(List::copyOf);
    newColumns = newColumns.filter(shown -> shown != NewColumns.SHOWN);
  }

  /** A tolerance that goes by verdicts and kinds alone. */
  public Tolerance(Verdict apply, Set<String> ask, Truncation truncate) {
    this(
        apply,
        ask,
        truncate,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** With the worst verdict that a consumer bears without asking. */
  public Tolerance bornBy(String consumer, Verdict worst) {
    Map<String, Verdict> all = new TreeMap<>(consumers.orElse(Map.of()));
    all.put(consumer, worst);
    return new Tolerance(apply, ask, truncate, Optional.of(all), rate, quiet, newColumns);
  }

  /**
   * With a budget for how much is applied unasked; a pipeline then needs a {@link DriftHistory}.
   */
  public Tolerance within(DriftRate budget) {
    return new Tolerance(apply, ask, truncate, consumers, Optional.of(budget), quiet, newColumns);
  }

  /** With times in which nothing is applied unasked. */
  public Tolerance quietIn(QuietHours... times) {
    return new Tolerance(
        apply, ask, truncate, consumers, rate, Optional.of(List.of(times)), newColumns);
  }

  /** With what tools show of new columns; a pipeline then needs a {@link DriftHistory}. */
  public Tolerance newColumns(NewColumns shown) {
    return new Tolerance(apply, ask, truncate, consumers, rate, quiet, Optional.of(shown));
  }

  /** Whether decisions need what the log says of earlier ones. */
  boolean looksBack() {
    return rate.isPresent() || newColumns.isPresent();
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

  /** Whether a consumer that is named here bears less, or was not judged. */
  public boolean burdens(Finding finding) {
    return consumers.orElse(Map.of()).keySet().stream()
        .anyMatch(consumer -> burdens(finding, consumer));
  }

  boolean burdens(Finding finding, String consumer) {
    Verdict worst = requireNonNull(consumers.orElse(Map.of()).get(consumer), "consumer");
    return finding
        .judgedFor(consumer)
        .map(judged -> judged.verdict().worseThan(worst))
        .orElse(true);
  }

  boolean exceeds(Finding finding) {
    return finding.verdict().worseThan(apply) || asksAbout(finding);
  }

  /**
   * Findings that the asset or one of its consumers does not bear without a person. What they come
   * to together and when they come is asked of {@link Situation#exceededBy}.
   */
  public List<Finding> exceededBy(Incident incident) {
    return incident.findings().stream()
        .filter(finding -> exceeds(finding) || burdens(finding))
        .toList();
  }
}
