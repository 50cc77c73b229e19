package dev.weirkeeper.healing.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.TableChange;
import dev.weirkeeper.TableChange.AddColumn;
import dev.weirkeeper.TableChange.AddEnumLabel;
import dev.weirkeeper.TableChange.CommentColumn;
import dev.weirkeeper.TableChange.CreateTable;
import dev.weirkeeper.TableChange.NewColumn;
import dev.weirkeeper.TableChange.RelaxColumn;
import dev.weirkeeper.TableChange.RenameColumn;
import dev.weirkeeper.TableChange.WidenColumn;
import dev.weirkeeper.Type;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * The boundary under siege: somebody has got hold of a login and sends any SQL he likes. Nothing of
 * ours in Java stands between.
 */
class BoundaryIT {
  private static final String SYSTEM = "lake";
  private static final Hash V2 = Hash.of(new byte[] {2});

  /** Attacks that are tried where the whole siege would take too long. */
  private static final int FEW = 12;

  /** What stands. */
  private enum Walls {
    /** Rights alone, as where a provider gives no superuser. */
    RIGHTS,
    /** Rights, event triggers, and what everybody may do taken from everybody. */
    ALL
  }

  @Test
  void invariant_4_the_boundary_holds_on_15_with_and_without_event_triggers() throws Exception {
    try (LocalPostgres server = Majors.start(15)) {
      besiege(server, 15, Walls.RIGHTS, Integer.MAX_VALUE);
      besiege(server, 15, Walls.ALL, Integer.MAX_VALUE);
    }
  }

  @Test
  void invariant_4_the_boundary_holds_on_18_with_and_without_event_triggers() throws Exception {
    try (LocalPostgres server = Majors.start(18)) {
      besiege(server, 18, Walls.RIGHTS, Integer.MAX_VALUE);
      besiege(server, 18, Walls.ALL, Integer.MAX_VALUE);
    }
  }

  @Test
  void invariant_4_the_boundary_works_on_14() throws Exception {
    try (LocalPostgres server = Majors.start(14)) {
      besiege(server, 14, Walls.ALL, FEW);
    }
  }

  @Test
  void invariant_4_the_boundary_works_on_16() throws Exception {
    try (LocalPostgres server = Majors.start(16)) {
      besiege(server, 16, Walls.ALL, FEW);
    }
  }

  @Test
  void invariant_4_the_boundary_works_on_17() throws Exception {
    try (LocalPostgres server = Majors.start(17)) {
      besiege(server, 17, Walls.ALL, FEW);
    }
  }

  private static void besiege(LocalPostgres server, int major, Walls walls, int most)
      throws Exception {
    Scene scene = new Scene(server, walls);
    try (Connection administrator = server.connect(scene.database)) {
      assertThat(administrator.getMetaData().getDatabaseMajorVersion()).isEqualTo(major);
      scene.attack(administrator, major, most);
      scene.use(administrator);
    }
  }

  /** A database with tables in care and others, and what stands around them. */
  private static final class Scene {
    private final LocalPostgres server;
    private final Walls walls;
    private final String database;
    private final Map<String, Long> oids = new HashMap<>();
    private final String digest = resource("digest.sql");

    Scene(LocalPostgres server, Walls walls) throws Exception {
      this.server = server;
      this.walls = walls;
      this.database = walls.name().toLowerCase(java.util.Locale.ROOT);
      server.createDatabase(database);
      try (Connection administrator = server.connect(database);
          Statement statement = administrator.createStatement()) {
        PostgresBoundary.install(administrator);
        statement.execute(resource("scene.sql"));
        // A function of somebody who is no administrator.
        statement.execute("CREATE ROLE mallory_" + database);
        statement.execute("ALTER FUNCTION public.sprung(int) OWNER TO mallory_" + database);
        if (walls == Walls.ALL) {
          PostgresBoundary.installGuard(administrator);
          PostgresBoundary.harden(administrator);
        }
        done(
            new CreateTable(
                "gold.mirror",
                List.of(
                    new NewColumn("id", Type.of("int4"), Optional.empty()),
                    new NewColumn("mood", mood("sad", "ok"), Optional.of("how it was"))),
                List.of("id"),
                V2));
        statement.execute("INSERT INTO gold.mirror VALUES (1, 'ok')");
        for (String[] rename :
            new String[][] {
              {"gold.orders", "n", "approved"},
              {"gold.orders", "n", "expired"},
              {"gold.orders", "n", "revoked"},
              {"gold.events", "n", "kk"}
            }) {
          approve(new RenameColumn(rename[0], rename[1], rename[2], V2));
        }
        statement.execute(
            "UPDATE wk.approval SET expires = at - interval '1 s'"
                + " WHERE request = wk.rename_request('gold', 'orders', 'n', 'expired')");
        statement.execute(
            "UPDATE wk.approval SET revoked_at = at"
                + " WHERE request = wk.rename_request('gold', 'orders', 'n', 'revoked')");
        for (String name : List.of("orders", "events", "mirror", "secret")) {
          oids.put(name, number(administrator, "SELECT 'gold." + name + "'::regclass::oid::int8"));
        }
        oids.put("mood", number(administrator, "SELECT 'gold.mood'::regtype::oid::int8"));
      }
    }

    /** Sends each attack as each login and looks what it came to. */
    void attack(Connection administrator, int major, int most) throws Exception {
      Set<String> there = walls == Walls.ALL ? Set.of("guard", "harden") : Set.of();
      List<Attack> all =
          Attack.all().stream()
              .filter(attack -> attack.needs().isEmpty() || there.contains(attack.needs().get()))
              .toList();
      int step = Math.max(1, all.size() / most);
      List<Attack> attacks =
          IntStream.range(0, all.size()).filter(i -> i % step == 0).mapToObj(all::get).toList();
      String before = text(administrator, digest);
      int stopped = 0;
      int idle = 0;
      List<String> effects = new ArrayList<>();
      List<String> wrong = new ArrayList<>();
      for (PostgresBoundary.Login login : PostgresBoundary.Login.values()) {
        try (Connection connection = server.connect(database, login.role())) {
          int number = 0;
          for (Attack attack : attacks) {
            String key = Hash.of(Json.of(login.role() + number++)).hex();
            if (refused(connection, attack.against(database, oids, key), wrong)) {
              stopped++;
            } else {
              idle++;
            }
            if (!text(administrator, digest).equals(before)) {
              effects.add(login.role() + ": " + attack.name());
              before = text(administrator, digest);
            }
          }
        }
      }
      System.out.printf(
          "boundary pg%d guard=%s: %d attacks x %d logins, %d stopped, %d without effect, %d"
              + " effects%n",
          major,
          walls == Walls.ALL ? "on" : "off",
          attacks.size(),
          PostgresBoundary.Login.values().length,
          stopped,
          idle,
          effects.size());

      assertThat(effects).as("pg%d %s", major, walls).isEmpty();
      assertThat(wrong).as("internal errors and values in messages").isEmpty();
      assertThat(attacks).hasSizeGreaterThanOrEqualTo(Math.min(most, 200));
    }

    /** Whether the last statement was refused. What is left of an attack is cleared away. */
    private static boolean refused(
        Connection connection, List<String> statements, List<String> wrong) throws SQLException {
      boolean refused = false;
      try (Statement statement = connection.createStatement()) {
        statement.setEscapeProcessing(false);
        for (String sql : statements) {
          try {
            statement.execute(sql);
            refused = false;
          } catch (SQLException e) {
            refused = true;
            if (String.valueOf(e.getSQLState()).startsWith("XX")
                || String.valueOf(e.getMessage()).contains("12345678")) {
              wrong.add(sql + ": " + e.getMessage());
            }
          }
        }
        statement.execute("ROLLBACK");
        statement.execute("DISCARD ALL");
      }
      return refused;
    }

    /** Does what may be done, and sees that no value suffers by it. */
    void use(Connection administrator) throws Exception {
      String money =
          "SELECT sum(amount) || ' ' || min(amount) || ' ' || max(amount) FROM gold.orders";
      String cents =
          "SELECT string_agg((amount * 100)::int8::text, ',' ORDER BY id) FROM gold.orders";
      String whole = text(administrator, cents);
      String sums = text(administrator, money);

      done(add("gold.orders", "fee", Type.of("numeric", 12, 2), "0.1"));
      done(add("gold.orders", "kind", mood("a", "b"), "b"));
      done(add("gold.events", "why", Type.of("text"), "old"));
      assertThat(text(administrator, money)).isEqualTo(sums);
      done(
          new WidenColumn(
              "gold.orders", "amount", Type.of("numeric", 10, 2), Type.of("numeric", 14, 4), V2));
      done(new WidenColumn("gold.orders", "n", Type.of("int2"), Type.of("int8"), V2));
      done(new WidenColumn("gold.orders", "note", Type.of("varchar", 5), Type.of("text"), V2));
      done(new RelaxColumn("gold.orders", "amount", V2));
      done(new RelaxColumn("gold.events", "n", V2));
      done(new CommentColumn("gold.orders", "amount", Optional.of("in euros"), V2));
      done(new AddEnumLabel("gold.orders", "mood", "great", V2));
      RenameColumn rename = new RenameColumn("gold.orders", "note", "remark", V2);
      assertThat(perform(rename)).isInstanceOf(Outcome.Refused.class);
      approve(rename);
      done(rename);

      assertThat(text(administrator, cents)).isEqualTo(whole);
      assertThat(text(administrator, "SELECT DISTINCT fee || ' ' || kind FROM gold.orders"))
          .isEqualTo("0.10 b");
      assertThat(text(administrator, "SELECT count(*) || min(why) FROM gold.events"))
          .isEqualTo("20old");

      try (Connection rows = server.connect(database, "wk_rows");
          Statement statement = rows.createStatement()) {
        statement.execute("INSERT INTO gold.lines (order_id) VALUES (1)");
        statement.execute("INSERT INTO gold.orders (id, mood) VALUES (100, 'great'), (101, 'ok')");
        statement.execute("UPDATE gold.orders SET amount = 1 WHERE id = 100");
        statement.execute("DELETE FROM gold.orders WHERE id >= 100");
        statement.execute("INSERT INTO gold.events (id) VALUES (5)");
        statement.execute("DELETE FROM gold.events WHERE id = 5");
      }
      try (Connection reader = server.connect(database, "wk_read")) {
        assertThat(text(reader, cents)).isEqualTo(whole);
      }
      for (PostgresBoundary.Login login : PostgresBoundary.Login.values()) {
        PostgresBoundary.Report report = PostgresBoundary.check(administrator, login);
        assertThat(report.dangers()).as(login.role()).isEmpty();
        assertThat(report.warnings().isEmpty()).as(login.role()).isEqualTo(walls == Walls.ALL);
      }
    }

    private void approve(RenameColumn rename) throws SQLException {
      try (Connection person = server.connect(database, "wk_approve")) {
        PostgresBoundary.approve(
            person, PostgresBoundary.request(person, rename), Duration.ofHours(1));
      }
    }

    private void done(TableChange change) throws Exception {
      Outcome outcome = perform(change);
      assertThat(outcome).as(change.toString()).isInstanceOf(Outcome.Done.class);
    }

    @SuppressWarnings("unchecked")
    private <C extends Record> Outcome perform(TableChange change) throws Exception {
      Tool<C, ?> tool =
          (Tool<C, ?>)
              new PostgresTableTools(SYSTEM, server.dataSource(database, "wk_change"))
                  .tools().stream()
                      .filter(one -> one.spec().name().equals(change.tool()))
                      .findFirst()
                      .orElseThrow();
      return tool.handler()
          .call((C) change, FakeCall.of(tool, change, SYSTEM, Instant.now().plusSeconds(60)));
    }
  }

  private static AddColumn add(String table, String column, Type type, String missing) {
    return new AddColumn(table, column, type, Optional.of(missing), V2);
  }

  private static Type mood(String... labels) {
    return new Type(
        labels[0].equals("a") ? "shop.kind" : "shop.mood",
        List.of(),
        List.of(labels).stream().map(label -> new Type.Label(label, label)).toList());
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = BoundaryIT.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String text(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private static long number(Connection connection, String sql) throws SQLException {
    return Long.parseLong(text(connection, sql));
  }
}
