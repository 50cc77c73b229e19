package dev.weirkeeper;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How much drift of one asset is applied unasked within a window: a budget that each finding draws
 * on by its verdict, and a circuit breaker. What goes beyond the budget opens the breaker, and all
 * drift of the asset is asked about; after the cool-down one incident is let through as a probe.
 * See {@link DriftBreaker}.
 *
 * @param window how far back findings count, at most 7 days
 * @param budget what findings of a window may weigh together
 * @param weights by verdict; one that is not named weighs what the next milder one does, or
 *     nothing. None weighs less than a milder one
 * @param coolDown how long the breaker stays open, at most 7 days
 */
public record DriftRate(
    Duration window, long budget, Map<Verdict, Long> weights, Duration coolDown) {
  /** ADDITIVE 1, COMPATIBLE 2, SEMANTIC 4, LOSSY 8, BREAKING 16. */
  public static final Map<Verdict, Long> STANDARD_WEIGHTS =
      Map.of(
          Verdict.ADDITIVE, 1L,
          Verdict.COMPATIBLE, 2L,
          Verdict.SEMANTIC, 4L,
          Verdict.LOSSY, 8L,
          Verdict.BREAKING, 16L);

  static final Duration LONGEST = Budget.LONGEST;
  private static final long HEAVIEST = 1_000_000;

  public DriftRate {
    requireBetween(window, "The window of a drift rate");
    requireBetween(coolDown, "The cool-down of a drift rate");
    if (budget < 0 || budget > Budget.UNLIMITED) {
      throw new IllegalArgumentException(
          "The budget of a drift rate is at least 0 and at most " + Budget.UNLIMITED);
    }
    weights = Map.copyOf(weights);
    long before = 0;
    for (long weight : new EnumMap<>(filled(weights)).values()) {
      if (weight < before || weight > HEAVIEST) {
        throw new IllegalArgumentException(
            "Weights of a drift rate do not fall as verdicts get worse, and lie between 0 and "
                + HEAVIEST);
      }
      before = weight;
    }
  }

  private static void requireBetween(Duration length, String what) {
    if (length.isNegative()
        || length.isZero()
        || !length.equals(Duration.ofSeconds(length.toSeconds()))
        || length.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          what
              + " is longer than nothing and at most "
              + LONGEST.toDays()
              + " days, in whole seconds");
    }
  }

  /** With the standard weights; the breaker stays open as long as the window is. */
  public static DriftRate of(long budget, Duration window) {
    return new DriftRate(window, budget, STANDARD_WEIGHTS, window);
  }

  public DriftRate weighing(Map<Verdict, Long> verdicts) {
    return new DriftRate(window, budget, verdicts, coolDown);
  }

  public DriftRate coolDown(Duration open) {
    return new DriftRate(window, budget, weights, open);
  }

  private static Map<Verdict, Long> filled(Map<Verdict, Long> named) {
    Map<Verdict, Long> all = new EnumMap<>(Verdict.class);
    long milder = 0;
    for (Verdict verdict : Verdict.values()) {
      milder = named.getOrDefault(verdict, milder);
      all.put(verdict, milder);
    }
    return all;
  }

  /** What a finding of a verdict draws. */
  public long weight(Verdict verdict) {
    return filled(weights).getOrDefault(verdict, 0L);
  }

  /** What an incident draws: each finding once, and none that is no change of the source. */
  public long weigh(Incident incident) {
    return incident.findings().stream()
        .filter(Finding::isDrift)
        .collect(Collectors.toMap(Finding::id, finding -> weight(finding.verdict()), Math::max))
        .values()
        .stream()
        .mapToLong(Long::longValue)
        .sum();
  }

  /** Why an incident is not applied unasked; empty if the budget bears it. */
  Optional<String> objection(Optional<DriftBreaker> known, Incident incident) {
    if (known.isEmpty()) {
      return Optional.of("how much drift there was is not known, so its budget counts as spent");
    }
    DriftBreaker breaker = known.get();
    if (breaker.state() == DriftBreaker.State.OPEN) {
      return Optional.of("its drift breaker is open until " + breaker.since().plus(coolDown));
    }
    long drawn = breaker.spent() + weigh(incident);
    return drawn > budget
        ? Optional.of(
            "drift of weight " + drawn + " within " + window + " is beyond its budget of " + budget)
        : Optional.empty();
  }
}
