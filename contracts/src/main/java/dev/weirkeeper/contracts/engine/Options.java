package dev.weirkeeper.contracts.engine;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.contracts.Mode;
import java.util.List;

/**
 * How to validate: whose answers, and how many bad rows to fetch.
 *
 * @param samples bad rows fetched for each rule; {@link Metric#ALL} for all
 * @param indexColumns columns fetched with each bad row, to find it again
 */
public record Options(Mode mode, int samples, List<String> indexColumns) {
  /** {@link Mode#STRICT}, 20 bad rows for each rule. */
  public static final Options DEFAULT = new Options(Mode.STRICT, 20, List.of());

  public Options {
    requireNonNull(mode, "mode");
    indexColumns = List.copyOf(indexColumns);
    if (samples < 0) {
      throw new IllegalArgumentException("The number of samples is 0 or more, not " + samples);
    }
  }

  public Options in(Mode newMode) {
    return new Options(newMode, samples, indexColumns);
  }

  public Options sampling(int newSamples) {
    return new Options(mode, newSamples, indexColumns);
  }

  public Options indexedBy(List<String> columns) {
    return new Options(mode, samples, columns);
  }
}
