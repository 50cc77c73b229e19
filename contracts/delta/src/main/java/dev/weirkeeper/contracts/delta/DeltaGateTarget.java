package dev.weirkeeper.contracts.delta;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Hash;
import dev.weirkeeper.contracts.gate.Capability;
import dev.weirkeeper.contracts.gate.GatePlan;
import dev.weirkeeper.contracts.gate.GateRefusedException;
import dev.weirkeeper.contracts.gate.GateReport;
import dev.weirkeeper.contracts.gate.GateStep;
import dev.weirkeeper.contracts.gate.GateTarget;
import dev.weirkeeper.contracts.gate.GateWrite;
import dev.weirkeeper.contracts.gate.QuarantineFilter;
import dev.weirkeeper.contracts.gate.QuarantinedRow;
import dev.weirkeeper.contracts.gate.TargetColumn;
import dev.weirkeeper.contracts.gate.Waiver;
import dev.weirkeeper.contracts.gate.WriteMode;
import io.delta.kernel.Snapshot;
import io.delta.kernel.TableManager;
import io.delta.kernel.defaults.engine.DefaultEngine;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.exceptions.KernelException;
import io.delta.kernel.expressions.Column;
import io.delta.kernel.transaction.CreateTableTransactionBuilder;
import io.delta.kernel.transaction.DataLayoutSpec;
import io.delta.kernel.utils.CloseableIterable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;

/**
 * A Delta table as the target of a gate: readers see a batch whole or not at all. Rows are
 * appended, none is touched.
 *
 * <p>Beside the table, {@code <table>__quarantine} is a Delta table of bad rows, and {@code
 * <table>__gate} a folder of small files: {@code done} is the ledger, {@code intent} what was about
 * to be published, {@code attempt} batches that were not, {@code waiver} waivers.
 *
 * <p>Each batch is one commit of the table, whose transaction names the batch: application {@code
 * weirkeeper-gate/<batch>}, version the number of the attempt. What a killed process left between
 * INTENT and DONE is settled by looking for it there, when a gate opens or the batch comes again.
 *
 * <p>In a local folder gates of several processes take turns. In an object store Kernel must be
 * able to create a file only if it is not there; on S3 it can within one process only. Safe to
 * share.
 */
public final class DeltaGateTarget implements GateTarget {
  private static final long BYTES_OF_KEY = 200;

  private final Asset asset;
  private final Engine engine;
  private final DeltaTable table;
  private final DeltaQuarantine quarantine;
  private final Ledger ledger;
  private final Optional<Path> lock;
  private final Map<String, String> references;
  private final long quarantineLimit;
  private final long maxKeys;
  private final Path spool;
  private final Consumer<GateStep> steps;

  private DeltaGateTarget(Builder builder) throws IOException {
    asset = builder.asset;
    engine = builder.engine;
    String path = resolved(engine, builder.path);
    table = new DeltaTable(engine, path);
    quarantine = new DeltaQuarantine(new DeltaTable(engine, path + "__quarantine"));
    ledger = new Ledger(engine, path + "__gate");
    lock = path.startsWith("file:") ? Optional.of(local(path + "__gate/lock")) : Optional.empty();
    references = Map.copyOf(builder.references);
    quarantineLimit = builder.quarantineLimit;
    maxKeys = builder.maxKeys;
    spool = builder.spool;
    steps = builder.steps;
  }

  private static String resolved(Engine engine, String path) throws IOException {
    String full = engine.getFileSystemClient().resolvePath(path);
    return full.endsWith("/") ? full.substring(0, full.length() - 1) : full;
  }

  private static Path local(String uri) {
    return Path.of(URI.create(uri.replace(" ", "%20")).getPath());
  }

  /**
   * @param asset its name is that of the table in contracts
   * @param path of the table's folder: a local path, or a URI that the engine can read
   */
  public static Builder of(Asset asset, String path) {
    return new Builder(asset, path);
  }

  /** Sets up a target. */
  public static final class Builder {
    private final Asset asset;
    private final String path;
    private Engine engine = DefaultEngine.create(new Configuration());
    private final Map<String, String> references = new HashMap<>();
    private long quarantineLimit = 1_000_000;
    private long maxKeys = Runtime.getRuntime().maxMemory() / 3 / BYTES_OF_KEY;
    private Path spool = Path.of(System.getProperty("java.io.tmpdir"));
    private Consumer<GateStep> steps = step -> {};

    private Builder(Asset asset, String path) {
      this.asset = requireNonNull(asset, "asset");
      this.path = requireNonNull(path, "path");
    }

    /** What reads and writes files: a Kernel engine with the configuration of an object store. */
    public Builder engine(Engine given) {
      engine = requireNonNull(given, "given");
      return this;
    }

    /** A Delta table that contracts may refer to; they reach no other. */
    public Builder reference(String name, String at) {
      references.put(requireNonNull(name, "name"), requireNonNull(at, "at"));
      return this;
    }

    /** Rows that the quarantine may hold; a batch that would bring more fails as a whole. */
    public Builder quarantineLimit(long rows) {
      if (rows < 0) {
        throw new IllegalArgumentException("A limit is never negative");
      }
      quarantineLimit = rows;
      return this;
    }

    /**
     * Keys of a batch that a rule of uniqueness, or a reference, may hold in memory, about {@value
     * #BYTES_OF_KEY} bytes each; a batch with more is refused. By default a third of the heap.
     */
    public Builder maxKeys(long keys) {
      if (keys < 0) {
        throw new IllegalArgumentException("A limit is never negative");
      }
      maxKeys = keys;
      return this;
    }

    /** Local folder for the rows of a batch until they are published; it needs room for them. */
    public Builder spool(Path folder) {
      spool = requireNonNull(folder, "folder");
      return this;
    }

    /** Hears how far each write has come, on its thread. */
    public Builder steps(Consumer<GateStep> listener) {
      steps = requireNonNull(listener, "listener");
      return this;
    }

    /**
     * Creates the table, empty. For the host, which owns the schema.
     *
     * @param columns their types by kind, precision and scale
     * @param partitionColumns names of columns, may be empty
     * @throws IOException if there is a table, or it cannot be written
     * @throws IllegalArgumentException if Delta has no such type
     */
    public Builder create(List<TargetColumn> columns, List<String> partitionColumns)
        throws IOException {
      try {
        CreateTableTransactionBuilder builder =
            TableManager.buildCreateTableTransaction(
                resolved(engine, path), DeltaTypes.schema(columns), DeltaTable.ENGINE_INFO);
        if (!partitionColumns.isEmpty()) {
          builder =
              builder.withDataLayoutSpec(
                  DataLayoutSpec.partitioned(partitionColumns.stream().map(Column::new).toList()));
        }
        builder.build(engine).commit(engine, CloseableIterable.emptyIterable());
        return this;
      } catch (KernelException e) {
        throw new IOException("Cannot create a Delta table at " + path, e);
      }
    }

    /**
     * @throws IOException if the path is none of the engine's
     */
    public DeltaGateTarget build() throws IOException {
      return new DeltaGateTarget(this);
    }
  }

  @Override
  public String id() {
    return "delta";
  }

  @Override
  public Asset asset() {
    return asset;
  }

  @Override
  public Capability capability() {
    return Capability.ATOMIC_SWAP;
  }

  @Override
  public List<TargetColumn> columns() throws IOException {
    return DeltaTypes.columns(table.latest().getSchema());
  }

  @Override
  public Optional<GateReport> find(Hash batch) throws IOException {
    return ledger.done(batch).map(Ledger.Entry::report);
  }

  @Override
  public GateWrite begin(GatePlan plan) throws IOException, GateRefusedException {
    if (plan.replay().isPresent()) {
      throw new GateRefusedException(
          "A Delta target does not replay its quarantine: Kernel can only append. Mend the rows"
              + " where they come from, and send them again");
    }
    if (plan.mode().kind() != WriteMode.Kind.APPEND) {
      throw new GateRefusedException(
          "A Delta target only appends: Kernel does not replace rows. Write with mode APPEND, and"
              + " merge with an engine that can");
    }
    Snapshot snapshot = table.latest();
    Writable.require(snapshot, engine, plan);
    FolderLock turn = hold();
    try (turn) {
      quarantine.follow(snapshot.getSchema());
    }
    return new DeltaWrite(this, plan, snapshot);
  }

  /** Waits for a turn among the gates that write to the table, where they need one. */
  FolderLock hold() throws IOException {
    return FolderLock.of(lock);
  }

  DeltaTable table() {
    return table;
  }

  DeltaQuarantine quarantine() {
    return quarantine;
  }

  Ledger ledger() {
    return ledger;
  }

  Path spool() {
    return spool;
  }

  void reached(GateStep step) {
    steps.accept(step);
  }

  DeltaChecks checks(GatePlan plan, Spool rows) {
    return new DeltaChecks(plan, engine, this::referred, asset.name(), maxKeys, rows);
  }

  private Snapshot referred(String name) throws IOException, GateRefusedException {
    String path = references.get(name);
    if (path == null) {
      throw new GateRefusedException(
          "A rule refers to table "
              + name
              + ", which this target does not know; the host names it by reference(name, path)");
    }
    return new DeltaTable(engine, path).latest();
  }

  /** What a transaction of the table calls a batch. */
  static String application(Hash batch) {
    return DeltaTable.ENGINE_INFO + "/" + batch.hex();
  }

  /**
   * The report of a batch that is published, by the ledger or by the table; what the ledger lacks
   * is made up for.
   */
  Optional<GateReport> settled(Hash batch, Snapshot now) throws IOException {
    Optional<Ledger.Entry> done = ledger.done(batch);
    if (done.isPresent()) {
      return Optional.of(done.get().report());
    }
    Optional<Long> attempt = attempt(batch, now);
    if (attempt.isEmpty()) {
      return Optional.empty();
    }
    for (Ledger.Intent intent : ledger.intents()) {
      if (intent.batch().equals(batch) && intent.attempt() == attempt.get()) {
        Optional<Ledger.Entry> entry = ledger.read(intent);
        if (entry.isPresent()) {
          ledger.done(batch, attempt.get(), entry.get().report());
          return Optional.of(entry.get().report());
        }
      }
    }
    throw new IOException(
        "The table at "
            + table.path()
            + " has batch "
            + batch.brief()
            + " but its ledger does not know it: files of "
            + table.path()
            + "__gate are gone; bring them back from a backup");
  }

  private Optional<Long> attempt(Hash batch, Snapshot now) throws IOException {
    try {
      return now.getLatestTransactionVersion(engine, application(batch));
    } catch (RuntimeException e) {
      throw new IOException("Cannot read the transactions of " + table.path(), e);
    }
  }

  @Override
  public void note(GateReport report) throws IOException {
    ledger.note(report);
  }

  @Override
  public List<GateReport> recover() throws IOException {
    if (ledger.intents().isEmpty()) {
      return List.of();
    }
    List<GateReport> found = new ArrayList<>();
    FolderLock turn = hold();
    try (turn) {
      List<Ledger.Intent> intents = ledger.intents();
      Snapshot now = table.latest();
      for (Ledger.Intent intent : intents) {
        Optional<Long> attempt = attempt(intent.batch(), now);
        boolean published = attempt.isPresent() && attempt.get() == intent.attempt();
        if (published && ledger.done(intent.batch()).isEmpty()) {
          settled(intent.batch(), now).ifPresent(found::add);
        }
        // It could only become the version after the one that it names: if there is one, it is
        // over.
        if (published || intent.version() < now.getVersion()) {
          ledger.forget(intent);
        }
      }
    }
    return List.copyOf(found);
  }

  @Override
  public List<Waiver> waivers(Instant now) throws IOException {
    return ledger.waivers(now);
  }

  @Override
  public void keep(Waiver waiver) throws IOException {
    ledger.keep(waiver);
  }

  @Override
  public List<QuarantinedRow> quarantined(QuarantineFilter filter, int limit) throws IOException {
    return quarantine.rows(filter, limit, this::isSettled);
  }

  private boolean isSettled(Hash batch, long attempt) throws IOException {
    return ledger.done(batch).map(entry -> entry.attempt() == attempt).orElse(false);
  }

  /** Refuses if a batch would bring more rows than the quarantine may hold. */
  void requireRoom(long more) throws IOException, GateRefusedException {
    if (more == 0 || quarantineLimit == Long.MAX_VALUE) {
      return;
    }
    if (more > quarantineLimit
        || (!quarantine.isSurelyWithin(quarantineLimit - more)
            && quarantine.size(this::isSettled) + more > quarantineLimit)) {
      throw new GateRefusedException(
          "The quarantine of "
              + asset
              + " is full: it may hold "
              + quarantineLimit
              + " rows; deal with some, then send the batch again");
    }
  }

  @Override
  public void close() {
    // Writes hold what there is to close.
  }
}
