package dev.weirkeeper.contracts.delta;

import static java.util.Objects.requireNonNull;

import dev.weirkeeper.CallControl;
import dev.weirkeeper.contracts.Expr;
import dev.weirkeeper.contracts.RowTest;
import dev.weirkeeper.contracts.ValueTests;
import dev.weirkeeper.contracts.engine.Frame;
import dev.weirkeeper.contracts.engine.FrameSource;
import dev.weirkeeper.contracts.engine.MetricException;
import dev.weirkeeper.contracts.engine.Vec;
import dev.weirkeeper.contracts.gate.CellKind;
import dev.weirkeeper.contracts.gate.Duplicates;
import dev.weirkeeper.contracts.gate.GatePlan;
import dev.weirkeeper.contracts.gate.GateRefusedException;
import dev.weirkeeper.contracts.gate.TargetCheck;
import dev.weirkeeper.contracts.gate.TargetColumn;
import dev.weirkeeper.contracts.gate.Typing;
import dev.weirkeeper.contracts.memory.MemoryBudget;
import dev.weirkeeper.contracts.memory.RowLabeller;
import io.delta.kernel.Snapshot;
import io.delta.kernel.engine.Engine;
import io.delta.kernel.expressions.And;
import io.delta.kernel.expressions.Column;
import io.delta.kernel.expressions.Literal;
import io.delta.kernel.expressions.Predicate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Answers what only the target knows: keys of the batch are held in memory, the columns of the
 * table are read past them. What it needs grows with the batch, never with the table.
 */
final class DeltaChecks {
  private static final Expr TRUE = Expr.always(Expr.Truth.TRUE);

  /** Rows that break a check: because of other rows of the batch, or because of the target. */
  record Answer(BitSet inBatch, BitSet inTarget) {
    long count() {
      return inBatch.cardinality() + (long) inTarget.cardinality();
    }
  }

  /** Tables that a contract may refer to, by the names it has for them. */
  interface References {
    Snapshot table(String name) throws IOException, GateRefusedException;
  }

  private final GatePlan plan;
  private final List<TargetColumn> columns;
  private final List<CellKind> kinds;
  private final Engine engine;
  private final References references;
  private final String self;
  private final long maxKeys;
  private final Spool spool;
  private final Keys keys = new Keys();

  /**
   * @param self the name of the target in contracts
   * @param maxKeys of a batch that a check may hold
   */
  DeltaChecks(
      GatePlan plan, Engine engine, References references, String self, long maxKeys, Spool spool) {
    this.plan = plan;
    this.engine = engine;
    this.references = references;
    this.self = self;
    this.maxKeys = maxKeys;
    this.spool = spool;
    columns = plan.typings().stream().map(Typing::column).toList();
    kinds = columns.stream().map(TargetColumn::kind).toList();
  }

  List<Answer> answers(Snapshot target, CallControl control)
      throws IOException, GateRefusedException {
    Map<Integer, Answer> answers = new TreeMap<>();
    List<Integer> own = new ArrayList<>();
    for (int i = 0; i < plan.checks().size(); i++) {
      requireWanted(control);
      TargetCheck check = plan.checks().get(i);
      if (check instanceof TargetCheck.Unique unique) {
        answers.put(i, unique(unique, i, target, control));
      } else if (((TargetCheck.Refers) check).table().equals(self)) {
        own.add(i);
      } else {
        answers.put(i, refers((TargetCheck.Refers) check, i, target, List.of(), control));
      }
    }
    // A row may be good only because of the one that it refers to, which another check may break.
    boolean more = true;
    while (more) {
      more = false;
      for (int i : own) {
        requireWanted(control);
        Answer before = answers.remove(i);
        Answer now =
            refers(
                (TargetCheck.Refers) plan.checks().get(i),
                i,
                target,
                List.copyOf(answers.values()),
                control);
        answers.put(i, now);
        more |= own.size() > 1 && (before == null || now.count() > before.count());
      }
    }
    return List.copyOf(answers.values());
  }

  private static void requireWanted(CallControl control) throws GateRefusedException {
    Optional<String> given = control.cancelled().get();
    if (given.isPresent()) {
      throw new GateRefusedException("The write was given up: " + given.get());
    }
  }

  private void requireRoom(int held) throws GateRefusedException {
    if (held > maxKeys) {
      throw new GateRefusedException(
          "A rule that reads the target would have to hold more than the "
              + maxKeys
              + " keys that this target may hold in memory; send smaller batches, or let the host"
              + " allow more by maxKeys");
    }
  }

  private List<Vec> of(Spool.Chunk chunk, List<String> names) {
    return names.stream().map(name -> chunk.columns().get(at(name))).toList();
  }

  private int at(String name) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().equals(name)) {
        return i;
      }
    }
    throw new IllegalStateException("The input has no column \"" + name + "\"");
  }

  /** Sees rows that a check is about. */
  private interface Rows {
    void row(Spool.Chunk chunk, int row, int number) throws GateRefusedException;
  }

  private void each(int check, Rows rows) throws IOException, GateRefusedException {
    Spool.Reader reader = spool.read(kinds);
    for (Optional<Spool.Chunk> next = reader.next(); next.isPresent(); next = reader.next()) {
      Spool.Chunk chunk = next.get();
      for (int row = 0; row < chunk.rows(); row++) {
        if ((chunk.considered()[row] & (1L << check)) != 0) {
          rows.row(chunk, row, Math.toIntExact(chunk.first() + row));
        }
      }
    }
  }

  // Uniqueness.

  /** Rows of the batch with one key. */
  private static final class Group {
    int count;
    int best;
    boolean bestIsBad;
    @Nullable Object[] bestBy = {};
    boolean taken;
  }

  /** The span of a column in the batch, by which files of the table are skipped. */
  private static final class Span {
    long low = Long.MAX_VALUE;
    long high = Long.MIN_VALUE;
    boolean known = true;

    void add(Vec values, int row) {
      if (values.isNull(row)) {
        known = false;
      } else if (values instanceof Vec.Longs longs) {
        add(longs.values()[row]);
      } else if (values instanceof Vec.Days days) {
        add(days.values()[row]);
      } else {
        known = false;
      }
    }

    private void add(long value) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }

    Optional<Predicate> over(TargetColumn column) {
      if (!known || low > high) {
        return Optional.empty();
      }
      Column name = new Column(column.name());
      return literal(column.kind(), low)
          .flatMap(
              from ->
                  literal(column.kind(), high)
                      .map(
                          to ->
                              new And(
                                  new Predicate(">=", name, from), new Predicate("<=", name, to))));
    }

    private static Optional<Literal> literal(CellKind kind, long value) {
      return switch (kind) {
        case INT8 ->
            value == (byte) value ? Optional.of(Literal.ofByte((byte) value)) : Optional.empty();
        case INT16 ->
            value == (short) value ? Optional.of(Literal.ofShort((short) value)) : Optional.empty();
        case INT32 ->
            value == (int) value ? Optional.of(Literal.ofInt((int) value)) : Optional.empty();
        case INT64 -> Optional.of(Literal.ofLong(value));
        case DATE ->
            value == (int) value ? Optional.of(Literal.ofDate((int) value)) : Optional.empty();
        default -> Optional.empty();
      };
    }
  }

  private Answer unique(TargetCheck.Unique check, int index, Snapshot target, CallControl control)
      throws IOException, GateRefusedException {
    Map<Keys.Key, Group> groups = new HashMap<>();
    Span span = new Span();
    boolean keepsFirst = check.duplicates().keep() == Duplicates.Keep.FIRST;
    List<String> by =
        check.duplicates().by().stream()
            .filter(name -> columns.stream().anyMatch(column -> column.name().equals(name)))
            .toList();
    if (by.size() < check.duplicates().by().size()) {
      throw new GateRefusedException(
          "The input lacks a column by which the first of several rows is found: "
              + check.duplicates().by());
    }
    each(
        index,
        (chunk, row, number) -> {
          List<Vec> values = of(chunk, check.columns());
          Optional<Keys.Key> key = keys.of(values, row, check.nulls());
          if (key.isEmpty()) {
            return;
          }
          span.add(values.get(0), row);
          Group group = groups.computeIfAbsent(key.get(), any -> new Group());
          requireRoom(groups.size());
          group.count++;
          if (keepsFirst) {
            @Nullable Object[] order = order(of(chunk, by), row);
            boolean bad = chunk.isBad(row);
            if (group.count == 1 || isBefore(bad, order, group)) {
              group.best = number;
              group.bestIsBad = bad;
              group.bestBy = order;
            }
          }
        });
    if (!groups.isEmpty()) {
      markTaken(check, groups, span, target, control);
    }
    Answer answer = new Answer(new BitSet(), new BitSet());
    each(
        index,
        (chunk, row, number) ->
            keys.of(of(chunk, check.columns()), row, check.nulls())
                .map(key -> requireNonNull(groups.get(key)))
                .ifPresent(
                    group -> {
                      if (group.count > 1 && (!keepsFirst || group.best != number)) {
                        answer.inBatch().set(number);
                      } else if (group.taken) {
                        answer.inTarget().set(number);
                      }
                    }));
    return answer;
  }

  private static @Nullable Object[] order(List<Vec> columns, int row) {
    @Nullable Object[] values = new Object[columns.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = columns.get(i).value(row).orElse(null);
    }
    return values;
  }

  /** Rows come in their order, so of equal ones the first is the best. */
  private static boolean isBefore(boolean bad, @Nullable Object[] order, Group group) {
    if (bad != group.bestIsBad) {
      return !bad;
    }
    for (int i = 0; i < order.length; i++) {
      int compared = compare(order[i], group.bestBy[i]);
      if (compared != 0) {
        return compared < 0;
      }
    }
    return false;
  }

  /** NULL last; both are of the same column, whose values have an order. */
  @SuppressWarnings("unchecked")
  private static int compare(@Nullable Object left, @Nullable Object right) {
    if (left == null || right == null) {
      return Boolean.compare(left == null, right == null);
    }
    if (left instanceof String text && right instanceof String other) {
      // By code point.
      return Arrays.compareUnsigned(
          text.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }
    return ((Comparable<Object>) left).compareTo(right);
  }

  private void markTaken(
      TargetCheck.Unique check,
      Map<Keys.Key, Group> groups,
      Span span,
      Snapshot target,
      CallControl control)
      throws IOException, GateRefusedException {
    List<TargetColumn> there = DeltaTypes.columns(target.getSchema());
    boolean whole = check.simple() == TargetCheck.Scope.WHOLE;
    List<TargetColumn> read = new ArrayList<>();
    for (TargetColumn column : there) {
      boolean wanted = check.columns().contains(column.name());
      if (wanted || (!whole && Columns.carries(column.kind()))) {
        read.add(column);
      }
    }
    List<Integer> places = places(check.columns(), read);
    try (DeltaScan scan = new DeltaScan(engine, target, read, span.over(read.get(places.get(0))))) {
      if (whole) {
        scan(
            scan,
            control,
            frame -> {
              for (int row = 0; row < frame.rows(); row++) {
                take(frame, places, row, check.nulls(), groups);
              }
              return true;
            });
        return;
      }
      RowTest within =
          new RowTest(TRUE, TRUE, check.within(), List.of(), RowTest.Missing.NOT_COUNTED);
      new RowLabeller(
              scan, Map.of("within", within), Map.of(), ValueTests::of, MemoryBudget.standard())
          .label(
              labelled -> {
                for (int row = 0; row < labelled.frame().rows(); row++) {
                  if (labelled.isBad(row)) {
                    take(labelled.frame(), places, row, check.nulls(), groups);
                  }
                }
              },
              control);
    } catch (MetricException e) {
      throw new GateRefusedException(String.valueOf(e.getMessage()), e);
    }
  }

  private void take(
      Frame frame, List<Integer> places, int row, Expr.Nulls nulls, Map<Keys.Key, Group> groups) {
    List<Vec> values = places.stream().map(place -> frame.columns().get(place)).toList();
    Optional<Keys.Key> key = keys.of(values, row, nulls);
    Group group = key.isPresent() ? groups.get(key.get()) : null;
    if (group != null) {
      group.taken = true;
    }
  }

  private static List<Integer> places(List<String> names, List<TargetColumn> columns)
      throws GateRefusedException {
    List<String> there = columns.stream().map(TargetColumn::name).toList();
    for (String name : names) {
      if (!there.contains(name)) {
        throw new GateRefusedException(
            "A rule needs column \"" + name + "\", which the table that it reads does not have");
      }
    }
    return names.stream().map(there::indexOf).toList();
  }

  /** Sees frames of a table; says whether it wants more. */
  private interface Look {
    boolean at(Frame frame);
  }

  private static void scan(DeltaScan source, CallControl control, Look look)
      throws IOException, GateRefusedException {
    try (FrameSource.Cursor cursor = source.open()) {
      for (Optional<Frame> frame = cursor.next(); frame.isPresent(); frame = cursor.next()) {
        requireWanted(control);
        if (!look.at(frame.get())) {
          return;
        }
      }
    }
  }

  // References.

  private Answer refers(
      TargetCheck.Refers check,
      int index,
      Snapshot target,
      List<Answer> before,
      CallControl control)
      throws IOException, GateRefusedException {
    boolean own = check.table().equals(self);
    Snapshot referred = own ? target : references.table(check.table());
    List<TargetColumn> there = DeltaTypes.columns(referred.getSchema());
    List<TargetColumn> read =
        there.stream().filter(column -> check.keys().contains(column.name())).toList();
    List<Integer> places = places(check.keys(), read);
    requireComparable(check, read, places);

    Map<Keys.Key, boolean[]> found = new HashMap<>();
    each(
        index,
        (chunk, row, number) -> {
          keys.of(of(chunk, check.columns()), row, Expr.Nulls.DISTINCT)
              .ifPresent(key -> found.computeIfAbsent(key, any -> new boolean[1]));
          requireRoom(found.size());
        });
    int[] missing = {found.size()};
    if (missing[0] > 0) {
      try (DeltaScan source = new DeltaScan(engine, referred, read, Optional.empty())) {
        scan(
            source,
            control,
            frame -> {
              List<Vec> values = places.stream().map(at -> frame.columns().get(at)).toList();
              for (int row = 0; row < frame.rows(); row++) {
                boolean[] mark =
                    keys.of(values, row, Expr.Nulls.DISTINCT).map(found::get).orElse(null);
                if (mark != null && !mark[0]) {
                  mark[0] = true;
                  missing[0]--;
                }
              }
              return missing[0] > 0;
            });
      }
    }
    Answer answer = new Answer(new BitSet(), new BitSet());
    each(
        index,
        (chunk, row, number) -> {
          boolean known =
              keys.of(of(chunk, check.columns()), row, Expr.Nulls.DISTINCT)
                  .map(key -> requireNonNull(found.get(key))[0])
                  .orElse(false);
          if (!known) {
            answer.inBatch().set(number);
          }
        });
    boolean inBatch =
        own
            && check.keys().stream()
                .allMatch(key -> columns.stream().anyMatch(c -> c.name().equals(key)));
    if (inBatch && !answer.inBatch().isEmpty()) {
      adopt(check, answer.inBatch(), before);
    }
    return answer;
  }

  private void requireComparable(
      TargetCheck.Refers check, List<TargetColumn> read, List<Integer> places)
      throws GateRefusedException {
    for (int i = 0; i < check.columns().size(); i++) {
      CellKind here = columns.get(at(check.columns().get(i))).kind();
      CellKind there = read.get(places.get(i)).kind();
      if (!Columns.carries(there) || Keys.family(here) != Keys.family(there)) {
        throw new GateRefusedException(
            "Column \""
                + check.columns().get(i)
                + "\" refers to \""
                + check.keys().get(i)
                + "\" of "
                + check.table()
                + ", whose type it cannot equal");
      }
    }
  }

  /**
   * A row may refer to one of its own batch, unless that one goes to quarantine, and so on: of the
   * orphans only those stay that nobody provides for.
   */
  private void adopt(TargetCheck.Refers check, BitSet orphans, List<Answer> before)
      throws IOException, GateRefusedException {
    Map<Keys.Key, List<Integer>> waiting = new HashMap<>();
    Map<Integer, Keys.Key> own = new HashMap<>();
    Map<Keys.Key, int[]> providers = new HashMap<>();
    Deque<Integer> lost = new ArrayDeque<>();
    // What orphans wait for.
    pass(
        (chunk, row, number) -> {
          if (orphans.get(number)) {
            Optional<Keys.Key> key = keys.of(of(chunk, check.columns()), row, Expr.Nulls.DISTINCT);
            if (key.isPresent()) {
              waiting.computeIfAbsent(key.get(), any -> new ArrayList<>()).add(number);
              requireRoom(waiting.size());
            }
          }
        });
    // Who provides it: good rows, among them orphans that may turn out to be none.
    pass(
        (chunk, row, number) -> {
          boolean good =
              !chunk.isBad(row)
                  && before.stream()
                      .noneMatch(
                          answer -> answer.inBatch().get(number) || answer.inTarget().get(number));
          Optional<Keys.Key> key =
              good ? keys.of(of(chunk, check.keys()), row, Expr.Nulls.DISTINCT) : Optional.empty();
          if (key.isPresent() && waiting.containsKey(key.get())) {
            providers.computeIfAbsent(key.get(), any -> new int[1])[0]++;
            if (orphans.get(number)) {
              own.put(number, key.get());
              requireRoom(own.size());
            }
          }
        });
    BitSet stays = new BitSet();
    BitSet provided = new BitSet();
    waiting.forEach(
        (key, rows) -> rows.forEach(providers.containsKey(key) ? provided::set : any -> {}));
    orphans.stream().filter(row -> !provided.get(row)).forEach(lost::add);
    while (!lost.isEmpty()) {
      int row = lost.remove();
      if (stays.get(row)) {
        continue;
      }
      stays.set(row);
      Keys.Key key = own.get(row);
      int[] left = key == null ? null : providers.get(key);
      if (left != null && --left[0] == 0) {
        lost.addAll(requireNonNull(waiting.get(key)));
      }
    }
    orphans.and(stays);
  }

  private void pass(Rows rows) throws IOException, GateRefusedException {
    Spool.Reader reader = spool.read(kinds);
    for (Optional<Spool.Chunk> next = reader.next(); next.isPresent(); next = reader.next()) {
      Spool.Chunk chunk = next.get();
      for (int row = 0; row < chunk.rows(); row++) {
        rows.row(chunk, row, Math.toIntExact(chunk.first() + row));
      }
    }
  }
}
