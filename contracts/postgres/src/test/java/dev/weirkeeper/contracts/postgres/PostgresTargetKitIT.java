package dev.weirkeeper.contracts.postgres;

import dev.weirkeeper.spi.Target;
import dev.weirkeeper.testkit.LocalPostgres;
import dev.weirkeeper.testkit.TargetKit;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

class PostgresTargetKitIT extends TargetKit {
  private static final AtomicInteger DATABASES = new AtomicInteger();

  @Override
  protected Store store() throws SQLException, IOException {
    LocalPostgres server = TargetFixture.server();
    String database = "kit_" + DATABASES.incrementAndGet();
    server.createDatabase(database);
    Connection sql = server.connect(database);
    PostgresTarget.install(sql);
    server.execute(database, "CREATE TABLE public.items (id int PRIMARY KEY, name text)");
    return new Store() {
      @Override
      public Target open() throws IOException {
        return PostgresTarget.builder("warehouse", server.dataSource(database))
            .clock(TargetFixture.CLOCK)
            .open();
      }

      @Override
      public Map<Integer, String> rows() throws SQLException {
        Map<Integer, String> rows = new TreeMap<>();
        try (Statement select = sql.createStatement();
            ResultSet result = select.executeQuery("SELECT id, name FROM public.items")) {
          while (result.next()) {
            rows.put(result.getInt(1), String.valueOf(result.getString(2)));
          }
        }
        return rows;
      }

      @Override
      public void crash() throws SQLException {
        server.execute(
            "postgres",
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '"
                + database
                + "' AND pid <> "
                + pid(sql));
      }

      @Override
      public void close() throws SQLException {
        sql.close();
      }
    };
  }

  private static String pid(Connection sql) throws SQLException {
    try (Statement select = sql.createStatement();
        ResultSet result = select.executeQuery("SELECT pg_backend_pid()")) {
      result.next();
      return result.getString(1);
    }
  }
}
