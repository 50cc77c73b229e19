package dev.weirkeeper;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Anchors ranges of the target's ledger in the journal: what the rows' own record says cannot be
 * changed later without the journal telling. Runs on the pipeline's thread.
 */
final class LedgerAnchor {
  private static final int MAX_BATCHES = 1000;

  private final Journal journal;
  private final Clock clock;
  private final Duration interval;
  private Position from;
  private Position to;
  private int batches;
  private Hash chain = Hash.of(new byte[0]);
  private final TreeMap<String, Counts> counts = new TreeMap<>();
  private Instant due;

  LedgerAnchor(Journal journal, Clock clock, Duration interval, Position start) {
    this.journal = journal;
    this.clock = clock;
    this.interval = interval;
    this.from = start;
    this.to = start;
    this.due = clock.instant().plus(interval);
  }

  /** Notes a batch. Rows that waited are counted once, when they came. */
  void committed(Batch batch, Commit.Applied applied, List<Transaction> transactions) {
    batches++;
    to = applied.position();
    chain =
        Hash.of(
            (chain.hex() + batch.id().hex()).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    if (!waited(transactions)) {
      applied.counts().forEach((asset, more) -> counts.merge(asset.toString(), more, Counts::plus));
    }
  }

  /** Whether these are rows that waited: they were counted when they came. */
  static boolean waited(List<Transaction> transactions) {
    return transactions.stream()
        .map(Transaction::origin)
        .anyMatch(
            origin -> origin == Transaction.Origin.DRAIN || origin == Transaction.Origin.REPLAY);
  }

  /**
   * Writes what is due.
   *
   * @throws JournalException if the journal cannot be written; nothing may be committed then
   */
  void writeIfDue() {
    if (batches > 0 && (batches >= MAX_BATCHES || !clock.instant().isBefore(due))) {
      write();
    }
  }

  /** Writes what there is. */
  void write() {
    if (batches > 0) {
      journal.write(
          LedgerAnchored.KIND,
          "pipeline",
          Optional.empty(),
          new LedgerAnchored(from, to, batches, chain, counts),
          List.of());
    }
    from = to;
    batches = 0;
    counts.clear();
    due = clock.instant().plus(interval);
  }
}
