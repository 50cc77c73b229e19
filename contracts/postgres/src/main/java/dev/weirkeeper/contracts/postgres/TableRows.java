package dev.weirkeeper.contracts.postgres;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Batch;
import dev.weirkeeper.Labels;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.RowBatches;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.TableState;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.Transaction.Origin;
import dev.weirkeeper.Tuples;
import dev.weirkeeper.Violation;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one table while one batch is written. Plain inserts go straight from the wire into a
 * COPY. All else is collected into runs whose net effect per key is applied set-based.
 */
final class TableRows {
  static final String REFUSED_RULE = "target-refused";

  private static final int COPY_BUFFER = 1 << 18;
  private static final int RUN_EVENTS = 16_384;
  private static final long RUN_BYTES = 8L << 20;
  private static final int WORTH_A_COPY = 500;

  private final BatchWriter writer;
  private final TableState state;
  private final Relation accepted;
  private final int id;
  private final TargetTable table;
  private final Quarantine quarantine;
  private final List<String> keyIds;
  private final Map<Relation, Mapping> mappings = new HashMap<>();

  private final String copySql;
  private final Bytes copyBuffer = new Bytes(1 << 14);
  private long copyRows;

  private final List<Event> run = new ArrayList<>();
  private long runBytes;
  private int refused;

  TableRows(BatchWriter writer, TableState state) throws SQLException, RefusalException {
    this.writer = writer;
    this.state = state;
    this.accepted =
        state
            .accepted()
            .orElseThrow(
                () ->
                    new RefusalException(
                        state.asset(), "the target has no table for it yet; create it first"));
    if (accepted.identity() instanceof RowIdentity.Whole) {
      throw new RefusalException(
          state.asset(),
          "it has no key, and a row that is only known as a whole cannot be found again;"
              + " give the source table a primary key");
    }
    this.keyIds = accepted.identity() instanceof RowIdentity.Key key ? key.columnIds() : List.of();
    this.id = writer.assetId(state.asset());
    this.table = new TargetTable(writer.session(), state.asset(), accepted);
    this.quarantine = writer.quarantine(id);
    this.copySql = table.copySql();
  }

  Asset asset() {
    return state.asset();
  }

  int id() {
    return id;
  }

  TableState state() {
    return state;
  }

  TargetTable target() {
    return table;
  }

  Quarantine quarantine() {
    return quarantine;
  }

  boolean keyless() {
    return keyIds.isEmpty();
  }

  /** Whether a missing row contradicts nothing: the snapshot may not have come to it yet. */
  boolean loading() throws SQLException {
    return state.load().isPresent() || writer.hasStale(id);
  }

  boolean hasStale() throws SQLException {
    return writer.hasStale(id);
  }

  void add(Batch.Part.Rows part) throws SQLException, RefusalException, IOException {
    RowBatch rows = part.rows();
    Mapping mapping =
        mappings.computeIfAbsent(
            rows.relation(), relation -> new Mapping(accepted, relation, keyIds));
    if (!keyless()) {
      for (int column : mapping.key) {
        if (column < 0) {
          throw new RefusalException(
              asset(), "its rows do not bring the key that the target's table has");
        }
      }
    }
    if (copyable(part, mapping)) {
      flushRun();
      copy(part, mapping);
    } else {
      sendCopy();
      collect(part, mapping);
    }
  }

  /** Whether all rows are new and none meets an open key, so that order does not matter. */
  private boolean copyable(Batch.Part.Rows part, Mapping mapping) throws SQLException {
    RowBatch rows = part.rows();
    Origin origin = part.transaction().origin();
    if (writer.careful()
        || origin == Origin.REPLAY
        || !run.isEmpty() && rows.rows() < WORTH_A_COPY) {
      return false;
    }
    RowBatch.Op only = origin == Origin.SNAPSHOT ? RowBatch.Op.READ : RowBatch.Op.INSERT;
    if (only == RowBatch.Op.READ
        ? writer.overlapping(id) || hasStale()
        : state.load().isPresent()) {
      return false;
    }
    for (int row = 0; row < rows.rows(); row++) {
      if (rows.op(row) != only) {
        return false;
      }
    }
    if (keyless() || quarantine.nothingOpen() && part.labels().allGood()) {
      return true;
    }
    List<Key> keys = new ArrayList<>(rows.rows());
    Tuples after = rows.after();
    for (int row = 0; row < rows.rows(); row++) {
      for (int column : mapping.key) {
        if (!after.isValue(row, column)) {
          return false;
        }
      }
      keys.add(Key.of(after, row, mapping.key));
    }
    quarantine.ask(keys);
    Set<Key> seen = new HashSet<>();
    for (Key key : keys) {
      if (quarantine.isOpen(key) || !seen.add(key)) {
        return false;
      }
    }
    return true;
  }

  private void copy(Batch.Part.Rows part, Mapping mapping) throws SQLException, RefusalException {
    RowBatch rows = part.rows();
    Labels labels = part.labels();
    boolean allGood = labels.allGood();
    Tuples after = rows.after();
    byte[] data = after.data();
    int[] source = mapping.source;
    Bytes out = copyBuffer;
    long published = 0;
    for (int row = 0; row < rows.rows(); row++) {
      if (!allGood && !labels.good(row)) {
        hold(Event.of(part, mapping, row));
        continue;
      }
      for (int column = 0; column < source.length; column++) {
        if (column > 0) {
          out.put('\t');
        }
        int from = source[column];
        int length = from < 0 ? -1 : after.length(row, from);
        if (length >= 0) {
          out.putCopyText(data, after.offset(row, from), length);
          continue;
        }
        byte[] other =
            from >= 0 && after.state(row, from) == Tuples.State.NULL
                ? Image.NULL
                : mapping.fallback[column];
        if (other == Image.NULL) {
          out.put('\\');
          out.put('N');
        } else {
          out.putCopyText(other, 0, other.length);
        }
      }
      out.put('\n');
      published++;
      copyRows++;
      if (out.length() >= COPY_BUFFER) {
        sendCopy();
      }
    }
    writer.ledger().published(asset(), id, part.transaction().origin(), published);
  }

  /** A bad new row whose key is not open. */
  private void hold(Event event) throws SQLException, RefusalException {
    Image image = event.images().after();
    quarantine.open(event.entry(image, keyOf(image, event.mapping())));
    writer.ledger().quarantined(asset(), id, event.transaction().origin(), 1);
  }

  Optional<Key> keyOf(Image image, Mapping mapping) throws RefusalException {
    if (keyless()) {
      return Optional.empty();
    }
    byte[][] values = new byte[mapping.key.length][];
    for (int i = 0; i < values.length; i++) {
      values[i] = image.cell(mapping.key[i]);
      if (!Image.isValue(values[i])) {
        throw new RefusalException(
            asset(),
            "a row came without a value of its key; check the replica identity of the source");
      }
    }
    return Optional.of(Key.of(values));
  }

  void sendCopy() throws SQLException, RefusalException {
    if (copyRows > 0) {
      try {
        writer.session().copy(copySql, Session.Format.TEXT, copyBuffer, copyRows);
      } catch (SQLException e) {
        throw unlessTable(e);
      }
      copyBuffer.clear();
      copyRows = 0;
    }
  }

  /** Passes an error on, unless it says that the table as it is does not take the rows. */
  private SQLException unlessTable(SQLException e) throws RefusalException {
    if (Failures.kind(e) == Failures.Kind.TABLE) {
      throw new RefusalException(
          asset(),
          "the target's table "
              + table.name()
              + " does not take its rows (SQLSTATE "
              + Failures.state(e)
              + "); check its columns, its key and the rights of this login");
    }
    return e;
  }

  private void collect(Batch.Part.Rows part, Mapping mapping)
      throws SQLException, RefusalException, IOException {
    RowBatch rows = part.rows();
    for (int row = 0; row < rows.rows(); row++) {
      Event event = Event.of(part, mapping, row);
      run.add(event);
      runBytes += event.encoded().length + 64L;
      if (run.size() >= RUN_EVENTS || runBytes >= RUN_BYTES) {
        flushRun();
        writer.progress();
      }
    }
  }

  /** Sends all rows that came so far. */
  void flush() throws SQLException, RefusalException {
    sendCopy();
    flushRun();
  }

  private void flushRun() throws SQLException, RefusalException {
    if (run.isEmpty()) {
      return;
    }
    List<Event> events = List.copyOf(run);
    run.clear();
    runBytes = 0;
    try {
      if (writer.careful()) {
        bisect(events);
      } else {
        apply(events);
      }
    } catch (SQLException e) {
      throw unlessTable(e);
    }
  }

  private void apply(List<Event> events) throws SQLException, RefusalException {
    Net net = new Net(this);
    net.apply(events);
  }

  /** Applies as many events at once as the database takes, down to the one that it refuses. */
  private void bisect(List<Event> events) throws SQLException, RefusalException {
    writer.session().execute("SAVEPOINT weirkeeper_run");
    try {
      apply(events);
      writer.session().execute("RELEASE SAVEPOINT weirkeeper_run");
      return;
    } catch (SQLException e) {
      if (Failures.kind(e) != Failures.Kind.ROW) {
        throw e;
      }
      writer.session().rollbackTo("weirkeeper_run");
      writer.session().execute("RELEASE SAVEPOINT weirkeeper_run");
      if (events.size() == 1) {
        refuse(events.get(0), Failures.state(e));
        return;
      }
    }
    int half = events.size() / 2;
    bisect(events.subList(0, half));
    bisect(events.subList(half, events.size()));
  }

  private void refuse(Event event, String sqlState) throws SQLException, RefusalException {
    if (event.sqlState().isPresent()) {
      throw new RefusalException(
          asset(),
          "the database refuses a row (SQLSTATE " + sqlState + ") that cannot be kept back alone");
    }
    if (++refused > writer.refusedBudget()) {
      throw new RefusalException(
          asset(),
          "the database refuses more than "
              + writer.refusedBudget()
              + " rows of one batch (SQLSTATE "
              + sqlState
              + "); check the target's table against the source");
    }
    Violation violation =
        new Violation(REFUSED_RULE, "the database refused the row, SQLSTATE " + sqlState);
    bisect(List.of(event.refused(violation, sqlState)));
  }

  /**
   * An event with the judgement of its image as completed by values that waited in quarantine. A
   * value that was not sent passes its rules since it was judged when it was written; these were
   * not written.
   */
  Event judged(Event event, Image completed) {
    if (!event.good()) {
      return event;
    }
    byte[] encoded = completed.encode(event.op());
    RowBatches batches = new RowBatches();
    batches.start(encoded, 1);
    batches.add(completed.relation(), event.ordinal(), 0, encoded.length);
    Labels labels = writer.judge(batches.finish().get(0));
    return labels.good(0) ? event : event.breaking(labels.violations(0));
  }

  BatchWriter writer() {
    return writer;
  }

  /** A row change that waits to be applied. Copied, since batches do not outlive their chunk. */
  record Event(
      Transaction transaction,
      Mapping mapping,
      Relation relation,
      RowBatch.Op op,
      long ordinal,
      byte[] encoded,
      List<Violation> violations,
      Optional<String> sqlState) {

    static Event of(Batch.Part.Rows part, Mapping mapping, int row) {
      RowBatch rows = part.rows();
      return new Event(
          part.transaction(),
          mapping,
          rows.relation(),
          rows.op(row),
          rows.ordinal(row),
          rows.encoded(row),
          part.labels().good(row) ? List.of() : part.labels().violations(row),
          Optional.empty());
    }

    Event refused(Violation violation, String state) {
      return new Event(
          transaction,
          mapping,
          relation,
          op,
          ordinal,
          encoded,
          List.of(violation),
          Optional.of(state));
    }

    Event breaking(List<Violation> rules) {
      return new Event(
          transaction, mapping, relation, op, ordinal, encoded, rules, Optional.empty());
    }

    boolean good() {
      return violations.isEmpty();
    }

    Image.Both images() {
      return Image.decode(relation, encoded);
    }

    /** The entry of a replay that this row is. */
    @Nullable Long replays() {
      return transaction instanceof StoredTransaction stored
              && stored.origins() instanceof StoredTransaction.Entries entries
          ? (Long) entries.ids()[(int) ordinal]
          : null;
    }

    Quarantine.Entry entry(Image image, Optional<Key> key) {
      return new Quarantine.Entry(key, op, image, violations, sqlState, transaction, ordinal);
    }
  }
}
