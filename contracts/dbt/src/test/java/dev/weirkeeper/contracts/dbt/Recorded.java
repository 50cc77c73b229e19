package dev.weirkeeper.contracts.dbt;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * What dbt wrote over a small project on DuckDB, without macros, texts of documentation and paths
 * of the machine. It had eleven tests, and with 1.11 a unit test: 1 in error, 5 failed, 1 with a
 * warning, the others passed.
 */
final class Recorded {
  static final String OLDEST = "dbt-1.4";
  static final String OLDER = "dbt-1.7";
  static final String NEWEST = "dbt-1.11";

  static final Instant NEWEST_RUN = Instant.parse("2026-11-30T08:57:09.017438Z");
  static final String NEWEST_ID = "0ffbce3d-b450-4541-9481-d5f6633dacbc";

  private Recorded() {}

  static String text(String version, String file) {
    try (InputStream in =
        requireNonNull(Recorded.class.getResourceAsStream(version + "/" + file), file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void copy(String version, String file, Path folder) {
    write(folder.resolve(file), text(version, file));
  }

  static void write(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
