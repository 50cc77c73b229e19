package dev.weirkeeper.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.weirkeeper.Asset;
import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Receipt;
import dev.weirkeeper.spi.AuditSink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each {@link AuditSink} holds to. */
public abstract class AuditSinkKit {
  private static final int THREADS = 8;
  private static final int EACH = 50;

  /**
   * Opens the log that belongs to a folder, the one that was left there before if there is one.
   *
   * @param folder an empty folder at first; a sink that keeps its log elsewhere may take its name
   */
  protected abstract AuditSink open(Path folder) throws Exception;

  /**
   * All records of the log of a folder in their order, read apart from any sink: what somebody who
   * has only the medium would find now.
   */
  protected abstract List<AuditRecord> read(Path folder) throws Exception;

  /**
   * Opens a log whose medium takes some records, and from some moment within the next hundred no
   * more. None by default; then what holds for failed writes is not tested.
   */
  protected Optional<AuditSink> openOnMediumThatFills(Path folder) throws Exception {
    return Optional.empty();
  }

  private static AuditRecord record(String what, int n) {
    return new AuditRecord(
        "kit.happened",
        Instant.parse("2026-11-23T08:00:00.123456Z").plusNanos(n),
        "host:ana",
        n % 2 == 0 ? Optional.of(new Asset("shop", "public.orders")) : Optional.empty(),
        Json.of(Map.of("what", what, "n", n, "text", "caf\u00e9 \ud83d\ude00 \"quoted\"\n\u2028")),
        n == 0 ? List.of() : List.of(record(what, n - 1 > 2 ? 2 : n - 1).id()),
        Map.of("row", Hash.of(what.getBytes(StandardCharsets.UTF_8))));
  }

  @Test
  void invariant_2_a_record_is_durable_when_append_returns(@TempDir Path folder) throws Exception {
    try (AuditSink sink = open(folder)) {
      for (int n = 0; n < 10; n++) {
        sink.append(record("alone", n));

        assertThat(read(folder))
            .as("read while the sink is open, as after a crash")
            .hasSize(n + 1)
            .last()
            .isEqualTo(record("alone", n));
      }
    }
  }

  @Test
  void invariant_9_records_are_read_back_as_they_were_written(@TempDir Path folder)
      throws Exception {
    List<AuditRecord> written = new ArrayList<>();
    written.add(record("plain", 0));
    written.add(record("plain", 1));
    written.add(
        new AuditRecord(
            "kit.large",
            Instant.EPOCH,
            "host:ana",
            Optional.empty(),
            Json.of(Map.of("text", "x".repeat(300_000))),
            List.of(written.get(0).id(), written.get(1).id()),
            Map.of()));
    try (AuditSink sink = open(folder)) {
      for (AuditRecord record : written) {
        sink.append(record);
      }
    }

    assertThat(read(folder)).isEqualTo(written);
    assertThat(read(folder).stream().map(AuditRecord::id))
        .isEqualTo(written.stream().map(AuditRecord::id).toList());
  }

  @Test
  void a_receipt_names_the_record_and_its_place(@TempDir Path folder) throws Exception {
    try (AuditSink sink = open(folder)) {
      for (int n = 0; n < 5; n++) {
        assertThat(sink.append(record("receipt", n)))
            .isEqualTo(new Receipt(n, record("receipt", n).id()));
      }
    }
  }

  @Test
  void invariant_2_a_log_that_is_opened_again_goes_on(@TempDir Path folder) throws Exception {
    for (int n = 0; n < 3; n++) {
      try (AuditSink sink = open(folder)) {
        assertThat(sink.append(record("again", n)).sequence()).isEqualTo(n);
      }
    }

    assertThat(read(folder))
        .containsExactly(record("again", 0), record("again", 1), record("again", 2));
  }

  @Test
  void a_record_that_is_written_twice_is_there_twice(@TempDir Path folder) throws Exception {
    try (AuditSink sink = open(folder)) {
      Receipt first = sink.append(record("twice", 0));
      Receipt second = sink.append(record("twice", 0));

      assertThat(second).isEqualTo(new Receipt(first.sequence() + 1, first.record()));
    }
    assertThat(read(folder)).containsExactly(record("twice", 0), record("twice", 0));
  }

  @Test
  void records_of_many_threads_are_all_there_once_and_in_one_order(@TempDir Path folder)
      throws Exception {
    List<List<Receipt>> receipts = new ArrayList<>();
    try (AuditSink sink = open(folder)) {
      for (Future<List<Receipt>> thread : start(sink)) {
        receipts.add(thread.get());
      }
    }

    List<AuditRecord> log = read(folder);

    assertThat(log).hasSize(THREADS * EACH).doesNotHaveDuplicates();
    assertPlaces(log, receipts);
    for (List<Receipt> own : receipts) {
      assertThat(own).as("receipts of one thread").hasSize(EACH);
      assertThat(own.stream().map(Receipt::sequence).toList()).as("their order").isSorted();
    }
  }

  /** Every receipt says where its record is in the log. */
  private static void assertPlaces(List<AuditRecord> log, List<List<Receipt>> receipts) {
    List<Hash> ids = log.stream().map(AuditRecord::id).toList();
    Map<Long, Hash> places = new HashMap<>();
    for (List<Receipt> own : receipts) {
      for (Receipt receipt : own) {
        assertThat(places.put(receipt.sequence(), receipt.record())).as("one place, two").isNull();
      }
    }
    places.forEach(
        (sequence, record) -> assertThat(ids).element(Math.toIntExact(sequence)).isEqualTo(record));
  }

  /** Threads that append until they are done or refused, and say what they were promised. */
  private static List<Future<List<Receipt>>> start(AuditSink sink) {
    CountDownLatch start = new CountDownLatch(1);
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    List<Future<List<Receipt>>> threads = new ArrayList<>();
    for (int thread = 0; thread < THREADS; thread++) {
      String name = "thread-" + thread;
      threads.add(
          pool.submit(
              () -> {
                start.await();
                List<Receipt> promised = new ArrayList<>();
                for (int n = 0; n < EACH; n++) {
                  try {
                    promised.add(sink.append(record(name, n)));
                  } catch (IOException refused) {
                    return promised;
                  }
                }
                return promised;
              }));
    }
    start.countDown();
    pool.shutdown();
    return threads;
  }

  @Test
  void invariant_2_closing_keeps_every_promise(@TempDir Path folder) throws Exception {
    AuditSink sink = open(folder);
    List<List<Receipt>> receipts = new ArrayList<>();
    receipts.add(List.of(sink.append(record("before", 0))));
    List<Future<List<Receipt>>> threads = start(sink);
    sink.close();

    for (Future<List<Receipt>> thread : threads) {
      receipts.add(thread.get());
    }

    assertPlaces(read(folder), receipts);
  }

  @Test
  void a_closed_sink_takes_nothing(@TempDir Path folder) throws Exception {
    AuditSink sink = open(folder);
    sink.append(record("open", 0));
    sink.close();
    sink.close();

    assertThatThrownBy(() -> sink.append(record("late", 1))).isInstanceOf(IOException.class);
    assertThat(read(folder)).containsExactly(record("open", 0));
  }

  @Test
  void invariant_2_a_write_that_fails_is_an_io_exception_and_promises_nothing(@TempDir Path folder)
      throws Exception {
    Optional<AuditSink> filling = openOnMediumThatFills(folder);
    assumeThat(filling).as("openOnMediumThatFills()").isPresent();
    List<Receipt> promised = new ArrayList<>();
    int failures = 0;
    try (AuditSink sink = filling.orElseThrow()) {
      for (int n = 0; n < 200; n++) {
        try {
          promised.add(sink.append(record("filling", n)));
        } catch (IOException e) {
          assertThat(e).hasMessageNotContainingAny("filling");
          failures++;
        }
      }
    }

    assertThat(failures).as("appends that failed").isPositive();
    assertThat(promised).as("appends before the medium was full").isNotEmpty();
    assertPlaces(read(folder), List.of(promised));
  }
}
