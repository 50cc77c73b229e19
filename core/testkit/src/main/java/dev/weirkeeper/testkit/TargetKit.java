package dev.weirkeeper.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Batch;
import dev.weirkeeper.Chunk;
import dev.weirkeeper.Column;
import dev.weirkeeper.Commit;
import dev.weirkeeper.Counts;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Labels;
import dev.weirkeeper.Load;
import dev.weirkeeper.Position;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.SchemaChange;
import dev.weirkeeper.TableState;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.Type;
import dev.weirkeeper.Violation;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.spi.Judges;
import dev.weirkeeper.spi.RowJudge;
import dev.weirkeeper.spi.Target;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What each {@link Target} holds to. It looks at results, after each write and after crashes, and
 * never at how they come about. What only exactly once can promise is asked of targets that are
 * {@code TRANSACTIONAL}.
 */
public abstract class TargetKit {
  private static final String FEED = "kit";
  private static final int RACES = 10;

  /** The table that the kit writes: a key and a text that may be NULL. */
  protected static final Relation ITEMS =
      Relation.of(
          new Asset("kit-source", "public.items"),
          "16400",
          new RowIdentity.Key(List.of("1")),
          List.of(Column.of("1", "id", Type.of("int4")), Column.of("2", "name", Type.of("text"))));

  private static final Asset TABLE = ITEMS.asset();
  private static final TableState LIVE =
      TableState.unseen(ITEMS, "new").accepting(ITEMS).in(TableState.Mode.LIVE);
  private static final Target.Selection ALL =
      new Target.Selection(Optional.empty(), Integer.MAX_VALUE);

  /** Where targets write: it outlives them. */
  public interface Store {
    /** A target over the store, as a host that starts opens it; another may be open still. */
    Target open() throws Exception;

    /** The published names by key, NULL as {@code null}, read apart from any target. */
    Map<Integer, String> rows() throws Exception;

    /**
     * Cuts off the targets that are open, as when their host dies: nothing that they do from here
     * on reaches the store.
     */
    void crash() throws Exception;

    /** Called once, after the test. */
    void close() throws Exception;
  }

  /** A new store with an empty table for {@link #ITEMS}. */
  protected abstract Store store() throws Exception;

  private @Nullable Store store;
  private final List<Target> open = new ArrayList<>();
  private int at;
  private TableState state = LIVE;

  @BeforeEach
  void begin() throws Exception {
    store = store();
  }

  @AfterEach
  void end() throws Exception {
    Store used = store;
    if (used == null) {
      return;
    }
    used.crash();
    try {
      for (Target target : open) {
        closeCutOff(target);
      }
    } finally {
      used.close();
    }
  }

  /** Whether a target that was cut off can still say goodbye is its own affair. */
  private static void closeCutOff(Target target) {
    try {
      target.close();
    } catch (IOException cutOff) {
      assertThat(cutOff).isNotNull();
    }
  }

  private Store used() {
    return requireNonNull(store, "store");
  }

  private Target open() throws Exception {
    Target target = used().open();
    open.add(target);
    return target;
  }

  /** A target of a feed that stands at its beginning, with the table live. */
  private Target started() throws Exception {
    Target target = open();
    assertThat(target.write(changing(LIVE), rows -> {})).isInstanceOf(Commit.Applied.class);
    return target;
  }

  private Target startedTransactional() throws Exception {
    Target target = started();
    assumeThat(target.capability()).isEqualTo(Target.Capability.TRANSACTIONAL);
    return target;
  }

  private static Position position(int n) {
    return new Position(FEED, "p" + n);
  }

  private static List<TestCell> row(int key, String name) {
    return TestCell.row(String.valueOf(key), name);
  }

  /** A transaction at the next position. */
  private TestTransaction next() {
    return TestTransaction.at(position(at + 1));
  }

  private Batch batch(Transaction... transactions) {
    return batch(position(at), position(at + 1), GOOD_NAMES, transactions);
  }

  private Batch batch(Position from, Position to, Judges judges, Transaction... transactions) {
    return new Batch(from, to, List.of(transactions), Map.of(ITEMS.id(), state), List.of(), judges);
  }

  /** A batch that stores a state and no rows. */
  private Batch changing(TableState to) {
    return new Batch(
        position(at), position(at), List.of(), Map.of(ITEMS.id(), to), List.of(to), GOOD_NAMES);
  }

  private Counts write(Target target, Transaction... transactions) throws IOException {
    Commit commit = target.write(batch(transactions), rows -> {});
    assertThat(commit).isInstanceOf(Commit.Applied.class);
    at++;
    assertThat(((Commit.Applied) commit).position()).isEqualTo(position(at));
    return sum(((Commit.Applied) commit).counts());
  }

  private static Counts sum(Map<Asset, Counts> counts) {
    assertThat(Map.of(TABLE, Counts.ZERO).keySet()).containsAll(counts.keySet());
    return counts.values().stream().reduce(Counts.ZERO, Counts::plus);
  }

  private void change(Target target, TableState to) throws IOException {
    assertThat(target.write(changing(to), rows -> {})).isInstanceOf(Commit.Applied.class);
    state = to;
  }

  /** Everything that a store holds, as a host that starts finds it. */
  private record Found(
      Map<Integer, String> rows,
      Optional<Target.Resume> resume,
      Map<Asset, Counts> ledger,
      long spooled,
      List<Target.Quarantined> quarantined) {}

  private Found found() throws Exception {
    Target reader = open();
    Optional<Target.Resume> resume = reader.resume(FEED);
    Found found =
        new Found(
            used().rows(),
            resume,
            reader.ledger(FEED),
            reader.spooled(FEED).getOrDefault(TABLE, 0L),
            reader.quarantined(FEED, TABLE, -1, Integer.MAX_VALUE));
    reader.close();
    return found;
  }

  private Counts ledger() throws Exception {
    return sum(found().ledger);
  }

  private static List<Transaction> all(Feed feed, Transaction.Origin origin) throws Exception {
    try (Feed.Stream stream = feed.open(Optional.empty(), Map.of())) {
      List<Transaction> transactions = new ArrayList<>();
      for (Optional<Transaction> next = stream.next(Duration.ZERO);
          next.isPresent();
          next = stream.next(Duration.ZERO)) {
        assertThat(next.get().origin()).isEqualTo(origin);
        transactions.add(next.get());
      }
      assertThat(stream.exhausted()).isTrue();
      return transactions;
    }
  }

  private static List<Transaction> spool(Target target) throws Exception {
    return all(target.spool(FEED, TABLE), Transaction.Origin.DRAIN);
  }

  private static List<Transaction> quarantine(Target target, Target.Selection selection)
      throws Exception {
    return all(target.quarantine(FEED, TABLE, selection), Transaction.Origin.REPLAY);
  }

  /** Writes what waited in the target: the position stays. */
  private Commit writeWaiting(Target target, Judges judges, Transaction waiting)
      throws IOException {
    return target.write(batch(position(at), position(at), judges, waiting), rows -> {});
  }

  private void drain(Target target) throws Exception {
    change(target, state.in(TableState.Mode.DRAINING));
    for (Transaction slice : spool(target)) {
      assertThat(writeWaiting(target, GOOD_NAMES, slice)).isInstanceOf(Commit.Applied.class);
    }
    change(target, state.in(TableState.Mode.LIVE));
  }

  private record Change(RowBatch.Op op, List<TestCell> after) {}

  private static List<Change> changes(List<Transaction> transactions) throws IOException {
    List<Change> all = new ArrayList<>();
    for (Transaction transaction : transactions) {
      try (Transaction.Changes changes = transaction.changes()) {
        for (Optional<Chunk> chunk = changes.next(); chunk.isPresent(); chunk = changes.next()) {
          for (RowBatch batch : ((Chunk.Rows) chunk.get()).batches()) {
            for (int row = 0; row < batch.rows(); row++) {
              all.add(new Change(batch.op(row), TestTransaction.cells(batch.after(), row)));
            }
          }
        }
      }
    }
    return all;
  }

  // ---- what each target does

  @Test
  void a_feed_that_was_never_written_is_new() throws Exception {
    Target target = open();

    assertThat(target.resume(FEED)).isEmpty();
    assertThat(target.ledger(FEED)).isEmpty();
    assertThat(target.spooled(FEED)).isEmpty();
    assertThat(used().rows()).isEmpty();
  }

  @Test
  void invariant_6_rows_position_states_and_ledger_are_one() throws Exception {
    Target target = started();

    Counts first = write(target, next().insert(ITEMS, row(1, "a")).insert(ITEMS, row(2, "b")));
    assertThat(first).isEqualTo(Counts.of(2, 0, 0));
    write(target, next().insert(ITEMS, List.of(TestCell.of("3"), TestCell.NULL)));

    Found found = found();
    Map<Integer, String> expected = new TreeMap<>(Map.of(1, "a", 2, "b", 3, "null"));
    assertThat(found.rows).isEqualTo(expected);
    assertThat(found.resume).contains(new Target.Resume(position(2), Map.of(TABLE, LIVE)));
    assertThat(found.ledger).isEqualTo(Map.of(TABLE, Counts.of(3, 0, 0)));
  }

  @Test
  void the_changes_of_a_key_count_in_their_order() throws Exception {
    Target target = started();
    write(
        target,
        next()
            .insert(ITEMS, row(1, "a"))
            .update(ITEMS, row(1, "b"))
            .insert(ITEMS, row(2, "x"))
            .delete(ITEMS, "2")
            .insert(ITEMS, row(3, "c"))
            .insert(ITEMS, row(5, "e"))
            .delete(ITEMS, "5")
            .insert(ITEMS, row(5, "f")));

    assertThat(used().rows()).isEqualTo(Map.of(1, "b", 3, "c", 5, "f"));
    write(target, next().delete(ITEMS, "1").insert(ITEMS, row(1, "again")));
    assertThat(used().rows()).isEqualTo(Map.of(1, "again", 3, "c", 5, "f"));
  }

  @Test
  void a_value_that_was_not_sent_is_kept() throws Exception {
    Target target = started();
    write(target, next().insert(ITEMS, row(1, "a")).insert(ITEMS, row(2, "b")));

    write(
        target,
        next()
            .update(ITEMS, List.of(TestCell.of("1"), TestCell.UNCHANGED))
            .update(
                ITEMS,
                TestTransaction.keyImage(ITEMS, "2"),
                List.of(TestCell.of("9"), TestCell.UNCHANGED)));

    assertThat(used().rows()).isEqualTo(Map.of(1, "a", 9, "b"));
  }

  @Test
  void a_truncation_empties_the_table() throws Exception {
    Target target = started();
    write(target, next().insert(ITEMS, row(1, "a")).insert(ITEMS, row(2, "b")));

    write(target, next().truncate(ITEMS).insert(ITEMS, row(3, "c")));

    assertThat(used().rows()).isEqualTo(Map.of(3, "c"));
  }

  @Test
  void a_load_replaces_what_was_there() throws Exception {
    Target target = started();
    write(target, next().insert(ITEMS, row(1, "a")).insert(ITEMS, row(2, "b")));
    change(target, LIVE.loading(Load.begin(TABLE)));

    write(target, chunk(new Load(TABLE, Optional.of("2"), 1, 0, false)).read(ITEMS, row(2, "c")));
    write(target, chunk(new Load(TABLE, Optional.of("4"), 2, 0, true)).read(ITEMS, row(4, "d")));

    assertThat(used().rows()).isEqualTo(Map.of(2, "c", 4, "d"));
    assertThat(ledger().in()).isEqualTo(4);
  }

  private TestTransaction chunk(Load progress) {
    return TestTransaction.chunk(position(at + 1), progress);
  }

  @Test
  void a_state_is_stored_without_rows_and_the_position_stays() throws Exception {
    Target target = started();
    write(target, next().insert(ITEMS, row(1, "a")));
    TableState paused = LIVE.paused("somebody looks at it");

    change(target, paused);
    change(target, paused);

    assertThat(found().resume).contains(new Target.Resume(position(1), Map.of(TABLE, paused)));
    change(target, LIVE);
    write(target, next().update(ITEMS, row(1, "b")));
    assertThat(used().rows()).isEqualTo(Map.of(1, "b"));
  }

  @Test
  void a_target_that_is_opened_again_goes_on() throws Exception {
    Target first = started();
    write(first, next().insert(ITEMS, row(1, "a")));
    Found before = found();
    first.close();
    first.close();

    Target second = open();

    assertThat(found()).isEqualTo(before);
    assertThat(second.resume(FEED)).isEqualTo(before.resume);
    write(second, next().update(ITEMS, row(1, "b")));
    assertThat(used().rows()).isEqualTo(Map.of(1, "b"));
  }

  // ---- exactly once

  @Test
  void invariant_6_a_batch_that_comes_again_is_there_once() throws Exception {
    Target target = startedTransactional();
    Batch batch = batch(next().insert(ITEMS, row(1, "a")).insert(ITEMS, row(2, "bad")));
    assertThat(target.write(batch, rows -> {})).isInstanceOf(Commit.Applied.class);
    Found once = found();

    assertThat(target.write(batch, rows -> {})).isEqualTo(new Commit.Duplicate(position(1)));
    target.close();
    assertThat(open().write(batch, rows -> {})).isEqualTo(new Commit.Duplicate(position(1)));

    assertThat(found()).isEqualTo(once);
  }

  @Test
  void invariant_6_who_expects_another_position_changes_nothing() throws Exception {
    Target target = startedTransactional();
    write(target, next().insert(ITEMS, row(1, "a")));
    write(target, next().insert(ITEMS, row(2, "b")));
    Found before = found();
    Batch stale =
        batch(
            position(1),
            new Position(FEED, "p2-of-another"),
            GOOD_NAMES,
            TestTransaction.at(new Position(FEED, "p2-of-another")).insert(ITEMS, row(7, "x")));

    assertThat(target.write(stale, rows -> {})).isEqualTo(new Commit.Conflict(position(2)));

    assertThat(found()).isEqualTo(before);
    write(target, next().insert(ITEMS, row(3, "c")));
  }

  @Test
  void invariant_6_of_two_hosts_one_writes() throws Exception {
    startedTransactional();
    Position from = position(0);
    for (int race = 0; race < RACES; race++) {
      int n = race;
      Position start = from;
      CyclicBarrier line = new CyclicBarrier(2);
      ExecutorService pool = Executors.newFixedThreadPool(2);
      try {
        List<Future<Commit>> hosts = new ArrayList<>();
        for (int host = 0; host < 2; host++) {
          hosts.add(pool.submit(racing(open(), start, 2 * n + host, line)));
        }
        List<Commit> commits = List.of(hosts.get(0).get(), hosts.get(1).get());

        assertThat(commits).filteredOn(Commit.Applied.class::isInstance).hasSize(1);
        Commit.Applied won =
            (Commit.Applied)
                commits.stream().filter(Commit.Applied.class::isInstance).findFirst().orElseThrow();
        assertThat(commits).contains(new Commit.Conflict(won.position()));
        from = won.position();
      } finally {
        pool.shutdownNow();
      }
    }
    assertThat(used().rows()).hasSize(RACES);
    assertThat(ledger()).isEqualTo(Counts.of(RACES, 0, 0));
  }

  private Callable<Commit> racing(Target target, Position from, int key, CyclicBarrier line) {
    Position to = new Position(FEED, "race-" + key);
    Batch batch =
        batch(from, to, GOOD_NAMES, TestTransaction.at(to).insert(ITEMS, row(key, "host")));
    return () -> {
      target.resume(FEED);
      line.await();
      return target.write(batch, rows -> {});
    };
  }

  @Test
  void invariant_6_a_batch_whose_rows_cannot_be_read_leaves_nothing() throws Exception {
    Target target = startedTransactional();
    write(target, next().insert(ITEMS, row(1, "a")));
    Found before = found();
    TestTransaction whole = next().insert(ITEMS, row(2, "b"));
    TestTransaction torn = next().update(ITEMS, row(1, "bad")).insert(ITEMS, row(3, "c"));

    assertThatThrownBy(() -> target.write(batch(whole, new Torn(torn)), rows -> {}))
        .isInstanceOf(IOException.class);

    assertThat(found()).isEqualTo(before);
    write(target, whole);
    assertThat(used().rows()).isEqualTo(Map.of(1, "a", 2, "b"));
  }

  @Test
  void invariant_6_a_batch_that_cannot_be_judged_leaves_nothing() throws Exception {
    Target target = startedTransactional();
    write(target, next().insert(ITEMS, row(1, "a")));
    Found before = found();
    TestTransaction rows = next().insert(ITEMS, row(2, "b"));

    assertThatThrownBy(
            () -> target.write(batch(position(at), position(at + 1), BROKEN, rows), written -> {}))
        .hasStackTraceContaining("the kit broke this judge");

    assertThat(found()).isEqualTo(before);
    write(target, rows);
  }

  @Test
  void invariant_6_a_write_that_is_stopped_leaves_nothing() throws Exception {
    Target target = startedTransactional();
    write(target, next().insert(ITEMS, row(1, "a")));
    Found before = found();
    TestTransaction rows = next().insert(ITEMS, row(2, "b")).insert(ITEMS, row(3, "bad"));

    assertThatThrownBy(
            () ->
                target.write(
                    batch(rows),
                    written -> {
                      throw new IOException("the kit stopped this write");
                    }))
        .isInstanceOf(IOException.class);

    assertThat(found()).isEqualTo(before);
    write(target, rows);
  }

  @Test
  void invariant_6_a_host_that_dies_in_a_write_left_all_of_it_or_nothing() throws Exception {
    Target target = startedTransactional();
    for (int death = 0; death < 3; death++) {
      Found before = found();
      Batch batch =
          batch(
              next().insert(ITEMS, row(10 * death, "a")).insert(ITEMS, row(10 * death + 1, "bad")));
      Optional<Commit> answer = writeAndDie(target, batch);

      Found after = found();
      boolean written = !after.equals(before);
      if (written) {
        assertThat(after.resume.orElseThrow().position()).isEqualTo(batch.next());
        assertThat(after.rows).hasSize(before.rows.size() + 1);
        assertThat(sum(after.ledger)).isEqualTo(sum(before.ledger).plus(Counts.of(1, 1, 0)));
      }
      assertThat(answer.isPresent()).as("it says that it wrote, and it did").isEqualTo(written);
      target = open();
      Commit again = target.write(batch, rows -> {});
      assertThat(again).isInstanceOf(written ? Commit.Duplicate.class : Commit.Applied.class);
      at++;
    }
    assertThat(used().rows()).hasSize(3);
  }

  /** The answer, if the target still got one. */
  private Optional<Commit> writeAndDie(Target target, Batch batch) {
    try {
      return Optional.of(
          target.write(
              batch,
              rows -> {
                try {
                  used().crash();
                } catch (Exception e) {
                  throw new AssertionError("the store did not crash", e);
                }
              }));
    } catch (IOException died) {
      return Optional.empty();
    }
  }

  @Test
  void invariant_8_what_contradicts_the_target_is_refused_and_leaves_nothing() throws Exception {
    Target target = startedTransactional();
    write(target, next().insert(ITEMS, row(1, "a")));
    Found before = found();

    for (TestTransaction wrong :
        List.of(
            next()
                .insert(ITEMS, row(2, "b"))
                .update(ITEMS, List.of(TestCell.of("7"), TestCell.UNCHANGED)),
            next().insert(ITEMS, row(2, "b")).delete(ITEMS, "7"))) {
      assertThat(target.write(batch(wrong), rows -> {}))
          .isInstanceOfSatisfying(
              Commit.Refused.class,
              refused -> {
                assertThat(refused.asset()).isEqualTo(TABLE);
                assertThat(refused.reason()).isNotBlank();
              });
      assertThat(found()).isEqualTo(before);
    }
    write(target, next().insert(ITEMS, row(2, "b")));
  }

  // ---- spool

  @Test
  void invariant_7_rows_of_a_paused_table_wait_and_the_position_moves() throws Exception {
    Target target = startedTransactional();
    write(target, next().insert(ITEMS, row(1, "a")));
    change(target, LIVE.paused("somebody looks at it"));

    Counts counts =
        write(
            target,
            next().update(ITEMS, row(1, "b")).insert(ITEMS, row(2, "bad")).delete(ITEMS, "1"));

    assertThat(counts).as("unjudged: a bad row waits too").isEqualTo(Counts.of(0, 0, 3));
    assertThat(used().rows()).isEqualTo(Map.of(1, "a"));
    Found found = found();
    assertThat(found.spooled).isEqualTo(3);
    assertThat(found.quarantined).isEmpty();
    assertThat(found.resume.orElseThrow().position()).isEqualTo(position(2));
    assertThat(found.ledger).isEqualTo(Map.of(TABLE, Counts.of(1, 0, 3)));
    assertThat(target.spooledBytes(FEED, TABLE)).isPositive();
  }

  private Target spooling() throws Exception {
    Target target = startedTransactional();
    write(target, next().insert(ITEMS, row(1, "a")));
    change(target, LIVE.paused("somebody looks at it"));
    write(target, next().update(ITEMS, row(1, "b")).insert(ITEMS, row(2, "bad")));
    write(target, next().update(ITEMS, row(1, "c")).insert(ITEMS, row(3, "d")));
    return target;
  }

  @Test
  void reading_a_spool_removes_nothing() throws Exception {
    Target target = spooling();
    Found before = found();

    List<Change> first = changes(spool(target));

    assertThat(first)
        .containsExactly(
            new Change(RowBatch.Op.UPDATE, row(1, "b")),
            new Change(RowBatch.Op.INSERT, row(2, "bad")),
            new Change(RowBatch.Op.UPDATE, row(1, "c")),
            new Change(RowBatch.Op.INSERT, row(3, "d")));
    assertThat(changes(spool(open()))).isEqualTo(first);
    assertThat(found()).isEqualTo(before);
  }

  @Test
  void invariant_6_a_spool_is_emptied_in_order_and_once() throws Exception {
    Target target = spooling();
    Counts came = ledger();
    change(target, state.in(TableState.Mode.DRAINING));
    List<Transaction> slices = spool(target);

    Counts drained = Counts.ZERO;
    for (Transaction slice : slices) {
      Commit commit = writeWaiting(target, GOOD_NAMES, slice);
      assertThat(commit).isInstanceOf(Commit.Applied.class);
      drained = drained.plus(sum(((Commit.Applied) commit).counts()));
    }

    assertThat(drained).isEqualTo(Counts.of(3, 1, 0));
    Found after = found();
    assertThat(after.rows).isEqualTo(Map.of(1, "c", 3, "d"));
    assertThat(after.spooled).isZero();
    assertThat(after.quarantined).hasSize(1);
    assertThat(sum(after.ledger)).as("rows are counted when they come").isEqualTo(came);
    Commit again = writeWaiting(target, GOOD_NAMES, slices.get(slices.size() - 1));
    assertThat(again).isNotInstanceOf(Commit.Applied.class);
    assertThat(found()).isEqualTo(after);
    change(target, LIVE);
  }

  @Test
  void invariant_6_rows_that_come_while_a_spool_is_emptied_queue_behind_it() throws Exception {
    Target target = spooling();
    change(target, state.in(TableState.Mode.DRAINING));
    List<Transaction> slices = spool(target);

    assertThat(write(target, next().update(ITEMS, row(1, "newest")))).isEqualTo(Counts.of(0, 0, 1));
    for (Transaction slice : slices) {
      assertThat(writeWaiting(target, GOOD_NAMES, slice)).isInstanceOf(Commit.Applied.class);
    }

    assertThat(used().rows()).isEqualTo(Map.of(1, "c", 3, "d"));
    drain(target);
    assertThat(used().rows()).isEqualTo(Map.of(1, "newest", 3, "d"));
  }

  @Test
  void invariant_6_a_table_does_not_go_live_past_its_spool() throws Exception {
    Target target = spooling();
    Found before = found();

    assertThat(target.write(changing(LIVE), rows -> {}))
        .isInstanceOfSatisfying(
            Commit.Refused.class, refused -> assertThat(refused.asset()).isEqualTo(TABLE));

    assertThat(found()).isEqualTo(before);
  }

  // ---- quarantine

  private Target quarantining() throws Exception {
    Target target = startedTransactional();
    Counts counts =
        write(
            target,
            next()
                .insert(ITEMS, row(1, "a"))
                .insert(ITEMS, row(2, "bad-secret-2"))
                .insert(ITEMS, row(3, "bad-secret-3"))
                .update(ITEMS, row(1, "bad-secret-1")));
    assertThat(counts).isEqualTo(Counts.of(1, 3, 0));
    assertThat(used().rows()).isEqualTo(Map.of(1, "a"));
    return target;
  }

  @Test
  void invariant_10_entries_name_their_rules_and_hold_no_values() throws Exception {
    Target target = quarantining();

    List<Target.Quarantined> first = target.quarantined(FEED, TABLE, -1, 2);
    List<Target.Quarantined> rest =
        target.quarantined(FEED, TABLE, first.get(first.size() - 1).id(), 2);

    assertThat(first).hasSize(2);
    assertThat(rest).hasSize(1);
    List<Target.Quarantined> all = new ArrayList<>(first);
    all.addAll(rest);
    assertThat(all.stream().map(Target.Quarantined::id)).isSorted().doesNotHaveDuplicates();
    assertThat(all)
        .allSatisfy(
            entry -> {
              assertThat(entry.asset()).isEqualTo(TABLE);
              assertThat(entry.rules()).containsExactly("good-name");
              assertThat(entry.reason()).isEqualTo("must not begin with bad");
              assertThat(entry.position()).isEqualTo(position(1).text());
              assertThat(entry.toString()).doesNotContain("secret");
            });
    assertThat(found().quarantined).isEqualTo(all);
  }

  @Test
  void reading_a_quarantine_removes_nothing_and_takes_what_was_selected() throws Exception {
    Target target = quarantining();
    Found before = found();

    assertThat(changes(quarantine(target, ALL)))
        .containsExactlyInAnyOrder(
            new Change(RowBatch.Op.INSERT, row(2, "bad-secret-2")),
            new Change(RowBatch.Op.INSERT, row(3, "bad-secret-3")),
            new Change(RowBatch.Op.UPDATE, row(1, "bad-secret-1")));
    assertThat(changes(quarantine(target, ALL))).hasSize(3);
    assertThat(changes(quarantine(target, new Target.Selection(Optional.empty(), 2)))).hasSize(2);
    assertThat(changes(quarantine(target, new Target.Selection(Optional.of("good-name"), 9))))
        .hasSize(3);
    assertThat(quarantine(target, new Target.Selection(Optional.of("other"), 9))).isEmpty();
    assertThat(found()).isEqualTo(before);
  }

  @Test
  void invariant_6_a_newer_event_of_a_key_closes_its_entry() throws Exception {
    Target target = quarantining();

    write(target, next().update(ITEMS, row(1, "b")).delete(ITEMS, "2"));

    assertThat(used().rows()).isEqualTo(Map.of(1, "b"));
    assertThat(changes(quarantine(target, ALL)))
        .containsExactly(new Change(RowBatch.Op.INSERT, row(3, "bad-secret-3")));
    write(target, next().update(ITEMS, row(3, "bad-still")));
    assertThat(changes(quarantine(target, ALL)))
        .as("one entry for each key, the newest")
        .containsExactly(new Change(RowBatch.Op.UPDATE, row(3, "bad-still")));
    write(target, next().update(ITEMS, row(3, "c")));
    assertThat(used().rows()).isEqualTo(Map.of(1, "b", 3, "c"));
    assertThat(found().quarantined).isEmpty();
  }

  @Test
  void invariant_6_a_replay_publishes_what_is_good_now_and_once() throws Exception {
    Target target = quarantining();
    Counts came = ledger();
    List<Transaction> entries = quarantine(target, ALL);

    for (Transaction some : entries) {
      assertThat(writeWaiting(target, ALL_GOOD, some)).isInstanceOf(Commit.Applied.class);
    }

    Found after = found();
    assertThat(after.rows)
        .isEqualTo(Map.of(1, "bad-secret-1", 2, "bad-secret-2", 3, "bad-secret-3"));
    assertThat(after.quarantined).isEmpty();
    assertThat(sum(after.ledger)).as("rows are counted when they come").isEqualTo(came);
    writeWaiting(target, ALL_GOOD, entries.get(0));
    assertThat(found()).isEqualTo(after);
  }

  @Test
  void a_replay_keeps_what_is_still_bad() throws Exception {
    Target target = quarantining();
    List<Change> before = changes(quarantine(target, ALL));

    for (Transaction some : quarantine(target, ALL)) {
      assertThat(writeWaiting(target, GOOD_NAMES, some)).isInstanceOf(Commit.Applied.class);
    }

    assertThat(changes(quarantine(target, ALL))).isEqualTo(before);
    assertThat(used().rows()).isEqualTo(Map.of(1, "a"));
  }

  @Test
  void invariant_6_a_replay_never_overwrites_something_newer() throws Exception {
    Target target = quarantining();
    List<Transaction> entries = quarantine(target, ALL);
    write(
        target,
        next()
            .update(ITEMS, row(1, "newer"))
            .delete(ITEMS, "2")
            .update(ITEMS, row(3, "bad-newer")));

    for (Transaction some : entries) {
      assertThat(writeWaiting(target, ALL_GOOD, some)).isInstanceOf(Commit.Applied.class);
    }

    assertThat(used().rows()).isEqualTo(Map.of(1, "newer"));
    assertThat(changes(quarantine(target, ALL)))
        .containsExactly(new Change(RowBatch.Op.UPDATE, row(3, "bad-newer")));
  }

  @Test
  void a_truncation_closes_the_quarantine() throws Exception {
    Target target = quarantining();

    write(target, next().truncate(ITEMS));

    assertThat(used().rows()).isEmpty();
    assertThat(found().quarantined).isEmpty();
  }

  // ---- all of it

  @Test
  void invariant_6_whatever_happens_no_row_is_lost_or_doubled() throws Exception {
    startedTransactional().close();
    for (long seed = 1; seed <= 3; seed++) {
      try {
        new Weather(new Random(seed)).blow(40);
      } catch (AssertionError e) {
        throw new AssertionError("With seed " + seed + ": " + e.getMessage(), e);
      }
      used().crash();
      used().close();
      at = 0;
      state = LIVE;
      store = store();
      started().close();
    }
  }

  /** A source that changes at random, and hosts that pause, drain, die and try again. */
  private final class Weather {
    private final Random random;
    private final Map<Integer, String> source = new TreeMap<>();
    private Target target;
    private long events;
    private Optional<Batch> last = Optional.empty();

    Weather(Random random) throws Exception {
      this.random = random;
      this.target = open();
    }

    void blow(int steps) throws Exception {
      for (int step = 0; step < steps; step++) {
        switch (random.nextInt(8)) {
          case 0 -> pauseOrDrain();
          case 1 -> reopen();
          case 2 -> breakOff();
          case 3 -> again();
          default -> commit();
        }
        if (!state.spools()) {
          check();
        }
      }
      if (state.spools()) {
        drain(target);
      }
      check();
    }

    private void commit() throws IOException {
      TestTransaction transaction = next();
      int changes = 1 + random.nextInt(4);
      for (int i = 0; i < changes; i++) {
        change(transaction);
      }
      events += changes;
      last = Optional.of(batch(transaction));
      write(target, transaction);
    }

    private void change(TestTransaction into) {
      int key = random.nextInt(6);
      String name = (random.nextInt(3) == 0 ? "bad-" : "name-") + random.nextInt(100);
      if (!source.containsKey(key)) {
        into.insert(ITEMS, row(key, name));
        source.put(key, name);
      } else if (random.nextInt(3) == 0) {
        into.delete(ITEMS, String.valueOf(key));
        source.remove(key);
      } else {
        into.update(ITEMS, row(key, name));
        source.put(key, name);
      }
    }

    private void pauseOrDrain() throws Exception {
      if (state.spools()) {
        drain(target);
      } else {
        TargetKit.this.change(target, state.paused("the kit"));
      }
      last = Optional.empty();
    }

    private void reopen() throws Exception {
      if (random.nextBoolean()) {
        target.close();
      } else {
        used().crash();
      }
      target = open();
      assertThat(target.resume(FEED).orElseThrow().position()).isEqualTo(position(at));
    }

    private void breakOff() {
      TestTransaction rows = next().truncate(ITEMS).insert(ITEMS, row(99, "never"));
      assertThatThrownBy(() -> target.write(batch(new Torn(rows)), written -> {}))
          .isInstanceOf(IOException.class);
    }

    private void again() throws IOException {
      if (last.isPresent()) {
        assertThat(target.write(last.get(), rows -> {})).isInstanceOf(Commit.Duplicate.class);
      }
    }

    /** The target with what is open in quarantine laid over it is the source. */
    private void check() throws Exception {
      Map<Integer, String> seen = new TreeMap<>(used().rows());
      for (Change entry : changes(quarantine(target, ALL))) {
        seen.put(Integer.valueOf(entry.after.get(0).text()), entry.after.get(1).text());
      }
      assertThat(seen).isEqualTo(source);
      assertThat(sum(target.ledger(FEED)).in()).as("events").isEqualTo(events);
      assertThat(target.spooled(FEED).getOrDefault(TABLE, 0L)).isZero();
    }
  }

  // ---- what the kit passes in

  private static final Judges GOOD_NAMES = new Names("bad", "must not begin with bad");
  private static final Judges ALL_GOOD = new Names("nobody begins like this", "");
  private static final Judges BROKEN = new Names("", "");

  /** Lets names pass that do not begin in a certain way; breaks without one. */
  private record Names(String forbidden, String reason) implements Judges, RowJudge {
    @Override
    public Hash digest() {
      return Hash.of(Json.of(forbidden));
    }

    @Override
    public RowJudge on(Relation relation) {
      return this;
    }

    @Override
    public List<Violation> block(long rows) {
      return List.of();
    }

    @Override
    public Labels label(RowBatch batch) {
      if (forbidden.isEmpty()) {
        throw new IllegalStateException("the kit broke this judge");
      }
      Labels labels = new Labels();
      for (int row = 0; row < batch.rows(); row++) {
        if (batch.op(row) != RowBatch.Op.DELETE
            && batch.after().isValue(row, 1)
            && batch.after().text(row, 1).startsWith(forbidden)) {
          labels.add(row, new Violation("good-name", reason));
        }
      }
      return labels;
    }
  }

  /** A transaction whose rows can be read up to a point. */
  private record Torn(TestTransaction whole) implements Transaction {
    @Override
    public String id() {
      return "torn-" + whole.id();
    }

    @Override
    public Origin origin() {
      return whole.origin();
    }

    @Override
    public Position position() {
      return whole.position();
    }

    @Override
    public Instant committedAt() {
      return whole.committedAt();
    }

    @Override
    public List<SchemaChange> schemaChanges() {
      return whole.schemaChanges();
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
      return whole.load();
    }

    @Override
    public Changes changes() {
      Changes all = whole.changes();
      return new Changes() {
        @Override
        public Optional<Chunk> next() throws IOException {
          Optional<Chunk> chunk = all.next();
          if (chunk.isEmpty()) {
            throw new IOException("the spill file of the kit ends too early");
          }
          return chunk;
        }

        @Override
        public void close() {
          all.close();
        }
      };
    }

    @Override
    public void close() {
      whole.close();
    }
  }
}
