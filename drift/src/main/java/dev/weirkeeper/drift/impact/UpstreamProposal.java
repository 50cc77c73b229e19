package dev.weirkeeper.drift.impact;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Finding;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Outside;
import dev.weirkeeper.Verdict;
import dev.weirkeeper.drift.DriftDetail;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What the owners of a source could do instead of a change that their readers do not bear: the same
 * end by expand and contract (M. Fowler, "Parallel Change", 2014), so that nobody breaks at any
 * moment. Plain text made from the typed facts of a finding, for a person who takes it to the
 * owners; names in it are quoted, cut and marked as text from outside. Pure.
 *
 * @param finding the change
 * @param kind its kind
 * @param why what the change does to readers
 * @param steps in order
 */
public record UpstreamProposal(
    Hash finding, String kind, Verdict verdict, String why, List<Step> steps) {

  /** Where in the course of a change a step belongs. */
  public enum Phase {
    /** Puts back what readers need, if it is gone already. */
    RESTORE,
    /** The new beside the old. */
    EXPAND,
    /** Writers, stored rows and readers move over. */
    MIGRATE,
    /** The old goes, once nobody reads it: at a date that was said before. */
    CONTRACT
  }

  /** One step. */
  public record Step(Phase phase, Outside text) {
    public Step {
      requireNonNull(phase, "phase");
      requireNonNull(text, "text");
    }
  }

  public UpstreamProposal {
    requireNonNull(finding, "finding");
    requireNonNull(kind, "kind");
    requireNonNull(verdict, "verdict");
    requireNonNull(why, "why");
    steps = List.copyOf(steps);
  }

  /**
   * A proposal for a finding that is worse than COMPATIBLE or gives something another name; empty
   * for others, and where no better way is known.
   */
  public static Optional<UpstreamProposal> of(Finding finding) {
    boolean renamed = finding.kind().endsWith(".renamed");
    if (!finding.verdict().worseThan(Verdict.COMPATIBLE) && !renamed) {
      return Optional.empty();
    }
    Steps steps = new Steps(finding.asset().name());
    Optional<String> why =
        finding.source().equals("schema-drift")
            ? steps.instead(finding.detail().as(DriftDetail.class))
            : steps.instead(finding.kind());
    return why.map(
        text ->
            new UpstreamProposal(
                finding.id(), finding.kind(), finding.verdict(), text, steps.all()));
  }

  /** As the text of a pull request or a letter: what, why, and the steps by phase. */
  public String text() {
    StringBuilder text = new StringBuilder(why).append('\n');
    for (Phase phase : Phase.values()) {
      List<Step> some = steps.stream().filter(step -> step.phase() == phase).toList();
      if (!some.isEmpty()) {
        text.append('\n').append(phase.name().toLowerCase(Locale.ROOT)).append(":\n");
        some.forEach(step -> text.append("- ").append(step.text().text()).append('\n'));
      }
    }
    return text.toString();
  }
}
