package dev.weirkeeper.healing.postgres;

import dev.weirkeeper.Action;
import dev.weirkeeper.Hash;
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
import dev.weirkeeper.spi.ToolRegistry;
import dev.weirkeeper.testkit.LocalPostgres;
import dev.weirkeeper.testkit.ToolRegistryKit;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** What each registry of tools holds to, by the tools that change tables, as wk_change. */
class PostgresTableToolsKitIT extends ToolRegistryKit {
  private static final String SYSTEM = "lake";
  private static final String ORDERS = "public.orders";
  private static final Hash TOWARD = Hash.of(new byte[0]);
  private static final RenameColumn RENAME = new RenameColumn(ORDERS, "note", "remark", TOWARD);
  private static final AtomicInteger WORLDS = new AtomicInteger();
  private static LocalPostgres server;

  @BeforeAll
  static void start() throws Exception {
    server = LocalPostgres.start();
    server.createDatabase("first");
    server.execute(
        "first",
        "CREATE TYPE mood AS ENUM ('calm')",
        "CREATE TABLE orders (id int PRIMARY KEY, amount int NOT NULL, mood mood, note text)");
    try (Connection administrator = server.connect("first")) {
      PostgresBoundary.install(administrator);
      PostgresBoundary.allowSchema(administrator, "public");
      PostgresBoundary.adopt(administrator, ORDERS);
    }
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @Override
  protected ToolRegistry registry() throws Exception {
    String world = "world" + WORLDS.get();
    if (WORLDS.get() == 0 || !isUntouched(world)) {
      world = "world" + WORLDS.incrementAndGet();
      create(world);
    }
    return new PostgresTableTools(SYSTEM, server.dataSource(world, "wk_change"));
  }

  /** Each act leaves a row: without one the world is as it was at first. */
  private static boolean isUntouched(String database) throws Exception {
    try (Connection administrator = server.connect(database);
        Statement statement = administrator.createStatement();
        ResultSet row = statement.executeQuery("SELECT NOT EXISTS (SELECT FROM wk.act)")) {
      row.next();
      return row.getBoolean(1);
    }
  }

  private static void create(String database) throws Exception {
    // Rights on a database are not copied with it.
    server.execute(
        "postgres",
        "CREATE DATABASE " + database + " TEMPLATE first",
        "REVOKE TEMPORARY ON DATABASE " + database + " FROM PUBLIC");
    try (Connection person = server.dataSource(database, "wk_approve").getConnection()) {
      PostgresBoundary.approve(
          person, PostgresBoundary.request(person, RENAME), Duration.ofMinutes(10));
    }
  }

  @Override
  protected List<Action> accepted() {
    return actions(
        new CreateTable(
            "public.fresh",
            List.of(new NewColumn("id", Type.of("int4"), Optional.empty())),
            List.of("id"),
            TOWARD),
        new AddColumn(ORDERS, "added", Type.of("int8"), Optional.of("7"), TOWARD),
        new WidenColumn(ORDERS, "amount", Type.of("int4"), Type.of("int8"), TOWARD),
        new RelaxColumn(ORDERS, "amount", TOWARD),
        RENAME,
        new AddEnumLabel(ORDERS, "mood", "wild", TOWARD),
        new CommentColumn(ORDERS, "note", Optional.of("what people say"), TOWARD));
  }

  @Override
  protected List<Action> refused() {
    return actions(
        new AddColumn("public.nowhere", "added", Type.of("int8"), Optional.empty(), TOWARD),
        new AddColumn(ORDERS, "added", Type.of("regclass"), Optional.empty(), TOWARD),
        new WidenColumn(ORDERS, "amount", Type.of("int4"), Type.of("int2"), TOWARD),
        new RenameColumn(ORDERS, "amount", "sum", TOWARD),
        new RelaxColumn(ORDERS, "id", TOWARD));
  }

  private static List<Action> actions(TableChange... changes) {
    return Stream.of(changes).map(change -> change.on(SYSTEM)).toList();
  }
}
