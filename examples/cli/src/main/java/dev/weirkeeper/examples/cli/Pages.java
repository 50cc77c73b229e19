package dev.weirkeeper.examples.cli;

import dev.weirkeeper.AuditRecord;
import dev.weirkeeper.Hash;
import dev.weirkeeper.audit.JsonLinesLog;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/** Reads the journal in its folder, however long it is, record after record. */
final class Pages {
  /**
   * A record as {@code --json} shows it.
   *
   * @param seq its number in the log
   * @param hash of its canonical form
   */
  record Page(long seq, Hash hash, AuditRecord record) {}

  private final JsonLinesLog log;

  Pages(JsonLinesLog log) {
    this.log = log;
  }

  /**
   * Hands on each record, up to the first that is not right.
   *
   * @throws Failure if one is not right; what follows on it proves nothing and is not shown
   */
  void each(Consumer<Page> reader) throws Failure, IOException {
    try (JsonLinesLog.Entries entries = log.entries()) {
      drain(entries, reader);
    } catch (IOException e) {
      throwIfBroken();
      throw e;
    }
  }

  /** What to do when nothing more is there yet. */
  @FunctionalInterface
  interface Pause {
    void await() throws InterruptedException;
  }

  /**
   * Hands on each record, and those that are written from then on, for ever.
   *
   * @param atEnd called at each end of the log; it returns when there may be more
   */
  void follow(Consumer<Page> reader, Pause atEnd)
      throws Failure, IOException, InterruptedException {
    long[] next = {0};
    Consumer<Page> once =
        page -> {
          if (page.seq() >= next[0]) {
            next[0] = page.seq() + 1;
            reader.accept(page);
          }
        };
    long failedAt = -1;
    while (true) {
      try (JsonLinesLog.Entries entries = log.follow()) {
        while (true) {
          drain(entries, once);
          atEnd.await();
        }
      } catch (IOException e) {
        throwIfBroken();
        // A host that began anew may have cut off what was half read; then the log is read again.
        if (failedAt == next[0]) {
          throw e;
        }
        failedAt = next[0];
      }
    }
  }

  private static void drain(JsonLinesLog.Entries entries, Consumer<Page> reader)
      throws IOException {
    for (Optional<JsonLinesLog.Entry> next = entries.next();
        next.isPresent();
        next = entries.next()) {
      JsonLinesLog.Entry entry = next.get();
      reader.accept(new Page(entry.receipt().sequence(), entry.receipt().record(), entry.record()));
    }
  }

  private void throwIfBroken() throws Failure, IOException {
    Optional<JsonLinesLog.Problem> problem = log.verify().problem();
    if (problem.isPresent()) {
      throw broken(problem.get());
    }
  }

  static Failure broken(JsonLinesLog.Problem problem) {
    return new Failure(
        Exit.BROKEN,
        "The journal is not right: "
            + problem
            + ". Nothing from there on is shown. Keep the folder as it is, and compare it with a"
            + " copy");
  }
}
