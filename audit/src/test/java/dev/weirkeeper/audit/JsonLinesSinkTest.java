package dev.weirkeeper.audit;

import static dev.weirkeeper.audit.Sample.CLOCK;
import static dev.weirkeeper.audit.Sample.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Journal;
import dev.weirkeeper.JournalException;
import dev.weirkeeper.Json;
import dev.weirkeeper.Receipt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonLinesSinkTest {
  @TempDir Path folder;

  private record Note(String text) {}

  @Test
  void records_are_there_in_their_order_with_their_receipts() throws IOException {
    List<Receipt> receipts = new ArrayList<>();
    try (JsonLinesSink sink = JsonLinesSink.open(folder, CLOCK)) {
      for (int i = 0; i < 5; i++) {
        receipts.add(sink.append(record(i)));
      }
    }

    assertThat(receipts).extracting(Receipt::sequence).containsExactly(0L, 1L, 2L, 3L, 4L);
    assertThat(receipts.get(3).record()).isEqualTo(record(3).id());
    assertThat(Sample.records(folder))
        .containsExactly(record(0), record(1), record(2), record(3), record(4));
    assertThat(JsonLinesLog.in(folder).verify().intact()).isTrue();
  }

  @Test
  void the_same_records_make_the_same_bytes() throws IOException {
    Sample.write(folder.resolve("a"), 20);
    Sample.write(folder.resolve("b"), 20);

    Path name = LogFiles.named(Path.of(""), 0);
    assertThat(folder.resolve("a").resolve(name))
        .hasSameBinaryContentAs(folder.resolve("b").resolve(name));
  }

  @Test
  void a_line_holds_the_record_as_it_is_hashed_and_nothing_of_the_chain_is_in_it()
      throws IOException {
    Sample.write(folder, 2);

    List<String> lines = Files.readAllLines(LogFiles.named(folder, 0));

    assertThat(lines.get(1))
        .isEqualTo(
            "{\"previous\":\""
                + Hash.of(Json.parse(lines.get(0)))
                + "\",\"record\":"
                + record(1).canonical()
                + ",\"seq\":1}");
  }

  @Test
  void a_log_goes_on_where_it_ended() throws IOException {
    Sample.write(folder, 3);
    try (JsonLinesSink sink = JsonLinesSink.open(folder, CLOCK)) {
      assertThat(sink.head().records()).isEqualTo(3);
      assertThat(sink.append(record(3)).sequence()).isEqualTo(3);
    }

    assertThat(JsonLinesLog.in(folder).verify().head().records()).isEqualTo(4);
  }

  @Test
  void files_are_followed_by_others_and_are_one_log() throws IOException {
    try (JsonLinesSink sink = JsonLinesSink.open(folder, CLOCK, 1000)) {
      for (int i = 0; i < 20; i++) {
        sink.append(record(i));
      }
    }
    try (JsonLinesSink sink = JsonLinesSink.open(folder, CLOCK, 1000)) {
      sink.append(record(20));
      assertThat(JsonLinesLog.in(folder).verify().head()).isEqualTo(sink.head());
    }

    assertThat(LogFiles.in(folder).size()).isGreaterThan(5);
    assertThat(Sample.records(folder)).hasSize(21).endsWith(record(20));
  }

  @Test
  void two_sinks_never_have_one_folder() throws IOException {
    try (JsonLinesSink first = JsonLinesSink.open(folder, CLOCK)) {
      assertThatThrownBy(() -> JsonLinesSink.open(folder, CLOCK))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Another sink writes")
          .hasMessageContaining(folder.toString());
      first.append(record(0));
    }
    try (JsonLinesSink next = JsonLinesSink.open(folder, CLOCK)) {
      assertThat(next.append(record(1)).sequence()).isEqualTo(1);
    }
  }

  @Test
  void a_folder_that_cannot_be_made_is_refused_with_what_to_do() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "in the way");

    for (Path where : List.of(file, file.resolve("below"), Path.of("/proc/weirkeeper"))) {
      assertThatThrownBy(() -> JsonLinesSink.open(where, CLOCK))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot be written")
          .hasMessageContaining("choose another");
    }
  }

  @Test
  void a_closed_sink_takes_nothing() throws IOException {
    JsonLinesSink sink = JsonLinesSink.open(folder, CLOCK);
    sink.close();
    sink.close();

    assertThatThrownBy(() -> sink.append(record(0)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void what_cannot_be_a_line_is_refused_and_leaves_no_gap() throws IOException {
    Object deep = 1;
    for (int i = 0; i < 63; i++) {
      deep = List.of(deep);
    }
    Json tooDeep = Json.of(deep);
    Json tooLong = Json.of("x".repeat(Line.MAX_BYTES));
    try (JsonLinesSink sink = JsonLinesSink.open(folder, CLOCK)) {
      for (Json body : List.of(tooDeep, tooLong)) {
        AuditRecord record =
            new AuditRecord("k", CLOCK.instant(), "a", Optional.empty(), body, List.of(), Map.of());
        assertThatThrownBy(() -> sink.append(record)).isInstanceOf(IllegalArgumentException.class);
      }
      assertThat(sink.append(record(0)).sequence()).isZero();
    }

    assertThat(Sample.records(folder)).containsExactly(record(0));
  }

  @Test
  void invariant_2_a_tail_torn_at_any_byte_is_cut_and_remembered() throws IOException {
    Sample.write(folder.resolve("whole"), 3);
    byte[] whole = Files.readAllBytes(LogFiles.named(folder.resolve("whole"), 0));
    int lastLine = 1 + lastIndexOf(whole, '\n', whole.length - 2);
    for (int cut = lastLine; cut < whole.length; cut++) {
      Path torn = Files.createDirectory(folder.resolve("cut-" + cut));
      Files.write(LogFiles.named(torn, 0), Arrays.copyOf(whole, cut));
      JsonLinesLog.Report before = JsonLinesLog.in(torn).verify();
      assertThat(before.intact()).isTrue();
      assertThat(before.tornBytes()).isEqualTo(cut - lastLine);

      try (JsonLinesSink sink = JsonLinesSink.open(torn, CLOCK)) {
        sink.append(record(9));
      }

      assertThat(JsonLinesLog.in(torn).verify().intact()).as("cut at %d", cut).isTrue();
      List<AuditRecord> records = Sample.records(torn);
      if (cut == lastLine) {
        assertThat(records).containsExactly(record(0), record(1), record(9));
      } else {
        assertThat(records).hasSize(4).startsWith(record(0), record(1)).endsWith(record(9));
        assertThat(records.get(2).kind()).isEqualTo("journal.recovered");
        assertThat(records.get(2).body().text()).contains("\"bytes\":" + (cut - lastLine));
      }
    }
  }

  @Test
  void invariant_2_a_tail_that_is_longer_than_its_record_is_cut_too() throws IOException {
    Sample.write(folder, 1);
    Path file = LogFiles.named(folder, 0);
    byte[] junk = new byte[5000];
    Files.write(file, junk, java.nio.file.StandardOpenOption.APPEND);

    JsonLinesSink.open(folder, CLOCK).close();

    assertThat(JsonLinesLog.in(folder).verify())
        .matches(JsonLinesLog.Report::intact)
        .matches(report -> report.tornBytes() == 0 && report.head().records() == 2);
  }

  @Test
  void invariant_2_a_recovery_that_dies_is_still_remembered() throws IOException {
    Sample.write(folder, 1);
    Path file = LogFiles.named(folder, 0);
    Files.write(file, new byte[5000], java.nio.file.StandardOpenOption.APPEND);
    FaultyDisk disk = new FaultyDisk();
    for (int bytes : new int[] {0, 1, 100}) {
      disk.left.set(bytes);
      assertThatThrownBy(() -> JsonLinesSink.open(folder, CLOCK, Long.MAX_VALUE, disk))
          .isInstanceOf(IOException.class);
    }
    disk.left.set(Long.MAX_VALUE);
    disk.failTruncate = true;
    assertThatThrownBy(() -> JsonLinesSink.open(folder, CLOCK, Long.MAX_VALUE, disk))
        .isInstanceOf(IOException.class);

    JsonLinesSink.open(folder, CLOCK).close();

    assertThat(Sample.records(folder))
        .extracting(AuditRecord::kind)
        .containsExactly("test.happened", "journal.recovered", "journal.recovered");
  }

  @Test
  void a_log_that_was_changed_is_not_written_on() throws IOException {
    Sample.write(folder, 3);
    Path file = LogFiles.named(folder, 0);
    String changed = Files.readString(file).replaceFirst("host:ana", "host:eve");
    Files.writeString(file, changed);

    assertThatThrownBy(() -> JsonLinesSink.open(folder, CLOCK))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not right")
        .hasMessageContaining("line 2")
        .hasMessageContaining("Put it aside");

    assertThat(file).hasContent(changed);
  }

  @Test
  void invariant_2_nothing_is_acknowledged_after_a_write_that_failed() throws Exception {
    byte[] oneLine = Line.encoded(Head.EMPTY.chain(), record(0).canonical(), 0);
    for (int left = 0; left < 2 * oneLine.length; left += 37) {
      Path here = folder.resolve("left-" + left);
      FaultyDisk disk = new FaultyDisk();
      int acknowledged = 0;
      try (JsonLinesSink sink = JsonLinesSink.open(here, CLOCK, Long.MAX_VALUE, disk)) {
        sink.append(record(0));
        acknowledged++;
        disk.left.set(left);
        for (int i = 1; i < 6; i++) {
          try {
            sink.append(record(i));
            acknowledged++;
          } catch (IOException e) {
            disk.left.set(Long.MAX_VALUE); // The disk has room again; the sink must not go on.
          }
        }
        assertThat(sink.head().records()).isEqualTo(acknowledged);
      }

      try (JsonLinesSink sink = JsonLinesSink.open(here, CLOCK)) {
        sink.append(record(7));
      }
      assertThat(JsonLinesLog.in(here).verify().intact()).isTrue();
      assertThat(Sample.records(here))
          .filteredOn(record -> record.kind().equals("test.happened"))
          .startsWith(record(0))
          .hasSize(acknowledged + 1);
    }
  }

  @Test
  void invariant_2_a_force_that_failed_is_never_tried_again() throws IOException {
    FaultyDisk disk = new FaultyDisk();
    try (JsonLinesSink sink = JsonLinesSink.open(folder, CLOCK, Long.MAX_VALUE, disk)) {
      disk.failForce = true;
      assertThatThrownBy(() -> sink.append(record(0))).isInstanceOf(IOException.class);
      disk.failForce = false;
      int forced = disk.forced.get();

      assertThatThrownBy(
              () ->
                  new Journal(sink, CLOCK)
                      .write("k", "a", Optional.empty(), new Note("x"), List.of()))
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("nothing is done");
      assertThat(disk.forced).hasValue(forced);
    }
  }

  @Test
  void an_interrupted_thread_does_not_close_the_log_for_others() throws IOException {
    try (JsonLinesSink sink = JsonLinesSink.open(folder, CLOCK, 300)) {
      Thread.currentThread().interrupt();
      for (int i = 0; i < 5; i++) {
        sink.append(record(i));
      }
      assertThat(Thread.interrupted()).isTrue();
      sink.append(record(5));
    }

    assertThat(JsonLinesLog.in(folder).verify().head().records()).isEqualTo(6);
  }

  @Test
  void threads_that_wait_share_one_force() throws Exception {
    int threads = 8;
    FaultyDisk disk = new FaultyDisk();
    try (JsonLinesSink sink = JsonLinesSink.open(folder, CLOCK, Long.MAX_VALUE, disk)) {
      int before = disk.forced.get();
      disk.gate = new CountDownLatch(1);
      List<Future<Receipt>> receipts = new ArrayList<>();
      ExecutorService pool = Executors.newFixedThreadPool(threads);
      receipts.add(pool.submit(() -> sink.append(record(0))));
      disk.atGate.await();
      for (int i = 1; i < threads; i++) {
        int n = i;
        receipts.add(pool.submit(() -> sink.append(record(n))));
      }
      while (sink.waiting() < threads - 1) {
        Thread.onSpinWait();
      }
      disk.gate.countDown();
      for (Future<Receipt> receipt : receipts) {
        receipt.get(30, TimeUnit.SECONDS);
      }
      pool.shutdown();

      assertThat(disk.forced.get() - before).isEqualTo(2);
    }
    assertThat(JsonLinesLog.in(folder).verify().head().records()).isEqualTo(threads);
  }

  @Test
  void many_threads_write_one_log() throws Exception {
    int threads = 8;
    int each = 200;
    FaultyDisk disk = new FaultyDisk();
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try (JsonLinesSink sink = JsonLinesSink.open(folder, CLOCK, 50_000, disk)) {
      List<Callable<List<Receipt>>> work = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int base = t * each;
        work.add(
            () -> {
              List<Receipt> receipts = new ArrayList<>();
              for (int i = 0; i < each; i++) {
                receipts.add(sink.append(record(base + i)));
              }
              return receipts;
            });
      }
      List<Receipt> all = new ArrayList<>();
      for (Future<List<Receipt>> done : pool.invokeAll(work)) {
        assertThat(done.get())
            .isSortedAccordingTo(java.util.Comparator.comparingLong(Receipt::sequence));
        all.addAll(done.get());
      }
      all.sort(java.util.Comparator.comparingLong(Receipt::sequence));

      List<AuditRecord> records = Sample.records(folder);
      assertThat(records).hasSize(threads * each);
      for (int i = 0; i < all.size(); i++) {
        assertThat(all.get(i)).isEqualTo(new Receipt(i, records.get(i).id()));
      }
    } finally {
      pool.shutdown();
    }
    assertThat(JsonLinesLog.in(folder).verify().intact()).isTrue();
  }

  @Test
  void invariant_2_when_the_disk_fails_under_many_threads_every_acknowledged_record_is_there()
      throws Exception {
    long seed = 2;
    Random random = new Random(seed);
    for (int round = 0; round < 20; round++) {
      Path here = folder.resolve("round-" + round);
      FaultyDisk disk = new FaultyDisk();
      disk.left.set(random.nextInt(40_000));
      ExecutorService pool = Executors.newFixedThreadPool(4);
      List<Receipt> acknowledged = new ArrayList<>();
      try (JsonLinesSink sink = JsonLinesSink.open(here, CLOCK, 10_000, disk)) {
        List<Callable<List<Receipt>>> work = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
          int base = t * 100;
          work.add(
              () -> {
                List<Receipt> receipts = new ArrayList<>();
                for (int i = 0; i < 50; i++) {
                  try {
                    receipts.add(sink.append(record(base + i)));
                  } catch (IOException e) {
                    disk.left.set(Long.MAX_VALUE);
                  }
                }
                return receipts;
              });
        }
        for (Future<List<Receipt>> done : pool.invokeAll(work)) {
          acknowledged.addAll(done.get());
        }
      } finally {
        pool.shutdown();
      }

      JsonLinesSink.open(here, CLOCK).close();
      List<AuditRecord> records = Sample.records(here);
      for (Receipt receipt : acknowledged) {
        assertThat(records.get((int) receipt.sequence()).id())
            .as("seed %d, round %d", seed, round)
            .isEqualTo(receipt.record());
      }
    }
  }

  private static int lastIndexOf(byte[] bytes, char wanted, int from) {
    int at = from;
    while (bytes[at] != wanted) {
      at--;
    }
    return at;
  }

  /** The real disk until it is told to fail. */
  private static final class FaultyDisk implements Disk {
    final AtomicInteger forced = new AtomicInteger();
    final CountDownLatch atGate = new CountDownLatch(1);
    final AtomicLong left = new AtomicLong(Long.MAX_VALUE);
    volatile boolean failForce;
    volatile boolean failTruncate;
    volatile CountDownLatch gate = new CountDownLatch(0);

    @Override
    public Output open(Path file, long at) throws IOException {
      Output real = REAL.open(file, at);
      return new Output() {
        @Override
        public void write(byte[] bytes, int length) throws IOException {
          int fits = (int) Math.min(left.get(), length);
          real.write(bytes, fits);
          if (fits < length) {
            throw new IOException("No space left on device");
          }
          left.addAndGet(-length);
        }

        @Override
        public void force() throws IOException {
          atGate.countDown();
          try {
            gate.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          forced.incrementAndGet();
          if (failForce) {
            throw new IOException("Input/output error");
          }
          real.force();
        }

        @Override
        public void truncate() throws IOException {
          if (failTruncate) {
            throw new IOException("Input/output error");
          }
          real.truncate();
        }

        @Override
        public void close() throws IOException {
          real.close();
        }
      };
    }
  }
}
