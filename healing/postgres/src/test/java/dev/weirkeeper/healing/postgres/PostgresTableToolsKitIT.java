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
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class PostgresTableToolsKitIT extends ToolRegistryKit {
  private static final String SYSTEM = "lake";
  private static final String DATABASE = "kit";
  private static final String ORDERS = "public.orders";
  private static final Hash V2 = Hash.of(new byte[] {2});
  private static final RenameColumn RENAME = new RenameColumn(ORDERS, "note", "remark", V2);

  private static LocalPostgres server;

  @BeforeAll
  static void start() throws Exception {
    server = LocalPostgres.start(Map.of("fsync", "off"));
    server.createDatabase(DATABASE);
    try (Connection administrator = server.connect(DATABASE)) {
      PostgresBoundary.install(administrator);
      PostgresBoundary.allowSchema(administrator, "public");
      PostgresBoundary.limitAtFirst(
          administrator, new PostgresBoundary.Limits(1_000_000, 1_000_000));
    }
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @Override
  protected ToolRegistry registry() throws Exception {
    try (Connection administrator = server.connect(DATABASE);
        Statement statement = administrator.createStatement()) {
      statement.execute(
          """
          DO $$
          DECLARE one text;
          BEGIN
            FOR one IN SELECT oid::regclass FROM pg_class
                WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP
              EXECUTE 'DROP TABLE ' || one;
            END LOOP;
            FOR one IN SELECT oid::regtype FROM pg_type
                WHERE typnamespace = 'public'::regnamespace AND typtype = 'e' LOOP
              EXECUTE 'DROP TYPE ' || one;
            END LOOP;
          END $$;
          DELETE FROM wk.act;
          DELETE FROM wk.approval;
          CREATE TYPE public.mood AS ENUM ('calm');
          CREATE TABLE public.orders
            (id int PRIMARY KEY, n int2 NOT NULL, note text, mood public.mood)
          """);
      PostgresBoundary.adopt(administrator, ORDERS);
    }
    try (Connection person = server.connect(DATABASE, "wk_approve")) {
      PostgresBoundary.approve(
          person, PostgresBoundary.request(person, RENAME), Duration.ofHours(1));
    }
    return new PostgresTableTools(SYSTEM, server.dataSource(DATABASE, "wk_change"));
  }

  private static List<Action> on(TableChange... changes) {
    return Stream.of(changes).map(change -> change.on(SYSTEM)).toList();
  }

  @Override
  protected List<Action> accepted() {
    return on(
        new CreateTable(
            "public.fresh",
            List.of(new NewColumn("id", Type.of("int4"), Optional.of("the key"))),
            List.of("id"),
            V2),
        new AddColumn(ORDERS, "added", Type.of("text"), Optional.of("missing"), V2),
        new WidenColumn(ORDERS, "n", Type.of("int2"), Type.of("int8"), V2),
        new RelaxColumn(ORDERS, "n", V2),
        RENAME,
        new AddEnumLabel(ORDERS, "mood", "cross", V2),
        new CommentColumn(ORDERS, "note", Optional.of("what was said"), V2));
  }

  @Override
  protected List<Action> refused() {
    return on(
        new RelaxColumn("public.nothing", "n", V2),
        new RenameColumn(ORDERS, "n", "many", V2),
        new WidenColumn(ORDERS, "n", Type.of("int2"), Type.of("bool"), V2),
        new AddColumn(ORDERS, "note", Type.of("int4"), Optional.empty(), V2));
  }
}
