package dev.weirkeeper.testkit;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
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
    EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder();
    SETTINGS.forEach(builder::setServerConfig);
    settings.forEach(builder::setServerConfig);
    return new LocalPostgres(builder.start());
  }

  public int port() {
    return server.getPort();
  }

  public String url(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port() + "/" + database + "?user=postgres";
  }

  /** Connections of the superuser. */
  public PGSimpleDataSource dataSource(String database) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(url(database));
    return source;
  }

  public Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(url(database));
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
