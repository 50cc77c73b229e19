package dev.weirkeeper.examples.server;

import dev.weirkeeper.contracts.postgres.PostgresTarget;
import dev.weirkeeper.healing.postgres.PostgresBoundary;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.ds.PGSimpleDataSource;

/** A target behind the role boundary: what its administrator sets up, and the logins of a host. */
public final class Warehouse {
  private Warehouse() {}

  /**
   * Sets up roles, functions and bookkeeping, and allows mirrors in schema {@code public}. Again
   * does no harm.
   *
   * @param administrator a superuser, or the owner of the database with CREATEROLE; then the event
   *     triggers, the second wall, are left out
   */
  public static void prepare(Connection administrator) throws SQLException {
    PostgresBoundary.install(administrator);
    if (isSuperuser(administrator)) {
      PostgresBoundary.installGuard(administrator);
    }
    PostgresBoundary.allowSchema(administrator, "public");
    PostgresTarget.install(administrator, PostgresBoundary.Login.ROWS.role());
  }

  private static boolean isSuperuser(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user")) {
      row.next();
      return row.getBoolean(1);
    }
  }

  /**
   * Connections of one of the logins.
   *
   * @param url of the target; its user does not count, and passwords come from the driver's
   *     password file
   */
  public static PGSimpleDataSource as(PostgresBoundary.Login login, String url) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(url);
    source.setUser(login.role());
    return source;
  }
}
