package dev.weirkeeper.examples.cli;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Json;
import dev.weirkeeper.drift.postgres.catalog.SchemaReader;
import dev.weirkeeper.drift.postgres.catalog.SchemaReading;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** Where a schema is: a database that is read now, or a file in which a reading was kept. */
final class SchemaPlace {
  private static final String SCHEME = "postgresql";
  private static final String FORMAT = "weirkeeper-schema-1";
  private static final int PORT = 5432;
  private static final String LOGIN_SECONDS = "10";

  private final String text;
  private final Map<String, String> environment;
  private final List<String> schemas;

  /**
   * @param schemas those to read; empty for all
   */
  SchemaPlace(String text, Map<String, String> environment, List<String> schemas) {
    this.text = requireNonNull(text, "text");
    this.environment = Map.copyOf(environment);
    this.schemas = List.copyOf(schemas);
  }

  /** What a file of {@code drift snapshot} holds. */
  record Kept(String format, SchemaReading reading) {
    Kept {
      requireNonNull(format, "format");
      requireNonNull(reading, "reading");
    }

    static Kept of(SchemaReading reading) {
      return new Kept(FORMAT, reading);
    }
  }

  boolean isDatabase() {
    return text.startsWith(SCHEME + ":") || text.startsWith("jdbc:" + SCHEME + ":");
  }

  SchemaReading read() throws IOException, Failure {
    if (!isDatabase()) {
      return kept();
    }
    try (Connection connection = connect()) {
      return (schemas.isEmpty() ? SchemaReader.ofAll() : SchemaReader.of(schemas)).read(connection);
    } catch (SQLException e) {
      throw unreadable(e);
    }
  }

  private SchemaReading kept() throws IOException, Failure {
    Kept kept;
    try {
      kept = Json.parse(Files.readString(Path.of(text))).as(Kept.class);
    } catch (IllegalArgumentException e) {
      throw new Failure(
          Exit.REFUSED,
          text
              + " is no schema that 'drift snapshot' wrote ("
              + e.getMessage()
              + "). A database is written as postgresql://USER@HOST:PORT/DATABASE",
          e);
    }
    if (!kept.format().equals(FORMAT)) {
      throw new Failure(
          Exit.REFUSED,
          text + " has the form " + kept.format() + ", and this program reads " + FORMAT);
    }
    return kept.reading();
  }

  /**
   * A connection of its own, which the caller closes.
   *
   * @throws Failure if the address is none; the message has no password
   */
  Connection connect() throws SQLException, Failure {
    URI uri = address();
    Properties properties = new Properties();
    user(uri).ifPresent(user -> properties.setProperty("user", user));
    Optional.ofNullable(environment.get("PGPASSWORD"))
        .ifPresent(password -> properties.setProperty("password", password));
    properties.setProperty("loginTimeout", LOGIN_SECONDS);
    properties.setProperty("ApplicationName", "weirkeeper");
    return DriverManager.getConnection(
        "jdbc:postgresql://"
            + uri.getHost()
            + ":"
            + (uri.getPort() < 0 ? PORT : uri.getPort())
            + uri.getRawPath()
            + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery()),
        properties);
  }

  private URI address() throws Failure {
    URI uri;
    try {
      uri = new URI(text.startsWith("jdbc:") ? text.substring("jdbc:".length()) : text);
    } catch (URISyntaxException e) {
      // Its message quotes the text, which may hold a password.
      throw new Failure(
          Exit.REFUSED, "The address of a database is postgresql://USER@HOST:PORT/DATABASE");
    }
    boolean secret =
        uri.getRawUserInfo() != null && uri.getRawUserInfo().contains(":")
            || uri.getRawQuery() != null && uri.getRawQuery().contains("password");
    if (secret) {
      throw new Failure(
          Exit.REFUSED,
          "A password in an argument is seen by everyone who lists processes: set PGPASSWORD"
              + " instead");
    }
    if (uri.getHost() == null || uri.getRawPath() == null || uri.getRawPath().length() < 2) {
      throw new Failure(
          Exit.REFUSED, "The address of a database is postgresql://USER@HOST:PORT/DATABASE");
    }
    return uri;
  }

  private Optional<String> user(URI uri) {
    return Optional.ofNullable(uri.getUserInfo())
        .or(() -> Optional.ofNullable(environment.get("PGUSER")));
  }

  Failure unreadable(SQLException e) {
    return new Failure(
        Exit.REFUSED,
        "The database cannot be read: "
            + e.getMessage()
            + ("28P01".equals(e.getSQLState()) ? " Set PGPASSWORD" : ""),
        e);
  }
}
