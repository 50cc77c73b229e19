package dev.weirkeeper.testkit;

import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Json;
import dev.weirkeeper.Receipt;
import dev.weirkeeper.spi.AuditSink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AuditSinkKitTest {
  /** A way to break a sink, and the tests that must see it. */
  enum Flaw {
    WRITES_WHEN_IT_IS_CLOSED("invariant_2_a_record_is_durable_when_append_returns"),
    CUTS_LARGE_RECORDS("invariant_9_records_are_read_back_as_they_were_written"),
    STARTS_ANEW("invariant_2_a_log_that_is_opened_again_goes_on"),
    COUNTS_FROM_ONE("a_receipt_names_the_record_and_its_place"),
    RECEIPT_OF_SOMETHING_ELSE("a_receipt_names_the_record_and_its_place"),
    KEEPS_EQUAL_RECORDS_ONCE("a_record_that_is_written_twice_is_there_twice"),
    LOSES_RECORDS_OF_THREADS("records_of_many_threads_are_all_there_once_and_in_one_order"),
    DROPS_THE_LAST_WHEN_IT_IS_CLOSED("invariant_2_closing_keeps_every_promise"),
    TAKES_RECORDS_WHEN_CLOSED("a_closed_sink_takes_nothing"),
    CANNOT_BE_CLOSED_TWICE("a_closed_sink_takes_nothing"),
    SWALLOWS_FAILURES("invariant_2_a_write_that_fails_is_an_io_exception_and_promises_nothing"),
    THROWS_SOMETHING_ELSE("invariant_2_a_write_that_fails_is_an_io_exception_and_promises_nothing");

    final Set<String> caughtBy;

    Flaw(String... caughtBy) {
      this.caughtBy = Set.of(caughtBy);
    }
  }

  private static Optional<Flaw> planted = Optional.empty();

  private static boolean has(Flaw flaw) {
    return planted.equals(Optional.of(flaw));
  }

  /** A line of canonical JSON for each record, in one file. */
  static final class Sink implements AuditSink {
    private final Path file;
    private final long room;
    private final List<String> held = new ArrayList<>();
    private String last = "";
    private long sequence;
    private long bytes;
    private volatile boolean closed;

    Sink(Path folder, long room) throws IOException {
      this.file = folder.resolve("log");
      this.room = room;
      if (has(Flaw.STARTS_ANEW)) {
        Files.deleteIfExists(file);
      }
      this.sequence = lines(file).size();
    }

    @Override
    public Receipt append(AuditRecord record) throws IOException {
      if (has(Flaw.LOSES_RECORDS_OF_THREADS)) {
        long place = sequence;
        sequence = place + 1;
        if (place % 7 == 3) {
          return new Receipt(place, record.id());
        }
        synchronized (this) {
          write(record.canonical().text());
        }
        return new Receipt(place, record.id());
      }
      synchronized (this) {
        return appendAlone(record);
      }
    }

    private Receipt appendAlone(AuditRecord record) throws IOException {
      if (closed && !has(Flaw.TAKES_RECORDS_WHEN_CLOSED)) {
        throw new IOException("The log was closed");
      }
      String line = record.canonical().text();
      if (bytes + line.length() > room) {
        if (has(Flaw.THROWS_SOMETHING_ELSE)) {
          throw new IllegalStateException("No space left");
        }
        if (!has(Flaw.SWALLOWS_FAILURES)) {
          throw new IOException("No space left");
        }
        return new Receipt(sequence++, record.id());
      }
      if (has(Flaw.CUTS_LARGE_RECORDS) && line.length() > 100_000) {
        AuditRecord cut =
            new AuditRecord(
                record.kind(),
                record.at(),
                record.actor(),
                record.asset(),
                Json.empty(),
                record.causes(),
                record.commitments());
        line = cut.canonical().text();
      }
      if (has(Flaw.KEEPS_EQUAL_RECORDS_ONCE) && line.equals(last)) {
        return new Receipt(sequence, record.id());
      }
      last = line;
      if (has(Flaw.WRITES_WHEN_IT_IS_CLOSED)) {
        held.add(line);
      } else if (has(Flaw.DROPS_THE_LAST_WHEN_IT_IS_CLOSED)) {
        flush();
        held.add(line);
      } else {
        write(line);
      }
      Hash id =
          has(Flaw.RECEIPT_OF_SOMETHING_ELSE)
              ? Hash.of(line.substring(1).getBytes(StandardCharsets.UTF_8))
              : record.id();
      long place = sequence++;
      return new Receipt(has(Flaw.COUNTS_FROM_ONE) ? place + 1 : place, id);
    }

    private void write(String line) throws IOException {
      bytes += line.length();
      Files.writeString(
          file,
          line + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND,
          StandardOpenOption.DSYNC);
    }

    @Override
    public synchronized void close() throws IOException {
      if (closed && has(Flaw.CANNOT_BE_CLOSED_TWICE)) {
        throw new IOException("The log was closed");
      }
      closed = true;
      if (!has(Flaw.DROPS_THE_LAST_WHEN_IT_IS_CLOSED)) {
        flush();
      }
    }

    private void flush() throws IOException {
      for (String line : held) {
        write(line);
      }
      held.clear();
    }

    static List<String> lines(Path file) throws IOException {
      return Files.exists(file)
          ? Arrays.stream(Files.readString(file).split("\n")).filter(s -> !s.isEmpty()).toList()
          : List.of();
    }
  }

  static class Adapter extends AuditSinkKit {
    @Override
    protected AuditSink open(Path folder) throws IOException {
      return new Sink(folder, Long.MAX_VALUE);
    }

    @Override
    protected List<AuditRecord> read(Path folder) throws IOException {
      return Sink.lines(folder.resolve("log")).stream()
          .map(line -> Json.parse(line).as(AuditRecord.class))
          .toList();
    }

    @Override
    protected Optional<AuditSink> openOnMediumThatFills(Path folder) throws IOException {
      return Optional.of(new Sink(folder, 5_000));
    }
  }

  @Test
  void a_correct_sink_passes() {
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
    KitRun.assertSeenToFail(
        AuditSinkKit.class, Arrays.stream(Flaw.values()).map(flaw -> flaw.caughtBy));
  }
}
