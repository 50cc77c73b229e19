package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * One limit of a {@link Tolerance} that an incident goes beyond, so that a decision can say which
 * one spoke.
 *
 * @param findings those that go beyond it; all where it is about the incident as a whole
 * @param why for people: words of the host only
 */
public record Excess(Limit limit, List<Finding> findings, String why) {
  /** What went beyond. */
  public enum Limit {
    /** A verdict, or a kind that is always asked about. */
    TOLERANCE,
    /** What one consumer bears. */
    CONSUMER,
    /** The asset drifts faster than its budget allows. */
    RATE,
    QUIET_HOURS
  }

  public Excess {
    requireNonNull(limit, "limit");
    findings = List.copyOf(findings);
    requireNonNull(why, "why");
  }

  static List<Excess> of(
      Incident incident, Tolerance tolerance, Optional<DriftBreaker> breaker, Instant now) {
    List<Excess> all = new ArrayList<>();
    List<Finding> beyond = incident.findings().stream().filter(tolerance::exceeds).toList();
    if (!beyond.isEmpty()) {
      all.add(new Excess(Limit.TOLERANCE, beyond, "findings exceed the tolerance"));
    }
    for (String consumer : new TreeSet<>(tolerance.consumers().orElse(Map.of()).keySet())) {
      consumer(incident, tolerance, consumer).ifPresent(all::add);
    }
    tolerance
        .rate()
        .flatMap(rate -> rate.objection(breaker, incident))
        .ifPresent(why -> all.add(new Excess(Limit.RATE, incident.findings(), why)));
    quiet(tolerance, now)
        .ifPresent(why -> all.add(new Excess(Limit.QUIET_HOURS, incident.findings(), why)));
    return all;
  }

  private static Optional<Excess> consumer(
      Incident incident, Tolerance tolerance, String consumer) {
    List<Finding> beyond =
        incident.findings().stream()
            .filter(finding -> tolerance.burdens(finding, consumer))
            .toList();
    if (beyond.isEmpty()) {
      return Optional.empty();
    }
    boolean unjudged = beyond.stream().anyMatch(found -> found.judgedFor(consumer).isEmpty());
    return Optional.of(
        new Excess(
            Limit.CONSUMER,
            beyond,
            unjudged
                ? "nobody judged what findings are to consumer " + consumer
                : "findings exceed what consumer " + consumer + " bears"));
  }

  /** Why nothing is applied unasked at this time; empty if it is no quiet time. */
  static Optional<String> quiet(Tolerance tolerance, Instant now) {
    return tolerance.quiet().orElse(List.of()).stream()
        .filter(hours -> hours.contain(now))
        .findFirst()
        .map(hours -> "nothing is applied unasked in quiet hours (" + hours + ")");
  }
}
