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
      for (Optional<JsonLinesLog.Entry> next = entries.next();
          next.isPresent();
          next = entries.next()) {
        JsonLinesLog.Entry entry = next.get();
        reader.accept(
            new Page(entry.receipt().sequence(), entry.receipt().record(), entry.record()));
      }
    } catch (IOException e) {
      Optional<JsonLinesLog.Problem> problem = log.verify().problem();
      if (problem.isPresent()) {
        throw broken(problem.get());
      }
      throw e;
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
