package dev.weirkeeper.contracts.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Asset;
import dev.weirkeeper.CallControl;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.gate.Gate;
import dev.weirkeeper.contracts.gate.GatePolicy;
import dev.weirkeeper.contracts.gate.GateReport;
import dev.weirkeeper.contracts.gate.GateStatus;
import dev.weirkeeper.contracts.gate.GateStep;
import dev.weirkeeper.contracts.gate.GateTally;
import dev.weirkeeper.contracts.gate.QuarantineFilter;
import dev.weirkeeper.contracts.gate.Replay;
import dev.weirkeeper.contracts.memory.Frames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tables and databases in which a gate must not believe what it is shown. */
class HostileGateIT {
  private static final Asset THINGS = new Asset("warehouse", "public.things");
  private static final GatePolicy GENEROUS = GatePolicy.STANDARD.quarantining(1000, 1);
  private static final Contract UNIQUE =
      Contract.of("things", "1", "public.things", Rule.unique("code"));

  private static GateFixture database;

  @BeforeAll
  static void start() throws Exception {
    database = new GateFixture();
  }

  @AfterAll
  static void stop() throws Exception {
    database.close();
  }

  @BeforeEach
  void reset() throws Exception {
    database.reset();
  }

  @AfterEach
  void clear() throws Exception {
    database.execute("DROP TABLE IF EXISTS public.things CASCADE");
  }

  private static void things(String columns) throws SQLException {
    database.execute(
        "CREATE TABLE public.things (" + columns + ")",
        "GRANT SELECT, INSERT, UPDATE ON public.things TO " + GateFixture.LOGIN);
  }

  private static Gate.Builder gate(Contract contract) throws Exception {
    return Gate.to(PostgresGateTarget.of(THINGS, database.login()).build())
        .contract(contract)
        .policy(GENEROUS);
  }

  @SafeVarargs
  @SuppressWarnings("varargs") // the array is copied, and nothing else is done with it
  private static FrameSource texts(String first, String second, List<@Nullable Object>... rows) {
    Fields fields =
        new Fields(
            List.of(new Field(first, Form.TEXT, "text"), new Field(second, Form.TEXT, "text")));
    return Frames.source(new DatasetRef(new Asset("test", "input"), "1"), fields, List.of(rows), 2);
  }

  private static List<@Nullable Object> row(@Nullable Object... values) {
    return Arrays.asList(values);
  }

  private static List<String> published(String columns) throws SQLException {
    return database.query(
        "SELECT concat_ws('|', " + columns + ") FROM public.things ORDER BY " + columns);
  }

  private static GateReport write(Contract contract, FrameSource rows) throws Exception {
    return gate(contract).open().write(rows, CallControl.NONE);
  }

  private static GateReport replayed(Contract contract) throws Exception {
    return gate(contract).open().replay(Replay.of(QuarantineFilter.all()), CallControl.NONE);
  }

  @Test
  void operators_that_somebody_left_in_public_answer_no_question_of_a_gate() throws Exception {
    things("code varchar(10), name varchar(10)");
    database.execute("INSERT INTO public.things VALUES ('taken', 'a')");
    database.execute(
        "CREATE FUNCTION public.never(varchar, varchar) RETURNS bool LANGUAGE sql IMMUTABLE AS"
            + " 'SELECT false'",
        "CREATE OPERATOR public.= (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION ="
            + " public.never)",
        "CREATE FUNCTION public.nothing(bigint, int) RETURNS bigint LANGUAGE sql IMMUTABLE AS"
            + " 'SELECT 0::bigint'",
        "CREATE OPERATOR public.& (LEFTARG = bigint, RIGHTARG = int, FUNCTION = public.nothing)");
    try {
      GateReport report = write(UNIQUE, texts("code", "name", row("taken", "b"), row("free", "c")));

      assertThat(report.tally()).isEqualTo(GateTally.of(1, 1, 0));
      assertThat(published("code, name")).containsExactly("free|c", "taken|a");
    } finally {
      database.execute(
          "DROP OPERATOR public.= (varchar, varchar)",
          "DROP OPERATOR public.& (bigint, int)",
          "DROP FUNCTION public.never",
          "DROP FUNCTION public.nothing");
    }
  }

  @Test
  void rows_that_row_security_hides_are_never_taken_for_absent() throws Exception {
    things("code text, name text");
    database.execute(
        "INSERT INTO public.things VALUES ('taken', 'hidden')",
        "ALTER TABLE public.things ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY own ON public.things USING (name <> 'hidden') WITH CHECK (true)");

    GateReport report = write(UNIQUE, texts("code", "name", row("taken", "b")));

    assertThat(report.status()).isEqualTo(GateStatus.ERROR);
    assertThat(published("code, name")).containsExactly("taken|hidden");
  }

  @Test
  void what_others_publish_meanwhile_is_seen_whatever_isolation_the_login_has() throws Exception {
    things("code text, name text");
    database.execute(
        "ALTER ROLE "
            + GateFixture.LOGIN
            + " SET default_transaction_isolation = 'repeatable read'");
    try {
      Gate gate =
          Gate.to(
                  PostgresGateTarget.of(THINGS, database.login())
                      .steps(
                          step -> {
                            if (step == GateStep.LOADED) {
                              apart("INSERT INTO public.things VALUES ('taken', 'a')");
                            }
                          })
                      .build())
              .contract(UNIQUE)
              .policy(GENEROUS)
              .open();

      GateReport report = gate.write(texts("code", "name", row("taken", "b")), CallControl.NONE);

      assertThat(report.tally()).isEqualTo(GateTally.of(0, 1, 0));
      assertThat(published("code, name")).containsExactly("taken|a");
    } finally {
      database.execute("ALTER ROLE " + GateFixture.LOGIN + " RESET default_transaction_isolation");
    }
  }

  @Test
  void a_view_is_no_target() throws Exception {
    database.execute(
        "CREATE TABLE public.base (code text, name text)",
        "INSERT INTO public.base VALUES ('taken', 'hidden')",
        "CREATE VIEW public.things AS SELECT * FROM public.base WHERE name <> 'hidden'",
        "GRANT SELECT, INSERT, UPDATE ON public.things TO " + GateFixture.LOGIN);
    try {
      GateReport report = write(UNIQUE, texts("code", "name", row("taken", "b")));

      assertThat(report.status()).isEqualTo(GateStatus.ERROR);
      assertThat(database.query("SELECT code FROM public.base")).hasSize(1);
    } finally {
      database.execute("DROP TABLE public.base CASCADE");
    }
  }

  @Test
  void a_gate_gives_a_connection_back_as_it_got_it() throws Exception {
    things("code text, name text");
    try (Connection pooled = database.login().getConnection();
        Statement statement = pooled.createStatement()) {
      statement.execute("SET search_path = pg_catalog, public; SET row_security = on");
      try (var session = new PostgresGateDialect(Pools.always(pooled)).connect()) {
        session.sql();
      }

      assertThat(shown(statement, "SHOW search_path")).isEqualTo("pg_catalog, public");
      assertThat(shown(statement, "SHOW row_security")).isEqualTo("on");
    }
  }

  private static String shown(Statement statement, String sql) throws SQLException {
    try (ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return result.getString(1);
    }
  }

  @Test
  void keys_are_compared_by_the_collation_of_the_target() throws Exception {
    database.execute(
        "CREATE COLLATION IF NOT EXISTS public.loose (provider = icu, locale ="
            + " 'und-u-ks-level2', deterministic = false)");
    things("code text COLLATE public.loose, name text COLLATE \"C\"");
    Contract contract =
        Contract.of("things", "2", "public.things", Rule.unique("code"), Rule.unique("name"));

    write(contract, texts("code", "name", row("taken", "a")));
    GateReport report =
        write(contract, texts("code", "name", row("TAKEN", "b"), row("free", "c"), row("x", "a")));

    assertThat(report.tally()).isEqualTo(GateTally.of(1, 2, 0));
    assertThat(published("code, name")).containsExactly("free|c", "taken|a");
  }

  @Test
  void hostile_names_are_names() throws Exception {
    String code = "co\"de'; DROP TABLE public.things; --";
    String quoted = '"' + code.replace("\"", "\"\"") + '"';
    things(quoted + " text, \"select\" text");
    Contract contract =
        Contract.of(
            "x', (SELECT 1)) --\\",
            "1'",
            "public.things",
            Rule.unique(code).named("u'; --\\"),
            Rule.notNull("select"));

    GateReport report =
        write(contract, texts(code, "select", row("a", "b"), row("a", "c"), row("d", null)));
    database.execute(
        "UPDATE weirkeeper_gate."
            + quarantine()
            + " SET \"select\" = 'e' WHERE \"select\" IS NULL");
    GateReport again = replayed(contract);

    assertThat(report.tally()).isEqualTo(GateTally.of(0, 3, 0));
    assertThat(again.tally()).isEqualTo(GateTally.of(1, 2, 0));
    assertThat(published("\"select\"")).containsExactly("e");
  }

  private static String quarantine() throws SQLException {
    return database
        .query(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'q\\_public\\_things%'")
        .get(0);
  }

  @Test
  void a_partitioned_table_is_a_target_like_another() throws Exception {
    database.execute(
        "CREATE TABLE public.things (code text, name text) PARTITION BY LIST (name)",
        "CREATE TABLE public.things_a PARTITION OF public.things FOR VALUES IN ('a')",
        "CREATE TABLE public.things_b PARTITION OF public.things FOR VALUES IN ('b')",
        "GRANT SELECT, INSERT, UPDATE ON public.things TO " + GateFixture.LOGIN);

    write(UNIQUE, texts("code", "name", row("1", "a")));
    GateReport report = write(UNIQUE, texts("code", "name", row("1", "b"), row("2", "b")));
    GateReport outside = write(UNIQUE, texts("code", "name", row("3", "b"), row("4", "nowhere")));

    assertThat(report.tally()).isEqualTo(GateTally.of(1, 1, 0));
    assertThat(outside.status()).isEqualTo(GateStatus.ERROR);
    assertThat(published("code, name")).containsExactly("1|a", "2|b");
  }

  @Test
  void a_parent_cannot_go_while_a_row_that_refers_to_it_is_published() throws Exception {
    things("code text, name text");
    database.execute(
        "CREATE TABLE public.parents (id text)",
        "INSERT INTO public.parents VALUES ('p')",
        "GRANT SELECT, UPDATE ON public.parents TO " + GateFixture.LOGIN);
    List<String> errors = new ArrayList<>();
    Contract contract =
        Contract.of(
            "things",
            "3",
            "public.things",
            Rule.refers(List.of("code"), "public.parents", List.of("id")));
    try {
      Gate gate =
          Gate.to(
                  PostgresGateTarget.of(THINGS, database.login())
                      .steps(
                          step -> {
                            if (step == GateStep.CHECKED) {
                              errors.add(apart("DELETE FROM public.parents"));
                            }
                          })
                      .build())
              .contract(contract)
              .policy(GENEROUS)
              .open();

      GateReport report =
          gate.write(texts("code", "name", row("p", "a"), row("q", "b")), CallControl.NONE);

      assertThat(report.tally()).isEqualTo(GateTally.of(1, 1, 0));
      assertThat(errors).containsExactly("55P03");
      assertThat(database.query("SELECT id FROM public.parents")).containsExactly("p");
    } finally {
      database.execute("DROP TABLE public.parents");
    }
  }

  /** Does what somebody else does while a gate writes; the state of the error, or nothing. */
  private static String apart(String sql) {
    try (Connection other = TargetFixture.server().connect(database.database);
        Statement statement = other.createStatement()) {
      statement.execute("SET lock_timeout = '200ms'");
      statement.execute(sql);
      return "";
    } catch (SQLException e) {
      return String.valueOf(e.getSQLState());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // Replays.

  private static final Contract NAMED =
      Contract.of("things", "4", "public.things", Rule.notNull("name"));
  private static final Contract ANYTHING =
      Contract.of("things", "5", "public.things", Rule.columnsInclude("name"));

  @Test
  void a_replay_publishes_what_came_and_no_default_in_its_place() throws Exception {
    things("code text NOT NULL DEFAULT 'default', name text");
    write(NAMED, texts("code", "name", row("given", null)));

    GateReport report = replayed(ANYTHING);

    assertThat(report.tally()).isEqualTo(GateTally.of(1, 0, 0));
    assertThat(published("code, name")).containsExactly("given");
  }

  @Test
  void a_replay_leaves_generated_columns_to_the_database() throws Exception {
    things(
        "code text, name text, twice text GENERATED ALWAYS AS (coalesce(code, '') || '!') STORED");
    write(NAMED, texts("code", "name", row("given", null)));

    GateReport report = replayed(ANYTHING);

    assertThat(report.tally()).isEqualTo(GateTally.of(1, 0, 0));
    assertThat(published("code, name, twice")).containsExactly("given|given!");
  }

  @Test
  void a_replay_does_not_lose_the_values_of_a_column_that_was_renamed() throws Exception {
    things("code text, name text");
    write(NAMED, texts("code", "name", row("given", null)));
    database.execute("ALTER TABLE public.things RENAME COLUMN code TO label");

    GateReport report = replayed(ANYTHING);
    database.execute("UPDATE weirkeeper_gate." + quarantine() + " SET label = code, code = NULL");
    GateReport mended = replayed(ANYTHING);

    assertThat(report.status()).isEqualTo(GateStatus.ERROR);
    assertThat(report.reason().orElseThrow()).contains("\"code\"");
    assertThat(mended.tally()).isEqualTo(GateTally.of(1, 0, 0));
    assertThat(published("label")).containsExactly("given");
  }

  @Test
  void the_quarantine_keeps_values_that_a_changed_column_would_round() throws Exception {
    things("code numeric(10,2), name text");
    write(NAMED, texts("code", "name", row("1.25", null)));
    database.execute("ALTER TABLE public.things ALTER COLUMN code TYPE numeric(10,0)");

    GateReport report = write(NAMED, texts("code", "name", row("7", "a"), row("8", null)));

    assertThat(report.tally()).isEqualTo(GateTally.of(1, 1, 0));
    assertThat(database.query("SELECT q::text FROM weirkeeper_gate." + quarantine() + " q"))
        .anyMatch(text -> text.contains("1.25"));
    assertThat(replayed(ANYTHING).reason().orElseThrow()).contains("renamed");
  }

  @Test
  void a_column_whose_type_changes_altogether_does_not_stop_the_gate() throws Exception {
    things("code text, name text");
    write(NAMED, texts("code", "name", row("7", null)));
    database.execute("ALTER TABLE public.things ALTER COLUMN code TYPE int USING code::int");

    GateReport report = write(NAMED, texts("code", "name", row("7", "a"), row("8", null)));

    assertThat(report.tally()).isEqualTo(GateTally.of(1, 1, 0));
  }
}
