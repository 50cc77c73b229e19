package dev.weirkeeper.contracts.delta;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.contracts.engine.Frame;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.engine.Vec;
import dev.weirkeeper.contracts.gate.CellKind;
import dev.weirkeeper.contracts.gate.GateConflictException;
import dev.weirkeeper.contracts.gate.GatePlan;
import dev.weirkeeper.contracts.gate.GateRefusedException;
import dev.weirkeeper.contracts.gate.GateReport;
import dev.weirkeeper.contracts.gate.GateStep;
import dev.weirkeeper.contracts.gate.GateTally;
import dev.weirkeeper.contracts.gate.GateWrite;
import dev.weirkeeper.contracts.gate.LabelledFrame;
import dev.weirkeeper.contracts.gate.Typing;
import io.delta.kernel.Snapshot;
import io.delta.kernel.TransactionCommitResult;
import io.delta.kernel.data.FilteredColumnarBatch;
import io.delta.kernel.data.Row;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.exceptions.KernelException;
import io.delta.kernel.types.StructType;
import io.delta.kernel.utils.CloseableIterator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One batch on its way into a Delta table. Rows wait in a {@link Spool}; once their fate is known,
 * they are written into the folders of table and quarantine, and two commits make them count.
 */
final class DeltaWrite implements GateWrite {
  private static final SecureRandom ATTEMPTS = new SecureRandom();
  // So many numbers are exact in every JSON reader.
  private static final long ATTEMPT_BITS = (1L << 52) - 1;
  private static final int TRIES = 50;

  private final DeltaGateTarget target;
  private final GatePlan plan;
  private final Engine engine;
  private final List<CellKind> kinds;
  private final Spool spool;
  private final boolean checks;
  private final BitSet bad = new BitSet();

  private Snapshot snapshot;
  private long in;
  private @Nullable List<DeltaChecks.Answer> answers;
  private Set<Integer> routed = Set.of();
  private @Nullable GateTally tally;
  private BitSet quarantined = bad;
  private List<DeltaTable.Staged> staged = List.of();

  DeltaWrite(DeltaGateTarget target, GatePlan plan, Snapshot snapshot) throws IOException {
    this.target = target;
    this.plan = plan;
    this.snapshot = snapshot;
    engine = target.table().engine();
    kinds = plan.typings().stream().map(typing -> typing.column().kind()).toList();
    checks = !plan.checks().isEmpty();
    spool = new Spool(target.spool());
    target.reached(GateStep.BEGUN);
  }

  @Override
  public Optional<String> version() {
    return Optional.of(Long.toString(snapshot.getVersion()));
  }

  @Override
  public FrameSource replayed() {
    throw new IllegalStateException("The plan of this write is no replay");
  }

  @Override
  public void accept(LabelledFrame rows) throws IOException, GateRefusedException {
    Frame frame = rows.frame();
    int count = frame.rows();
    if (in + count > Integer.MAX_VALUE - 8) {
      throw new GateRefusedException(
          "A batch for a Delta table has at most " + Integer.MAX_VALUE + " rows; send it in parts");
    }
    boolean[] good = new boolean[count];
    String[] digests = new String[count];
    String[] untyped = new String[count];
    int[][] broken = new int[count][];
    for (int row = 0; row < count; row++) {
      good[row] = rows.isGood(row);
      broken[row] = rows.broken()[row];
      digests[row] = checks || !good[row] ? rows.digest(row) : "";
      untyped[row] = good[row] ? "" : untyped(frame, row);
      if (!good[row]) {
        bad.set(Math.toIntExact(rows.firstRow() + row));
      }
    }
    List<Vec> columns = new ArrayList<>();
    for (int i = 0; i < plan.typings().size(); i++) {
      columns.add(Columns.typed(plan.typings().get(i), frame.columns().get(i), count, good));
    }
    long[] considered = checks ? rows.considered() : new long[0];
    spool.add(
        new Spool.Chunk(rows.firstRow(), count, columns, considered, broken, digests, untyped));
    in += count;
    target.reached(GateStep.LOADED);
  }

  /** Values that have no place in their columns, as they came. */
  private String untyped(Frame frame, int row) {
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < plan.typings().size(); i++) {
      Typing typing = plan.typings().get(i);
      Vec column = frame.columns().get(i);
      if (!column.isNull(row) && !typing.always() && !typing.fits(column, row)) {
        values.put(typing.column().name(), storable(typing.text(column, row)));
      }
    }
    return values.isEmpty() ? "" : Json.of(values).text();
  }

  /** Text without what UTF-8 cannot carry: halves of pairs; and NUL, written the same way. */
  private static String storable(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (c == 0 || Character.getType(c) == Character.SURROGATE) {
                out.append("\\u").append(HexFormat.of().toHexDigits((char) c));
              } else {
                out.appendCodePoint(c);
              }
            });
    return out.toString();
  }

  @Override
  public List<Long> check(CallControl control)
      throws IOException, GateConflictException, GateRefusedException {
    if (checks) {
      Snapshot now = target.table().latest();
      requireSame(now);
      snapshot = now;
      answers = target.checks(plan, spool).answers(now, control);
    } else {
      answers = List.of();
    }
    target.reached(GateStep.CHECKED);
    return requireNonNull(answers).stream().map(DeltaChecks.Answer::count).toList();
  }

  /** What was judged against another schema is judged anew. */
  private void requireSame(Snapshot now) throws GateConflictException {
    boolean same =
        now.getVersion() == snapshot.getVersion()
            || (now.getSchema().equals(snapshot.getSchema())
                && now.getTableProperties().equals(snapshot.getTableProperties())
                && now.getPartitionColumnNames().equals(snapshot.getPartitionColumnNames())
                && now.getProtocol().equals(snapshot.getProtocol()));
    if (!same) {
      throw new GateConflictException(GateConflictException.Again.WRITE);
    }
  }

  @Override
  public GateTally route(Set<Integer> sending) {
    List<DeltaChecks.Answer> given = answers;
    if (given == null) {
      throw new IllegalStateException("Ask check() first");
    }
    routed = new HashSet<>(sending);
    quarantined = (BitSet) bad.clone();
    for (int check : routed) {
      quarantined.or(given.get(check).inBatch());
      quarantined.or(given.get(check).inTarget());
    }
    long kept = quarantined.cardinality();
    GateTally result = GateTally.of(in - kept, kept, 0);
    tally = result;
    return result;
  }

  @Override
  public GateReport commit(GateReport draft)
      throws IOException, GateConflictException, GateRefusedException {
    GateTally expected = tally;
    if (expected == null || !expected.equals(draft.tally())) {
      throw new IllegalStateException("The report is not about the rows that were routed");
    }
    Hash batch = draft.batch().orElseThrow();
    long attempt = 1 + (ATTEMPTS.nextLong() & ATTEMPT_BITS);
    TransactionCommitResult result = null;
    GateReport report;
    FolderLock turn = target.hold();
    try (turn) {
      boolean kept = false;
      int tries = 0;
      while (true) {
        Snapshot now = target.table().latest();
        Optional<GateReport> before = target.settled(batch, now);
        if (before.isPresent()) {
          return before.get();
        }
        requireSame(now);
        requireChecked(now);
        snapshot = now;
        if (!kept) {
          target.requireRoom(expected.quarantined());
          stageGood(expected.published());
          keepBad(batch, attempt, expected.quarantined());
          kept = true;
          target.reached(GateStep.QUARANTINED);
        }
        report =
            draft.between(
                Optional.of(Long.toString(now.getVersion())),
                Optional.of(Long.toString(now.getVersion() + 1)));
        Ledger.Intent intent = new Ledger.Intent(batch, attempt, now.getVersion());
        target.ledger().intend(intent, report);
        target.reached(GateStep.INTENDED);
        result = publish(batch, attempt);
        if (result != null || isPublished(batch, attempt)) {
          staged = List.of();
          target.reached(GateStep.PUBLISHED);
          target.ledger().done(batch, attempt, report);
          target.reached(GateStep.LEDGERED);
          target.ledger().forget(intent);
          break;
        }
        target.ledger().withdraw(intent);
        if (++tries > TRIES) {
          throw new GateConflictException(GateConflictException.Again.CHECKS);
        }
      }
    }
    target.reached(GateStep.COMMITTED);
    if (result != null) {
      target.table().settle(result);
    }
    return report;
  }

  /** What was asked of another version is asked anew. */
  private void requireChecked(Snapshot now) throws GateConflictException {
    if (now.getVersion() != snapshot.getVersion() && checks) {
      discard();
      throw new GateConflictException(GateConflictException.Again.CHECKS);
    }
  }

  /**
   * One commit as the version after the one that was checked, or none: Kernel is told not to move
   * it behind what others wrote meanwhile.
   *
   * @return null if there is no telling from the answer: another writer was faster, or it is lost
   */
  private @Nullable TransactionCommitResult publish(Hash batch, long attempt) throws IOException {
    try {
      return target
          .table()
          .append(
              DeltaTable.writing(snapshot, "batch " + batch.hex())
                  .withTransactionId(DeltaGateTarget.application(batch), attempt)
                  .withMaxRetries(0),
              staged);
    } catch (RuntimeException e) {
      return unanswered(batch, attempt, e);
    }
  }

  private @Nullable TransactionCommitResult unanswered(
      Hash batch, long attempt, RuntimeException cause) throws IOException {
    Snapshot now;
    boolean there;
    try {
      now = target.table().latest();
      there = isPublished(batch, attempt);
    } catch (IOException e) {
      // Whether files are in the table is open: they stay.
      staged = List.of();
      cause.addSuppressed(e);
      throw new IOException(
          "It cannot be known whether batch "
              + batch.brief()
              + " is published in "
              + target.asset()
              + "; send it again, which settles it",
          cause);
    }
    if (there || now.getVersion() > snapshot.getVersion()) {
      return null;
    }
    // Nobody else wrote: the table refused it, or its folder cannot be written.
    staged = cause instanceof KernelException ? staged : List.of();
    throw new IOException(
        "Batch "
            + batch.brief()
            + " is not published in "
            + target.asset()
            + "; look at the cause and send it again",
        cause);
  }

  private boolean isPublished(Hash batch, long attempt) throws IOException {
    Snapshot now = target.table().latest();
    try {
      return now.getLatestTransactionVersion(engine, DeltaGateTarget.application(batch))
          .map(stored -> stored == attempt)
          .orElse(false);
    } catch (RuntimeException e) {
      throw new IOException("Cannot read the transactions of " + target.table().path(), e);
    }
  }

  // Files.

  private void stageGood(long expected) throws IOException, GateRefusedException {
    discard();
    StructType schema = snapshot.getSchema();
    Map<String, Integer> places = new LinkedHashMap<>();
    for (int i = 0; i < plan.typings().size(); i++) {
      places.put(plan.typings().get(i).column().name(), i);
    }
    List<Partitions.One> partitions =
        Partitions.of(snapshot, places, spool.read(kinds), quarantined);
    List<DeltaTable.Staged> done = new ArrayList<>();
    long[] rows = {0};
    try {
      Row state = DeltaTable.writing(snapshot, "files").build(engine).getTransactionState(engine);
      for (Partitions.One partition : partitions) {
        Batches batches =
            new Batches(
                chunk -> {
                  int[] picked =
                      picked(
                          chunk,
                          row ->
                              !quarantined.get(Math.toIntExact(chunk.first() + row))
                                  && partition.has(chunk, row));
                  rows[0] += picked.length;
                  List<Optional<Vec>> columns = new ArrayList<>();
                  for (String name : schema.fieldNames()) {
                    columns.add(
                        Optional.ofNullable(places.get(name)).map(at -> chunk.columns().get(at)));
                  }
                  return Columns.batch(schema, columns, picked);
                });
        done.add(target.table().stage(state, partition.values(), batches));
      }
    } catch (KernelException e) {
      throw new GateRefusedException("Delta Kernel does not write the batch: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      throw new IOException("Cannot write files into " + target.table().path(), e);
    } finally {
      staged = done;
    }
    requireCount("published", rows[0], expected);
  }

  private void keepBad(Hash batch, long attempt, long expected)
      throws IOException, GateRefusedException {
    if (expected == 0) {
      return;
    }
    List<DeltaChecks.Answer> given = requireNonNull(answers);
    DeltaTable table = target.quarantine().table();
    Snapshot now = table.latest();
    DeltaQuarantine.Form form = new DeltaQuarantine.Form(plan, batch, attempt, now.getSchema());
    DeltaQuarantine.Broken broken =
        (check, row) -> {
          int at = Math.toIntExact(row);
          DeltaChecks.Answer answer = given.get(check);
          boolean unique =
              plan.checks().get(check) instanceof dev.weirkeeper.contracts.gate.TargetCheck.Unique;
          return answer.inBatch().get(at)
              ? Optional.of(unique ? "repeated in the batch" : "missing")
              : answer.inTarget().get(at) ? Optional.of("in the target already") : Optional.empty();
        };
    long[] rows = {0};
    DeltaTable.Staged files = null;
    try {
      Row state = DeltaTable.writing(now, "files").build(engine).getTransactionState(engine);
      files =
          table.stage(
              state,
              Map.of(),
              new Batches(
                  chunk -> {
                    int[] picked =
                        picked(chunk, row -> quarantined.get(Math.toIntExact(chunk.first() + row)));
                    rows[0] += picked.length;
                    return form.batch(chunk, picked, broken);
                  }));
      requireCount("quarantined", rows[0], expected);
      TransactionCommitResult result =
          table.append(
              DeltaTable.writing(now, "quarantine of batch " + batch.hex()), List.of(files));
      files = null;
      table.settle(result);
    } catch (RuntimeException e) {
      // Whether the commit is there is open. If it is, its rows do not count.
      files = null;
      throw new GateRefusedException(
          "The quarantine at "
              + table.path()
              + " cannot be written; nothing is published. Mend it, and send the batch again",
          e);
    } finally {
      if (files != null) {
        table.discard(files.files());
      }
    }
  }

  private void requireCount(String what, long rows, long expected) throws IOException {
    if (rows != expected) {
      throw new IOException(
          rows + " rows would be " + what + ", not " + expected + "; nothing is published");
    }
  }

  private interface Test {
    boolean is(int row);
  }

  private static int[] picked(Spool.Chunk chunk, Test wanted) {
    int[] rows = new int[chunk.rows()];
    int count = 0;
    for (int row = 0; row < chunk.rows(); row++) {
      if (wanted.is(row)) {
        rows[count++] = row;
      }
    }
    return java.util.Arrays.copyOf(rows, count);
  }

  private interface Shape {
    FilteredColumnarBatch of(Spool.Chunk chunk);
  }

  /** The spool as Kernel reads it, without chunks of which no row is wanted. */
  private final class Batches implements CloseableIterator<FilteredColumnarBatch> {
    private final Spool.Reader reader;
    private final Shape shape;
    private @Nullable FilteredColumnarBatch next;

    Batches(Shape shape) throws IOException {
      this.shape = shape;
      reader = spool.read(kinds);
    }

    @Override
    public boolean hasNext() {
      try {
        while (next == null) {
          Optional<Spool.Chunk> chunk = reader.next();
          if (chunk.isEmpty()) {
            return false;
          }
          FilteredColumnarBatch batch = shape.of(chunk.get());
          next = batch.getData().getSize() == 0 ? null : batch;
        }
        return true;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public FilteredColumnarBatch next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      FilteredColumnarBatch batch = requireNonNull(next);
      next = null;
      return batch;
    }

    @Override
    public void close() {
      // The spool is closed with the write.
    }
  }

  private void discard() {
    staged.forEach(part -> target.table().discard(part.files()));
    staged = List.of();
  }

  @Override
  public void close() throws IOException {
    discard();
    spool.close();
  }
}
