package dev.weirkeeper.examples.cli;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Json;
import dev.weirkeeper.drift.postgres.catalog.SchemaReader;
import dev.weirkeeper.drift.postgres.catalog.SchemaReading;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;
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
  private static final String FORMATS = "weirkeeper-schema-";
  private static final String FORMAT = FORMATS + "1";
  private static final int PORT = 5432;

  /** Of a server that asks for a password where none was given. */
  private static final String NO_PASSWORD = "08004";

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

  SchemaReading read() throws Failure {
    if (!isDatabase()) {
      if (text.contains("://")) {
        // Not repeated: it may hold a password.
        throw new Failure(
            Exit.REFUSED,
            "Only databases of PostgreSQL are read: postgresql://USER@HOST:PORT/DATABASE");
      }
      return kept();
    }
    try (Connection connection = connect()) {
      return (schemas.isEmpty() ? SchemaReader.ofAll() : SchemaReader.of(schemas)).read(connection);
    } catch (SQLException e) {
      throw unreadable(e);
    }
  }

  private SchemaReading kept() throws Failure {
    try {
      Json document = Json.parse(read(Path.of(text)));
      requireOurs(document);
      return document.as(Kept.class).reading();
    } catch (IllegalArgumentException e) {
      throw new Failure(
          Exit.REFUSED,
          text
              + " is no schema that 'drift snapshot' wrote ("
              + e.getMessage()
              + "). A database is written as postgresql://USER@HOST:PORT/DATABASE",
          e);
    }
  }

  /** The text of a file; whatever is wrong with it is said with its name. */
  static String read(Path file) throws Failure {
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new Failure(Exit.REFUSED, file + " holds no text", e);
    } catch (FileSystemException e) {
      throw new Failure(Exit.REFUSED, Failure.said(e), e);
    } catch (IOException e) {
      throw new Failure(Exit.REFUSED, file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** Asked before anything else is read: another version may have written all of it otherwise. */
  private void requireOurs(Json document) throws Failure {
    Object format = document.as(Map.class).get("format");
    String other = format == null ? "" : Json.of(format).as(String.class);
    if (other.startsWith(FORMATS) && !other.equals(FORMAT)) {
      throw new Failure(
          Exit.REFUSED,
          text
              + " was written by another version of this program: it has the form "
              + other
              + ", and "
              + FORMAT
              + " is read here. Take the snapshot anew, or use that version");
    }
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
    String state = String.valueOf(e.getSQLState());
    String what =
        switch (state) {
          case NO_PASSWORD, "28P01" ->
              environment.containsKey("PGPASSWORD")
                  ? ". The password in PGPASSWORD is not the one of that user"
                  : ". It wants a password: set PGPASSWORD";
          case "28000" -> ". The login is not let in: look at the user and at pg_hba.conf";
          case "08001", "08006" -> ". Is the host right, and does a server listen at that port?";
          default -> "";
        };
    return new Failure(
        Exit.REFUSED,
        "The database cannot be read: " + reason(e).replaceFirst("\\.$", "") + what,
        e);
  }

  /** The driver tells the name of a host that is none only by the cause. */
  private static String reason(SQLException e) {
    return e.getCause() instanceof UnknownHostException host
        ? "no host is called " + host.getMessage()
        : String.valueOf(e.getMessage());
  }
}
