package dev.weirkeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LogBookTest {
  private static final Asset ORDERS = new Asset("shop", "public.orders");

  private final LogBook book = LogBook.holding(10, 1 << 20);

  private static AuditRecord frozen(long number) {
    return record(Freeze.Frozen.KIND, new Freeze.Frozen("budget-" + number, "why"));
  }

  private static AuditRecord record(String kind, Record body, Hash... causes) {
    return new AuditRecord(
        kind, Instant.EPOCH, "door", Optional.of(ORDERS), Json.of(body), List.of(causes), Map.of());
  }

  private void hear(long sequence) {
    hear(book, sequence, frozen(sequence));
  }

  private static void hear(LogBook book, long sequence, AuditRecord record) {
    book.written(record, new Receipt(sequence, record.id()));
  }

  private List<Long> all(int pageSize) {
    List<Long> seen = new ArrayList<>();
    Optional<Long> before = Optional.empty();
    do {
      LogBook.Page page = book.page(entry -> true, before, pageSize);
      page.entries().forEach(entry -> seen.add(entry.sequence()));
      before = page.next();
    } while (before.isPresent());
    return seen;
  }

  @Test
  void pages_give_each_record_once_the_newest_first() {
    LongStream.range(0, 7).forEach(this::hear);

    for (int size = 1; size < 9; size++) {
      assertThat(all(size)).as("%d a page", size).containsExactly(6L, 5L, 4L, 3L, 2L, 1L, 0L);
    }
  }

  @Test
  void whoever_writes_does_not_wait_for_whoever_reads() {
    hear(0);
    Thread writer = new Thread(() -> hear(1));

    LogBook.Page page =
        book.page(
            entry -> {
              writer.start();
              return ended(writer);
            },
            Optional.empty(),
            5);

    assertThat(page.entries())
        .as("the writer came through while a record was looked at")
        .hasSize(1);
    assertThat(all(5)).containsExactly(1L, 0L);
  }

  private static boolean ended(Thread thread) {
    try {
      thread.join(5_000);
      return !thread.isAlive();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void a_book_of_the_whole_log_says_that_nothing_is_older() {
    LongStream.range(0, 3).forEach(this::hear);

    assertThat(book.page(entry -> false, Optional.empty(), 5).older()).isEmpty();
  }

  @Test
  void invariant_8_what_lies_before_the_book_is_said_and_never_shown_as_empty() {
    LongStream.range(0, 25).forEach(this::hear);

    LogBook.Page none = book.page(entry -> false, Optional.empty(), 5);

    assertThat(book.size()).isEqualTo(10);
    assertThat(none.entries()).isEmpty();
    assertThat(none.older()).contains("older than record 15: read the log");
    // A page that is not the last one has an end of its own.
    assertThat(book.page(entry -> true, Optional.empty(), 5).older()).isEmpty();
    assertThat(book.page(entry -> true, Optional.of(17L), 5).older()).isPresent();
  }

  @Test
  void invariant_8_a_book_that_heard_of_nothing_does_not_say_that_there_is_nothing() {
    assertThat(book.page(entry -> true, Optional.empty(), 5).older().orElseThrow())
        .contains("read the log");
  }

  @Test
  void invariant_8_a_book_that_began_late_says_so() {
    hear(40);

    assertThat(book.older()).contains("older than record 40: read the log");
  }

  @Test
  void invariant_8_a_gap_that_nobody_told_of_is_said() {
    hear(0);
    hear(1);
    hear(4);

    assertThat(book.older()).contains("older than record 4: read the log");

    hear(3);
    hear(2);

    assertThat(book.older()).isEmpty();
    assertThat(all(2)).containsExactly(4L, 3L, 2L, 1L, 0L);
  }

  @Test
  void a_long_gap_begins_the_book_anew() {
    hear(0);
    hear(1_000_000);

    assertThat(all(5)).containsExactly(1_000_000L);
    assertThat(book.older()).contains("older than record 1000000: read the log");
  }

  @Test
  void records_may_come_in_any_order() {
    long seed = 4;
    List<Long> sequences = new ArrayList<>(LongStream.range(0, 10).boxed().toList());
    Collections.shuffle(sequences, new Random(seed));

    sequences.forEach(this::hear);

    assertThat(all(3))
        .as("seed %d, after the first of %s", seed, sequences)
        .isSortedAccordingTo(Collections.reverseOrder())
        .containsAll(sequences.stream().filter(at -> at >= sequences.get(0)).toList());
  }

  @Test
  void a_record_that_is_told_twice_is_held_once() {
    hear(0);
    hear(0);

    assertThat(all(5)).containsExactly(0L);
    assertThat(book.named(frozen(0).id())).hasSize(1);
  }

  @Test
  void kinds_that_the_library_does_not_write_leave_no_gap_and_are_not_held() {
    hear(0);
    hear(book, 1, record("plugin.saw", new Freeze.Frozen("a", "b")));
    hear(2);

    assertThat(all(5)).containsExactly(2L, 0L);
    assertThat(book.older()).isEmpty();
  }

  @Test
  void a_book_holds_no_more_bytes_than_it_may() {
    long bytes = frozen(0).canonical().text().length() * 3L + 10;
    LogBook small = LogBook.holding(100, bytes);
    LongStream.range(0, 10).forEach(at -> hear(small, at, frozen(at)));

    assertThat(small.size()).isEqualTo(3);
    assertThat(small.older()).contains("older than record 7: read the log");

    hear(small, 10, record(Freeze.Frozen.KIND, new Freeze.Frozen("long", "x".repeat((int) bytes))));

    assertThat(small.size()).isZero();
    assertThat(small.older()).contains("older than record 11: read the log");
  }

  @Test
  void what_is_forgotten_is_found_by_no_name() {
    hear(0);
    Hash first = frozen(0).id();
    hear(book, 1, record(Freeze.Frozen.KIND, new Freeze.Frozen("follows", "why"), first));
    assertThat(book.named(first)).hasSize(1);
    assertThat(book.following(first)).hasSize(1);

    LongStream.range(2, 30).forEach(this::hear);

    assertThat(book.named(first)).isEmpty();
    assertThat(book.following(first)).isEmpty();
  }

  @Test
  void acts_are_found_by_their_action() {
    Hash action = Hash.of(new byte[] {7});
    hear(
        book,
        0,
        record(
            Act.Finished.KIND, new Act.Finished(action, "table_pause", new Outcome.Failed("no"))));

    assertThat(book.named(action)).hasSize(1);
  }

  @Test
  void a_body_that_is_not_of_its_kind_is_a_gap() {
    hear(0);
    AuditRecord wrong = record(Decided.KIND, new Freeze.Frozen("a", "b"));

    assertThatThrownBy(() -> hear(book, 1, wrong)).isInstanceOf(IllegalArgumentException.class);
    hear(2);

    assertThat(book.older()).contains("older than record 2: read the log");
  }

  @Test
  void threads_write_and_read_at_once() throws Exception {
    LogBook shared = LogBook.holding(500, 1 << 20);
    int writers = 4;
    int each = 500;
    CountDownLatch go = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    AtomicLong next = new AtomicLong();
    List<Throwable> thrown = Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < writers; i++) {
      threads.add(
          new Thread(
              () -> {
                try {
                  go.await();
                  for (int n = 0; n < each; n++) {
                    long sequence = next.getAndIncrement();
                    hear(shared, sequence, frozen(sequence));
                    shared.page(entry -> true, Optional.empty(), 20);
                  }
                } catch (Exception | Error e) {
                  thrown.add(e);
                }
              }));
    }
    threads.forEach(Thread::start);
    go.countDown();
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(thrown).isEmpty();
    assertThat(shared.size()).isEqualTo(500);
    assertThat(shared.older()).contains("older than record 1500: read the log");
  }
}
