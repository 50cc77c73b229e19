package dev.weirkeeper.drift.postgres;

import dev.weirkeeper.Redaction;
import dev.weirkeeper.spi.FeedException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.regex.Pattern;
import org.postgresql.PGProperty;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Opens the connections of a feed. All of them write values alike, so that a row read by a query
 * and the same row in the log are the same text.
 */
final class Sessions {
  private static final String ALIKE =
      "SET DateStyle = 'ISO, MDY'; SET TimeZone = 'UTC'; SET IntervalStyle = 'postgres';"
          + " SET bytea_output = 'hex'; SET extra_float_digits = 1; SET search_path = pg_catalog;"
          + " SET client_encoding = 'UTF8'; SET statement_timeout = 0;"
          + " SET idle_in_transaction_session_timeout = 0";

  private static final Pattern QUOTES_VALUES = Pattern.compile("22|23|44|P0");

  private final String url;
  private final Properties credentials;

  /**
   * @throws IllegalArgumentException if the driver would not take the address: it would log or
   *     quote it, with whatever secrets are in it
   */
  Sessions(String url, Properties credentials) {
    if (!isAddress(url)) {
      throw new IllegalArgumentException(
          "The address of a database is jdbc:postgresql://host:port/database?name=value&…, with"
              + " special characters percent-encoded; the one given is none, and is not repeated"
              + " here since it may hold a password");
    }
    this.url = url;
    this.credentials = credentials;
  }

  private static boolean isAddress(String url) {
    String prefix = "jdbc:postgresql:";
    if (!url.startsWith(prefix)) {
      return false;
    }
    String[] parts = url.substring(prefix.length()).split("\\?", 2);
    String place = parts[0].startsWith("//") ? parts[0].substring(2) : "/" + parts[0];
    try {
      for (String part : parts) {
        URLDecoder.decode(part, StandardCharsets.UTF_8);
      }
    } catch (IllegalArgumentException e) {
      return false;
    }
    return place.indexOf('/') >= 0 && place.indexOf('/') == place.lastIndexOf('/');
  }

  /** A connection for queries. */
  Connection queries() throws FeedException {
    Connection connection = open(properties());
    return alike(connection, ALIKE + "; SET row_security = off");
  }

  /** A connection that speaks the replication protocol. */
  Connection replication() throws FeedException {
    Properties properties = properties();
    PGProperty.REPLICATION.set(properties, "database");
    PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "14");
    PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
    return alike(open(properties), ALIKE);
  }

  private Properties properties() {
    Properties properties = new Properties();
    credentials
        .stringPropertyNames()
        .forEach(n -> properties.setProperty(n, credentials.getProperty(n)));
    // The server's details quote row values.
    PGProperty.LOG_SERVER_ERROR_DETAIL.set(properties, false);
    PGProperty.TCP_KEEP_ALIVE.set(properties, true);
    return properties;
  }

  private Connection open(Properties properties) throws FeedException {
    try {
      return DriverManager.getConnection(url, properties);
    } catch (SQLException e) {
      throw new FeedException(
          "The source database cannot be reached ("
              + why(e)
              + "). Check that it runs, that its"
              + " address is right and that the role may connect"
              + ("42501".equals(e.getSQLState()) || "28000".equals(e.getSQLState())
                  ? " for replication (ALTER ROLE … REPLICATION, pg_hba.conf)"
                  : ""));
    }
  }

  private static Connection alike(Connection connection, String sql) throws FeedException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
      return connection;
    } catch (SQLException e) {
      try {
        connection.close();
      } catch (SQLException closing) {
        e.addSuppressed(closing);
      }
      throw new FeedException("The session settings cannot be made: " + why(e));
    }
  }

  /**
   * What a database said, without row values and secrets: the messages of data exceptions (class
   * 22), constraints (23, 44) and functions of others (P0) quote values.
   */
  static String why(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    if (QUOTES_VALUES.matcher(state).lookingAt()) {
      return "SQLSTATE " + state;
    }
    ServerErrorMessage server =
        e instanceof PSQLException postgres ? postgres.getServerErrorMessage() : null;
    String message = server == null ? e.getMessage() : server.getMessage();
    return "SQLSTATE " + state + ": " + Redaction.redacted(String.valueOf(message));
  }
}
