package dev.weirkeeper.drift.rehearsal;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * A server that nobody needs: it listens on 127.0.0.1 only, keeps nothing durable, logs nothing
 * (its messages quote rows) and is gone with its folder when it is closed or its host is killed.
 * Definitions of a target run in it as a login that is no superuser, so that none of them reaches
 * files or programs of the host.
 */
final class ScratchServer implements AutoCloseable {
  /** Owns what is rebuilt, and may do nothing else. */
  static final String LOGIN = "rehearsal";

  private static final Map<String, String> SETTINGS =
      Map.ofEntries(
          Map.entry("listen_addresses", "127.0.0.1"),
          Map.entry("unix_socket_directories", ""),
          Map.entry("fsync", "off"),
          Map.entry("full_page_writes", "off"),
          Map.entry("synchronous_commit", "off"),
          Map.entry("autovacuum", "off"),
          Map.entry("max_connections", "20"),
          Map.entry("shared_buffers", "32MB"),
          Map.entry("temp_file_limit", "1GB"),
          Map.entry("max_prepared_transactions", "0"),
          Map.entry("logging_collector", "off"),
          Map.entry("log_min_messages", "panic"),
          Map.entry("log_min_error_statement", "panic"));

  private final EmbeddedPostgres server;
  private final Path folder;
  private final Orphanage orphanage;
  private int databases;

  private ScratchServer(EmbeddedPostgres server, Path folder, Orphanage orphanage) {
    this.server = server;
    this.folder = folder;
    this.orphanage = orphanage;
  }

  static ScratchServer start(PostgresBinaries binaries, int major) throws IOException {
    List<Path> folder = new ArrayList<>();
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setPgBinaryResolver((system, machine) -> binaries.open(major))
            .setOutputRedirector(Redirect.DISCARD)
            .setErrorRedirector(Redirect.DISCARD)
            .setDataDirectoryCustomizer(data -> folder.add(data.toPath()));
    SETTINGS.forEach(builder::setServerConfig);
    EmbeddedPostgres server = builder.start();
    ScratchServer scratch;
    try {
      scratch = new ScratchServer(server, folder.get(0), Orphanage.watching(folder.get(0)));
    } catch (IOException e) {
      server.close();
      throw e;
    }
    try {
      scratch.administer(
          "CREATE ROLE "
              + LOGIN
              + " LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS",
          "REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC");
      return scratch;
    } catch (SQLException e) {
      scratch.close();
      throw new IOException("The scratch server cannot be prepared", e);
    }
  }

  /** Creates a database that belongs to the login, and returns its name. */
  synchronized String create() throws SQLException {
    String name = "rehearsal_" + databases++;
    administer(
        "CREATE DATABASE "
            + name
            + " OWNER "
            + LOGIN
            + " TEMPLATE template0 ENCODING 'UTF8'"
            + " LC_COLLATE 'C' LC_CTYPE 'C'");
    try (Connection connection = connect(name, "postgres");
        Statement statement = connection.createStatement()) {
      statement.execute("ALTER SCHEMA public OWNER TO " + LOGIN);
    }
    return name;
  }

  synchronized void drop(String database) throws SQLException {
    administer("DROP DATABASE IF EXISTS " + database + " WITH (FORCE)");
  }

  private void administer(String... statements) throws SQLException {
    try (Connection connection = connect("postgres", "postgres");
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** A connection of the login that gives up if the server says nothing for so long. */
  Connection connect(String database, Duration patience) throws SQLException {
    Connection connection = connect(database, LOGIN);
    connection.setNetworkTimeout(Runnable::run, (int) patience.toMillis());
    return connection;
  }

  private Connection connect(String database, String user) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    // What definitions of others compute must not be larger than this process.
    properties.setProperty("maxResultBuffer", "16M");
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/" + database, properties);
  }

  Path folder() {
    return folder;
  }

  @Override
  public void close() throws IOException {
    // Whoever waits for the server's end would give up when it is interrupted.
    boolean interrupted = Thread.interrupted();
    try (orphanage) {
      server.close();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
