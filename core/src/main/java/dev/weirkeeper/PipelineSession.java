package dev.weirkeeper;

import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.spi.FeedException;
import dev.weirkeeper.spi.ProgressListener;
import dev.weirkeeper.spi.RowJudge;
import dev.weirkeeper.spi.Target;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run from a position on. Confined to the thread of {@link Pipeline#run}. */
final class PipelineSession implements AutoCloseable, Mailbox.Worker {
  private static final Logger LOG = LoggerFactory.getLogger(PipelineSession.class);
  private static final Duration IDLE = Duration.ofMillis(20);
  private static final Duration HEALTH = Duration.ofSeconds(1);
  private static final int DRAINS_PER_ROUND = 4;

  private final Pipeline.Parts parts;
  private final Feed.Stream stream;
  private final boolean resumed;
  private final Tables tables;
  private final SchemaStep schema;
  private final FindingsStep found;
  private final Optional<SettingsStep> settings;
  private final LedgerAnchor anchor;
  private final Group group = new Group();
  private final Map<Hash, RowJudge> judges = new HashMap<>();
  private final PipelineCommands commands;

  /** What became of events since the ledger began. Read from any thread. */
  private final Map<Asset, Counts> totals = new ConcurrentHashMap<>();

  private volatile Position position;
  private volatile Map<String, Probe<String>> health = Map.of();
  private Instant healthDue;
  private Instant lookDue;

  /**
   * Whether schema changes of a transaction are being met. What they change is stored with that
   * transaction and not before: a restart must meet it with the versions it began with.
   */
  private boolean stepping;

  /** Tables as they were before the step that goes on: as the target has them stored. */
  private final Map<String, TableState> unstepped = new HashMap<>();

  /** Loads that began while a step went on: a chunk of an older load of theirs means nothing. */
  private final Set<Asset> begun = new HashSet<>();

  /** Rows that were written since the last replay began. */
  private Counts replayed = Counts.ZERO;

  private PipelineSession(
      Pipeline.Parts parts,
      Feed.Stream stream,
      Position position,
      Collection<TableState> stored,
      boolean resumed) {
    this.parts = parts;
    this.stream = stream;
    this.position = position;
    this.resumed = resumed;
    this.tables = new Tables(stored, parts.listener());
    this.schema = new SchemaStep(parts, tables, this::begin);
    this.found = new FindingsStep(parts, schema, tables);
    this.settings =
        parts.settings().map(detector -> new SettingsStep(parts, detector, found, tables));
    this.commands = new PipelineCommands(this);
    this.healthDue = parts.clock().instant();
    this.lookDue = healthDue;
    this.anchor = new LedgerAnchor(parts.journal(), parts.clock(), parts.anchorEvery(), position);
  }

  static PipelineSession open(Pipeline.Parts parts) throws FeedException, IOException {
    String feed = parts.feed().id();
    Optional<Target.Resume> resume = parts.target().resume(feed);
    Map<String, Relation> known = new HashMap<>();
    resume.ifPresent(
        from ->
            from.tables().values().forEach(state -> known.put(state.relationId(), state.latest())));
    Feed.Stream stream = parts.feed().open(resume.map(Target.Resume::position), known);
    return new PipelineSession(
        parts,
        stream,
        resume.map(Target.Resume::position).orElse(stream.start()),
        resume.map(from -> from.tables().values()).orElse(List.of()),
        resume.isPresent());
  }

  Tables tables() {
    return tables;
  }

  SchemaStep schema() {
    return schema;
  }

  FindingsStep found() {
    return found;
  }

  /** Where the target stands. From any thread. */
  Position position() {
    return position;
  }

  /** Health of the feed, as it last said. From any thread. */
  Map<String, Probe<String>> health() {
    return health;
  }

  @Override
  public Outcome carryOut(PipelineCommand command, CallControl control) {
    return commands.carryOut(command, control);
  }

  @Override
  public <T> Probe<T> answer(PipelineQuestion<T> question) {
    try {
      return new Probe.Value<>(question.answer(new Backlog(parts.feed().id(), parts.target())));
    } catch (IOException | RuntimeException e) {
      // A question that fails is no reason to stop: whoever asked hears that nobody knows.
      LOG.warn("What the target keeps could not be looked up: {}", e.getClass().getName());
      return new Probe.Unknown<>("it could not be looked up: " + Redaction.described(e));
    }
  }

  @Override
  public PipelineView view() {
    Position now = position;
    List<PipelineView.Table> seen = new ArrayList<>();
    tables
        .published()
        .forEach(
            (asset, state) ->
                seen.add(
                    new PipelineView.Table(
                        state,
                        totals.getOrDefault(asset, Counts.ZERO),
                        flows(state) ? Optional.empty() : schema.open(asset),
                        waiting(state, now))));
    return new PipelineView(parts.feed().id(), now, seen, health);
  }

  private Probe<PipelineView.Waiting> waiting(TableState state, Position now) {
    try {
      return schema
          .pending(state, now)
          .<Probe<PipelineView.Waiting>>map(
              plan -> new Probe.Value<>(new PipelineView.Waiting(plan, schema.needs(plan))))
          .orElseGet(Probe.Empty::new);
    } catch (RuntimeException e) {
      LOG.warn("No plan could be made for {}: {}", state.asset(), e.getClass().getName());
      return new Probe.Unknown<>("no plan could be made: " + Redaction.described(e));
    }
  }

  /** What became of the rows of the last replay. */
  Counts replayed() {
    return replayed;
  }

  /** Says where the run begins and meets tables that are new. */
  void announce() throws IOException {
    parts.mailbox().open(this);
    Map<String, Counts> ledger = new HashMap<>();
    parts
        .target()
        .ledger(parts.feed().id())
        .forEach(
            (asset, counts) -> {
              ledger.put(asset.toString(), counts);
              totals.put(asset, counts);
            });
    parts
        .journal()
        .write(
            PipelineStarted.KIND,
            "pipeline",
            Optional.empty(),
            new PipelineStarted(position, parts.judges().digest(), ledger),
            List.of());
    parts.listener().accept(new PipelineEvent.Started(position, resumed));
    finishPlans();
    for (Relation relation : stream.relations()) {
      if (tables.byRelation(relation.id()) == null) {
        schema.meet(relation, position);
      }
    }
    save();
    look();
    for (TableState state : tables.all()) {
      startLoad(state);
    }
  }

  /** Compares what lies around the tables with what was accepted there. */
  private void look() throws IOException {
    lookDue = parts.clock().instant().plus(parts.lookEvery());
    if (settings.isEmpty()) {
      return;
    }
    stream
        .surroundings()
        .forEach(
            (relationId, seen) -> {
              TableState state = tables.byRelation(relationId);
              if (state != null) {
                Set<String> loading = loading();
                settings.get().meet(state, seen, position);
                TableState after = tables.byRelation(relationId);
                if (loading.contains(relationId) && after != null) {
                  steerLoad(after);
                }
              }
            });
    save();
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
    if (!now.isBefore(lookDue)) {
      look();
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
    try {
      settle(transaction);
    } catch (IOException | RuntimeException e) {
      transaction.close();
      throw e;
    }
    group.add(transaction);
  }

  private void settle(Transaction transaction) throws IOException {
    if (needsStep(transaction)) {
      if (!group.isEmpty()) {
        commit();
      }
      Set<String> loading = loading();
      begun.clear();
      unstepped.clear();
      unstepped.putAll(tables.snapshot());
      stepping = true;
      try {
        step(transaction);
      } finally {
        stepping = false;
        unstepped.clear();
      }
      steerLoads(loading);
    }
  }

  private Set<String> loading() {
    Set<String> loading = new HashSet<>();
    for (TableState state : tables.all()) {
      if (state.mode() == TableState.Mode.LOADING) {
        loading.add(state.relationId());
      }
    }
    return loading;
  }

  /** Starts loads that a step began and stops those that it ended; the others go on. */
  private void steerLoads(Set<String> before) throws IOException {
    for (TableState state : tables.all()) {
      if (state.mode() != TableState.Mode.LOADING) {
        stream.stopLoad(state.asset());
      } else if (!before.contains(state.relationId()) || begun.contains(state.asset())) {
        begun.add(state.asset());
        startLoad(state);
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
    parts.listener().accept(new PipelineEvent.Met(at, transaction.committedAt()));
    for (SchemaChange change : transaction.schemaChanges()) {
      schema.change(change, at);
    }
    for (Relation relation : transaction.truncated()) {
      TableState state = requireState(relation);
      if (flows(relation) && !schema.appliesTruncation(state.asset())) {
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
  }

  private boolean flows(Relation relation) {
    return flows(requireState(relation));
  }

  private static boolean flows(TableState state) {
    TableState.Mode mode = state.mode();
    return mode == TableState.Mode.LIVE || mode == TableState.Mode.LOADING;
  }

  /** Only a transaction of the source has a number of rows that a rule can be about. */
  private List<Violation> blocks(Transaction transaction, Relation relation) {
    long rows =
        transaction.origin() == Transaction.Origin.STREAM
            ? transaction.rows().getOrDefault(relation, 0L)
            : RowJudge.ROWS_UNKNOWN;
    return judge(relation).block(rows);
  }

  private void takeSnapshot(Transaction chunk) throws IOException {
    Load load = chunk.load().orElseThrow();
    try (chunk) {
      commit();
      // A chunk may show a change of schema that the log does not.
      begun.clear();
      settle(chunk);
      Optional<TableState> state = tables.of(load.asset());
      if (state.isEmpty()
          || state.get().mode() != TableState.Mode.LOADING
          || begun.contains(load.asset())) {
        // Stopped or begun anew meanwhile: its rows are no events, and are read again.
        if (state.isEmpty() || state.get().mode() != TableState.Mode.LOADING) {
          stream.stopLoad(load.asset());
        }
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

  /** Begins to load a table from its first row. */
  void beginLoad(TableState state) {
    tables.put(state.loading(Load.begin(state.asset())));
    begun.add(state.asset());
  }

  boolean stepping() {
    return stepping;
  }

  /**
   * Carries out a plan that somebody applied. That it began is stored first, and what its steps
   * changed once all are done: a restart in between goes on with it, and steps that were done are
   * found done.
   */
  boolean carryOut(Asset asset, Plan plan, ProgressListener progress) throws IOException {
    TableState start = tables.of(asset).orElseThrow();
    Relation goal = start.next();
    tables.put(start.begun(goal));
    commit();
    Set<String> loading = loading();
    begun.clear();
    boolean done;
    stepping = true;
    try {
      // What told of it when it was met is not remembered: the least that is believed.
      done =
          schema.carryOut(
              asset,
              plan,
              new SchemaStep.Goal(goal, position, Evidence.CATALOG),
              plan.id(),
              progress);
      TableState after = tables.of(asset).orElseThrow();
      if (after.mode() == TableState.Mode.APPLYING) {
        tables.put(after.in(TableState.Mode.DRAINING));
      }
    } finally {
      stepping = false;
    }
    commit();
    steerLoads(loading);
    return done;
  }

  /** Stores that a plan begins, with the table as the target knows it otherwise. */
  private Optional<String> begin(TableState begun) {
    TableState stored = begun;
    if (stepping) {
      TableState before = unstepped.get(begun.relationId());
      if (before == null) {
        // Nothing is stored that a restart could go on from: it meets the table as new.
        return Optional.empty();
      }
      stored = before.begun(begun.next());
    }
    try {
      return attempt(List.of(), position, List.of(stored)) instanceof Commit.Refused refused
          ? Optional.of(refused.reason())
          : Optional.empty();
    } catch (IOException e) {
      throw new PipelineException("The pipeline failed while a plan was to begin", e);
    }
  }

  /** Goes on with plans in whose middle an earlier host died. */
  private void finishPlans() throws IOException {
    for (TableState state : tables.all()) {
      boolean underWay =
          state.mode() == TableState.Mode.APPLYING
              || state.mode() == TableState.Mode.RESYNC_NEEDED && state.goal().isPresent();
      if (underWay) {
        Optional<Plan> plan = schema.pending(state, position);
        if (plan.isPresent()) {
          carryOut(state.asset(), plan.get(), CallControl.NONE.progress());
        } else if (state.mode() == TableState.Mode.APPLYING) {
          tables.put(
              state
                  .aiming(Optional.empty())
                  .paused("A plan was begun and cannot be made again; look at the target"));
        }
      }
    }
  }

  void steerLoad(TableState state) {
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
      // A load takes the settings as they are now; from here on, changes of them are told.
      lookDue = parts.clock().instant();
      stream.load(state.load().orElseGet(() -> Load.begin(state.asset())));
    }
  }

  /** Writes the group and whatever states have changed. */
  void commit() throws IOException {
    if (group.isEmpty() && tables.unsaved().isEmpty()) {
      return;
    }
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

  private Commit attempt(List<Transaction> transactions, Position next) throws IOException {
    Commit commit = attempt(transactions, next, tables.unsaved());
    if (!(commit instanceof Commit.Refused)) {
      tables.saved();
    }
    return commit;
  }

  /** Writes once: Applied, Duplicate, or Refused with nothing written. */
  private Commit attempt(List<Transaction> transactions, Position next, List<TableState> states)
      throws IOException {
    anchor.writeIfDue();
    Batch batch =
        new Batch(position, next, transactions, tables.snapshot(), states, parts.judges());
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
    if (commit instanceof Commit.Applied applied) {
      anchor.committed(batch, applied, transactions);
      replayed = applied.counts().values().stream().reduce(replayed, Counts::plus);
      if (!LedgerAnchor.waited(transactions)) {
        applied.counts().forEach((asset, more) -> totals.merge(asset, more, Counts::plus));
      }
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
          steerLoad(tables.of(asset).orElseThrow());
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
  Optional<String> replay(Asset asset, Target.Selection selection, CallControl control)
      throws IOException {
    commit();
    replayed = Counts.ZERO;
    try (Feed.Stream entries =
        openBounded(parts.target().quarantine(parts.feed().id(), asset, selection))) {
      for (Optional<Transaction> next = entries.next(Duration.ZERO);
          next.isPresent();
          next = entries.next(Duration.ZERO)) {
        Optional<String> refusal = publish(next.get());
        if (refusal.isPresent()) {
          return refusal;
        }
        control
            .progress()
            .progress(replayed.in(), OptionalLong.empty(), "entries put through the gate");
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
}
