package dev.weirkeeper.drift.postgres;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Load;
import dev.weirkeeper.Observation;
import dev.weirkeeper.Position;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Relation;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.spi.BufferedTransaction;
import dev.weirkeeper.spi.ChangeBuffer;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.spi.FeedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

/** The open stream: reads the log, mixes chunks of snapshots in, confirms. */
final class PostgresStream implements Feed.Stream {
  private static final String UNDEFINED_OBJECT = "42704";

  /** Log that is not worth a heartbeat: about what a heartbeat itself writes. */
  private static final long HEARTBEAT_BYTES = 512;

  private static final long STATUS_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long LONGEST_RETRY_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long BUSY_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
  private static final long IDLE_NANOS = TimeUnit.MICROSECONDS.toNanos(250);
  private static final int YIELDING_LOOKS = 20;
  private static final int BUSY_LOOKS = 500;
  private static final int MESSAGES_PER_LOOK_AT_CLOCK = 1024;
  private static final int PRUNE_DELIVERED = 16_384;

  /** How often it is noted what is committed: what a look finds later is placed by that. */
  private static final long HORIZON_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final PostgresFeed.Options options;
  private final Connection connection;
  private final Connection replication;
  private final PGReplicationStream log;
  private final PostgresPosition start;
  private final Catalog catalog;
  private final SchemaHistory history;
  private final TransactionReader reader;
  private final ChunkReader chunks;
  private final Delivered delivered = new Delivered();
  private final Map<Asset, Load> loads = new LinkedHashMap<>();
  private final Health health;
  private final SettingsReader settings;
  private final Membership membership;

  private long confirmed;
  private boolean unsent;
  private long sentAt = System.nanoTime();
  private long noChunkBefore = System.nanoTime();
  private long retryNanos = RETRY_NANOS;
  private long horizonAt = System.nanoTime() - HORIZON_NANOS;
  private boolean seeded;
  private Instant heartbeatAt;
  private int pruneAt = PRUNE_DELIVERED;
  private boolean closed;

  PostgresStream(
      PostgresFeed.Options options,
      Connection connection,
      Connection replication,
      PGReplicationStream log,
      PostgresPosition start,
      SchemaHistory history) {
    this.options = options;
    this.connection = connection;
    this.replication = replication;
    this.log = log;
    this.start = start;
    this.history = history;
    this.catalog = new Catalog(connection);
    Supplier<ChangeBuffer> buffers =
        () -> new ChangeBuffer(options.memoryBytes(), options.fileBytes(), options.folder());
    this.reader =
        new TransactionReader(
            options.id(),
            start,
            options.slot(),
            history,
            buffers,
            delivered,
            new Completion(connection, catalog));
    this.chunks =
        new ChunkReader(
            connection, catalog, options.system(), options.slot(), options.chunkRows(), buffers);
    this.membership = new Membership(options, catalog);
    this.settings = new SettingsReader(options, catalog);
    this.health =
        new Health(options, catalog, membership, settings, history, reader, chunks, loads);
    this.confirmed = start.lsn();
    this.heartbeatAt = options.clock().instant();
  }

  @Override
  public Position start() {
    return start.of(options.id());
  }

  @Override
  public List<Relation> relations() throws IOException {
    List<Relation> relations = new ArrayList<>();
    try {
      for (Table table : history.tables()) {
        catalog
            .relation(table.oid & 0xffffffffL)
            .map(shape -> shape.relation(options.system(), table.publishes))
            .ifPresent(relations::add);
      }
    } catch (SQLException e) {
      throw failed("The catalog cannot be read", e);
    }
    relations.sort(Comparator.comparing(Relation::asset));
    return relations;
  }

  @Override
  public Optional<Transaction> next(Duration atMost) throws IOException {
    if (closed) {
      throw new IllegalStateException("The stream is closed");
    }
    long began = System.nanoTime();
    int messages = 0;
    int looks = 0;
    while (true) {
      loadStep();
      ByteBuffer message = pending();
      if (message != null) {
        PgOutput.decode(message, reader);
        Optional<BufferedTransaction> whole = reader.take();
        if (whole.isPresent()) {
          return Optional.of(handOut(whole.get()));
        }
        looks = 0;
        if (++messages % MESSAGES_PER_LOOK_AT_CLOCK != 0) {
          continue;
        }
      }
      long now = System.nanoTime();
      if (now - began >= atMost.toNanos()) {
        return Optional.empty();
      }
      if (message == null) {
        sendDue(now);
        repeatHints(now);
        heartbeat();
        pause(++looks);
        if (Thread.currentThread().isInterrupted()) {
          return Optional.empty();
        }
      }
    }
  }

  /** Waits a little before the next look: not at all in a burst, longest when nothing goes on. */
  private static void pause(int looks) {
    if (looks <= YIELDING_LOOKS) {
      Thread.onSpinWait();
    } else {
      LockSupport.parkNanos(looks <= BUSY_LOOKS ? BUSY_NANOS : IDLE_NANOS);
    }
  }

  private @Nullable ByteBuffer pending() throws IOException {
    try {
      return log.readPending();
    } catch (SQLException e) {
      if (UNDEFINED_OBJECT.equals(e.getSQLState())) {
        throw new IOException(
            "A publication of feed "
                + options.id()
                + " is younger than its slot, so the log before"
                + " it cannot be read ("
                + Sessions.why(e)
                + "). Changes up to then are lost: a"
                + " person must drop the slot "
                + options.slot()
                + " and forget the stored position, so that the tables are loaded again");
      }
      throw failed("The log of the source cannot be read on", e);
    }
  }

  private Transaction handOut(BufferedTransaction transaction) throws IOException {
    transaction
        .load()
        .ifPresent(
            load -> {
              if (load.finished()) {
                stopLoad(load.asset());
              } else {
                loads.replace(load.asset(), load);
              }
            });
    if (delivered.size() >= pruneAt) {
      try {
        delivered.allSeenBy(
            XidSnapshot.parse(catalog.value("SELECT pg_current_snapshot()::text").orElseThrow()));
      } catch (SQLException e) {
        transaction.close();
        throw failed("The source does not answer", e);
      }
      pruneAt = Math.max(PRUNE_DELIVERED, 2 * delivered.size());
    }
    return transaction;
  }

  // ---- loads

  @Override
  public void load(Load from) throws IOException {
    if (from.finished()) {
      throw new IllegalArgumentException("The load of " + from.asset() + " is finished");
    }
    Table table =
        history
            .table(from.asset())
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "Feed "
                            + options.id()
                            + " does not read "
                            + from.asset()
                            + "; name it in tables(…)"));
    stopLoad(from.asset());
    seedDelivered();
    loads.put(from.asset(), from);
    table.loading = true;
    if (from.equals(Load.begin(from.asset()))) {
      publish(table);
    }
  }

  /** Publishes a table that is to be loaded from its first row and is out of its publication. */
  private void publish(Table table) throws IOException {
    try {
      if (membership.flaw(table).filter(Membership.UNPUBLISHED::equals).isPresent()) {
        table.unpublished = true;
        membership.restore(table);
      }
    } catch (SQLException e) {
      if (!String.valueOf(e.getSQLState()).startsWith("42")) {
        throw failed("The publication cannot be looked at", e);
      }
      // Not ours to alter, or gone: the load waits, and says for what.
      chunks.waitsFor(table.current.asset() + ": " + Sessions.why(e));
    }
  }

  /**
   * Whether chunks of a table may be read: what is not published while they are would be lost. A
   * transaction that wrote before it was published may still run, unseen by log and chunk: it must
   * end first.
   */
  private boolean published(Table table) throws SQLException, IOException {
    Optional<String> flaw = membership.flaw(table);
    if (flaw.isPresent()) {
      table.unpublished = true;
      chunks.waitsFor("the publication of " + table.current.asset() + ": " + flaw.get());
      return false;
    }
    if (table.unpublished) {
      seeded = false;
      seedDelivered();
      table.unpublished = false;
    }
    return true;
  }

  /**
   * Commits that an earlier stream handed out may still be unseen by others, and nobody remembers
   * which: so no chunk is read before all that run now have ended.
   */
  private void seedDelivered() throws IOException {
    if (seeded) {
      return;
    }
    try {
      delivered.addAll(
          XidSnapshot.parse(catalog.value("SELECT pg_current_snapshot()::text").orElseThrow()));
      seeded = true;
    } catch (SQLException e) {
      throw failed("The transactions that run at the source cannot be asked for", e);
    }
  }

  @Override
  public void stopLoad(Asset asset) {
    if (loads.remove(asset) != null) {
      history.table(asset).ifPresent(reader::forget);
    }
  }

  private void loadStep() throws IOException {
    if (loads.isEmpty()
        || reader.waits()
        || reader.open()
        || System.nanoTime() - noChunkBefore < 0) {
      return;
    }
    Load load = loads.values().iterator().next();
    Optional<Table> table = history.table(load.asset());
    if (table.isEmpty()) {
      loads.remove(load.asset());
      return;
    }
    try {
      Optional<Window> chunk =
          published(table.get())
              ? chunks.read(table.get(), load, delivered, this::keepAlive)
              : Optional.empty();
      if (chunk.isPresent()) {
        reader.hold(chunk.get());
        retryNanos = RETRY_NANOS;
      } else {
        later(load);
      }
    } catch (SQLException e) {
      String state = String.valueOf(e.getSQLState());
      if (!state.startsWith("22") && !state.startsWith("42")) {
        throw failed("The snapshot of " + load.asset() + " cannot be read on", e);
      }
      // The table is not as the load knows it. The log will say what changed, and others go on.
      chunks.waitsFor(load.asset() + ", which cannot be read (SQLSTATE " + state + ")");
      later(load);
    }
  }

  /** Lets other loads go first, and the log be read; asks again less and less often. */
  private void later(Load load) {
    loads.remove(load.asset());
    loads.put(load.asset(), load);
    noChunkBefore = System.nanoTime() + retryNanos;
    retryNanos = Math.min(2 * retryNanos, LONGEST_RETRY_NANOS);
  }

  // ---- signs of life

  @Override
  public boolean exhausted() {
    return false;
  }

  @Override
  public void confirm(Position durable) throws IOException {
    PostgresPosition position;
    try {
      position = PostgresPosition.parse(durable);
    } catch (FeedException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
    if (!durable.feed().equals(options.id()) || !position.system().equals(start.system())) {
      throw new IllegalArgumentException("Not a position of this stream: " + durable);
    }
    if (Long.compareUnsigned(position.lsn(), confirmed) <= 0) {
      return;
    }
    if (Long.compareUnsigned(position.lsn(), reader.position()) > 0) {
      throw new IllegalArgumentException(
          "Position " + durable + " was not handed out yet; confirming it would lose changes");
    }
    confirmed = position.lsn();
    LogSequenceNumber lsn = LogSequenceNumber.valueOf(confirmed);
    log.setFlushedLSN(lsn);
    log.setAppliedLSN(lsn);
    unsent = true;
    sendDue(System.nanoTime());
  }

  private void sendDue(long now) throws IOException {
    if (unsent && now - sentAt >= STATUS_NANOS) {
      send(now);
    }
  }

  private void send(long now) throws IOException {
    try {
      log.forceUpdateStatus();
      unsent = false;
      sentAt = now;
    } catch (SQLException e) {
      throw failed("The source does not take a confirmation", e);
    }
  }

  @Override
  public void keepAlive() throws IOException {
    long now = System.nanoTime();
    if (now - sentAt >= STATUS_NANOS) {
      send(now);
    }
  }

  /** Asks again, where nothing is left to read, for versions that the log may have passed over. */
  private void repeatHints(long now) throws IOException {
    if (reader.open()) {
      return;
    }
    try {
      if (now - horizonAt >= HORIZON_NANOS) {
        horizonAt = now;
        history.noteHorizon();
      }
      history.repeatHints();
    } catch (SQLException e) {
      throw failed("The catalog cannot be compared with the log", e);
    }
  }

  /** Moves the position where only others write: the message comes back as a transaction. */
  private void heartbeat() throws IOException {
    if (options.heartbeat().isZero()) {
      return;
    }
    Instant now = options.clock().instant();
    if (now.isBefore(heartbeatAt.plus(options.heartbeat()))) {
      return;
    }
    heartbeatAt = now;
    try {
      catalog.value(
          "SELECT pg_logical_emit_message(true, ?, ?)"
              + " WHERE pg_current_wal_insert_lsn() - ?::pg_lsn > ?",
          TransactionReader.HEARTBEAT,
          options.slot(),
          PostgresPosition.text(reader.position()),
          HEARTBEAT_BYTES);
    } catch (SQLException e) {
      throw failed("The heartbeat cannot be written", e);
    }
  }

  @Override
  public Map<String, Probe<String>> health() {
    return health.read();
  }

  @Override
  public Map<String, Observation> surroundings() {
    history.doubtAll();
    return settings.read(history.tables());
  }

  private IOException failed(String what, SQLException e) {
    return new IOException(
        what
            + " (feed "
            + options.id()
            + ", "
            + Sessions.why(e)
            + "). Nothing is lost: open the feed again at the stored position");
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    reader.close();
    try {
      if (unsent) {
        log.forceUpdateStatus();
      }
    } catch (SQLException e) {
      // The source will send again what it was not told of; the target has it already.
      unsent = true;
    } finally {
      // Not the stream: that would first read what the source has left to send.
      Opening.closeQuietly(replication);
      Opening.closeQuietly(connection);
    }
  }
}
