package dev.weirkeeper.contracts.duckdb;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * What DuckDB may use beside the heap.
 *
 * @param memoryMegabytes of its own memory
 * @param temporary folder in which it may put what does not fit, in a folder of its own that it
 *     removes
 * @param temporaryMegabytes of such files; 0 for none
 */
public record DuckDbCaps(int memoryMegabytes, int threads, Path temporary, int temporaryMegabytes) {
  /** 2 GB of memory, two threads, 20 GB of the system's temporary folder. */
  public static final DuckDbCaps DEFAULT =
      new DuckDbCaps(2_048, 2, Path.of(System.getProperty("java.io.tmpdir")), 20_480);

  public DuckDbCaps {
    requireNonNull(temporary, "temporary");
    if (memoryMegabytes < 64 || threads < 1 || temporaryMegabytes < 0) {
      throw new IllegalArgumentException(
          "DuckDB needs 64 MB and a thread at least, and no less than no temporary files");
    }
  }
}
