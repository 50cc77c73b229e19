package dev.weirkeeper.examples.quickstart;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Autonomy;
import dev.weirkeeper.Budgets;
import dev.weirkeeper.Counts;
import dev.weirkeeper.Domain;
import dev.weirkeeper.Domains;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Grant;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Plan;
import dev.weirkeeper.TableChange;
import dev.weirkeeper.TableState;
import dev.weirkeeper.audit.JsonLinesLog;
import dev.weirkeeper.contracts.stream.Contracts;
import dev.weirkeeper.drift.rehearsal.PostgresBinaries;
import dev.weirkeeper.drift.rehearsal.Rehearser;
import dev.weirkeeper.examples.quickstart.Timeline.Tone;
import dev.weirkeeper.examples.server.GovernedStream;
import dev.weirkeeper.examples.server.Server;
import dev.weirkeeper.examples.server.Warehouse;
import dev.weirkeeper.healing.PipelineTools;
import dev.weirkeeper.healing.postgres.PostgresBoundary;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the quickstart shows: an application changes its data and its schema as it likes, and the
 * warehouse follows without losing, doubling or corrupting a row.
 */
final class Story {
  private static final Asset CUSTOMER = new Asset(GovernedStream.SOURCE, "public.customer");
  private static final Asset ORDERS = new Asset(GovernedStream.SOURCE, "public.orders");
  private static final Asset LINEITEM = new Asset(GovernedStream.SOURCE, "public.lineitem");
  private static final Map<Asset, List<String>> KEYS =
      Map.of(
          CUSTOMER, List.of("c_custkey"),
          ORDERS, List.of("o_orderkey"),
          LINEITEM, List.of("l_orderkey", "l_linenumber"));

  /** The pipeline heals by itself; an agent reads, and asks two persons for anything more. */
  private static final GovernedStream.Governance GOVERNANCE =
      new GovernedStream.Governance(
          List.of(Grant.to(AgentScene.AGENT, Effect.READ)),
          Domains.of(
              Domain.named("shop")
                  .owning(GovernedStream.SOURCE + ":*", GovernedStream.TARGET + ":*")
                  .approvedBy(AgentScene.ANA.principal(), AgentScene.BEN.principal())
                  .upTo(Effect.WRITE)
                  .autonomy(Autonomy.HEAL)),
          Budgets.STANDARD,
          Effect.WRITE,
          Autonomy.HEAL,
          Map.of());

  private static final String SLOT = "wk_" + GovernedStream.SOURCE;
  private static final long KEPT = 1 << 20;

  private final LocalPostgres server;
  private final Path folder;
  private final Timeline timeline;

  Story(LocalPostgres server, Path folder, Timeline timeline) {
    this.server = server;
    this.folder = folder;
    this.timeline = timeline;
  }

  /** Plays it all; throws with what does not hold. */
  void play() throws IOException, SQLException, InterruptedException {
    server.createDatabase(GovernedStream.SOURCE);
    server.createDatabase(GovernedStream.TARGET);
    try (Connection administrator = server.connect(GovernedStream.TARGET)) {
      Warehouse.prepare(administrator);
      // This server is the story's own: nobody else in it needs large objects.
      PostgresBoundary.harden(administrator);
    }
    try (Connection shop = server.connect(GovernedStream.SOURCE)) {
      Shop.create(shop);
      scene("A shop with " + Shop.fill(shop) + " rows of TPC-H customers, orders and line items");
    }
    try (Application app = new Application(server.url(GovernedStream.SOURCE))) {
      try (GovernedStream stream = start(QuickstartContracts.first())) {
        snapshot(stream, app);
        evolve(stream, app);
        badRows(stream, app);
        breakingChange(stream, app);
      }
      try (GovernedStream stream = start(QuickstartContracts.amended())) {
        replay(stream, app);
        prove(stream, app);
      }
    }
    verifyLog();
  }

  /** Keeps the stream running for people and agents to play with, until asked to end. */
  void serve() throws IOException, SQLException, InterruptedException {
    Serving serving = Serving.configure(server, folder);
    // Scratch servers of rehearsals are the binaries that the story's own server runs on.
    try (Rehearser rehearser = Rehearser.builder(PostgresBinaries.onClassPath()).build();
        Server running =
            Server.start(serving.file(), timeline, List.of(serving.rehearsing(rehearser)))) {
      serving.introduce(running, line -> timeline.say(Tone.SCENE, line));
      running.untilAsked();
    }
  }

  private GovernedStream start(Contracts contracts) throws IOException, SQLException {
    return GovernedStream.start(
        new GovernedStream.Settings(
            GovernedStream.SOURCE,
            server.url(GovernedStream.SOURCE),
            server.url(GovernedStream.TARGET),
            Shop.TABLES,
            folder,
            contracts,
            Map.of(),
            timeline,
            GovernedStream.Seams.UNTOUCHED,
            GOVERNANCE,
            GovernedStream.Details.usual()));
  }

  private void snapshot(GovernedStream stream, Application app)
      throws SQLException, IOException, InterruptedException {
    scene("The warehouse is empty: tables are created through the door, then loaded in chunks");
    app.startPlacingOrders();
    stream.await("the first load", tables -> all(tables, TableState.Mode.LIVE));
    caughtUp(stream, app);
  }

  private void evolve(GovernedStream stream, Application app)
      throws SQLException, IOException, InterruptedException {
    scene("ADD COLUMN and rows that use it, in one transaction");
    app.transaction(
        "INSERT INTO customer VALUES (5001, 'Customer#5001', 'before', 1, '10-1', 1, 'BUILDING',"
            + " '')",
        "ALTER TABLE customer ADD COLUMN c_segment_since date DEFAULT DATE '2020-01-01'",
        "INSERT INTO customer VALUES (5002, 'Customer#5002', 'after', 1, '10-2', 2, 'MACHINERY',"
            + " '', DATE '2026-05-01')");
    caughtUp(stream, app);

    scene("RENAME COLUMN, followed by identity and not by guessing");
    app.transaction(
        "UPDATE customer SET c_phone = '10-9' WHERE c_custkey = 5001",
        "ALTER TABLE customer RENAME COLUMN c_phone TO c_telephone",
        "UPDATE customer SET c_telephone = '10-8' WHERE c_custkey = 5002");
    stream.await("the pause", tables -> is(tables, CUSTOMER, TableState.Mode.PAUSED));
    approveRename(stream);
    caughtUp(stream, app);

    scene("A type is widened, and a row uses the room");
    app.transaction(
        "ALTER TABLE orders ALTER COLUMN o_clerk TYPE varchar(40)",
        "UPDATE orders SET o_clerk = 'Clerk#000000951 of the night shift' WHERE o_orderkey = 1");
    caughtUp(stream, app);
  }

  /** Readers of the old name break, so the database itself wants the word of a person. */
  private void approveRename(GovernedStream stream)
      throws SQLException, IOException, InterruptedException {
    Plan plan = pendingPlan(stream, CUSTOMER);
    require(!apply(stream, CUSTOMER, plan).isDone(), "a column was renamed without an approval");
    timeline.say(Tone.WARN, "  refused by the database: no approval of it lies there");

    scene("A person approves it on a channel whose password no host has, and the plan is applied");
    TableChange.RenameColumn rename =
        plan.steps().stream()
            .map(Plan.Step::action)
            .filter(action -> action.tool().equals(TableChange.RenameColumn.TOOL))
            .map(action -> action.input().as(TableChange.RenameColumn.class))
            .findFirst()
            .orElseThrow(() -> new IOException("the plan of " + CUSTOMER + " renames nothing"));
    try (Connection person =
        Warehouse.as(PostgresBoundary.Login.APPROVE, server.url(GovernedStream.TARGET))
            .getConnection()) {
      PostgresBoundary.approve(
          person, PostgresBoundary.request(person, rename), Duration.ofMinutes(10));
    }
    done(apply(stream, CUSTOMER, plan), "plan_apply");
    stream.await("the spool to drain", tables -> is(tables, CUSTOMER, TableState.Mode.LIVE));
  }

  private static Plan pendingPlan(GovernedStream stream, Asset asset) throws IOException {
    return stream
        .pendingPlan(asset)
        .orElseThrow(() -> new IOException("no plan waits for " + asset));
  }

  private static Outcome apply(GovernedStream stream, Asset asset, Plan plan) {
    return stream.call("plan_apply", new PipelineTools.Apply(asset.name(), plan.id()), asset);
  }

  private void badRows(GovernedStream stream, Application app)
      throws SQLException, IOException, InterruptedException {
    scene("Rows that break the contract go to quarantine; the others of their transaction flow");
    app.transaction(
        "UPDATE orders SET o_totalprice = -1 WHERE o_orderkey = 3",
        "UPDATE orders SET o_orderpriority = '6-DEFERRED' WHERE o_orderkey IN (2, 4, 5)",
        "UPDATE orders SET o_comment = 'a good row' WHERE o_orderkey = 7");
    caughtUp(stream, app);
    expectQuarantined(stream, ORDERS, 4);

    scene("The application mends one of them: the newer row supersedes the quarantined one");
    app.transaction("UPDATE orders SET o_totalprice = 1 WHERE o_orderkey = 3");
    caughtUp(stream, app);
    expectQuarantined(stream, ORDERS, 3);

    scene("A row that the warehouse itself refuses does not stop the stream");
    server.execute(
        GovernedStream.TARGET,
        "ALTER TABLE customer ADD CONSTRAINT owner_limit CHECK (c_acctbal < 1000000)");
    app.transaction(
        "UPDATE customer SET c_acctbal = 2000000 WHERE c_custkey = 7",
        "UPDATE customer SET c_acctbal = 2 WHERE c_custkey = 8");
    caughtUp(stream, app);
    expectQuarantined(stream, CUSTOMER, 1);
  }

  private void breakingChange(GovernedStream stream, Application app)
      throws SQLException, IOException, InterruptedException {
    scene("A breaking change pauses one table; the others flow and the source keeps no log for it");
    app.transaction(
        "ALTER TABLE lineitem DROP COLUMN l_comment",
        "UPDATE lineitem SET l_tax = l_tax + 0.01 WHERE l_orderkey <= 5000");
    stream.await("the pause", tables -> is(tables, LINEITEM, TableState.Mode.PAUSED));
    app.transaction("UPDATE orders SET o_shippriority = 1 WHERE o_orderkey <= 1000");
    caughtUp(stream, app);
    long orders = app.stopPlacingOrders();
    caughtUp(stream, app);
    // The source hears of what is durable a few times a second.
    stream.await("the source to let its log go", tables -> app.retained(SLOT) < KEPT);
    long retained = app.retained(SLOT);
    timeline.say(
        Tone.DIM,
        "  " + orders + " orders were placed meanwhile; the slot keeps " + retained + " bytes");

    scene("An agent over HTTP diagnoses the pause; persons approve; it applies the plan");
    try (AgentScene agent = new AgentScene(stream, timeline)) {
      agent.mend(LINEITEM);
      stream.await("the spool to drain", tables -> is(tables, LINEITEM, TableState.Mode.LIVE));
      caughtUp(stream, app);

      scene("The same agent goes mad");
      try (Connection warehouse = server.connect(GovernedStream.TARGET)) {
        String before = contents(warehouse);
        agent.destroy();
        require(before.equals(contents(warehouse)), "an agent changed the warehouse");
      }
    }
  }

  /** Which tables there are, with their rows. */
  private static String contents(Connection warehouse) throws SQLException {
    StringBuilder all = new StringBuilder();
    for (Map.Entry<Asset, List<String>> table : new TreeMap<>(KEYS).entrySet()) {
      String name = table.getKey().name();
      List<String> columns = Proof.columns(warehouse, name);
      all.append(Proof.of(warehouse, name, columns, table.getValue(), List.of())).append('\n');
    }
    return all.toString();
  }

  private void replay(GovernedStream stream, Application app)
      throws SQLException, IOException, InterruptedException {
    scene("The owner amends the contract and the constraint; quarantined rows are replayed");
    server.execute(GovernedStream.TARGET, "ALTER TABLE customer DROP CONSTRAINT owner_limit");
    stream.await("all tables to be live", tables -> all(tables, TableState.Mode.LIVE));
    for (Asset asset : List.of(ORDERS, CUSTOMER)) {
      Outcome outcome =
          stream.call(
              "quarantine_replay",
              new PipelineTools.Replay(asset.name(), Optional.empty(), 1000),
              asset);
      done(outcome, "quarantine_replay");
      expectQuarantined(stream, asset, 0);
    }
    caughtUp(stream, app);
  }

  private void prove(GovernedStream stream, Application app)
      throws SQLException, IOException, InterruptedException {
    scene("Proof: row by row, and sum by sum");
    caughtUp(stream, app);
    try (Connection shop = server.connect(GovernedStream.SOURCE);
        Connection warehouse = server.connect(GovernedStream.TARGET)) {
      for (Map.Entry<Asset, List<String>> table : KEYS.entrySet()) {
        String name = table.getKey().name();
        List<String> columns = Proof.columns(shop, name);
        Proof.Content there = Proof.of(shop, name, columns, table.getValue(), List.of());
        Proof.Content here = Proof.of(warehouse, name, columns, table.getValue(), List.of());
        require(
            there.equals(here),
            name + " differs: the source has " + there + ", the target has " + here);
        timeline.say(
            Tone.GOOD,
            "  "
                + name
                + ": "
                + there.rows()
                + " rows equal, sha256 "
                + there.hash().substring(0, 16));
      }
    }
    Map<Asset, Counts> ledger = stream.ledger();
    for (Map.Entry<Asset, Counts> row : ledger.entrySet()) {
      Counts counts = row.getValue();
      require(
          counts.in() == counts.published() + counts.quarantined() + counts.spooled(),
          "the ledger of " + row.getKey() + " does not add up");
    }
    timeline.summary(ledger);
  }

  private void verifyLog() throws IOException {
    JsonLinesLog.Report log = JsonLinesLog.in(folder.resolve("audit")).verify();
    require(log.intact(), "the audit log is broken: " + log);
    timeline.say(
        Tone.GOOD,
        "audit log: "
            + log.head().records()
            + " records verified, head "
            + log.head().chain().brief());
  }

  private void caughtUp(GovernedStream stream, Application app)
      throws SQLException, IOException, InterruptedException {
    stream.awaitPosition(app.position());
  }

  private static boolean is(Map<Asset, TableState> tables, Asset asset, TableState.Mode mode) {
    TableState state = tables.get(asset);
    return state != null && state.mode() == mode;
  }

  private static boolean all(Map<Asset, TableState> tables, TableState.Mode mode) {
    return tables.size() == KEYS.size()
        && tables.values().stream().allMatch(state -> state.mode() == mode);
  }

  private void expectQuarantined(GovernedStream stream, Asset asset, int expected)
      throws IOException, SQLException {
    int open = stream.quarantined(asset);
    require(
        open == expected,
        asset.name() + " has " + open + " rows in quarantine, expected " + expected);
    timeline.say(Tone.DIM, "  " + asset.name() + ": " + open + " rows in quarantine");
  }

  private static void done(Outcome outcome, String tool) throws IOException {
    require(outcome.isDone(), tool + " came to " + outcome);
  }

  private static void require(boolean holds, String what) throws IOException {
    if (!holds) {
      throw new IOException(what);
    }
  }

  private void scene(String title) {
    timeline.say(Tone.SCENE, "▶ " + title);
  }
}
