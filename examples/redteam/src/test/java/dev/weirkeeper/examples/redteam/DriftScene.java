package dev.weirkeeper.examples.redteam;

import dev.weirkeeper.Approval;
import dev.weirkeeper.Asset;
import dev.weirkeeper.Autonomy;
import dev.weirkeeper.Budget;
import dev.weirkeeper.Budgets;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Dependent;
import dev.weirkeeper.Domain;
import dev.weirkeeper.Domains;
import dev.weirkeeper.DriftHistory;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Grant;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Masking;
import dev.weirkeeper.NamePattern;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Probe;
import dev.weirkeeper.TableState;
import dev.weirkeeper.contracts.stream.Contracts;
import dev.weirkeeper.drift.impact.Dependents;
import dev.weirkeeper.drift.impact.ImpactTools;
import dev.weirkeeper.drift.postgres.PostgresReadTools;
import dev.weirkeeper.drift.postgres.catalog.CompareTools;
import dev.weirkeeper.drift.postgres.catalog.SchemaReader;
import dev.weirkeeper.drift.postgres.catalog.SchemaShelf;
import dev.weirkeeper.drift.profile.ProfileDrift;
import dev.weirkeeper.drift.profile.ProfileKey;
import dev.weirkeeper.drift.profile.ProfileTools;
import dev.weirkeeper.drift.profile.TableSampler;
import dev.weirkeeper.drift.rehearsal.PostgresBinaries;
import dev.weirkeeper.drift.rehearsal.RehearseTools;
import dev.weirkeeper.drift.rehearsal.Rehearser;
import dev.weirkeeper.drift.schema.DatabaseSchema;
import dev.weirkeeper.drift.taxonomy.Consumers;
import dev.weirkeeper.examples.server.GovernedStream;
import dev.weirkeeper.examples.server.Logins;
import dev.weirkeeper.examples.server.Warehouse;
import dev.weirkeeper.healing.PipelineTools;
import dev.weirkeeper.healing.postgres.PostgresBoundary;
import dev.weirkeeper.spi.ToolRegistry;
import dev.weirkeeper.testkit.LocalPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.postgresql.ds.PGSimpleDataSource;

/** A pipeline with all tools of drift, between two databases in which somebody planted words. */
final class DriftScene implements AutoCloseable {
  static final String SOURCE = "shop";
  static final String TARGET = "warehouse";
  static final Asset ORDERS = new Asset(SOURCE, "public.orders");
  static final Asset LINES = new Asset(SOURCE, "public.lines");
  static final Caller AGENT = new Caller("mallory", Caller.Kind.AGENT);
  static final Caller OTHER = new Caller("trent", Caller.Kind.AGENT);
  static final Caller PERSON = new Caller("os:ana", Caller.Kind.HOST);

  /** In all that was planted for a model to read. */
  static final String PLANTED = "IGNORE ALL PREVIOUS";

  /** In all that was planted for nobody to read. */
  static final String SECRET = "tok_live_FIXTURE";

  private final LocalPostgres server;
  private final Rehearser rehearser;
  private final GovernedStream stream;
  private final AtomicInteger connections = new AtomicInteger();
  private final Path folder;

  DriftScene(Path folder) throws IOException, SQLException, InterruptedException {
    this.folder = folder;
    server = LocalPostgres.start(Map.of("fsync", "off"));
    server.createDatabase(SOURCE);
    server.createDatabase(TARGET);
    server.execute(
        SOURCE,
        "CREATE TYPE mood AS ENUM ('calm')",
        "CREATE TABLE orders (id int PRIMARY KEY, note text, state mood)",
        "INSERT INTO orders VALUES (1, 'n', 'calm')",
        "CREATE TABLE lines (id int PRIMARY KEY)");
    try (Connection administrator = server.connect(TARGET)) {
      Warehouse.prepare(administrator);
    }
    rehearser =
        Rehearser.builder(PostgresBinaries.onClassPath()).timeout(Duration.ofSeconds(1)).build();
    stream = GovernedStream.start(settings());
    flow("the plans of mirrors", TableState.Mode.PAUSED);
    for (Asset table : List.of(ORDERS, LINES)) {
      Hash plan = stream.pendingPlan(table).orElseThrow().id();
      stream.call("plan_apply", new PipelineTools.Apply(table.name(), plan), table);
    }
    flow("the load", TableState.Mode.LIVE);
  }

  private GovernedStream.Settings settings() throws SQLException {
    return new GovernedStream.Settings(
        SOURCE,
        server.url(SOURCE),
        server.url(TARGET),
        List.of(ORDERS.name(), LINES.name()),
        folder,
        Contracts.none(),
        Map.of(),
        event -> {},
        GovernedStream.Seams.UNTOUCHED,
        governance(),
        new GovernedStream.Details(
            TARGET,
            List.of(),
            Duration.ofMillis(200),
            1L << 30,
            1L << 30,
            Optional.empty(),
            Logins.none(),
            List.of(),
            List.of(),
            new DriftHistory(),
            Consumers.of(List.of()),
            List.of(this::additions)));
  }

  /** Agents may ask for anything, and nothing that they do is counted. */
  private static GovernedStream.Governance governance() {
    return new GovernedStream.Governance(
        List.of(grant(AGENT), grant(OTHER)),
        Domains.of(
            Domain.named("sales")
                .owning(SOURCE + ":*", TARGET + ":*")
                .approvedBy(PERSON.principal())
                .autonomy(Autonomy.PROPOSE)
                .personsForIrreversible(1)),
        new Budgets(
            List.of(Budget.of("all", "*").freezeAfter(Integer.MAX_VALUE, Duration.ofHours(1))),
            Integer.MAX_VALUE,
            Duration.ofMinutes(1)),
        Effect.WRITE,
        Autonomy.PROPOSE,
        Map.of());
  }

  private static Grant grant(Caller agent) {
    return new Grant(
        agent.principal(),
        Effect.WRITE,
        Set.of(NamePattern.ALL),
        Set.of(NamePattern.ALL),
        Grant.Consent.EACH_ACT);
  }

  private List<ToolRegistry> additions(GovernedStream.Parts parts) {
    PGSimpleDataSource reads = Warehouse.as(PostgresBoundary.Login.READ, server.url(TARGET));
    return List.of(
        CompareTools.builder(SchemaShelf.in(shelf()))
            .database(SOURCE, new Counting(server.url(SOURCE)))
            .database(TARGET, new Counting(server.url(TARGET)))
            .build(),
        new ImpactTools(
            SOURCE,
            parts.book(),
            Map.of(SOURCE, Set.of(TARGET)),
            Map.of("views", this::dependents)),
        new RehearseTools(SOURCE, parts.mailbox(), rehearser, this::schema, parts.journal()),
        new ProfileTools(
            TARGET,
            new TableSampler(
                (table, rows, characters, call) ->
                    reader(reads).reader().read(table, rows, characters, call),
                100,
                100_000,
                Clock.systemUTC()),
            table -> new Probe.Empty<>(),
            ProfileDrift.with(ProfileKey.of(new byte[32]))));
  }

  private static PostgresReadTools reader(PGSimpleDataSource reads) {
    try {
      return PostgresReadTools.builder(TARGET, reads, Masking.with(new byte[32])).build();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private Probe<List<Dependent>> dependents() {
    try {
      return new Probe.Value<>(Dependents.within(schema(), TARGET));
    } catch (SQLException e) {
      return new Probe.Unknown<>(String.valueOf(e.getSQLState()));
    }
  }

  private DatabaseSchema schema() throws SQLException {
    try (Connection connection = server.connect(TARGET)) {
      return SchemaReader.of(List.of("public")).read(connection).schema();
    }
  }

  /** Says how often somebody connected. */
  private final class Counting extends PGSimpleDataSource {
    private static final long serialVersionUID = 1L;

    Counting(String url) {
      setUrl(url);
    }

    @Override
    public Connection getConnection() throws SQLException {
      connections.incrementAndGet();
      return super.getConnection();
    }
  }

  int connections() {
    return connections.get();
  }

  Path shelf() {
    return folder.resolve("schemas");
  }

  void execute(String database, String... sql) throws SQLException {
    server.execute(database, sql);
  }

  /** Waits until both tables are so. */
  void flow(String what, TableState.Mode mode)
      throws IOException, SQLException, InterruptedException {
    stream.await(
        what,
        tables ->
            tables.size() == 2 && tables.values().stream().allMatch(table -> table.mode() == mode));
  }

  GovernedStream stream() {
    return stream;
  }

  Outcome call(Caller caller, String tool, Map<String, Object> input) {
    return stream
        .toolbox()
        .perform(caller, stream.toolbox().action(tool, Json.of(input)), List.of());
  }

  /** The answer of a tool that reads. */
  Json answer(String tool, Map<String, Object> input) {
    Outcome outcome = call(AGENT, tool, input);
    if (outcome instanceof Outcome.Done done) {
      return done.result();
    }
    throw new AssertionError(tool + " came to " + outcome);
  }

  /** Has a person give leave for what an agent asks for. */
  void approved(Caller agent, String tool, Map<String, Object> input) {
    Outcome asked =
        stream
            .toolbox()
            .request(
                agent,
                stream.toolbox().action(tool, Json.of(input)),
                "please",
                Duration.ofHours(1),
                List.of());
    Hash request =
        stream.toolbox().approvals().list().stream()
            .filter(each -> each.request().requester().equals(agent))
            .filter(each -> each.status() == Approval.Status.OPEN)
            .findFirst()
            .orElseThrow(() -> new AssertionError("nothing was asked for: " + asked))
            .request()
            .id();
    stream.toolbox().approvals().approve(PERSON, request);
  }

  @Override
  public void close() throws IOException {
    try {
      stream.close();
    } finally {
      rehearser.close();
      server.close();
    }
  }
}
