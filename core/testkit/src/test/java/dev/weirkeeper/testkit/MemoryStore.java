package dev.weirkeeper.testkit;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Batch;
import dev.weirkeeper.Chunk;
import dev.weirkeeper.Commit;
import dev.weirkeeper.Counts;
import dev.weirkeeper.Load;
import dev.weirkeeper.Position;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Relation;
import dev.weirkeeper.Route;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.SchemaChange;
import dev.weirkeeper.TableState;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.Tuples;
import dev.weirkeeper.Violation;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.spi.Target;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The least target that keeps its promises, over one table in memory, and ways to break it. */
final class MemoryStore implements TargetKit.Store {
  /** A way to break a target. */
  enum Flaw {
    INVENTS_A_POSITION,
    FORGETS_STATES,
    COUNTS_TWICE,
    DELETES_LAST,
    UNCHANGED_IS_NULL,
    IGNORES_TRUNCATIONS,
    LOADS_BESIDE_OLD_ROWS,
    STATES_MOVE_THE_POSITION,
    KEEPS_THE_LEDGER_IN_MIND,
    CANNOT_BE_CLOSED_TWICE,
    TAKES_A_BATCH_TWICE,
    LOOKS_AT_NO_POSITION,
    TRUSTS_ITS_MEMORY,
    PUBLISHES_AS_IT_READS,
    LETS_PASS_WHAT_NOBODY_JUDGED,
    CANNOT_BE_STOPPED,
    ANSWERS_BEFORE_IT_IS_DURABLE,
    UPSERTS_ANYTHING,
    PUBLISHES_WHILE_PAUSED,
    EMPTIES_A_SPOOL_BY_READING,
    KEEPS_WHAT_WAS_DRAINED,
    LETS_NEW_ROWS_PASS_THE_SPOOL,
    GOES_LIVE_PAST_ITS_SPOOL,
    QUOTES_VALUES,
    EMPTIES_A_QUARANTINE_BY_READING,
    REPLAYS_WHAT_NOBODY_SELECTED,
    KEEPS_OLD_ENTRIES,
    KEEPS_WHAT_WAS_REPLAYED,
    FORGETS_WHAT_IS_STILL_BAD,
    REPLAYS_OVER_NEWER_ROWS,
    TRUNCATES_ROWS_ONLY,
    LOSES_A_ROW_NOW_AND_THEN
  }

  private record Change(
      long id, RowBatch.Op op, List<TestCell> before, List<TestCell> after, boolean truncate) {
    int key() {
      return Integer.parseInt(after.get(0).text());
    }
  }

  private record Entry(Change change, List<Violation> violations, String position, long ordinal) {}

  /** What outlives targets. */
  private static final class Disk {
    Optional<Position> position = Optional.empty();
    String batch = "";
    final Map<Asset, TableState> states = new TreeMap<>();
    final Map<Integer, String> rows = new TreeMap<>();
    final Set<Integer> stale = new HashSet<>();
    final Map<Long, Change> spool = new TreeMap<>();
    final Map<Long, Entry> quarantine = new TreeMap<>();
    Counts ledger = Counts.ZERO;
    long ids;

    Disk copy() {
      Disk copy = new Disk();
      copy.position = position;
      copy.batch = batch;
      copy.states.putAll(states);
      copy.rows.putAll(rows);
      copy.stale.addAll(stale);
      copy.spool.putAll(spool);
      copy.quarantine.putAll(quarantine);
      copy.ledger = ledger;
      copy.ids = ids;
      return copy;
    }
  }

  private final Predicate<Flaw> planted;
  private Disk disk = new Disk();
  private int deaths;

  MemoryStore(Predicate<Flaw> planted) {
    this.planted = planted;
  }

  private boolean has(Flaw flaw) {
    return planted.test(flaw);
  }

  @Override
  public synchronized Target open() {
    return new MemoryTarget(deaths);
  }

  @Override
  public synchronized Map<Integer, String> rows() {
    return new TreeMap<>(disk.rows);
  }

  @Override
  public synchronized void crash() {
    deaths++;
  }

  @Override
  public void close() {}

  private synchronized Disk disk() {
    return disk;
  }

  private static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
      super(message);
    }
  }

  private final class MemoryTarget implements Target {
    private final int born;
    private Counts counted = Counts.ZERO;
    private boolean closed;
    private Optional<Position> remembered = Optional.empty();

    MemoryTarget(int born) {
      this.born = born;
    }

    private void requireAlive() throws IOException {
      synchronized (MemoryStore.this) {
        if (deaths != born) {
          throw new IOException("The host of this target is dead");
        }
      }
    }

    @Override
    public Capability capability() {
      return Capability.TRANSACTIONAL;
    }

    @Override
    public Optional<Resume> resume(String feed) throws IOException {
      requireAlive();
      Disk now = disk();
      remembered = now.position;
      if (now.position.isEmpty() && has(Flaw.INVENTS_A_POSITION)) {
        return Optional.of(new Resume(new Position(feed, "p0"), Map.of()));
      }
      return now.position.map(
          position -> new Resume(position, has(Flaw.FORGETS_STATES) ? Map.of() : now.states));
    }

    @Override
    public Commit write(Batch batch, Progress progress) throws IOException {
      requireAlive();
      Disk before = disk();
      boolean rows = !batch.transactions().isEmpty();
      if (rows && before.batch.equals(batch.id().hex()) && !has(Flaw.TAKES_A_BATCH_TWICE)) {
        return new Commit.Duplicate(before.position.orElseThrow());
      }
      Optional<Position> stands = has(Flaw.TRUSTS_ITS_MEMORY) ? remembered : before.position;
      if (isElsewhere(stands, batch)) {
        return new Commit.Conflict(before.position.orElseThrow());
      }
      Disk after = has(Flaw.PUBLISHES_AS_IT_READS) ? before : before.copy();
      Counts counts;
      try {
        counts = apply(batch, after, progress);
      } catch (RefusedException e) {
        return new Commit.Refused(
            batch.transactions().isEmpty() ? asset(batch) : table(), e.getMessage());
      }
      if (rows) {
        after.batch = batch.id().hex();
      }
      after.position =
          Optional.of(
              !rows && has(Flaw.STATES_MOVE_THE_POSITION)
                  ? new Position(batch.next().feed(), batch.next().text() + "+")
                  : batch.next());
      Commit.Applied applied =
          new Commit.Applied(batch.next(), counts.in() == 0 ? Map.of() : Map.of(table(), counts));
      synchronized (MemoryStore.this) {
        if (deaths != born) {
          if (has(Flaw.ANSWERS_BEFORE_IT_IS_DURABLE)) {
            return applied;
          }
          throw new IOException("The host of this target died");
        }
        if (isElsewhere(disk.position, batch) && !has(Flaw.TRUSTS_ITS_MEMORY)) {
          return new Commit.Conflict(disk.position.orElseThrow());
        }
        if (has(Flaw.TRUSTS_ITS_MEMORY)) {
          after.rows.putAll(disk.rows);
          remembered = after.position;
        }
        disk = after;
      }
      return applied;
    }

    private boolean isElsewhere(Optional<Position> stands, Batch batch) {
      return !has(Flaw.LOOKS_AT_NO_POSITION)
          && stands.isPresent()
          && !stands.get().equals(batch.expected());
    }

    private static Asset asset(Batch batch) {
      return batch.changedStates().get(0).asset();
    }

    private Asset table() {
      return TargetKit.ITEMS.asset();
    }

    private Counts apply(Batch batch, Disk to, Progress progress)
        throws IOException, RefusedException {
      for (TableState state : batch.changedStates()) {
        begin(state, to);
      }
      Counts counts = Counts.ZERO;
      Counts came = Counts.ZERO;
      List<Change> deletes = new ArrayList<>();
      long written = 0;
      try (Batch.Parts parts = batch.parts()) {
        for (Optional<Batch.Part> part = next(parts); part.isPresent(); part = next(parts)) {
          if (part.get() instanceof Batch.Part.Truncated truncated) {
            truncate(truncated, to);
            continue;
          }
          Batch.Part.Rows rows = (Batch.Part.Rows) part.get();
          Counts some = Counts.ZERO;
          for (int row = 0; row < rows.rows().rows(); row++) {
            some = some.plus(change(rows, row, to, deletes));
          }
          counts = counts.plus(some);
          Transaction.Origin origin = rows.transaction().origin();
          if (origin == Transaction.Origin.STREAM || origin == Transaction.Origin.SNAPSHOT) {
            came = came.plus(some);
          }
          written += rows.rows().rows();
          report(progress, written);
        }
      }
      for (Change delete : deletes) {
        to.rows.remove(delete.key());
      }
      for (Transaction transaction : batch.transactions()) {
        takeOut(transaction, to);
        finish(transaction, to);
      }
      if (has(Flaw.KEEPS_THE_LEDGER_IN_MIND)) {
        counted = counted.plus(came);
      }
      to.ledger = to.ledger.plus(came);
      if (has(Flaw.COUNTS_TWICE)) {
        to.ledger = to.ledger.plus(came);
      }
      for (TableState state : batch.changedStates()) {
        if (state.mode() == TableState.Mode.LIVE
            && !to.spool.isEmpty()
            && !has(Flaw.GOES_LIVE_PAST_ITS_SPOOL)) {
          throw new RefusedException("its spool is not empty");
        }
        to.states.put(state.asset(), state);
      }
      return counts;
    }

    private Optional<Batch.Part> next(Batch.Parts parts) throws IOException {
      try {
        return parts.next();
      } catch (IllegalStateException e) {
        if (has(Flaw.LETS_PASS_WHAT_NOBODY_JUDGED)) {
          return Optional.empty();
        }
        throw e;
      }
    }

    private void report(Progress progress, long written) throws IOException {
      try {
        progress.rows(written);
      } catch (IOException e) {
        if (!has(Flaw.CANNOT_BE_STOPPED)) {
          throw e;
        }
      }
    }

    /** A load reads everything again. */
    private void begin(TableState state, Disk to) {
      if (state.mode() == TableState.Mode.LOADING
          && state.load().filter(load -> load.rows() == 0).isPresent()) {
        to.spool.clear();
        to.quarantine.clear();
        to.stale.addAll(to.rows.keySet());
      }
    }

    private void finish(Transaction transaction, Disk to) {
      if (transaction.load().filter(Load::finished).isPresent()
          && !has(Flaw.LOADS_BESIDE_OLD_ROWS)) {
        to.rows.keySet().removeAll(to.stale);
        to.stale.clear();
      }
    }

    private void takeOut(Transaction transaction, Disk to) throws RefusedException {
      if (transaction.origin() != Transaction.Origin.DRAIN || has(Flaw.KEEPS_WHAT_WAS_DRAINED)) {
        return;
      }
      for (Change change : ((Stored) transaction).changes) {
        if (to.spool.remove(change.id) == null) {
          throw new RefusedException("its spool does not hold these rows any more");
        }
      }
    }

    private void truncate(Batch.Part.Truncated part, Disk to) {
      if (part.route() == Route.SPOOL) {
        long id = to.ids++;
        to.spool.put(id, new Change(id, RowBatch.Op.DELETE, List.of(), List.of(), true));
        return;
      }
      if (!has(Flaw.IGNORES_TRUNCATIONS)) {
        to.rows.clear();
      }
      if (!has(Flaw.TRUNCATES_ROWS_ONLY)) {
        to.quarantine.clear();
      }
    }

    private Counts change(Batch.Part.Rows part, int row, Disk to, List<Change> deletes)
        throws RefusedException {
      RowBatch rows = part.rows();
      Change change =
          new Change(
              to.ids++,
              rows.op(row),
              rows.hasBefore(row) ? TestTransaction.cells(rows.before(), row) : List.of(),
              TestTransaction.cells(rows.after(), row),
              false);
      boolean passes =
          has(Flaw.PUBLISHES_WHILE_PAUSED)
              || has(Flaw.LETS_NEW_ROWS_PASS_THE_SPOOL)
                  && part.state().mode() == TableState.Mode.DRAINING;
      if (part.route(row) == Route.SPOOL && !passes) {
        to.spool.put(change.id, change);
        return Counts.of(0, 0, 1);
      }
      if (part.transaction() instanceof Stored stored
          && stored.origin() == Transaction.Origin.REPLAY) {
        return replay(stored.changes.get(row).id, change, part.labels().good(row), to);
      }
      if (part.labels().good(row)) {
        publish(change, part.state(), to, deletes);
        return Counts.of(1, 0, 0);
      }
      close(change.key(), to);
      to.quarantine.put(
          change.id,
          new Entry(
              change,
              part.labels().violations(row),
              part.transaction().position().text(),
              rows.ordinal(row)));
      return Counts.of(0, 1, 0);
    }

    private Counts replay(long entry, Change change, boolean good, Disk to) {
      boolean open = to.quarantine.containsKey(entry);
      if (!open && !has(Flaw.REPLAYS_OVER_NEWER_ROWS)) {
        return Counts.ZERO;
      }
      if (!good) {
        if (has(Flaw.FORGETS_WHAT_IS_STILL_BAD)) {
          to.quarantine.remove(entry);
        }
        return Counts.of(0, 1, 0);
      }
      if (!has(Flaw.KEEPS_WHAT_WAS_REPLAYED)) {
        to.quarantine.remove(entry);
      }
      to.rows.put(change.key(), name(change, "null"));
      return Counts.of(1, 0, 0);
    }

    private void publish(Change change, TableState state, Disk to, List<Change> deletes)
        throws RefusedException {
      int old =
          change.before.isEmpty() ? change.key() : Integer.parseInt(change.before.get(0).text());
      Optional<Entry> open = entry(old, to);
      String known =
          open.map(entry -> name(entry.change, "null")).orElseGet(() -> to.rows.get(old));
      boolean mustBeThere =
          (change.op == RowBatch.Op.UPDATE || change.op == RowBatch.Op.DELETE)
              && state.mode() != TableState.Mode.LOADING;
      if (mustBeThere && known == null && !has(Flaw.UPSERTS_ANYTHING)) {
        throw new RefusedException("a row that changes is not there");
      }
      close(old, to);
      if (change.op == RowBatch.Op.DELETE) {
        if (has(Flaw.DELETES_LAST)) {
          deletes.add(change);
        } else {
          to.rows.remove(old);
        }
        return;
      }
      if (old != change.key()) {
        to.rows.remove(old);
      }
      to.stale.remove(change.key());
      if (has(Flaw.LOSES_A_ROW_NOW_AND_THEN) && name(change, "").endsWith("7")) {
        return;
      }
      to.rows.put(change.key(), name(change, String.valueOf(known)));
    }

    private String name(Change change, String unchanged) {
      TestCell cell = change.after.get(1);
      if (cell.state() == Tuples.State.VALUE) {
        return cell.text();
      }
      return cell.state() == Tuples.State.UNCHANGED && !has(Flaw.UNCHANGED_IS_NULL)
          ? unchanged
          : "null";
    }

    private static Optional<Entry> entry(int key, Disk in) {
      return in.quarantine.values().stream().filter(entry -> entry.change.key() == key).findFirst();
    }

    private void close(int key, Disk to) {
      if (!has(Flaw.KEEPS_OLD_ENTRIES)) {
        to.quarantine.values().removeIf(entry -> entry.change.key() == key);
      }
    }

    @Override
    public Feed spool(String feed, Asset asset) {
      return new Waiting(
          "spool",
          Transaction.Origin.DRAIN,
          () -> {
            List<Change> waiting = List.copyOf(disk().spool.values());
            if (has(Flaw.EMPTIES_A_SPOOL_BY_READING)) {
              disk().spool.clear();
            }
            return waiting;
          });
    }

    @Override
    public Feed quarantine(String feed, Asset asset, Selection selection) {
      return new Waiting(
          "quarantine",
          Transaction.Origin.REPLAY,
          () -> {
            boolean all = has(Flaw.REPLAYS_WHAT_NOBODY_SELECTED);
            List<Change> open =
                disk().quarantine.values().stream()
                    .filter(
                        entry ->
                            all
                                || selection.rule().isEmpty()
                                || entry.violations.stream()
                                    .anyMatch(
                                        broken -> broken.rule().equals(selection.rule().get())))
                    .limit(all ? Integer.MAX_VALUE : selection.limit())
                    .map(Entry::change)
                    .toList();
            if (has(Flaw.EMPTIES_A_QUARANTINE_BY_READING)) {
              disk().quarantine.clear();
            }
            return open;
          });
    }

    @Override
    public Map<Asset, Long> spooled(String feed) throws IOException {
      requireAlive();
      long rows = disk().spool.values().stream().filter(change -> !change.truncate).count();
      return rows == 0 ? Map.of() : Map.of(table(), rows);
    }

    @Override
    public long spooledBytes(String feed, Asset asset) {
      return disk().spool.size() * 16L;
    }

    @Override
    public List<Quarantined> quarantined(String feed, Asset asset, long afterId, int limit)
        throws IOException {
      requireAlive();
      return disk().quarantine.values().stream()
          .filter(entry -> entry.change.id > afterId)
          .limit(limit)
          .map(
              entry ->
                  new Quarantined(
                      entry.change.id,
                      table(),
                      entry.position,
                      entry.ordinal,
                      entry.violations.stream().map(Violation::rule).toList(),
                      has(Flaw.QUOTES_VALUES)
                          ? name(entry.change, "null") + " is bad"
                          : entry.violations.get(0).reason()))
          .toList();
    }

    @Override
    public Map<Asset, Counts> ledger(String feed) throws IOException {
      requireAlive();
      Counts sum = has(Flaw.KEEPS_THE_LEDGER_IN_MIND) ? counted : disk().ledger;
      return sum.in() == 0 ? Map.of() : Map.of(table(), sum);
    }

    @Override
    public void close() throws IOException {
      if (closed && has(Flaw.CANNOT_BE_CLOSED_TWICE)) {
        throw new IOException("The target is closed");
      }
      closed = true;
    }
  }

  @FunctionalInterface
  private interface Reading {
    List<Change> changes();
  }

  /** Rows that wait, as a feed of one transaction. */
  private final class Waiting implements Feed, Feed.Stream {
    private final String id;
    private final Transaction.Origin origin;
    private final Reading reading;
    private boolean read;
    private boolean exhausted;

    Waiting(String id, Transaction.Origin origin, Reading reading) {
      this.id = id;
      this.origin = origin;
      this.reading = reading;
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public Stream open(Optional<Position> after, Map<String, Relation> known) {
      return this;
    }

    @Override
    public Position start() {
      return disk().position.orElseThrow();
    }

    @Override
    public List<Relation> relations() {
      return List.of();
    }

    @Override
    public Optional<Transaction> next(Duration atMost) {
      List<Change> changes = read ? List.of() : reading.changes();
      read = true;
      exhausted = changes.isEmpty();
      return exhausted
          ? Optional.empty()
          : Optional.of(new Stored(origin, disk().position.orElseThrow(), changes));
    }

    @Override
    public boolean exhausted() {
      return exhausted;
    }

    @Override
    public void confirm(Position durable) {}

    @Override
    public void keepAlive() {}

    @Override
    public void load(Load from) {
      throw new IllegalStateException("What waits has no snapshot");
    }

    @Override
    public void stopLoad(Asset asset) {}

    @Override
    public Map<String, Probe<String>> health() {
      return Map.of();
    }

    @Override
    public void close() {}
  }

  /** Changes that waited. */
  private static final class Stored implements Transaction {
    private final Origin origin;
    private final Position position;
    private final List<Change> changes;
    private final TestTransaction whole;

    Stored(Origin origin, Position position, List<Change> changes) {
      this.origin = origin;
      this.position = position;
      this.changes = changes;
      this.whole = TestTransaction.at(position);
      for (Change change : changes) {
        if (change.truncate) {
          whole.truncate(TargetKit.ITEMS);
        } else if (change.op == RowBatch.Op.INSERT) {
          whole.insert(TargetKit.ITEMS, change.after);
        } else if (change.op == RowBatch.Op.DELETE) {
          whole.delete(TargetKit.ITEMS, change.after.get(0).text());
        } else if (change.op == RowBatch.Op.READ) {
          whole.read(TargetKit.ITEMS, change.after);
        } else if (change.before.isEmpty()) {
          whole.update(TargetKit.ITEMS, change.after);
        } else {
          whole.update(TargetKit.ITEMS, change.before, change.after);
        }
      }
    }

    @Override
    public String id() {
      return origin + ":" + changes.stream().map(Change::id).toList();
    }

    @Override
    public Origin origin() {
      return origin;
    }

    @Override
    public Position position() {
      return position;
    }

    @Override
    public Instant committedAt() {
      return Instant.EPOCH;
    }

    @Override
    public List<SchemaChange> schemaChanges() {
      return List.of();
    }

    @Override
    public Map<Relation, Long> rows() {
      return whole.rows();
    }

    @Override
    public List<Relation> truncated() {
      return whole.truncated();
    }

    @Override
    public Optional<Load> load() {
      return Optional.empty();
    }

    @Override
    public Changes changes() throws IOException {
      Changes all = whole.changes();
      return new Changes() {
        @Override
        public Optional<Chunk> next() throws IOException {
          return all.next();
        }

        @Override
        public void close() {
          all.close();
        }
      };
    }

    @Override
    public void close() {}
  }
}
