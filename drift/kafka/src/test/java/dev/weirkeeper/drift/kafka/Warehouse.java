package dev.weirkeeper.drift.kafka;

import dev.weirkeeper.contracts.postgres.PostgresTarget;
import dev.weirkeeper.healing.postgres.PostgresBoundary;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A target database behind the role boundary, for one test. */
final class Warehouse {
  private static final AtomicInteger DATABASES = new AtomicInteger();
  private static LocalPostgres server;

  private final String url;

  Warehouse() throws SQLException, IOException {
    String database = "warehouse" + DATABASES.incrementAndGet();
    server().createDatabase(database);
    url = server().url(database);
    try (Connection administrator = DriverManager.getConnection(url)) {
      PostgresBoundary.install(administrator);
      PostgresBoundary.installGuard(administrator);
      PostgresBoundary.allowSchema(administrator, "public");
      PostgresTarget.install(administrator, PostgresBoundary.Login.ROWS.role());
    }
  }

  /** One that another process has made. */
  Warehouse(String url) {
    this.url = url;
  }

  String url() {
    return url;
  }

  /** One server for all classes; it ends with the process. */
  private static synchronized LocalPostgres server() throws IOException {
    if (server == null) {
      server = LocalPostgres.start(Map.of("fsync", "off"));
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    try {
                      server.close();
                    } catch (IOException e) {
                      throw new UncheckedIOException(e);
                    }
                  }));
    }
    return server;
  }

  DataSource as(PostgresBoundary.Login login) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(url);
    source.setUser(login.role());
    return source;
  }

  PostgresTarget target() throws IOException {
    return PostgresTarget.builder("warehouse", as(PostgresBoundary.Login.ROWS)).open();
  }

  /** The one value that a query gives, as text; empty if its table is not there. */
  String ask(String query) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      return row.next() ? String.valueOf(row.getString(1)) : "no row";
    } catch (SQLException e) {
      if ("42P01".equals(e.getSQLState()) || "42703".equals(e.getSQLState())) {
        return "not there";
      }
      throw e;
    }
  }
}
