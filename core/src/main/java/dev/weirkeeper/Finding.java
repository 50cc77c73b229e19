package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Something a detector saw. Pure content: the same drift between the same two versions is the same
 * finding.
 *
 * @param source id of the detector
 * @param kind what happened, in the detector's taxonomy: {@code column.renamed}
 * @param subject what it happened to within the asset: a column id, an enum label id; may be empty
 * @param detail typed facts in canonical form; never row values
 * @param from hash of the state before, where there was one
 * @param to hash of the state after, where there is one
 */
public record Finding(
    String source,
    Asset asset,
    String kind,
    String subject,
    Verdict verdict,
    Set<Flag> flags,
    Json detail,
    Optional<Hash> from,
    Optional<Hash> to) {

  public Finding {
    requireNonNull(source, "source");
    requireNonNull(asset, "asset");
    requireNonNull(kind, "kind");
    requireNonNull(subject, "subject");
    requireNonNull(verdict, "verdict");
    flags = Set.copyOf(flags);
    requireNonNull(detail, "detail");
    requireNonNull(from, "from");
    requireNonNull(to, "to");
  }

  private record Id(
      String source,
      Asset asset,
      String kind,
      String subject,
      Optional<Hash> from,
      Optional<Hash> to) {}

  public Hash id() {
    return Hash.of(Json.of(new Id(source, asset, kind, subject, from, to)));
  }

  /** What a person silences: the same kind of thing on the same subject, whatever the versions. */
  public String topic() {
    return asset + "/" + kind + "/" + subject;
  }

  /** The flags in their order, for text that must not depend on chance. */
  public Set<Flag> sortedFlags() {
    return new TreeSet<>(flags);
  }
}
