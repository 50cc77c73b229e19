package dev.weirkeeper.contracts.kafka;

import static java.util.Objects.requireNonNull;

/**
 * How a Debezium connector was told to write values: the settings of the same names. They are read
 * only where a record does not describe itself.
 */
public record Modes(Decimals decimals, Times times, Binaries binaries) {
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

  /** What a connector does that was told nothing. */
  public static final Modes STANDARD = new Modes(Decimals.PRECISE, Times.ADAPTIVE, Binaries.BYTES);

  public Modes {
    requireNonNull(decimals, "decimals");
    requireNonNull(times, "times");
    requireNonNull(binaries, "binaries");
  }
}
