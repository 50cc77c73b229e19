package dev.weirkeeper.examples.server;

import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/** Two databases on a real server, and a configuration for them. */
final class Bed implements AutoCloseable {
  final LocalPostgres server;
  final Path home;

  private Bed(LocalPostgres server, Path home) {
    this.server = server;
    this.home = home;
  }

  static Bed prepared(Path home) throws IOException, SQLException {
    Bed bed = bare(home, Map.of());
    bed.prepareTarget();
    return bed;
  }

  /** The target is as its administrator found it. */
  static Bed bare(Path home, Map<String, String> settings) throws IOException, SQLException {
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
    Files.createDirectories(
        home.resolve("state"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    LocalPostgres server = LocalPostgres.start(settings);
    server.createDatabase("shop");
    server.createDatabase("warehouse");
    server.execute(
        "shop",
        "CREATE TABLE orders (id int PRIMARY KEY, customer text, priority text)",
        "INSERT INTO orders SELECT i, 'c' || i, '1-URGENT' FROM generate_series(1, 50) i",
        "CREATE TABLE lines (id int PRIMARY KEY, quantity int, note text)",
        "INSERT INTO lines SELECT i, i, 'n' FROM generate_series(1, 50) i");
    return new Bed(server, home);
  }

  void prepareTarget() throws SQLException {
    try (Connection administrator = server.connect("warehouse")) {
      Warehouse.prepare(administrator);
    }
  }

  /** The beginning of a configuration, to which tests add. */
  String text() {
    return """
        name: shop
        folder: state
        autonomy: heal
        source:
          system: shop
          url: %s
          tables: [public.orders, public.lines]
          heartbeat: 200ms
        target:
          system: warehouse
          url: %s
        """
        .formatted(server.url("shop"), server.url("warehouse"));
  }

  Path configured(String more) throws IOException {
    return Files.writeString(home.resolve("pipeline.yaml"), text() + more);
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
