package dev.weirkeeper;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A finding as agents and persons read it.
 *
 * @param subject what it happened to within the table: the id of a column or label
 * @param detail the detector's facts; names, defaults and comments in it are text from outside
 * @param from version before
 * @param to version after
 * @param consumers what it is to each consumer that was judged, by its id
 */
public record FindingView(
    Hash finding,
    String source,
    String kind,
    Outside subject,
    Verdict verdict,
    Set<Flag> flags,
    Outside detail,
    Optional<Hash> from,
    Optional<Hash> to,
    Optional<Map<String, Finding.Judged>> consumers) {
  private static final int LONGEST_DETAIL = 1024;

  public FindingView {
    flags = Set.copyOf(flags);
    consumers = consumers.map(Map::copyOf);
  }

  public static FindingView of(Finding finding) {
    return new FindingView(
        finding.id(),
        finding.source(),
        finding.kind(),
        Outside.of(finding.subject()),
        finding.verdict(),
        finding.flags(),
        Outside.of(finding.detail().text(), LONGEST_DETAIL),
        finding.from(),
        finding.to(),
        finding.consumers());
  }
}
