package dev.weirkeeper.contracts.postgres;

import dev.weirkeeper.Asset;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/** A database with the table of the kit, prepared for a login that has no other rights. */
final class GateFixture implements AutoCloseable {
  private static final AtomicInteger DATABASES = new AtomicInteger();
  static final Asset ITEMS = new Asset("warehouse", "public.items");
  static final String LOGIN = "gate_login";

  final String database = "gate_" + DATABASES.incrementAndGet();
  final Connection admin;

  GateFixture() throws SQLException, IOException {
    TargetFixture.server().createDatabase(database);
    admin = TargetFixture.server().connect(database);
    reset();
  }

  /** Everything as in the beginning: less work than another database. */
  void reset() throws SQLException {
    execute(
        "DROP SCHEMA IF EXISTS weirkeeper_gate CASCADE",
        "DROP TABLE IF EXISTS public.items",
        "DO $$ BEGIN CREATE ROLE gate_login LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END"
            + " $$",
        "CREATE TABLE public.items (id bigint, name text, amount numeric(10,2), day date)",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "REVOKE ALL ON DATABASE " + database + " FROM PUBLIC",
        "GRANT CONNECT ON DATABASE " + database + " TO " + LOGIN,
        "GRANT SELECT, INSERT ON public.items TO " + LOGIN);
    PostgresGateTarget.prepare(admin, LOGIN);
  }

  DataSource login() throws IOException {
    return TargetFixture.server().dataSource(database, LOGIN);
  }

  void execute(String... statements) throws SQLException {
    try (Statement statement = admin.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  List<String> query(String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = admin.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        rows.add(result.getString(1));
      }
    }
    return rows;
  }

  List<String> published() throws SQLException {
    return query(
        "SELECT coalesce(id::text, 'null') || '|' || coalesce(name, 'null') || '|' ||"
            + " coalesce(amount::text, 'null') FROM public.items ORDER BY id");
  }

  @Override
  public void close() throws SQLException {
    admin.close();
  }
}
