package dev.weirkeeper;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.spi.DriftDetector;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.spi.FeedException;
import dev.weirkeeper.spi.HealingPolicy;
import dev.weirkeeper.spi.Judges;
import dev.weirkeeper.spi.Planner;
import dev.weirkeeper.spi.RowJudge;
import dev.weirkeeper.spi.Target;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Moves rows from a feed to a target, transaction by transaction: schema changes first, then rows
 * through the gate, then the position. One thread runs it; commands of other threads reach it
 * through its {@link Mailbox} and are carried out between two commits.
 *
 * <p>It owns nothing that it was given: feed, target and sink are closed by the host.
 */
public final class Pipeline {
  private static final Duration IDLE = Duration.ofMillis(20);
  private static final Duration HEALTH = Duration.ofSeconds(1);
  private static final int DRAINS_PER_ROUND = 4;

  /** What a pipeline is made of. */
  record Parts(
      Feed feed,
      Target target,
      Judges judges,
      DriftDetector detector,
      Planner planner,
      HealingPolicy policy,
      Toolbox toolbox,
      Mailbox mailbox,
      Journal journal,
      Clock clock,
      Function<Asset, Tolerance> tolerances,
      Function<Asset, Autonomy> autonomies,
      Consumer<PipelineEvent> listener,
      int batchRows,
      Duration anchorEvery) {}

  private final Parts parts;
  private final AtomicBoolean running = new AtomicBoolean();
  private volatile boolean stopping;
  private volatile @Nullable Session session;

  private Pipeline(Parts parts) {
    this.parts = parts;
  }

  public static Builder builder() {
    return new Builder();
  }

  /**
   * Reads and writes until {@link #stop} is called, on the calling thread. May be called again
   * after it returned or threw; it then goes on where the target stands.
   *
   * @throws FeedException if the source cannot be read from where the target stands
   * @throws PipelineException if going on could lose or double rows
   * @throws JournalException if the journal cannot be written
   * @throws IOException if source or target fail; what was confirmed is durable
   */
  public void run() throws FeedException, IOException {
    if (!running.compareAndSet(false, true)) {
      throw new IllegalStateException("The pipeline is running already");
    }
    try (Session started = Session.open(parts)) {
      session = started;
      started.announce();
      while (!stopping) {
        started.round();
      }
      started.finish();
    } finally {
      stopping = false;
      running.set(false);
    }
  }

  /**
   * Asks {@link #run} to return after the commit that is under way. From any thread. Asked before
   * {@code run} is called, the next run returns at once.
   */
  public void stop() {
    stopping = true;
  }

  /** The tables and how they are routed, as of the last change. From any thread. */
  public Map<Asset, TableState> tables() {
    Session current = session;
    return current == null ? Map.of() : current.tables.published();
  }

  /**
   * The plan that waits for an asset, if one does. Answered by the pipeline's thread's last word.
   */
  public Optional<Plan> pendingPlan(Asset asset) {
    Session current = session;
    return current == null
        ? Optional.empty()
        : current
            .tables
            .of(asset)
            .flatMap(state -> current.schema.pending(state, current.position));
  }

  /** Health of the feed, as it last said. From any thread. */
  public Map<String, Probe<String>> health() {
    Session current = session;
    return current == null ? Map.of() : current.health;
  }

  /** One run from a position on. Confined to the thread of {@link #run}. */
  private static final class Session implements AutoCloseable {
    private final Parts parts;
    private final Feed.Stream stream;
    private final boolean resumed;
    private final Tables tables;
    private final SchemaStep schema;
    private final LedgerAnchor anchor;
    private final Group group = new Group();
    private final Map<Hash, RowJudge> judges = new HashMap<>();
    private volatile Position position;
    private volatile Map<String, Probe<String>> health = Map.of();
    private Instant healthDue;

    /**
     * Whether schema changes of a transaction are being met. What they change is stored with that
     * transaction and not before: a restart must meet it with the versions it began with.
     */
    private boolean stepping;

    /** Rows that were written since a replay began. */
    private Counts replayed = Counts.ZERO;

    private record StartedAt(Position position, Hash contracts, Map<String, Counts> ledger) {}

    private Session(
        Parts parts,
        Feed.Stream stream,
        Position position,
        Collection<TableState> stored,
        boolean resumed) {
      this.parts = parts;
      this.stream = stream;
      this.position = position;
      this.resumed = resumed;
      this.tables = new Tables(stored, parts.listener());
      this.schema = new SchemaStep(parts, tables);
      this.healthDue = parts.clock().instant();
      this.anchor = new LedgerAnchor(parts.journal(), parts.clock(), parts.anchorEvery(), position);
    }

    static Session open(Parts parts) throws FeedException, IOException {
      String feed = parts.feed().id();
      Optional<Target.Resume> resume = parts.target().resume(feed);
      Map<String, Relation> known = new HashMap<>();
      resume.ifPresent(
          from ->
              from.tables()
                  .values()
                  .forEach(state -> known.put(state.relationId(), state.latest())));
      Feed.Stream stream = parts.feed().open(resume.map(Target.Resume::position), known);
      return new Session(
          parts,
          stream,
          resume.map(Target.Resume::position).orElse(stream.start()),
          resume.map(from -> from.tables().values()).orElse(List.of()),
          resume.isPresent());
    }

    /** Says where the run begins and meets tables that are new. */
    void announce() throws IOException {
      parts.mailbox().open(new Commands(this)::carryOut);
      Map<String, Counts> ledger = new HashMap<>();
      parts
          .target()
          .ledger(parts.feed().id())
          .forEach((asset, counts) -> ledger.put(asset.toString(), counts));
      parts
          .journal()
          .write(
              "pipeline.started",
              "pipeline",
              Optional.empty(),
              new StartedAt(position, parts.judges().digest(), ledger),
              List.of());
      parts.listener().accept(new PipelineEvent.Started(position, resumed));
      for (Relation relation : stream.relations()) {
        if (tables.byRelation(relation.id()) == null) {
          schema.meet(relation, position);
        }
      }
      save();
      for (TableState state : tables.all()) {
        startLoad(state);
      }
    }

    void round() throws IOException {
      parts.mailbox().empty();
      boolean drained = false;
      for (TableState state : tables.all()) {
        if (state.mode() == TableState.Mode.DRAINING) {
          drained = true;
          drain(state);
        }
      }
      Optional<Transaction> next = stream.next(drained ? Duration.ZERO : IDLE);
      long taken = 0;
      while (next.isPresent()) {
        taken += rows(next.get());
        take(next.get());
        // Whoever waits in the mailbox waits for one batch at most, however much there is to read.
        next =
            taken < parts.batchRows() && parts.mailbox().isEmpty()
                ? stream.next(Duration.ZERO)
                : Optional.empty();
      }
      commit();
      anchor.writeIfDue();
      Instant now = parts.clock().instant();
      if (!now.isBefore(healthDue)) {
        health = stream.health();
        healthDue = now.plus(HEALTH);
      }
    }

    private static long rows(Transaction transaction) {
      return transaction.rows().values().stream().mapToLong(Long::longValue).sum();
    }

    /** Adds a transaction to the group; whatever must come before its rows is done first. */
    private void take(Transaction transaction) throws IOException {
      if (transaction.origin() == Transaction.Origin.SNAPSHOT) {
        takeSnapshot(transaction);
        return;
      }
      settle(transaction);
      group.add(transaction);
    }

    private void settle(Transaction transaction) throws IOException {
      if (needsStep(transaction)) {
        if (!group.isEmpty()) {
          commit();
        }
        stepping = true;
        try {
          step(transaction);
        } finally {
          stepping = false;
        }
      }
    }

    private boolean needsStep(Transaction transaction) {
      return !transaction.schemaChanges().isEmpty()
          || !transaction.truncated().isEmpty()
          || transaction.rows().keySet().stream()
              .anyMatch(relation -> flows(relation) && !blocks(transaction, relation).isEmpty());
    }

    /** Meets what must be settled before the first row of a transaction. */
    private void step(Transaction transaction) throws IOException {
      Position at = transaction.position();
      for (SchemaChange change : transaction.schemaChanges()) {
        schema.change(change, at);
      }
      for (Relation relation : transaction.truncated()) {
        TableState state = requireState(relation);
        Tolerance tolerance = parts.tolerances().apply(state.asset());
        if (flows(relation) && tolerance.truncate() == Tolerance.Truncation.PAUSE) {
          schema.truncate(state, at);
        }
      }
      for (Relation relation : transaction.rows().keySet()) {
        List<Violation> blocks = flows(relation) ? blocks(transaction, relation) : List.of();
        if (!blocks.isEmpty()) {
          TableState state = requireState(relation);
          schema.contain(state, "contract.blocked", describe(blocks), at);
        }
      }
      for (TableState state : tables.all()) {
        if (state.mode() != TableState.Mode.LOADING) {
          stream.stopLoad(state.asset());
        }
      }
    }

    private boolean flows(Relation relation) {
      TableState.Mode mode = requireState(relation).mode();
      return mode == TableState.Mode.LIVE || mode == TableState.Mode.LOADING;
    }

    /** Only a transaction of the source has a number of rows that a rule can be about. */
    private List<Violation> blocks(Transaction transaction, Relation relation) {
      long rows =
          transaction.origin() == Transaction.Origin.STREAM
              ? transaction.rows().get(relation)
              : RowJudge.ROWS_UNKNOWN;
      return judge(relation).block(rows);
    }

    private void takeSnapshot(Transaction chunk) throws IOException {
      commit();
      Load load = chunk.load().orElseThrow();
      try (chunk) {
        // A chunk may show a change of schema that the log does not.
        settle(chunk);
        Optional<TableState> state = tables.of(load.asset());
        if (state.isEmpty() || state.get().mode() != TableState.Mode.LOADING) {
          // Stopped while the chunk was under way: its rows are no events, and are read again.
          if (attempt(List.of(), chunk.position()) instanceof Commit.Refused refused) {
            throw new PipelineException("The target refuses a state: " + refused.reason());
          }
          stream.confirm(position);
          return;
        }
        tables.put(load.finished() ? state.get().loaded() : state.get().loading(load));
        Commit commit = attempt(List.of(chunk), chunk.position());
        if (commit instanceof Commit.Refused refused) {
          tables.put(state.get());
          schema.contain(state.get(), "target.refused", refused.reason(), chunk.position());
          steerLoad(tables.of(load.asset()).orElseThrow());
          commit();
          return;
        }
      }
      stream.confirm(position);
      parts.listener().accept(new PipelineEvent.Loaded(load));
    }

    private void steerLoad(TableState state) {
      try {
        if (state.mode() == TableState.Mode.LOADING) {
          startLoad(state);
        } else {
          stream.stopLoad(state.asset());
        }
      } catch (IOException e) {
        throw new PipelineException("The load of " + state.asset() + " cannot be steered", e);
      }
    }

    private void startLoad(TableState state) throws IOException {
      if (state.mode() == TableState.Mode.LOADING) {
        stream.load(state.load().orElseGet(() -> Load.begin(state.asset())));
      }
    }

    /** Writes the group and whatever states have changed. */
    void commit() throws IOException {
      if (group.isEmpty() && tables.unsaved().isEmpty()) {
        return;
      }
      anchor.writeIfDue();
      try {
        Position next = group.isEmpty() ? position : group.last().position();
        int attempts = 2 * tables.all().size();
        while (attempt(group.transactions, next) instanceof Commit.Refused refused) {
          if (attempts-- == 0) {
            throw new PipelineException(
                "The target refuses a batch even with all tables contained: " + refused.reason());
          }
          contain(refused, next);
        }
      } finally {
        group.clear();
      }
      stream.confirm(position);
    }

    /** Stores changed states, unless they belong to a transaction that is yet to be written. */
    void save() throws IOException {
      if (!stepping) {
        commit();
      }
    }

    /** Writes once: Applied, Duplicate, or Refused with nothing written. */
    private Commit attempt(List<Transaction> transactions, Position next) throws IOException {
      Batch batch =
          new Batch(
              position, next, transactions, tables.snapshot(), tables.unsaved(), parts.judges());
      Commit commit = parts.target().write(batch, rows -> stream.keepAlive());
      if (commit instanceof Commit.Conflict conflict) {
        throw new PipelineException(
            "Another host writes this feed: the target stands at "
                + conflict.found()
                + " where this one left it at "
                + position
                + ". Stop one of them, then start again; nothing was written twice");
      }
      if (commit instanceof Commit.Refused) {
        return commit;
      }
      position = next;
      tables.saved();
      if (commit instanceof Commit.Applied applied) {
        anchor.committed(batch, applied);
        replayed = applied.counts().values().stream().reduce(replayed, Counts::plus);
        tell(transactions, applied);
      }
      return commit;
    }

    /** Takes a table that the target refuses out of the way, so that the others flow. */
    private void contain(Commit.Refused refused, Position at) {
      TableState state = tables.of(refused.asset()).orElseThrow();
      if (state.spools()) {
        // Even the spool does not take its rows: from here on only a new load makes it right.
        schema.contain(state, "spool.refused", refused.reason(), at);
        tables.put(state.lost(refused.reason()));
      } else {
        schema.contain(state, "target.refused", refused.reason(), at);
      }
      steerLoad(tables.of(state.asset()).orElseThrow());
    }

    private void tell(List<Transaction> transactions, Commit.Applied applied) {
      if (!transactions.isEmpty()) {
        Transaction last = transactions.get(transactions.size() - 1);
        parts
            .listener()
            .accept(
                new PipelineEvent.Committed(
                    last.origin(),
                    applied.position(),
                    transactions.size(),
                    applied.counts(),
                    last.committedAt(),
                    parts.clock().instant()));
      }
    }

    /** Puts some of a table's spool through the gate; an empty spool lets its rows flow again. */
    private void drain(TableState draining) throws IOException {
      commit();
      Asset asset = draining.asset();
      try (Feed.Stream spool = openBounded(parts.target().spool(parts.feed().id(), asset))) {
        for (int slice = 0; slice < DRAINS_PER_ROUND; slice++) {
          Optional<Transaction> waiting = spool.next(Duration.ZERO);
          if (waiting.isEmpty()) {
            TableState emptied =
                draining.in(
                    draining.load().isPresent() ? TableState.Mode.LOADING : TableState.Mode.LIVE);
            tables.put(emptied);
            commit();
            steerLoad(emptied);
            return;
          }
          Optional<String> refusal = publish(waiting.get());
          if (refusal.isPresent()) {
            schema.contain(draining, "drain.refused", refusal.get(), position);
            commit();
            return;
          }
          stream.keepAlive();
        }
      }
    }

    /** Writes rows that waited; says why if they must go on waiting. */
    private Optional<String> publish(Transaction waited) throws IOException {
      try (waited) {
        for (Relation relation : waited.rows().keySet()) {
          List<Violation> blocks = blocks(waited, relation);
          if (!blocks.isEmpty()) {
            return Optional.of(describe(blocks));
          }
        }
        return attempt(List.of(waited), position) instanceof Commit.Refused refused
            ? Optional.of(refused.reason())
            : Optional.empty();
      }
    }

    /**
     * Puts quarantined rows through the gate again.
     *
     * @return why it stopped early, if it did
     */
    Optional<String> replay(Asset asset, Target.Selection selection) throws IOException {
      commit();
      try (Feed.Stream entries =
          openBounded(parts.target().quarantine(parts.feed().id(), asset, selection))) {
        for (Optional<Transaction> next = entries.next(Duration.ZERO);
            next.isPresent();
            next = entries.next(Duration.ZERO)) {
          Optional<String> refusal = publish(next.get());
          if (refusal.isPresent()) {
            return refusal;
          }
          stream.keepAlive();
        }
      }
      return Optional.empty();
    }

    private static Feed.Stream openBounded(Feed feed) throws IOException {
      try {
        return feed.open(Optional.empty(), Map.of());
      } catch (FeedException e) {
        throw new IOException(e.getMessage(), e);
      }
    }

    private RowJudge judge(Relation relation) {
      return judges.computeIfAbsent(relation.version(), version -> parts.judges().on(relation));
    }

    private TableState requireState(Relation relation) {
      TableState state = tables.byRelation(relation.id());
      if (state == null) {
        throw new PipelineException(
            "The feed delivers rows of " + relation.asset() + " without having described it");
      }
      return state;
    }

    private static String describe(List<Violation> blocks) {
      StringBuilder text = new StringBuilder("the contract forbids it: ");
      for (int i = 0; i < blocks.size(); i++) {
        text.append(i == 0 ? "" : "; ").append(blocks.get(i).rule()).append(", ");
        text.append(blocks.get(i).reason());
      }
      return text.toString();
    }

    void finish() throws IOException {
      commit();
      anchor.write();
    }

    @Override
    public void close() throws IOException {
      parts.mailbox().close();
      group.clear();
      try {
        stream.close();
      } finally {
        parts.listener().accept(new PipelineEvent.Stopped(position));
      }
    }
  }

  /** Transactions that are committed together. */
  private static final class Group {
    private final List<Transaction> transactions = new ArrayList<>();

    boolean isEmpty() {
      return transactions.isEmpty();
    }

    void add(Transaction transaction) {
      transactions.add(transaction);
    }

    Transaction last() {
      return transactions.get(transactions.size() - 1);
    }

    void clear() {
      transactions.forEach(Transaction::close);
      transactions.clear();
    }
  }

  /** Carries out what the mailbox brings, between two commits. */
  private static final class Commands {
    private final Session session;

    private record Mode(String table, TableState.Mode mode) {}

    private record Replayed(String table, long published, long stillQuarantined) {}

    Commands(Session session) {
      this.session = session;
    }

    Outcome carryOut(PipelineCommand command) {
      Optional<TableState> found = session.tables.of(command.asset());
      if (found.isEmpty()) {
        return new Outcome.Refused(
            "The pipeline has no table "
                + command.asset()
                + "; it has "
                + session.tables.published().keySet());
      }
      TableState state = found.get();
      try {
        if (command instanceof PipelineCommand.Pause pause) {
          return pause(state, pause);
        } else if (command instanceof PipelineCommand.Resume) {
          return resume(state);
        } else if (command instanceof PipelineCommand.Resync) {
          return resync(state);
        } else if (command instanceof PipelineCommand.Apply apply) {
          return apply(state, apply);
        }
        return replay(state, (PipelineCommand.Replay) command);
      } catch (IOException e) {
        throw new PipelineException("The pipeline failed while it was asked to act", e);
      }
    }

    private Outcome pause(TableState state, PipelineCommand.Pause pause) throws IOException {
      if (state.mode() == TableState.Mode.RESYNC_NEEDED) {
        return new Outcome.Refused(state.asset() + " needs a resync; there is nothing to pause");
      }
      session.tables.put(state.paused(pause.reason()));
      session.steerLoad(state.paused(pause.reason()));
      return done(state);
    }

    private Outcome resume(TableState state) throws IOException {
      if (state.mode() == TableState.Mode.RESYNC_NEEDED) {
        return new Outcome.Refused(
            "Changes of "
                + state.asset()
                + " were lost ("
                + state.reason().orElse("")
                + "); only a resync makes it right");
      }
      if (!state.spools()) {
        return new Outcome.Refused(state.asset() + " is not paused");
      }
      if (state.accepted().isEmpty() || !state.accepted().get().equals(state.latest())) {
        Optional<Plan> plan = session.schema.pending(state, session.position);
        boolean unseen = state.accepted().isEmpty();
        if (unseen || !same(state, plan)) {
          return new Outcome.Refused(
              "The target does not follow the schema of "
                  + state.asset()
                  + " yet; "
                  + plan.map(waiting -> "apply plan " + waiting.id())
                      .orElse("no safe plan exists, so change source or target by hand"));
        }
      }
      session.tables.put(state.in(TableState.Mode.DRAINING));
      return done(state);
    }

    /** Whether the two versions differ in nothing that the detector would name. */
    private boolean same(TableState state, Optional<Plan> plan) {
      return plan.isEmpty() && session.schema.unchanged(state, session.position);
    }

    private Outcome resync(TableState state) throws IOException {
      if (state.accepted().isEmpty()) {
        return new Outcome.Refused(
            "The target does not have " + state.asset() + " yet; apply its plan, which loads it");
      }
      TableState loading = state.loading(Load.begin(state.asset()));
      session.tables.put(loading);
      session.steerLoad(loading);
      return done(state);
    }

    private Outcome apply(TableState state, PipelineCommand.Apply apply) throws IOException {
      Optional<Plan> plan = session.schema.pending(state, session.position);
      if (plan.isEmpty() || !plan.get().id().equals(apply.plan())) {
        return new Outcome.Refused(
            "Plan "
                + apply.plan().brief()
                + " is not the plan that waits for "
                + state.asset()
                + plan.map(waiting -> "; that is " + waiting.id()).orElse("; none does"));
      }
      session.commit();
      if (!session.schema.carryOut(state.asset(), plan.get(), plan.get().id())) {
        session.save();
        return new Outcome.Failed(
            session.tables.of(state.asset()).flatMap(TableState::reason).orElse("not done"));
      }
      TableState after = session.tables.of(state.asset()).orElseThrow();
      if (after.mode() == TableState.Mode.PAUSED) {
        session.tables.put(after.in(TableState.Mode.DRAINING));
      }
      session.save();
      session.steerLoad(session.tables.of(state.asset()).orElseThrow());
      return done(state);
    }

    private Outcome replay(TableState state, PipelineCommand.Replay replay) throws IOException {
      if (state.spools() || state.mode() == TableState.Mode.RESYNC_NEEDED) {
        return new Outcome.Refused(
            state.asset() + " is " + state.mode() + "; resume it first, then replay");
      }
      session.replayed = Counts.ZERO;
      Optional<String> refusal = session.replay(state.asset(), replay.selection());
      Counts counts = session.replayed;
      if (refusal.isPresent()) {
        return new Outcome.Failed("The target takes no more: " + refusal.get());
      }
      return new Outcome.Done(
          Json.of(new Replayed(state.asset().name(), counts.published(), counts.quarantined())),
          Outcome.Verification.VERIFIED);
    }

    /** Answers once the target has stored the state. */
    private Outcome done(TableState state) throws IOException {
      session.save();
      return new Outcome.Done(
          Json.of(
              new Mode(
                  state.asset().name(), session.tables.of(state.asset()).orElseThrow().mode())),
          Outcome.Verification.VERIFIED);
    }
  }

  /** Collects what a pipeline needs. Each default is the safe one. */
  public static final class Builder {
    private @Nullable Feed feed;
    private @Nullable Target target;
    private @Nullable Judges judges;
    private @Nullable DriftDetector detector;
    private @Nullable Planner planner;
    private @Nullable HealingPolicy policy;
    private @Nullable Toolbox toolbox;
    private @Nullable Mailbox mailbox;
    private @Nullable Journal journal;
    private Clock clock = Clock.systemUTC();
    private final Map<Asset, Tolerance> tolerances = new HashMap<>();
    private final Map<Asset, Autonomy> autonomies = new HashMap<>();
    private Autonomy autonomy = Autonomy.PROPOSE;
    private Consumer<PipelineEvent> listener = event -> {};
    private int batchRows = 10_000;
    private Duration anchorEvery = Duration.ofSeconds(1);

    private Builder() {}

    public Builder feed(Feed source) {
      feed = source;
      return this;
    }

    public Builder target(Target sink) {
      target = sink;
      return this;
    }

    /** The contracts in force. */
    public Builder judges(Judges contracts) {
      judges = contracts;
      return this;
    }

    public Builder detector(DriftDetector drift) {
      detector = drift;
      return this;
    }

    public Builder planner(Planner plans) {
      planner = plans;
      return this;
    }

    public Builder policy(HealingPolicy healing) {
      policy = healing;
      return this;
    }

    public Builder toolbox(Toolbox door) {
      toolbox = door;
      return this;
    }

    /** Where other threads leave commands; the one that the pipeline's tools use. */
    public Builder mailbox(Mailbox commands) {
      mailbox = commands;
      return this;
    }

    public Builder journal(Journal log) {
      journal = log;
      return this;
    }

    public Builder clock(Clock time) {
      clock = requireNonNull(time, "time");
      return this;
    }

    /** How much drift an asset bears; {@link Tolerance#STANDARD} where nothing is said. */
    public Builder tolerance(Asset asset, Tolerance tolerance) {
      tolerances.put(asset, tolerance);
      return this;
    }

    /** How far policies may go; {@link Autonomy#PROPOSE} where nothing is said. */
    public Builder autonomy(Autonomy everywhere) {
      autonomy = requireNonNull(everywhere, "everywhere");
      return this;
    }

    public Builder autonomy(Asset asset, Autonomy there) {
      autonomies.put(asset, there);
      return this;
    }

    /** Hears of everything that happens, on the pipeline's thread: be quick, and never throw. */
    public Builder listener(Consumer<PipelineEvent> ear) {
      listener = requireNonNull(ear, "ear");
      return this;
    }

    /** Rows after which transactions are committed together; a transaction is never split. */
    public Builder batchRows(int rows) {
      if (rows < 1) {
        throw new IllegalArgumentException("A batch has at least one row, got " + rows);
      }
      batchRows = rows;
      return this;
    }

    /** How often ranges of the target's ledger are anchored in the journal. */
    public Builder anchorEvery(Duration interval) {
      anchorEvery = requireNonNull(interval, "interval");
      return this;
    }

    public Pipeline build() {
      Map<Asset, Tolerance> tolerated = Map.copyOf(tolerances);
      Map<Asset, Autonomy> granted = Map.copyOf(autonomies);
      Autonomy everywhere = autonomy;
      return new Pipeline(
          new Parts(
              need(feed, "feed"),
              need(target, "target"),
              need(judges, "judges"),
              need(detector, "detector"),
              need(planner, "planner"),
              need(policy, "policy"),
              need(toolbox, "toolbox"),
              need(mailbox, "mailbox"),
              need(journal, "journal"),
              clock,
              asset -> tolerated.getOrDefault(asset, Tolerance.STANDARD),
              asset -> granted.getOrDefault(asset, everywhere),
              listener,
              batchRows,
              anchorEvery));
    }

    private static <T> T need(@Nullable T part, String name) {
      if (part == null) {
        throw new IllegalStateException("A pipeline needs a " + name + ": call " + name + "(…)");
      }
      return part;
    }
  }
}
