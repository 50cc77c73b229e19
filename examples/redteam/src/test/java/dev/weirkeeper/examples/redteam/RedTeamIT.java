package dev.weirkeeper.examples.redteam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Budget;
import dev.weirkeeper.Budgets;
import dev.weirkeeper.Caller;
import dev.weirkeeper.DoorMemory;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Json;
import dev.weirkeeper.LogBook;
import dev.weirkeeper.Mailbox;
import dev.weirkeeper.Masking;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Receipt;
import dev.weirkeeper.TableChange;
import dev.weirkeeper.Toolbox;
import dev.weirkeeper.Type;
import dev.weirkeeper.contracts.Contract;
import dev.weirkeeper.contracts.ImportReport;
import dev.weirkeeper.contracts.Rule;
import dev.weirkeeper.contracts.TableRules;
import dev.weirkeeper.contracts.ValueTests;
import dev.weirkeeper.contracts.dbt.DbtTools;
import dev.weirkeeper.contracts.duckdb.SandboxTools;
import dev.weirkeeper.contracts.engine.DatasetRef;
import dev.weirkeeper.contracts.engine.Options;
import dev.weirkeeper.contracts.engine.RuleKinds;
import dev.weirkeeper.contracts.gate.GateTools;
import dev.weirkeeper.contracts.sql.JdbcValidator;
import dev.weirkeeper.contracts.sql.Limit;
import dev.weirkeeper.contracts.sql.SqlJudge;
import dev.weirkeeper.drift.DriftTools;
import dev.weirkeeper.drift.impact.ImpactTools;
import dev.weirkeeper.drift.impact.UpstreamTools;
import dev.weirkeeper.drift.postgres.PostgresReadTools;
import dev.weirkeeper.drift.postgres.catalog.CompareTools;
import dev.weirkeeper.drift.postgres.catalog.SchemaShelf;
import dev.weirkeeper.drift.profile.ProfileDrift;
import dev.weirkeeper.drift.profile.ProfileKey;
import dev.weirkeeper.drift.profile.ProfileTools;
import dev.weirkeeper.drift.profile.TableSampler;
import dev.weirkeeper.drift.rehearsal.PostgresBinaries;
import dev.weirkeeper.drift.rehearsal.RehearseTools;
import dev.weirkeeper.drift.rehearsal.Rehearser;
import dev.weirkeeper.healing.PipelineTools;
import dev.weirkeeper.healing.PlanTools;
import dev.weirkeeper.healing.postgres.PostgresBoundary;
import dev.weirkeeper.healing.postgres.PostgresTableTools;
import dev.weirkeeper.spi.AuditSink;
import dev.weirkeeper.spi.Tool;
import dev.weirkeeper.spi.ToolRegistry;
import dev.weirkeeper.testkit.TestCall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Throws the attack strings of the corpus at every input that our tools have, and below our code at
 * the database as each of our logins. {@code -Dcorpus.dir} says where they are.
 */
class RedTeamIT {
  private static final String SYSTEM = "warehouse";
  private static final DatasetRef ORDERS = new DatasetRef(new Asset(SYSTEM, "gold.orders"), "");

  /** Of the profile of dbt. No attack can hold it. */
  private static final String DBT_SECRET = "tok_live_FIXTURE_OF_DBT";

  private static final Caller AGENT = new Caller("redteam", Caller.Kind.AGENT);

  /** Bound by nothing but what a tool itself refuses. */
  private static final Caller PIPELINE = new Caller("pipeline", Caller.Kind.POLICY);

  /** What no answer to an agent may hold: tokens, keys, numbers of persons, files of the server. */
  private static final List<String> SECRETS =
      List.of("tok_live_FIXTURE", "FIXTURE_JWT", "900-00-0", "@example.com", "root:x:0");

  private static Fixture fixture;
  private static SandboxTools sandbox;
  private static Lake lake;
  private static Toolbox door;

  /** What {@code gate_write} would take if its other input were no attack. */
  private static String validation = "";

  @TempDir private static Path dbt;

  /** Of a call that is no attack. */
  private static Set<String> usualOptions = Set.of();

  private static final Forgetful JOURNAL = new Forgetful();
  private static final AtomicInteger TRIED = new AtomicInteger();
  private static final AtomicInteger HARMLESS = new AtomicInteger();
  private static final AtomicInteger EFFECTS = new AtomicInteger();

  @BeforeAll
  static void start() throws Exception {
    assumeTrue(
        Corpus.isThere(),
        "No corpus at " + Corpus.FOLDER + ": its attacks are left out, set -Dcorpus.dir");
    fixture = new Fixture();
    PostgresReadTools reads =
        PostgresReadTools.builder(
                SYSTEM,
                as(PostgresBoundary.Login.READ),
                Masking.with("a key of the host".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
            .build();
    sandbox =
        SandboxTools.builder(SYSTEM, reads.reader())
            .tables("gold.*")
            .timeLimit(Duration.ofSeconds(2))
            .build();
    lake = new Lake(SYSTEM);
    door = door(reads, gateTools(), dbtTools());
    Outcome judged =
        door.perform(
            AGENT,
            new Action(
                GateTools.VALIDATE,
                Json.of(Map.of("dataset", Lake.TABLE)),
                new Asset(SYSTEM, Lake.TABLE)),
            List.of());
    validation =
        ((Outcome.Done) judged)
            .result()
            .as(GateTools.Validated.class)
            .leave()
            .orElseThrow()
            .validation();
    Sample tests =
        samples().stream().filter(sample -> sample.tool().equals(DbtTools.TEST)).findFirst().get();
    door.perform(AGENT, new Action(tests.tool(), tests.input(), tests.target()), List.of());
    usualOptions = optionsOfDbt();
    assertThat(usualOptions).contains("--select", "--exclude");
  }

  private static JdbcValidator validator() {
    return JdbcValidator.postgresql(
        as(PostgresBoundary.Login.READ),
        new SqlJudge(RuleKinds.standard(), ValueTests::of, Limit.NONE),
        Duration.ofMillis(1500));
  }

  private static GateTools gateTools() {
    Contract orders =
        Contract.of("orders", "1", ORDERS.asset().name(), Rule.notNull("note"), Rule.unique("id"));
    JdbcValidator validator = validator();
    return GateTools.builder(SYSTEM)
        .validating(
            ORDERS.asset().name(),
            orders,
            ORDERS,
            validator,
            control -> validator.explain(orders, ORDERS, Options.DEFAULT, control))
        .gated(Lake.TABLE, lake.gate(), lake::rows)
        .imported(
            "orders",
            new ImportReport(
                List.of(),
                List.of(new ImportReport.Unsupported("$.a", "expect_more", "r", "unknown"))))
        .build();
  }

  /** Plays a dbt that says everything that it was told in confidence, and writes down the rest. */
  private static DbtTools dbtTools() throws IOException {
    Path program = dbt.resolve("dbt");
    Files.writeString(
        program,
        "#!/bin/sh\nprintf '%s\\n' \"$@\" >>'"
            + dbt.resolve("arguments")
            + "'\nenv >&2\nenv\nexit 2\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    Files.writeString(dbt.resolve("dbt_project.yml"), "name: shop\n");
    return DbtTools.builder("dbt", "shop")
        .executable(program)
        .project(dbt)
        .models("*")
        .environment("DBT_PASSWORD", DBT_SECRET)
        .timeLimit(Duration.ofSeconds(10))
        .build();
  }

  private static Set<String> optionsOfDbt() throws IOException {
    return Files.readAllLines(dbt.resolve("arguments")).stream()
        .filter(argument -> argument.startsWith("-"))
        .collect(Collectors.toSet());
  }

  /** Sums up what each test says in full. */
  private static void count(int tried, int harmless, List<String> effects) {
    TRIED.addAndGet(tried);
    HARMLESS.addAndGet(harmless);
    EFFECTS.addAndGet(effects.size());
  }

  @AfterAll
  static void stop() throws Exception {
    System.out.printf(
        "corpus redteam: %d tried, %d stopped, %d effects; the other %d did what their caller may%n",
        TRIED.get(), TRIED.get() - HARMLESS.get() - EFFECTS.get(), EFFECTS.get(), HARMLESS.get());
    if (lake != null) {
      lake.close();
    }
    if (sandbox != null) {
      sandbox.close();
    }
    if (fixture != null) {
      fixture.close();
    }
  }

  private static PGSimpleDataSource as(PostgresBoundary.Login login) {
    PGSimpleDataSource source = fixture.server().dataSource(Fixture.DATABASE);
    source.setUser(login.role());
    return source;
  }

  private static Toolbox door(PostgresReadTools reads, GateTools gate, DbtTools tests) {
    Budgets boundless =
        new Budgets(
            List.of(Budget.of("all", "*").freezeAfter(Integer.MAX_VALUE, Duration.ofHours(1))),
            Integer.MAX_VALUE,
            Duration.ofMinutes(1));
    return Toolbox.builder()
        .journal(new Journal(JOURNAL, Clock.systemUTC()))
        .clock(Clock.systemUTC())
        .memory(DoorMemory.inProcess())
        .budgets(boundless)
        .limit(Effect.DESTRUCTIVE)
        .grant(AGENT.principal(), Effect.DESTRUCTIVE)
        .grant(PIPELINE.principal(), Effect.DESTRUCTIVE)
        .tools(
            PostgresTableTools.builder(SYSTEM, as(PostgresBoundary.Login.CHANGE)).build(),
            new PipelineTools("shop", new Mailbox(Clock.systemUTC())),
            reads,
            sandbox,
            gate,
            tests)
        .tools(ofDrift(reads).toArray(ToolRegistry[]::new))
        .build();
  }

  /** Over a log without incidents and a mailbox without a pipeline; catalogs and rows are real. */
  private static List<ToolRegistry> ofDrift(PostgresReadTools reads) {
    LogBook book = LogBook.standard();
    Mailbox mailbox = new Mailbox(Clock.systemUTC());
    return List.of(
        new DriftTools("shop", book, mailbox),
        new UpstreamTools("shop", book),
        new ImpactTools("shop", book, Map.of(), Map.of()),
        new PlanTools("shop", book, mailbox),
        new RehearseTools(
            "shop",
            mailbox,
            Rehearser.builder(PostgresBinaries.onClassPath()).build(),
            () -> {
              throw new SQLException("no plan waits, so nobody asks");
            },
            new Journal(JOURNAL, Clock.systemUTC())),
        CompareTools.builder(SchemaShelf.in(dbt.resolve("schemas")))
            .database(SYSTEM, as(PostgresBoundary.Login.READ))
            .build(),
        new ProfileTools(
            SYSTEM,
            new TableSampler(reads.reader(), 100, 100_000, Clock.systemUTC()),
            table -> new Probe.Empty<>(),
            ProfileDrift.with(ProfileKey.of(new byte[32]))));
  }

  /** A log of which nothing is kept but whether it holds a secret that only the host knows. */
  private static final class Forgetful implements AuditSink {
    private long records;
    private long leaks;

    synchronized long leaks() {
      return leaks;
    }

    @Override
    public synchronized Receipt append(AuditRecord record) {
      leaks += record.canonical().text().contains(DBT_SECRET) ? 1 : 0;
      return new Receipt(records++, record.id());
    }

    @Override
    public void close() {}
  }

  /** A call that is fine as it is: attacks take the place of its texts, one after the other. */
  private record Sample(String tool, Json input, Asset target) {
    /** The place among its texts at which the target is named; -1 if it is not. */
    int name() {
      for (int place = 0; place < texts(input); place++) {
        String name = target.name();
        if (Json.of(replaced(input, new AtomicInteger(place), name)).equals(input)) {
          return place;
        }
      }
      return -1;
    }

    static Sample of(TableChange change) {
      Action action = change.on(SYSTEM);
      return new Sample(action.tool(), action.input(), action.target());
    }

    static Sample of(String tool, String system, String target, String input) {
      return new Sample(tool, Json.parse(input), new Asset(system, target));
    }
  }

  private static List<Sample> samples() {
    Hash toward = Hash.of(Json.empty());
    Type text = Type.of("text");
    Type mood = new Type("gold.mood", List.of(), List.of(new Type.Label("1", "calm")));
    String orders = "gold.orders";
    return List.of(
        Sample.of(
            new TableChange.CreateTable(
                "gold.fresh",
                List.of(
                    new TableChange.NewColumn("id", Type.of("int4"), Optional.of("a comment")),
                    new TableChange.NewColumn("mood", mood, Optional.empty())),
                List.of("id"),
                toward)),
        Sample.of(new TableChange.AddColumn(orders, "added", text, Optional.of("missing"), toward)),
        Sample.of(
            new TableChange.WidenColumn(
                orders, "customer_id", Type.of("int4"), Type.of("int8"), toward)),
        Sample.of(new TableChange.RelaxColumn(orders, "amount", toward)),
        Sample.of(new TableChange.RenameColumn(orders, "note", "remark", toward)),
        Sample.of(new TableChange.AddEnumLabel(orders, "note", "label", toward)),
        Sample.of(new TableChange.CommentColumn(orders, "note", Optional.of("a comment"), toward)),
        Sample.of(
            "table_pause", "shop", orders, "{\"table\":\"gold.orders\",\"reason\":\"because\"}"),
        Sample.of("table_resume", "shop", orders, "{\"table\":\"gold.orders\"}"),
        Sample.of("table_resync", "shop", orders, "{\"table\":\"gold.orders\"}"),
        Sample.of(
            "quarantine_replay",
            "shop",
            orders,
            "{\"table\":\"gold.orders\",\"rule\":\"a-rule\",\"limit\":1}"),
        Sample.of(
            "plan_apply",
            "shop",
            orders,
            "{\"table\":\"gold.orders\",\"plan\":\"" + toward + "\"}"),
        Sample.of(
            "catalog_list_tables", SYSTEM, "gold.*", "{\"schema\":\"gold\",\"cursor\":\"gold.a\"}"),
        Sample.of("catalog_describe_table", SYSTEM, orders, "{\"table\":\"gold.orders\"}"),
        Sample.of(
            "data_sample", SYSTEM, orders, "{\"table\":\"gold.orders\",\"columns\":[\"id\"]}"),
        Sample.of(
            "data_count",
            SYSTEM,
            orders,
            "{\"table\":\"gold.orders\",\"filters\":[{\"column\":\"note\",\"op\":\"EQUAL\","
                + "\"value\":\"n1\"}]}"),
        Sample.of(
            "data_profile", SYSTEM, orders, "{\"table\":\"gold.orders\",\"columns\":[\"id\"]}"),
        Sample.of(
            "sandbox_query",
            SYSTEM,
            "sandbox",
            "{\"tables\":[\"gold.orders\",\"gold.customers\"],\"sql\":\"SELECT 1\"}"),
        Sample.of("contract_validate", SYSTEM, orders, "{\"dataset\":\"gold.orders\"}"),
        Sample.of("contract_explain_cost", SYSTEM, orders, "{\"dataset\":\"gold.orders\"}"),
        Sample.of("contract_dry_run", SYSTEM, Lake.TABLE, "{\"dataset\":\"main.items\"}"),
        Sample.of(
            "gate_write",
            SYSTEM,
            Lake.TABLE,
            "{\"dataset\":\"main.items\",\"validation\":\"" + validation + "\"}"),
        Sample.of(
            "contract_import_report", SYSTEM, "*", "{\"contract\":\"orders\",\"cursor\":\"0\"}"),
        Sample.of(
            "dbt_test", "dbt", "shop", "{\"select\":[\"stg_orders\"],\"exclude\":[\"tag:slow\"]}"),
        Sample.of(
            "drift_compare",
            SYSTEM,
            "*",
            "{\"from\":\"warehouse\",\"to\":\"warehouse\",\"cursor\":\"0\"}"),
        Sample.of("drift_list_findings", "shop", orders, "{\"table\":\"gold.orders\"}"),
        Sample.of("drift_history", "shop", orders, "{\"table\":\"gold.orders\"}"),
        Sample.of("drift_blind_spots", "shop", "*", "{}"),
        Sample.of(
            "drift_impact",
            "shop",
            orders,
            "{\"incident\":\"" + toward + "\",\"table\":\"gold.orders\",\"cursor\":\"0\"}"),
        Sample.of(
            "drift_upstream",
            "shop",
            orders,
            "{\"incident\":\"" + toward + "\",\"table\":\"gold.orders\"}"),
        Sample.of("drift_profile", SYSTEM, orders, "{\"table\":\"gold.orders\"}"),
        Sample.of("plan_show", "shop", orders, "{\"table\":\"gold.orders\"}"),
        Sample.of("plan_propose", "shop", orders, "{\"table\":\"gold.orders\"}"),
        Sample.of(
            "plan_rehearse",
            "shop",
            orders,
            "{\"table\":\"gold.orders\",\"plan\":\"" + toward + "\"}"),
        Sample.of(
            "dbt_results",
            "dbt",
            "shop",
            "{\"run\":\"a-run\",\"show\":\"PROBLEMS\",\"cursor\":\"0\"}"));
  }

  @Test
  void every_tool_has_a_sample_to_attack() {
    assertThat(samples().stream().map(Sample::tool))
        .containsExactlyInAnyOrderElementsOf(
            door.specs().stream().map(spec -> spec.name()).toList());
  }

  /**
   * All calls in which the attack stands in the place of one text; that of the target also in the
   * target.
   */
  private static List<Action> attacks(Sample sample, String payload) {
    List<Action> actions = new ArrayList<>();
    for (int place = 0; place < texts(sample.input()); place++) {
      Json input = Json.of(replaced(sample.input(), new AtomicInteger(place), payload));
      actions.add(new Action(sample.tool(), input, sample.target()));
      boolean named = place == sample.name() && !payload.isBlank();
      if (named) {
        // What the tool is addressed to must be what its input names, so both are attacked.
        actions.add(new Action(sample.tool(), input, new Asset(sample.target().system(), payload)));
      }
    }
    return actions;
  }

  private static int texts(Json value) {
    AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
    replaced(value, left, "");
    return Integer.MAX_VALUE - left.get();
  }

  /** The value with the payload in the place of its n-th text, as n counts down. */
  private static Object replaced(Json value, AtomicInteger place, String payload) {
    switch (value.text().charAt(0)) {
      case '{' -> {
        Map<String, Object> members = new TreeMap<>();
        Map<?, ?> given = value.as(Map.class);
        given.forEach(
            (name, member) ->
                members.put((String) name, replaced(Json.of(member), place, payload)));
        return members;
      }
      case '[' -> {
        List<Object> items = new ArrayList<>();
        List<?> given = value.as(List.class);
        given.forEach(item -> items.add(replaced(Json.of(item), place, payload)));
        return items;
      }
      case '"' -> {
        return place.getAndDecrement() == 0 ? payload : value;
      }
      default -> {
        return value;
      }
    }
  }

  /** What reads was attacked as an agent may use it: taint holds back only what writes. */
  private static boolean reads(String tool) {
    return door.specs().stream()
        .anyMatch(spec -> spec.name().equals(tool) && spec.effect() == Effect.READ);
  }

  private static boolean canBeJson(String payload) {
    try {
      Json.of(payload);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  @Test
  void invariant_4_no_attack_string_has_an_effect_through_any_input_of_an_agent() throws Exception {
    int tried = 0;
    List<String> effects = new ArrayList<>();
    for (Corpus.Attack attack : Corpus.sqlAttacks()) {
      if (!canBeJson(attack.payload())) {
        tried++;
        continue;
      }
      for (Sample sample : samples()) {
        for (Action action : attacks(sample, attack.payload())) {
          tried++;
          Outcome outcome = door.perform(AGENT, action, List.of());
          String answer = outcome.toString();
          SECRETS.stream()
              .filter(answer::contains)
              .filter(secret -> !attack.payload().contains(secret))
              .forEach(
                  secret -> effects.add(attack.id() + " through " + sample.tool() + ": " + secret));
        }
      }
      Set<String> changed = fixture.changed();
      if (!changed.isEmpty()) {
        effects.add(attack.id() + " changed " + changed);
        fixture.restore();
      }
      if (lake.hasChanged()) {
        effects.add(attack.id() + " changed what is behind the gate");
      }
    }
    optionsOfDbt().stream()
        .filter(option -> !usualOptions.contains(option))
        .forEach(option -> effects.add("dbt was given the option " + option));
    if (JOURNAL.leaks() > 0) {
      effects.add(JOURNAL.leaks() + " records hold a secret of the host");
    }
    System.out.printf(
        "corpus redteam, inputs of an agent: %d tried, %d stopped, %d effects%n",
        tried, tried - effects.size(), effects.size());
    count(tried, 0, effects);
    assertThat(tried).isPositive();
    assertThat(effects).isEmpty();
  }

  /**
   * The same without the door's taint: what a pipeline could be made to pass on from a hostile
   * source. A name that is odd but a name may become that of a new column; nothing that was there
   * may suffer.
   */
  @Test
  void invariant_4_no_attack_string_damages_anything_through_a_typed_change() throws Exception {
    int tried = 0;
    int carriedOut = 0;
    List<String> effects = new ArrayList<>();
    for (Corpus.Attack attack : Corpus.sqlAttacks()) {
      if (!canBeJson(attack.payload())) {
        continue;
      }
      int before = carriedOut;
      for (Sample sample : samples()) {
        if (reads(sample.tool())) {
          continue;
        }
        for (Action action : attacks(sample, attack.payload())) {
          tried++;
          carriedOut += door.perform(PIPELINE, action, List.of()).isDone() ? 1 : 0;
        }
      }
      if (carriedOut > before) {
        // What was added stays for the next attack: a crowded table is attacked like an empty one.
        Set<String> damaged = fixture.damaged();
        if (!damaged.isEmpty()) {
          effects.add(attack.id() + " damaged " + damaged);
          fixture.restore();
        }
      }
    }
    fixture.restore();
    if (lake.hasChanged()) {
      effects.add("something changed what is behind the gate");
    }
    System.out.printf(
        "corpus redteam, typed changes: %d tried, %d effects, %d carried out as the harmless change"
            + " that they say%n",
        tried, effects.size(), carriedOut);
    count(tried, carriedOut, effects);
    assertThat(tried).isPositive();
    assertThat(effects).isEmpty();
  }

  @Test
  void invariant_4_no_attack_string_has_an_effect_below_our_code_as_any_login() throws Exception {
    int tried = 0;
    int ownRows = 0;
    List<String> effects = new ArrayList<>();
    for (PostgresBoundary.Login login : PostgresBoundary.Login.values()) {
      for (Corpus.Attack attack : Corpus.sqlAttacks()) {
        tried++;
        execute(login, attack.payload());
        Set<String> changed = fixture.changed();
        if (changed.isEmpty()) {
          continue;
        }
        if (login == PostgresBoundary.Login.ROWS
            && World.onlyRowsOf(changed, Fixture.ROWS_OF_THE_FEED)) {
          ownRows++;
        } else {
          effects.add(attack.id() + " as " + login + " changed " + changed);
        }
        fixture.restore();
      }
    }
    System.out.printf(
        "corpus redteam, below our code as %d logins: %d tried, %d stopped, %d effects; besides, %d"
            + " wrote rows as the feed's login may (extensions not on this server: %s)%n",
        PostgresBoundary.Login.values().length,
        tried,
        tried - effects.size() - ownRows,
        effects.size(),
        ownRows,
        fixture.missingExtensions());
    count(tried, ownRows, effects);
    assertThat(tried).isPositive();
    assertThat(effects).isEmpty();
  }

  /**
   * What a contract says is written by others, too: strings in each place that a judge turns into
   * SQL, on a real table, as the login that reads.
   */
  @Test
  void invariant_4_no_attack_string_in_a_contract_has_an_effect() throws Exception {
    int tried = 0;
    List<String> effects = new ArrayList<>();
    JdbcValidator validator = validator();
    for (Corpus.Attack attack : Corpus.sqlAttacks()) {
      if (!canBeJson(attack.payload())) {
        continue;
      }
      List<Rule> rules = hostileRules(attack.payload());
      tried += rules.size();
      Contract contract = new Contract("hostile", "1", ORDERS.asset().name(), rules);
      Tool<?, ?> tool =
          GateTools.builder(SYSTEM)
              .validating("hostile", contract, ORDERS, validator)
              .build()
              .tools()
              .get(0);
      Action action =
          new Action(GateTools.VALIDATE, Json.of(Map.of("dataset", "hostile")), ORDERS.asset());
      Outcome outcome =
          TestCall.of(tool, action, Clock.systemUTC().instant().plusSeconds(60))
              .perform(tool, action);
      assertThat(outcome).as(attack.id()).isInstanceOf(Outcome.Done.class);
      String said = outcome.toString();
      SECRETS.stream()
          .filter(said::contains)
          .filter(secret -> !attack.payload().contains(secret))
          .forEach(secret -> effects.add(attack.id() + " in a contract: " + secret));
      Set<String> changed = fixture.changed();
      if (!changed.isEmpty()) {
        effects.add(attack.id() + " in a contract changed " + changed);
        fixture.restore();
      }
    }
    System.out.printf(
        "corpus redteam, words of a contract: %d tried, %d effects%n", tried, effects.size());
    count(tried, 0, effects);
    assertThat(tried).isPositive();
    assertThat(effects).isEmpty();
  }

  private static List<Rule> hostileRules(String payload) {
    List<Supplier<Rule>> all =
        List.of(
            () -> Rule.inSet("note", payload),
            () -> Rule.notInSet("note", payload, "n1"),
            () -> Rule.like("note", payload),
            () -> Rule.matches("note", payload),
            () -> Rule.between("note", payload, payload),
            () -> Rule.notNull(payload),
            () -> Rule.refers(List.of("note"), payload, List.of("id")),
            () -> Rule.refers(List.of("note"), "gold.customers", List.of(payload)),
            () -> TableRules.noRows(payload));
    List<Rule> rules = new ArrayList<>();
    for (Supplier<Rule> each : all) {
      try {
        rules.add(each.get().named("r" + rules.size()));
      } catch (IllegalArgumentException refused) {
        // Nobody can write such a rule, so nobody can have it judged.
        rules.add(Rule.notNull("note").named("r" + rules.size()));
      }
    }
    return rules;
  }

  private static void execute(PostgresBoundary.Login login, String payload) throws SQLException {
    try (Connection connection = fixture.careless(login);
        Statement statement = connection.createStatement()) {
      statement.execute(payload);
    } catch (SQLException refused) {
      // What it came to is looked up in the world, not in what the server says.
      fixture.endSessionsOf(login);
    }
  }

  @Test
  void benign_reads_pass_the_sandbox_or_are_counted() throws Exception {
    Map<String, String> refused = new TreeMap<>();
    List<String> reads = Corpus.benignReads();
    for (String sql : reads) {
      Json input = Json.of(Map.of("tables", List.of("gold.orders", "gold.customers"), "sql", sql));
      Outcome outcome =
          door.perform(
              AGENT, new Action("sandbox_query", input, new Asset(SYSTEM, "sandbox")), List.of());
      String answer = outcome.toString();
      if (!outcome.isDone() || answer.contains("\"failure\"")) {
        refused.put(sql, answer);
      }
    }
    System.out.printf(
        "corpus redteam: %d benign reads, %d refused by the sandbox: %s%n",
        reads.size(), refused.size(), refused.keySet());
    // DuckDB is not PostgreSQL: catalogs and settings of the server are not there. Plain reads are.
    assertThat(refused.keySet())
        .noneMatch(sql -> sql.startsWith("SELECT * FROM gold.orders LIMIT"));
    assertThat(refused.size()).isLessThan(reads.size() / 2);
  }
}
