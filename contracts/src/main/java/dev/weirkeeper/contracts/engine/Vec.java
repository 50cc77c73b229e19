package dev.weirkeeper.contracts.engine;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The values of one column of a {@link Frame}, as arrays. The arrays are not copied: whoever makes
 * a Vec gives them away, and nobody writes to them afterwards.
 *
 * <p>A set bit in {@code nulls} is NULL: row {@code r} is bit {@code r & 63} of word {@code r >>
 * 6}; an empty array means that there is none. Arrays may be longer than the frame.
 */
public sealed interface Vec {
  /** Whether the row has no value. */
  boolean isNull(int row);

  /**
   * The value for people and for results: a Long, BigDecimal, Double, Boolean, String, byte[],
   * LocalDate, LocalDateTime or Instant; empty if it is NULL.
   */
  Optional<Object> value(int row);

  /** INTEGER. */
  record Longs(long[] values, long[] nulls) implements Vec {
    @Override
    public boolean isNull(int row) {
      return bit(nulls, row);
    }

    @Override
    public Optional<Object> value(int row) {
      return isNull(row) ? Optional.empty() : Optional.of(values[row]);
    }
  }

  /** FLOAT. A NaN is a value. */
  record Doubles(double[] values, long[] nulls) implements Vec {
    @Override
    public boolean isNull(int row) {
      return bit(nulls, row);
    }

    @Override
    public Optional<Object> value(int row) {
      return isNull(row) ? Optional.empty() : Optional.of(values[row]);
    }
  }

  /** DECIMAL; NULL is null. */
  record Decimals(@Nullable BigDecimal[] values) implements Vec {
    @Override
    public boolean isNull(int row) {
      return values[row] == null;
    }

    @Override
    public Optional<Object> value(int row) {
      return Optional.ofNullable(values[row]);
    }
  }

  /** TEXT, PADDED, UUID, EXACT and OTHER, as text; NULL is null. */
  record Texts(@Nullable String[] values) implements Vec {
    @Override
    public boolean isNull(int row) {
      return values[row] == null;
    }

    @Override
    public Optional<Object> value(int row) {
      return Optional.ofNullable(values[row]);
    }
  }

  /** TRUTH. */
  record Truths(boolean[] values, long[] nulls) implements Vec {
    @Override
    public boolean isNull(int row) {
      return bit(nulls, row);
    }

    @Override
    public Optional<Object> value(int row) {
      return isNull(row) ? Optional.empty() : Optional.of(values[row]);
    }
  }

  /** DATE, as days since 1970-01-01. */
  record Days(int[] values, long[] nulls) implements Vec {
    @Override
    public boolean isNull(int row) {
      return bit(nulls, row);
    }

    @Override
    public Optional<Object> value(int row) {
      return isNull(row) ? Optional.empty() : Optional.of(LocalDate.ofEpochDay(values[row]));
    }
  }

  /**
   * TIMESTAMP and TIMESTAMP_WITH_ZONE, as microseconds since 1970-01-01T00:00, of the clock on the
   * wall or of UTC.
   */
  record Micros(long[] values, long[] nulls, Zone zone) implements Vec {

    /** What the microseconds are counted by. */
    public enum Zone {
      LOCAL,
      UTC
    }

    public Micros {
      requireNonNull(zone, "zone");
    }

    @Override
    public boolean isNull(int row) {
      return bit(nulls, row);
    }

    @Override
    public Optional<Object> value(int row) {
      if (isNull(row)) {
        return Optional.empty();
      }
      Instant instant = Instant.EPOCH.plus(values[row], ChronoUnit.MICROS);
      return Optional.of(
          zone == Zone.UTC ? instant : LocalDateTime.ofInstant(instant, ZoneOffset.UTC));
    }
  }

  private static boolean bit(long[] nulls, int row) {
    int word = row >> 6;
    return word < nulls.length && (nulls[word] & (1L << row)) != 0;
  }
}
