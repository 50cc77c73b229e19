package dev.weirkeeper.contracts.gx;

import dev.weirkeeper.Json;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What stands for the parameters of a suite when it is read: time and chance are arguments, so the
 * same suite with the same parameters is the same contract.
 *
 * @param values by name
 * @param now what {@code now()} answers; empty if no expression may ask for it
 */
public record SuiteParameters(Map<String, Json> values, Optional<Instant> now) {
  public SuiteParameters {
    values = Map.copyOf(values);
  }

  /** None: what needs one blocks by name. */
  public static SuiteParameters none() {
    return new SuiteParameters(Map.of(), Optional.empty());
  }
}
