package dev.weirkeeper.testkit;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Chunk;
import dev.weirkeeper.Column;
import dev.weirkeeper.Evidence;
import dev.weirkeeper.Load;
import dev.weirkeeper.Position;
import dev.weirkeeper.Probe;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowIdentity;
import dev.weirkeeper.SchemaChange;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.Type;
import dev.weirkeeper.spi.ChangeBuffer;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.spi.FeedException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FeedKitTest {
  /** A way to break a feed, and the tests that must see it. */
  enum Flaw {
    ID_WITH_CAPITALS("the_id_is_kebab_case_and_stays"),
    NEWEST_FIRST("invariant_5_transactions_come_whole_and_in_the_order_of_their_commits"),
    TEARS_TRANSACTIONS("invariant_5_transactions_come_whole_and_in_the_order_of_their_commits"),
    TELLS_CHANGES_ONCE("invariant_5_rows_come_again_with_the_schema_changes_that_they_came_with"),
    CAN_BE_READ_ONCE("a_transaction_is_known_before_it_is_read_and_can_be_read_again"),
    ENDS_WHEN_IT_IS_EMPTY("nothing_yet_is_not_the_end"),
    ONE_POSITION_FOR_ALL("each_transaction_has_a_position_of_the_feed_and_an_id"),
    POSITION_OF_SOMEBODY_ELSE("each_transaction_has_a_position_of_the_feed_and_an_id"),
    IDS_OF_THE_MOMENT("invariant_6_reading_goes_on_behind_each_position"),
    BRINGS_THE_LAST_ONE_AGAIN("invariant_6_reading_goes_on_behind_each_position"),
    PASSES_ONE_OVER("invariant_6_reading_goes_on_behind_each_position"),
    BEGINS_AT_THE_END("invariant_6_a_stream_begins_before_all_that_it_brings"),
    CONFIRMS_WHAT_WAS_READ("invariant_7_what_was_not_confirmed_comes_again"),
    CONFIRMS_TO_STAY_ALIVE("invariant_7_a_sign_of_life_confirms_nothing"),
    CONFIRMS_ANYTHING("invariant_7_what_was_not_handed_out_cannot_be_confirmed"),
    GOES_ON_AFTER_A_GAP("invariant_8_changes_that_are_lost_are_refused_and_never_passed_over"),
    READS_POSITIONS_OF_OTHERS("invariant_8_a_position_of_another_feed_is_refused"),
    TAKES_ANY_TEXT_FOR_THE_BEGINNING("invariant_8_a_position_that_no_feed_gave_is_refused"),
    HIDES_ITS_RELATIONS("the_relations_are_those_of_the_rows"),
    GIVES_AFTER_IT_IS_CLOSED("a_closed_stream_gives_nothing_and_lets_another_begin"),
    HOLDS_ITS_SLOT("a_closed_stream_gives_nothing_and_lets_another_begin"),
    HEALTH_THROWS("its_health_can_be_asked_at_any_time"),
    LOADS_ALL_BUT_ONE("a_load_brings_each_row_as_it_is"),
    LOADS_AS_INSERTS("a_load_brings_each_row_as_it_is"),
    LOADS_FROM_THE_BEGINNING("invariant_6_a_load_goes_on_where_it_was_left"),
    CANNOT_STOP("a_load_that_is_stopped_brings_no_more");

    final Set<String> caughtBy;

    Flaw(String... caughtBy) {
      this.caughtBy = Set.of(caughtBy);
    }
  }

  private static Optional<Flaw> planted = Optional.empty();
  private static int calls;

  private static boolean has(Flaw flaw) {
    return planted.equals(Optional.of(flaw));
  }

  private static final Relation ITEMS =
      Relation.of(
          new Asset("memory", "items"),
          "1",
          new RowIdentity.Key(List.of("1")),
          List.of(Column.of("1", "id", Type.of("int4"))));

  private static final Relation ALTERED =
      Relation.of(
          ITEMS.asset(),
          ITEMS.id(),
          ITEMS.identity(),
          List.of(Column.of("1", "id", Type.of("int4")), Column.of("2", "more", Type.of("text"))));

  /** A log in memory. A position is the number of transactions before it. */
  static final class Log implements FeedKit.Source, Feed {
    private final List<int[]> log = new ArrayList<>();
    private final Set<Integer> alterations = new HashSet<>();
    private int forgotten;
    private boolean open;

    @Override
    public Feed feed() {
      return this;
    }

    @Override
    public void insert(int... keys) {
      log.add(keys);
    }

    @Override
    public void insertAndAlter(int key) {
      log.add(new int[] {key});
      alterations.add(log.size());
    }

    private List<SchemaChange> changes(int position) {
      boolean altered =
          has(Flaw.TELLS_CHANGES_ONCE)
              ? alterations.remove(position)
              : alterations.contains(position);
      return altered
          ? List.of(
              new SchemaChange(
                  ITEMS.asset(),
                  ITEMS.id(),
                  Optional.of(ITEMS),
                  Optional.of(ALTERED),
                  Evidence.LOGGED))
          : List.of();
    }

    @Override
    public String id() {
      return has(Flaw.ID_WITH_CAPITALS) ? "Memory_Log" : "memory-log";
    }

    Position position(int transactions) {
      return new Position(
          has(Flaw.POSITION_OF_SOMEBODY_ELSE) ? "other" : id(),
          String.valueOf(has(Flaw.ONE_POSITION_FOR_ALL) ? 0 : transactions));
    }

    @Override
    public Stream open(Optional<Position> after, Map<String, Relation> known) throws FeedException {
      if (open && has(Flaw.HOLDS_ITS_SLOT)) {
        throw new FeedException("The slot is in use");
      }
      int from = after.isPresent() ? parsed(after.get()) : log.size();
      if (from < forgotten) {
        if (!has(Flaw.GOES_ON_AFTER_A_GAP) && !has(Flaw.CONFIRMS_WHAT_WAS_READ)) {
          throw new FeedException("Changes between " + from + " and " + forgotten + " are lost");
        }
        from = forgotten;
      }
      if (after.isPresent() && has(Flaw.BRINGS_THE_LAST_ONE_AGAIN) && from > 0) {
        from--;
      }
      if (after.isPresent() && has(Flaw.PASSES_ONE_OVER) && from < log.size()) {
        from++;
      }
      if (has(Flaw.BEGINS_AT_THE_END)) {
        from = log.size();
      }
      open = true;
      return new Reading(from);
    }

    private int parsed(Position position) throws FeedException {
      if (!position.feed().equals(id()) && !has(Flaw.READS_POSITIONS_OF_OTHERS)) {
        throw new FeedException("A position of " + position.feed());
      }
      try {
        int at = Integer.parseInt(position.text());
        if (at >= 0) {
          return at;
        }
      } catch (NumberFormatException e) {
        if (!has(Flaw.TAKES_ANY_TEXT_FOR_THE_BEGINNING)) {
          throw new FeedException("Not a position", e);
        }
      }
      if (has(Flaw.TAKES_ANY_TEXT_FOR_THE_BEGINNING)) {
        return 0;
      }
      throw new FeedException("Not a position");
    }

    @Override
    public void close() {}

    private final class Reading implements Stream {
      private final int start;
      private int at;
      private boolean ended;
      private boolean closed;
      private int torn;
      private final Map<Asset, Load> loads = new HashMap<>();

      Reading(int start) {
        this.start = start;
        this.at = start;
      }

      @Override
      public Position start() {
        return position(start);
      }

      @Override
      public List<Relation> relations() {
        if (has(Flaw.HIDES_ITS_RELATIONS) && !loadsAreTested()) {
          return List.of();
        }
        return List.of(ITEMS);
      }

      private boolean loadsAreTested() {
        return !log.isEmpty();
      }

      @Override
      public Optional<Transaction> next(Duration atMost) throws IOException {
        if (closed && !has(Flaw.GIVES_AFTER_IT_IS_CLOSED)) {
          throw new IllegalStateException("The stream is closed");
        }
        if (!loads.isEmpty()) {
          return Optional.of(chunk());
        }
        if (at >= log.size() || ended) {
          ended = has(Flaw.ENDS_WHEN_IT_IS_EMPTY);
          return Optional.empty();
        }
        int[] keys = log.get(has(Flaw.NEWEST_FIRST) ? log.size() - 1 - at : at);
        if (has(Flaw.TEARS_TRANSACTIONS) && keys.length > 1) {
          int key = keys[torn++];
          if (torn == keys.length) {
            torn = 0;
            at++;
          }
          return Optional.of(transaction(at, key));
        }
        at++;
        if (has(Flaw.CONFIRMS_WHAT_WAS_READ)) {
          forgotten = at;
        }
        return Optional.of(transaction(at, keys));
      }

      private Transaction transaction(int position, int... keys) {
        TestTransaction transaction = TestTransaction.at(position(position));
        for (int key : keys) {
          transaction.insert(ITEMS, TestCell.row(String.valueOf(key)));
        }
        List<SchemaChange> changes = changes(position);
        return !changes.isEmpty() || has(Flaw.CAN_BE_READ_ONCE) || has(Flaw.IDS_OF_THE_MOMENT)
            ? new Odd(transaction, changes)
            : transaction;
      }

      private Transaction chunk() {
        Load load = loads.remove(ITEMS.asset());
        TreeSet<Integer> all = new TreeSet<>();
        log.forEach(keys -> IntStream.of(keys).forEach(all::add));
        if (has(Flaw.LOADS_ALL_BUT_ONE)) {
          all.remove(17);
        }
        List<Integer> rest =
            new ArrayList<>(
                load.after().isPresent() && !has(Flaw.LOADS_FROM_THE_BEGINNING)
                    ? all.tailSet(Integer.valueOf(load.after().get()), false)
                    : all);
        if (has(Flaw.LOADS_FROM_THE_BEGINNING)) {
          rest.removeIf(key -> key <= load.rows() && load.rows() > 10);
        }
        List<Integer> keys = rest.subList(0, Math.min(10, rest.size()));
        Load progress =
            new Load(
                load.asset(),
                keys.isEmpty() ? load.after() : Optional.of(keys.get(keys.size() - 1).toString()),
                load.rows() + keys.size(),
                all.size(),
                keys.size() == rest.size());
        if (!progress.finished()) {
          loads.put(ITEMS.asset(), progress);
        }
        TestTransaction chunk = TestTransaction.chunk(position(at), progress);
        for (Integer key : keys) {
          if (has(Flaw.LOADS_AS_INSERTS)) {
            chunk.insert(ITEMS, TestCell.row(key.toString()));
          } else {
            chunk.read(ITEMS, TestCell.row(key.toString()));
          }
        }
        return chunk;
      }

      @Override
      public boolean exhausted() {
        return ended;
      }

      @Override
      public void confirm(Position durable) {
        int position;
        try {
          position = parsed(durable);
        } catch (FeedException e) {
          throw new IllegalArgumentException(e);
        }
        if (position > at && !has(Flaw.CONFIRMS_ANYTHING)) {
          throw new IllegalArgumentException("Not handed out yet: " + durable);
        }
        forgotten = Math.max(forgotten, position);
      }

      @Override
      public void keepAlive() {
        if (has(Flaw.CONFIRMS_TO_STAY_ALIVE)) {
          forgotten = at;
        }
      }

      @Override
      public void load(Load from) {
        loads.put(from.asset(), from);
      }

      @Override
      public void stopLoad(Asset asset) {
        if (!has(Flaw.CANNOT_STOP)) {
          loads.remove(asset);
        }
      }

      @Override
      public Map<String, Probe<String>> health() {
        if (has(Flaw.HEALTH_THROWS) && at > 0) {
          throw new IllegalStateException("not now");
        }
        return Collections.unmodifiableMap(
            new HashMap<>(Map.of("lag", new Probe.Value<>(String.valueOf(log.size() - at)))));
      }

      @Override
      public void close() {
        closed = true;
        open = has(Flaw.HOLDS_ITS_SLOT);
      }
    }
  }

  /**
   * A transaction with schema changes, with another id each time, or with rows that can be read
   * once.
   */
  private static final class Odd implements Transaction {
    private final TestTransaction whole;
    private final List<SchemaChange> schemaChanges;
    private final String id;
    private boolean read;

    Odd(TestTransaction whole, List<SchemaChange> schemaChanges) {
      this.whole = whole;
      this.schemaChanges = schemaChanges;
      this.id = has(Flaw.IDS_OF_THE_MOMENT) ? "call-" + ++calls : whole.id();
    }

    @Override
    public String id() {
      return id;
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
      return schemaChanges;
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
      if (read && has(Flaw.CAN_BE_READ_ONCE)) {
        try (ChangeBuffer empty = ChangeBuffer.inMemory()) {
          Changes none = empty.changes();
          return new Changes() {
            @Override
            public Optional<Chunk> next() throws IOException {
              return none.next();
            }

            @Override
            public void close() {
              none.close();
            }
          };
        }
      }
      read = true;
      return whole.changes();
    }

    @Override
    public void close() {
      whole.close();
    }
  }

  static class Adapter extends FeedKit {
    @Override
    protected Source source() {
      return new Log();
    }

    @Override
    protected boolean loads() {
      return true;
    }

    @Override
    protected boolean alters() {
      return true;
    }

    @Override
    protected Duration patience() {
      return Duration.ofMillis(5);
    }
  }

  @Test
  void a_correct_one_passes() {
    planted = Optional.empty();

    KitRun.of(Adapter.class).assertPassed();
  }

  @ParameterizedTest
  @EnumSource
  void a_flaw_is_caught(Flaw flaw) {
    planted = Optional.of(flaw);

    KitRun.of(Adapter.class).assertCaughtBy(flaw.caughtBy);
  }

  @Test
  void each_test_of_the_kit_is_seen_to_fail() {
    KitRun.assertSeenToFail(FeedKit.class, Arrays.stream(Flaw.values()).map(flaw -> flaw.caughtBy));
  }
}
