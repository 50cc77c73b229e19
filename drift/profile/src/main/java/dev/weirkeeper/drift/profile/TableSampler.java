package dev.weirkeeper.drift.profile;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Probe;
import dev.weirkeeper.spi.TableReader;
import dev.weirkeeper.spi.Tool;
import java.time.Clock;
import java.time.Instant;

/**
 * Profiles a table as it is now, over a bounded number of rows that a {@link TableReader} has
 * masked. Such a sample is a window of its own kind: compare it with other samples by the same
 * reader, never with hours of a feed. Safe to share between threads, if the reader is.
 */
public final class TableSampler {
  private static final int MOST_ROWS = 100_000;

  private final TableReader reader;
  private final int rows;
  private final long characters;
  private final Clock clock;

  /**
   * @param rows how many rows at most, up to 100,000
   * @param characters how many their values may have together
   * @param clock says when a sample was taken
   */
  public TableSampler(TableReader reader, int rows, long characters, Clock clock) {
    this.reader = requireNonNull(reader, "reader");
    this.rows = rows;
    this.characters = characters;
    this.clock = requireNonNull(clock, "clock");
    if (rows < 1 || rows > MOST_ROWS || characters < 1) {
      throw new IllegalArgumentException(
          "A sample takes 1 to "
              + MOST_ROWS
              + " rows and at least one character, not "
              + rows
              + " and "
              + characters);
    }
  }

  /** Rows of a sample at most. */
  public int rows() {
    return rows;
  }

  /** What the table is like. Unknown where it cannot be read; Empty where it has no rows. */
  public Probe<ProfileWindow> sample(Asset table, Tool.Call call) {
    return sample(table, rows, call);
  }

  /**
   * @param fewer at most so many rows, within the limit of the sampler
   */
  Probe<ProfileWindow> sample(Asset table, int fewer, Tool.Call call) {
    Probe<TableReader.Rows> read = reader.read(table, Math.min(fewer, rows), characters, call);
    if (read instanceof Probe.Unknown<TableReader.Rows> unknown) {
      return new Probe.Unknown<>(unknown.why());
    }
    if (!(read instanceof Probe.Value<TableReader.Rows> value)
        || value.value().values().isEmpty()) {
      return new Probe.Empty<>();
    }
    Profiler profiler = Profiler.ofMaskedRows(table);
    profiler.add(value.value());
    Instant now = clock.instant();
    return new Probe.Value<>(ProfileWindow.closed(now, now, profiler.profile()));
  }
}
