package dev.weirkeeper.drift.kafka;

import static java.util.Objects.requireNonNull;

/**
 * How a Debezium connector was told to write values: the settings of the same names. What a record
 * says of itself goes before; they are needed where it says nothing.
 *
 * @param unavailable {@code unavailable.value.placeholder}: stands for a value that did not change
 *     and was not in the log
 */
public record ConnectorSettings(
    Decimals decimals, Times times, Binaries binaries, Intervals intervals, String unavailable) {
  /** {@code decimal.handling.mode}. */
  public enum Decimals {
    PRECISE,
    STRING,
    DOUBLE
  }

  /** {@code time.precision.mode}. */
  public enum Times {
    ADAPTIVE,
    ADAPTIVE_TIME_MICROSECONDS,
    CONNECT,
    ISOSTRING
  }

  /** {@code binary.handling.mode}. */
  public enum Binaries {
    BYTES,
    BASE64,
    BASE64_URL_SAFE,
    HEX
  }

  /** {@code interval.handling.mode}. */
  public enum Intervals {
    NUMERIC,
    STRING
  }

  /** What Debezium sends for a value that was not in the log, unless it is told otherwise. */
  public static final String UNAVAILABLE = "__debezium_unavailable_value";

  /** What a connector does that was told nothing. */
  public static final ConnectorSettings STANDARD =
      new ConnectorSettings(
          Decimals.PRECISE, Times.ADAPTIVE, Binaries.BYTES, Intervals.NUMERIC, UNAVAILABLE);

  public ConnectorSettings {
    requireNonNull(decimals, "decimals");
    requireNonNull(times, "times");
    requireNonNull(binaries, "binaries");
    requireNonNull(intervals, "intervals");
    if (requireNonNull(unavailable, "unavailable").isEmpty()) {
      throw new IllegalArgumentException(
          "The placeholder of a value that is not there cannot be empty: an empty text is a value");
    }
  }

  public ConnectorSettings with(Decimals mode) {
    return new ConnectorSettings(mode, times, binaries, intervals, unavailable);
  }

  public ConnectorSettings with(Times mode) {
    return new ConnectorSettings(decimals, mode, binaries, intervals, unavailable);
  }

  public ConnectorSettings with(Binaries mode) {
    return new ConnectorSettings(decimals, times, mode, intervals, unavailable);
  }

  public ConnectorSettings with(Intervals mode) {
    return new ConnectorSettings(decimals, times, binaries, mode, unavailable);
  }

  public ConnectorSettings withUnavailable(String placeholder) {
    return new ConnectorSettings(decimals, times, binaries, intervals, placeholder);
  }
}
