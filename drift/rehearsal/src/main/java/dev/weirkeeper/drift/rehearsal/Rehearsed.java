package dev.weirkeeper.drift.rehearsal;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;

/**
 * A proof, and how long its steps took there.
 *
 * @param took for each step that was done; on few rows, so only good for telling that one hangs
 */
public record Rehearsed(RehearsalProof proof, List<Duration> took) {
  public Rehearsed {
    requireNonNull(proof, "proof");
    took = List.copyOf(took);
  }
}
