package dev.weirkeeper.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weirkeeper.Freeze;
import dev.weirkeeper.Hash;
import dev.weirkeeper.Journal;
import dev.weirkeeper.LogBook;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host that restarts hands its book what the log holds already. */
class SeededBookTest {
  @TempDir Path folder;

  private static Hash freeze(Journal journal, String what) {
    return journal.write(
        Freeze.Frozen.KIND, "door", Optional.empty(), new Freeze.Frozen(what, "why"), List.of());
  }

  private void seed(LogBook book) throws IOException {
    try (JsonLinesLog.Entries entries = JsonLinesLog.in(folder).entries()) {
      for (Optional<JsonLinesLog.Entry> next = entries.next();
          next.isPresent();
          next = entries.next()) {
        book.written(next.get().record(), next.get().receipt());
      }
    }
  }

  private static List<Long> held(LogBook book) {
    return book.page(entry -> true, Optional.empty(), 100).entries().stream()
        .map(LogBook.Entry::sequence)
        .toList();
  }

  @Test
  void a_book_goes_on_after_a_restart_without_a_gap() throws Exception {
    Hash first;
    try (JsonLinesSink sink = JsonLinesSink.open(folder, Sample.CLOCK)) {
      Journal journal = new Journal(sink, Sample.CLOCK);
      first = freeze(journal, "a");
      freeze(journal, "b");
    }
    LogBook book = LogBook.standard();
    try (JsonLinesSink sink = JsonLinesSink.open(folder, Sample.CLOCK)) {
      seed(book);
      freeze(new Journal(sink, Sample.CLOCK, book), "c");
    }

    assertThat(held(book)).containsExactly(2L, 1L, 0L);
    assertThat(book.named(first)).hasSize(1);
    assertThat(book.older()).isEmpty();
  }

  @Test
  void what_a_sink_writes_about_its_own_recovery_leaves_no_gap() throws Exception {
    try (JsonLinesSink sink = JsonLinesSink.open(folder, Sample.CLOCK)) {
      freeze(new Journal(sink, Sample.CLOCK), "a");
    }
    try (Stream<Path> files = Files.list(folder)) {
      Path log = files.filter(file -> file.toString().endsWith(".jsonl")).findFirst().orElseThrow();
      Files.writeString(log, "{\"torn", StandardOpenOption.APPEND);
    }
    LogBook book = LogBook.standard();
    try (JsonLinesSink sink = JsonLinesSink.open(folder, Sample.CLOCK)) {
      seed(book);
      freeze(new Journal(sink, Sample.CLOCK, book), "b");
    }

    assertThat(held(book)).containsExactly(2L, 1L, 0L);
    assertThat(book.older()).isEmpty();
  }

  @Test
  void invariant_8_a_book_that_was_not_handed_the_old_log_says_so() throws Exception {
    try (JsonLinesSink sink = JsonLinesSink.open(folder, Sample.CLOCK)) {
      freeze(new Journal(sink, Sample.CLOCK), "a");
    }
    LogBook book = LogBook.standard();
    try (JsonLinesSink sink = JsonLinesSink.open(folder, Sample.CLOCK)) {
      freeze(new Journal(sink, Sample.CLOCK, book), "b");
    }

    assertThat(held(book)).containsExactly(1L);
    assertThat(book.older()).contains("older than record 1: read the log");
  }
}
