package dev.weirkeeper.drift.taxonomy;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Verdict;
import java.util.List;

/**
 * What a change means for one consumer.
 *
 * @param way how it would take the change into what it has
 * @param reasons why, in English; each begins with the path it speaks of where that is not the
 *     column itself. They hold names from outside.
 * @param path where in the column the worst of it lies; the column itself or the table otherwise
 */
public record ConsumerVerdict(
    Consumer consumer, Verdict verdict, Way way, List<String> reasons, String path) {
  public ConsumerVerdict {
    requireNonNull(consumer, "consumer");
    requireNonNull(verdict, "verdict");
    requireNonNull(way, "way");
    reasons = List.copyOf(reasons);
    requireNonNull(path, "path");
  }

  /** Whether it may be applied there without asking, as far as the taxonomy can say. */
  public boolean unasked() {
    return !verdict.worseThan(Verdict.COMPATIBLE) && way.cheap();
  }
}
