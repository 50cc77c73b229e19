package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

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
 * @param consumers what it is to those who read the data, by the host's id of the consumer; empty
 *     where the detector judged for nobody in particular. No part of the {@link #id}
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
    Optional<Hash> to,
    Optional<Map<String, Judged>> consumers) {
  private static final Pattern CONSUMER = Pattern.compile("[a-z][a-z0-9._-]{0,63}");
  private static final Pattern REASON = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

  /**
   * What a finding is to one who reads the data.
   *
   * @param reason a code of the detector's, in lower case; never text from outside
   */
  public record Judged(Verdict verdict, String reason) {
    public Judged {
      requireNonNull(verdict, "verdict");
      if (!REASON.matcher(reason).matches()) {
        throw new IllegalArgumentException(
            "Why a consumer bears a change or not is a code like type-narrowed: lower case,"
                + " digits, dots and hyphens, at most 64");
      }
    }
  }

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
    consumers = consumers.filter(some -> !some.isEmpty()).map(Map::copyOf);
    consumers.ifPresent(some -> some.keySet().forEach(Finding::requireConsumer));
  }

  /** A finding that is judged for nobody in particular. */
  public Finding(
      String source,
      Asset asset,
      String kind,
      String subject,
      Verdict verdict,
      Set<Flag> flags,
      Json detail,
      Optional<Hash> from,
      Optional<Hash> to) {
    this(source, asset, kind, subject, verdict, flags, detail, from, to, Optional.empty());
  }

  /** The same, judged for these consumers and no others. */
  public Finding judgedFor(Map<String, Judged> verdicts) {
    return new Finding(
        source, asset, kind, subject, verdict, flags, detail, from, to, Optional.of(verdicts));
  }

  /** What it is to a consumer; empty if nobody judged that. */
  public Optional<Judged> judgedFor(String consumer) {
    return consumers.flatMap(verdicts -> Optional.ofNullable(verdicts.get(consumer)));
  }

  static void requireConsumer(String id) {
    if (!CONSUMER.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "The id of a consumer begins with a letter and is lower case, with digits, dots, hyphens"
              + " and underscores, at most 64");
    }
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

  /**
   * Whether the source changed. Rows that a contract blocks or a target refuses are found, too, and
   * no drift.
   */
  boolean isDrift() {
    return !kind.startsWith("contract.") && !kind.startsWith("target.");
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
