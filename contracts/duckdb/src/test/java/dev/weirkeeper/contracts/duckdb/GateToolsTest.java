package dev.weirkeeper.contracts.duckdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Json;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Probe;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.Field;
import dev.weirkeeper.contracts.Fields;
import dev.weirkeeper.contracts.Form;
import dev.weirkeeper.contracts.ImportReport;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.ValueTests;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.engine.Options;
import dev.weirkeeper.contracts.engine.RuleKinds;
import dev.weirkeeper.contracts.gate.Gate;
import dev.weirkeeper.contracts.gate.GatePolicy;
import dev.weirkeeper.contracts.gate.GateTools;
import dev.weirkeeper.contracts.memory.Frames;
import dev.weirkeeper.contracts.sql.Limit;
import dev.weirkeeper.contracts.sql.SqlJudge;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import dev.weirkeeper.testkit.TestCall;
import dev.weirkeeper.testkit.ToolRegistryKit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.duckdb.DuckDBConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tools of a gate, on a real one before a table of DuckDB. */
class GateToolsTest extends ToolRegistryKit {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-11-30T00:00:00Z"), ZoneOffset.UTC);
  private static final Asset ITEMS = new Asset("lake", "main.items");
  private static final Asset FILE = new Asset("files", "items.csv");
  private static final Contract CONTRACT =
      Contract.of("items", "1", ITEMS.name(), Rule.notNull("name"), Rule.between("amount", 0, 9));
  private static final Fields FIELDS =
      new Fields(
          List.of(
              new Field("name", Form.TEXT, "text"), new Field("amount", Form.INTEGER, "int64")));

  @TempDir Path folder;
  private final List<DuckDBConnection> databases = new ArrayList<>();
  private List<List<Object>> rows =
      List.of(List.of("a", 1L), List.of("b", 2L), List.of("kept-secret", 99L));

  @AfterEach
  void end() throws Exception {
    for (DuckDBConnection database : databases) {
      database.close();
    }
  }

  @Override
  protected Clock clock() {
    return CLOCK;
  }

  @Override
  protected ToolRegistry registry() throws Exception {
    GateTools tools = tools();
    call(tools, GateTools.VALIDATE, Map.of("dataset", "new-items"));
    return tools;
  }

  private GateTools tools() throws Exception {
    DuckDBConnection database =
        DriverManager.getConnection("jdbc:duckdb:").unwrap(DuckDBConnection.class);
    databases.add(database);
    DuckDbGateTarget.prepare(database);
    try (Statement statement = database.createStatement()) {
      statement.execute("CREATE TABLE items (name text, amount bigint)");
    }
    Gate gate =
        Gate.to(DuckDbGateTarget.of(ITEMS, database).build())
            .contract(CONTRACT)
            .policy(GatePolicy.STANDARD.quarantining(10, 0.5))
            .clock(CLOCK)
            .secret(new byte[32])
            .open();
    Path csv = folder.resolve("items.csv");
    Files.writeString(csv, "name,amount\na,1\n,2\nc,99\n");
    SqlJudge judge = new SqlJudge(RuleKinds.standard(), ValueTests::of, Limit.NONE);
    DuckDbValidator validator = new DuckDbValidator(dataset -> csv, judge, DuckDbCaps.DEFAULT);
    Contract file = Contract.of("file", "1", FILE.name(), CONTRACT.rules().toArray(new Rule[0]));
    DatasetRef ref = new DatasetRef(FILE, "");
    return GateTools.builder("lake")
        .gated("new-items", gate, this::input)
        .validating(
            "file", file, ref, validator, control -> validator.explain(file, ref, Options.DEFAULT))
        .imported(
            "items",
            new ImportReport(
                List.of(new ImportReport.Supported("$.a", "one", "r1")),
                List.of(new ImportReport.Unsupported("$.b", "two", "r2", "nobody judges it"))))
        .build();
  }

  private FrameSource input() {
    return Frames.source(new DatasetRef(new Asset("files", "new"), "1"), FIELDS, rows, 2);
  }

  private static Action action(String tool, Asset target, Map<String, String> input) {
    return new Action(tool, Json.of(input), target);
  }

  private Outcome call(ToolRegistry registry, String name, Map<String, String> input)
      throws Exception {
    Tool<?, ?> tool =
        registry.tools().stream().filter(t -> t.spec().name().equals(name)).findFirst().get();
    Action action = action(name, ITEMS, input);
    return TestCall.of(tool, action, CLOCK.instant().plus(Duration.ofMinutes(1)))
        .perform(tool, action);
  }

  private GateTools.Validated validated(GateTools tools) throws Exception {
    Outcome outcome = call(tools, GateTools.VALIDATE, Map.of("dataset", "new-items"));
    return ((Outcome.Done) outcome).result().as(GateTools.Validated.class);
  }

  private String leave(GateTools tools) throws Exception {
    return validated(tools).leave().orElseThrow().validation();
  }

  @Override
  protected List<Action> accepted() {
    String validation;
    try {
      // The clock stands and the secret is known, so it is the same each time.
      validation = leave(tools());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    Asset all = new Asset("lake", "*");
    return List.of(
        action(GateTools.VALIDATE, ITEMS, Map.of("dataset", "new-items")),
        action(GateTools.VALIDATE, FILE, Map.of("dataset", "file")),
        action(GateTools.EXPLAIN_COST, FILE, Map.of("dataset", "file")),
        action(GateTools.DRY_RUN, ITEMS, Map.of("dataset", "new-items")),
        action(GateTools.WRITE, ITEMS, Map.of("dataset", "new-items", "validation", validation)),
        action(GateTools.IMPORT_REPORT, all, Map.of("contract", "items")));
  }

  @Override
  protected List<Action> refused() {
    return List.of(
        action(GateTools.VALIDATE, new Asset("lake", "no"), Map.of("dataset", "no")),
        action(GateTools.EXPLAIN_COST, ITEMS, Map.of("dataset", "new-items")),
        action(GateTools.DRY_RUN, FILE, Map.of("dataset", "file")),
        action(
            GateTools.WRITE, ITEMS, Map.of("dataset", "new-items", "validation", "0".repeat(64))),
        action(GateTools.IMPORT_REPORT, new Asset("lake", "*"), Map.of("contract", "no")));
  }

  private List<String> published() throws Exception {
    List<String> names = new ArrayList<>();
    DuckDBConnection last = databases.get(databases.size() - 1);
    try (Statement statement = last.createStatement();
        ResultSet found = statement.executeQuery("SELECT name FROM items ORDER BY name")) {
      while (found.next()) {
        names.add(found.getString(1));
      }
    }
    return names;
  }

  @Test
  void what_was_validated_is_written_once_and_nothing_else_is() throws Exception {
    GateTools tools = tools();
    GateTools.Validated validated = validated(tools);
    Map<String, String> write =
        Map.of("dataset", "new-items", "validation", validated.leave().get().validation());

    Outcome first = call(tools, GateTools.WRITE, write);
    Outcome again = call(tools, GateTools.WRITE, write);

    GateTools.Decided decided = ((Outcome.Done) first).result().as(GateTools.Decided.class);
    assertThat(((Outcome.Done) first).verification()).isEqualTo(Outcome.Verification.VERIFIED);
    assertThat(decided.tally().published()).isEqualTo(2);
    assertThat(decided.tally().quarantined()).isEqualTo(1);
    assertThat(again).isInstanceOf(Outcome.Done.class);
    assertThat(published()).containsExactly("a", "b");
  }

  @Test
  void data_that_changed_since_is_refused() throws Exception {
    GateTools tools = tools();
    String validation = leave(tools);
    rows = List.of(List.of("a", 1L), List.of("z", 3L));

    Outcome outcome =
        call(tools, GateTools.WRITE, Map.of("dataset", "new-items", "validation", validation));

    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    assertThat(published()).isEmpty();
  }

  @Test
  void a_dry_run_publishes_nothing_and_gives_no_leave() throws Exception {
    GateTools tools = tools();

    Outcome outcome = call(tools, GateTools.DRY_RUN, Map.of("dataset", "new-items"));

    GateTools.Decided decided = ((Outcome.Done) outcome).result().as(GateTools.Decided.class);
    assertThat(decided.tally().published()).isEqualTo(2);
    assertThat(published()).isEmpty();
  }

  @Test
  void answers_hold_no_values() throws Exception {
    GateTools tools = tools();

    for (String tool : List.of(GateTools.VALIDATE, GateTools.DRY_RUN)) {
      Outcome outcome = call(tools, tool, Map.of("dataset", "new-items"));

      assertThat(((Outcome.Done) outcome).result().text()).doesNotContain("kept-secret");
    }
  }

  @Test
  void how_many_rows_a_write_touches_is_known_from_its_validation_only() throws Exception {
    GateTools tools = tools();
    Tool<?, ?> write =
        tools.tools().stream()
            .filter(tool -> tool.spec().name().equals(GateTools.WRITE))
            .findFirst()
            .orElseThrow();

    assertThat(touched(write, leave(tools))).isEqualTo(new Probe.Value<>(3L));
    assertThat(touched(write, "nothing")).isInstanceOf(Probe.Unknown.class);
  }

  private <I extends Record> Probe<Long> touched(Tool<I, ?> tool, String validation)
      throws Exception {
    Action action =
        action(tool.spec().name(), ITEMS, Map.of("dataset", "new-items", "validation", validation));
    return tool.rows()
        .orElseThrow()
        .touched(
            action.input().as(tool.input()),
            TestCall.of(tool, action, CLOCK.instant().plusSeconds(60)));
  }

  @Test
  void a_write_that_is_given_up_publishes_nothing() throws Exception {
    GateTools tools = tools();
    Tool<?, ?> tool =
        tools.tools().stream()
            .filter(known -> known.spec().name().equals(GateTools.WRITE))
            .findFirst()
            .orElseThrow();
    Action action =
        action(GateTools.WRITE, ITEMS, Map.of("dataset", "new-items", "validation", leave(tools)));

    Outcome outcome =
        TestCall.of(tool, action, CLOCK.instant().plusSeconds(60))
            .stopped("nobody waits")
            .perform(tool, action);

    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    assertThat(published()).isEmpty();
  }
}
