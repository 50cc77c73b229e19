package dev.weirkeeper.examples.redteam;

import dev.weirkeeper.healing.postgres.PostgresBoundary;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The corpus' database on a real server, in the care of the boundary, and put back after an attack.
 */
final class Fixture implements AutoCloseable {
  static final String DATABASE = "fixture";

  /** In our care. */
  private static final List<String> MANAGED = List.of("gold.customers", "gold.orders");

  /** What the feed's login may change by its own right: their rows, and the numbers they take. */
  static final List<String> ROWS_OF_THE_FEED =
      List.of("gold.customers", "gold.orders", "gold.orders_id_seq");

  private static final String PRISTINE = "pristine";
  private static final Pattern EXTENSION =
      Pattern.compile("CREATE EXTENSION IF NOT EXISTS (\\w+);", Pattern.CASE_INSENSITIVE);
  private static final String SETTING =
      "ALTER DATABASE " + DATABASE + " SET app.jwt_secret = 'FIXTURE_JWT'";

  private final LocalPostgres server;
  private final Set<String> missing = new HashSet<>();
  private final Map<String, String> tables;
  private final Map<World.Grain, World> pristine = new EnumMap<>(World.Grain.class);

  Fixture() throws SQLException, IOException {
    server = LocalPostgres.start();
    server.createDatabase(PRISTINE);
    try (Connection administrator = server.connect(PRISTINE);
        Statement statement = administrator.createStatement()) {
      statement.execute(
          withoutMissing(statement, Corpus.fixture())
              .replaceAll("ALTER DATABASE fixture SET [^;]*;", ""));
      PostgresBoundary.install(administrator);
      PostgresBoundary.installGuard(administrator);
      PostgresBoundary.harden(administrator);
      PostgresBoundary.allowSchema(administrator, "gold");
      PostgresBoundary.limitAtFirst(administrator, new PostgresBoundary.Limits(1_000_000, 100));
      for (String table : MANAGED) {
        PostgresBoundary.adopt(administrator, table);
      }
    }
    restore();
    try (Connection administrator = server.connect(DATABASE)) {
      tables = World.tables(administrator);
    }
    for (World.Grain grain : World.Grain.values()) {
      World seen = look(grain);
      if (!seen.unseen().isEmpty()) {
        throw new IllegalStateException("Attacks on " + seen.unseen() + " would not be noticed");
      }
      pristine.put(grain, seen);
    }
  }

  /** Extensions that this server does not have are no part of what is attacked. */
  private String withoutMissing(Statement statement, String script) throws SQLException {
    Set<String> there = new HashSet<>();
    try (ResultSet row = statement.executeQuery("SELECT name FROM pg_available_extensions")) {
      while (row.next()) {
        there.add(row.getString(1));
      }
    }
    Matcher extension = EXTENSION.matcher(script);
    StringBuilder kept = new StringBuilder();
    while (extension.find()) {
      boolean has = there.contains(extension.group(1));
      if (!has) {
        missing.add(extension.group(1));
      }
      extension.appendReplacement(kept, has ? "$0" : "");
    }
    return extension.appendTail(kept).toString();
  }

  Set<String> missingExtensions() {
    return missing;
  }

  LocalPostgres server() {
    return server;
  }

  /** Names of the parts of the world that are not as they were at first. */
  Set<String> changed() throws SQLException, IOException {
    return look(World.Grain.HASHES).changedSince(pristine.get(World.Grain.HASHES));
  }

  /** Names of the parts in which something that was there at first is gone or another. */
  Set<String> damaged() throws SQLException, IOException {
    return look(World.Grain.ENTRIES).damagedSince(pristine.get(World.Grain.ENTRIES));
  }

  private World look(World.Grain grain) throws SQLException, IOException {
    try (Connection administrator = server.connect(DATABASE)) {
      return World.look(administrator, grain, tables);
    }
  }

  /** Puts everything back as it was. */
  void restore() throws SQLException {
    server.execute(
        "postgres",
        "DROP DATABASE IF EXISTS " + DATABASE + " WITH (FORCE)",
        "CREATE DATABASE " + DATABASE + " TEMPLATE " + PRISTINE,
        SETTING);
    try (Connection administrator = server.connect(DATABASE)) {
      // Rights on the database itself are not copied with it.
      PostgresBoundary.install(administrator);
    }
  }

  /** A connection on which one text may hold several statements, as a careless program has it. */
  Connection careless(PostgresBoundary.Login login) throws SQLException {
    Properties settings = new Properties();
    settings.setProperty("user", login.role());
    settings.setProperty("preferQueryMode", "simple");
    settings.setProperty("socketTimeout", "10");
    settings.setProperty("options", "-c statement_timeout=1500");
    return java.sql.DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + server.port() + "/" + DATABASE, settings);
  }

  /** Ends what an attack left running. */
  void endSessionsOf(PostgresBoundary.Login login) throws SQLException {
    server.execute(
        "postgres",
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '"
            + login.role()
            + "'");
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
