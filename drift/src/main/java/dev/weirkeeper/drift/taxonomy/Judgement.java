package dev.weirkeeper.drift.taxonomy;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Verdict;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * One change judged for every registered consumer.
 *
 * @param verdicts one for each consumer, in the order they were registered
 */
public record Judgement(Change change, List<ConsumerVerdict> verdicts) {
  private static final Comparator<ConsumerVerdict> NARROWNESS =
      Comparator.comparing(ConsumerVerdict::verdict).thenComparing(ConsumerVerdict::way);

  public Judgement {
    requireNonNull(change, "change");
    verdicts = List.copyOf(verdicts);
  }

  /**
   * The consumer that bears least: the worst verdict, then the hardest way, then the one that was
   * registered first. Empty if none is registered.
   */
  public Optional<ConsumerVerdict> narrowest() {
    return verdicts.stream()
        .reduce((worst, next) -> NARROWNESS.compare(next, worst) > 0 ? next : worst);
  }

  /** The worst of the change itself and of all consumers. */
  public Verdict verdict() {
    return verdicts.stream().map(ConsumerVerdict::verdict).reduce(change.verdict(), Verdict::join);
  }
}
