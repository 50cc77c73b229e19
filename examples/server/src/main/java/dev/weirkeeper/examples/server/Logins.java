package dev.weirkeeper.examples.server;

import dev.weirkeeper.healing.postgres.PostgresBoundary;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Passwords of a stream's logins, where they do not come from the driver's password file. Never
 * prints them.
 */
public final class Logins {
  private static final Logins NONE = new Logins(Optional.empty(), Map.of());

  private final Optional<String> source;
  private final Map<PostgresBoundary.Login, String> target;

  private Logins(Optional<String> source, Map<PostgresBoundary.Login, String> target) {
    this.source = source;
    this.target = Map.copyOf(target);
  }

  /** The driver's password file knows them all. */
  public static Logins none() {
    return NONE;
  }

  static Logins of(Optional<String> source, Map<PostgresBoundary.Login, String> target) {
    return new Logins(source, target);
  }

  /** Settings of a connection to the source. */
  Properties source() {
    Properties properties = new Properties();
    source.ifPresent(password -> properties.setProperty("password", password));
    return properties;
  }

  /**
   * Connections to the source, as the login of the feed.
   *
   * @param url of the source, with its user
   */
  DataSource source(String url) {
    PGSimpleDataSource connections = new PGSimpleDataSource();
    connections.setUrl(url);
    source.ifPresent(connections::setPassword);
    return connections;
  }

  /**
   * Connections of one of the target's logins.
   *
   * @param url of the target; its user does not count
   */
  DataSource target(PostgresBoundary.Login login, String url) {
    PGSimpleDataSource connections = Warehouse.as(login, url);
    if (target.containsKey(login)) {
      connections.setPassword(target.get(login));
    }
    return connections;
  }
}
