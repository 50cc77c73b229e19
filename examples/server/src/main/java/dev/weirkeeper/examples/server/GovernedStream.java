package dev.weirkeeper.examples.server;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Action;
import dev.weirkeeper.Asset;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Autonomy;
import dev.weirkeeper.Budgets;
import dev.weirkeeper.Caller;
import dev.weirkeeper.Counts;
import dev.weirkeeper.DecisionTools;
import dev.weirkeeper.Domains;
import dev.weirkeeper.DoorMemory;
import dev.weirkeeper.DriftHistory;
import dev.weirkeeper.Effect;
import dev.weirkeeper.Grant;
import dev.weirkeeper.Journal;
import dev.weirkeeper.Json;
import dev.weirkeeper.KillSwitch;
import dev.weirkeeper.LogBook;
import dev.weirkeeper.Mailbox;
import dev.weirkeeper.Masking;
import dev.weirkeeper.Outcome;
import dev.weirkeeper.Pipeline;
import dev.weirkeeper.PipelineEvent;
import dev.weirkeeper.Plan;
import dev.weirkeeper.Receipt;
import dev.weirkeeper.StatusTools;
import dev.weirkeeper.TableState;
import dev.weirkeeper.Tolerance;
import dev.weirkeeper.Toolbox;
import dev.weirkeeper.audit.JsonLinesLog;
import dev.weirkeeper.audit.JsonLinesSink;
import dev.weirkeeper.contracts.postgres.PostgresTarget;
import dev.weirkeeper.contracts.stream.ContractTools;
import dev.weirkeeper.contracts.stream.Contracts;
import dev.weirkeeper.drift.DriftTools;
import dev.weirkeeper.drift.PostgresPlanner;
import dev.weirkeeper.drift.SchemaDrift;
import dev.weirkeeper.drift.SettingsDrift;
import dev.weirkeeper.drift.impact.UpstreamTools;
import dev.weirkeeper.drift.postgres.PostgresFeed;
import dev.weirkeeper.drift.postgres.PostgresReadTools;
import dev.weirkeeper.drift.taxonomy.Consumers;
import dev.weirkeeper.drift.taxonomy.JudgedDrift;
import dev.weirkeeper.healing.IncidentTools;
import dev.weirkeeper.healing.PipelineTools;
import dev.weirkeeper.healing.PlanTools;
import dev.weirkeeper.healing.Playbook;
import dev.weirkeeper.healing.QuarantineTools;
import dev.weirkeeper.healing.postgres.PostgresBoundary;
import dev.weirkeeper.healing.postgres.PostgresTableTools;
import dev.weirkeeper.spi.AuditSink;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.spi.HealingPolicy;
import dev.weirkeeper.spi.JournalListener;
import dev.weirkeeper.spi.Target;
import dev.weirkeeper.spi.ToolRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.replication.LogSequenceNumber;

/** A pipeline from PostgreSQL to PostgreSQL with its parts, composed as a host would. */
public final class GovernedStream implements AutoCloseable {
  public static final String SOURCE = "shop";
  public static final String TARGET = "warehouse";

  static final long WAL_BUDGET = 10L << 30;
  static final long SPOOL_BUDGET = 10L << 30;

  private static final Caller HOST = new Caller("host:quickstart", Caller.Kind.HOST);

  /**
   * What a stream needs.
   *
   * @param source name of the source system and of the feed, its slot and its publications
   * @param targetUrl of a target that {@link Warehouse#prepare} has set up; the user in it does not
   *     count: the stream knows only the logins wk_rows and wk_change
   * @param folder where the audit log, the door's memory and spill files are kept
   * @param seams wraps the parts; tests put crashes there
   */
  public record Settings(
      String source,
      String sourceUrl,
      String targetUrl,
      List<String> tables,
      Path folder,
      Contracts contracts,
      Map<Asset, Tolerance> tolerances,
      Consumer<PipelineEvent> listener,
      Seams seams,
      Governance governance,
      Details details) {
    public Settings(
        String source,
        String sourceUrl,
        String targetUrl,
        List<String> tables,
        Path folder,
        Contracts contracts,
        Map<Asset, Tolerance> tolerances,
        Consumer<PipelineEvent> listener) {
      this(
          source,
          sourceUrl,
          targetUrl,
          tables,
          folder,
          contracts,
          tolerances,
          listener,
          Seams.UNTOUCHED);
    }

    public Settings(
        String source,
        String sourceUrl,
        String targetUrl,
        List<String> tables,
        Path folder,
        Contracts contracts,
        Map<Asset, Tolerance> tolerances,
        Consumer<PipelineEvent> listener,
        Seams seams) {
      this(
          source,
          sourceUrl,
          targetUrl,
          tables,
          folder,
          contracts,
          tolerances,
          listener,
          seams,
          Governance.alone(),
          Details.usual());
    }

    /**
     * The same with another feed in the place of the source's log.
     *
     * @param feed is given the feed of that log, which was not opened; its id is the one to have
     */
    Settings reading(UnaryOperator<Feed> feed) {
      return new Settings(
          source,
          sourceUrl,
          targetUrl,
          tables,
          folder,
          contracts,
          tolerances,
          listener,
          new Seams(feed, seams.target(), seams.sink(), seams.tools(), seams.policy()),
          governance,
          details);
    }
  }

  /**
   * Who may do what: all of the authority that a stream hands out.
   *
   * @param grants beside those of the pipeline and of the host's own code
   * @param limit what nobody goes beyond
   * @param autonomy how far policies go where nothing else is said
   * @param autonomies the same for single tables
   */
  public record Governance(
      List<Grant> grants,
      Domains domains,
      Budgets budgets,
      Effect limit,
      Autonomy autonomy,
      Map<Asset, Autonomy> autonomies) {
    public Governance {
      grants = List.copyOf(grants);
      requireNonNull(domains, "domains");
      requireNonNull(budgets, "budgets");
      requireNonNull(limit, "limit");
      requireNonNull(autonomy, "autonomy");
      autonomies = Map.copyOf(autonomies);
    }

    /** Nobody but the host; policies heal within tolerance. */
    public static Governance alone() {
      return new Governance(
          List.of(), Domains.none(), Budgets.STANDARD, Effect.WRITE, Autonomy.HEAL, Map.of());
    }
  }

  /**
   * What is not authority.
   *
   * @param target name of the target system
   * @param insertOnly tables of which only inserts are read
   * @param walBudget bytes of log that the slot may keep back before somebody hears of it
   * @param spoolBudget bytes that the spool of one table may hold
   * @param masking what agents may see of rows; empty: they see none
   * @param logins passwords beside those of the driver's password file
   * @param listeners hear of each record once it is durable
   * @param tools beside those that every stream has
   * @param history of drift; the stream has it read the log, and a masking that hides new columns
   *     looks into it
   * @param consumers who reads the data, for tolerances that say what each bears
   * @param additions tools that need parts of the stream
   */
  public record Details(
      String target,
      List<String> insertOnly,
      Duration heartbeat,
      long walBudget,
      long spoolBudget,
      Optional<Masking> masking,
      Logins logins,
      List<JournalListener> listeners,
      List<ToolRegistry> tools,
      DriftHistory history,
      Consumers consumers,
      List<Addition> additions) {
    public Details {
      requireNonNull(target, "target");
      insertOnly = List.copyOf(insertOnly);
      requireNonNull(heartbeat, "heartbeat");
      requireNonNull(masking, "masking");
      requireNonNull(logins, "logins");
      listeners = List.copyOf(listeners);
      tools = List.copyOf(tools);
      requireNonNull(history, "history");
      requireNonNull(consumers, "consumers");
      additions = List.copyOf(additions);
    }

    /** Without more tools. */
    public Details(
        String target,
        List<String> insertOnly,
        Duration heartbeat,
        long walBudget,
        long spoolBudget,
        Optional<Masking> masking,
        Logins logins,
        List<JournalListener> listeners) {
      this(
          target,
          insertOnly,
          heartbeat,
          walBudget,
          spoolBudget,
          masking,
          logins,
          listeners,
          List.of(),
          new DriftHistory(),
          Consumers.of(List.of()),
          List.of());
    }

    public static Details usual() {
      return new Details(
          TARGET,
          List.of(),
          Duration.ofMillis(200),
          WAL_BUDGET,
          SPOOL_BUDGET,
          Optional.empty(),
          Logins.none(),
          List.of());
    }
  }

  /**
   * Tools that a host adds over the parts of a stream, which are there only once it is composed.
   * Connects to nothing: it is asked as well when authority is only explained.
   */
  @FunctionalInterface
  public interface Addition {
    List<ToolRegistry> over(Parts parts);
  }

  /** What tools of a host may rest on. */
  public record Parts(Journal journal, Mailbox mailbox, LogBook book) {
    public Parts {
      requireNonNull(journal, "journal");
      requireNonNull(mailbox, "mailbox");
      requireNonNull(book, "book");
    }
  }

  /** Ways to stand between the parts. */
  public record Seams(
      UnaryOperator<Feed> feed,
      UnaryOperator<Target> target,
      UnaryOperator<AuditSink> sink,
      UnaryOperator<ToolRegistry> tools,
      UnaryOperator<HealingPolicy> policy) {
    public static final Seams UNTOUCHED =
        new Seams(
            UnaryOperator.identity(),
            UnaryOperator.identity(),
            UnaryOperator.identity(),
            UnaryOperator.identity(),
            UnaryOperator.identity());
  }

  /** Something to wait for. */
  @FunctionalInterface
  public interface Condition {
    boolean holds(Map<Asset, TableState> tables) throws SQLException;
  }

  @FunctionalInterface
  private interface Reached {
    boolean yet() throws SQLException;
  }

  private final String source;
  private final DataSource rows;
  private final Target target;
  private final AuditSink sink;
  private final Toolbox toolbox;
  private final Pipeline pipeline;
  private final Parts parts;
  private final Thread thread;
  private final Progress progress = new Progress();

  private GovernedStream(Settings settings) throws IOException, SQLException {
    Clock clock = Clock.systemUTC();
    source = settings.source();
    Details details = settings.details();
    Governance governance = settings.governance();
    Logins logins = details.logins();
    rows = logins.target(PostgresBoundary.Login.ROWS, settings.targetUrl());
    DataSource change = logins.target(PostgresBoundary.Login.CHANGE, settings.targetUrl());
    Files.createDirectories(settings.folder());
    Feed feed =
        settings
            .seams()
            .feed()
            .apply(
                PostgresFeed.builder(settings.source())
                    .source(settings.source(), settings.sourceUrl(), logins.source())
                    .tables(settings.tables())
                    .insertOnly(details.insertOnly())
                    .spill(settings.folder(), 64L << 20, 16L << 30)
                    .heartbeat(details.heartbeat())
                    .walBudget(details.walBudget())
                    .clock(clock)
                    .build());
    target =
        settings
            .seams()
            .target()
            .apply(
                PostgresTarget.builder(details.target(), rows)
                    .spoolBudget(details.spoolBudget())
                    .build());
    sink =
        settings
            .seams()
            .sink()
            .apply(JsonLinesSink.open(settings.folder().resolve("audit"), clock));
    boolean made = false;
    try {
      LogBook book = LogBook.standard();
      DriftHistory history = details.history();
      recall(settings.folder().resolve("audit"), List.of(book, history));
      List<JournalListener> listeners = new ArrayList<>(details.listeners());
      listeners.addAll(0, List.of(book, history));
      Journal journal = new Journal(sink, clock, listeners.toArray(JournalListener[]::new));
      Mailbox mailbox = new Mailbox(clock);
      parts = new Parts(journal, mailbox, book);
      List<ToolRegistry> tools = new ArrayList<>();
      tools.add(
          settings
              .seams()
              .tools()
              .apply(PostgresTableTools.builder(details.target(), change).build()));
      if (details.masking().isPresent()) {
        DataSource read = logins.target(PostgresBoundary.Login.READ, settings.targetUrl());
        tools.add(
            PostgresReadTools.builder(details.target(), read, details.masking().get()).build());
      }
      toolbox =
          door(
              settings,
              new Around(
                  parts,
                  clock,
                  DoorMemory.in(settings.folder().resolve("door")),
                  KillSwitch.watching(settings.folder().resolve("STOP"))),
              tools);
      Pipeline.Builder builder =
          Pipeline.builder()
              .feed(feed)
              .target(target)
              .judges(settings.contracts())
              .detector(new JudgedDrift(new SchemaDrift(), details.consumers()))
              .settings(new JudgedDrift(new SettingsDrift(), details.consumers()))
              .planner(new PostgresPlanner(details.target()))
              .policy(settings.seams().policy().apply(new Playbook()))
              .toolbox(toolbox)
              .mailbox(mailbox)
              .journal(journal)
              .clock(clock)
              .autonomy(governance.autonomy())
              .driftHistory(history)
              .listener(settings.listener().andThen(progress));
      settings.tolerances().forEach(builder::tolerance);
      governance.autonomies().forEach(builder::autonomy);
      pipeline = builder.build();
      thread = new Thread(this::run, "pipeline");
      made = true;
    } finally {
      if (!made) {
        // Whoever mends what was wrong and tries again must find the log free.
        sink.close();
      }
    }
  }

  /** Tells those who listen what the log holds already. */
  private static void recall(Path log, List<JournalListener> listeners) throws IOException {
    try (JsonLinesLog.Entries entries = JsonLinesLog.in(log).entries()) {
      for (Optional<JsonLinesLog.Entry> at = entries.next(); at.isPresent(); at = entries.next()) {
        JsonLinesLog.Entry entry = at.get();
        listeners.forEach(each -> each.written(entry.record(), entry.receipt()));
      }
    }
  }

  /** All authority and all tools of a stream: what runs and what is only explained are one. */
  private static Toolbox door(Settings settings, Around around, List<ToolRegistry> ofTheTarget) {
    String source = settings.source();
    Governance governance = settings.governance();
    Parts parts = around.parts();
    Toolbox.Builder door =
        Toolbox.builder()
            .journal(parts.journal())
            .clock(around.clock())
            .memory(around.memory())
            .killSwitch(around.killSwitch())
            .tools(ofTheTarget.toArray(ToolRegistry[]::new))
            .tools(settings.details().tools().toArray(ToolRegistry[]::new))
            .tools(
                new PipelineTools(source, parts.mailbox(), parts.book()),
                new StatusTools(
                    source, parts.mailbox(), around.memory(), around.killSwitch(), around.clock()),
                new DecisionTools(source, parts.book()),
                new IncidentTools(source, parts.book(), parts.mailbox()),
                new PlanTools(source, parts.book(), parts.mailbox()),
                new DriftTools(source, parts.book(), parts.mailbox()),
                new UpstreamTools(source, parts.book()),
                new ContractTools(source, settings.contracts(), parts.mailbox(), around.clock()))
            .limit(governance.limit())
            .domains(governance.domains())
            .budgets(governance.budgets())
            .grant("pipeline", Effect.WRITE)
            .grant(HOST.principal(), Effect.WRITE);
    governance.grants().forEach(door::grant);
    for (Addition addition : settings.details().additions()) {
      door.tools(addition.over(parts).toArray(ToolRegistry[]::new));
    }
    settings
        .details()
        .masking()
        .ifPresent(
            masking ->
                door.tools(new QuarantineTools(source, parts.mailbox(), masking, around.clock())));
    return door.build();
  }

  /** What a door stands among. */
  private record Around(Parts parts, Clock clock, DoorMemory memory, KillSwitch killSwitch) {}

  /**
   * The door that a stream would have, to ask who may do what. It connects to nothing, and nothing
   * can be done through it: it has no journal that could be written.
   */
  static Toolbox explained(Settings settings, Clock clock) {
    AuditSink unwritable =
        new AuditSink() {
          @Override
          public Receipt append(AuditRecord record) throws IOException {
            throw new IOException("What only explains does nothing");
          }

          @Override
          public void close() {}
        };
    List<ToolRegistry> tools = new ArrayList<>();
    tools.add(
        PostgresTableTools.builder(
                settings.details().target(),
                settings
                    .details()
                    .logins()
                    .target(PostgresBoundary.Login.CHANGE, settings.targetUrl()))
            .build());
    if (settings.details().masking().isPresent()) {
      tools.add(PostgresReadTools.shown(settings.details().target()));
    }
    return door(
        settings,
        new Around(
            new Parts(new Journal(unwritable, clock), new Mailbox(clock), LogBook.standard()),
            clock,
            DoorMemory.inProcess(),
            KillSwitch.inProcess()),
        tools);
  }

  /** Starts a stream on a thread of its own. */
  public static GovernedStream start(Settings settings) throws IOException, SQLException {
    GovernedStream stream = new GovernedStream(settings);
    stream.thread.start();
    return stream;
  }

  private void run() {
    try {
      pipeline.run();
      progress.ended(null);
    } catch (Exception e) {
      progress.ended(e);
    } catch (Error e) {
      progress.ended(new IOException("the pipeline's thread died", e));
      throw e;
    }
  }

  /** Calls a tool as the host, through the door. */
  public Outcome call(String tool, Record input, Asset on) {
    return toolbox.perform(HOST, new Action(tool, Json.of(input), on), List.of());
  }

  /** Waits until a condition over the tables holds. */
  public void await(String what, Condition condition)
      throws InterruptedException, IOException, SQLException {
    progress.await(what, () -> condition.holds(pipeline.tables()));
  }

  /** Waits until everything that the source committed up to here is durable at the target. */
  public void awaitPosition(LogSequenceNumber position)
      throws InterruptedException, IOException, SQLException {
    progress.await("position " + position, () -> progress.reached(position));
  }

  public Optional<Plan> pendingPlan(Asset asset) {
    return pipeline.pendingPlan(asset);
  }

  /** The one door of this stream. */
  public Toolbox toolbox() {
    return toolbox;
  }

  public Pipeline pipeline() {
    return pipeline;
  }

  /** What a host may rest its own work on, besides tools. */
  Parts parts() {
    return parts;
  }

  public Map<Asset, Counts> ledger() throws IOException {
    return target.ledger(source);
  }

  /** Rows of a table that are open in quarantine, as the target says now. */
  public int quarantined(Asset asset) throws SQLException {
    try (Connection connection = rows.getConnection();
        PreparedStatement query =
            connection.prepareStatement(
                "SELECT count(*) FROM weirkeeper.quarantine q JOIN weirkeeper.asset a ON a.id ="
                    + " q.asset WHERE a.name = ? AND q.status = 'OPEN'")) {
      query.setString(1, asset.name());
      try (ResultSet row = query.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }

  /** Waits until the stream ends by itself: only a failure or {@link Pipeline#stop} does that. */
  public void join() throws InterruptedException {
    thread.join();
  }

  /**
   * Runs until the process is asked to end, and ends in order then.
   *
   * @throws IOException if the stream failed
   */
  public void untilInterrupted() throws InterruptedException, IOException {
    Thread stop =
        new Thread(
            () -> {
              pipeline.stop();
              try {
                thread.join();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "stop");
    Runtime.getRuntime().addShutdownHook(stop);
    join();
    if (failure().isPresent()) {
      throw new IOException("the stream stopped", failure().get());
    }
  }

  /** Why the stream ended, if it failed. */
  public Optional<Exception> failure() {
    return progress.failure();
  }

  /** Stops after the commit that is under way and closes everything. */
  @Override
  public void close() throws IOException {
    pipeline.stop();
    Threads.awaitEnd(thread);
    try {
      target.close();
    } finally {
      sink.close();
    }
  }

  /** Lets other threads wait for what the pipeline reaches. */
  private static final class Progress implements Consumer<PipelineEvent> {
    private static final long TIMEOUT_SECONDS = 600;

    /** Positions of other feeds than that of the log are none. */
    private static final Pattern LSN = Pattern.compile("[0-9A-F]{1,8}/[0-9A-F]{1,8}");

    private long reached;
    private @Nullable Exception failure;
    private final CountDownLatch end = new CountDownLatch(1);

    @Override
    public synchronized void accept(PipelineEvent event) {
      if (event instanceof PipelineEvent.Committed committed) {
        String text = committed.position().text();
        String end = text.substring(text.lastIndexOf(':') + 1);
        if (LSN.matcher(end).matches()) {
          reached = Math.max(reached, LogSequenceNumber.valueOf(end).asLong());
        }
      }
      notifyAll();
    }

    synchronized boolean reached(LogSequenceNumber position) {
      return reached >= position.asLong();
    }

    synchronized void ended(@Nullable Exception cause) {
      failure = cause;
      end.countDown();
      notifyAll();
    }

    synchronized Optional<Exception> failure() {
      return Optional.ofNullable(failure);
    }

    void await(String what, Reached condition)
        throws InterruptedException, IOException, SQLException {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
      synchronized (this) {
        while (!condition.yet()) {
          if (end.getCount() == 0) {
            throw new IOException("the pipeline ended while waiting for " + what, failure);
          }
          long left = deadline - System.nanoTime();
          if (left <= 0) {
            throw new IOException("timed out after " + TIMEOUT_SECONDS + " s on " + what);
          }
          wait(Math.max(1, Math.min(100, TimeUnit.NANOSECONDS.toMillis(left))));
        }
      }
    }
  }
}
