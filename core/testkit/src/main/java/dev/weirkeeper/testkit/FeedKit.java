package dev.weirkeeper.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.weirkeeper.Asset;
import dev.weirkeeper.Chunk;
import dev.weirkeeper.Load;
import dev.weirkeeper.Position;
import dev.weirkeeper.Relation;
import dev.weirkeeper.RowBatch;
import dev.weirkeeper.SchemaChange;
import dev.weirkeeper.Transaction;
import dev.weirkeeper.spi.Feed;
import dev.weirkeeper.spi.FeedException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each {@link Feed} of a source that goes on holds to. */
public abstract class FeedKit {
  private static final int LOADED = 35;

  /** A source of its own for one test, with one table (or topic) that is empty at first. */
  public interface Source {
    /** A feed over the source. All that one source gives have one id. */
    Feed feed() throws Exception;

    /** Commits one transaction that inserts rows with these keys. */
    void insert(int... keys) throws Exception;

    /**
     * Commits one transaction that inserts a row with this key and then adds a column to the table.
     * Only asked of a source whose {@link FeedKit#alters()} says so.
     */
    default void insertAndAlter(int key) throws Exception {
      throw new UnsupportedOperationException("This source does not alter its table");
    }

    /** Called once, after the test. */
    void close() throws Exception;
  }

  protected abstract Source source() throws Exception;

  /** Whether the feed reads snapshots, in chunks of at most ten rows. */
  protected boolean loads() {
    return false;
  }

  /** Whether the source can alter its table. */
  protected boolean alters() {
    return false;
  }

  /** How long a transaction may take to arrive. */
  protected Duration patience() {
    return Duration.ofSeconds(30);
  }

  /** What a test keeps of a transaction. */
  private record Seen(
      String id,
      Position position,
      Transaction.Origin origin,
      List<Integer> keys,
      List<RowBatch.Op> ops,
      Optional<Load> load) {}

  private @Nullable Opened opened;

  /** The source of a test, and what a target would know of its feed. */
  private static final class Opened {
    final Source source;
    final Map<String, Relation> known = new HashMap<>();
    final List<Feed.Stream> streams = new ArrayList<>();

    Opened(Source source) {
      this.source = source;
    }
  }

  private Opened opened() {
    return requireNonNull(opened, "source");
  }

  @BeforeEach
  void begin() throws Exception {
    opened = new Opened(source());
  }

  @AfterEach
  void end() throws Exception {
    if (opened == null) {
      return;
    }
    for (Feed.Stream stream : opened().streams) {
      stream.close();
    }
    opened().source.close();
  }

  private void insert(int... keys) throws Exception {
    opened().source.insert(keys);
  }

  private Feed.Stream open(Optional<Position> after) throws Exception {
    Feed.Stream stream = opened().source.feed().open(after, opened().known);
    opened().streams.add(stream);
    stream.relations().forEach(relation -> opened().known.putIfAbsent(relation.id(), relation));
    return stream;
  }

  private Feed.Stream open() throws Exception {
    return open(Optional.empty());
  }

  private Feed.Stream open(Position after) throws Exception {
    return open(Optional.of(after));
  }

  private Transaction next(Feed.Stream stream) throws IOException {
    long until = System.nanoTime() + patience().toNanos();
    do {
      Optional<Transaction> next = stream.next(Duration.ofMillis(100));
      if (next.isPresent()) {
        return next.get();
      }
    } while (System.nanoTime() < until);
    throw new AssertionError("No transaction came within " + patience());
  }

  private Transaction nextWithRows(Feed.Stream stream) throws IOException {
    Transaction next = next(stream);
    while (next.rows().isEmpty()) {
      next.close();
      next = next(stream);
    }
    return next;
  }

  private Seen see(Transaction transaction) throws IOException {
    try (transaction) {
      transaction
          .schemaChanges()
          .forEach(
              change -> change.after().ifPresent(after -> opened().known.put(after.id(), after)));
      return read(transaction);
    }
  }

  private static Seen read(Transaction transaction) throws IOException {
    List<Integer> keys = new ArrayList<>();
    List<RowBatch.Op> ops = new ArrayList<>();
    try (Transaction.Changes changes = transaction.changes()) {
      for (Optional<Chunk> chunk = changes.next(); chunk.isPresent(); chunk = changes.next()) {
        if (chunk.get() instanceof Chunk.Rows rows) {
          for (RowBatch batch : rows.batches()) {
            int key = batch.relation().keyIndexes()[0];
            for (int row = 0; row < batch.rows(); row++) {
              keys.add(Integer.valueOf(batch.after().text(row, key)));
              ops.add(batch.op(row));
            }
          }
        }
      }
    }
    return new Seen(
        transaction.id(),
        transaction.position(),
        transaction.origin(),
        keys,
        ops,
        transaction.load());
  }

  /** The next so many transactions that have rows; others may come in between. */
  private List<Seen> take(Feed.Stream stream, int transactions) throws IOException {
    List<Seen> taken = new ArrayList<>();
    while (taken.size() < transactions) {
      Seen seen = see(next(stream));
      if (!seen.keys.isEmpty()) {
        taken.add(seen);
      }
    }
    return taken;
  }

  private static List<List<Integer>> keys(List<Seen> transactions) {
    return transactions.stream().map(Seen::keys).toList();
  }

  /** Three transactions, read and not confirmed, and where their stream began. */
  private record Three(Position start, List<Seen> seen) {
    Position after(int transactions) {
      return seen.get(transactions - 1).position;
    }
  }

  private Three three(Feed.Stream stream) throws Exception {
    Position start = stream.start();
    insert(1);
    insert(2, 20);
    insert(3);
    return new Three(start, take(stream, 3));
  }

  private Three threeOfAClosedStream() throws Exception {
    Feed.Stream stream = open();
    Three three = three(stream);
    stream.close();
    return three;
  }

  @Test
  void the_id_is_kebab_case_and_stays() throws Exception {
    Feed feed = opened().source.feed();

    assertThat(feed.id())
        .matches(Ids.KEBAB_CASE)
        .isEqualTo(feed.id())
        .isEqualTo(opened().source.feed().id());
  }

  @Test
  void invariant_5_transactions_come_whole_and_in_the_order_of_their_commits() throws Exception {
    Feed.Stream stream = open();
    insert(5);
    insert(4, 3, 2);
    insert(1);

    List<Seen> seen = take(stream, 3);

    assertThat(keys(seen)).containsExactly(List.of(5), List.of(4, 3, 2), List.of(1));
    assertThat(seen)
        .allSatisfy(
            transaction -> {
              assertThat(transaction.origin).isEqualTo(Transaction.Origin.STREAM);
              assertThat(transaction.ops).containsOnly(RowBatch.Op.INSERT);
            });
  }

  @Test
  void invariant_5_rows_come_again_with_the_schema_changes_that_they_came_with() throws Exception {
    assumeThat(alters()).isTrue();
    Feed.Stream stream = open();
    Position start = stream.start();
    opened().source.insertAndAlter(1);
    List<SchemaChange> first = changesWithRows(stream);
    stream.close();
    opened().source.insertAndAlter(2);

    List<SchemaChange> again = changesWithRows(open(start));

    assertThat(again).isEqualTo(first);
  }

  private List<SchemaChange> changesWithRows(Feed.Stream stream) throws IOException {
    try (Transaction transaction = nextWithRows(stream)) {
      return transaction.schemaChanges();
    }
  }

  @Test
  void a_transaction_is_known_before_it_is_read_and_can_be_read_again() throws Exception {
    Feed.Stream stream = open();
    insert(1, 2, 3);

    try (Transaction transaction = nextWithRows(stream)) {
      assertThat(transaction.rows().values()).containsExactly(3L);
      Seen first = read(transaction);
      assertThat(first.keys).containsExactly(1, 2, 3);
      assertThat(read(transaction)).isEqualTo(first);
    }
  }

  @Test
  void nothing_yet_is_not_the_end() throws Exception {
    Feed.Stream stream = open();

    Optional<Transaction> nothing = stream.next(Duration.ofMillis(20));
    while (nothing.isPresent() && see(nothing.get()).keys.isEmpty()) {
      nothing = stream.next(Duration.ofMillis(20));
    }

    assertThat(nothing).isEmpty();
    assertThat(stream.exhausted()).isFalse();
    insert(1);
    assertThat(keys(take(stream, 1))).containsExactly(List.of(1));
    assertThat(stream.exhausted()).isFalse();
  }

  @Test
  void each_transaction_has_a_position_of_the_feed_and_an_id() throws Exception {
    List<Seen> seen = threeOfAClosedStream().seen;

    assertThat(seen)
        .allSatisfy(
            transaction ->
                assertThat(transaction.position.feed()).isEqualTo(opened().source.feed().id()));
    assertThat(seen.stream().map(Seen::position)).doesNotHaveDuplicates();
    assertThat(seen.stream().map(Seen::id)).doesNotHaveDuplicates();
  }

  @Test
  void invariant_6_reading_goes_on_behind_each_position() throws Exception {
    Three three = threeOfAClosedStream();
    for (int read = 2; read >= 1; read--) {
      Feed.Stream stream = open(three.after(read));

      assertThat(take(stream, 3 - read))
          .as("behind transaction %s, as they were the first time", read)
          .isEqualTo(three.seen.subList(read, 3));
      stream.close();
    }
  }

  @Test
  void invariant_6_a_stream_begins_before_all_that_it_brings() throws Exception {
    Feed.Stream unread = open();
    Position start = unread.start();
    insert(1);
    unread.close();

    assertThat(start.feed()).isEqualTo(opened().source.feed().id());
    assertThat(keys(take(open(start), 1))).containsExactly(List.of(1));
  }

  @Test
  void invariant_7_what_was_not_confirmed_comes_again() throws Exception {
    Feed.Stream stream = open();
    Three three = three(stream);
    stream.confirm(three.after(1));
    stream.confirm(three.after(1));
    stream.close();

    assertThat(take(open(three.after(1)), 2)).isEqualTo(three.seen.subList(1, 3));
  }

  @Test
  void invariant_7_a_sign_of_life_confirms_nothing() throws Exception {
    Feed.Stream stream = open();
    Three three = three(stream);
    for (int i = 0; i < 3; i++) {
      stream.keepAlive();
    }
    stream.close();

    assertThat(take(open(three.start), 3)).isEqualTo(three.seen);
  }

  @Test
  void invariant_7_what_was_not_handed_out_cannot_be_confirmed() throws Exception {
    Three three = threeOfAClosedStream();
    Feed.Stream stream = open(three.start);

    assertThatThrownBy(() -> stream.confirm(three.after(3)))
        .isInstanceOf(IllegalArgumentException.class);
    stream.close();

    assertThat(take(open(three.start), 3)).isEqualTo(three.seen);
  }

  @Test
  void invariant_8_changes_that_are_lost_are_refused_and_never_passed_over() throws Exception {
    Feed.Stream stream = open();
    Three three = three(stream);
    stream.confirm(three.after(3));
    stream.close();

    List<Seen> again;
    try {
      again = take(open(three.after(1)), 2);
    } catch (FeedException refused) {
      assertThat(refused).hasMessageNotContaining("null");
      return;
    }
    assertThat(again).as("a source that still has them").isEqualTo(three.seen.subList(1, 3));
  }

  @Test
  void invariant_8_a_position_of_another_feed_is_refused() throws Exception {
    Position mine = threeOfAClosedStream().after(1);
    Position theirs = new Position("kit-other", mine.text());

    assertThatThrownBy(() -> open(theirs)).isInstanceOf(FeedException.class);
  }

  @Test
  void invariant_8_a_position_that_no_feed_gave_is_refused() throws Exception {
    open().close();
    String feed = opened().source.feed().id();

    for (String text : List.of("", "kit", "-1", "9".repeat(40))) {
      assertThatThrownBy(() -> open(new Position(feed, text)))
          .as("position '%s'", text)
          .isInstanceOf(FeedException.class);
    }
  }

  @Test
  void the_relations_are_those_of_the_rows() throws Exception {
    Feed.Stream stream = open();
    List<Relation> relations = stream.relations();
    insert(1);

    try (Transaction transaction = nextWithRows(stream)) {
      assertThat(relations.stream().map(Relation::id))
          .containsAll(transaction.rows().keySet().stream().map(Relation::id).toList());
      assertThat(relations.stream().map(Relation::asset))
          .containsAll(transaction.rows().keySet().stream().map(Relation::asset).toList());
    }
  }

  @Test
  void a_closed_stream_gives_nothing_and_lets_another_begin() throws Exception {
    Feed.Stream stream = open();
    Position start = stream.start();
    insert(1);
    stream.close();
    stream.close();

    assertThatThrownBy(() -> stream.next(Duration.ZERO))
        .isInstanceOfAny(IllegalStateException.class, IOException.class);
    assertThat(keys(take(open(start), 1))).containsExactly(List.of(1));
  }

  @Test
  void its_health_can_be_asked_at_any_time() throws Exception {
    Feed.Stream stream = open();
    assertThat(stream.health()).doesNotContainValue(null);
    three(stream);

    assertThat(stream.health()).doesNotContainValue(null);
  }

  private Asset loadedTable(Feed.Stream stream) throws IOException {
    List<Relation> relations = stream.relations();
    assertThat(relations).as("relations()").hasSize(1);
    return relations.get(0).asset();
  }

  private void fill() throws Exception {
    insert(IntStream.rangeClosed(1, LOADED).toArray());
  }

  /** Chunks of a snapshot until it is finished; the stream's own rows beside them are left out. */
  private List<Seen> chunks(Feed.Stream stream) throws IOException {
    List<Seen> chunks = new ArrayList<>();
    while (chunks.isEmpty() || !chunks.get(chunks.size() - 1).load.orElseThrow().finished()) {
      Seen seen = see(next(stream));
      if (seen.origin == Transaction.Origin.SNAPSHOT) {
        chunks.add(seen);
      }
    }
    return chunks;
  }

  private static TreeSet<Integer> all(List<Seen> chunks) {
    TreeSet<Integer> keys = new TreeSet<>();
    chunks.forEach(chunk -> keys.addAll(chunk.keys));
    return keys;
  }

  @Test
  void a_load_brings_each_row_as_it_is() throws Exception {
    assumeThat(loads()).as("loads()").isTrue();
    fill();
    Feed.Stream stream = open();
    Asset table = loadedTable(stream);

    stream.load(Load.begin(table));
    List<Seen> chunks = chunks(stream);

    assertThat(all(chunks))
        .containsExactlyElementsOf(IntStream.rangeClosed(1, LOADED).boxed().toList());
    assertThat(chunks).as("chunks of at most ten rows").hasSizeGreaterThan(3);
    assertThat(chunks)
        .allSatisfy(
            chunk -> {
              assertThat(chunk.load.orElseThrow().asset()).isEqualTo(table);
              assertThat(chunk.ops).allMatch(RowBatch.Op.READ::equals);
            });
    insert(100);
    Seen after = take(stream, 1).get(0);
    assertThat(after.origin).isEqualTo(Transaction.Origin.STREAM);
    assertThat(after.keys).containsExactly(100);
  }

  @Test
  void invariant_6_a_load_goes_on_where_it_was_left() throws Exception {
    assumeThat(loads()).as("loads()").isTrue();
    fill();
    Feed.Stream first = open();
    first.load(Load.begin(loadedTable(first)));
    List<Seen> chunks = new ArrayList<>(take(first, 1));
    Seen left = chunks.get(0);
    first.close();

    Feed.Stream second = open(left.position);
    second.load(left.load.orElseThrow());
    List<Seen> rest = chunks(second);

    assertThat(all(rest)).as("rows that were read before").doesNotContainAnyElementsOf(left.keys);
    chunks.addAll(rest);
    assertThat(all(chunks)).hasSize(LOADED);
  }

  @Test
  void a_load_that_is_stopped_brings_no_more() throws Exception {
    assumeThat(loads()).as("loads()").isTrue();
    fill();
    Feed.Stream stream = open();
    Asset table = loadedTable(stream);
    stream.stopLoad(table);
    stream.load(Load.begin(table));
    take(stream, 1);

    stream.stopLoad(table);
    insert(100);

    assertThat(take(stream, 1).get(0).keys).containsExactly(100);
  }
}
