package dev.weirkeeper.drift.postgres;

import dev.weirkeeper.Chunk;
import dev.weirkeeper.Load;
import dev.weirkeeper.Position;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.SchemaChange;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.spi.BufferedTransaction;
import dev.weirkeeper.spi.ChangeBuffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts messages of the log together to whole transactions, and holds the chunk that waits for its
 * place among them. Confined to the thread of its feed.
 */
final class TransactionReader implements PgOutput.Receiver {
  static final String HEARTBEAT = "wk.heartbeat";
  static final String CHUNK = "wk.chunk";
  static final String DDL = "wk.ddl";
  private static final long EPOCH_2000 = 946_684_800L;

  private final String feed;
  private final PostgresPosition origin;
  private final byte[] heartbeatToken;
  private final SchemaHistory history;
  private final Supplier<ChangeBuffer> buffers;
  private final Delivered delivered;
  private final Completion completion;
  private @Nullable Window window;

  private boolean open;
  private int xid;
  private long committedAt;
  private @Nullable ChangeBuffer buffer;
  private boolean heartbeat;
  private boolean mark;
  private boolean touched;
  private boolean unseen;
  private int lastOid;
  private @Nullable Table lastTable;
  private long ignoredRows;
  private long position;
  private @Nullable BufferedTransaction finished;

  TransactionReader(
      String feed,
      PostgresPosition start,
      String slot,
      SchemaHistory history,
      Supplier<ChangeBuffer> buffers,
      Delivered delivered,
      Completion completion) {
    this.feed = feed;
    this.origin = start;
    this.position = start.lsn();
    this.heartbeatToken = slot.getBytes(StandardCharsets.UTF_8);
    this.history = history;
    this.buffers = buffers;
    this.delivered = delivered;
    this.completion = completion;
  }

  /** Whether the log stands within a transaction. */
  boolean open() {
    return open;
  }

  /** End of the last transaction that was read, published or not. */
  long position() {
    return position;
  }

  /** Rows of tables that this feed does not follow. */
  long ignoredRows() {
    return ignoredRows;
  }

  /** The transaction that the last message ended, if anybody needs to see it. */
  Optional<BufferedTransaction> take() {
    Optional<BufferedTransaction> taken = Optional.ofNullable(finished);
    finished = null;
    return taken;
  }

  // ---- loads

  boolean waits() {
    return window != null;
  }

  /** Holds a chunk until its watermark comes. Only between two transactions. */
  void hold(Window chunk) {
    window = chunk;
  }

  void forget(Table table) {
    table.loading = false;
    if (window != null && window.table == table) {
      window.close();
      window = null;
    }
  }

  // ---- messages

  @Override
  public void begin(long commitTime, int transaction, long commit) throws IOException {
    if (open) {
      throw new IOException("The log begins a transaction within another");
    }
    open = true;
    xid = transaction;
    history.began(transaction, commit);
    committedAt = commitTime;
    heartbeat = false;
    mark = false;
    touched = false;
    unseen = window != null && !window.snapshot.sees(transaction);
  }

  @Override
  public void relation(WireRelation relation) throws IOException {
    Table table = history.table(relation.oid());
    lastTable = null;
    if (table != null) {
      Relation before = table.current;
      try {
        history.described(table, relation);
      } catch (SQLException e) {
        throw new IOException("The catalog cannot be read: " + Sessions.why(e));
      }
      if (unseen && window != null && window.table == table && !before.equals(table.current)) {
        window.stale = true;
      }
    }
  }

  @Override
  public void row(RowBatch.Op op, int oid, byte[] data, int at, int length) throws IOException {
    Table table = lastTable;
    if (table == null || oid != lastOid) {
      table = history.table(oid);
      if (table == null) {
        ignoredRows++;
        return;
      }
      if (!table.announced) {
        throw new IOException("The log holds a row of a relation that it has not described");
      }
      table.writtenIn = xid;
      lastTable = table;
      lastOid = oid;
    }
    touched = true;
    Images.normalise(data, at, length, table.key);
    if (table.loading) {
      beside(table, op, data, at, length);
    } else {
      buffer().add(table.current, op, data, at, length);
    }
  }

  /** Brings a change together with the load of its table. */
  private void beside(Table table, RowBatch.Op op, byte[] data, int at, int length)
      throws IOException {
    Window chunk = window != null && window.table == table ? window : null;
    if (table.keyIndexes.length == 0) {
      // Its one chunk will hold the row, and a row without a key that comes twice is there twice.
      if (chunk != null && unseen) {
        chunk.append(table.current, data, at, length);
      }
      return;
    }
    byte[] images = data;
    int from = at;
    int size = length;
    if (data[at] == 'B') {
      byte[] whole = completion.complete(table, data, at);
      if (whole != null) {
        images = whole;
        from = 0;
        size = whole.length;
      }
    }
    if (chunk != null && unseen && !chunk.stale) {
      chunk.changed(op, images, from, table.keyIndexes);
    }
    buffer().add(table.current, op, images, from, size);
  }

  @Override
  public void truncate(int[] relations) throws IOException {
    for (int oid : relations) {
      Table table = history.table(oid);
      if (table != null) {
        touched = true;
        buffer().addTruncate(table.current);
        if (unseen && window != null && window.table == table) {
          window.truncated();
        }
      }
    }
  }

  @Override
  public void message(String prefix, byte[] data, int at, int length) throws IOException {
    switch (prefix) {
      case DDL -> {
        try {
          history.hinted(xid, data, at, length);
        } catch (SQLException e) {
          throw new IOException("The catalog cannot be read: " + Sessions.why(e));
        }
      }
      case HEARTBEAT ->
          heartbeat |=
              Arrays.equals(data, at, at + length, heartbeatToken, 0, heartbeatToken.length);
      case CHUNK ->
          mark |=
              window != null
                  && window.xid == xid
                  && window.token.equals(new String(data, at, length, StandardCharsets.UTF_8));
      default -> {
        // Messages of the application.
      }
    }
  }

  @Override
  public void commit(long end) throws IOException {
    if (!open) {
      throw new IOException("The log ends a transaction that did not begin");
    }
    open = false;
    position = end;
    lastTable = null;
    List<SchemaChange> changes;
    try {
      Map<Relation, Relation> explained = history.explained();
      if (!explained.isEmpty() && buffer != null) {
        buffer = relabelled(buffer, explained);
      }
      changes = history.finish(xid);
    } catch (SQLException e) {
      throw new IOException("The catalog cannot be read: " + Sessions.why(e));
    }
    if (unseen && window != null) {
      Window chunk = window;
      chunk.stale |=
          changes.stream().anyMatch(change -> change.relationId().equals(chunk.relation.id()));
    }
    if (touched) {
      delivered.add(xid);
    }
    if (mark && window != null) {
      place(window);
    } else if (buffer != null || !changes.isEmpty() || heartbeat) {
      finished = transaction(Transaction.Origin.STREAM, changes, buffer(), Optional.empty());
      buffer = null;
    }
  }

  /** Hands out the chunk, here where its watermark lies. */
  private void place(Window chunk) throws IOException {
    window = null;
    if (chunk.stale && chunk.keyed()) {
      chunk.close();
      return;
    }
    List<SchemaChange> changes = new ArrayList<>();
    if (!chunk.stale) {
      history.adopt(chunk.table, chunk.relation).ifPresent(changes::add);
    }
    finished =
        transaction(
            Transaction.Origin.SNAPSHOT, changes, chunk.drain(), Optional.of(chunk.progress()));
  }

  private BufferedTransaction transaction(
      Transaction.Origin from, List<SchemaChange> changes, ChangeBuffer rows, Optional<Load> load) {
    long micros = committedAt;
    Instant at =
        Instant.ofEpochSecond(
            EPOCH_2000 + Math.floorDiv(micros, 1_000_000L),
            Math.floorMod(micros, 1_000_000L) * 1000);
    Position here = origin.at(position).of(feed);
    String id = "pg:" + Integer.toUnsignedString(xid) + "@" + PostgresPosition.text(position);
    return new BufferedTransaction(id, from, here, at, changes, rows, load);
  }

  private ChangeBuffer buffer() {
    ChangeBuffer current = buffer;
    if (current == null) {
      current = buffers.get();
      buffer = current;
    }
    return current;
  }

  /** Copies rows once more, under versions that became known only after they were read. */
  private ChangeBuffer relabelled(ChangeBuffer from, Map<Relation, Relation> explained)
      throws IOException {
    ChangeBuffer copy = buffers.get();
    try (Transaction.Changes changes = from.changes()) {
      for (Optional<Chunk> next = changes.next(); next.isPresent(); next = changes.next()) {
        if (next.get() instanceof Chunk.Truncated truncated) {
          copy.addTruncate(explained.getOrDefault(truncated.relation(), truncated.relation()));
          continue;
        }
        inOrder(((Chunk.Rows) next.get()).batches(), explained, copy);
      }
    }
    from.close();
    return copy;
  }

  private static void inOrder(
      List<RowBatch> batches, Map<Relation, Relation> explained, ChangeBuffer copy)
      throws IOException {
    int[] at = new int[batches.size()];
    while (true) {
      int first = -1;
      for (int i = 0; i < at.length; i++) {
        if (at[i] < batches.get(i).rows()
            && (first < 0
                || batches.get(i).ordinal(at[i]) < batches.get(first).ordinal(at[first]))) {
          first = i;
        }
      }
      if (first < 0) {
        return;
      }
      RowBatch batch = batches.get(first);
      copy.add(
          explained.getOrDefault(batch.relation(), batch.relation()), batch.encoded(at[first]++));
    }
  }

  void close() {
    if (window != null) {
      window.close();
    }
    if (buffer != null) {
      buffer.close();
    }
  }
}
