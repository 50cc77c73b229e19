package dev.weirkeeper.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.contracts.postgres.PostgresTarget;
import dev.weirkeeper.examples.server.Warehouse;
import dev.weirkeeper.healing.postgres.PostgresBoundary;
import dev.weirkeeper.testkit.LocalPostgres;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

/**
 * {@code --prepare}, as an administrator without superuser rights runs it on a database of his own.
 */
class PrepareIT {
  @Test
  void a_database_is_prepared_by_its_owner_and_again() throws Exception {
    try (LocalPostgres server = LocalPostgres.start()) {
      server.execute("postgres", "CREATE ROLE dba LOGIN CREATEROLE CREATEDB");
      try (Connection dba = server.connect("postgres", "dba");
          Statement statement = dba.createStatement()) {
        statement.execute("CREATE DATABASE warehouse");
      }
      String url = server.url("warehouse", "dba");

      Quickstart.main(new String[] {"--prepare", url, "--no-color"});
      Quickstart.main(new String[] {"--prepare", url, "--no-color"});

      try (Connection dba = server.connect("warehouse", "dba")) {
        for (PostgresBoundary.Login login : PostgresBoundary.Login.values()) {
          assertThat(PostgresBoundary.check(dba, login).dangers()).as(login.role()).isEmpty();
        }
      }
      PostgresTarget.builder("warehouse", Warehouse.as(PostgresBoundary.Login.ROWS, url))
          .open()
          .close();
    }
  }
}
