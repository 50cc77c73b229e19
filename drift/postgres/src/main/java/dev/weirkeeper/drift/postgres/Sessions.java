package dev.weirkeeper.drift.postgres;

import dev.weirkeeper.spi.FeedException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
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

  private final String url;
  private final Properties credentials;

  Sessions(String url, Properties credentials) {
    this.url = url;
    this.credentials = credentials;
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
   * What a database said, without row values: those of data exceptions (class 22) and constraints
   * (class 23) quote them.
   */
  static String why(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    if (state.startsWith("22") || state.startsWith("23")) {
      return "SQLSTATE " + state;
    }
    ServerErrorMessage server =
        e instanceof PSQLException postgres ? postgres.getServerErrorMessage() : null;
    String message = server == null ? e.getMessage() : server.getMessage();
    return "SQLSTATE " + state + ": " + message;
  }
}
