package dev.weirkeeper.drift.postgres;

import dev.weirkeeper.Mask;
import dev.weirkeeper.Masking;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;

/** A database with a login that reads for agents, and a table with something to hide. */
final class ReadScene implements AutoCloseable {
  static final String SYSTEM = "shop";
  static final String PEOPLE = "gold.people";
  private static final String DATABASE = "reads";

  private final LocalPostgres server;

  ReadScene() throws Exception {
    server = LocalPostgres.start();
    server.createDatabase(DATABASE);
    server.execute(
        DATABASE,
        "REVOKE ALL ON DATABASE reads FROM PUBLIC",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "CREATE SCHEMA gold",
        "CREATE TABLE gold.people (id int PRIMARY KEY, name text, email text, nick text)",
        "INSERT INTO gold.people SELECT g, 'name ' || g, 'planted' || g || '@example.com',"
            + " 'nick_planted_' || g FROM generate_series(1, 5) g",
        "CREATE TABLE gold.private (id int)",
        "CREATE ROLE wk_read LOGIN",
        "GRANT CONNECT ON DATABASE reads TO wk_read",
        "GRANT USAGE ON SCHEMA gold TO wk_read",
        "GRANT SELECT ON gold.people TO wk_read");
  }

  PostgresReadTools tools() throws SQLException {
    return PostgresReadTools.builder(
            SYSTEM,
            server.dataSource(DATABASE, "wk_read"),
            Masking.with(
                "0123456789abcdef".getBytes(StandardCharsets.US_ASCII),
                new Masking.Rule("shop:" + PEOPLE, "nick", Mask.HASH)))
        .build();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
