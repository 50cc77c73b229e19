package dev.weirkeeper.contracts.postgres;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Batch;
import dev.weirkeeper.Counts;
import dev.weirkeeper.Labels;
import dev.weirkeeper.Load;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.TableState;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.Transaction.Origin;
import dev.weirkeeper.spi.Target.Progress;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One attempt to write one batch in the transaction that is open. */
final class BatchWriter {
  /** How much a refused row may cost. */
  enum Care {
    /** No savepoints; a refused row fails the whole attempt. */
    OPTIMISTIC,
    /** A refused row is found and kept back. */
    CAREFUL
  }

  private final Session session;
  private final Memory memory;
  private final Bookkeeping bookkeeping;
  private final Batch batch;
  private final Progress progress;
  private final Care care;
  private final int refusedBudget;
  private final Instant now;

  private final Ledger ledger = new Ledger();
  private final Spool spool;
  private final Map<String, TableRows> tables = new LinkedHashMap<>();
  private final Map<Integer, Quarantine> quarantines = new LinkedHashMap<>();
  private final Set<Long> openEntries = new HashSet<>();
  private long rows;

  BatchWriter(
      Session session,
      Memory memory,
      Batch batch,
      Progress progress,
      Care care,
      Budgets budgets,
      Instant now) {
    this.session = session;
    this.memory = memory;
    this.bookkeeping = new Bookkeeping(session, memory);
    this.batch = batch;
    this.progress = progress;
    this.care = care;
    this.refusedBudget = budgets.refusedRows();
    this.now = now;
    this.spool = new Spool(session, memory, budgets.spoolBytes());
  }

  /**
   * What may be kept back.
   *
   * @param refusedRows rows of one table in one batch that the database may refuse
   * @param spoolBytes bytes in the spool of one table
   */
  record Budgets(int refusedRows, long spoolBytes) {}

  Session session() {
    return session;
  }

  Labels judge(RowBatch completed) {
    return batch.judge(completed);
  }

  Ledger ledger() {
    return ledger;
  }

  boolean careful() {
    return care == Care.CAREFUL;
  }

  int refusedBudget() {
    return refusedBudget;
  }

  void progress() throws IOException {
    progress.rows(rows);
  }

  private String feed() {
    return batch.next().feed();
  }

  int assetId(Asset asset) throws SQLException {
    return bookkeeping.assetId(feed(), asset);
  }

  Quarantine quarantine(int asset) throws SQLException {
    Quarantine known = quarantines.get(asset);
    if (known == null) {
      known = new Quarantine(session, memory, bookkeeping, feed(), asset, batch.id().hex(), now);
      quarantines.put(asset, known);
    }
    return known;
  }

  boolean hasStale(int asset) throws SQLException {
    Boolean known = memory.stale.get(asset);
    if (known == null) {
      try (PreparedStatement select =
          session.prepare("SELECT EXISTS (SELECT FROM weirkeeper.stale WHERE asset = ?)")) {
        select.setInt(1, asset);
        try (ResultSet result = select.executeQuery()) {
          result.next();
          known = result.getBoolean(1);
        }
      }
      memory.stale.put(asset, known);
    }
    return known;
  }

  boolean overlapping(int asset) {
    return memory.overlapping.contains(asset);
  }

  Map<Asset, Counts> write() throws SQLException, IOException, RefusalException {
    if (careful()) {
      session.execute("SET CONSTRAINTS ALL IMMEDIATE");
    }
    for (TableState state : batch.changedStates()) {
      if (begins(state)) {
        begin(state);
      }
    }
    lockReplays();
    try (Batch.Parts parts = batch.parts()) {
      for (Optional<Batch.Part> part = parts.next(); part.isPresent(); part = parts.next()) {
        if (part.get() instanceof Batch.Part.Rows some) {
          add(some);
          rows += some.rows().rows();
          progress();
        } else {
          truncate((Batch.Part.Truncated) part.get());
        }
      }
    }
    for (TableRows table : tables.values()) {
      table.flush();
    }
    for (Transaction transaction : batch.transactions()) {
      takeOut(transaction);
    }
    for (Transaction transaction : batch.transactions()) {
      if (transaction.load().filter(Load::finished).isPresent()) {
        finish(transaction.load().get());
      }
    }
    for (Quarantine quarantine : quarantines.values()) {
      quarantine.finish();
    }
    spool.finish();
    ledger.write(session, batch, now);
    for (TableState state : batch.changedStates()) {
      store(state);
    }
    session.flush();
    return ledger.counts();
  }

  private void add(Batch.Part.Rows part) throws SQLException, RefusalException, IOException {
    TableState state = part.state();
    Origin origin = part.transaction().origin();
    if (origin == Origin.STREAM && state.mode() == TableState.Mode.RESYNC_NEEDED) {
      return;
    }
    if (origin == Origin.STREAM && state.spools()) {
      int id = assetId(state.asset());
      bookkeeping.keep(feed(), part.rows().relation());
      spool.add(state.asset(), id, part.transaction(), part.rows());
      ledger.spooled(state.asset(), id, part.rows().rows());
      return;
    }
    table(state).add(part);
  }

  private TableRows table(TableState state) throws SQLException, RefusalException {
    TableRows known = tables.get(state.relationId());
    if (known == null) {
      known = new TableRows(this, state);
      tables.put(state.relationId(), known);
    }
    return known;
  }

  private void truncate(Batch.Part.Truncated part) throws SQLException, RefusalException {
    TableState state = part.state();
    Origin origin = part.transaction().origin();
    if (origin == Origin.STREAM && state.mode() == TableState.Mode.RESYNC_NEEDED) {
      return;
    }
    if (origin == Origin.STREAM && state.spools()) {
      bookkeeping.keep(feed(), part.relation());
      spool.truncate(
          state.asset(),
          assetId(state.asset()),
          part.transaction(),
          part.relation(),
          part.ordinal());
      return;
    }
    TableRows table = table(state);
    table.flush();
    table.target().clear();
    table.quarantine().closeAll();
    deleteStale(table.id());
  }

  private void deleteStale(int asset) throws SQLException {
    if (hasStale(asset)) {
      try (PreparedStatement delete =
          session.prepare("DELETE FROM weirkeeper.stale WHERE asset = ?")) {
        delete.setInt(1, asset);
        delete.executeUpdate();
      }
      memory.stale.put(asset, false);
    }
  }

  private void lockReplays() throws SQLException, RefusalException {
    for (Transaction transaction : batch.transactions()) {
      if (transaction.origin() != Origin.REPLAY) {
        continue;
      }
      StoredTransaction.Entries entries = (StoredTransaction.Entries) stored(transaction).origins();
      openEntries.addAll(quarantine(assetId(entries.asset())).lock(entries.ids()));
    }
  }

  private static StoredTransaction stored(Transaction transaction) {
    if (transaction instanceof StoredTransaction stored) {
      return stored;
    }
    throw new IllegalArgumentException(
        "Transaction "
            + transaction.id()
            + " says that it waited in a target, but it is not one"
            + " of this target's; pass on what spool() or quarantine() gave");
  }

  private void takeOut(Transaction transaction) throws SQLException, RefusalException {
    if (transaction.origin() != Origin.DRAIN) {
      return;
    }
    StoredTransaction.Slice slice = (StoredTransaction.Slice) stored(transaction).origins();
    spool.drained(slice.asset(), assetId(slice.asset()), slice);
  }

  private static boolean begins(TableState state) {
    return state.mode() == TableState.Mode.LOADING
        && state.accepted().isPresent()
        && state
            .load()
            .filter(load -> load.after().isEmpty() && load.rows() == 0 && !load.finished())
            .isPresent();
  }

  /**
   * A load reads everything again: what waits for the table is worth nothing any more, and the keys
   * that the target has are stale until the load meets them.
   */
  private void begin(TableState state) throws SQLException, RefusalException {
    TableRows table = table(state);
    int asset = table.id();
    spool.discard(state.asset(), asset, batch.id().hex(), now);
    table.quarantine().closeAll();
    deleteStale(asset);
    boolean empty = table.target().isEmpty();
    if (!empty && table.keyless()) {
      throw new RefusalException(
          state.asset(),
          "it has no key and the target's table holds rows, so a load would double them; empty"
              + " the target's table first");
    }
    if (!empty) {
      table.target().markStale(asset);
    }
    memory.stale.put(asset, !empty);
    memory.overlapping.remove(asset);
  }

  private void finish(Load load) throws SQLException, RefusalException {
    int asset = assetId(load.asset());
    if (!hasStale(asset)) {
      return;
    }
    TableRows table = loaded(load.asset());
    long stale = table.target().stale(asset);
    if (load.rows() == 0 && stale > 0) {
      throw new RefusalException(
          load.asset(),
          "the load read no row at all where the target holds "
              + stale
              + "; nothing was deleted. If the source's table is meant to be empty, empty the"
              + " target's table by hand, then load again");
    }
    table.target().deleteStale(asset);
    deleteStale(asset);
  }

  /** The table of a load that ends; the last chunk may have no row. */
  private TableRows loaded(Asset asset) throws SQLException, RefusalException {
    for (TableRows table : tables.values()) {
      if (table.asset().equals(asset)) {
        return table;
      }
    }
    for (TableState state : batch.changedStates()) {
      if (state.asset().equals(asset)) {
        return table(state);
      }
    }
    TableState stored = bookkeeping.states(feed()).get(asset);
    if (stored == null) {
      throw new RefusalException(asset, "its load ends but the target never heard of it");
    }
    return table(stored);
  }

  private void store(TableState state) throws SQLException, RefusalException {
    int asset = assetId(state.asset());
    if (state.mode() == TableState.Mode.LIVE && !spool.isEmpty(state.asset(), asset)) {
      throw new RefusalException(
          state.asset(), "its spool is not empty, so it cannot go live; drain it first");
    }
    bookkeeping.store(feed(), state);
  }

  /** Notes which tables a snapshot could not be copied into, so that the next chunk is merged. */
  void overlapped() {
    for (TableRows table : tables.values()) {
      if (table.state().mode() == TableState.Mode.LOADING) {
        memory.overlapping.add(table.id());
      }
    }
  }

  /** Entries of a replay that are still open, locked. */
  Set<Long> openEntries() {
    return openEntries;
  }
}
